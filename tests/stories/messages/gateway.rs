//! This Worker as the PBX's "Generic SMS" provider: what agents write goes out, what comes in reaches
//! their chat, and nothing is lost while the PBX does not answer.

use std::time::Duration;

use carrier_sim::{Fate, Report};
use pbx_sim::{AgentSms, Fault, Rule, SmsEvent};
use serde_json::{Value, json};

use super::clinic::{Clinic, GATEWAY_KEY, PATIENT, SMS_FROM, saying};
use crate::harness::{Raw, status, until};

/// An agent writes in 3CX, and 3CX hands it over.
async fn agent_writes(clinic: &Clinic, text: &str) -> Raw {
    let sms = AgentSms {
        extension: "104".to_owned(),
        from: SMS_FROM.to_owned(),
        to: PATIENT.to_owned(),
        text: text.to_owned(),
    };
    let body = clinic.pbx().agent_writes(&sms);
    hand_over(clinic, GATEWAY_KEY, body.to_string().into_bytes()).await
}

async fn hand_over(clinic: &Clinic, key: &str, body: Vec<u8>) -> Raw {
    let client = clinic
        .client()
        .header("authorization", &format!("Bearer {key}"));
    client.send("POST", "/sms/3cx", Some(body)).await
}

fn name(raw: &Raw) -> String {
    assert_eq!(raw.status, 200, "{}", raw.body);
    raw.json()["data"]["payload"]["id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

fn reports(clinic: &Clinic) -> Vec<(String, String)> {
    let of = |event| match event {
        SmsEvent::Report { id, status } => Some((id, status)),
        SmsEvent::Received { .. } => None,
    };
    clinic
        .pbx()
        .sms_events()
        .into_iter()
        .filter_map(of)
        .collect()
}

fn received(clinic: &Clinic) -> Vec<String> {
    let of = |event| match event {
        SmsEvent::Received { text, .. } => Some(text),
        SmsEvent::Report { .. } => None,
    };
    clinic
        .pbx()
        .sms_events()
        .into_iter()
        .filter_map(of)
        .collect()
}

#[tokio::test]
async fn what_an_agent_writes_goes_out_and_its_delivery_comes_back() {
    let clinic = Clinic::new().await;
    let client = clinic.client();
    let id = name(&agent_writes(&clinic, "Your results are here").await);
    let accepted = clinic.carrier.accepted();
    assert_eq!(accepted.len(), 1);
    assert_eq!(
        (accepted[0].to.as_str(), accepted[0].from.as_str()),
        (PATIENT, SMS_FROM)
    );
    assert_eq!(accepted[0].body, "Your results are here");
    for (status, seen) in [("sent", "sent"), ("delivered", "delivered")] {
        clinic
            .carrier
            .report(&accepted[0].sid, &Report::of(status))
            .await;
        until("the report at the PBX", async || {
            reports(&clinic)
                .contains(&(id.clone(), seen.to_owned()))
                .then_some(())
        })
        .await;
    }
    // The PBX has it, too: it is shown once.
    let shown = saying(&client, "Your results are here").await;
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert_eq!(
        (&shown[0]["direction"], &shown[0]["to"]),
        (&json!("Outbound"), &json!(PATIENT))
    );
    assert_eq!(shown[0]["status"], json!("delivered"));
    assert_eq!(
        shown[0]["from"],
        json!("104"),
        "who wrote it is known to the PBX"
    );
}

#[tokio::test]
async fn what_does_not_arrive_is_told_to_the_pbx() {
    let clinic = Clinic::new().await;
    let id = name(&agent_writes(&clinic, "To a full telephone").await);
    let sid = clinic.carrier.accepted()[0].sid.clone();
    clinic
        .carrier
        .report(&sid, &Report::failed("undelivered", 30_003))
        .await;
    until("the report at the PBX", async || {
        reports(&clinic)
            .contains(&(id.clone(), "sending_failed".to_owned()))
            .then_some(())
    })
    .await;
    // Refused at once: 3CX is told so by the answer, or by a report.
    clinic.carrier.decree(None, 1, Fate::Refuse(21_614));
    let raw = agent_writes(&clinic, "To a fixed line").await;
    if raw.status == 200 {
        let id = name(&raw);
        until("the report at the PBX", async || {
            reports(&clinic)
                .contains(&(id.clone(), "sending_failed".to_owned()))
                .then_some(())
        })
        .await;
    } else {
        assert!((400..500).contains(&raw.status), "{}", raw.status);
    }
}

/// M7.
#[tokio::test]
async fn whoever_does_not_know_the_key_sends_nothing() {
    let clinic = Clinic::new().await;
    let body = || {
        json!({ "from": SMS_FROM, "to": PATIENT, "text": "hello" })
            .to_string()
            .into_bytes()
    };
    for key in [
        "",
        "x",
        "gateway-key-of-the-demo-clinix",
        &GATEWAY_KEY.to_uppercase(),
    ] {
        assert_eq!(hand_over(&clinic, key, body()).await.status, 401, "{key}");
    }
    let client = clinic.client();
    assert_eq!(
        client.send("POST", "/sms/3cx", Some(body())).await.status,
        401
    );
    let basic = client.header("authorization", &format!("Basic {GATEWAY_KEY}"));
    assert_eq!(
        basic.send("POST", "/sms/3cx", Some(body())).await.status,
        401
    );
    assert_eq!(clinic.carrier.requests(), 0);
    name(&hand_over(&clinic, GATEWAY_KEY, body()).await);

    let closed = Clinic::with(&[("SMS_GATEWAY_KEY", "")]).await;
    for key in ["", GATEWAY_KEY] {
        let raw = hand_over(&closed, key, body()).await;
        assert!([401, 403, 404, 503].contains(&raw.status), "{}", raw.status);
    }
    assert_eq!(closed.carrier.requests(), 0);
}

#[tokio::test]
async fn posts_that_are_no_sms_have_clear_statuses() {
    let clinic = Clinic::new().await;
    let post = async |body: Vec<u8>| hand_over(&clinic, GATEWAY_KEY, body).await.status;
    let sms = |key: &str, value: Value| {
        let mut sms = json!({ "from": SMS_FROM, "to": PATIENT, "text": "hello" });
        sms[key] = value;
        sms.to_string().into_bytes()
    };
    assert_eq!(post(vec![b'a'; 1 << 20]).await, 413);
    for body in [
        b"".to_vec(),
        b"{".to_vec(),
        b"[]".to_vec(),
        b"\xff\xfe".to_vec(),
        br#"{"from":"a","to":"b","text":"\xff"}"#.to_vec(),
        sms("text", json!("")),
        sms("text", json!(1)),
        sms("to", json!(null)),
        sms("text", json!("م".repeat(1_601))),
    ] {
        let told = post(body.clone()).await;
        assert!(
            [400, 422].contains(&told),
            "{told}: {}",
            String::from_utf8_lossy(&body)
        );
    }
    // Rules hold for agents, too.
    for to in ["+966925012345", "997", "+14155550100"] {
        let told = post(sms("to", json!(to))).await;
        assert!((400..500).contains(&told), "{to}: {told}");
    }
    assert_eq!(clinic.carrier.requests(), 0);
    assert_eq!(post(sms("more", json!({ "a": [1, null] }))).await, 200);
    assert_eq!(clinic.carrier.accepted().len(), 1);
    for method in ["GET", "PUT"] {
        let raw = clinic.client().send(method, "/sms/3cx", None).await;
        assert_eq!(raw.status, 405, "{method}");
    }
}

#[tokio::test]
async fn a_lost_answer_is_not_taken_for_a_failure() {
    let clinic = Clinic::new().await;
    clinic.carrier.decree(None, 1, Fate::ResetAfter);
    // 3CX would write it again if it was told that it failed.
    let id = name(&agent_writes(&clinic, "perhaps").await);
    let accepted = clinic.carrier.accepted();
    assert_eq!(accepted.len(), 1);
    clinic
        .carrier
        .report(&accepted[0].sid, &Report::of("delivered"))
        .await;
    until("the report at the PBX", async || {
        reports(&clinic)
            .contains(&(id.clone(), "delivered".to_owned()))
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_comes_in_reaches_the_agents_once() {
    let clinic = Clinic::new().await;
    let client = clinic.client();
    assert_eq!(clinic.arrives(1, "Is the doctor in?").await, Some(200));
    assert_eq!(clinic.arrives(1, "Is the doctor in?").await, Some(200));
    until("the message at the PBX", async || {
        (!received(&clinic).is_empty()).then_some(())
    })
    .await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(received(&clinic), ["Is the doctor in?"]);
    let [SmsEvent::Received { from, to, .. }] = &clinic.pbx().sms_events()[..] else {
        panic!("{:?}", clinic.pbx().sms_events());
    };
    assert_eq!((from.as_str(), to.as_str()), (PATIENT, SMS_FROM));
    // The PBX has it now, too: it is shown once.
    let shown = saying(&client, "Is the doctor in?").await;
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert_eq!(
        (&shown[0]["from"], &shown[0]["direction"]),
        (&json!(PATIENT), &json!("Inbound"))
    );
}

#[tokio::test]
async fn while_the_pbx_does_not_answer_nothing_is_lost() {
    let mut clinic = Clinic::new().await;
    for fault in [status(500, ""), Fault::Reset, status(503, "busy")] {
        let fault = Rule {
            times: 1,
            ..Rule::once("/sms/generic", fault)
        };
        clinic.pbx().add_fault(fault);
    }
    let texts = ["first", "second", "third"];
    for (number, text) in texts.into_iter().enumerate() {
        // The carrier is told that we have it: we do.
        assert_eq!(clinic.arrives(number + 1, text).await, Some(200));
        assert_eq!(saying(&clinic.client(), text).await.len(), 1);
    }
    clinic.restart().await;
    let begun = std::time::Instant::now();
    loop {
        let mut there = received(&clinic);
        there.sort();
        if there == texts {
            break;
        }
        assert!(begun.elapsed() < Duration::from_mins(2), "only {there:?}");
        // Whatever wakes the object.
        saying(&clinic.client(), "first").await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    println!(
        "three messages reached the PBX {:?} after its restart",
        begun.elapsed()
    );
    for text in texts {
        assert_eq!(saying(&clinic.client(), text).await.len(), 1, "{text}");
    }
}
