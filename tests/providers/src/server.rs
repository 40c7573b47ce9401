//! The stand-ins, running: one listener for all three.

use std::io;
use std::net::SocketAddr;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::routing::post;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::book::{Asked, Provider, Shared};
use crate::mind::Reply;
use crate::script::{Rule, Script, Trouble};
use crate::{control, hearing, mind, speech};

/// The key of the mind.
pub const ANTHROPIC_KEY: &str = "anthropic-key-not-real";
/// The key of ears and voice.
pub const OPENAI_KEY: &str = "openai-key-not-real";

/// The largest file that the provider takes.
const LARGEST: usize = 25 * 1024 * 1024;

/// All three providers. Dropping it stops them.
pub struct Providers {
    address: SocketAddr,
    shared: Shared,
    server: JoinHandle<()>,
}

impl Providers {
    /// Listens on a free port of 127.0.0.1.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared = Shared::default();
        let lost = shared.clone();
        let router = Router::new()
            .route("/v1/audio/transcriptions", post(hearing::post))
            .route("/v1/audio/speech", post(speech::post))
            .route("/v1/messages", post(mind::post))
            .merge(control::routes())
            .fallback(async move |request: axum::extract::Request| {
                let (method, path) = (request.method(), request.uri().path());
                lost.lock().faults.push(format!("no {method} {path} here"));
                StatusCode::NOT_FOUND
            })
            .layer(DefaultBodyLimit::max(LARGEST))
            .with_state(shared.clone());
        let server = tokio::spawn(async move {
            // It ends with the task.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self {
            address,
            shared,
            server,
        })
    }

    /// What `ANTHROPIC_BASE_URL` is: the path `/v1/messages` follows.
    pub fn anthropic_base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What `OPENAI_BASE_URL` is: the path `/audio/speech` follows.
    pub fn openai_base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Changes what is answered, how fast, and what goes wrong.
    pub fn script<T>(&self, change: impl FnOnce(&mut Script) -> T) -> T {
        change(&mut self.shared.lock().script)
    }

    /// What the next transcription that has nothing yet will hear.
    pub fn hears(&self, text: &str) {
        self.script(|script| script.transcripts.push_back(text.to_owned()));
    }

    /// What the mind answers next.
    pub fn answers(&self, reply: Reply) {
        self.script(|script| script.replies.push_back(reply));
    }

    /// The next request fails.
    pub fn fails(&self, provider: Provider, trouble: Trouble) {
        self.fails_often(provider, 1, trouble);
    }

    /// So many of the next requests fail.
    pub fn fails_often(&self, provider: Provider, times: u32, trouble: Trouble) {
        let rule = Rule {
            provider,
            skip: 0,
            times,
            trouble,
        };
        self.script(|script| script.rules.push(rule));
    }

    /// Every request of one provider, in the order of arrival.
    pub fn asked(&self, provider: Provider) -> Vec<Asked> {
        let mut asked = self.shared.lock().asked.clone();
        asked.retain(|it| it.provider == provider);
        asked
    }

    /// How many that were.
    pub fn count(&self, provider: Provider) -> usize {
        let book = self.shared.lock();
        book.asked
            .iter()
            .filter(|it| it.provider == provider)
            .count()
    }

    /// Requests under way at once, at most; of all together without a provider.
    pub fn most_at_once(&self, provider: Option<Provider>) -> usize {
        self.shared.lock().most(provider)
    }

    /// Requests that the real services would have refused, and why. A test wants none.
    pub fn faults(&self) -> Vec<String> {
        self.shared.lock().faults.clone()
    }
}

impl Drop for Providers {
    fn drop(&mut self) {
        self.server.abort();
    }
}

pub(crate) fn text_of<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

pub(crate) fn named<'a>(headers: &'a HeaderMap, name: &'static str) -> &'a str {
    text_of(headers, &HeaderName::from_static(name))
}

pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let kind = text_of(headers, &header::CONTENT_TYPE);
    kind.split(';').next().unwrap_or_default().trim() == "application/json"
}

pub(crate) fn is_openai(headers: &HeaderMap) -> bool {
    text_of(headers, &header::AUTHORIZATION) == format!("Bearer {OPENAI_KEY}")
}
