//! What every story needs: a [`Stage`] with a PBX, a Worker and a caller.

mod dice;
mod faults;
mod keys;
mod kv;
mod masterlinc;
mod mcp;
mod official;
mod r2;
mod runtime;
mod server;
pub(crate) mod storm;
mod stream;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use pbx_sim::{Control, Settings, Simulator};

pub(crate) use dice::Dice;
pub(crate) use faults::status;
pub(crate) use keys::key_entry;
pub(crate) use kv::Kv;
pub(crate) use masterlinc::{Manner, MasterLinc};
pub(crate) use mcp::{Answer, Client, Raw};
pub(crate) use r2::R2;
pub(crate) use runtime::{Build, Plan, Runtime};
pub(crate) use stream::{Event, Stream};

/// Basma as she is set up, with providers whom nobody can reach: callers end with a person.
pub(crate) const BASMA: [(&str, &str); 7] = [
    ("BASMA_DN", "assistant"),
    ("BASMA_FALLBACK_EXTENSION", "106"),
    (
        "BASMA_CONSENT",
        "A machine listens to this call. Press 0 for a person.",
    ),
    ("ANTHROPIC_API_KEY", "not-real"),
    ("ANTHROPIC_BASE_URL", "http://127.0.0.1:9"),
    ("OPENAI_API_KEY", "not-real"),
    ("OPENAI_BASE_URL", "http://127.0.0.1:9"),
];

/// What is bound to the Worker besides what it always has.
#[derive(Default)]
struct Beside {
    /// The PBX itself, instead of the network.
    tunnel: Option<SocketAddr>,
    /// MasterLinc's stand-in.
    masterlinc: bool,
    /// A bucket for recordings.
    bucket: Option<SocketAddr>,
}

/// A PBX and a Worker that drives it. When it goes, every request that the PBX saw is checked.
pub(crate) struct Stage {
    simulator: Simulator,
    pub(crate) runtime: Runtime,
    kv: Kv,
}

impl Stage {
    /// The demo clinic, with everything happening in milliseconds, and an open door.
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// The same with more variables, or others.
    pub(crate) async fn with(variables: &[(&str, &str)]) -> Self {
        Self::of(variables, 1).await
    }

    /// The same with several isolates that share one Durable Object.
    pub(crate) async fn of(variables: &[(&str, &str)], isolates: usize) -> Self {
        Self::running(Build::Real, variables, isolates).await
    }

    /// The same with another build of the Worker.
    pub(crate) async fn running(build: Build, variables: &[(&str, &str)], isolates: usize) -> Self {
        let simulator = Simulator::start(Settings::fast())
            .await
            .expect("the PBX starts");
        let variables = demo_variables(&simulator, variables);
        Self::set(simulator, build, variables, isolates, Beside::default()).await
    }

    /// The same with a bucket for recordings.
    pub(crate) async fn with_bucket(variables: &[(&str, &str)], bucket: &R2) -> Self {
        let simulator = Simulator::start(Settings::fast())
            .await
            .expect("the PBX starts");
        let variables = demo_variables(&simulator, variables);
        let beside = Beside {
            bucket: Some(bucket.address),
            ..Beside::default()
        };
        Self::set(simulator, Build::Real, variables, 1, beside).await
    }

    /// The same beside MasterLinc's stand-in, both bound to each other.
    pub(crate) async fn beside_masterlinc(variables: &[(&str, &str)]) -> Self {
        let simulator = Simulator::start(Settings::fast())
            .await
            .expect("the PBX starts");
        let variables = demo_variables(&simulator, variables);
        let beside = Beside {
            masterlinc: true,
            ..Beside::default()
        };
        Self::set(simulator, Build::Real, variables, 1, beside).await
    }

