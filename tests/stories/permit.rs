//! Before anything is started or moved: a yes, caps, quiet hours.

use futures::future::join_all;
use pbx_sim::{Answering, InboundCall};
use serde_json::{Value, json};

use crate::harness::{Answer, Client, Stage, key_entry, until};

const OUTSIDE: &str = "+966500000000";

async fn call(client: &Client, arguments: Value) -> Answer {
    client.call("make_call", arguments).await
}

fn handle(asked: &Answer) -> String {
    assert_eq!(asked.code(), "confirmation_required", "{}", asked.text);
    let handle = &asked.value["error"]["details"]["confirm"];
    handle.as_str().expect("a handle").to_owned()
}

#[tokio::test]
async fn a_call_to_the_outside_takes_a_yes_that_was_given_for_it() {
    let stage = Stage::with(&[("CONFIRM", "")]).await;
    let client = stage.client();
    let asked = call(&client, json!({ "destination": "0500000000" })).await;
    let yes = handle(&asked);
    assert!(
        asked.text.contains("call +966500000000 from extension 100"),
        "{}",
        asked.text
    );
    assert_eq!(stage.pbx().history().len(), 0);

    // A model cannot say yes by itself, nor use this yes for something else.
    for (what, arguments) in [
        (
            "invented",
            json!({ "destination": "0500000000", "confirm": "true" }),
        ),
        (
            "another number",
            json!({ "destination": "0500000001", "confirm": yes }),
        ),
        (
            "another extension",
            json!({ "extension": "101", "destination": "0500000000", "confirm": yes }),
        ),
        (
            "other details",
            json!({ "destination": "0500000000", "timeout_seconds": 30, "confirm": yes }),
        ),
    ] {
        handle(&call(&client, arguments).await);
        assert_eq!(stage.pbx().history().len(), 0, "{what}");
    }

    let confirmed = json!({ "destination": "0500000000", "confirm": yes });
    assert_eq!(
        call(&client, confirmed.clone()).await.ok()["success"],
        json!(true)
    );
    // Once.
    handle(&call(&client, confirmed).await);
    assert_eq!(stage.pbx().calls_placed_to(OUTSIDE), 1);

    // Inside the house nobody has to be asked.
    call(&client, json!({ "extension": "101", "destination": "104" }))
        .await
        .ok();
}

#[tokio::test]
async fn a_yes_under_a_key_is_one_call_and_one_answer() {
    let stage = Stage::with(&[("CONFIRM", "outside")]).await;
    let client = stage.client();
    let request = |confirm: Option<&str>| json!({ "destination": "0500000000", "idempotency_key": "k1", "confirm": confirm });
    let yes = handle(&call(&client, request(None)).await);
    let all = join_all((0..5).map(|_| call(&client, request(Some(&yes))))).await;
    for answer in &all {
        assert_eq!(answer.ok()["success"], json!(true));
    }
    // The answer was lost, and the client asks again: with the used-up handle, or with none.
    assert_eq!(
        call(&client, request(Some(&yes))).await.ok()["repeated"],
        json!(true)
    );
    assert_eq!(
        call(&client, request(None)).await.ok()["repeated"],
        json!(true)
    );
    assert_eq!(stage.pbx().calls_placed_to(OUTSIDE), 1);
}

#[tokio::test]
async fn what_takes_a_yes_is_an_administrators_choice() {
    for (confirm, inside, outside) in [
        ("never", false, false),
        ("outside", false, true),
        ("always", true, true),
    ] {
        let stage = Stage::with(&[("CONFIRM", confirm)]).await;
        let client = stage.client();
        let asks = async |destination: &str| {
            let arguments = json!({ "extension": "101", "destination": destination });
            call(&client, arguments).await.is_error
        };
        assert_eq!(asks("104").await, inside, "{confirm}, inside");
        assert_eq!(asks("0500000000").await, outside, "{confirm}, outside");
    }
}

#[tokio::test]
async fn caps_are_exact_under_two_hundred_parallel_requests() {
    let stage = Stage::of(
        &[("CALLS_PER_MINUTE", "7"), ("CALLS_PER_NUMBER", "1000")],
        4,
    )
    .await;
    let clients = stage.runtime.clients();
    let all = join_all((0..200).map(|index| {
        let client = &clients[index % clients.len()];
        let extension = ["100", "101", "104", "105"][index % 4];
        call(
            client,
            json!({ "extension": extension, "destination": format!("050000{index:04}") }),
        )
    }))
    .await;
    let let_through = all.iter().filter(|answer| !answer.is_error).count();
    let refused = all.iter().filter(|answer| answer.is_error);
    for answer in refused {
        assert_eq!(answer.code(), "limit_reached", "{}", answer.text);
        assert!(answer.value["error"]["details"]["opensAt"].is_string());
    }
    println!("200 parallel calls, 7 a minute: {let_through} let through");
    assert_eq!(let_through, 7);
    assert_eq!(stage.pbx().history().len(), 7);
}

