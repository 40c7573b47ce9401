//! The log and the PBX's own history, read as one.

use serde_json::{Value, json};

use super::clinic::{Clinic, inbound, newest, send};
use crate::harness::{Client, until};

/// Newest first, page by page, none twice, none left out.
#[tokio::test]
async fn pages_of_both_sources_follow_each_other() {
    let clinic = Clinic::new().await;
    let client: Client = clinic.client();
    for number in 0..12 {
        if number % 3 == 0 {
            let told = clinic
                .carrier
                .deliver(
                    &clinic.webhook(),
                    &inbound(number + 1, &format!("in {number}")),
                )
                .await;
            assert_eq!(told, Some(200));
        } else {
            send(&client, &format!("out {number}")).await.ok();
        }
    }
    until("the messages at the PBX", async || {
        (clinic.pbx().sms_events().len() == 4).then_some(())
    })
    .await;
    let all = newest(&client, json!({ "limit": 100 })).await;
    // The clinic's twenty, and ours.
    assert_eq!(all.len(), 32);
    let times: Vec<&str> = all
        .iter()
        .map(|message| message["timestamp"].as_str().expect("a time"))
        .collect();
    assert!(
        times.is_sorted_by(|newer, older| newer >= older),
        "{times:?}"
    );
    for size in [1, 5, 7, 31] {
        let (mut paged, mut cursor) = (Vec::new(), Value::Null);
        loop {
            let page = client
                .call("get_messages", json!({ "limit": size, "cursor": cursor }))
                .await;
            let page = page.ok();
            assert_eq!(
                page["count"],
                json!(page["messages"].as_array().expect("messages").len())
            );
            paged.extend(page["messages"].as_array().expect("messages").clone());
            cursor = page["nextCursor"].clone();
            if cursor.is_null() {
                break;
            }
        }
        let ids = |all: &[Value]| {
            all.iter()
                .map(|message| message["id"].clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(ids(&paged), ids(&all), "pages of {size}");
    }
    // By time, and by direction.
    let fifth = all[4]["timestamp"].clone();
    let since = newest(&client, json!({ "start_date": fifth, "limit": 100 })).await;
    assert!(since.len() >= 5, "{since:?}");
    assert!(
        since
            .iter()
            .all(|message| message["timestamp"].as_str() >= fifth.as_str())
    );
    let out = newest(&client, json!({ "direction": "Outbound", "limit": 100 })).await;
    assert!(
        out.iter()
            .all(|message| message["direction"] == json!("Outbound"))
    );
    assert!(
        out.iter()
            .filter(|message| message["body"].as_str().expect("text").starts_with("out "))
            .count()
            == 8
    );
}
