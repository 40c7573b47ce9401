//! The five actions, each from a call that comes in to where it should go; over HTTP, and over the service
//! binding from a Worker beside ours.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use pbx_sim::{Control, Deed, PlacedOutcome};
use serde_json::{Value, json};
use sha1::Sha1;

use super::{HUDA, agent_of, by_http, is_at, is_up, moves, on_record, ring, says, variables};
use crate::harness::{Client, Event, Manner, MasterLinc, Stage, until};

/// What MasterLinc says at each extension.
pub(super) fn replies() -> Value {
    json!({
        "100": { "action": "answer" },
        "105": { "action": "transfer", "agent": "doctorlinc", "message": "to the doctor" },
        "107": { "action": "voicemail" },
        "103": { "action": "ai_handle" },
        "102": { "action": "queue", "destination": "800", "agent": "paylinc" },
    })
}

/// Each action to its place; `say` tells MasterLinc what to say.
pub(super) async fn five(client: &Client, pbx: &Control, say: impl AsyncFn(&Value)) {
    let replies = replies();
    for (extension, place, status) in [
        ("100", "100", "Connected"),
        ("105", "104", "Ringing"),
        ("107", "888", "Connected"),
        ("103", "assistant", "Ringing"),
        ("102", "800", "Connected"),
    ] {
        say(&replies[extension]).await;
        let callid = ring(pbx, HUDA, extension);
        is_at(pbx, callid, place, status).await;
        let moves = moves(pbx, callid);
        assert_eq!(moves.len(), usize::from(place != extension), "{moves:?}");
        for moved in moves {
            assert_eq!((moved.how.as_str(), moved.to.as_str()), ("divert", place));
        }
        let agent = replies[extension]["agent"].as_str();
        until("its agent on the call", async || {
            // The queue and the menu are not among the numbers that this client sees.
            let is_seen = !matches!(place, "800" | "888");
            (!is_seen || agent_of(client, callid).await.as_deref() == agent).then_some(())
        })
        .await;
        pbx.party(HUDA, Deed::HangUp);
        println!(
            "{}: {extension} -> {place} ({status})",
            replies[extension]["action"]
        );
    }
}

#[tokio::test]
async fn the_five_actions_by_http() {
    let (stage, linc) = by_http(&[]).await;
    five(&stage.client(), stage.pbx(), async |reply: &Value| {
        linc.is(says(reply));
    })
    .await;
    assert_eq!(linc.told("call.incoming"), 5);
    let asked = linc.asked();
    assert_eq!(asked[0].authorization, "Bearer linc-token-not-real");
    let expected = json!({
        "event": "call.incoming", "caller": HUDA, "callee": "100", "extension": "100",
        "direction": "Inbound",
    });
    assert_eq!(asked[0].event, expected, "no names, nothing more");
    until("it to be told that all is over", async || {
        (linc.told("call.ended") == 5).then_some(())
    })
    .await;
    assert_eq!(linc.told("call.answered"), 1);
    let asked = linc.asked();
    let ended = asked.iter().find(|it| it.event["event"] == "call.ended");
    let summary = &ended.unwrap().event["metadata"]["summary"];
    assert!(
        summary.as_str().unwrap().starts_with("over after"),
        "{summary}"
    );
}

#[tokio::test]
async fn the_five_actions_over_the_binding() {
    let stage = Stage::beside_masterlinc(&variables("")).await;
    is_up(&stage.client()).await;
    let linc = stage.runtime.masterlinc();
    five(&stage.client(), stage.pbx(), async |reply: &Value| {
        let says = json!({ "*": reply }).to_string().into_bytes();
        assert_eq!(linc.send("POST", "/says", Some(says)).await.status, 204);
    })
    .await;
    let heard = linc.send("GET", "/heard", None).await.json();
    assert!(heard.as_array().unwrap().len() >= 5, "{heard}");
}

/// What was asked while it rang is done to a call that is connected meanwhile.
#[tokio::test]
async fn a_call_that_was_picked_up_meanwhile_is_transferred() {
    let (stage, linc) = by_http(&[]).await;
    let reply = json!({ "action": "transfer", "destination": "104" });
    linc.is(Manner::Slow(std::time::Duration::from_millis(400), reply));
    let callid = ring(stage.pbx(), HUDA, "105");
    is_at(stage.pbx(), callid, "105", "Ringing").await;
    until("it to be asked", async || {
        (!linc.asked().is_empty()).then_some(())
    })
    .await;
    stage.pbx().party("105", Deed::Answer);
    is_at(stage.pbx(), callid, "104", "Ringing").await;
    stage.pbx().party("104", Deed::Answer);
    is_at(stage.pbx(), callid, "104", "Connected").await;
    let moves = moves(stage.pbx(), callid);
    assert_eq!(moves.len(), 1, "{moves:?}");
    assert_eq!(moves[0].how, "transferto");
    assert_eq!(moves[0].outcome, PlacedOutcome::Answered);
    assert_eq!(
        on_record(&stage).await["arguments"]["did"],
        json!("transferto")
    );
}

