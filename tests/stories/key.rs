//! `npm run key`: what it prints opens the Worker, and it refuses what the Worker would refuse.

use std::path::Path;

use serde_json::{Value, json};
use threecx_mcp_edge::auth::ApiKeys;
use tokio::process::Command;

use crate::harness::Stage;

fn node() -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(root.join("node_modules/.bin/node"));
    command.current_dir(root).kill_on_drop(true);
    command
}

/// The key and its entry, or what the script said instead.
async fn make(args: &[&str]) -> Result<(String, String), String> {
    let output = node().arg("scripts/key.mjs").args(args).output().await;
    let output = output.expect("node runs");
    if !output.status.success() {
        assert!(output.stdout.is_empty(), "a key that is not to be used");
        return Err(String::from_utf8(output.stderr).expect("UTF-8"));
    }
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let mut shown = text.lines().filter_map(|line| line.strip_prefix("  "));
    let key = shown.next().expect("a key").to_owned();
    assert_eq!(text.matches(&key).count(), 1, "{text}");
    Ok((key, shown.next().expect("an entry").to_owned()))
}

#[tokio::test]
async fn a_printed_key_opens_the_worker_for_what_it_may() {
    let options = ["--scopes", "read,message", "--extensions", "100-102, 110"];
    let (key, entry) = make(&[&["reception"], &options[..]].concat())
        .await
        .unwrap();
    let entry: Value = serde_json::from_str(&entry).expect("JSON");
    assert!(!entry.to_string().contains(&key));
    let stage = Stage::with_keys(&[entry]).await;
    let client = stage.client_with(&key);
    let list = client.call("get_extensions", json!({})).await;
    assert_eq!(list.ok()["count"], json!(4));
    let call = client.call("make_call", json!({ "destination": "101" }));
    assert_eq!(call.await.code(), "forbidden");

    let (other, _) = make(&["somebody"]).await.unwrap();
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
    assert_eq!(stage.client_with(&other).post(&ping).await.status, 401);
    assert_ne!(key, other);
}

#[tokio::test]
async fn script_and_worker_take_the_same() {
    let long = "ن".repeat(64);
    let longer = "n".repeat(65);
    for (name, scopes, extensions, is_good) in [
        ("a", None, None, true),
        ("مكتب \"الاستقبال\" #1 $HOME's", Some("admin"), None, true),
        (&long, Some("read,control,message,record,admin"), None, true),
        (&longer, None, None, false),
        ("", None, None, false),
        (" ", None, None, false),
        ("a\u{85}b", None, None, false),
        ("a", Some("control, read ,read"), Some("1,22 - 44"), true),
        ("a", Some("write"), None, false),
        ("a", Some("Read"), None, false),
        ("a", Some("read,"), None, false),
        ("a", Some(""), None, false),
        ("a", None, Some("0100-0199,5"), true),
        ("a", None, Some(""), false),
        ("a", None, Some("100,"), false),
        ("a", None, Some("1xx"), false),
        ("a", None, Some("*"), false),
        ("a", None, Some("1-2-3"), false),
        ("a", None, Some("99-100"), false),
        ("a", None, Some("199-100"), false),
        ("a", None, Some("١٠٠"), false),
    ] {
        let list = |text: &str| match text {
            "" => json!([]),
            text => text.split(',').map(str::trim).collect(),
        };
        let mut entry = json!({ "name": name, "sha256": "0".repeat(64) });
        let mut args = vec![name];
        for (option, text) in [("scopes", scopes), ("extensions", extensions)] {
            if let Some(text) = text {
                entry[option] = list(text);
                args.extend([
                    ["--scopes", "--extensions"][usize::from(option != "scopes")],
                    text,
                ]);
            }
        }
        let by_worker = ApiKeys::parse(&json!([entry]).to_string()).map_err(|no| no.to_string());
        let by_script = make(&args).await;
        match (by_script, by_worker) {
            (Ok((key, entry)), Ok(_)) if is_good => {
                let keys = ApiKeys::parse(&format!("[{entry}]")).expect("a good entry");
                assert_eq!(keys.find(&key).expect("its key").name, name);
            }
            (Err(said), Err(expected)) if !is_good => {
                let (_, problem) = expected.split_once(": ").expect("which entry");
                assert!(said.contains(problem), "{args:?}: {said}, not {problem}");
            }
            (by_script, by_worker) => panic!("{args:?}: {by_script:?}, {by_worker:?}"),
        }
    }
}

#[tokio::test]
async fn an_entry_is_added_to_a_file_of_variables() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(".dev.vars");
    let path = file.to_str().expect("UTF-8");
    let read = || std::fs::read_to_string(&file).expect("the file");
    assert!(make(&["a", "--add", path]).await.is_err(), "no such file");

    std::fs::write(&file, "# MCP_API_KEYS=[]\nPBX_FQDN=pbx.example.com").expect("written");
    let mut keys = Vec::new();
    for name in ["front #1 $HOME's", "مكتب `2`"] {
        keys.push((name, make(&[name, "--add", path]).await.unwrap().0));
    }
    let quoted = read().replace("MCP_API_KEYS=[{", "MCP_API_KEYS = '[{");
    std::fs::write(&file, format!("{}' # ours\nLAST=1\n", quoted.trim_end())).expect("written");
    keys.push(("c", make(&["c", "--add", path]).await.unwrap().0));

    let before = read();
    let again = make(&["c", "--add", path]).await.unwrap_err();
    assert!(again.contains("same name"), "{again}");
    assert_eq!(read(), before);
    assert!(before.starts_with("# MCP_API_KEYS=[]\nPBX_FQDN=pbx.example.com\nMCP_API_KEYS=[{"));
    assert!(before.ends_with("]\nLAST=1\n"), "{before}");

    // As others read such a file.
    let mut command = node();
    command.arg(format!("--env-file={path}"));
    let output = command.args(["-p", "process.env.MCP_API_KEYS"]).output();
    let value = String::from_utf8(output.await.expect("node runs").stdout).expect("UTF-8");
    let list = ApiKeys::parse(value.trim()).expect("a good list");
    for (name, key) in &keys {
        assert_eq!(list.find(key).expect("in the list").name, *name);
    }

    for broken in [
        "MCP_API_KEYS={}\n",
        "MCP_API_KEYS=[oops\n",
        "MCP_API_KEYS=[]\nMCP_API_KEYS=[]\n",
    ] {
        std::fs::write(&file, broken).expect("written");
        let said = make(&["d", "--add", path]).await.unwrap_err();
        assert!(
            said.contains("MCP_API_KEYS") && !said.contains("oops"),
            "{said}"
        );
        assert_eq!(read(), broken);
    }
}
