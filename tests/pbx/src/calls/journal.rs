//! What a live call leaves behind: for every place that rang, when, and for how long it talked.
//!
//! Kept beside the legs, because legs are gone when the call ends. A stretch is one delivery to
//! one number; phones of the same number share it. Phones that rang because a group rang and
//! that somebody else spared are forgotten, agents a queue rang in vain are not.

use crate::call_log::{CallRecord, CallRow, LogParty, judge};
use crate::clock;
use crate::directory::Kind;
use crate::world::World;

use super::{Call, Leg, Party, Side, Status};

/// One delivery to one number.
#[derive(Debug, Clone)]
struct Stretch {
    delivery: u32,
    source: Party,
    destination: Party,
    /// The leg at the other end; its leaving ends the talk.
    source_leg: Option<u32>,
    legs: Vec<u32>,
    from_queue: bool,
    started_us: u64,
    answered_us: Option<u64>,
    ended_us: Option<u64>,
}

/// Everything a call did so far.
#[derive(Debug, Clone)]
pub(crate) struct Journal {
    caller: Party,
    called: Party,
    direction: &'static str,
    started_us: u64,
    stretches: Vec<Stretch>,
}

/// A leg as the journal wants it.
pub(super) struct Arrival {
    pub(super) delivery: u32,
    pub(super) leg: u32,
    pub(super) destination: Party,
    pub(super) from_queue: bool,
}

impl Journal {
    pub(super) fn new(caller: &Party, called: &Party) -> Self {
        let direction = match (caller.kind, called.kind) {
            (Kind::ExternalLine, _) => "Inbound",
            (_, Kind::ExternalLine) => "Outbound",
            _ => "Internal",
        };
        Self {
            caller: caller.clone(),
            called: called.clone(),
            direction,
            started_us: clock::now_us(),
            stretches: Vec::new(),
        }
    }

    fn arrives(&mut self, arrival: Arrival, source: Party, source_leg: Option<u32>) {
        let same = |it: &&mut Stretch| {
            it.delivery == arrival.delivery && it.destination.dn == arrival.destination.dn
        };
        if let Some(stretch) = self.stretches.iter_mut().find(same) {
            return stretch.legs.push(arrival.leg);
        }
        self.stretches.push(Stretch {
            delivery: arrival.delivery,
            source,
            destination: arrival.destination,
            source_leg,
            legs: vec![arrival.leg],
            from_queue: arrival.from_queue,
            started_us: clock::now_us(),
            answered_us: None,
            ended_us: None,
        });
    }

    pub(super) fn answers(&mut self, leg: u32) {
        let own = |it: &&mut Stretch| it.legs.contains(&leg);
        let Some(stretch) = self.stretches.iter_mut().find(own) else {
            return;
        };
        stretch.answered_us = Some(clock::now_us());
        let (delivery, dn) = (stretch.delivery, stretch.destination.dn.clone());
        self.stretches
            .retain(|it| it.delivery != delivery || it.destination.dn == dn);
    }

    pub(super) fn leaves(&mut self, leg: u32) {
        let now = clock::now_us();
        for stretch in self.stretches.iter_mut().filter(|it| it.ended_us.is_none()) {
            let had = stretch.legs.contains(&leg);
            stretch.legs.retain(|other| *other != leg);
            let lost_source = stretch.source_leg == Some(leg) && stretch.answered_us.is_some();
            if lost_source || (had && stretch.legs.is_empty()) {
                stretch.ended_us = Some(now);
            }
        }
    }
}

impl Call {
    /// A leg comes to a side; the other side is where the call comes from.
    pub(super) fn note_arrival(&mut self, arrival: Arrival, side: Side) {
        let source = self.principal(side.other()).clone();
        let there = |leg: &&Leg| leg.status != Status::Ringing;
        let source_leg = self.side(side.other()).find(there).map(|leg| leg.id);
        self.journal.arrives(arrival, source, source_leg);
    }
}

impl World {
    /// Writes an ended call down.
    pub(super) fn log_call(&mut self, call: &Call) {
        let journal = &call.journal;
        let now = clock::now_us();
        let mut rows: Vec<CallRow> = Vec::new();
        let mut talks = Vec::new();
        for (index, stretch) in journal.stretches.iter().enumerate() {
            let last = index + 1 == journal.stretches.len();
            let row = self.row(journal, stretch, now, last);
            let person = matches!(
                stretch.destination.kind,
                Kind::Extension | Kind::ExternalLine
            );
            if person && row.answered {
                talks.push((row.destination.clone(), row.talking_us));
            }
            rows.push(row);
        }
        let caller = party(&journal.caller);
        if rows.is_empty() {
            rows.push(CallRow {
                start_us: journal.started_us,
                source: caller.clone(),
                destination: party(&journal.called),
                direction: journal.direction.to_owned(),
                call_type: call_type(journal.called.kind).to_owned(),
                status: "Unanswered".to_owned(),
                ringing_us: now.saturating_sub(journal.started_us),
                ..CallRow::default()
            });
        }
        let to = rows.first().map(|row| row.destination.clone());
        let to = to.unwrap_or_default();
        let truth = judge("simulated", journal.direction, &caller, &to, &talks);
        self.call_log.add_known(CallRecord { rows }, truth);
    }

    fn row(&self, journal: &Journal, stretch: &Stretch, now: u64, last: bool) -> CallRow {
        let kind = stretch.destination.kind;
        let ended = stretch.ended_us.unwrap_or(now);
        // A menu that led nowhere answered nobody.
        let answered = stretch.answered_us.filter(|_| kind != Kind::Ivr || !last);
        let until = answered.unwrap_or(ended);
        let status = match (answered, kind) {
            (None, _) => "Unanswered",
            (_, Kind::Queue | Kind::Ivr | Kind::Parking | Kind::SpecialMenu) => "Waiting",
            _ => "Answered",
        };
        let for_queue = kind == Kind::Queue || (stretch.from_queue && answered.is_none());
        let direction = match journal.direction {
            "Inbound" if for_queue => "Inbound Queue",
            other => other,
        };
        let source = party(&stretch.source);
        CallRow {
            start_us: stretch.started_us,
            ringing_us: until.saturating_sub(stretch.started_us),
            talking_us: ended.saturating_sub(until),
            reason: format!("Ended by {}", source.name),
            recorded: status == "Answered" && self.records(stretch),
            source,
            destination: party(&stretch.destination),
            direction: direction.to_owned(),
            call_type: call_type(kind).to_owned(),
            status: status.to_owned(),
            answered: answered.is_some(),
            ..CallRow::default()
        }
    }

    /// Whether either end is set to record such calls.
    fn records(&self, stretch: &Stretch) -> bool {
        let ends = [&stretch.source, &stretch.destination];
        let outside = ends.iter().any(|end| end.kind == Kind::ExternalLine);
        ends.iter().any(|end| {
            let Some(dn) = self.dns.get(&end.dn) else {
                return false;
            };
            let is = |name: &str| dn.entity.get(name) == Some(&serde_json::Value::Bool(true));
            is("RecordCalls")
                && !is("ForbidRecording")
                && (outside || !is("RecordExternalCallsOnly"))
        })
    }
}

fn party(party: &Party) -> LogParty {
    if party.kind == Kind::ExternalLine {
        LogParty::outside(&party.number, &party.name)
    } else {
        LogParty::inside(&party.number, &party.name)
    }
}

fn call_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Extension => "Extension",
        Kind::Queue => "Queue",
        Kind::Ivr => "Digital Receptionist",
        Kind::ExternalLine => "External",
        _ => "System",
    }
}
