//! A bare workerd that runs the built Worker. No Node, no network beyond loopback; its port is free
//! and its state is in a folder of its own.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader, Lines};
use tokio::process::{Child, Command};

use super::Client;

/// Which Worker is run.
#[derive(Clone, Copy)]
pub(crate) enum Build {
    /// The one that is deployed.
    Real,
    /// The one that can be broken; see `src/edge/drill.rs`.
    Drill,
}

impl Build {
    /// The lobby cannot be broken: there is one.
    fn folder_of(self, name: &str) -> &'static str {
        match self {
            Self::Drill if !name.starts_with("lobby/") => "build-drill",
            _ => "build",
        }
    }

    /// A panic prints two stacks: they are kept, and shown only if `DRILL_LOG` is set.
    fn shows_errors(self) -> bool {
        matches!(self, Self::Real) || std::env::var_os("DRILL_LOG").is_some()
    }
}

/// The files of the Worker, and what workerd takes them for; the entry first.
const MODULES: [(&str, &str); 7] = [
    ("index.js", "esModule"),
    ("phone/index.js", "esModule"),
    ("phone/index_bg.wasm", "wasm"),
    ("line/index.js", "esModule"),
    ("line/index_bg.wasm", "wasm"),
    ("lobby/index.js", "esModule"),
    ("lobby/index_bg.wasm", "wasm"),
];

/// What is run.
pub(crate) struct Plan {
    pub(crate) build: Build,
    /// Variables of the Worker.
    pub(crate) variables: Vec<(String, String)>,
    /// Copies of the Worker, all with the Durable Object of the first.
    pub(crate) isolates: usize,
    /// Where the KV namespace is.
    pub(crate) kv: SocketAddr,
    /// Where the service binding `PBX` leads; if it is bound, there is no other way out.
    pub(crate) tunnel: Option<SocketAddr>,
    /// Whether MasterLinc's stand-in runs beside it.
    pub(crate) has_masterlinc: bool,
    /// Where the bucket of recordings is, if it is bound.
    pub(crate) bucket: Option<SocketAddr>,
}

/// A running workerd; dropped = killed. (It drains on SIGTERM, so it is ended with SIGKILL.)
pub(crate) struct Runtime {
    folder: TempDir,
    plan: Plan,
    child: Child,
    urls: Vec<String>,
    log: Log,
}

/// What the Worker wrote to its log, through all restarts.
type Log = Arc<Mutex<String>>;

impl Runtime {
    /// Runs the plan on fresh state.
    pub(crate) async fn start(plan: Plan) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the state");
        std::fs::create_dir(folder.path().join("state")).expect("a folder for the objects");
        let log = Log::default();
        let (child, urls) = launch(folder.path(), &plan, &log).await;
        Self {
            folder,
            plan,
            child,
            urls,
            log,
        }
    }

    /// Ends it and starts it again on the same state, with these variables.
    pub(crate) async fn restart(&mut self, variables: Vec<(String, String)>) {
        self.child.kill().await.expect("workerd ends");
        self.plan.variables = variables;
        (self.child, self.urls) = launch(self.folder.path(), &self.plan, &self.log).await;
    }

    /// Every line that the Worker has logged.
    pub(crate) fn log(&self) -> String {
        self.log.lock().expect("no writer panicked").clone()
    }

    /// Memory of the whole process in bytes, where the system tells it (Linux).
    pub(crate) fn resident(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
        Some(kilobytes * 1024)
    }

    /// Where the first isolate listens.
    pub(crate) fn url(&self) -> &str {
        &self.urls[0]
    }

    /// A caller at the first isolate.
    pub(crate) fn client(&self) -> Client {
        Client::new(&self.urls[0])
    }

    /// A caller at each isolate.
    pub(crate) fn clients(&self) -> Vec<Client> {
        let urls = self.urls.iter().take(self.plan.isolates);
        urls.map(|url| Client::new(url)).collect()
    }

    /// A caller at MasterLinc's stand-in.
    pub(crate) fn masterlinc(&self) -> Client {
        Client::new(&self.urls[self.plan.isolates])
    }
}

