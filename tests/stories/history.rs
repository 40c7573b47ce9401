//! Call history: the truth about past calls, read once.

use pbx_sim::Rule;
use serde_json::{Value, json};

use crate::harness::{Client, Stage, status};

/// What can happen to a stored day.
type Spoiler = fn(&[u8]) -> Vec<u8>;

/// A month of calls, 40 a day, or a tenth of what `SOAK` asks for.
async fn month(variables: &[(&str, &str)]) -> Stage {
    let stage = Stage::with(variables).await;
    stage.pbx().seed_history(31, 40, 7);
    stage
}

fn reports(stage: &Stage) -> Vec<String> {
    let entries = stage.pbx().requests();
    let reports = entries
        .iter()
        .filter(|entry| entry.path.contains("GetCallLogData"));
    reports.map(|entry| entry.path.clone()).collect()
}

/// Every call of a period, page by page.
async fn all(client: &Client, arguments: &Value) -> Vec<Value> {
    let mut calls = Vec::new();
    let mut arguments = arguments.clone();
    arguments["limit"] = json!(100);
    loop {
        let page = client.call("get_call_logs", arguments.clone()).await;
        let page = page.ok();
        assert!(page.get("warnings").is_none(), "{}", page["warnings"]);
        calls.extend(page["logs"].as_array().unwrap().clone());
        match page.get("nextCursor") {
            Some(next) => arguments["cursor"] = next.clone(),
            None => return calls,
        }
    }
}

#[tokio::test]
async fn every_call_is_told_once_and_as_it_was() {
    let stage = month(&[]).await;
    let client = stage.client();
    let calls = all(&client, &json!({ "start_date": days_ago(5) })).await;
    assert!(calls.len() > 150, "{}", calls.len());
    let mut told = std::collections::BTreeMap::new();
    for call in &calls {
        assert!(
            told.insert(call["id"].as_str().unwrap(), call).is_none(),
            "twice: {call}"
        );
    }
    let mut compared = 0;
    for truth in stage.pbx().history_truth() {
        let Some(call) = told.get(truth.id.as_str()) else {
            continue;
        };
        let direction = format!("{:?}", truth.direction);
        assert!(
            direction.contains(call["direction"].as_str().unwrap()),
            "{truth:?} {call}"
        );
        assert_eq!(
            call["status"] == json!("Answered"),
            truth.answered,
            "{truth:?} {call}"
        );
        compared += 1;
    }
    assert_eq!(compared, calls.len(), "every call that is told happened");
    let times: Vec<&str> = calls
        .iter()
        .map(|call| call["startTime"].as_str().unwrap())
        .collect();
    assert!(
        times.windows(2).all(|pair| pair[0] >= pair[1]),
        "newest first"
    );
}

#[tokio::test]
async fn a_month_is_asked_for_once() {
    let mut stage = month(&[]).await;
    let period = json!({ "start_date": days_ago(29) });
    let cold = all(&stage.client(), &period).await;
    let asked_cold = reports(&stage).len();
    assert!(asked_cold >= 30, "{asked_cold}");
    assert!(stage.kv().writes() >= 29, "{}", stage.kv().writes());

    // Another isolate, another day of work: everything but today comes from the cache.
    stage.restart(&[]).await;
    stage.pbx().clear_requests();
    let warm = all(&stage.client(), &period).await;
    assert_eq!(warm, cold);
    let open_days: std::collections::BTreeSet<String> = reports(&stage)
        .iter()
        .map(|path| path.split("periodTo").next().unwrap().to_owned())
        .collect();
    // Today; for two hours after midnight UTC yesterday too, whose last calls may still end.
    assert!(open_days.len() <= 2, "{open_days:?}");
    println!(
        "30 days: {asked_cold} requests cold, {} warm",
        reports(&stage).len()
    );

    // And again at once: nothing is new, so nothing is asked for.
    stage.pbx().clear_requests();
    assert_eq!(all(&stage.client(), &period).await, cold);
    assert_eq!(reports(&stage), Vec::<String>::new());
}

