//! Kinds of calls a clinic has, each with its rows and its truth.
//!
//! The shape of rows follows a published capture: the queue's row first, `Answered` and
//! `Waiting`, then the agent's; a menu nobody got past is `Unanswered`.

use fastrand::Rng;

use crate::clinic::PEOPLE;
use crate::clock::SECOND_US;

use super::{CallRecord, CallRow, CallTruth, LogParty, judge};

/// People who take calls of the queue 800.
const AGENTS: [&str; 4] = ["100", "104", "109", "112"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scenario {
    InboundAnswered,
    InboundMissed,
    QueueAnswered,
    /// Waits across midnight: the queue's row before, the agent's after.
    Straddling,
    QueueAbandoned,
    MenuAnswered,
    MenuAbandoned,
    Forwarded,
    Transferred,
    OutboundAnswered,
    OutboundUnanswered,
    InternalAnswered,
    InternalUnanswered,
}

use Scenario::*;

/// Of a hundred calls so many are of a kind.
const SHARES: [(Scenario, u32); 12] = [
    (InboundAnswered, 26),
    (InboundMissed, 10),
    (QueueAnswered, 18),
    (QueueAbandoned, 8),
    (MenuAnswered, 8),
    (MenuAbandoned, 4),
    (Forwarded, 5),
    (Transferred, 3),
    (OutboundAnswered, 10),
    (OutboundUnanswered, 3),
    (InternalAnswered, 4),
    (InternalUnanswered, 1),
];

impl Scenario {
    pub(super) fn any(rng: &mut Rng) -> Self {
        let mut drawn = rng.u32(..100);
        for (scenario, share) in SHARES {
            if drawn < share {
                return scenario;
            }
            drawn -= share;
        }
        InboundAnswered
    }

    fn kind(self) -> &'static str {
        match self {
            InboundAnswered => "inbound_answered",
            InboundMissed => "inbound_missed",
            QueueAnswered => "queue_answered",
            Straddling => "straddling",
            QueueAbandoned => "queue_abandoned",
            MenuAnswered => "menu_answered",
            MenuAbandoned => "menu_abandoned",
            Forwarded => "forwarded",
            Transferred => "transferred",
            OutboundAnswered => "outbound_answered",
            OutboundUnanswered => "outbound_unanswered",
            InternalAnswered => "internal_answered",
            InternalUnanswered => "internal_unanswered",
        }
    }
}

/// A call while it is being written.
struct Script<'a> {
    rng: &'a mut Rng,
    direction: &'static str,
    caller: LogParty,
    clock_us: u64,
    rows: Vec<CallRow>,
    talks: Vec<(LogParty, u64)>,
}

/// The rows of one call, and what they must be understood as.
pub(super) fn write(scenario: Scenario, at_us: u64, rng: &mut Rng) -> (CallRecord, CallTruth) {
    let direction = match scenario {
        OutboundAnswered | OutboundUnanswered => "Outbound",
        InternalAnswered | InternalUnanswered => "Internal",
        _ => "Inbound",
    };
    let caller = if direction == "Inbound" {
        outside(rng)
    } else {
        person(rng, "")
    };
    let mut script = Script {
        rng,
        direction,
        caller,
        clock_us: at_us,
        rows: Vec::new(),
        talks: Vec::new(),
    };
    script.play(scenario);
    let Script {
        rows,
        talks,
        caller,
        ..
    } = script;
    let to = rows.first().map(|row| row.destination.clone());
    let to = to.unwrap_or_default();
    let truth = judge(scenario.kind(), direction, &caller, &to, &talks);
    (CallRecord { rows }, truth)
}

