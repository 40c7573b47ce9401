//! `record_call`: the truth about recording, and a setting that is changed after a yes.

use serde_json::json;

use super::connected;
use crate::harness::Stage;

#[tokio::test]
async fn recording_tells_the_truth_and_asks_before_it_changes_a_setting() {
    let mut stage = Stage::with(&[("CONFIRM", "")]).await;
    let client = stage.client();
    connected(&stage, "100").await;
    let start = json!({ "extension": "100", "action": "start" });
    let asked = client.call("record_call", start.clone()).await;
    assert_eq!(asked.code(), "confirmation_required");
    assert!(
        asked.text.contains("cannot start recording a running call"),
        "{}",
        asked.text
    );
    assert_eq!(patches(&stage), 0);

    // A model cannot say yes by itself, and a handle is for one thing.
    for invented in ["true", "yes", ""] {
        let mut guess = start.clone();
        guess["confirm"] = json!(invented);
        assert_eq!(
            client.call("record_call", guess).await.code(),
            "confirmation_required"
        );
    }
    let handle = asked.value["error"]["details"]["confirm"].clone();
    let other = json!({ "extension": "104", "action": "start", "confirm": handle });
    assert_eq!(
        client.call("record_call", other).await.code(),
        "confirmation_required"
    );
    assert_eq!(patches(&stage), 0);

    let confirmed = json!({ "extension": "100", "action": "start", "confirm": handle });
    let done = client.call("record_call", confirmed.clone()).await;
    assert_eq!(done.ok()["recordingNextCalls"], json!(true));
    assert_eq!(
        done.ok()["recordingNow"],
        json!(false),
        "the running call is not recorded"
    );
    assert_eq!(patches(&stage), 1);

    // Undone after a restart, without another question.
    stage.restart(&[("CONFIRM", "")]).await;
    let undone = stage
        .client()
        .call(
            "record_call",
            json!({ "extension": "100", "action": "stop" }),
        )
        .await;
    assert_eq!(undone.ok()["recordingNextCalls"], json!(false));
    assert_eq!(patches(&stage), 2);
    // The handle was used up.
    assert_eq!(
        stage.client().call("record_call", confirmed).await.code(),
        "confirmation_required"
    );
}

fn patches(stage: &Stage) -> usize {
    stage
        .pbx()
        .requests()
        .iter()
        .filter(|entry| entry.method == "PATCH")
        .count()
}
