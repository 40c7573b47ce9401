//! Real MCP clients: the official Rust SDK in a file of its own, the TypeScript SDKs and the conformance
//! suite as programs in `tests/clients`, and a browser that opens the pages.

mod rust_sdk;

use std::path::Path;

use serde_json::json;
use tokio::process::Command;

use crate::harness::{BASMA, Stage, key_entry};
use crate::oauth;

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

#[tokio::test]
async fn the_typescript_sdks_sign_in() {
    let stage = oauth::stage(&[], 1).await;
    run("oauth.mjs", &stage, &[oauth::KEY]).await;
}

#[tokio::test]
async fn mcp_remote_signs_in() {
    let stage = oauth::stage(&[], 1).await;
    run("mcp-remote.mjs", &stage, &[oauth::KEY]).await;
}

#[tokio::test]
async fn the_official_conformance_suite_signs_in() {
    let stage = oauth::stage(&[], 1).await;
    run("oauth-conformance.mjs", &stage, &[oauth::KEY]).await;
}

#[tokio::test]
async fn a_person_before_a_browser() {
    const ASSISTANT: &str = "assistant-key-not-real";
    const PERSON: &str = "person-key-not-real";
    let keys = json!([
        key_entry(ASSISTANT, &["read", "control"], None),
        key_entry(PERSON, &["read", "control", "message"], None),
    ])
    .to_string();
    let stage = oauth::stage(
        &[
            ("MCP_API_KEYS", &keys),
            ("CONFIRM", ""),
            ("CONFIRM_BY", "human"),
        ],
        1,
    )
    .await;
    run("browser.mjs", &stage, &[ASSISTANT, PERSON]).await;
}

async fn program(name: &str, wants_pbx: bool) {
    // Asked before calls to the outside, as an installation is that nobody has changed.
    let stage = Stage::with(&[&[("CONFIRM", "")], &BASMA[..]].concat()).await;
    let pbx = stage.pbx_url();
    let more: &[&str] = if wants_pbx { &[&pbx] } else { &[] };
    run(name, &stage, more).await;
}

/// Runs a program of `tests/clients` against a stage of its own and shows what it prints.
async fn run(name: &str, stage: &Stage, more: &[&str]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(root.join("node_modules/.bin/node"));
    command
        .arg(root.join("tests/clients").join(name))
        .arg(format!("{}/mcp", stage.runtime.url()))
        .args(more)
        .kill_on_drop(true);
    let output = command.output().await.expect("node runs");
    println!("{name}:\n{}", String::from_utf8_lossy(&output.stdout));
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
