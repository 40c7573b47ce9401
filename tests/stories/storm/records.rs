//! Three records of the same: what the PBX placed, what callers were told, what the audit says.

use std::collections::BTreeMap;
use std::fmt;

use pbx_sim::Placed;
use serde_json::{Value, json};

use super::crowd::{ADMIN, Attempt, CALLERS, Crowd, Wish};
use super::weather::Weather;
use crate::harness::Stage;

/// What is counted.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) attempts: usize,
    /// Callers' keys, and those under which a call was placed.
    keys: usize,
    keys_used: usize,
    calls: usize,
    /// Told that it was done, now or before.
    done: usize,
    /// Told that it was not done.
    not_done: usize,
    /// … because of the number, a yes that is missing, or a cap.
    refused: usize,
    /// Told that nobody knows.
    unclear: usize,
    /// Answers that died with the runtime.
    lost: usize,
    /// … of attempts that are on record.
    lost_on_record: usize,
    restarts: usize,
    /// Requests of the Worker to which the PBX did something wrong.
    faults: usize,
    sign_ins: u64,
    entries: usize,
}

impl Tally {
    pub(super) fn plus(self, other: &Self) -> Self {
        Self {
            attempts: self.attempts + other.attempts,
            keys: self.keys + other.keys,
            keys_used: self.keys_used + other.keys_used,
            calls: self.calls + other.calls,
            done: self.done + other.done,
            not_done: self.not_done + other.not_done,
            refused: self.refused + other.refused,
            unclear: self.unclear + other.unclear,
            lost: self.lost + other.lost,
            lost_on_record: self.lost_on_record + other.lost_on_record,
            restarts: self.restarts + other.restarts,
            faults: self.faults + other.faults,
            sign_ins: self.sign_ins + other.sign_ins,
            entries: self.entries + other.entries,
        }
    }

    /// A storm in which nothing happened proves nothing.
    pub(super) fn is_worth_something(&self) -> bool {
        let tenth = self.attempts / 10;
        self.calls > tenth
            && self.done > tenth
            && self.refused > tenth
            && self.unclear > self.attempts / 50
            && self.faults > tenth / 2
            && self.lost_on_record > 0
            && self.restarts > 0
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            attempts,
            keys,
            keys_used,
            calls,
            done,
            not_done,
            refused,
            unclear,
            lost,
            lost_on_record,
            restarts,
            faults,
            sign_ins,
            entries,
        } = self;
        write!(
            f,
            "{attempts} attempts to call: {calls} calls placed; {keys_used} of {keys} keys were called \
             under, each once; told done {done}, not done {not_done} ({refused} of them refused, none \
             of those placed), unclear {unclear}, answer lost {lost} ({lost_on_record} on record); \
             {entries} entries of the audit, all true; {faults} faults of the PBX, {sign_ins} \
             sign-ins, {restarts} restarts of the runtime"
        )
    }
}

/// What became of one attempt, by what its caller was told or else by the audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It placed a call.
    Done,
    /// An earlier one with its key did.
    DoneBefore,
    /// The one or the other; its answer was lost.
    DoneSometime,
    NotDone,
    Unclear,
}

/// Compares all three, number by number and attempt by attempt.
pub(super) async fn compare(
    stage: &Stage,
    crowd: &Crowd,
    weather: &Weather,
    calls_a_day: usize,
) -> Tally {
    let audit = audit(stage).await;
    let history = stage.pbx().history();
    let record = crowd.record.borrow();
    let wishes = crowd.wishes.borrow();
    let mut tally = Tally {
        attempts: record.len(),
        restarts: weather.restarts,
        sign_ins: stage.pbx().counters().token_requests,
        entries: audit.values().map(Vec::len).sum(),
        faults: stage
            .pbx()
            .requests()
            .iter()
            .filter(|entry| entry.fault.is_some())
            .count(),
        ..Tally::default()
    };
    let known = audit.keys().all(|name| *name < record.len());
    assert!(known, "entries of attempts that nobody made");

    let mut numbers: BTreeMap<&str, Vec<(Fate, &Attempt)>> = BTreeMap::new();
    for (name, attempt) in record.iter().enumerate() {
        let wish = &wishes[attempt.wish];
        let entries = audit.get(&name).map_or(&[][..], Vec::as_slice);
        if let Some(fate) = fate(attempt, wish, entries, &mut tally) {
            let fates = numbers.entry(&wish.number).or_default();
            fates.push((fate, attempt));
        }
    }
    let mut keys: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    let mut callers = [0; CALLERS.len()];
    for wish in wishes.iter() {
        // Several may want the same number: it is counted where it is met first.
        let placed = placed(&history, &wish.number);
        if let Some(fates) = numbers.remove(wish.number.as_str()) {
            agree(wish, &placed, &fates);
            tally.calls += placed.len();
            // The others are called for several callers.
            if wish.most == 1 {
                callers[wish.caller] += placed.len();
            }
        }
        if let Some(key) = &wish.key {
            *keys.entry((wish.caller, key)).or_default() += placed.len();
        }
    }
    // Not even tried: what the PBX refused at once is in its history, too.
    for entry in &history {
        let fits = |wish: &&Wish| wish.number == entry.to && wish.most > 0;
        assert!(
            wishes.iter().any(|wish| fits(&wish)),
            "refused, and yet tried: {entry:?}"
        );
    }
    tally.keys = keys.len();
    tally.keys_used = keys.values().filter(|calls| **calls > 0).count();
    for (key, calls) in keys {
        assert!(calls <= 1, "{calls} calls under {key:?}");
    }
    for calls in callers {
        assert!(calls <= calls_a_day, "{calls} calls of one caller");
    }
    tally
}