async fn launch(folder: &Path, plan: &Plan, log: &Log) -> (Child, Vec<String>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, _) in MODULES {
        let built = root.join(plan.build.folder_of(name)).join(name);
        let copy = folder.join(name);
        std::fs::create_dir_all(copy.parent().expect("it is in a folder")).expect("a folder");
        std::fs::copy(&built, copy)
            .unwrap_or_else(|error| panic!("{}: {error}; run `npm test`", built.display()));
    }
    if plan.has_masterlinc {
        let standin = root.join("tests/clients/masterlinc/index.js");
        std::fs::copy(standin, folder.join("masterlinc.js")).expect("the stand-in is there");
    }
    let config = folder.join("config.capnp");
    std::fs::write(&config, configuration(&root.join("wrangler.toml"), plan))
        .expect("the configuration is written");
    let mut child = Command::new(workerd(root))
        .arg("serve")
        .arg("--control-fd=1")
        .arg(&config)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("workerd starts; run `npm test`, which installs it");

    let errors = child.stderr.take().expect("stderr is piped");
    let is_shown = plan.build.shows_errors();
    tokio::spawn(keep(
        BufReader::new(errors).lines(),
        Arc::clone(log),
        is_shown,
    ));
    let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
    let mut urls = vec![String::new(); plan.isolates + usize::from(plan.has_masterlinc)];
    while urls.iter().any(String::is_empty) {
        let line = tokio::time::timeout(Duration::from_secs(30), lines.next_line())
            .await
            .expect("workerd listens within 30 seconds")
            .expect("workerd's output can be read")
            .expect("workerd runs; its errors are above");
        let event: serde_json::Value = serde_json::from_str(&line).expect("events are JSON");
        if let (Some(socket), Some(port)) = (event["socket"].as_str(), event["port"].as_u64()) {
            let isolate: usize = socket
                .trim_start_matches("http-")
                .parse()
                .expect("our name");
            urls[isolate] = format!("http://127.0.0.1:{port}");
        }
    }
    tokio::spawn(keep(lines, Arc::clone(log), false));
    (child, urls)
}

/// Keeps what is logged; errors are shown too.
async fn keep(mut lines: Lines<BufReader<impl AsyncRead + Unpin>>, log: Log, is_shown: bool) {
    while let Ok(Some(line)) = lines.next_line().await {
        if is_shown {
            eprintln!("{line}");
        }
        let mut log = log.lock().expect("no writer panicked");
        log.push_str(&line);
        log.push('\n');
    }
}

/// The native program inside the npm package.
fn workerd(root: &Path) -> PathBuf {
    root.join("node_modules/workerd/bin/workerd")
}

