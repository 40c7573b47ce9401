//! Lost answers, keys, and two Workers at once: no message twice, and nothing said that is not so.

use carrier_sim::{Fate, Report};
use futures::future::join_all;
use serde_json::{Value, json};

use super::clinic::{Clinic, PATIENT, TAKEN, TYPED, message, saying, until_status};
use crate::harness::{Answer, Client, until};

fn wanted(text: &str, key: &str) -> Value {
    json!({ "to": TYPED, "message": text, "idempotency_key": key })
}

async fn ask(client: &Client, text: &str, key: &str) -> Answer {
    client.call("send_message", wanted(text, key)).await
}

#[tokio::test]
async fn what_may_have_been_sent_is_said_to_be_unclear_and_never_repeated() {
    let clinic = Clinic::new().await;
    let client = clinic.client();
    let fates = [
        Fate::Reset,
        Fate::ResetAfter,
        Fate::Truncate,
        Fate::Garble,
        Fate::Empty,
        Fate::Failure(500),
        Fate::FailureAfter(500),
        Fate::FailureAfter(503),
    ];
    for (number, fate) in fates.into_iter().enumerate() {
        let (text, key) = (format!("unclear {number}"), format!("key-{number}"));
        clinic.carrier.decree(None, 1, fate.clone());
        let accepted = clinic.carrier.accepted().len();
        assert_eq!(
            ask(&client, &text, &key).await.code(),
            "outcome_unknown",
            "{fate:?}"
        );
        // Asked again, by the key: nothing more happens.
        assert_eq!(
            ask(&client, &text, &key).await.code(),
            "outcome_unknown",
            "{fate:?}"
        );
        assert_eq!(clinic.carrier.requests(), number + 1, "{fate:?}");
        let kept = saying(&client, &text).await;
        assert_eq!(kept.len(), 1, "{fate:?}");
        assert_eq!(kept[0]["status"], json!("unknown"), "{fate:?}");
        // A report settles it.
        if let Some(taken) = clinic.carrier.accepted().get(accepted) {
            clinic
                .carrier
                .report(&taken.sid, &Report::of("delivered"))
                .await;
            until_status(&client, &kept[0]["id"], "delivered").await;
        }
    }
}

#[tokio::test]
async fn a_carrier_that_never_answers_is_not_waited_for_without_end() {
    let clinic = Clinic::new().await;
    let client = clinic.client();
    clinic
        .carrier
        .decree(None, 1, Fate::HangAfter { ms: 120_000 });
    let begun = std::time::Instant::now();
    assert_eq!(ask(&client, "slow", "k").await.code(), "outcome_unknown");
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
    assert_eq!(ask(&client, "slow", "k").await.code(), "outcome_unknown");
    assert_eq!(clinic.accepted_for(PATIENT).len(), 1);
}

#[tokio::test]
async fn one_key_is_one_message_at_any_number_of_workers() {
    let clinic = Clinic::of(&[("MESSAGES_PER_DAY", "1000")], 3).await;
    let clients = clinic.runtime.clients();
    for round in 0..10 {
        let (text, key) = (format!("round {round}"), format!("round-{round}"));
        if round % 2 == 1 {
            clinic.carrier.decree(None, 1, Fate::Delay { ms: 100 });
        }
        let all = (0..6).map(|index| ask(&clients[index % clients.len()], &text, &key));
        let all = join_all(all).await;
        let ids: Vec<&Value> = all.iter().map(|answer| &answer.ok()["messageId"]).collect();
        assert!(
            ids.iter().all(|id| *id == ids[0] && id.is_string()),
            "{ids:?}"
        );
        let first = all
            .iter()
            .filter(|answer| answer.value["repeated"] != json!(true));
        assert_eq!(first.count(), 1, "one of them did it");
        assert_eq!(clinic.carrier.accepted().len(), round + 1);
        assert_eq!(saying(&clients[round % 3], &text).await.len(), 1);
    }
    // The same key for something else is a mistake.
    let other = ask(&clients[0], "something else", "round-0").await;
    assert_eq!(other.code(), "invalid_argument");
    // Without a key everything is new.
    for _ in 0..2 {
        super::clinic::send(&clients[0], "twice").await.ok();
    }
    assert_eq!(clinic.carrier.accepted().len(), 12);
}

#[tokio::test]
async fn what_certainly_failed_may_be_tried_again_with_its_key() {
    let clinic = Clinic::new().await;
    let client = clinic.client();
    clinic.carrier.decree(None, 1, Fate::Refuse(20_429));
    assert_eq!(ask(&client, "again", "k").await.code(), "provider_failed");
    ask(&client, "again", "k").await.ok();
    assert_eq!(clinic.accepted_for(PATIENT).len(), 1);
}

#[tokio::test]
async fn a_worker_that_dies_in_the_middle_leaves_a_trace_and_no_second_message() {
    let mut clinic = Clinic::with(&[("MCP_PUBLIC_URL", "https://mcp.example.com")]).await;
    clinic
        .carrier
        .decree(None, 1, Fate::HangAfter { ms: 120_000 });
    let client = clinic.client();
    let request =
        tokio::spawn(async move { client.try_call("send_message", wanted("lost", "k")).await });
    until("the request to reach the carrier", async || {
        (clinic.carrier.accepted().len() == 1).then_some(())
    })
    .await;
    clinic.restart().await;
    assert!(
        request.await.expect("no panic").is_none(),
        "the caller's connection is gone"
    );

    let client = clinic.client();
    let kept = saying(&client, "lost").await;
    assert_eq!(kept.len(), 1, "it is in the log");
    assert_eq!(ask(&client, "lost", "k").await.code(), "outcome_unknown");
    assert_eq!(clinic.carrier.requests(), 1);
    // The carrier's report finds it, although nobody knew its name there.
    let actual = clinic.runtime.url().to_owned();
    clinic.carrier.finds("https://mcp.example.com", &actual);
    let sid = clinic.carrier.accepted()[0].sid.clone();
    let told = clinic.carrier.report(&sid, &Report::of("delivered")).await;
    assert_eq!(told, TAKEN);
    until_status(&client, &kept[0]["id"], "delivered").await;
    assert_eq!(message(&client, &kept[0]["id"]).await["to"], json!(PATIENT));
}