/// What became of an attempt; nothing where it never reached the Worker. Told and audit must agree.
fn fate(attempt: &Attempt, wish: &Wish, entries: &[Value], tally: &mut Tally) -> Option<Fate> {
    let context = || format!("{attempt:?} of {wish:?}: {entries:?}");
    assert!(entries.len() <= 1, "on record twice: {}", context());
    let entry = entries.first();
    if let Some(entry) = entry {
        let arguments = entry["arguments"].as_str().expect("text");
        let arguments: Value = serde_json::from_str(arguments).expect("JSON");
        assert_eq!(arguments["destination"], json!(attempt.written));
        // A key is listed under its first word.
        let caller = CALLERS[wish.caller].split('-').next();
        assert_eq!(entry["caller"], json!(caller));
    }
    let recorded = entry.map(|entry| entry["outcome"].as_str().expect("text"));
    let Some(told) = &attempt.told else {
        tally.lost += 1;
        tally.lost_on_record += usize::from(recorded.is_some());
        return match recorded? {
            "ok" => Some(Fate::DoneSometime),
            "pending" | "outcome_unknown" => Some(Fate::Unclear),
            _ => Some(Fate::NotDone),
        };
    };
    let outcome = if told.is_error { told.code() } else { "ok" };
    assert_eq!(recorded, Some(outcome), "{}", context());
    if wish.is_forbidden {
        assert_eq!(outcome, "forbidden_destination", "{}", context());
    }
    Some(match outcome {
        "ok" => {
            tally.done += 1;
            if told.value["repeated"] == json!(true) {
                Fate::DoneBefore
            } else {
                Fate::Done
            }
        }
        "outcome_unknown" => {
            tally.unclear += 1;
            Fate::Unclear
        }
        code => {
            let refusals = [
                "forbidden_destination",
                "confirmation_required",
                "limit_reached",
            ];
            tally.not_done += 1;
            tally.refused += usize::from(refusals.contains(&code));
            Fate::NotDone
        }
    })
}

/// What was placed to a number fits what was said of all attempts to call it.
fn agree(wish: &Wish, placed: &[&Placed], fates: &[(Fate, &Attempt)]) {
    let context = || format!("{wish:?}\n{placed:#?}\n{fates:#?}");
    let count = |this: Fate| fates.iter().filter(|(fate, _)| *fate == this).count();
    let (calls, done) = (placed.len(), count(Fate::Done));
    let perhaps = count(Fate::DoneSometime) + count(Fate::Unclear);
    let most = wish.most.min(done + perhaps);
    assert!(calls <= most, "{calls} calls, not {most}: {}", context());
    let least = done.max(count(Fate::DoneBefore).min(1));
    let least = least.max(count(Fate::DoneSometime).min(1));
    assert!(calls >= least, "{calls} calls, not {least}: {}", context());
    for (_, attempt) in fates {
        let call = attempt.told.as_ref().map(|told| &told.value["callId"]);
        if let Some(Value::String(call)) = call {
            let known = placed.iter().any(|entry| entry.callid.to_string() == *call);
            assert!(
                known,
                "call {call} is not one to this number: {}",
                context()
            );
        }
    }
}

/// Calls that the PBX began; those it refused at once have no number.
fn placed<'a>(history: &'a [Placed], number: &str) -> Vec<&'a Placed> {
    let fits = |entry: &&Placed| entry.to == number && entry.callid != 0;
    history.iter().filter(fits).collect()
}

/// Every call of `make_call` on record, by the name of the attempt.
async fn audit(stage: &Stage) -> BTreeMap<usize, Vec<Value>> {
    let admin = stage.client_with(ADMIN);
    let mut all: BTreeMap<usize, Vec<Value>> = BTreeMap::new();
    let mut cursor = Value::Null;
    loop {
        let query = json!({ "tool": "make_call", "limit": 100, "cursor": cursor });
        let page = admin.call("get_audit_log", query).await;
        for entry in page.ok()["entries"].as_array().expect("entries") {
            let client = entry["client"].as_str().expect("a client");
            let name = client.strip_prefix("storm/").expect("one of ours");
            let name = name.parse().expect("a number");
            all.entry(name).or_default().push(entry.clone());
        }
        cursor = page.ok()["nextCursor"].clone();
        if cursor.is_null() {
            return all;
        }
    }
}
