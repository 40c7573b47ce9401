//! Those who do not want to be written to.

use serde_json::json;

use super::clinic::{Clinic, GATEWAY_KEY, PATIENT, SMS_FROM, send};

/// M10.
#[tokio::test]
async fn whoever_wrote_stop_is_not_written_to_until_they_write_start() {
    let clinic = Clinic::new().await;
    let client = clinic.client();
    for (number, (stop, start)) in [("STOP", "START"), ("إلغاء", "اشتراك"), (" Stop. ", "start")]
        .into_iter()
        .enumerate()
    {
        send(&client, "before").await.ok();
        assert_eq!(clinic.arrives(2 * number + 1, stop).await, Some(200));
        let requests = clinic.carrier.requests();
        let told = send(&client, "after").await;
        assert_eq!(told.code(), "forbidden_destination", "{stop}");
        assert_eq!(
            clinic.carrier.requests(),
            requests,
            "{stop}: not even asked"
        );
        // Others may still be written to.
        let other = json!({ "to": "0500000001", "message": "to another" });
        client.call("send_message", other).await.ok();
        assert_eq!(clinic.arrives(2 * number + 2, start).await, Some(200));
        send(&client, "again").await.ok();
    }
    // Words in a sentence are no wish.
    assert_eq!(clinic.arrives(9, "please stop by at ten").await, Some(200));
    send(&client, "and still").await.ok();
}

#[tokio::test]
async fn opting_out_outlives_the_runtime_and_holds_for_agents() {
    let mut clinic = Clinic::new().await;
    assert_eq!(clinic.arrives(1, "توقف").await, Some(200));
    clinic.restart().await;
    assert_eq!(
        send(&clinic.client(), "after").await.code(),
        "forbidden_destination"
    );
    let body = json!({ "from": SMS_FROM, "to": PATIENT, "text": "after" });
    let gateway = format!("Bearer {GATEWAY_KEY}");
    let gateway = clinic.client().header("authorization", &gateway);
    let raw = gateway
        .send("POST", "/sms/3cx", Some(body.to_string().into_bytes()))
        .await;
    assert!(
        (400..500).contains(&raw.status),
        "{} {}",
        raw.status,
        raw.body
    );
    assert_eq!(clinic.carrier.requests(), 0);
}