    async fn set(
        simulator: Simulator,
        build: Build,
        variables: Vec<(String, String)>,
        isolates: usize,
        beside: Beside,
    ) -> Self {
        let kv = Kv::start().await;
        let plan = Plan {
            build,
            variables,
            isolates,
            kv: kv.address,
            tunnel: beside.tunnel,
            has_masterlinc: beside.masterlinc,
            bucket: beside.bucket,
        };
        let runtime = Runtime::start(plan).await;
        official::begin();
        Self {
            simulator,
            runtime,
            kv,
        }
    }

    /// What the PBX can be told, and what it saw.
    pub(crate) fn pbx(&self) -> &Control {
        self.simulator.control()
    }

    /// A Worker that can reach no network at all: its PBX is behind the service binding `PBX`.
    pub(crate) async fn behind_a_tunnel() -> Self {
        let simulator = Simulator::start(Settings::fast())
            .await
            .expect("the PBX starts");
        let host = [("PBX_BASE_URL", "https://pbx.example.com:5001")];
        let variables = demo_variables(&simulator, &host);
        let beside = Beside {
            tunnel: Some(simulator.address()),
            ..Beside::default()
        };
        Self::set(simulator, Build::Real, variables, 1, beside).await
    }

    /// The namespace of call history.
    pub(crate) fn kv(&self) -> &Kv {
        &self.kv
    }

    /// Where the PBX listens, for programs that control it over HTTP.
    pub(crate) fn pbx_url(&self) -> String {
        self.simulator.url()
    }

    /// A caller at the first isolate.
    pub(crate) fn client(&self) -> Client {
        self.runtime.client()
    }

    /// Ends the runtime and starts it again on the same state: all memory is lost.
    pub(crate) async fn restart(&mut self, variables: &[(&str, &str)]) {
        let variables = demo_variables(&self.simulator, variables);
        self.runtime.restart(variables).await;
    }

    /// How many requests the PBX saw whose path holds `part`.
    pub(crate) fn requests(&self, part: &str) -> usize {
        self.pbx()
            .requests()
            .iter()
            .filter(|entry| entry.path.contains(part))
            .count()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let faults = official::end(&self.pbx().every_request());
        if faults.is_empty() {
            return;
        }
        let faults = format!("requests that 3CX does not take:\n{}", faults.join("\n"));
        // A story that fails already can only be told more.
        if std::thread::panicking() {
            println!("{faults}");
        } else {
            panic!("{faults}");
        }
    }
}

/// The demo client of the demo clinic; a variable given as "" is left out.
fn demo_variables(simulator: &Simulator, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut variables = vec![
        ("PBX_BASE_URL".to_owned(), simulator.url()),
        ("PBX_CLIENT_ID".to_owned(), "assistant".to_owned()),
        (
            "PBX_CLIENT_SECRET".to_owned(),
            "demo-secret-not-real".to_owned(),
        ),
        ("PBX_DEFAULT_EXTENSION".to_owned(), "100".to_owned()),
        ("MCP_AUTH".to_owned(), "none".to_owned()),
        // Stories about yes and caps say so themselves.
        ("CONFIRM".to_owned(), "never".to_owned()),
        ("CALLS_PER_MINUTE".to_owned(), "1000".to_owned()),
    ];
    for (name, value) in changes {
        variables.retain(|(known, _)| known != name);
        if !value.is_empty() {
            variables.push(((*name).to_owned(), (*value).to_owned()));
        }
    }
    variables
}

/// How many of `all` a long count makes this time: a tenth; all of them with `SOAK=1`, twice as many
/// with `SOAK=2` and so on.
pub(crate) fn soaked(all: usize) -> usize {
    match std::env::var("SOAK")
        .ok()
        .as_deref()
        .map(str::parse::<usize>)
    {
        Some(Ok(times)) => all * times,
        Some(Err(_)) => all,
        None => all / 10,
    }
}

/// Polls until `check` gives something; fails after ten seconds.
pub(crate) async fn until<T>(what: &str, mut check: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        if let Some(found) = check().await {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