#[tokio::test]
async fn a_broken_or_old_day_is_read_afresh() {
    let mut stage = month(&[]).await;
    let period = json!({ "start_date": days_ago(6) });
    let truth = all(&stage.client(), &period).await;
    let spoilers: [Spoiler; 3] = [
        |value| value.iter().take(value.len() / 2).copied().collect(),
        |_| b"{}".to_vec(),
        |value| value.iter().map(|byte| byte ^ 1).collect(),
    ];
    for spoil in spoilers {
        stage.kv().spoil(spoil);
        stage.restart(&[]).await;
        assert_eq!(all(&stage.client(), &period).await, truth);
    }
}

#[tokio::test]
async fn slow_and_failing_reports() {
    let stage = month(&[]).await;
    stage.pbx().add_fault(Rule {
        times: 2,
        ..Rule::once("GetCallLogData", status(504, ""))
    });
    let calls = all(&stage.client(), &json!({ "start_date": days_ago(2) })).await;
    assert!(!calls.is_empty());

    // A role that is too low is told with what to do.
    let stage = month(&[]).await;
    let mut client = stage.pbx().clients().into_iter().next().unwrap();
    client.role = "system_admins".into();
    stage.pbx().set_client(client);
    let refused = stage.client().call("get_call_logs", json!({})).await;
    assert_eq!(refused.code(), "forbidden");
    assert!(refused.text.contains("System Owner"), "{}", refused.text);
}

#[tokio::test]
async fn a_day_that_cannot_be_read_is_named_and_the_others_are_told() {
    let stage = month(&[]).await;
    let client = stage.client();
    let period = json!({ "start_date": days_ago(5), "limit": 100 });
    let day = days_ago(3);
    stage.pbx().add_fault(Rule {
        times: 1_000,
        ..Rule::once(&format!("periodFrom={day}"), status(504, ""))
    });
    let mut told = 0;
    let mut page = client.call("get_call_logs", period.clone()).await;
    loop {
        told += page.ok()["logs"].as_array().unwrap().len();
        if page.ok()["warnings"].to_string().contains(&day) {
            break;
        }
        let mut next = period.clone();
        next["cursor"] = page.ok()["nextCursor"].clone();
        assert!(next["cursor"].is_string(), "the day is not named");
        page = client.call("get_call_logs", next).await;
    }
    assert!(told > 50, "{told}");
    // What was not read is not kept as a day without calls.
    stage.pbx().clear_faults();
    let all = all(&client, &json!({ "start_date": days_ago(5) })).await;
    assert!(all.iter().any(|call| {
        let began = call["startTime"].as_str().unwrap();
        began.starts_with(&day)
    }));
}

/// 3CX answers a filter or a date that it does not like with 500 and nothing else.
#[tokio::test]
async fn a_report_that_fails_without_a_word_is_explained() {
    let stage = month(&[]).await;
    for source in ["GetCallLogData", "CallHistoryView"] {
        stage.pbx().add_fault(Rule {
            times: 1_000,
            ..Rule::once(source, status(500, ""))
        });
    }
    let client = stage.client();
    let failed = client.call("get_call_logs", json!({})).await;
    assert_eq!(failed.code(), "pbx_rejected");
    assert!(failed.text.contains("(500)"), "{}", failed.text);
    assert!(failed.text.contains("date"), "{}", failed.text);
    // When the PBX has recovered, so has the answer.
    stage.pbx().clear_faults();
    client.call("get_call_logs", json!({})).await.ok();
}

#[tokio::test]
async fn the_other_store_answers_where_the_first_does_not() {
    let stage = month(&[]).await;
    stage
        .pbx()
        .patch_settings(&json!({ "call_sources": "view_only" }))
        .unwrap();
    let calls = all(&stage.client(), &json!({ "start_date": days_ago(2) })).await;
    assert!(calls.len() > 50, "{}", calls.len());
    // Probed once, remembered.
    stage.pbx().clear_requests();
    all(&stage.client(), &json!({ "start_date": days_ago(3) })).await;
    assert_eq!(reports(&stage), Vec::<String>::new());
}

