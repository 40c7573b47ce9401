//! Records of the same: what the carrier took, what callers were told, the log, the audit, the PBX.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use carrier_sim::{Accepted, Delivery};
use pbx_sim::SmsEvent;
use serde_json::{Value, json};

use super::super::clinic::{Clinic, TAKEN};
use super::sends::{Crowd, Sends, Wish};
use super::tally::{Others, Tally};
use crate::harness::storm::{ADMIN, Attempt, Fate, Once, audit, fate};
use crate::harness::until;

/// How a number that may not be written to is answered.
const FORBIDDEN: [&str; 2] = ["forbidden_destination", "invalid_argument"];

/// Compares all of them, text by text and attempt by attempt.
pub(super) async fn compare(
    clinic: &Clinic,
    crowd: &Crowd,
    restarts: usize,
    a_day: usize,
) -> Tally {
    until("the last report", async || {
        (clinic.carrier.underway() == 0).then_some(())
    })
    .await;
    let answered = crowd.wanted.answered.borrow().clone();
    let told = told_to_pbx(clinic, answered).await;
    // What agents write in 3CX is on record under another name.
    let (audit, _) = audit::<Sends>(&clinic.client_with(ADMIN)).await;
    let log = log(clinic).await;
    let accepted = clinic.carrier.accepted();
    let deliveries = clinic.carrier.deliveries();
    let record = crowd.record.borrow();
    let wishes = crowd.wishes.borrow();
    let mut tally = Tally {
        attempts: record.len(),
        restarts,
        faults: clinic.carrier.played(),
        entries: audit.values().map(Vec::len).sum(),
        others: Others {
            reports: deliveries.iter().filter(|it| is_report(it)).count(),
            ..Others::default()
        },
        ..Tally::default()
    };
    assert!(
        audit.keys().all(|name| *name < record.len()),
        "entries of attempts that nobody made"
    );

    // Everything that was taken is in the log, once, with what was reported of it.
    for message in &accepted {
        let shown = log.get(&message.body).map_or(&[][..], Vec::as_slice);
        let (own, others) = own(message, shown);
        assert_eq!(own.len(), 1, "in the log: {shown:?}; taken: {message:?}");
        agrees(message, own[0], &deliveries);
        // Attempts before it that were certainly refused.
        let is_refused = |message: &&Value| message["status"] == json!("failed");
        assert!(
            others.iter().all(is_refused),
            "{shown:?}; taken: {message:?}"
        );
    }
    let mut of_wish: BTreeMap<usize, Vec<(Fate, &Attempt)>> = BTreeMap::new();
    for (name, attempt) in record.iter().enumerate() {
        let wish = &wishes[attempt.wish];
        let entries = audit.get(&name).map_or(&[][..], Vec::as_slice);
        let text = &wish.details.text;
        let tells = |entry: &Value| entry.to_string().contains(text);
        assert!(!entries.iter().any(tells), "{wish:?}: {entries:?}");
        if let Some(fate) = fate(attempt, wish, entries, &FORBIDDEN, &mut tally) {
            of_wish
                .entry(attempt.wish)
                .or_default()
                .push((fate, attempt));
        }
    }
    let mut once = Once::default();
    for (index, wish) in wishes.iter().enumerate() {
        let taken = accepted
            .iter()
            .filter(|message| message.body == wish.details.text)
            .count();
        let fates = of_wish.remove(&index).unwrap_or_default();
        agree(
            wish,
            taken,
            &fates,
            log.get(&wish.details.text).map_or(&[][..], Vec::as_slice),
        );
        tally.acts += taken;
        once.note(wish, taken);
    }
    once.check(a_day, &mut tally);
    agents(crowd, &accepted, &mut tally);
    assert_eq!(
        tally.acts + tally.others.taken_for_agents,
        accepted.len(),
        "nobody else sent any"
    );
    let answered = crowd.wanted.answered.borrow();
    for text in answered.iter() {
        // The PBX is told again where its answer was lost: then it shows it twice itself.
        let (shown, told) = (log.get(text).map_or(0, Vec::len), told[text]);
        assert_eq!(shown, told, "{text} in the log");
        tally.others.told_again += told - 1;
    }
    tally.others.patients = answered.len();
    tally
}

/// Of entries with the same text the one that the carrier was told the name of, and the others.
fn own<'a>(message: &Accepted, shown: &'a [Value]) -> (Vec<&'a Value>, Vec<&'a Value>) {
    let callback = message.callback.as_deref().unwrap_or_default();
    let name = callback.rsplit('=').next().expect("a name");
    shown.iter().partition(|entry| entry["id"] == json!(name))
}

