//! What the carrier does not take, and what is never given to it.

use carrier_sim::Fate;
use serde_json::json;

use super::clinic::{Clinic, PATIENT, TYPED, newest, saying, send};
use crate::harness::Stage;

/// M1.
#[tokio::test]
async fn without_a_carrier_it_is_said_what_to_set_up() {
    let stage = Stage::new().await;
    let client = stage.client();
    for (to, channel, variable) in [
        (TYPED, "sms", "TWILIO_SMS_FROM"),
        (TYPED, "whatsapp", "TWILIO_WHATSAPP_FROM"),
        ("101", "livechat", "MYPHONE_CHAT"),
    ] {
        let wanted = json!({ "to": to, "message": "hello", "channel": channel });
        let told = client.call("send_message", wanted).await;
        assert_eq!(told.code(), "not_supported_by_pbx", "{channel}");
        assert!(told.text.contains(variable), "{channel}: {}", told.text);
    }
    assert!(saying(&client, "hello").await.is_empty());
}

#[tokio::test]
async fn half_a_set_up_closes_this_road_and_no_other() {
    let clinic = Clinic::with(&[("TWILIO_WHATSAPP_FROM", "")]).await;
    let client = clinic.client();
    let wanted = json!({ "to": TYPED, "message": "hello", "channel": "whatsapp" });
    let told = client.call("send_message", wanted).await;
    assert_eq!(told.code(), "not_supported_by_pbx");
    assert!(told.text.contains("TWILIO_WHATSAPP_FROM"), "{}", told.text);
    send(&client, "hello").await.ok();

    let clinic = Clinic::with(&[("TWILIO_AUTH_TOKEN", "")]).await;
    let client = clinic.client();
    let told = send(&client, "hello").await;
    assert_eq!(told.code(), "pbx_not_configured");
    assert!(told.text.contains("TWILIO_AUTH_TOKEN"), "{}", told.text);
    assert_eq!(clinic.carrier.requests(), 0);
    // Reading goes on.
    newest(&client, json!({})).await;
}

/// M2, M3 and their kind: one request, advice, and nothing in the log that looks sent.
#[tokio::test]
async fn a_refusal_is_told_with_advice_and_not_tried_again() {
    let clinic = Clinic::new().await;
    let client = clinic.client();
    let (number, other) = ("forbidden_destination", "provider_failed");
    let cases = [
        ("sms", 21_211, number, "check it"),
        ("sms", 21_614, number, "mobile"),
        ("sms", 21_610, number, "opted out"),
        ("sms", 21_408, number, "Geo permissions"),
        ("sms", 21_606, other, "TWILIO_SMS_FROM"),
        ("whatsapp", 63_016, other, "template"),
        ("whatsapp", 63_007, other, "TWILIO_WHATSAPP_FROM"),
        ("sms", 20_003, other, "TWILIO_AUTH_TOKEN"),
        ("sms", 20_429, other, "wait"),
        ("sms", 99_999, other, "error dictionary"),
    ];
    for (index, (channel, code, expected, advice)) in cases.into_iter().enumerate() {
        clinic.carrier.decree(None, 1, Fate::Refuse(code));
        let text = format!("refused with {code}");
        let wanted = json!({ "to": TYPED, "message": text, "channel": channel });
        let told = client.call("send_message", wanted).await;
        assert_eq!(told.code(), expected, "{code}");
        assert!(
            told.text.contains(advice) && told.text.contains(&code.to_string()),
            "{code}: {}",
            told.text
        );
        assert_eq!(clinic.carrier.requests(), index + 1, "{code}: asked once");
        let kept = saying(&client, &text).await;
        assert!(
            kept.iter()
                .all(|message| message["status"] == json!("failed")),
            "{kept:?}"
        );
    }
    assert!(clinic.carrier.accepted().is_empty());
    send(&client, "now it works").await.ok();
}

/// M3: what can be seen by the number is not even asked.
#[tokio::test]
async fn whoever_cannot_get_it_is_not_written_to() {
    let clinic = Clinic::new().await;
    let client = clinic.client();
    for (to, channel) in [
        ("0112345678", "sms"),
        ("920012345", "sms"),
        ("8001234567", "sms"),
        ("925012345", "sms"),
        ("997", "sms"),
        ("101", "sms"),
        ("101", "whatsapp"),
        ("999999", "sms"),
        (TYPED, "livechat"),
        ("hello", "sms"),
        ("", "sms"),
        ("+14155550100", "sms"),
    ] {
        let wanted = json!({ "to": to, "message": "hello", "channel": channel });
        let told = client.call("send_message", wanted).await;
        let code = told.code();
        let expected = [
            "invalid_argument",
            "forbidden_destination",
            "provider_failed",
            "not_found",
        ];
        assert!(expected.contains(&code), "{to} by {channel}: {code}");
    }
    assert_eq!(clinic.carrier.requests(), 0);
    assert!(saying(&client, "hello").await.is_empty());
}

/// M4: the longest text.
#[tokio::test]
async fn a_text_that_is_too_long_or_nothing_is_not_sent() {
    let clinic = Clinic::new().await;
    let client = clinic.client();
    for text in [String::new(), " \n".to_owned(), "م".repeat(1_601)] {
        assert_eq!(send(&client, &text).await.code(), "invalid_argument");
    }
    assert_eq!(clinic.carrier.requests(), 0);
    send(&client, &"م".repeat(1_600)).await.ok();
    assert_eq!(clinic.accepted_for(PATIENT).len(), 1);
}
