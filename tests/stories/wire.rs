//! What goes over the wire, version by version, against the official MCP schemas where they are at
//! hand (`MCP_SCHEMA_DIR`), through the running Worker.

use serde_json::{Value, json};

use crate::harness::{Client, Stage};

const MODERN: &str = "2026-07-28";
const VERSIONS: [&str; 4] = ["2025-03-26", "2025-06-18", "2025-11-25", MODERN];

/// Method, parameters, and the definition of its result in the official schema.
fn requests() -> Vec<(&'static str, Value, &'static str)> {
    let tool = |name: &str, arguments: Value| json!({ "name": name, "arguments": arguments });
    vec![
        ("tools/list", json!({}), "ListToolsResult"),
        (
            "tools/call",
            tool("get_extensions", json!({ "include_status": true })),
            "CallToolResult",
        ),
        (
            "tools/call",
            tool("get_presence", json!({ "extension": "100" })),
            "CallToolResult",
        ),
        (
            "tools/call",
            tool("make_call", json!({ "destination": "104" })),
            "CallToolResult",
        ),
        ("tools/call", tool("drop_call", json!({})), "CallToolResult"),
        (
            "tools/call",
            tool("make_call", json!({ "destination": "997" })),
            "CallToolResult",
        ),
        ("resources/list", json!({}), "ListResourcesResult"),
        (
            "resources/templates/list",
            json!({}),
            "ListResourceTemplatesResult",
        ),
        (
            "resources/read",
            json!({ "uri": "threecx://extensions" }),
            "ReadResourceResult",
        ),
        (
            "resources/read",
            json!({ "uri": "threecx://extensions/100" }),
            "ReadResourceResult",
        ),
        ("prompts/list", json!({}), "ListPromptsResult"),
        (
            "prompts/get",
            json!({ "name": "who_is_free", "arguments": {} }),
            "GetPromptResult",
        ),
        (
            "completion/complete",
            json!({
                "ref": { "type": "ref/resource", "uri": "threecx://extensions/{number}" },
                "argument": { "name": "number", "value": "10" },
            }),
            "CompleteResult",
        ),
    ]
}

#[tokio::test]
async fn every_answer_of_every_version_is_valid() {
    let folder = std::env::var("MCP_SCHEMA_DIR").ok();
    if folder.is_none() {
        println!("MCP_SCHEMA_DIR not set: answers are not checked against the official schemas");
    }
    for version in VERSIONS {
        let stage = Stage::new().await;
        let official = folder
            .as_ref()
            .map(|folder| Official::read(folder, version));
        let mut asked = requests();
        if version == MODERN {
            asked.push(("server/discover", json!({}), "DiscoverResult"));
        } else {
            let client = json!({ "name": "story", "version": "1" });
            let hello =
                json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": client });
            asked.push(("initialize", hello, "InitializeResult"));
        }
        for (method, params, definition) in asked {
            let answer = ask(&stage.client(), version, method, params.clone()).await;
            let result = &answer["result"];
            assert!(result.is_object(), "{version} {method} {params}: {answer}");
            assert_eq!(
                result.get("resultType").is_some(),
                version == MODERN,
                "{version} {method}"
            );
            if let Some(official) = &official {
                official.check(definition, result, &format!("{version} {method} {params}"));
            }
        }
        let unknown = ask(
            &stage.client(),
            version,
            "tools/call",
            json!({ "name": "fax" }),
        )
        .await;
        assert_eq!(unknown["error"]["code"], json!(-32602));
    }
}

/// Sends a request as a client of `version` sends it.
async fn ask(client: &Client, version: &str, method: &str, mut params: Value) -> Value {
    let mut client = client.clone();
    if method != "initialize" {
        client = client.header("mcp-protocol-version", version);
    }
    if version == MODERN {
        client = client.header("mcp-method", method);
        if let Some(name) = params["name"].as_str().or(params["uri"].as_str()) {
            client = client.header("mcp-name", name);
        }
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientCapabilities": {},
        });
    }
    let body = json!({ "jsonrpc": "2.0", "id": "story-1", "method": method, "params": params });
    let answer = client.post(&body).await.json();
    assert_eq!(answer["id"], json!("story-1"), "{answer}");
    answer
}

/// The official schema of one version.
struct Official {
    schema: Value,
    /// `$defs` since 2025-11-25, `definitions` before.
    keyword: &'static str,
}

impl Official {
    fn read(folder: &str, version: &str) -> Self {
        let path = format!("{folder}/{version}.json");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let schema: Value = serde_json::from_str(&text).expect("a schema is JSON");
        let keyword = if schema["$defs"].is_object() {
            "$defs"
        } else {
            "definitions"
        };
        Self { schema, keyword }
    }

    #[track_caller]
    fn check(&self, definition: &str, result: &Value, what: &str) {
        let mut schema = self.schema.clone();
        schema["$ref"] = json!(format!("#/{}/{definition}", self.keyword));
        let validator = jsonschema::validator_for(&schema).expect("the official schema is valid");
        let faults: Vec<String> = validator
            .iter_errors(result)
            .map(|f| f.to_string())
            .collect();
        assert!(faults.is_empty(), "{what}: {faults:?}");
    }
}
