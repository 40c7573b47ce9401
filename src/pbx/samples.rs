//! Published captures and documents of 3CX, parsed as they are: each file of the folder that
//! `PBX_SAMPLES_DIR` names. Where it is not set, the test says so.

use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::history::{LogRow, ViewRow};
use super::live::{EventsMode, Input, Link, LinkRecord};
use super::odata::Collection;
use super::sign_in::{Credentials, sign_in};
use super::transport::{HttpRequest, HttpResponse, Transport, TransportError};
use super::{DnInfo, Participant, Performed, User};
use crate::auth::Secret;

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("PBX_SAMPLES_DIR").map(PathBuf::from);
    if folder.is_none() {
        println!("PBX_SAMPLES_DIR not set: published samples are not parsed");
    }
    folder
}

fn parsed<T: DeserializeOwned>(name: &str, text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Rows stand alone, in a list, or in a collection.
fn rows<T: DeserializeOwned>(name: &str, text: &str) -> Vec<T> {
    let value: Value = parsed(name, text);
    let rows = match value {
        Value::Array(rows) => rows,
        Value::Object(ref members) if members.contains_key("value") => {
            parsed::<Collection<Value>>(name, text).value
        }
        row => vec![row],
    };
    let row = |row| T::deserialize::<Value>(row).unwrap_or_else(|error| panic!("{name}: {error}"));
    rows.into_iter().map(row).collect()
}

/// A PBX that answers everything with one document.
struct Answers(String);

impl Transport for Answers {
    fn send(
        &self,
        _: HttpRequest,
    ) -> futures::future::LocalBoxFuture<'_, Result<HttpResponse, TransportError>> {
        let body = self.0.clone().into_bytes();
        Box::pin(std::future::ready(Ok(HttpResponse {
            status: 200,
            body,
            date: None,
        })))
    }
}

#[test]
fn every_published_sample_is_understood() {
    let Some(folder) = folder() else { return };
    let mut understood = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        understand(&name, &text);
        understood += 1;
    }
    println!("{understood} published samples understood");
    assert!(understood > 0);
}

fn understand(name: &str, text: &str) {
    match name {
        "callcontrol_list" => assert!(!rows::<DnInfo>(name, text).is_empty()),
        _ if name.starts_with("participant") => {
            assert!(rows::<Participant>(name, text).iter().all(|leg| leg.id > 0));
        }
        "makecall_result" => {
            assert_eq!(parsed::<Performed>(name, text).failure(), None);
        }
        "makecall_result_failure" => assert!(parsed::<Performed>(name, text).failure().is_some()),
        _ if name.starts_with("users_") => {
            assert!(
                rows::<User>(name, text)
                    .iter()
                    .all(|user| !user.number.is_empty())
            );
        }
        "calllog_getcalllogdata_rows" => assert!(!rows::<LogRow>(name, text).is_empty()),
        "callhistoryview_row_constructed" => assert!(!rows::<ViewRow>(name, text).is_empty()),
        _ if name.starts_with("ws_event") => {
            let mut link = Link::restore(EventsMode::Always, LinkRecord::default());
            let epoch = link
                .step(Input::Tick, 0, 0)
                .into_iter()
                .find_map(|action| match action {
                    super::live::Action::Connect { epoch, .. } => Some(epoch),
                    _ => None,
                })
                .unwrap();
            link.step(Input::Opened { epoch }, 1, 0);
            link.step(
                Input::Frame {
                    epoch,
                    bytes: text.as_bytes().to_vec(),
                },
                2,
                0,
            );
            assert_eq!(link.status().counters.unreadable, 0, "{name}");
        }
        _ if name.starts_with("token_response") || name.starts_with("user_login_") => {
            let way = if name.starts_with("token") {
                Credentials::Client {
                    id: "mcp".into(),
                    secret: Secret::new("x".to_owned()),
                }
            } else {
                Credentials::WebClient {
                    name: "100".into(),
                    password: Secret::new("x".to_owned()),
                }
            };
            let outcome = futures::executor::block_on(sign_in(&Answers(text.to_owned()), &[way]));
            let is_grant = name.starts_with("token") || name.ends_with("success");
            assert_eq!(outcome.is_ok(), is_grant, "{name}");
        }
        // Requests, errors and what no part of this product reads yet: JSON, at least.
        _ => drop(parsed::<Value>(name, text)),
    }
}
