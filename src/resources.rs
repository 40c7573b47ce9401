//! The resources: views of the telephone system that a client can attach or watch.
//!
//! One file a resource. On the wire they are `threecx://…`, because RFC 3986 lets no scheme begin
//! with a digit and clients refuse lists that hold one; `3cx://…` is accepted as the same thing, and
//! answered under the URI that was asked for.
//!
//! Not here: the protocol (`mcp`), and what tools and resources share (`desk`).

mod active_calls;
mod address;
mod audit;
mod call_history;
mod calls;
mod extensions;
mod messages;

use std::borrow::Cow;
use std::sync::LazyLock;

use serde_json::{Value, json};

pub use address::{Address, View};

use crate::auth::{Caller, Scope, Scopes};
use crate::desk::{Desk, ToolError};
use crate::mcp::{ReadError, ResourceText};

/// The media type of every resource here.
pub const MEDIA_TYPE: &str = "application/json";

/// `resources/list` for a caller with these scopes: a JSON array.
pub fn list_for(scopes: Scopes) -> Cow<'static, str> {
    static USUAL: LazyLock<String> = LazyLock::new(|| list(&|scope| scope == Scope::Read));
    static EVERY: LazyLock<String> = LazyLock::new(|| list(&|_| true));
    if scopes == Scopes::ALL {
        return Cow::Borrowed(EVERY.as_str());
    }
    if scopes.contains(Scope::Read) && !scopes.contains(Scope::Admin) {
        return Cow::Borrowed(USUAL.as_str());
    }
    Cow::Owned(list(&|scope| scopes.contains(scope)))
}

fn list(may: &dyn Fn(Scope) -> bool) -> String {
    let views = View::ALL
        .iter()
        .filter(|view| may(view.scope()))
        .map(|view| {
            json!({
                "uri": format!("threecx://{}", view.name()),
                "name": view.name(),
                "title": view.title(),
                "description": view.description(),
                "mimeType": MEDIA_TYPE,
            })
        });
    Value::Array(views.collect()).to_string()
}

/// `resources/templates/list`: a JSON array, written once per isolate.
pub fn templates() -> &'static str {
    static TEMPLATES: LazyLock<String> = LazyLock::new(|| {
        json!([
            {
                "uriTemplate": EXTENSION_TEMPLATE,
                "name": "extension",
                "title": "One extension",
                "description": "One person of the phone system: name, department, presence and \
                    current calls.",
                "mimeType": MEDIA_TYPE,
            },
            {
                "uriTemplate": TRANSCRIPT_TEMPLATE,
                "name": "transcript",
                "title": "What was said in a call",
                "description": "Of a call that the voice assistant Basma answered: what was said, two \
                    sentences about it, and where its recording is if there is one. threecx://calls \
                    lists them.",
                "mimeType": MEDIA_TYPE,
            },
            {
                "uriTemplate": ALIAS_TEMPLATE,
                "name": "3cx",
                "title": "The same views under 3cx://",
                "description": "3cx://extensions is threecx://extensions by the name that 3CX \
                    documents use.",
                "mimeType": MEDIA_TYPE,
            },
        ])
        .to_string()
    });
    &TEMPLATES
}

/// The template of one extension.
pub const EXTENSION_TEMPLATE: &str = "threecx://extensions/{number}";
/// The template of what was said in a call.
pub const TRANSCRIPT_TEMPLATE: &str = "threecx://calls/{id}/transcript";
/// The template of the alias.
pub const ALIAS_TEMPLATE: &str = "3cx://{view}";

/// Which extension's calls a resource shows, empty for all of them, where changes of it are known as they
/// happen and the caller may read it.
pub fn watched<'a>(address: &'a Address, caller: &Caller) -> Option<&'a str> {
    if !caller.may(address.scope()) {
        return None;
    }
    match address {
        Address::View(View::ActiveCalls) => Some(""),
        Address::Extension(number) if caller.may_act_for(number) => Some(number),
        _ => None,
    }
}

/// What a caller must be allowed to read the resource at `uri`; `None` where there is none.
pub fn scope_of(uri: &str) -> Option<Scope> {
    Address::parse(uri).map(|address| address.scope())
}

/// Reads the resource at `uri`.
pub async fn read(uri: &str, desk: &Desk<'_>) -> Result<ResourceText, ReadError> {
    let address = Address::parse(uri).ok_or(ReadError::NotFound)?;
    desk.require_scope(address.scope(), "this resource")
        .map_err(|error| failed(&error))?;
    let outcome = match address {
        Address::View(View::ActiveCalls) => active_calls::all(desk).await.map(Some),
        Address::View(View::CallHistory) => call_history::newest(desk).await.map(Some),
        Address::View(View::Audit) => audit::newest(desk).await.map(Some),
        Address::View(View::Messages) => messages::newest(desk).await.map(Some),
        Address::View(View::Extensions) => extensions::all(desk).await.map(Some),
        Address::View(View::Calls) => calls::all(desk).await.map(Some),
        Address::Transcript(callid) => calls::transcript(callid, desk).await,
        Address::Extension(number) => extensions::one(&number, desk).await,
    };
    match outcome {
        Ok(Some(contents)) => Ok(ResourceText {
            uri: uri.to_owned(),
            mime_type: MEDIA_TYPE.into(),
            text: contents.to_string(),
        }),
        Ok(None) => Err(ReadError::NotFound),
        Err(error) => Err(failed(&error)),
    }
}

fn failed(error: &ToolError) -> ReadError {
    ReadError::Failed {
        message: error.text(),
        data: error.structured(),
    }
}
