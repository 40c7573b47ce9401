//! What the Worker shows of the calls of this moment, beside what the PBX knows.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures::future::join_all;
use pbx_sim::LiveParticipant;
use serde_json::{Value, json};

use super::{active, within};
use crate::harness::{Client, Stage};

/// The people whose calls the demo's API client may see.
const PEOPLE: [&str; 13] = [
    "100", "101", "102", "103", "104", "105", "106", "107", "108", "109", "110", "111", "112",
];

/// A leg as both sides tell it: participant, status, call, other party.
type Leg = (String, String, String, String);

/// The legs of each person, also of those who have none.
type Legs = BTreeMap<&'static str, BTreeSet<Leg>>;

/// What is wrong with the live table as this client sees it; nothing if it is exactly true.
///
/// The client must not have acted on calls within two seconds: its isolate would ask the PBX.
pub(super) async fn fault(stage: &Stage, client: &Client) -> Option<String> {
    let truth = stage.pbx().truth();
    let shown = active(client).await;
    if shown["live"] != json!(true) {
        return Some("the link is down".to_owned());
    }
    let sockets = stage.pbx().sockets_open();
    if sockets != 1 {
        return Some(format!("{sockets} sockets are open"));
    }
    let known: BTreeSet<String> = truth
        .values()
        .flatten()
        .map(|leg| leg.callid.to_string())
        .collect();
    let calls: BTreeSet<String> = rows(&shown["activeCalls"])
        .iter()
        .map(|call| text(&call["id"]))
        .collect();
    let presences = join_all(PEOPLE.iter().map(|number| presence(client, number))).await;
    let Some(people) = presences.into_iter().collect::<Option<Legs>>() else {
        return Some("the link is down".to_owned());
    };
    let expected: Legs = PEOPLE
        .iter()
        .map(|number| {
            (
                *number,
                truth
                    .get(*number)
                    .map(|found| legs(found))
                    .unwrap_or_default(),
            )
        })
        .collect();
    if stage.pbx().truth() != truth {
        return Some("calls are still changing".to_owned());
    }
    if calls != known {
        return Some(format!(
            "calls {calls:?} are shown, calls {known:?} are there"
        ));
    }
    PEOPLE
        .iter()
        .find(|number| people[*number] != expected[*number])
        .map(|number| {
            format!(
                "{number} is shown with {:?}, and has {:?}",
                people[number], expected[number]
            )
        })
}

/// Waits until the table is exactly true. A loss that nobody noticed lasts 90 seconds, so that a
/// shorter limit finds it.
pub(super) async fn is_true(stage: &Stage, client: &Client, limit: Duration) {
    within(limit, async || fault(stage, client).await).await;
}

/// The same, for those who want to say more when it fails.
pub(super) async fn becomes_true(
    stage: &Stage,
    client: &Client,
    limit: Duration,
) -> Result<(), String> {
    let deadline = Instant::now() + limit;
    while let Some(missing) = fault(stage, client).await {
        if Instant::now() > deadline {
            return Err(missing);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

async fn presence(client: &Client, number: &&'static str) -> Option<(&'static str, BTreeSet<Leg>)> {
    let answer = client
        .call("get_presence", json!({ "extension": number }))
        .await;
    let presence = answer.ok();
    let leg = |leg: &Value| {
        let [id, status, call, other] =
            ["participantId", "status", "callId", "otherParty"].map(|name| text(&leg[name]));
        (id, status, call, other)
    };
    let legs = rows(&presence["calls"]).iter().map(leg).collect();
    (presence["live"] == json!(true)).then_some((*number, legs))
}

fn legs(participants: &[LiveParticipant]) -> BTreeSet<Leg> {
    participants
        .iter()
        .map(|leg| {
            let (id, call) = (leg.id.to_string(), leg.callid.to_string());
            (id, leg.status.clone(), call, leg.party_number.clone())
        })
        .collect()
}

fn rows(list: &Value) -> &Vec<Value> {
    list.as_array().expect("a list")
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}
