//! What the carrier posts to us: only if it is the carrier, only once, and whatever stands in it.

use carrier_sim::{Parameters, Report, encode_form, sign};
use serde_json::json;

use super::clinic::{
    Clinic, PATIENT, SMS_FROM, TAKEN, TOKEN, account, inbound, message, newest, saying, send,
};
use crate::harness::Raw;

const FORM: &str = "application/x-www-form-urlencoded";

/// Posts a form with any signature.
async fn post(clinic: &Clinic, signature: Option<&str>, body: Vec<u8>) -> Raw {
    let mut client = clinic.client().header("content-type", FORM);
    if let Some(signature) = signature {
        client = client.header("x-twilio-signature", signature);
    }
    client.send("POST", "/webhooks/twilio", Some(body)).await
}

async fn post_signed(clinic: &Clinic, parameters: &Parameters) -> u16 {
    clinic
        .carrier
        .post(&clinic.webhook(), parameters)
        .await
        .expect("an answer")
}

#[tokio::test]
async fn a_message_from_outside_is_kept_once() {
    let clinic = Clinic::new().await;
    let client = clinic.client();
    assert_eq!(clinic.arrives(1, "هل موعدي غدا؟").await, Some(200));
    // Replayed, with everything right about it.
    for _ in 0..3 {
        assert_eq!(clinic.arrives(1, "هل موعدي غدا؟").await, Some(200));
    }
    let kept = saying(&client, "هل موعدي غدا؟").await;
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(
        (&kept[0]["from"], &kept[0]["channel"]),
        (&json!(PATIENT), &json!("sms"))
    );
    assert_eq!(kept[0]["direction"], json!("Inbound"));
    assert_eq!(kept[0]["status"], json!("received"));
    // The same words again are another message.
    assert_eq!(clinic.arrives(2, "هل موعدي غدا؟").await, Some(200));
    let again = crate::harness::until("the second one", async || {
        let kept = saying(&client, "هل موعدي غدا؟").await;
        (kept.len() == 2).then_some(kept)
    })
    .await;
    assert_ne!(again[0]["id"], again[1]["id"]);
    let inside = newest(&client, json!({ "direction": "Inbound", "channel": "sms" })).await;
    assert!(
        inside
            .iter()
            .all(|message| message["direction"] == json!("Inbound"))
    );
    assert!(inside.contains(&again[0]));
}

#[tokio::test]
async fn a_whatsapp_message_from_outside() {
    let clinic = Clinic::new().await;
    let client = clinic.client();
    let mut from_whatsapp = inbound(1, "صباح الخير");
    from_whatsapp.from = format!("whatsapp:{PATIENT}");
    from_whatsapp.to = super::clinic::WHATSAPP_FROM.to_owned();
    let told = clinic
        .carrier
        .deliver(&clinic.webhook(), &from_whatsapp)
        .await;
    assert_eq!(told, Some(200));
    let kept = newest(
        &client,
        json!({ "channel": "whatsapp", "direction": "Inbound" }),
    )
    .await;
    assert_eq!(kept.len(), 1);
    assert_eq!(
        (&kept[0]["from"], &kept[0]["body"]),
        (&json!(PATIENT), &json!("صباح الخير"))
    );
}

/// M6.
#[tokio::test]
async fn forged_posts_are_refused_alike() {
    let clinic = Clinic::new().await;
    let parameters = inbound(1, "forged").parameters(&account());
    let body = encode_form(&parameters).into_bytes();
    let right = sign(TOKEN, &clinic.webhook(), &parameters);
    let mut changed = parameters.clone();
    changed.push(("Extra".to_owned(), "1".to_owned()));
    let unsigned_more = encode_form(&changed).into_bytes();
    let signatures = [
        (None, body.clone()),
        (Some(String::new()), body.clone()),
        (Some("forged".to_owned()), body.clone()),
        (Some(right.to_lowercase()), body.clone()),
        (
            Some(sign("another token", &clinic.webhook(), &parameters)),
            body.clone(),
        ),
        (
            Some(sign(
                TOKEN,
                "https://mcp.example.com/webhooks/twilio",
                &parameters,
            )),
            body.clone(),
        ),
        (
            Some(sign(
                TOKEN,
                &format!("{}?m=1", clinic.webhook()),
                &parameters,
            )),
            body.clone(),
        ),
        (Some(right.clone()), unsigned_more),
        (Some(right.clone()), Vec::new()),
    ];
    let mut words = Vec::new();
    for (signature, body) in signatures {
        let raw = post(&clinic, signature.as_deref(), body).await;
        assert_eq!(raw.status, 403, "{signature:?}: {}", raw.body);
        words.push(raw.body);
    }
    words.dedup();
    assert_eq!(words.len(), 1, "one refusal for all: {words:?}");
    assert!(saying(&clinic.client(), "forged").await.is_empty());
    assert_eq!(post(&clinic, Some(&right), body).await.status, 200);
    assert_eq!(saying(&clinic.client(), "forged").await.len(), 1);
}

