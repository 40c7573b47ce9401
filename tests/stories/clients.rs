//! Real MCP clients: the official Rust SDK here, the TypeScript SDKs and the conformance suite as
//! programs of their own in `tests/clients`.

use std::path::Path;

use rmcp::model::{
    CallToolRequestParams, CallToolResult, ProtocolVersion, ReadResourceRequestParams,
};
use rmcp::service::{ClientLifecycleMode, ClientServiceExt, RoleClient, RunningService};
use rmcp::transport::StreamableHttpClientTransport;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::harness::Stage;

#[tokio::test]
async fn the_rust_sdk_in_both_eras() {
    for (lifecycle, version) in [
        (
            ClientLifecycleMode::Initialize,
            ProtocolVersion::V_2025_11_25,
        ),
        (
            ClientLifecycleMode::Discover {
                preferred_versions: vec![ProtocolVersion::V_2026_07_28],
            },
            ProtocolVersion::V_2026_07_28,
        ),
    ] {
        let stage = Stage::new().await;
        let url = format!("{}/mcp", stage.runtime.url());
        let transport = StreamableHttpClientTransport::from_uri(url);
        let client = ().serve_with_lifecycle(transport, lifecycle).await.expect("a connection");
        let server = client.peer_info().expect("the server introduced itself");
        assert_eq!(server.protocol_version, version);

        let tools = client.list_all_tools().await.expect("the tools");
        let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_ref()).collect();
        assert_eq!(names.len(), 14, "{names:?}");
        assert!(names.is_sorted(), "{names:?}");
        for tool in &tools {
            let annotations = tool.annotations.as_ref().expect("annotations");
            assert!(
                tool.title.is_some() && tool.output_schema.is_some(),
                "{}",
                tool.name
            );
            assert!(
                annotations.read_only_hint.is_some()
                    && annotations.destructive_hint.is_some()
                    && annotations.idempotent_hint.is_some()
                    && annotations.open_world_hint.is_some(),
                "{}",
                tool.name
            );
        }

        let people = call(&client, "get_extensions", json!({ "include_status": true })).await;
        assert_eq!(value(&people)["count"], json!(14));
        let made = call(&client, "make_call", json!({ "destination": "0500000000" })).await;
        assert_eq!(value(&made)["success"], json!(true));
        let presence = call(&client, "get_presence", json!({ "extension": "100" })).await;
        assert_eq!(value(&presence)["onCall"], json!(true));
        let dropped = call(&client, "drop_call", json!({})).await;
        assert_eq!(
            value(&dropped)["participantId"],
            value(&made)["participantId"]
        );
        let failed = call(&client, "drop_call", json!({})).await;
        assert_eq!(failed.is_error, Some(true));
        assert_eq!(value(&failed)["error"]["code"], json!("not_found"));
        assert_eq!(stage.pbx().calls_placed_to("+966500000000"), 1);

        let resources = client.list_all_resources().await.expect("the resources");
        for resource in resources {
            let uri = resource.uri.clone();
            client
                .read_resource(ReadResourceRequestParams::new(uri))
                .await
                .expect("a resource");
        }
        client.cancel().await.expect("a clean end");
    }
}

async fn call(
    client: &RunningService<RoleClient, ()>,
    tool: &'static str,
    arguments: Value,
) -> CallToolResult {
    let arguments = arguments.as_object().expect("an object").clone();
    let request = CallToolRequestParams::new(tool).with_arguments(arguments);
    client.call_tool(request).await.expect("a result")
}

fn value(result: &CallToolResult) -> &Value {
    result
        .structured_content
        .as_ref()
        .expect("structured content")
}

#[tokio::test]
async fn the_typescript_sdk_of_the_2025_era() {
    program("sdk-v1.mjs", true).await;
}

#[tokio::test]
async fn the_typescript_sdk_of_2026() {
    program("sdk-v2.mjs", true).await;
}

#[tokio::test]
async fn the_official_conformance_suite() {
    program("conformance.mjs", false).await;
}

/// Runs a program of `tests/clients` against a stage of its own and shows what it prints.
async fn program(name: &str, wants_pbx: bool) {
    let stage = Stage::new().await;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(root.join("node_modules/.bin/node"));
    command
        .arg(root.join("tests/clients").join(name))
        .arg(format!("{}/mcp", stage.runtime.url()))
        .kill_on_drop(true);
    if wants_pbx {
        command.arg(stage.pbx_url());
    }
    let output = command.output().await.expect("node runs");
    println!("{name}:\n{}", String::from_utf8_lossy(&output.stdout));
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
