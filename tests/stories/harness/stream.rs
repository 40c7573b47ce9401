//! Server-sent events as they come, read by the rules of WHATWG HTML §9.2.6.

use std::time::Duration;

use serde_json::{Value, json};

use super::Client;
use super::mcp::Raw;

/// What is not there by then does not come.
const PATIENCE: Duration = Duration::from_secs(15);

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    /// The last id that was given until then.
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) data: Value,
}

/// An open stream; dropped = hung up.
pub(crate) struct Stream {
    response: reqwest::Response,
    /// Not yet a whole event.
    rest: String,
    /// The last id that was given.
    pub(crate) id: String,
    /// Signs of life.
    pub(crate) comments: usize,
}

impl Client {
    /// `GET /events`, going on after an id.
    pub(crate) async fn events(&self, after: Option<&str>) -> Stream {
        let client = match after {
            Some(id) => self.clone().header("last-event-id", id),
            None => self.clone(),
        };
        client.stream("/events").await
    }

    /// `GET /events`, or why not.
    pub(crate) async fn try_events(&self) -> Result<Stream, Raw> {
        self.open("GET", "/events", None).await
    }

    /// A stream that must open.
    pub(crate) async fn stream(&self, path: &str) -> Stream {
        let opened = self.open("GET", path, None).await;
        opened.unwrap_or_else(|refused| panic!("{path}: {refused:?}"))
    }

    /// `subscriptions/listen` with this filter.
    pub(crate) async fn listen(&self, filter: Value) -> Result<Stream, Raw> {
        let method = "subscriptions/listen";
        let client = self.clone().modern(method);
        let body = json!({
            "jsonrpc": "2.0", "id": "listen-1", "method": method,
            "params": { "notifications": filter, "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": {},
            } },
        });
        let body = body.to_string().into_bytes();
        client.open("POST", "/mcp", Some(body)).await
    }

    /// A client that speaks 2026-07-28.
    fn modern(self, method: &str) -> Self {
        self.header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", method)
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
    }

    /// A stream, or the answer that is none.
    async fn open(&self, method: &str, path: &str, body: Option<Vec<u8>>) -> Result<Stream, Raw> {
        let response = self.start(method, path, body).await.expect("an answer");
        let kind = response.headers().get("content-type");
        if kind.is_none_or(|kind| kind != "text/event-stream") {
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let body = response.text().await.expect("a body");
            return Err(Raw {
                status,
                headers,
                body,
            });
        }
        assert_eq!(response.status(), 200);
        assert_eq!(
            response.headers()["cache-control"],
            "no-store, no-transform"
        );
        Ok(Stream {
            response,
            rest: String::new(),
            id: String::new(),
            comments: 0,
        })
    }
}

impl Stream {
    /// A header of the answer.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let value = self.response.headers().get(name)?;
        value.to_str().ok()
    }

    /// The next event; nothing where the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        let next = tokio::time::timeout(PATIENCE, self.find());
        next.await.expect("something happens in time")
    }

    /// The next event, which is of this kind.
    pub(crate) async fn expect(&mut self, kind: &str) -> Value {
        let event = self.next().await.expect("the stream goes on");
        assert_eq!(event.kind, kind, "{event:?}");
        event.data
    }

    /// Passes over what comes until an event is as wanted.
    pub(crate) async fn until(&mut self, is_it: impl Fn(&Event) -> bool) -> Event {
        loop {
            let event = self.next().await.expect("the stream goes on");
            if is_it(&event) {
                return event;
            }
        }
    }

    /// Whether nothing comes for a moment.
    pub(crate) async fn is_silent(&mut self) -> bool {
        self.is_silent_for(Duration::from_millis(300)).await
    }

    /// Whether nothing but signs of life comes for so long.
    pub(crate) async fn is_silent_for(&mut self, time: Duration) -> bool {
        tokio::time::timeout(time, self.find()).await.is_err()
    }

    async fn find(&mut self) -> Option<Event> {
        loop {
            while let Some((block, rest)) = self.rest.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.rest = rest;
                if let Some(event) = self.read(&block) {
                    return Some(event);
                }
            }
            match self.response.chunk().await {
                Ok(Some(chunk)) => self
                    .rest
                    .push_str(std::str::from_utf8(&chunk).expect("UTF-8")),
                Ok(None) | Err(_) => return None,
            }
        }
    }

    fn read(&mut self, block: &str) -> Option<Event> {
        let (mut kind, mut data) = (String::new(), None);
        for line in block.lines() {
            match line.split_once(": ") {
                Some(("id", id)) => id.clone_into(&mut self.id),
                Some(("event", name)) => name.clone_into(&mut kind),
                Some(("data", text)) => data = Some(serde_json::from_str(text).expect("JSON")),
                Some(("retry", _)) => {}
                _ => {
                    assert!(line.starts_with(':'), "{line:?}");
                    self.comments += 1;
                }
            }
        }
        Some(Event {
            id: self.id.clone(),
            kind,
            data: data?,
        })
    }
}
