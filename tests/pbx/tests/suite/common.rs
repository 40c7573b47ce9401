//! A signed-in client and a way to wait; shared by all tests.

use std::time::{Duration, Instant};

use pbx_sim::{Settings, Simulator};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// Longest time anything may take.
const DEADLINE: Duration = Duration::from_secs(5);

pub(crate) struct Pbx {
    pub(crate) sim: Simulator,
    pub(crate) http: Client,
    pub(crate) token: String,
}

/// A PBX with short durations, and the token of its API client.
pub(crate) async fn pbx() -> Pbx {
    pbx_with(Settings::fast()).await
}

pub(crate) async fn pbx_with(settings: Settings) -> Pbx {
    let sim = Simulator::start(settings).await.expect("starts");
    // No pool: a fault on one connection must not be seen by the next request.
    let http = Client::builder()
        .pool_max_idle_per_host(0)
        .build()
        .expect("a client");
    let mut pbx = Pbx {
        sim,
        http,
        token: String::new(),
    };
    pbx.token = pbx.mint().await;
    pbx
}

impl Pbx {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sim.url())
    }

    pub(crate) async fn token_response(&self, form: &str) -> reqwest::Response {
        let request = self.http.post(self.url("/connect/token"));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request
            .body(form.to_owned())
            .send()
            .await
            .expect("an answer")
    }

    pub(crate) async fn mint(&self) -> String {
        let form = "client_id=assistant&client_secret=demo-secret-not-real\
                    &grant_type=client_credentials";
        let token: Value = self.token_response(form).await.json().await.expect("JSON");
        token["access_token"].as_str().expect("a token").to_owned()
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, self.url(path))
            .bearer_auth(&self.token)
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        open(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        open(self.request(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> (StatusCode, Value) {
        open(self.request(Method::PATCH, path).json(&body)).await
    }

    /// Participants of a number.
    pub(crate) async fn participants(&self, dn: &str) -> Vec<Value> {
        let (status, body) = self.get(&format!("/callcontrol/{dn}/participants")).await;
        assert_eq!(status, StatusCode::OK, "participants of {dn}");
        body.as_array().expect("a list").clone()
    }

    /// Waits until a number has exactly these states, in any order; gives the participants.
    pub(crate) async fn until(&self, dn: &str, states: &[&str]) -> Vec<Value> {
        let started = Instant::now();
        loop {
            let participants = self.participants(dn).await;
            let mut seen: Vec<&str> = participants
                .iter()
                .filter_map(|it| it["status"].as_str())
                .collect();
            seen.sort_unstable();
            if seen == states {
                return participants;
            }
            assert!(
                started.elapsed() < DEADLINE,
                "{dn}: {seen:?}, expected {states:?}"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Acts on the first participant of a number.
    pub(crate) async fn act(&self, dn: &str, action: &str, body: Value) -> (StatusCode, Value) {
        let participants = self.participants(dn).await;
        let id = participants.first().expect("a participant")["id"].clone();
        self.post(
            &format!("/callcontrol/{dn}/participants/{id}/{action}"),
            body,
        )
        .await
    }

    /// Places a call from the only or the named device of a number.
    pub(crate) async fn dial(
        &self,
        dn: &str,
        device: usize,
        destination: &str,
    ) -> (StatusCode, Value) {
        let (_, devices) = self.get(&format!("/callcontrol/{dn}/devices")).await;
        let id = encode(devices[device]["device_id"].as_str().expect("a device"));
        let body = json!({ "destination": destination });
        self.post(&format!("/callcontrol/{dn}/devices/{id}/makecall"), body)
            .await
    }
}

/// Everything but letters and digits as `%XX`.
pub(crate) fn encode(text: &str) -> String {
    let byte = |byte: u8| match byte {
        letter if letter.is_ascii_alphanumeric() => char::from(letter).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// Status and JSON body; `null` where there is none.
pub(crate) async fn open(request: RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.expect("an answer");
    let status = response.status();
    let text = response.text().await.expect("a body");
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// The keys of an object, sorted.
pub(crate) fn keys(value: &Value) -> Vec<String> {
    let mut keys: Vec<String> = value
        .as_object()
        .expect("an object")
        .keys()
        .cloned()
        .collect();
    keys.sort_unstable();
    keys
}

/// A sample document as published (personal data replaced).
pub(crate) fn sample(name: &str) -> Value {
    let path = format!("{}/tests/samples/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("a sample");
    serde_json::from_str(&text).expect("JSON")
}
