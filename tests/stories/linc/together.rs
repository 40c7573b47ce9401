//! The two Workers in one `wrangler dev`, as a developer runs them, bound both ways.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use pbx_sim::{Settings, Simulator};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};

use super::actions::{five, replies};
use super::{is_up, variables};
use crate::harness::{Client, until};

#[tokio::test]
async fn the_five_actions_in_one_wrangler_dev() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let standin = root.join("tests/clients/masterlinc/wrangler.toml");
    let says = std::fs::read_to_string(&standin).expect("the stand-in is there");
    let line = says.lines().find_map(|line| line.strip_prefix("SAYS = '"));
    let says: Value = serde_json::from_str(line.unwrap().trim_end_matches('\'')).unwrap();
    for (extension, reply) in replies().as_object().unwrap() {
        assert_eq!(
            says[extension]["action"], reply["action"],
            "one table, written twice"
        );
    }

    let simulator = Simulator::start(Settings::fast())
        .await
        .expect("the PBX starts");
    let folder = tempfile::tempdir().expect("a folder");
    let ours = folder.path().join("wrangler.toml");
    std::fs::write(&ours, configuration(root, &simulator.url())).expect("it is written");
    let port = free_port();
    let wrangler = Command::new(root.join("node_modules/.bin/wrangler"))
        .args([
            "dev",
            "--local",
            "--ip",
            "127.0.0.1",
            "--port",
            &port.to_string(),
        ])
        .args(["--inspector-port", &free_port().to_string()])
        .arg("--persist-to")
        .arg(folder.path())
        .arg("-c")
        .arg(&ours)
        .arg("-c")
        .arg(&standin)
        .current_dir(root)
        .env("CI", "1")
        .env("WRANGLER_SEND_METRICS", "false")
        .env("PATH", path(root))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .expect("wrangler starts");
    let mut wrangler = Wrangler(wrangler);
    let client = Client::new(&format!("http://127.0.0.1:{port}"));
    is_ready(&mut wrangler.0, &client.url).await;
    is_up(&client).await;
    five(&client, simulator.control(), async |_: &Value| {}).await;

    until("its own questions to be on record", async || {
        let log = client
            .call("get_audit_log", json!({ "caller": "masterlinc" }))
            .await;
        let entries = log.ok()["entries"].as_array().unwrap().clone();
        let asked = entries
            .iter()
            .filter(|it| it["tool"] == json!("get_presence"));
        (asked
            .filter(|it| it["signedInBy"] == json!("binding"))
            .count()
            == 5)
            .then_some(())
    })
    .await;
}

/// Ours, without the step that builds it, and with the binding.
fn configuration(root: &Path, pbx: &str) -> String {
    let text = std::fs::read_to_string(root.join("wrangler.toml")).expect("it is there");
    let mut kept = String::new();
    let mut is_build = false;
    for line in text.lines() {
        if line.starts_with('[') {
            is_build = line == "[build]";
        }
        if line.starts_with("main = ") {
            let _ = writeln!(kept, "main = \"{}\"", root.join("build/index.js").display());
        } else if !is_build {
            let _ = writeln!(kept, "{line}");
        }
    }
    kept.push_str("\n[[services]]\nbinding = \"MASTERLINC\"\nservice = \"masterlinc\"\n\n[vars]\n");
    let mut all = variables("");
    all.extend([
        ("PBX_BASE_URL", pbx),
        ("PBX_CLIENT_ID", "assistant"),
        ("PBX_CLIENT_SECRET", "demo-secret-not-real"),
        ("MCP_AUTH", "none"),
    ]);
    for (name, value) in all {
        let _ = writeln!(kept, "{name} = {}", json!(value));
    }
    kept
}

/// Programs of npm find the Node that comes with them.
fn path(root: &Path) -> String {
    let beside = root.join("node_modules/.bin");
    let usual = std::env::var("PATH").unwrap_or_default();
    format!("{}:{usual}", beside.display())
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

async fn is_ready(wrangler: &mut Child, url: &str) {
    let deadline = Instant::now() + Duration::from_secs(90);
    let http = reqwest::Client::new();
    loop {
        let ended = wrangler.try_wait().expect("its state");
        if ended.is_some() || Instant::now() > deadline {
            let mut said = String::new();
            let _ = wrangler.start_kill();
            if let Some(mut out) = wrangler.stdout.take() {
                let _ = out.read_to_string(&mut said).await;
            }
            if let Some(mut errors) = wrangler.stderr.take() {
                let _ = errors.read_to_string(&mut said).await;
            }
            panic!("wrangler is not ready: {said}");
        }
        let health = http.get(format!("{url}/health")).send().await;
        if health.is_ok_and(|answer| answer.status() == 200) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// A running wrangler; dropped, everything that it started ends with it: they are a group of their own.
struct Wrangler(Child);

impl Drop for Wrangler {
    fn drop(&mut self) {
        if let Some(group) = self.0.id() {
            let mut kill = std::process::Command::new("kill");
            let _ = kill.args(["-TERM", "--", &format!("-{group}")]).status();
        }
    }
}
