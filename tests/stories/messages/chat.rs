//! Chat between extensions, through the web client's undocumented door.

use pbx_sim::{ChatFault, ChatKind, Fault, Rule};
use serde_json::{Value, json};

use super::clinic::{Clinic, saying};
use crate::harness::{Answer, Client, status};

async fn chat(client: &Client, from: &str, to: &str, text: &str) -> Answer {
    let wanted = json!({
        "from_extension": from, "to": to, "message": text, "channel": "livechat",
    });
    client.call("send_message", wanted).await
}

/// What colleagues really read.
fn written(clinic: &Clinic, text: &str) -> Vec<(String, Vec<String>)> {
    let chats = clinic.pbx().chats();
    let written = chats.into_iter().filter(|chat| chat.text == text);
    written
        .inspect(|chat| assert_eq!(chat.kind, ChatKind::Internal))
        .map(|chat| (chat.from.number, chat.to))
        .collect()
}

#[tokio::test]
async fn a_colleague_reads_it() {
    let clinic = Clinic::new().await;
    let client = clinic.client();
    let sent = chat(&client, "104", "105", "هل الغرفة 3 جاهزة؟").await;
    let sent = sent.ok();
    assert_eq!((&sent["from"], &sent["to"]), (&json!("104"), &json!("105")));
    assert_eq!(sent["channel"], json!("livechat"));
    let expected = [("104".to_owned(), vec!["105".to_owned()])];
    assert_eq!(written(&clinic, "هل الغرفة 3 جاهزة؟"), expected);
    assert_eq!(clinic.carrier.requests(), 0);
    // Ours and the PBX's are one.
    let shown = saying(&client, "هل الغرفة 3 جاهزة؟").await;
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert_eq!(
        (&shown[0]["from"], &shown[0]["to"]),
        (&json!("104"), &json!("105"))
    );
    assert_eq!(shown[0]["direction"], json!("Internal"));
    assert_eq!(shown[0]["id"], sent["messageId"]);
    // A session is good for more than one message, and the second is not the first.
    chat(&client, "104", "105", "هل الغرفة 3 جاهزة؟").await.ok();
    assert_eq!(written(&clinic, "هل الغرفة 3 جاهزة؟").len(), 2);
    assert_eq!(saying(&client, "هل الغرفة 3 جاهزة؟").await.len(), 2);
}

/// M9.
#[tokio::test]
async fn an_acknowledgement_alone_is_no_success() {
    let clinic = Clinic::new().await;
    let client = clinic.client();
    clinic.pbx().add_chat_fault(ChatFault::Lie);
    let told = chat(&client, "104", "105", "never written").await;
    assert!(
        ["outcome_unknown", "provider_failed", "pbx_rejected"].contains(&told.code()),
        "{}",
        told.text
    );
    assert!(written(&clinic, "never written").is_empty());
    let shown = saying(&client, "never written").await;
    let delivered = |message: &&Value| {
        ["sent", "delivered"].contains(&message["status"].as_str().expect("a status"))
    };
    assert_eq!(shown.iter().filter(delivered).count(), 0, "{shown:?}");
    chat(&client, "104", "105", "written").await.ok();
}

#[tokio::test]
async fn refusals_say_why_and_nothing_is_written() {
    let clinic = Clinic::new().await;
    let client = clinic.client();
    for (fault, word) in [(8, "extension"), (32, "chat"), (9, "may not")] {
        clinic.pbx().add_chat_fault(ChatFault::Refuse(fault));
        let told = chat(&client, "104", "105", "refused").await;
        let code = told.code();
        assert!(
            [
                "pbx_rejected",
                "not_supported_by_pbx",
                "not_found",
                "forbidden"
            ]
            .contains(&code),
            "{fault}: {code}"
        );
        assert!(
            told.text.to_lowercase().contains(word),
            "{fault}: {}",
            told.text
        );
    }
    for to in ["999", "800", "SP100"] {
        let code = chat(&client, "104", to, "refused").await.code().to_owned();
        assert!(
            [
                "not_found",
                "invalid_argument",
                "pbx_rejected",
                "forbidden_destination"
            ]
            .contains(&code.as_str()),
            "{to}: {code}"
        );
    }
    assert!(written(&clinic, "refused").is_empty());
    let shown = saying(&client, "refused").await;
    assert!(
        shown
            .iter()
            .all(|message| message["status"] == json!("failed")),
        "{shown:?}"
    );
}

#[tokio::test]
async fn without_the_right_it_is_said_what_to_tick() {
    let clinic = Clinic::new().await;
    let client = clinic.client();
    // 113 may not be acted for.
    let told = chat(&client, "113", "105", "as the director").await;
    assert!(
        ["forbidden", "not_supported_by_pbx"].contains(&told.code()),
        "{}",
        told.text
    );
    clinic.pbx().change_settings(|it| it.my_phone = false);
    let told = chat(&client, "105", "104", "no access").await;
    assert_eq!(told.code(), "not_supported_by_pbx");
    assert!(told.text.contains("MyPhone"), "{}", told.text);
    for (status_code, text) in [(404, "older"), (400, "other")] {
        let path = "/webclient/api/MyPhone/session";
        clinic
            .pbx()
            .add_fault(Rule::once(path, status(status_code, "")));
        let told = chat(&client, "105", "104", text).await;
        let code = told.code();
        assert!(
            ["not_supported_by_pbx", "pbx_rejected"].contains(&code),
            "{status_code}: {code}"
        );
    }
    assert!(written(&clinic, "no access").is_empty());
}

#[tokio::test]
async fn a_session_that_is_over_is_opened_again_and_an_unclear_answer_is_not_repeated() {
    let clinic = Clinic::new().await;
    let client = clinic.client();
    chat(&client, "104", "105", "one").await.ok();
    clinic.pbx().add_chat_fault(ChatFault::SessionOver);
    chat(&client, "104", "105", "two").await.ok();
    assert_eq!(written(&clinic, "two").len(), 1);
    // Nothing was written, or everything was, and the answer is lost: what can be seen decides.
    for (fault, text) in [
        (Fault::ResetAfter, "lost answer"),
        (Fault::Truncate, "half an answer"),
    ] {
        clinic
            .pbx()
            .add_fault(Rule::once("/MyPhone/MPWebService.asmx", fault));
        let told = chat(&client, "104", "105", text).await;
        assert!(
            !told.is_error || told.code() == "outcome_unknown",
            "{}",
            told.text
        );
        assert_eq!(written(&clinic, text).len(), 1, "{text}");
        assert_eq!(saying(&client, text).await.len(), 1, "{text}");
    }
    for (fault, text) in [(Fault::Reset, "never came"), (Fault::Html, "a page")] {
        clinic
            .pbx()
            .add_fault(Rule::once("/MyPhone/MPWebService.asmx", fault));
        let told = chat(&client, "104", "105", text).await;
        assert!(
            ["outcome_unknown", "pbx_unreachable", "pbx_rejected"].contains(&told.code()),
            "{}",
            told.text
        );
        assert!(written(&clinic, text).is_empty(), "{text}");
    }
}

#[tokio::test]
async fn it_is_off_unless_an_administrator_turned_it_on() {
    let clinic = Clinic::with(&[("MYPHONE_CHAT", "")]).await;
    let told = chat(&clinic.client(), "104", "105", "off").await;
    assert_eq!(told.code(), "not_supported_by_pbx");
    assert!(told.text.contains("MYPHONE_CHAT"), "{}", told.text);
    assert_eq!(clinic.requests("/webclient/api/MyPhone"), 0);
}
