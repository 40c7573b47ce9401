//! The official Rust SDK in both eras: every tool, resource and prompt on its happy path.
//!
//! This SDK checks no answer against the schema that was announced, so it is done here.

use std::collections::BTreeMap;

use pbx_sim::{Answering, Deed, InboundCall};
use rmcp::model::{
    CallToolRequestParams, GetPromptRequestParams, ProtocolVersion, ReadResourceRequestParams,
};
use rmcp::service::{ClientLifecycleMode, ClientServiceExt, RoleClient, RunningService};
use rmcp::transport::StreamableHttpClientTransport;
use serde_json::{Value, json};

use crate::harness::{BASMA, Stage, until};

const HUDA: &str = "+966500000001";

#[tokio::test]
async fn with_a_handshake_as_in_2025() {
    let lifecycle = ClientLifecycleMode::Initialize;
    play(lifecycle, ProtocolVersion::V_2025_11_25).await;
}

#[tokio::test]
async fn with_discovery_as_in_2026() {
    let lifecycle = ClientLifecycleMode::Discover {
        preferred_versions: vec![ProtocolVersion::V_2026_07_28],
    };
    play(lifecycle, ProtocolVersion::V_2026_07_28).await;
}

async fn play(lifecycle: ClientLifecycleMode, version: ProtocolVersion) {
    let stage = Stage::with(&[&[("CONFIRM", "")], &BASMA[..]].concat()).await;
    let url = format!("{}/mcp", stage.runtime.url());
    let transport = StreamableHttpClientTransport::from_uri(url);
    let connection = ().serve_with_lifecycle(transport, lifecycle);
    let connection = connection.await.expect("a connection");
    let server = connection
        .peer_info()
        .expect("the server introduced itself");
    assert_eq!(server.protocol_version, version);
    let sdk = Sdk {
        schemas: schemas(&connection).await,
        connection,
    };

    people_and_calls(&sdk, &stage).await;
    a_caller_from_outside(&sdk, &stage).await;
    recording(&sdk, &stage).await;
    records(&sdk).await;
    resources_and_prompts(&sdk).await;
    sdk.connection.cancel().await.expect("a clean end");
}

/// A connected client, and what the server announced.
struct Sdk {
    connection: RunningService<RoleClient, ()>,
    /// Output schemas by tool.
    schemas: BTreeMap<String, Value>,
}

impl Sdk {
    /// `structuredContent` of a call that must have worked.
    async fn ok(&self, tool: &'static str, arguments: Value) -> Value {
        let (is_error, value) = self.call(tool, arguments).await;
        assert!(!is_error, "{tool}: {value}");
        value
    }

    /// The error of a call that must have failed with this code.
    async fn refused(&self, tool: &'static str, arguments: Value, code: &str) -> Value {
        let (is_error, value) = self.call(tool, arguments).await;
        assert!(is_error, "{tool}: {value}");
        assert_eq!(value["error"]["code"], json!(code), "{tool}: {value}");
        value["error"].clone()
    }

    /// The same where a yes is asked for first.
    async fn agreed(&self, tool: &'static str, mut arguments: Value) -> Value {
        let asked = self.refused(tool, arguments.clone(), "confirmation_required");
        arguments["confirm"] = asked.await["details"]["confirm"].clone();
        self.ok(tool, arguments).await
    }

    async fn call(&self, tool: &'static str, arguments: Value) -> (bool, Value) {
        let arguments = arguments.as_object().expect("an object").clone();
        let request = CallToolRequestParams::new(tool).with_arguments(arguments);
        let result = self.connection.call_tool(request).await.expect("a result");
        let value = result.structured_content.expect("structured content");
        let schema = jsonschema::validator_for(&self.schemas[tool]).expect("a schema");
        assert!(schema.is_valid(&value), "{tool}: {value}");
        (result.is_error == Some(true), value)
    }

    async fn read(&self, uri: &str) -> Value {
        let request = ReadResourceRequestParams::new(uri);
        let result = self.connection.read_resource(request).await;
        let contents = serde_json::to_value(result.expect("a resource").contents).expect("JSON");
        assert_eq!(contents[0]["uri"], json!(uri));
        serde_json::from_str(contents[0]["text"].as_str().expect("text")).expect("JSON")
    }
}

async fn schemas(connection: &RunningService<RoleClient, ()>) -> BTreeMap<String, Value> {
    let tools = connection.list_all_tools().await.expect("the tools");
    let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_ref()).collect();
    assert_eq!(names.len(), 15, "{names:?}");
    assert!(names.is_sorted(), "{names:?}");
    let mut schemas = BTreeMap::new();
    for tool in tools {
        let annotations = tool.annotations.as_ref().expect("annotations");
        assert!(
            annotations.read_only_hint.is_some()
                && annotations.destructive_hint.is_some()
                && annotations.idempotent_hint.is_some()
                && annotations.open_world_hint.is_some(),
            "{}",
            tool.name
        );
        assert!(tool.title.is_some(), "{}", tool.name);
        let schema = tool.output_schema.expect("an output schema");
        schemas.insert(
            tool.name.into_owned(),
            Value::Object(schema.as_ref().clone()),
        );
    }
    schemas
}