#[tokio::test]
async fn without_an_account_nobody_may_post() {
    let clinic = Clinic::with(&[
        ("TWILIO_ACCOUNT_SID", ""),
        ("TWILIO_AUTH_TOKEN", ""),
        ("TWILIO_SMS_FROM", ""),
        ("TWILIO_WHATSAPP_FROM", ""),
    ])
    .await;
    let parameters = inbound(1, "to nobody").parameters(&account());
    for token in ["", TOKEN] {
        let signature = sign(token, &clinic.webhook(), &parameters);
        let raw = post(
            &clinic,
            Some(&signature),
            encode_form(&parameters).into_bytes(),
        )
        .await;
        assert!(
            (400..=599).contains(&raw.status),
            "{} {}",
            raw.status,
            raw.body
        );
    }
    assert!(saying(&clinic.client(), "to nobody").await.is_empty());
}

#[tokio::test]
async fn bodies_that_are_too_large_or_no_text_have_clear_statuses() {
    let clinic = Clinic::new().await;
    // The size is looked at before anything else, said or not.
    let megabyte = vec![b'a'; 1 << 20];
    assert_eq!(post(&clinic, Some("x"), megabyte).await.status, 413);
    let large = inbound(1, &"a".repeat(70_000)).parameters(&account());
    assert_eq!(post_signed(&clinic, &large).await, 413);
    // Whoever cannot sign learns nothing; whoever can is told.
    for body in [
        &b"Body=%ff%fe&MessageSid=SM1"[..],
        b"Body=\xff\xfe&MessageSid=SM1",
    ] {
        let status = post(&clinic, Some("x"), body.to_vec()).await.status;
        assert!([400, 403].contains(&status), "{status}");
    }
    for method in ["GET", "PUT", "DELETE"] {
        let raw = clinic.client().send(method, "/webhooks/twilio", None).await;
        assert_eq!(raw.status, 405, "{method}");
    }
    assert_eq!(clinic.arrives(1, "still here").await, Some(200));
}

#[tokio::test]
async fn fields_that_nobody_knows_make_no_difference() {
    let clinic = Clinic::new().await;
    let client = clinic.client();
    let mut parameters = inbound(1, "with more & more = + %").parameters(&account());
    for (name, value) in [
        ("Fresh", "1"),
        ("", "nameless"),
        ("Body2", "x"),
        ("ن", "م"),
        ("A", ""),
    ] {
        parameters.push((name.to_owned(), value.to_owned()));
    }
    assert_eq!(post_signed(&clinic, &parameters).await, 200);
    assert_eq!(saying(&client, "with more & more = + %").await.len(), 1);
    // Signed, and about nothing at all.
    let nothing = vec![("Hello".to_owned(), "world".to_owned())];
    assert_eq!(post_signed(&clinic, &nothing).await, 400);
    // Of somebody else's account.
    let foreign = inbound(2, "of another account").parameters("ACsomebodyelse");
    let told = post_signed(&clinic, &foreign).await;
    assert!([200, 403].contains(&told), "{told}");
    // No text: a picture, perhaps.
    assert_eq!(
        post_signed(&clinic, &inbound(3, "").parameters(&account())).await,
        200
    );
}

/// M8, and a status that does not exist.
#[tokio::test]
async fn reports_about_nothing_known_change_nothing() {
    let clinic = Clinic::new().await;
    let client = clinic.client();
    let sent = send(&client, "known").await;
    let before = newest(&client, json!({ "limit": 100 })).await;
    let report = |sid: &str, status: &str| -> Parameters {
        [
            ("MessageSid", sid),
            ("SmsSid", sid),
            ("MessageStatus", status),
            ("SmsStatus", status),
            ("To", PATIENT),
            ("From", SMS_FROM),
            ("AccountSid", &account()),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    };
    let unknown = format!("SM{}", "f".repeat(32));
    assert_eq!(
        post_signed(&clinic, &report(&unknown, "delivered")).await,
        204
    );
    let sid = clinic.carrier.accepted()[0].sid.clone();
    assert_eq!(post_signed(&clinic, &report(&sid, "dancing")).await, 204);
    assert_eq!(newest(&client, json!({ "limit": 100 })).await, before);
    // One that names our message, but comes for another: nobody knows it.
    let id = sent.ok()["messageId"].as_str().expect("an id").to_owned();
    let url = format!("{}?m={id}x", clinic.webhook());
    assert_eq!(
        clinic
            .carrier
            .post(&url, &report(&unknown, "delivered"))
            .await,
        TAKEN
    );
    assert_eq!(
        message(&client, &json!(id)).await["status"],
        json!("queued")
    );
    clinic.carrier.report(&sid, &Report::of("delivered")).await;
    super::clinic::until_status(&client, &json!(id), "delivered").await;
}
