//! `/authorize`: a person is asked, and says yes or no. For people only, on our own page.

use serde_json::json;
use worker::{Headers, Request, Response, Result};

use super::{Desk, Route, random};
use crate::auth::oauth::{
    self, Answer, Asked, Client, ClientId, Command, Form, NotAClient, Refusal, Trouble,
};
use crate::edge::lobby::client_document;
use crate::edge::lobby::own_page::is_own_page;
use crate::edge::{clock, log, reply};
use crate::pages::{Language, consent_page, problem_page};

impl Desk<'_> {
    /// `GET /authorize`: the page that asks a person.
    pub(super) async fn ask(&self, request: &Request) -> Result<Response> {
        let query = Form::parse(self.url.query().as_bytes());
        let accepted = request.headers().get("accept-language")?;
        let language = Language::choose(query.first("ui_locales"), accepted.as_deref());
        let client = match self.client(&query).await? {
            Ok(client) => client,
            Err(problem) => return page(400, &problem_page(language, Some(&problem))),
        };
        match oauth::consider(&self.site, &client, &query) {
            Ok(asked) => {
                let sealed = asked.seal(self.key, clock::now());
                page(
                    200,
                    &consent_page(language, &asked, &sealed, Some(&query), None),
                )
            }
            Err(Refusal::Show(problem)) => page(400, &problem_page(language, Some(&problem))),
            Err(Refusal::Redirect(location)) => redirect(&location),
        }
    }

    /// The client that a request names, or what is wrong with it.
    async fn client(&self, query: &Form) -> Result<std::result::Result<Client, String>> {
        let Some(id) = query.first("client_id").filter(|id| !id.is_empty()) else {
            return Ok(Err("client_id is missing".to_owned()));
        };
        Ok(match ClientId::read(&self.site, id) {
            Err(NotAClient { problem, .. }) => Err(problem),
            Ok(ClientId::Registered) => {
                Client::of_record(id, &self.store(&Command::client(id)).await?).ok_or_else(|| {
                    "this client_id is not known here: the client must register again".to_owned()
                })
            }
            Ok(ClientId::Document { host }) => match client_document::fetch(id).await {
                None => Err("the client's document could not be read at its client_id".to_owned()),
                Some(document) => Client::from_document(id, &host, &document)
                    .map_err(|NotAClient { problem, .. }| problem),
            },
        })
    }

    /// `POST /authorize`: what the person said.
    pub(super) async fn decide(&self, headers: &Headers, form: &Form) -> Result<Response> {
        let language = Language::choose(form.first("language"), None);
        if !is_own_page(headers, &[self.site.issuer(), self.url.origin()])? {
            let problem = "this answer was not sent from this server's own page";
            return page(403, &problem_page(language, Some(problem)));
        }
        let sealed = form.first("request").unwrap_or_default();
        let Some(asked) = Asked::open(self.key, &self.site, clock::now(), sealed) else {
            return page(400, &problem_page(language, None));
        };
        let keys = &self.access.auth.keys;
        match asked.answered(&self.site, keys, form, &random()?) {
            Answer::Denied { location } => redirect(&location),
            Answer::Again(trouble) => {
                if trouble == Trouble::WrongKey
                    && let Some(wait) = self.failed(headers).await?
                {
                    return Self::shut(Route::Authorize, &wait);
                }
                log::info("sign_in_refused", json!({ "why": format!("{trouble:?}") }));
                page(
                    403,
                    &consent_page(language, &asked, sealed, None, Some((trouble, form))),
                )
            }
            Answer::Granted(consent) => {
                let (location, told) = (consent.location.clone(), consent.told());
                self.store(&Command::keep(consent)).await?;
                log::info("access_granted", told);
                redirect(&location)
            }
        }
    }
}

fn page(status: u16, html: &str) -> Result<Response> {
    reply::page(status, html.to_owned())
}

fn redirect(location: &str) -> Result<Response> {
    // 303: whatever came here by POST goes on by GET, and leaves its body behind.
    let mut response = reply::empty(303)?;
    response.headers_mut().set("location", location)?;
    Ok(response)
}
