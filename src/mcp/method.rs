//! The methods, which era has them, and who answers them.
//!
//! Invariant: a method that is not in the table does not exist; the table and the advertised
//! capabilities (`handshake`) say the same. Not here: notifications, which are accepted unread; the one
//! method that is answered with a stream (`listen`).

use super::completion;
use super::context::Context;
use super::error::RpcError;
use super::handshake;
use super::lists::list;
use super::message::Request;
use super::prompts;
use super::reply::Reply;
use super::resources;
use super::service::Service;
use super::tools;
use super::version::Era;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    Initialize,
    Ping,
    Discover,
    ListTools,
    CallTool,
    ListResources,
    ListResourceTemplates,
    ReadResource,
    ListPrompts,
    GetPrompt,
    Complete,
}

const LEGACY: &[Era] = &[Era::Legacy];
const MODERN: &[Era] = &[Era::Modern];
const BOTH: &[Era] = &[Era::Legacy, Era::Modern];

const METHODS: [(&str, &[Era], Method); 11] = [
    (handshake::INITIALIZE, LEGACY, Method::Initialize),
    ("ping", LEGACY, Method::Ping),
    ("server/discover", MODERN, Method::Discover),
    ("tools/list", BOTH, Method::ListTools),
    ("tools/call", BOTH, Method::CallTool),
    ("resources/list", BOTH, Method::ListResources),
    (
        "resources/templates/list",
        BOTH,
        Method::ListResourceTemplates,
    ),
    ("resources/read", BOTH, Method::ReadResource),
    ("prompts/list", BOTH, Method::ListPrompts),
    ("prompts/get", BOTH, Method::GetPrompt),
    ("completion/complete", BOTH, Method::Complete),
];

impl Method {
    fn find(name: &str, era: Era) -> Option<Self> {
        METHODS
            .into_iter()
            .find(|(known, eras, _)| *known == name && eras.contains(&era))
            .map(|(_, _, method)| method)
    }
}

/// Answers a request whose headers and envelope have been found in order: the JSON text of its
/// response, or the error to refuse it with.
pub(super) async fn answer<S: Service>(
    service: &S,
    request: &Request<'_>,
    context: &Context<'_>,
) -> Result<Vec<u8>, RpcError> {
    let era = context.era();
    let Some(method) = Method::find(&request.method, era) else {
        return Err(RpcError::method_not_found(&request.method, era));
    };
    let identity = service.identity();
    let params = &request.params;
    let reply = Reply::to(request.id, identity, era);
    match method {
        Method::Initialize => handshake::initialize(params, identity, reply),
        Method::Ping => Ok(handshake::ping(reply)),
        Method::Discover => Ok(handshake::discover(identity, service.can_watch(), reply)),
        Method::ListTools => list("tools", service.tools(), params, context, reply),
        Method::CallTool => tools::call(service, params, context, reply).await,
        Method::ListResources => list("resources", service.resources(), params, context, reply),
        Method::ListResourceTemplates => {
            let templates = service.resource_templates();
            list("resourceTemplates", templates, params, context, reply)
        }
        Method::ReadResource => resources::read(service, params, reply).await,
        Method::ListPrompts => list("prompts", service.prompts(), params, context, reply),
        Method::GetPrompt => prompts::get(service, params, reply),
        Method::Complete => completion::complete(service, params, reply).await,
    }
}
