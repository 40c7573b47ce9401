//! SMS and WhatsApp out, and what becomes of them.

use carrier_sim::{Course, Encoding, Report, count_segments};
use serde_json::json;

use super::clinic::{Clinic, PATIENT, SMS_FROM, TYPED, WHATSAPP_FROM, message, newest, send};
use super::clinic::{TAKEN, until_status};

#[tokio::test]
async fn an_sms_goes_out_and_its_delivery_is_seen() {
    let clinic = Clinic::new().await;
    let client = clinic.client();
    let sent = send(&client, "Your appointment is at 10.").await;
    let sent = sent.ok();
    assert_eq!(sent["success"], json!(true));
    assert_eq!(
        (&sent["from"], &sent["to"]),
        (&json!("100"), &json!(PATIENT))
    );
    assert_eq!(sent["channel"], json!("sms"));
    assert_eq!(sent["segments"], json!(1));
    // Taken is not delivered.
    assert_eq!(sent["status"], json!("queued"));
    let words = sent["message"].as_str().expect("words");
    assert!(words.contains("the carrier accepted"), "{words}");

    let accepted = clinic.carrier.accepted();
    assert_eq!(accepted.len(), 1);
    assert_eq!(accepted[0].body, "Your appointment is at 10.");
    assert_eq!(
        (accepted[0].to.as_str(), accepted[0].from.as_str()),
        (PATIENT, SMS_FROM)
    );
    assert_eq!(clinic.carrier.requests(), 1);

    let id = &sent["messageId"];
    let shown = message(&client, id).await;
    assert_eq!(shown["body"], json!("Your appointment is at 10."));
    assert_eq!(
        (&shown["from"], &shown["to"]),
        (&json!("100"), &json!(PATIENT))
    );
    assert_eq!(
        (&shown["channel"], &shown["direction"]),
        (&json!("sms"), &json!("Outbound"))
    );
    assert_eq!(shown["status"], json!("queued"));
    for status in ["sent", "delivered"] {
        let told = clinic
            .carrier
            .report(&accepted[0].sid, &Report::of(status))
            .await;
        assert_eq!(told, TAKEN);
        until_status(&client, id, status).await;
    }
    let view = client.read("threecx://messages").await.expect("the view");
    let of_view = view["messages"].as_array().expect("messages");
    let of_view = of_view.iter().find(|message| message["id"] == *id);
    assert_eq!(of_view.expect("the message")["status"], json!("delivered"));
}

#[tokio::test]
async fn a_whatsapp_message_is_read() {
    let clinic = Clinic::new().await;
    let client = clinic.client();
    let wanted = json!({ "to": TYPED, "message": "مرحبا", "channel": "whatsapp" });
    let sent = client.call("send_message", wanted).await;
    let id = &sent.ok()["messageId"];
    let accepted = &clinic.carrier.accepted()[0];
    assert_eq!(
        (accepted.to.as_str(), accepted.from.as_str()),
        ("whatsapp:+966500000000", WHATSAPP_FROM)
    );
    for status in ["sent", "delivered", "read"] {
        clinic
            .carrier
            .report(&accepted.sid, &Report::of(status))
            .await;
    }
    until_status(&client, id, "read").await;
    let shown = message(&client, id).await;
    assert_eq!(
        (&shown["channel"], &shown["to"]),
        (&json!("whatsapp"), &json!(PATIENT))
    );
    let only = newest(&client, json!({ "channel": "whatsapp" })).await;
    assert_eq!(only.len(), 1);
    assert!(
        newest(
            &client,
            json!({ "channel": "sms", "direction": "Outbound" })
        )
        .await
        .iter()
        .all(|message| message["id"] != *id)
    );
}

#[tokio::test]
async fn reports_come_in_any_order_twice_and_before_the_answer() {
    let clinic = Clinic::new().await;
    let client = clinic.client();
    let early = |statuses: &[&str]| Course {
        before_answer: true,
        ..Course::of(statuses)
    };
    let courses = [
        (Course::of(&["delivered", "sent", "queued"]), "delivered"),
        (
            Course {
                twice: true,
                ..Course::of(&["sent", "delivered"])
            },
            "delivered",
        ),
        (early(&["sent"]), "sent"),
        (early(&["delivered", "sent"]), "delivered"),
        (early(&["sent", "undelivered", "sent"]), "undelivered"),
    ];
    for (number, (course, last)) in courses.into_iter().enumerate() {
        let to = format!("+96650000{number:04}");
        clinic.carrier.set_course(Some(&to), course.clone());
        let wanted = json!({ "to": to, "message": format!("number {number}") });
        let sent = client.call("send_message", wanted).await;
        let id = &sent.ok()["messageId"];
        crate::harness::until("the end of the course", async || {
            (clinic.carrier.underway() == 0).then_some(())
        })
        .await;
        assert_eq!(
            message(&client, id).await["status"],
            json!(last),
            "{course:?}"
        );
    }
    assert!(
        clinic
            .carrier
            .deliveries()
            .iter()
            .all(|delivery| delivery.answer == TAKEN)
    );
    assert_eq!(clinic.carrier.accepted().len(), 5);
}

#[tokio::test]
async fn what_does_not_arrive_is_said_with_its_reason() {
    let clinic = Clinic::new().await;
    let client = clinic.client();
    let wanted = json!({ "to": TYPED, "message": "hello", "channel": "whatsapp" });
    let sent = client.call("send_message", wanted).await;
    let id = &sent.ok()["messageId"];
    let sid = &clinic.carrier.accepted()[0].sid;
    clinic
        .carrier
        .report(sid, &Report::failed("failed", 63_016))
        .await;
    until_status(&client, id, "failed").await;
    clinic.carrier.report(sid, &Report::of("delivered")).await;
    clinic.carrier.report(sid, &Report::of("queued")).await;
    let shown = message(&client, id).await;
    assert_eq!(shown["status"], json!("failed"), "never back");
    // M2, when it is found out later.
    assert!(shown.to_string().contains("template"), "{shown}");
    assert_eq!(clinic.carrier.requests(), 1, "not tried again");
}

#[tokio::test]
async fn segments_are_those_that_the_carrier_counts() {
    let clinic = Clinic::with(&[("MESSAGES_PER_DAY", "1000")]).await;
    let client = clinic.client();
    let texts = [
        "a".repeat(160),
        "a".repeat(161),
        "a".repeat(306),
        "a".repeat(307),
        "€".repeat(80),
        "€".repeat(81),
        "€".repeat(153),
        "م".repeat(70),
        "م".repeat(71),
        "م".repeat(134),
        "م".repeat(135),
        "🌹".repeat(35),
        "🌹".repeat(36),
        "🌹".repeat(67),
        "one ’ makes it short".to_owned(),
        "م".repeat(1_600),
    ];
    for text in texts {
        let sent = send(&client, &text).await;
        let (encoding, segments) = count_segments(&text);
        let sent = sent.ok();
        assert_eq!(sent["segments"], json!(segments), "{text}");
        let name = sent["encoding"].as_str().expect("an encoding");
        let expected = if encoding == Encoding::Gsm7 {
            "GSM"
        } else {
            "UCS"
        };
        assert!(name.starts_with(expected), "{name} for {text}");
        assert_eq!(
            clinic.carrier.accepted().last().expect("accepted").body,
            text
        );
    }
}