/// See "workerd.capnp": services, and a socket for each isolate.
fn configuration(wrangler: &Path, plan: &Plan) -> String {
    let wrangler = std::fs::read_to_string(wrangler).expect("wrangler.toml is there");
    let date = wrangler
        .lines()
        .find_map(|line| line.strip_prefix("compatibility_date = "))
        .expect("wrangler.toml has a compatibility date");
    let classes = objects(&wrangler);
    let mut bindings = String::new();
    for (name, value) in &plan.variables {
        let _ = write!(bindings, "(name = {name:?}, text = {}), ", quoted(value));
    }
    bindings.push_str("(name = \"CDR_CACHE\", kvNamespace = \"kv\"), ");
    let kv = plan.kv;
    let mut services = format!("(name = \"kv\", external = (address = \"{kv}\", http = ())),\n");
    let mut way_out = "net";
    if let Some(pbx) = plan.tunnel {
        bindings.push_str("(name = \"PBX\", service = \"tunnel\"), ");
        let _ = writeln!(
            services,
            "(name = \"tunnel\", external = (address = \"{pbx}\", http = ())),"
        );
        way_out = "nowhere";
    }
    if let Some(bucket) = plan.bucket {
        bindings.push_str("(name = \"RECORDINGS\", r2Bucket = \"r2\"), ");
        let _ = writeln!(
            services,
            "(name = \"r2\", external = (address = \"{bucket}\", http = ())),"
        );
    }
    if plan.has_masterlinc {
        bindings.push_str("(name = \"MASTERLINC\", service = \"masterlinc\"), ");
    }
    let mut modules = String::new();
    for (name, kind) in MODULES {
        let _ = write!(modules, "(name = {name:?}, {kind} = embed {name:?}), ");
    }
    let mut sockets = String::new();
    for isolate in 0..plan.isolates {
        let (object, namespaces) = of_objects(&classes, isolate);
        let _ = writeln!(
            services,
            "(name = \"isolate-{isolate}\", worker = (
               modules = [{modules}],
               compatibilityDate = {date}, {object}
               bindings = [{bindings}{namespaces}],
               globalOutbound = \"{way_out}\")),"
        );
        let _ = writeln!(
            sockets,
            "(name = \"http-{isolate}\", address = \"127.0.0.1:0\", \
             http = (forwardedProtoHeader = \"x-forwarded-proto\"), \
             service = \"isolate-{isolate}\"),"
        );
    }
    if plan.has_masterlinc {
        let props = r#"{"name":"masterlinc","scopes":["read","control","message","record","admin"],"extensions":["100-112"]}"#;
        let _ = writeln!(
            services,
            "(name = \"masterlinc\", worker = (
               modules = [(name = \"masterlinc.js\", esModule = embed \"masterlinc.js\")],
               compatibilityDate = {date},
               bindings = [
                 (name = \"PHONE\", service = (name = \"isolate-0\", props = (json = {}))),
                 (name = \"BARE\", service = \"isolate-0\")],
               globalOutbound = \"nowhere\")),",
            quoted(props)
        );
        let _ = writeln!(
            sockets,
            "(name = \"http-{}\", address = \"127.0.0.1:0\", http = (), service = \"masterlinc\"),",
            plan.isolates
        );
    }
    format!(
        "using Workerd = import \"/workerd/workerd.capnp\";
const config :Workerd.Config = (
  services = [{services}
    (name = \"disk\", disk = (path = \"state\", writable = true)),
    (name = \"net\", network = (allow = [\"local\"])),
    (name = \"nowhere\", network = (allow = []))
  ],
  sockets = [{sockets}]
);
"
    )
}

/// What an isolate has of the objects, which all live in the first one, and its bindings to them.
fn of_objects(classes: &[(&str, &str)], isolate: usize) -> (String, String) {
    let (mut objects, mut namespaces) = (String::new(), String::new());
    for (binding, class) in classes {
        let _ = write!(
            objects,
            "(className = {class:?}, uniqueKey = {binding:?}, enableSql = true), "
        );
        let namespace = if isolate == 0 {
            format!("{class:?}")
        } else {
            format!("(className = {class:?}, serviceName = \"isolate-0\")")
        };
        let _ = write!(
            namespaces,
            "(name = {binding:?}, durableObjectNamespace = {namespace}), "
        );
    }
    if isolate > 0 {
        return (String::new(), namespaces);
    }
    let object = format!(
        "durableObjectNamespaces = [{objects}],
         durableObjectStorage = (localDisk = \"disk\"),"
    );
    (object, namespaces)
}

/// Binding and class of every Durable Object in wrangler.toml.
fn objects(wrangler: &str) -> Vec<(&str, &str)> {
    let tables = wrangler.split("[[durable_objects.bindings]]").skip(1);
    tables
        .map(|table| {
            let of = |name: &str| {
                let line = table.lines().find_map(|line| line.strip_prefix(name));
                let text = line.and_then(|it| it.trim().strip_prefix("= "));
                text.expect("a binding has a name and a class")
                    .trim_matches('"')
            };
            (of("name"), of("class_name"))
        })
        .collect()
}

/// A text literal of Cap'n Proto, which knows the escapes of C.
fn quoted(text: &str) -> String {
    let mut literal = String::from("\"");
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => literal.extend(['\\', char::from(byte)]),
            0x20..=0x7e => literal.push(char::from(byte)),
            _ => {
                let _ = write!(literal, "\\x{byte:02x}");
            }
        }
    }
    literal.push('"');
    literal
}