#[tokio::test]
async fn one_number_is_not_called_for_ever_and_one_extension_not_without_end() {
    let stage = Stage::with(&[("CALLS_PER_NUMBER", "2"), ("CALLS_AT_ONCE", "2")]).await;
    let client = stage.client();
    for extension in ["100", "101"] {
        let arguments = json!({ "extension": extension, "destination": "0500000000" });
        call(&client, arguments).await.ok();
    }
    let third = call(
        &client,
        json!({ "extension": "104", "destination": "0500000000" }),
    )
    .await;
    assert_eq!(third.code(), "limit_reached");
    assert!(third.text.contains("same number"), "{}", third.text);

    call(&client, json!({ "extension": "100", "destination": "104" }))
        .await
        .ok();
    let busy = call(&client, json!({ "extension": "100", "destination": "105" })).await;
    assert_eq!(busy.code(), "limit_reached");
    assert!(
        busy.text.contains("2 calls of one extension"),
        "{}",
        busy.text
    );
    assert_eq!(stage.pbx().history().len(), 3);
}

#[tokio::test]
async fn in_quiet_hours_nobody_outside_is_called() {
    // All day but the minute after this one: whatever the clock shows, it is quiet.
    let minute = stage_minute();
    let clock = |minute: u64| format!("{:02}:{:02}", minute / 60 % 24, minute % 60);
    let quiet = format!("{}-{}", clock(minute + 24 * 60 - 60), clock(minute + 60));
    let stage = Stage::with(&[("QUIET_HOURS", &quiet), ("PBX_TIMEZONE", "UTC")]).await;
    let client = stage.client();
    let refused = call(&client, json!({ "destination": "0500000000" })).await;
    assert_eq!(refused.code(), "limit_reached", "{}", refused.text);
    assert!(refused.text.contains("quiet"), "{}", refused.text);
    assert!(refused.value["error"]["details"]["opensAt"].is_string());
    call(&client, json!({ "extension": "101", "destination": "104" }))
        .await
        .ok();
    until("the colleague to answer", async || {
        let presence = client.call("get_presence", json!({ "extension": "101" }));
        let status = presence.await.ok()["calls"][0]["status"].clone();
        (status == json!("Connected")).then_some(())
    })
    .await;
    // The call cannot be sent outside either.
    let moved = json!({ "extension": "101", "destination": "0500000000" });
    assert_eq!(
        client.call("transfer_call", moved).await.code(),
        "limit_reached"
    );
    assert_eq!(stage.pbx().calls_placed_to(OUTSIDE), 0);
}

/// The minute of the day in UTC.
fn stage_minute() -> u64 {
    let now = std::time::SystemTime::now();
    let since = now
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970");
    since.as_secs() / 60 % (24 * 60)
}

#[tokio::test]
async fn a_setting_that_cannot_be_meant_stops_calls_and_nothing_else() {
    let stage = Stage::with(&[("CONFIRM", "maybe")]).await;
    let client = stage.client();
    let refused = call(&client, json!({ "extension": "101", "destination": "104" })).await;
    assert_eq!(refused.code(), "pbx_not_configured");
    assert!(refused.text.contains("CONFIRM"), "{}", refused.text);
    client
        .call("get_presence", json!({ "extension": "100" }))
        .await
        .ok();
    assert_eq!(stage.pbx().history().len(), 0);
}

#[tokio::test]
async fn a_transfer_to_the_outside_takes_a_yes_too() {
    let stage = Stage::with(&[("CONFIRM", "")]).await;
    let client = stage.client();
    let call = InboundCall {
        from: "+966500000001".into(),
        name: None,
        to: "100".into(),
        answering: Some(Answering::Answer { after_ms: Some(0) }),
    };
    stage.pbx().inbound(&call).expect("a call");
    until("the call", async || {
        let presence = client
            .call("get_presence", json!({ "extension": "100" }))
            .await;
        (presence.ok()["onCall"] == json!(true)).then_some(())
    })
    .await;
    for kind in ["blind", "attended"] {
        let outside = json!({ "extension": "100", "destination": "0500000000", "type": kind });
        let asked = client.call("transfer_call", outside).await;
        assert!(asked.text.contains("to +966500000000"), "{}", asked.text);
        handle(&asked);
    }
    assert_eq!(
        stage.requests("/transferto") + stage.requests("/routeto"),
        0
    );
    // Inside the house nobody has to be asked.
    let inside = json!({ "extension": "100", "destination": "104" });
    client.call("transfer_call", inside).await.ok();
}

#[tokio::test]
async fn a_yes_belongs_to_who_asked() {
    let keys = json!([
        key_entry("desk1", &["control"], None),
        key_entry("desk2", &["control"], None)
    ]);
    let door = [
        ("MCP_AUTH", ""),
        ("CONFIRM", ""),
        ("MCP_API_KEYS", &keys.to_string()),
    ];
    let stage = Stage::with(&door).await;
    let wanted = json!({ "destination": "0500000000" });
    let yes = handle(&call(&stage.client_with("desk1"), wanted).await);
    let confirmed = json!({ "destination": "0500000000", "confirm": yes });
    handle(&call(&stage.client_with("desk2"), confirmed.clone()).await);
    assert_eq!(stage.pbx().history().len(), 0);
    call(&stage.client_with("desk1"), confirmed).await.ok();
}
