//! What goes wrong with MasterLinc, case by case (K1 to K7), and what becomes of the call: the default.

use std::time::Duration;

use pbx_sim::{Deed, Rule};
use serde_json::{Value, json};

use super::{HUDA, by_http, is_at, is_up, moves, on_record, ring, says, variables};
use crate::harness::{Manner, MasterLinc, Stage, status, until};

/// A default that can be seen.
const DEFAULT: (&str, &str) = ("MASTERLINC_DEFAULT_ACTION", "transfer:104");
/// From the moment a call comes in.
const LIMIT_MS: u64 = 2_500;

fn sends(body: &str) -> Manner {
    Manner::Sends(200, body.to_owned())
}

/// What the doctor says of MasterLinc.
async fn finding(stage: &Stage) -> Value {
    let answer = stage.client().call("check_pbx", json!({})).await;
    let findings = answer.ok()["findings"].as_array().unwrap().clone();
    let found = findings
        .iter()
        .find(|it| it["check"] == json!("MasterLinc"));
    found.cloned().unwrap_or_default()
}

/// A call comes in, and goes to the default in time.
async fn becomes_the_default(stage: &Stage, what: &str) {
    let callid = ring(stage.pbx(), HUDA, "105");
    is_at(stage.pbx(), callid, "104", "Ringing").await;
    let moved = moves(stage.pbx(), callid);
    assert_eq!(moved.len(), 1, "{what}: {moved:?}");
    let history = stage.pbx().history();
    let came = history.iter().find(|it| it.callid == callid).unwrap();
    let took = moved[0].at_ms - came.at_ms;
    println!("{what}: default after {took} ms");
    assert!(took <= LIMIT_MS, "{what}: {took} ms");
    stage.pbx().party(HUDA, Deed::HangUp);
}

