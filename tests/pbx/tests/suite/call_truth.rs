//! Past calls against what really happened: a month of invented ones, and live ones.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use crate::call_log::day;
use crate::common::{keys, pbx, pbx_with, sample};
use pbx_sim::{Answering, CallRow, Deed, InboundCall, ReportOmits, Settings};
use serde_json::json;

/// Windows of the clinic's days around now, as a client asks for them.
fn windows(days: u64) -> Vec<(String, String)> {
    let now = std::time::SystemTime::now();
    let seconds = now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let midnight = (seconds + 10_800) / 86_400 * 86_400 - 10_800;
    let text = |seconds: u64| {
        let row = CallRow {
            start_us: seconds * 1_000_000,
            ..CallRow::default()
        };
        serde_json::to_value(row).unwrap()["start"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    (0..=days + 1)
        .map(|back| midnight + 86_400 - back * 86_400)
        .map(|end| (text(end - 86_400), text(end)))
        .collect()
}

#[tokio::test]
async fn a_month_of_calls_tells_the_truth() {
    let pbx = pbx().await;
    let started = Instant::now();
    let calls = pbx.sim.control().seed_history(30, 1_000, 7);
    assert!((29_980..31_001).contains(&calls), "{calls}");
    let rows = pbx.sim.control().call_rows();
    assert!(rows > 40_000, "{rows}");
    let mut by_call: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let (mut seen, mut talked) = (0, 0);
    for (from, to) in windows(30) {
        for skip in (0..).step_by(1_000) {
            let page = day(&pbx, &from, &to, &format!("$top=1000&$skip={skip}")).await;
            for row in &page {
                let text = |name: &str| row[name].as_str().unwrap().to_owned();
                by_call
                    .entry(text("MainCallHistoryId"))
                    .or_default()
                    .insert(text("CdrId"));
                talked += usize::from(row["Status"] == "Answered");
            }
            seen += page.len();
            if page.len() < 1_000 {
                break;
            }
        }
    }
    let truths = pbx.sim.control().history_truth();
    assert_eq!(by_call.len(), truths.len());
    for truth in &truths {
        assert_eq!(
            by_call[&truth.id],
            truth.cdr_ids.iter().cloned().collect(),
            "{}",
            truth.kind
        );
    }
    let view = Instant::now();
    let filter = crate::common::encode("date(SegmentStartTime) ge 2020-01-01");
    let path =
        format!("/xapi/v1/CallHistoryView?$filter={filter}&$orderby=SegmentStartTime%20desc");
    assert_eq!(
        pbx.get(&path).await.1["value"].as_array().unwrap().len(),
        100
    );
    assert!(
        view.elapsed() < Duration::from_secs(10),
        "{:?}",
        view.elapsed()
    );
    // One call a day begins exactly where two windows meet: its first row came twice.
    let distinct: usize = by_call.values().map(BTreeSet::len).sum();
    assert_eq!(distinct, rows);
    assert!(seen > rows && seen <= rows + 32, "{seen} of {rows}");
    assert!(talked >= truths.iter().map(|it| it.answered_by.len()).sum::<usize>());
    let kinds: BTreeSet<&str> = truths.iter().map(|it| it.kind.as_str()).collect();
    assert_eq!(kinds.len(), 13, "{kinds:?}");
    assert!(truths.iter().all(|it| it.answered == (it.talk_us > 0)));
    let across = truths.iter().filter(|it| it.kind == "straddling");
    assert!(across.clone().count() >= 60 && across.clone().all(|it| it.cdr_ids.len() >= 2));
    assert!(
        started.elapsed() < Duration::from_secs(60),
        "{:?}",
        started.elapsed()
    );
}

fn inbound(to: &str) -> InboundCall {
    InboundCall {
        from: "+966500000001".to_owned(),
        name: None,
        to: to.to_owned(),
        answering: Some(Answering::Never),
    }
}

#[tokio::test]
async fn live_calls_are_written_down_when_they_end() {
    let pbx = pbx_with(Settings {
        report_omits: ReportOmits::Nothing,
        ..Settings::fast()
    })
    .await;
    let control = pbx.sim.control();
    let (status, _) = pbx
        .patch("/xapi/v1/Users(201)", json!({ "RecordCalls": true }))
        .await;
    assert_eq!(status, 204);
    control.inbound(&inbound("800")).unwrap();
    pbx.until("104", &["Ringing"]).await;
    pbx.until("100", &["Ringing"]).await;
    control.party("100", Deed::Answer);
    pbx.until("100", &["Connected"]).await;
    let (_, moved) = pbx
        .act("100", "transferto", json!({ "destination": "SP100" }))
        .await;
    assert_eq!(moved["finalstatus"], "Success");
    pbx.dial("105", 0, "SP100").await;
    pbx.until("105", &["Connected"]).await;
    assert!(control.history_truth().is_empty(), "not over yet");
    control.party("+966500000001", Deed::HangUp);
    pbx.until("105", &[]).await;
    let truth = control.history_truth().remove(0);
    assert_eq!(
        (truth.direction.as_str(), truth.answered, truth.missed),
        ("Inbound", true, false)
    );
    assert_eq!(truth.to.number, "800");
    let talked: Vec<&str> = truth
        .answered_by
        .iter()
        .map(|it| it.number.as_str())
        .collect();
    assert_eq!(talked, ["100", "105"]);

    let (from, to) = windows(0).remove(0);
    let rows = day(&pbx, &from, &to, "").await;
    let mut places: Vec<(&str, &str)> = rows
        .iter()
        .map(|row| {
            (
                row["DestinationDn"].as_str().unwrap(),
                row["Status"].as_str().unwrap(),
            )
        })
        .collect();
    places.sort_unstable();
    let expected = [
        ("100", "Answered"),
        ("104", "Unanswered"),
        ("105", "Answered"),
        ("109", "Unanswered"),
        ("112", "Unanswered"),
        ("800", "Waiting"),
        ("SP100", "Waiting"),
    ];
    assert_eq!(places, expected);
    let published = sample("calllog_rows");
    for key in keys(&published["value"][0]) {
        assert!(rows[0].get(&key).is_some(), "{key}");
    }
    let (_, recordings) = pbx.get("/xapi/v1/Recordings?$top=100").await;
    let recording = &recordings["value"][0];
    assert_eq!(recordings["value"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&recording["ToDn"], &recording["CallType"]),
        (&json!("100"), &json!("InboundExternal"))
    );

    control.inbound(&inbound("108")).unwrap();
    pbx.until("108", &["Ringing"]).await;
    control.party("108", Deed::Decline);
    pbx.until("108", &[]).await;
    let missed = control.history_truth().remove(1);
    assert!(missed.missed && missed.cdr_ids.len() == 1, "{missed:?}");
}
