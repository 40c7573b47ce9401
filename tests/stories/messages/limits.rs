//! What holds messages back: a yes, caps, quiet hours, and who may see and send what.

use futures::future::join_all;
use serde_json::json;

use super::clinic::{Clinic, PATIENT, TYPED, newest, saying, send};
use crate::harness::{Answer, key_entry, until};

const DESK: &str = "desk1-key-that-an-administrator-gave-out";
const NURSE: &str = "nurse-key-that-an-administrator-gave-out";
const READER: &str = "reads-key-that-an-administrator-gave-out";
const ADMIN: &str = "admin-key-that-an-administrator-gave-out";

async fn clinic_with_keys(more: &[(&str, &str)]) -> Clinic {
    let keys = json!([
        key_entry(DESK, &["read", "message"], None),
        key_entry(NURSE, &["read", "message"], Some(&["104-105"])),
        key_entry(READER, &["read"], None),
        key_entry(ADMIN, &["read", "admin"], None),
    ])
    .to_string();
    let mut variables = vec![("MCP_AUTH", ""), ("MCP_API_KEYS", keys.as_str())];
    variables.extend(more);
    Clinic::with(&variables).await
}

fn handle(asked: &Answer) -> String {
    assert_eq!(asked.code(), "confirmation_required", "{}", asked.text);
    let handle = &asked.value["error"]["details"]["confirm"];
    handle.as_str().expect("a handle").to_owned()
}

#[tokio::test]
async fn a_yes_is_asked_for_and_says_what_it_costs() {
    let clinic = Clinic::with(&[("CONFIRM", "")]).await;
    let client = clinic.client();
    let long = "م".repeat(135);
    let asked = send(&client, &long).await;
    let yes = handle(&asked);
    assert!(asked.text.contains(PATIENT), "{}", asked.text);
    assert!(
        asked.text.contains('3') && asked.text.contains("segment"),
        "{}",
        asked.text
    );
    println!("{}", asked.text);
    assert_eq!(clinic.carrier.requests(), 0);
    // Not for other words, not for somebody else.
    for wanted in [
        json!({ "to": TYPED, "message": "other words", "confirm": yes }),
        json!({ "to": "0500000001", "message": long, "confirm": yes }),
        json!({ "to": TYPED, "message": long, "channel": "whatsapp", "confirm": yes }),
        json!({ "to": TYPED, "message": long, "confirm": "true" }),
    ] {
        handle(&client.call("send_message", wanted).await);
    }
    let wanted = json!({ "to": TYPED, "message": long, "confirm": yes });
    client.call("send_message", wanted.clone()).await.ok();
    handle(&client.call("send_message", wanted).await);
    assert_eq!(clinic.carrier.accepted().len(), 1);
    // Colleagues need not be asked about.
    let inside =
        json!({ "from_extension": "104", "to": "105", "message": "hi", "channel": "livechat" });
    client.call("send_message", inside).await.ok();
}

#[tokio::test]
async fn caps_are_exact_under_two_hundred_parallel_sends() {
    let clinic = Clinic::of(&[("MESSAGES_PER_DAY", "7")], 4).await;
    let clients = clinic.runtime.clients();
    let all = join_all((0..200).map(|index| {
        let client = &clients[index % clients.len()];
        let wanted = json!({ "to": format!("050000{index:04}"), "message": "hello" });
        client.call("send_message", wanted)
    }))
    .await;
    let let_through = all.iter().filter(|answer| !answer.is_error).count();
    for refused in all.iter().filter(|answer| answer.is_error) {
        assert_eq!(refused.code(), "limit_reached", "{}", refused.text);
        assert!(refused.value["error"]["details"]["opensAt"].is_string());
    }
    println!("200 parallel sends, 7 a day: {let_through} let through");
    assert_eq!(let_through, 7);
    assert_eq!(clinic.carrier.accepted().len(), 7);
}