impl Script<'_> {
    fn play(&mut self, scenario: Scenario) {
        let own = self.caller.dn.clone();
        match scenario {
            InboundAnswered | InternalAnswered => {
                let callee = person(self.rng, &own);
                self.talk(callee, 2..25, 10..400);
            }
            InboundMissed | InternalUnanswered => {
                let callee = person(self.rng, &own);
                self.ring(callee, 5..30);
            }
            QueueAnswered => self.queue(5..90, true),
            Straddling => self.queue(35..36, true),
            QueueAbandoned => self.queue(10..120, false),
            MenuAnswered => {
                self.wait(menu(), "Digital Receptionist", 4..20, true);
                let callee = person(self.rng, &own);
                self.talk(callee, 2..20, 10..400);
            }
            MenuAbandoned => self.wait(menu(), "Digital Receptionist", 2..15, false),
            Forwarded => {
                let first = person(self.rng, &own);
                let second = person(self.rng, &first.dn);
                self.ring(first, 15..21);
                self.talk(second, 2..15, 10..300);
            }
            Transferred => {
                let first = person(self.rng, &own);
                let second = person(self.rng, &first.dn);
                self.talk(first, 2..15, 20..90);
                self.talk(second, 2..15, 30..300);
            }
            OutboundAnswered => {
                let callee = outside(self.rng);
                self.talk(callee, 4..25, 10..500);
            }
            OutboundUnanswered => {
                let callee = outside(self.rng);
                self.ring(callee, 10..40);
            }
        }
    }

    /// The queue takes the call; agents ring in vain, one answers or the caller gives up.
    fn queue(&mut self, waits: std::ops::Range<u64>, answered: bool) {
        let queue = LogParty::inside("800", "Appointments");
        // Half of those given up look answered by the queue, half do not: both were seen.
        let taken = answered || self.rng.bool();
        self.wait(queue, "Queue", waits, taken);
        if answered {
            let agent = agent(AGENTS[self.rng.usize(..AGENTS.len())]);
            if self.rng.bool() {
                let other = AGENTS.iter().find(|other| **other != agent.dn);
                // One who did not pick up while the other did.
                let start_us = self.clock_us;
                self.ring(self::agent(other.unwrap_or(&"100")), 1..5);
                self.clock_us = start_us + 1_000;
            }
            self.talk(agent, 1..6, 20..420);
        }
    }

    /// Rings and nobody picks up.
    fn ring(&mut self, callee: LogParty, rings: std::ops::Range<u64>) {
        let ringing_us = self.micros(rings);
        let row = self.row(callee, "Unanswered", false);
        self.push(CallRow { ringing_us, ..row });
    }

    /// A machine takes the call, or is given up on.
    fn wait(&mut self, place: LogParty, what: &str, waits: std::ops::Range<u64>, taken: bool) {
        let waiting_us = self.micros(waits);
        let status = if taken { "Waiting" } else { "Unanswered" };
        let row = self.row(place, status, taken);
        let direction = match what {
            "Queue" => "Inbound Queue",
            _ => self.direction,
        };
        let row = CallRow {
            direction: direction.to_owned(),
            call_type: what.to_owned(),
            ..row
        };
        self.push(if taken {
            CallRow {
                ringing_us: 9_760,
                talking_us: waiting_us,
                ..row
            }
        } else {
            CallRow {
                ringing_us: waiting_us,
                ..row
            }
        });
    }

    /// Somebody picks up.
    fn talk(&mut self, callee: LogParty, rings: std::ops::Range<u64>, talks: std::ops::Range<u64>) {
        let (ringing_us, talking_us) = (self.micros(rings), self.micros(talks));
        let recorded = self.rng.u8(..10) == 0;
        self.talks.push((callee.clone(), talking_us));
        let row = self.row(callee, "Answered", true);
        self.push(CallRow {
            ringing_us,
            talking_us,
            recorded,
            ..row
        });
    }

    fn row(&self, destination: LogParty, status: &str, answered: bool) -> CallRow {
        let call_type = if destination.external {
            "External"
        } else {
            "Extension"
        };
        CallRow {
            start_us: self.clock_us,
            source: self.caller.clone(),
            reason: format!("Ended by {}", self.caller.name),
            destination,
            direction: self.direction.to_owned(),
            call_type: call_type.to_owned(),
            status: status.to_owned(),
            answered,
            ..CallRow::default()
        }
    }

    fn push(&mut self, row: CallRow) {
        self.clock_us += row.ringing_us + row.talking_us;
        self.rows.push(row);
    }

    fn micros(&mut self, seconds: std::ops::Range<u64>) -> u64 {
        self.rng
            .u64(seconds.start * SECOND_US..seconds.end * SECOND_US)
    }
}

fn menu() -> LogParty {
    LogParty::inside("802", "Welcome menu")
}

fn person(rng: &mut Rng, but: &str) -> LogParty {
    let others = PEOPLE.iter().filter(|person| person.number != but);
    let others: Vec<_> = others.collect();
    agent(others[rng.usize(..others.len())].number)
}

fn agent(number: &str) -> LogParty {
    let person = PEOPLE.iter().find(|person| person.number == number);
    LogParty::inside(
        number,
        &person.map_or(String::new(), |it| it.display_name()),
    )
}

fn outside(rng: &mut Rng) -> LogParty {
    LogParty::outside(&format!("+96650000{:04}", rng.u32(..10_000)), "")
}