#[tokio::test]
async fn filters_and_pages() {
    let stage = month(&[]).await;
    let client = stage.client();
    let inbound = all(
        &client,
        &json!({ "start_date": days_ago(3), "direction": "Inbound" }),
    )
    .await;
    assert!(
        inbound
            .iter()
            .all(|call| call["direction"] == json!("Inbound"))
    );
    assert!(!inbound.is_empty());
    let one = all(
        &client,
        &json!({ "start_date": days_ago(3), "extension": "100" }),
    )
    .await;
    assert!(!one.is_empty() && one.len() < inbound.len() * 3);
    for bad in [
        json!({ "start_date": "yesterday" }),
        json!({ "start_date": days_ago(1), "end_date": days_ago(3) }),
        json!({ "start_date": "2020-01-01" }),
        json!({ "direction": "Sideways" }),
        json!({ "cursor": "nonsense" }),
        json!({ "limit": 101 }),
    ] {
        let answer = client.call("get_call_logs", bad.clone()).await;
        assert_eq!(answer.code(), "invalid_argument", "{bad}");
        assert!(answer.value["error"]["hint"].is_string(), "{bad}");
    }
    let view = client.read("3cx://call-history").await.unwrap();
    assert_eq!(view["count"], json!(50));
    for field in [
        "id",
        "callId",
        "caller",
        "callee",
        "direction",
        "status",
        "duration",
        "startTime",
        "endTime",
        "extension",
        "recordingUrl",
    ] {
        assert!(view["records"][0].get(field).is_some(), "{field}");
    }
}

#[tokio::test]
async fn a_page_of_the_past_is_asked_for_once_and_nothing_is_read_ahead_in_vain() {
    let stage = Stage::new().await;
    stage.pbx().seed_history(12, 300, 7);
    let client = stage.client();
    let past = json!({ "start_date": days_ago(11), "end_date": days_ago(2), "limit": 20 });
    let cold = client.call("get_call_logs", past.clone()).await;
    assert_eq!(cold.ok()["logs"].as_array().unwrap().len(), 20);
    // The newest day, and the one before for calls over midnight.
    let days: std::collections::BTreeSet<String> = stage
        .pbx()
        .requests()
        .iter()
        .filter_map(|entry| {
            entry
                .path
                .split("periodFrom=")
                .nth(1)?
                .split(',')
                .next()
                .map(str::to_owned)
        })
        .collect();
    assert_eq!(days.len(), 2, "{days:?}");
    let before = stage.requests("/xapi/");
    for _ in 0..3 {
        let warm = client.call("get_call_logs", past.clone()).await;
        assert_eq!(warm.ok()["logs"], cold.ok()["logs"]);
    }
    assert_eq!(stage.requests("/xapi/"), before, "all of it is in KV");
}

#[tokio::test]
async fn messages_are_read_and_paged() {
    let stage = Stage::new().await;
    let client = stage.client();
    let all = client.call("get_messages", json!({})).await;
    let all = all.ok()["messages"].as_array().unwrap().clone();
    assert_eq!(all.len(), 20);
    let page = client.call("get_messages", json!({ "limit": 7 })).await;
    assert_eq!(page.ok()["messages"].as_array().unwrap()[..], all[..7]);
    let cursor = page.ok()["nextCursor"].clone();
    let next = client
        .call("get_messages", json!({ "limit": 7, "cursor": cursor }))
        .await;
    assert_eq!(next.ok()["messages"].as_array().unwrap()[..], all[7..14]);
    let view = client.read("threecx://messages").await.unwrap();
    assert_eq!(view["count"], json!(20));
}

/// A day so many days ago, in the time zone of the PBX.
pub(crate) fn days_ago(days: i64) -> String {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let riyadh = i64::try_from(now.as_millis()).unwrap() + 3 * 3_600_000 - days * 86_400_000;
    threecx_mcp_edge::time::iso(riyadh)
        .chars()
        .take(10)
        .collect()
}