/// What was taken of a wish fits what was said of all attempts at it.
fn agree(wish: &Wish, taken: usize, fates: &[(Fate, &Attempt)], shown: &[Value]) {
    let context = || format!("{wish:?}\n{taken} taken\n{fates:#?}\n{shown:?}");
    let is_done = fates.iter().any(|(fate, _)| fate.is_done());
    let is_unclear = fates.iter().any(|(fate, _)| *fate == Fate::Unclear);
    assert!(taken <= wish.most, "too many: {}", context());
    assert!(
        taken == 0 || is_done || is_unclear,
        "told that it was not: {}",
        context()
    );
    assert!(taken == 1 || !is_done, "told that it was: {}", context());
    for (_, attempt) in fates {
        let id = attempt.told.as_ref().map(|told| &told.value["messageId"]);
        if let Some(Value::String(id)) = id {
            assert!(
                shown.iter().any(|message| message["id"] == json!(id)),
                "{id}: {}",
                context()
            );
        }
    }
    // What nobody took does not look sent.
    if taken == 0 {
        let fine = |message: &Value| {
            ["failed", "unknown", "sending"].contains(&message["status"].as_str().expect("text"))
        };
        assert!(shown.iter().all(fine), "{}", context());
    }
}

fn is_report(delivery: &Delivery) -> bool {
    delivery.status != "received" && delivery.answer == TAKEN
}

/// The log says of a message what the carrier has reported of it.
fn agrees(message: &Accepted, shown: &Value, deliveries: &[Delivery]) {
    let context = || format!("{message:?}: {shown}");
    let to = message.to.trim_start_matches("whatsapp:");
    assert_eq!(shown["to"], json!(to), "{}", context());
    let of_it = deliveries
        .iter()
        .filter(|it| it.sid == message.sid && is_report(it));
    let reported: Vec<&str> = of_it.map(|it| it.status.as_str()).collect();
    let status = shown["status"].as_str().expect("text");
    let allowed: &[&str] = match () {
        // Both were said: whichever came first.
        () if reported.contains(&"failed") && reported.contains(&"delivered") => {
            &["failed", "delivered"]
        }
        () if reported.contains(&"delivered") => &["delivered"],
        () if reported.contains(&"undelivered") => &["undelivered", "failed"],
        () if reported.contains(&"failed") => &["failed"],
        () if reported.contains(&"sent") => &["sent"],
        () => &["queued", "accepted", "unknown", "sending"],
    };
    assert!(allowed.contains(&status), "{reported:?}: {}", context());
}

/// 3CX is told the truth, too.
fn agents(crowd: &Crowd, accepted: &[Accepted], tally: &mut Tally) {
    for agent in crowd.wanted.agents.borrow().iter() {
        let taken = accepted
            .iter()
            .filter(|message| message.body == agent.text)
            .count();
        assert!(taken <= 1, "{agent:?}: {taken}");
        if agent
            .told
            .is_some_and(|status| (400..500).contains(&status))
        {
            assert_eq!(taken, 0, "{agent:?}");
        }
        tally.others.taken_for_agents += taken;
    }
}

/// How often the PBX was told of each message from outside, once it was told of all.
async fn told_to_pbx(clinic: &Clinic, answered: Vec<String>) -> BTreeMap<String, usize> {
    let client = clinic.client_with(ADMIN);
    let begun = Instant::now();
    loop {
        let mut told: BTreeMap<String, usize> = BTreeMap::new();
        for event in clinic.pbx().sms_events() {
            if let SmsEvent::Received { text, .. } = event {
                *told.entry(text).or_default() += 1;
            }
        }
        if answered.iter().all(|text| told.contains_key(text)) {
            return told;
        }
        assert!(
            begun.elapsed() < Duration::from_mins(2),
            "the PBX was not told of everything"
        );
        // Whatever wakes the object.
        client
            .call("get_messages", json!({ "limit": 1 }))
            .await
            .ok();
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Every message that is shown, by its text.
async fn log(clinic: &Clinic) -> BTreeMap<String, Vec<Value>> {
    let client = clinic.client_with(ADMIN);
    let mut all: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut cursor = Value::Null;
    loop {
        let page = client
            .call("get_messages", json!({ "limit": 100, "cursor": cursor }))
            .await;
        for message in page.ok()["messages"].as_array().expect("messages") {
            let text = message["body"].as_str().expect("text").to_owned();
            all.entry(text).or_default().push(message.clone());
        }
        cursor = page.ok()["nextCursor"].clone();
        if cursor.is_null() {
            return all;
        }
    }
}
