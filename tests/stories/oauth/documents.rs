//! Clients that are described in a document at their `client_id`. The stand-in listens on loopback, which
//! the Worker takes only because it is reached there itself.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, HOST, LOCATION};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;
use tokio::task::JoinHandle;

use super::{CALLBACK, KEY, Visitor, list, stage, text};

/// A web site with documents, good and bad.
struct Site {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
    server: JoinHandle<()>,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Site {
    async fn start() -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new()
            .route("/{name}", get(document))
            .with_state(Arc::clone(&seen));
        let server = tokio::spawn(async move {
            axum::serve(listener, router)
                .await
                .expect("the site serves");
        });
        Self {
            address,
            seen,
            server,
        }
    }

    fn url(&self, name: &str) -> String {
        format!("http://{}/{name}", self.address)
    }

    fn seen(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

async fn document(
    State(seen): State<Arc<Mutex<Vec<String>>>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    assert!(!headers.contains_key("authorization") && !headers.contains_key("cookie"));
    seen.lock().unwrap().push(name.clone());
    let host = headers[HOST].to_str().unwrap();
    let mut body = json!({
        "client_id": format!("http://{host}/{name}"), "client_name": "A Documented Client",
        "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none",
    });
    let kind = [(CONTENT_TYPE, "application/json")];
    match name.as_str() {
        "redirecting" => {
            return (axum::http::StatusCode::FOUND, [(LOCATION, "/good")]).into_response();
        }
        "missing" => return axum::http::StatusCode::NOT_FOUND.into_response(),
        "html" => return ([(CONTENT_TYPE, "text/html")], body.to_string()).into_response(),
        "broken" => return (kind, "{").into_response(),
        "slow" => tokio::time::sleep(Duration::from_mins(1)).await,
        "oversized" => body["more"] = json!("x".repeat(6 * 1024)),
        "other" => body["client_id"] = json!(format!("http://{host}/good")),
        "elsewhere" => body["redirect_uris"] = json!(["https://elsewhere.example.com/cb"]),
        "nameless" => body["client_name"] = json!(null),
        "secret" => body["client_secret"] = json!("hunter2"),
        _ => {}
    }
    (kind, body.to_string()).into_response()
}

#[tokio::test]
async fn a_client_that_is_described_at_its_address() {
    let stage = stage(&[], 1).await;
    let site = Site::start().await;
    let mut visitor = Visitor::at(&stage).await;
    visitor.id = site.url("good");
    let page = visitor.open(&[]).await;
    assert!(page.body.contains("A Documented Client"), "{}", page.body);
    assert!(
        page.body.contains("<bdi dir=ltr>127.0.0.1</bdi>"),
        "who vouches for it"
    );
    let answer = visitor.allow(&page, KEY, &["read"]).await;
    let tokens = visitor.redeem(&visitor.code_in(&answer), &[]).await.json();
    assert_eq!(
        visitor
            .with(text(&tokens, "access_token"))
            .post(&list())
            .await
            .status,
        200
    );
    assert_eq!(
        visitor
            .refresh(text(&tokens, "refresh_token"), &[])
            .await
            .status,
        200
    );
    assert_eq!(
        site.seen(),
        1,
        "what a person saw is what counts, it is not read again"
    );
}

#[tokio::test]
async fn documents_that_describe_no_client() {
    let stage = stage(&[], 1).await;
    let site = Site::start().await;
    let visitor = Visitor::at(&stage).await;
    for name in [
        "redirecting",
        "missing",
        "html",
        "broken",
        "oversized",
        "other",
        "elsewhere",
        "nameless",
        "secret",
    ] {
        let before = site.seen();
        let answer = visitor.open(&[("client_id", &site.url(name))]).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (400, None),
            "{name}"
        );
        assert_eq!(site.seen(), before + 1, "{name}: no redirect is followed");
        assert!(!answer.body.contains("hunter2"));
    }
    let begun = Instant::now();
    let slow = visitor.open(&[("client_id", &site.url("slow"))]).await;
    assert_eq!(slow.status, 400);
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn addresses_that_are_never_fetched() {
    let site = Site::start().await;
    let port = site.address.port();
    let here = format!("http://127.0.0.1:{port}/good");
    let inside = [
        format!("http://user@127.0.0.1:{port}/good"),
        format!("http://127.0.0.1:{port}/a/../good"),
        format!("http://127.0.0.1:{port}/"),
        format!("http://127.1:{port}/good"),
        format!("http://2130706433:{port}/good"),
        format!("https://127.0.0.1:{port}/good"),
        "https://10.0.0.1/good".to_owned(),
        "https://192.168.0.1/good".to_owned(),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://[::1]/good".to_owned(),
        "https://[fd00::1]/good".to_owned(),
        "https://pbx.internal/good".to_owned(),
        "https://localhost/good".to_owned(),
        "file:///etc/passwd".to_owned(),
    ];
    let stage = stage(&[], 1).await;
    let visitor = Visitor::at(&stage).await;
    let own = format!("{}/health", stage.runtime.url());
    for id in inside.iter().chain([&own]) {
        let answer = visitor.open(&[("client_id", id)]).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (400, None),
            "{id}"
        );
        assert!(
            answer.body.contains("cannot be the address"),
            "{id}: {}",
            answer.body
        );
    }
    assert_eq!(site.seen(), 0);

    // Under a public address even the good document on this machine is out of reach.
    let public = [("MCP_PUBLIC_URL", "https://phone.example.com")];
    let stage = super::stage(&public, 1).await;
    let visitor = Visitor::new(stage.client(), "https://phone.example.com").await;
    for id in inside
        .iter()
        .chain([&here, &"https://phone.example.com/good".to_owned()])
    {
        let answer = visitor.open(&[("client_id", id)]).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (400, None),
            "{id}"
        );
        assert!(
            answer.body.contains("cannot be the address"),
            "{id}: {}",
            answer.body
        );
    }
    assert_eq!(site.seen(), 0);
}
