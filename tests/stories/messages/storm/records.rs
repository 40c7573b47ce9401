//! Records of the same: what the carrier took, what callers were told, the log, the audit, the PBX.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use carrier_sim::{Accepted, Delivery};
use pbx_sim::SmsEvent;
use serde_json::{Value, json};

use super::super::clinic::{Clinic, TAKEN};
use super::crowd::{ADMIN, Attempt, CALLERS, Crowd, Wish};
use super::tally::Tally;
use crate::harness::until;

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
    let answered = crowd.answered.borrow().clone();
    let told = told_to_pbx(clinic, answered).await;
    let audit = audit(clinic).await;
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
        reports: deliveries.iter().filter(|it| is_report(it)).count(),
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
        if let Some(fate) = fate(attempt, wish, entries, &mut tally) {
            of_wish
                .entry(attempt.wish)
                .or_default()
                .push((fate, attempt));
        }
    }
    let mut keys: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    let mut callers = [0; CALLERS.len()];
    for (index, wish) in wishes.iter().enumerate() {
        let taken = accepted
            .iter()
            .filter(|message| message.body == wish.text)
            .count();
        let fates = of_wish.remove(&index).unwrap_or_default();
        agree(
            wish,
            taken,
            &fates,
            log.get(&wish.text).map_or(&[][..], Vec::as_slice),
        );
        tally.taken += taken;
        callers[wish.caller] += taken;
        if let Some(key) = &wish.key {
            *keys.entry((wish.caller, key)).or_default() += taken;
        }
    }
    tally.keys = keys.len();
    tally.keys_used = keys.values().filter(|taken| **taken > 0).count();
    for (key, taken) in keys {
        assert!(taken <= 1, "{taken} messages under {key:?}");
    }
    for taken in callers {
        assert!(taken <= a_day, "{taken} messages of one caller");
    }
    agents(crowd, &accepted, &mut tally);
    assert_eq!(
        tally.taken + tally.taken_for_agents,
        accepted.len(),
        "nobody else sent any"
    );
    let answered = crowd.answered.borrow();
    for text in answered.iter() {
        // The PBX is told again where its answer was lost: then it shows it twice itself.
        let (shown, told) = (log.get(text).map_or(0, Vec::len), told[text]);
        assert_eq!(shown, told, "{text} in the log");
        tally.told_again += told - 1;
    }
    tally.patients = answered.len();
    tally
}

/// Of entries with the same text the one that the carrier was told the name of, and the others.
fn own<'a>(message: &Accepted, shown: &'a [Value]) -> (Vec<&'a Value>, Vec<&'a Value>) {
    let callback = message.callback.as_deref().unwrap_or_default();
    let name = callback.rsplit('=').next().expect("a name");
    shown.iter().partition(|entry| entry["id"] == json!(name))
}

/// What became of one attempt, by what its caller was told or else by the audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Its message was taken, or that of an earlier one with its key.
    Done,
    NotDone,
    Unclear,
}

/// What became of an attempt; nothing where it never reached the Worker. Told and audit must agree.
fn fate(attempt: &Attempt, wish: &Wish, entries: &[Value], tally: &mut Tally) -> Option<Fate> {
    let context = || format!("{attempt:?} of {wish:?}: {entries:?}");
    assert!(entries.len() <= 1, "on record twice: {}", context());
    let recorded = entries
        .first()
        .map(|entry| entry["outcome"].as_str().expect("text"));
    assert!(
        entries
            .iter()
            .all(|entry| !entry.to_string().contains(&wish.text)),
        "{}",
        context()
    );
    let Some(told) = &attempt.told else {
        tally.lost += 1;
        return match recorded? {
            "ok" => Some(Fate::Done),
            "pending" | "outcome_unknown" => Some(Fate::Unclear),
            _ => Some(Fate::NotDone),
        };
    };
    let outcome = if told.is_error { told.code() } else { "ok" };
    assert_eq!(recorded, Some(outcome), "{}", context());
    if wish.is_forbidden {
        assert!(
            ["forbidden_destination", "invalid_argument"].contains(&outcome),
            "{}",
            context()
        );
    }
    Some(match outcome {
        "ok" => {
            tally.done += 1;
            Fate::Done
        }
        "outcome_unknown" => {
            tally.unclear += 1;
            Fate::Unclear
        }
        code => {
            let refusals = [
                "forbidden_destination",
                "invalid_argument",
                "confirmation_required",
                "limit_reached",
            ];
            tally.not_done += 1;
            tally.refused += usize::from(refusals.contains(&code));
            Fate::NotDone
        }
    })
}

/// What was taken of a wish fits what was said of all attempts at it.
fn agree(wish: &Wish, taken: usize, fates: &[(Fate, &Attempt)], shown: &[Value]) {
    let context = || format!("{wish:?}\n{taken} taken\n{fates:#?}\n{shown:?}");
    let has = |this: Fate| fates.iter().any(|(fate, _)| *fate == this);
    assert!(taken <= wish.most, "too many: {}", context());
    assert!(
        taken == 0 || has(Fate::Done) || has(Fate::Unclear),
        "told that it was not: {}",
        context()
    );
    assert!(
        taken == 1 || !has(Fate::Done),
        "told that it was: {}",
        context()
    );
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
    for agent in crowd.agents.borrow().iter() {
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
        tally.taken_for_agents += taken;
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

/// Every call of `send_message` on record, by the name of the attempt.
async fn audit(clinic: &Clinic) -> BTreeMap<usize, Vec<Value>> {
    let admin = clinic.client_with(ADMIN);
    let mut all: BTreeMap<usize, Vec<Value>> = BTreeMap::new();
    let mut cursor = Value::Null;
    loop {
        let query = json!({ "tool": "send_message", "limit": 100, "cursor": cursor });
        let page = admin.call("get_audit_log", query).await;
        for entry in page.ok()["entries"].as_array().expect("entries") {
            // What agents write in 3CX is on record under another name.
            let client = entry["client"].as_str().unwrap_or_default();
            if let Some(name) = client.strip_prefix("storm/") {
                let name = name.parse().expect("a number");
                all.entry(name).or_default().push(entry.clone());
            }
        }
        cursor = page.ok()["nextCursor"].clone();
        if cursor.is_null() {
            return all;
        }
    }
}
