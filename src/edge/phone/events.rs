//! Live events as a stream: `GET /events`, and what `subscriptions/listen` opens.
//!
//! The Worker decides what the caller may hear of; the object tells it. Its stream goes to the client
//! untouched: when the client is gone, the stream is, and the object notices.
//!
//! Not here: what is told, and to whom (`events`); who is calling (`phone`).

use worker::{Result, web_sys};

use super::super::reply;
use super::super::session_client::SessionClient;
use super::{Visit, challenged, refusal};
use crate::auth::{Caller, Challenge, OAuth, Scope, Scopes};
use crate::mcp::Listening;
use crate::resources;
use crate::session::{Follow, Watch};

impl Visit<'_> {
    /// `/events`.
    pub(super) async fn events(
        &self,
        caller: &Caller,
        oauth: Option<OAuth<'_>>,
    ) -> Result<web_sys::Response> {
        if self.head.method != "GET" {
            let response = refusal(405, "events can only be read: send GET")?;
            response.headers().set("allow", "GET")?;
            return Ok(response);
        }
        if !caller.may(Scope::Read) {
            return not_permitted(caller, oauth);
        }
        let after = self.head.last_event_id.or_else(|| asked(self.url.query()));
        self.stream(Follow {
            caller: caller.name.clone(),
            extensions: caller.extensions.entries(),
            after: after.map(str::to_owned),
            ..Follow::default()
        })
        .await
    }

    /// `subscriptions/listen`.
    pub(super) async fn listening(
        &self,
        listening: Listening,
        caller: &Caller,
    ) -> Result<web_sys::Response> {
        if listening.watched.is_empty() {
            return reply::events(listening.opening).map(Into::into);
        }
        let watches = listening.watched.into_iter().filter_map(|watched| {
            let address = resources::Address::parse(&watched.uri)?;
            let extension = resources::watched(&address, caller)?.to_owned();
            Some(Watch {
                extension,
                frame: watched.frame,
            })
        });
        self.stream(Follow {
            caller: caller.name.clone(),
            extensions: caller.extensions.entries(),
            after: None,
            watches: watches.collect(),
            opening: listening.opening,
            ending: listening.ending,
        })
        .await
    }

    async fn stream(&self, follow: Follow) -> Result<web_sys::Response> {
        if let Err(problem) = self.isolate.settings.live_events() {
            return refusal(503, &problem);
        }
        let object = SessionClient::new(self.env, self.isolate);
        let caller = follow.caller.clone();
        let answer = object.follow(follow).await?;
        let who = match (answer.status(), answer.body()) {
            (200, Some(body)) => return reply::stream(body).map(Into::into),
            (429, _) => format!(" of `{caller}`"),
            _ => String::new(),
        };
        let message = format!(
            "as many programs{who} follow live events as can: end one that is not needed, or try again in \
             a minute"
        );
        refusal(503, &message)
    }
}

fn not_permitted(caller: &Caller, oauth: Option<OAuth<'_>>) -> Result<web_sys::Response> {
    let message = format!(
        "`{}` may not follow events: that needs the scope `read`",
        caller.name
    );
    let needed = caller.scopes.with(Scope::Read);
    let challenge = oauth
        .filter(|_| caller.could_get(Scope::Read))
        .and_then(|oauth| oauth.step_up(&needed.to_string()))
        .unwrap_or_else(|| Challenge::insufficient_scope(Scopes::NONE.with(Scope::Read)));
    challenged(refusal(challenge.status(), &message)?, &challenge)
}

/// `?lastEventId=…`, for clients that cannot set the header.
fn asked(query: &str) -> Option<&str> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, id) = pairs.find(|(name, _)| *name == "lastEventId")?;
    Some(id)
}