#[tokio::test]
async fn who_may_send_and_see_what() {
    let clinic = clinic_with_keys(&[]).await;
    let desk = clinic.client_with(DESK);
    let nurse = clinic.client_with(NURSE);
    let reader = clinic.client_with(READER);
    send(&desk, "from the desk").await.ok();
    let as_own = json!({ "from_extension": "104", "to": TYPED, "message": "from the nurse" });
    nurse.call("send_message", as_own.clone()).await.ok();
    // Not in another's name, and not without the scope.
    assert_eq!(send(&nurse, "as the desk").await.code(), "forbidden");
    assert_eq!(
        reader.call("send_message", as_own).await.code(),
        "forbidden"
    );
    assert_eq!(clinic.carrier.accepted().len(), 2);

    assert_eq!(clinic.arrives(1, "to the desk").await, Some(200));
    until("the message at the PBX", async || {
        (!clinic.pbx().sms_events().is_empty()).then_some(())
    })
    .await;
    for text in ["from the desk", "from the nurse", "to the desk"] {
        assert_eq!(saying(&desk, text).await.len(), 1, "{text}");
        assert_eq!(saying(&reader, text).await.len(), 1, "{text}");
    }
    assert_eq!(saying(&nurse, "from the nurse").await.len(), 1);
    for text in ["from the desk", "to the desk"] {
        assert!(saying(&nurse, text).await.is_empty(), "{text}");
        let view = nurse
            .read("threecx://messages")
            .await
            .expect("the view")
            .to_string();
        assert!(!view.contains(text), "{view}");
    }
    let asked = nurse
        .call("get_messages", json!({ "extension": "100" }))
        .await;
    assert_eq!(asked.code(), "forbidden");
    let of_104 = newest(
        &desk,
        json!({ "extension": "104", "channel": "sms", "direction": "Outbound" }),
    )
    .await;
    assert!(
        of_104
            .iter()
            .any(|message| message["body"] == json!("from the nurse")),
        "{of_104:?}"
    );
    assert!(
        of_104
            .iter()
            .all(|message| message["body"] != json!("from the desk")),
        "{of_104:?}"
    );
}

#[tokio::test]
async fn no_words_of_a_message_are_in_the_audit() {
    let clinic = clinic_with_keys(&[("AUDIT_NUMBERS", "full")]).await;
    send(&clinic.client_with(DESK), "your blood test")
        .await
        .ok();
    let log = clinic
        .client_with(ADMIN)
        .call("get_audit_log", json!({ "tool": "send_message" }))
        .await;
    let entries = log.ok()["entries"].as_array().expect("entries");
    assert_eq!((entries.len(), &entries[0]["outcome"]), (1, &json!("ok")));
    assert!(log.text.contains(TYPED), "{}", log.text);
    assert!(!log.text.contains("blood"), "{}", log.text);
    assert!(!clinic.runtime.log().contains("blood"));
}

#[tokio::test]
async fn in_quiet_hours_nobody_outside_is_written_to() {
    // All day but the hour after the next: whatever the clock shows, it is quiet.
    let now = std::time::SystemTime::now();
    let since = now
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970");
    let minute = since.as_secs() / 60 % (24 * 60);
    let clock = |minute: u64| format!("{:02}:{:02}", minute / 60 % 24, minute % 60);
    let quiet = format!("{}-{}", clock(minute + 24 * 60 - 60), clock(minute + 60));
    let clinic = Clinic::with(&[("QUIET_HOURS", &quiet), ("PBX_TIMEZONE", "UTC")]).await;
    let client = clinic.client();
    let told = send(&client, "at night").await;
    assert_eq!(told.code(), "limit_reached", "{}", told.text);
    assert_eq!(clinic.carrier.requests(), 0);
    let inside =
        json!({ "from_extension": "104", "to": "105", "message": "hi", "channel": "livechat" });
    client.call("send_message", inside).await.ok();
}