/// Which agent got it is told by events, the call, the audit, and history.
#[tokio::test]
async fn the_agent_of_a_call() {
    let (stage, linc) = by_http(&[]).await;
    linc.is(says(
        &json!({ "action": "transfer", "agent": "DoctorLinc" }),
    ));
    let client = stage.client();
    let mut events = client.events(None).await;
    let callid = ring(stage.pbx(), HUDA, "105");
    is_at(stage.pbx(), callid, "104", "Ringing").await;
    // At 105 it rang first.
    let is_it = |event: &Event| event.data["extension"] == json!("104");
    let event = events.until(is_it).await.data;
    assert_eq!(event["agent"], json!("DoctorLinc"), "{event}");
    until("its agent on the call", async || {
        (agent_of(&client, callid).await.as_deref() == Some("DoctorLinc")).then_some(())
    })
    .await;
    let entry = on_record(&stage).await;
    assert_eq!(entry["outcome"], json!("ok"), "{entry}");
    assert_eq!(entry["caller"], json!("masterlinc"));
    let arguments = json!({
        "action": "transfer", "agent": "DoctorLinc", "asked": "transfer", "did": "divert",
        "destination": "104", "call": callid.to_string(),
    });
    assert_eq!(entry["arguments"], arguments);
    stage.pbx().party("104", Deed::Answer);
    is_at(stage.pbx(), callid, "104", "Connected").await;
    stage.pbx().party(HUDA, Deed::HangUp);
    until("its agent in history", async || {
        let logs = client.call("get_call_logs", json!({})).await;
        let logs = logs.ok()["logs"].as_array().unwrap().clone();
        let found = logs.iter().find(|call| call["caller"] == json!(HUDA))?;
        (found["agent"] == json!("DoctorLinc")).then_some(())
    })
    .await;
    let view = client.read("threecx://call-history").await.unwrap();
    assert_eq!(view["records"][0]["agent"], json!("DoctorLinc"), "{view}");
}

/// Without a number that takes messages a call is left to the extension's own forwarding.
#[tokio::test]
async fn voicemail_without_a_number_for_it() {
    let (stage, linc) = by_http(&[("MASTERLINC_VOICEMAIL", "")]).await;
    linc.is(says(&json!({ "action": "voicemail" })));
    let callid = ring(stage.pbx(), HUDA, "105");
    let entry = on_record(&stage).await;
    assert_eq!(entry["arguments"]["did"], json!("nothing"), "{entry}");
    is_at(stage.pbx(), callid, "105", "Ringing").await;
    assert!(moves(stage.pbx(), callid).is_empty());
}

/// Nobody is asked about a colleague, a number that is not listed, or a desk phone that rings first
/// because its own extension calls.
#[tokio::test]
async fn who_is_not_asked_about() {
    let linc = MasterLinc::start().await;
    let mut variables = variables(&linc.url);
    variables.retain(|(name, _)| *name != "MASTERLINC_DNS");
    variables.push(("MASTERLINC_DNS", "100-104"));
    let stage = Stage::with(&variables).await;
    let client = stage.client();
    is_up(&client).await;
    linc.is(says(&json!({ "action": "transfer", "destination": "109" })));
    let unlisted = ring(stage.pbx(), HUDA, "105");
    is_at(stage.pbx(), unlisted, "105", "Ringing").await;
    let inside = json!({ "extension": "107", "destination": "103" });
    client.call("make_call", inside).await.ok();
    let outside = json!({ "extension": "104", "destination": "+966500000002" });
    client.call("make_call", outside).await.ok();
    // The one that is asked about comes last, so the others were seen before.
    let listed = ring(stage.pbx(), "+966500000003", "102");
    is_at(stage.pbx(), listed, "109", "Ringing").await;
    let asked = linc.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
}

/// A message that came in from the carrier is told of, without what it says.
#[tokio::test]
async fn a_message_is_told_of_without_its_text() {
    let linc = MasterLinc::start().await;
    // Put together, so that nobody takes it for somebody's account.
    let account = format!("AC{}", "0".repeat(32));
    let stage = Stage::with(&[
        ("MASTERLINC_BASE_URL", &linc.url),
        ("TWILIO_ACCOUNT_SID", &account),
        ("TWILIO_AUTH_TOKEN", "twilio-token-not-real"),
        ("TWILIO_SMS_FROM", "+966110000000"),
    ])
    .await;
    let client = stage.client();
    let pairs = [
        ("Body", "private words"),
        ("From", HUDA),
        ("MessageSid", "SM00000000000000000000000000000001"),
        ("To", "+966110000000"),
    ];
    let mut mac = Hmac::<Sha1>::new_from_slice(b"twilio-token-not-real").unwrap();
    mac.update(format!("{}/webhooks/twilio", client.url).as_bytes());
    let mut form = String::new();
    for (name, value) in pairs {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
        let value = value.replace('+', "%2B").replace(' ', "+");
        form.extend([name, "=", &value, "&"]);
    }
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let carrier = client
        .header("x-twilio-signature", &signature)
        .header("content-type", "application/x-www-form-urlencoded");
    // The carrier may say it twice.
    for _ in 0..2 {
        let form = form.trim_end_matches('&').as_bytes().to_vec();
        let answer = carrier.send("POST", "/webhooks/twilio", Some(form)).await;
        assert!(answer.status < 300, "{} {}", answer.status, answer.body);
    }
    until("it to be told", async || {
        (!linc.asked().is_empty()).then_some(())
    })
    .await;
    let expected = json!({
        "event": "message.received", "caller": HUDA, "callee": "+966110000000",
        "extension": "+966110000000", "direction": "Inbound", "metadata": { "channel": "sms" },
    });
    assert_eq!(linc.asked()[0].event, expected);
    assert_eq!(linc.told("message.received"), 1);
}