/// K1, K2, K3, K7, and a queue that is none.
#[tokio::test]
async fn whatever_it_says_or_does_not_say_ends_in_the_default() {
    let (stage, linc) = by_http(&[DEFAULT]).await;
    let large = format!(r#"{{"action":"answer","message":"{}"}}"#, "x".repeat(9_000));
    let deep = format!(r#"{{"action":{}{}}}"#, "[".repeat(2_000), "]".repeat(2_000));
    let transfer = |to: &str| json!({ "action": "transfer", "destination": to });
    let cases = [
        ("breaks", Manner::Breaks),
        ("hangs", Manner::Hangs),
        (
            "500",
            Manner::Sends(500, "{\"action\":\"answer\"}".to_owned()),
        ),
        ("302", Manner::Sends(302, String::new())),
        (
            "HTML",
            sends("<html><body>Web server is down</body></html>"),
        ),
        ("nothing", sends("")),
        ("another shape", sends("[\"answer\"]")),
        ("large", sends(&large)),
        ("endless", Manner::Floods),
        ("deep", sends(&deep)),
        ("unknown action", says(&json!({ "action": "hang_up" }))),
        ("no destination", says(&json!({ "action": "transfer" }))),
        (
            "unknown agent",
            says(&json!({ "action": "queue", "agent": "nobody" })),
        ),
        ("emergency", says(&transfer("997"))),
        ("premium", says(&transfer("+966925000000"))),
        ("abroad", says(&transfer("+971500000000"))),
        ("code", says(&transfer("*62"))),
        ("no number", says(&transfer("sip:104@example.com"))),
        (
            "no queue",
            says(&json!({ "action": "queue", "destination": "107" })),
        ),
        ("unknown number", says(&transfer("199"))),
    ];
    for (what, manner) in cases {
        linc.is(manner);
        becomes_the_default(&stage, what).await;
        // It works in between, so that it is asked about the next one.
        linc.is(says(&json!({ "action": "answer" })));
        let fine = ring(stage.pbx(), "+966500000009", "100");
        is_at(stage.pbx(), fine, "100", "Connected").await;
        stage.pbx().party("+966500000009", Deed::HangUp);
    }
    let told = finding(&stage).await["message"]
        .as_str()
        .unwrap()
        .to_owned();
    println!("{told}");
    for counted in [
        "1 slow",
        "1 unknown_action",
        "2 no_destination",
        "2 too_large",
        "1 not_a_queue",
    ] {
        assert!(told.contains(counted), "{counted} in {told}");
    }
    assert!(told.starts_with("20 of 40 calls"), "{told}");
}

/// K3: refused, and on record with a masked number.
#[tokio::test]
async fn a_forbidden_destination_is_on_record() {
    let (stage, linc) = by_http(&[DEFAULT]).await;
    linc.is(says(
        &json!({ "action": "transfer", "destination": "+971500000123" }),
    ));
    becomes_the_default(&stage, "abroad").await;
    let entry = on_record(&stage).await;
    let arguments = &entry["arguments"];
    assert_eq!(
        arguments["fault"],
        json!("forbidden_destination"),
        "{entry}"
    );
    assert_eq!(arguments["asked"], json!("transfer"));
    assert_eq!(arguments["destination"], json!("+9715•••••123"));
    assert_eq!(arguments["did"], json!("divert"), "the default");
}

/// N15, N16: what everybody needs a yes for, or has no more of, it does not get either.
#[tokio::test]
async fn the_gate_holds_for_it_too() {
    let outside = json!({ "action": "transfer", "destination": "+966500000002" });
    for (variable, value, goes) in [
        ("CONFIRM", "outside", false),
        ("CONFIRM", "never", true),
        ("CALLS_PER_DAY", "0", false),
        ("QUIET_HOURS", "00:00-23:59", false),
    ] {
        let (stage, linc) = by_http(&[DEFAULT, (variable, value)]).await;
        linc.is(says(&outside));
        let callid = ring(stage.pbx(), HUDA, "105");
        let to = if goes { "+966500000002" } else { "104" };
        until(&format!("{variable}={value}: a call to {to}"), async || {
            let moved = moves(stage.pbx(), callid);
            moved.iter().any(|it| it.to == to).then_some(())
        })
        .await;
        assert_eq!(moves(stage.pbx(), callid).len(), 1, "{variable}={value}");
    }
}

/// K4: a desk phone is left ringing, and nothing is tried that can only fail.
#[tokio::test]
async fn answer_at_a_desk_phone_lets_it_ring() {
    let (stage, linc) = by_http(&[]).await;
    linc.is(says(&json!({ "action": "answer" })));
    let callid = ring(stage.pbx(), HUDA, "104");
    let entry = on_record(&stage).await;
    assert_eq!(entry["arguments"]["did"], json!("nothing"), "{entry}");
    assert_eq!(entry["outcome"], json!("ok"));
    is_at(stage.pbx(), callid, "104", "Ringing").await;
    assert_eq!(stage.requests("/answer"), 0);
}

/// A phone that says that it can be told, and cannot: one request, and it rings on.
#[tokio::test]
async fn answer_that_is_refused_is_not_tried_again() {
    let (stage, linc) = by_http(&[]).await;
    linc.is(says(&json!({ "action": "answer" })));
    stage.pbx().add_fault(Rule {
        times: 5,
        ..Rule::once("/answer", status(422, ""))
    });
    let callid = ring(stage.pbx(), HUDA, "100");
    let entry = on_record(&stage).await;
    assert_eq!(entry["outcome"], json!("wrong_call_state"), "{entry}");
    is_at(stage.pbx(), callid, "100", "Ringing").await;
    until("it to be counted", async || {
        let found = finding(&stage).await;
        found["message"]
            .as_str()?
            .contains("1 wrong_call_state")
            .then_some(())
    })
    .await;
    assert_eq!(stage.requests("/answer"), 1);
}

/// K5: one question and one action, however often events come, and over restarts.
#[tokio::test]
async fn the_same_event_again() {
    let linc = MasterLinc::start().await;
    let variables = variables(&linc.url);
    let mut stage = Stage::with(&variables).await;
    stage
        .pbx()
        .change_settings(|settings| settings.duplicate_every = 1);
    is_up(&stage.client()).await;
    linc.is(says(&json!({ "action": "transfer", "destination": "104" })));
    let callid = ring(stage.pbx(), HUDA, "105");
    is_at(stage.pbx(), callid, "104", "Ringing").await;
    stage.pbx().close_sockets();
    is_up(&stage.client()).await;
    for _ in 0..3 {
        stage.restart(&variables).await;
        is_up(&stage.client()).await;
    }
    // What is asked about a later call comes after whatever would have been asked about this one.
    let later = ring(stage.pbx(), "+966500000002", "107");
    is_at(stage.pbx(), later, "104", "Ringing").await;
    assert_eq!(linc.told("call.incoming"), 2, "{:?}", linc.asked());
    assert_eq!(moves(stage.pbx(), callid).len(), 1);
}

/// An object that goes away while it waits for the answer leaves the default to the next one.
#[tokio::test]
async fn a_restart_while_it_is_asked() {
    let linc = MasterLinc::start().await;
    let mut variables = variables(&linc.url);
    variables.push(DEFAULT);
    let mut stage = Stage::with(&variables).await;
    is_up(&stage.client()).await;
    linc.is(Manner::Hangs);
    let callid = ring(stage.pbx(), HUDA, "105");
    until("it to be asked", async || {
        (!linc.asked().is_empty()).then_some(())
    })
    .await;
    stage.restart(&variables).await;
    is_up(&stage.client()).await;
    is_at(stage.pbx(), callid, "104", "Ringing").await;
    assert_eq!(linc.told("call.incoming"), 1);
    assert_eq!(moves(stage.pbx(), callid).len(), 1);
    assert_eq!(
        on_record(&stage).await["arguments"]["fault"],
        json!("restarted")
    );
}

/// Whoever hung up meanwhile is gone: nothing is done, and nothing is tried.
#[tokio::test]
async fn a_call_that_is_over_before_the_answer() {
    let (stage, linc) = by_http(&[DEFAULT]).await;
    let reply = json!({ "action": "transfer", "destination": "107" });
    linc.is(Manner::Slow(Duration::from_millis(500), reply));
    let callid = ring(stage.pbx(), HUDA, "105");
    until("it to be asked", async || {
        (!linc.asked().is_empty()).then_some(())
    })
    .await;
    stage.pbx().party(HUDA, Deed::HangUp);
    until("it to be counted", async || {
        let found = finding(&stage).await;
        found["message"]
            .as_str()?
            .contains("1 call_gone")
            .then_some(())
    })
    .await;
    assert!(moves(stage.pbx(), callid).is_empty());
}

/// A dead one costs three calls two seconds, and the others nothing; one asks again later.
#[tokio::test]
async fn it_is_not_asked_for_a_while_after_it_failed() {
    let (stage, linc) = by_http(&[DEFAULT]).await;
    linc.is(Manner::Sends(503, String::new()));
    for _ in 0..6 {
        becomes_the_default(&stage, "503").await;
    }
    assert_eq!(linc.told("call.incoming"), 3);
    let found = finding(&stage).await;
    let words = found["message"].as_str().unwrap();
    assert!(
        words.contains("3 paused") && words.contains("not asked for a while"),
        "{found}"
    );
}

/// K6, and a setting that leads nowhere.
#[tokio::test]
async fn what_the_doctor_says() {
    let loops = [("MASTERLINC_BASE_URL", "https://masterlinc.brainsait.org")];
    let stage = Stage::with(&loops).await;
    is_up(&stage.client()).await;
    let found = finding(&stage).await;
    assert_eq!(found["state"], json!("warning"), "{found}");
    assert!(
        found["message"].as_str().unwrap().contains("522"),
        "{found}"
    );
    assert!(stage.runtime.log().contains("masterlinc_loops_back"));
    let nobody = Stage::with(&[("MASTERLINC_DNS", "100-112")]).await;
    is_up(&nobody.client()).await;
    let found = finding(&nobody).await;
    assert_eq!(found["state"], json!("warning"), "{found}");
    let unlinked = Stage::with(&[
        ("MASTERLINC_DNS", "100-112"),
        ("MASTERLINC_BASE_URL", "https://linc.example.workers.dev"),
        ("PBX_EVENTS", "off"),
    ])
    .await;
    let found = finding(&unlinked).await;
    assert!(
        found["mend"].as_str().unwrap().contains("PBX_EVENTS"),
        "{found}"
    );
}
