//! Faults: what the client sees, and whether the request was carried out.

use std::time::{Duration, Instant};

use crate::common::{Pbx, pbx};
use pbx_sim::{Fault, Rule};
use reqwest::Method;
use serde_json::{Value, json};

const OUTSIDE: &str = "+966500000001";

/// Places a call through a fault; how often the call was really placed, and the status seen.
async fn place(pbx: &Pbx, fault: Fault) -> (usize, Option<u16>) {
    pbx.sim.control().clear_history();
    let rule = Rule {
        method: Some("post".to_owned()),
        ..Rule::once("/makecall", fault)
    };
    pbx.sim.control().add_fault(rule);
    let request = pbx.request(Method::POST, "/callcontrol/100/makecall");
    let request = request.json(&json!({ "destination": OUTSIDE }));
    let status = match request.send().await {
        Ok(answer) => {
            let status = answer.status().as_u16();
            answer.text().await.ok().map(|_| status)
        }
        Err(_) => None,
    };
    assert!(pbx.sim.control().faults().is_empty(), "the rule is used up");
    (pbx.sim.control().calls_placed_to(OUTSIDE), status)
}

#[tokio::test]
async fn before_and_after() {
    let pbx = pbx().await;
    let status = Fault::Status {
        status: 503,
        body: String::new(),
        content_type: None,
        headers: std::collections::BTreeMap::new(),
    };
    assert_eq!(place(&pbx, status).await, (0, Some(503)));
    assert_eq!(place(&pbx, Fault::Reset).await, (0, None));
    assert_eq!(place(&pbx, Fault::ResetAfter).await, (1, None));
    assert_eq!(place(&pbx, Fault::Truncate).await, (1, None));
    assert_eq!(place(&pbx, Fault::Html).await, (0, Some(200)));
    assert_eq!(place(&pbx, Fault::Empty).await, (0, Some(200)));
    assert_eq!(place(&pbx, Fault::Hang { seconds: 0 }).await, (0, None));
    let started = Instant::now();
    assert_eq!(place(&pbx, Fault::Delay { ms: 60 }).await, (1, Some(200)));
    assert!(started.elapsed() >= Duration::from_millis(60));
    let slow = Fault::SlowBody {
        chunk_bytes: 64,
        chunk_ms: 5,
    };
    assert_eq!(place(&pbx, slow).await, (1, Some(200)));
    assert_eq!(place(&pbx, Fault::LoseToken).await, (0, Some(401)));
    let record = pbx.sim.control().requests();
    let faults: Vec<&str> = record
        .iter()
        .filter_map(|entry| entry.fault.as_deref())
        .collect();
    assert_eq!(faults.len(), 10);
    assert!(
        record
            .iter()
            .any(|entry| entry.fault.is_some() && entry.status.is_none())
    );
}

#[tokio::test]
async fn what_was_cleared_is_still_known() {
    let pbx = pbx().await;
    let control = pbx.sim.control();
    let paths = |entries: Vec<pbx_sim::Entry>| -> Vec<String> {
        entries.into_iter().map(|entry| entry.path).collect()
    };
    pbx.get("/callcontrol/100/devices").await;
    control.clear_requests();
    assert!(control.requests().is_empty());
    pbx.get("/callcontrol/101/devices").await;
    control.reset(control.settings());
    assert!(control.requests().is_empty());
    let known = paths(control.every_request());
    let of = |path: &str| known.iter().filter(|known| *known == path).count();
    assert_eq!(of("/callcontrol/100/devices"), 1, "{known:?}");
    assert_eq!(of("/callcontrol/101/devices"), 1, "{known:?}");
}

#[tokio::test]
async fn rules_over_http() {
    let pbx = pbx().await;
    let rules = json!([
        { "path": "/devices", "skip": 1, "times": 2, "fault": { "kind": "status", "status": 500 } },
    ]);
    let post = pbx.http.post(pbx.url("/_sim/faults")).json(&rules);
    assert_eq!(post.send().await.unwrap().status(), 200);
    for expected in [200, 500, 500, 200] {
        assert_eq!(pbx.get("/callcontrol/100/devices").await.0, expected);
    }
    let broken = json!({ "path": "", "fault": { "kind": "nonsense" } });
    let post = pbx.http.post(pbx.url("/_sim/faults")).json(&broken);
    assert_eq!(post.send().await.unwrap().status(), 422);
}

#[tokio::test]
async fn control_over_http() {
    let pbx = pbx().await;
    let url = |path: &str| pbx.url(path);
    let settings = json!({ "answer_ms": 20, "expires_in": "minutes" });
    let put = pbx.http.put(url("/_sim/settings")).json(&settings);
    assert_eq!(put.send().await.unwrap().status(), 200);
    let put = pbx
        .http
        .put(url("/_sim/settings"))
        .json(&json!({ "nonsense": 1 }));
    assert_eq!(put.send().await.unwrap().status(), 400);
    let put = pbx
        .http
        .put(url("/_sim/numbers/105"))
        .json(&json!({ "incoming": { "does": "never" } }));
    assert_eq!(put.send().await.unwrap().status(), 204);
    let call = json!({ "from": OUTSIDE, "to": "105" });
    let post = pbx.http.post(url("/_sim/inbound")).json(&call);
    assert_eq!(post.send().await.unwrap().status(), 200);
    pbx.until("105", &["Ringing"]).await;
    let deed = json!({ "who": "105", "does": "answer" });
    let post = pbx.http.post(url("/_sim/party")).json(&deed);
    assert_eq!(
        post.send().await.unwrap().json::<Value>().await.unwrap(),
        json!({ "legs": 1 })
    );
    let state: Value = pbx
        .http
        .get(url("/_sim/state"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(state["calls"][0]["answered"], true);
    assert_eq!(state["history"][0]["how"], "inbound");
    assert_eq!(
        pbx.http
            .post(url("/_sim/reset"))
            .send()
            .await
            .unwrap()
            .status(),
        204
    );
    assert_eq!(pbx.get("/callcontrol").await.0, 401);
    assert_eq!(pbx.sim.control().settings().answer_ms, 20);
}
