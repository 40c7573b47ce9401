//! The telephone system behind the protocol: tools, resources and prompts put into [`mcp::Service`].
//!
//! [`mcp::Service`]: crate::mcp::Service

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::LazyLock;

use crate::auth::Scope;
use crate::desk::{Desk, Errand, Said, all_users, departments, voice_calls};
use crate::mcp::{
    Answered, CallError, Completion, CompletionReference, CompletionRequest, Identity,
    NotPermitted, Prompt, PromptArguments, PromptError, ReadError, ResourceText, Service, ToolCall,
    ToolResult,
};
use crate::resources::{ALIAS_TEMPLATE, EXTENSION_TEMPLATE, TRANSCRIPT_TEMPLATE, View};
use crate::{prompts, resources, tools};

/// The version of this product.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

const INSTRUCTIONS: &str = "This server runs a company's 3CX telephone system. Extensions are \
short internal numbers such as \"100\"; outside numbers may be written as people write them \
(0500000000, +966500000000). Find people with get_extensions, see what one is doing with \
get_presence. make_call really makes telephones ring: call only whom the user asked for, give an \
idempotency_key, and after outcome_unknown look with get_presence instead of calling again. \
Errors carry a code and a hint that says what to do next.";

/// The server as one caller sees it, for one request.
pub struct Server<'a> {
    /// What the tools work with.
    desk: Desk<'a>,
    tools: OnceCell<Cow<'static, str>>,
    resources: OnceCell<Cow<'static, str>>,
}

impl<'a> Server<'a> {
    /// The server as the caller at `desk` sees it: what they may not use is not there.
    pub fn new(desk: Desk<'a>) -> Self {
        Self {
            desk,
            tools: OnceCell::new(),
            resources: OnceCell::new(),
        }
    }
}

impl Service for Server<'_> {
    fn identity(&self) -> &Identity {
        static IDENTITY: LazyLock<Identity> = LazyLock::new(|| Identity {
            name: "3cx-mcp-edge".into(),
            title: "3CX telephone system".into(),
            version: VERSION.into(),
            website_url: None,
            description: Some(
                "Runs a company's 3CX telephone system: people, presence, calls.".into(),
            ),
            instructions: INSTRUCTIONS.into(),
        });
        &IDENTITY
    }

    fn tools(&self) -> &str {
        let scopes = self.desk.caller.scopes;
        self.tools.get_or_init(|| tools::definitions_for(scopes))
    }

    fn resources(&self) -> &str {
        let scopes = self.desk.caller.scopes;
        self.resources.get_or_init(|| resources::list_for(scopes))
    }

    fn resource_templates(&self) -> &str {
        resources::templates()
    }

    fn prompts(&self) -> &str {
        prompts::list()
    }

    async fn call_tool(&self, call: ToolCall<'_>) -> Result<ToolResult, CallError> {
        let context = call.context;
        let client = context
            .client
            .as_ref()
            .map(|client| format!("{}/{}", client.name, client.version));
        let desk = Desk {
            errand: Errand {
                client: client.as_deref().unwrap_or(self.desk.errand.client),
                said: match call.answered {
                    Answered::Nothing => Said::Nothing,
                    Answered::Yes(handle) => Said::Yes(handle),
                    Answered::No => Said::No,
                },
                ..self.desk.errand
            },
            ..self.desk.clone()
        };
        // Refused or not, the call goes on record.
        let result = tools::call(call.name, call.arguments, &desk)
            .await
            .ok_or(CallError::UnknownTool)?;
        match tools::scope_of(call.name).and_then(|scope| self.lacks(scope)) {
            Some(lacks) => Err(CallError::NotPermitted(lacks)),
            None => Ok(result),
        }
    }

    async fn read_resource(&self, uri: &str) -> Result<ResourceText, ReadError> {
        if let Some(lacks) = resources::scope_of(uri).and_then(|scope| self.lacks(scope)) {
            return Err(ReadError::NotPermitted(lacks));
        }
        resources::read(uri, &self.desk).await
    }

    fn can_watch(&self) -> bool {
        self.desk.settings.live_events().is_ok()
    }

    fn may_watch(&self, uri: &str) -> Result<bool, NotPermitted> {
        let Some(address) = resources::Address::parse(uri) else {
            return Ok(false);
        };
        match self.lacks(address.scope()) {
            Some(lacks) => Err(lacks),
            None => Ok(resources::watched(&address, self.desk.caller).is_some()),
        }
    }

    fn get_prompt(&self, name: &str, arguments: &PromptArguments) -> Result<Prompt, PromptError> {
        prompts::get(name, arguments)
    }

    async fn complete(&self, request: CompletionRequest<'_>) -> Completion {
        if self.desk.require_scope(Scope::Read, "completion").is_err() {
            return Completion::default();
        }
        let candidates = match (request.reference, request.argument) {
            (CompletionReference::Resource(ALIAS_TEMPLATE), "view") => View::ALL
                .iter()
                .filter(|view| self.desk.caller.scopes.contains(view.scope()))
                .map(|view| view.name().to_owned())
                .collect(),
            (CompletionReference::Resource(EXTENSION_TEMPLATE), "number")
            | (CompletionReference::Prompt(prompts::REACH), "from") => self.numbers().await,
            (CompletionReference::Resource(TRANSCRIPT_TEMPLATE), "id") => self.calls().await,
            (CompletionReference::Prompt(prompts::WHO_IS_FREE), "department") => {
                departments(&self.desk)
                    .await
                    .map(|all| all.names())
                    .unwrap_or_default()
            }
            _ => Vec::new(),
        };
        // Numbers, and names whose case matters in ASCII only, if at all.
        let typed = request.value.to_ascii_lowercase();
        let fits = |candidate: &String| candidate.to_ascii_lowercase().starts_with(&typed);
        Completion {
            values: candidates.into_iter().filter(fits).collect(),
            total: None,
            has_more: None,
        }
    }
}

impl Server<'_> {
    /// What the caller should ask for, where it lacks `scope` only because nobody asked. Where asking
    /// does not help, the tool itself says that it is forbidden.
    fn lacks(&self, scope: Scope) -> Option<NotPermitted> {
        let caller = self.desk.caller;
        caller.could_get(scope).then(|| NotPermitted {
            message: format!("this needs the scope `{scope}`, which was not granted yet"),
            needs: caller.scopes.with(scope).to_string(),
        })
    }

    /// Numbers to propose; none where the PBX cannot be asked: a completion never fails.
    async fn numbers(&self) -> Vec<String> {
        let users = all_users(&self.desk)
            .await
            .map(|(users, _)| users)
            .unwrap_or_default();
        users.into_iter().map(|user| user.number).collect()
    }

    /// Calls with a transcript, for those who may read it.
    async fn calls(&self) -> Vec<String> {
        if self
            .desk
            .require_scope(Scope::Record, "transcripts")
            .is_err()
        {
            return Vec::new();
        }
        let calls = voice_calls(&self.desk, None).await.unwrap_or_default();
        calls.iter().map(|call| call.callid.to_string()).collect()
    }
}
