//! Three records of the same: what the PBX placed, what callers were told, what the audit says.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::AddAssign;

use pbx_sim::Placed;
use serde_json::{Value, json};

use super::calls::{Calls, Crowd, Wish};
use crate::harness::Stage;
use crate::harness::storm::{self, ADMIN, Attempt, Fate, Once, audit, fate};

/// How a number that may not be called is answered.
const FORBIDDEN: [&str; 1] = ["forbidden_destination"];

pub(super) type Tally = storm::Tally<Others>;

/// What is counted of calls only.
#[derive(Debug, Default)]
pub(crate) struct Others {
    sign_ins: u64,
}

impl AddAssign for Others {
    fn add_assign(&mut self, other: Self) {
        self.sign_ins += other.sign_ins;
    }
}

impl Tally {
    /// A storm in which nothing happened proves nothing.
    pub(super) fn is_worth_something(&self) -> bool {
        let tenth = self.attempts / 10;
        self.acts > tenth
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
            acts,
            done,
            not_done,
            refused,
            unclear,
            lost,
            lost_on_record,
            restarts,
            faults,
            entries,
            others: Others { sign_ins },
        } = self;
        write!(
            f,
            "{attempts} attempts to call: {acts} calls placed; {keys_used} of {keys} keys were called \
             under, each once; told done {done}, not done {not_done} ({refused} of them refused, none \
             of those placed), unclear {unclear}, answer lost {lost} ({lost_on_record} on record); \
             {entries} entries of the audit, all true; {faults} faults of the PBX, {sign_ins} \
             sign-ins, {restarts} restarts of the runtime"
        )
    }
}

/// Compares all three, number by number and attempt by attempt.
pub(super) async fn compare(
    stage: &Stage,
    crowd: &Crowd,
    restarts: usize,
    calls_a_day: usize,
) -> Tally {
    let (audit, others) = audit::<Calls>(&stage.client_with(ADMIN)).await;
    assert!(others.is_empty(), "nobody else calls: {others:?}");
    let history = stage.pbx().history();
    let record = crowd.record.borrow();
    let wishes = crowd.wishes.borrow();
    let mut tally = Tally {
        attempts: record.len(),
        restarts,
        entries: audit.values().map(Vec::len).sum(),
        faults: stage
            .pbx()
            .requests()
            .iter()
            .filter(|entry| entry.fault.is_some())
            .count(),
        others: Others {
            sign_ins: stage.pbx().counters().token_requests,
        },
        ..Tally::default()
    };
    let known = audit.keys().all(|name| *name < record.len());
    assert!(known, "entries of attempts that nobody made");

    let mut numbers: BTreeMap<&str, Vec<(Fate, &Attempt)>> = BTreeMap::new();
    for (name, attempt) in record.iter().enumerate() {
        let wish = &wishes[attempt.wish];
        let entries = audit.get(&name).map_or(&[][..], Vec::as_slice);
        for entry in entries {
            let arguments = entry["arguments"].as_str().expect("text");
            let arguments: Value = serde_json::from_str(arguments).expect("JSON");
            assert_eq!(arguments["destination"], json!(attempt.written));
        }
        if let Some(fate) = fate(attempt, wish, entries, &FORBIDDEN, &mut tally) {
            let fates = numbers.entry(&wish.number).or_default();
            fates.push((fate, attempt));
        }
    }
    let mut once = Once::default();
    for wish in wishes.iter() {
        // Several may want the same number: it is counted where it is met first.
        let placed = placed(&history, &wish.number);
        if let Some(fates) = numbers.remove(wish.number.as_str()) {
            agree(wish, &placed, &fates);
            tally.acts += placed.len();
        }
        once.note(wish, placed.len());
    }
    // Not even tried: what the PBX refused at once is in its history, too.
    for entry in &history {
        let fits = |wish: &&Wish| wish.number == entry.to && wish.most > 0;
        assert!(
            wishes.iter().any(|wish| fits(&wish)),
            "refused, and yet tried: {entry:?}"
        );
    }
    once.check(calls_a_day, &mut tally);
    tally
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
