//! `subscriptions/listen`: told of changes as they happen (MCP 2026-07-28 §Subscriptions).
//!
//! The answer is a stream: an acknowledgement that names what is honoured, then a notification for each
//! change of a watched resource, then, if the server ends it, the result. This room writes all of them
//! down beforehand; the host sends each when its time has come.
//!
//! Invariants
//! - What is honoured is asked for, exists, and may be read by the caller. Lists never change while a
//!   client is connected, so nothing is told of them.
//! - A URI is answered as it was asked for.
//!
//! Not here: the stream, and what changes (the host).

use serde_json::json;

use super::error::RpcError;
use super::members::Members;
use super::message::Request;
use super::request_id::RequestId;
use super::service::{Identity, Service};
use crate::json::Tree;
use crate::sorted;

pub(super) const METHOD: &str = "subscriptions/listen";

/// Resources that one stream watches at most; what is beyond is not acknowledged.
const MOST: usize = 200;

/// A stream to open: server-sent events, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listening {
    /// Comes first. Where nothing is watched it is all there is.
    pub opening: String,
    /// What is watched.
    pub watched: Vec<Watched>,
    /// Comes last, where the host ends the stream.
    pub ending: String,
}

/// A resource that is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// As it was asked for.
    pub uri: String,
    /// What to send when it has changed.
    pub frame: String,
}

/// Reads the request; refuses it if the caller could get to see more by asking for it.
pub(super) fn open<S: Service>(service: &S, request: &Request<'_>) -> Result<Listening, RpcError> {
    let mut uris = Vec::new();
    for uri in asked(request)? {
        let may_watch = service.may_watch(&uri).map_err(RpcError::not_permitted)?;
        if may_watch && uris.len() < MOST {
            sorted::insert(&mut uris, uri);
        }
    }
    let stream = Stream(request.id);
    let mut opening = stream.acknowledged(&uris);
    let ending = stream.completed(service.identity());
    if uris.is_empty() {
        opening.push_str(&ending);
    }
    let watched = uris.into_iter().map(|uri| Watched {
        frame: stream.updated(&uri),
        uri,
    });
    Ok(Listening {
        opening,
        watched: watched.collect(),
        ending,
    })
}

/// The URIs in the filter.
fn asked(request: &Request<'_>) -> Result<Vec<String>, RpcError> {
    let wrong = || {
        let rule = "notifications must be given and be an object; resourceSubscriptions in it, a list of URIs";
        RpcError::invalid_params(rule)
    };
    let filter = request.params.get("notifications").ok_or_else(wrong)?;
    let filter = Members::read(filter.get(), &["resourceSubscriptions"]).map_err(|_| wrong())?;
    let Some(uris) = filter.get("resourceSubscriptions") else {
        return Ok(Vec::new());
    };
    let Ok(Tree::List(uris)) = Tree::parse(uris.get().as_bytes()) else {
        return Err(wrong());
    };
    let uris = uris.iter().map(|uri| uri.text().map(str::to_owned));
    uris.collect::<Option<_>>().ok_or_else(wrong)
}

/// Everything on a stream carries the id of the request that opened it.
struct Stream<'a>(RequestId<'a>);

impl Stream<'_> {
    fn acknowledged(&self, uris: &[String]) -> String {
        let filter = if uris.is_empty() {
            json!({})
        } else {
            json!({ "resourceSubscriptions": uris })
        };
        let params = format!(r#""notifications":{filter}"#);
        self.notification("notifications/subscriptions/acknowledged", &params)
    }

    fn updated(&self, uri: &str) -> String {
        let params = format!(r#""uri":{}"#, json!(uri));
        self.notification("notifications/resources/updated", &params)
    }

    fn completed(&self, identity: &Identity) -> String {
        let id = self.0.as_json();
        let server = json!({ "name": identity.name, "version": identity.version });
        message(&format!(
            r#"{{"jsonrpc":"2.0","id":{id},"result":{{"resultType":"complete","_meta":{{"{SUBSCRIPTION}":{id},"{SERVER}":{server}}}}}}}"#
        ))
    }

    fn notification(&self, method: &str, params: &str) -> String {
        let id = self.0.as_json();
        message(&format!(
            r#"{{"jsonrpc":"2.0","method":"{method}","params":{{{params},"_meta":{{"{SUBSCRIPTION}":{id}}}}}}}"#
        ))
    }
}

const SUBSCRIPTION: &str = "io.modelcontextprotocol/subscriptionId";
const SERVER: &str = "io.modelcontextprotocol/serverInfo";

/// A message as a server-sent event. There are no line breaks in it, also not in an id, which keeps the text
/// in which it came: it is a number or a string.
fn message(json: &str) -> String {
    format!("event: message\ndata: {json}\n\n")
}