async fn people_and_calls(sdk: &Sdk, stage: &Stage) {
    let people = sdk
        .ok("get_extensions", json!({ "include_status": true }))
        .await;
    assert_eq!(people["count"], json!(14));
    let made = sdk
        .agreed("make_call", json!({ "destination": "0500000000" }))
        .await;
    assert_eq!(stage.pbx().calls_placed_to("+966500000000"), 1);
    let presence = sdk.ok("get_presence", json!({ "extension": "100" })).await;
    assert_eq!(presence["onCall"], json!(true));
    let active = sdk.ok("get_active_calls", json!({})).await;
    assert_eq!(active["activeCalls"][0]["id"], made["callId"]);
    let dropped = sdk.ok("drop_call", json!({})).await;
    assert_eq!(dropped["participantId"], made["participantId"]);
    assert!(stage.pbx().truth().is_empty());
    sdk.refused("drop_call", json!({}), "not_found").await;
}

async fn a_caller_from_outside(sdk: &Sdk, stage: &Stage) {
    stage.pbx().set_incoming("100", Answering::Never);
    let call = InboundCall {
        from: HUDA.into(),
        name: Some("Huda".into()),
        to: "100".into(),
        answering: None,
    };
    stage.pbx().inbound(&call).expect("a call");
    is_with(stage, "100", "Ringing").await;
    sdk.ok("answer_call", json!({ "extension": "100" })).await;
    is_with(stage, "100", "Connected").await;

    let hold = |action: &str| json!({ "extension": "100", "action": action });
    let parked = sdk.ok("hold_call", hold("hold")).await;
    until("the extension to be free", async || {
        stage.pbx().truth().is_empty().then_some(())
    })
    .await;
    let resumed = sdk.ok("hold_call", hold("resume")).await;
    assert_eq!(resumed["slot"], parked["slot"]);
    is_with(stage, "100", "Connected").await;

    for (from, to, kind, action) in [
        ("100", "107", "attended", "routeto"),
        ("107", "104", "blind", "transferto"),
    ] {
        let request = json!({ "extension": from, "destination": to, "type": kind });
        let moved = sdk.ok("transfer_call", request).await;
        assert_eq!(moved["action"], json!(action));
        is_with(stage, to, "Connected").await;
    }
    let handed = sdk.ok("hand_to_basma", json!({ "extension": "104" })).await;
    assert_eq!(handed["action"], json!("transferto"));
    until("the extension to be free", async || {
        let truth = stage.pbx().truth();
        truth
            .values()
            .flatten()
            .all(|leg| leg.dn != "104")
            .then_some(())
    })
    .await;
    assert!(stage.pbx().party(HUDA, Deed::HangUp) > 0);
}

/// Waits until the PBX knows the caller from outside to be with this extension, and with no other.
async fn is_with(stage: &Stage, extension: &str, status: &str) {
    until(&format!("{extension} to be {status}"), async || {
        let truth = stage.pbx().truth();
        let legs: Vec<_> = truth.values().flatten().collect();
        let [leg] = legs.as_slice() else { return None };
        let is_so = leg.dn == extension && leg.status == status && leg.party_number == HUDA;
        is_so.then_some(())
    })
    .await;
}

async fn recording(sdk: &Sdk, stage: &Stage) {
    let start = json!({ "extension": "100", "action": "start" });
    let done = sdk.agreed("record_call", start).await;
    assert_eq!(done["recordingNextCalls"], json!(true));
    let stop = json!({ "extension": "100", "action": "stop" });
    let undone = sdk.ok("record_call", stop).await;
    assert_eq!(undone["recordingNextCalls"], json!(false));
    let requests = stage.pbx().requests();
    let patches = requests.iter().filter(|entry| entry.method == "PATCH");
    assert_eq!(patches.count(), 2);
}

async fn records(sdk: &Sdk) {
    until("both calls to be told", async || {
        let logs = sdk.ok("get_call_logs", json!({})).await;
        (logs["count"] == json!(2)).then_some(())
    })
    .await;
    let messages = sdk.ok("get_messages", json!({ "limit": 5 })).await;
    assert_eq!(messages["count"], json!(5));
    let sms = json!({ "to": "0500000000", "message": "Hello" });
    sdk.refused("send_message", sms, "not_supported_by_pbx")
        .await;
    let log = sdk
        .ok("get_audit_log", json!({ "tool": "send_message" }))
        .await;
    assert_eq!(log["entries"][0]["outcome"], json!("not_supported_by_pbx"));
    let checked = sdk.ok("check_pbx", json!({})).await;
    assert_eq!(checked["ok"], json!(true), "{checked}");
}

async fn resources_and_prompts(sdk: &Sdk) {
    let resources = sdk.connection.list_all_resources().await;
    let resources = resources.expect("the resources");
    assert_eq!(resources.len(), 6);
    for resource in resources {
        let contents = sdk.read(&resource.uri).await;
        let alias = sdk.read(&resource.uri.replace("threecx", "3cx")).await;
        assert_eq!(alias["count"], contents["count"], "{}", resource.uri);
    }
    let one = sdk.read("threecx://extensions/103").await;
    assert_eq!(one["extension"]["lastName"], json!("O'Brien"));

    let prompts = sdk.connection.list_all_prompts().await;
    let prompts = prompts.expect("the prompts");
    assert_eq!(prompts.len(), 5);
    for prompt in prompts {
        let arguments = prompt.arguments.unwrap_or_default();
        let required = arguments.iter().filter(|it| it.required == Some(true));
        let given = required.map(|argument| (argument.name.clone(), json!("101")));
        let request = GetPromptRequestParams::new(prompt.name).with_arguments(given.collect());
        let filled = sdk.connection.get_prompt(request).await;
        assert_eq!(filled.expect("a prompt").messages.len(), 1);
    }
}
