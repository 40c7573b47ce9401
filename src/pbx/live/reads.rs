//! Which legs are to be read, which are being read, and which of the answers still count.
//!
//! Invariants
//! - At most [`AT_ONCE`] reads are under way, across sockets too: an answer that no longer counts
//!   keeps its place until it comes or is given up.
//! - Of one leg at most one read counts. Events that come meanwhile cause exactly one more.
//! - A read that failed is repeated once.

use std::collections::VecDeque;

use super::leg::LegKey;
use super::protocol::Ticket;
use crate::time::Millis;

/// Reads under way.
pub(super) const AT_ONCE: usize = 4;
/// Reads that wait.
pub(super) const WAITING: usize = 1_000;
/// An answer that takes longer will not come.
const PATIENCE: Millis = 30_000;

/// All reads of legs.
#[derive(Debug, Default)]
pub(super) struct Reads {
    /// In the order of the events; of one leg at most one.
    queue: VecDeque<Wish>,
    under_way: Vec<Flight>,
}

#[derive(Debug)]
struct Wish {
    leg: LegKey,
    is_repetition: bool,
}

#[derive(Debug)]
struct Flight {
    ticket: Ticket,
    leg: LegKey,
    sent_at: Millis,
    is_repetition: bool,
    /// Something newer was said about the leg.
    is_void: bool,
    /// The leg changed since: read it once more.
    is_outdated: bool,
}

/// What an answer is worth.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Worth {
    /// Nothing.
    Void,
    /// It says how this leg is.
    Counts(LegKey),
    /// It failed, and is repeated.
    Repeated,
    /// It failed again: this leg is not known.
    GivenUp,
}

/// Too many reads wait.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooMany;

impl Reads {
    /// The leg changed: it is to be read.
    pub(super) fn want(&mut self, leg: LegKey) -> Result<(), TooMany> {
        let mut counting = self.under_way.iter_mut().filter(|flight| !flight.is_void);
        if let Some(flight) = counting.find(|flight| flight.leg == leg) {
            flight.is_outdated = true;
            return Ok(());
        }
        if self.queue.len() >= WAITING && !self.is_queued(&leg) {
            return Err(TooMany);
        }
        self.enqueue(leg, false);
        Ok(())
    }

    /// The leg is gone: nothing read about it counts.
    pub(super) fn forget(&mut self, leg: &LegKey) {
        self.queue.retain(|wish| wish.leg != *leg);
        for flight in &mut self.under_way {
            flight.is_void |= flight.leg == *leg;
        }
    }

    /// All legs will be known otherwise: nothing asked for so far counts.
    pub(super) fn supersede(&mut self) {
        self.queue.clear();
        for flight in &mut self.under_way {
            flight.is_void = true;
        }
    }

    /// The next read, if there is one and a place for it.
    pub(super) fn start(&mut self, tickets: &mut Ticket, now: Millis) -> Option<(Ticket, LegKey)> {
        if self.under_way.len() >= AT_ONCE {
            return None;
        }
        let Wish { leg, is_repetition } = self.queue.pop_front()?;
        let ticket = Ticket::draw(tickets);
        let flight = Flight {
            ticket,
            leg: leg.clone(),
            sent_at: now,
            is_repetition,
            is_void: false,
            is_outdated: false,
        };
        self.under_way.push(flight);
        Some((ticket, leg))
    }

    /// An answer came, or will not come.
    pub(super) fn settle(&mut self, ticket: Ticket, is_answer: bool) -> Worth {
        let known = self
            .under_way
            .iter()
            .position(|flight| flight.ticket == ticket);
        let flight = known.map(|at| self.under_way.remove(at));
        let Some(flight) = flight.filter(|flight| !flight.is_void) else {
            return Worth::Void;
        };
        if flight.is_outdated {
            self.enqueue(flight.leg.clone(), false);
        }
        match (is_answer, flight.is_outdated, flight.is_repetition) {
            (true, ..) => Worth::Counts(flight.leg),
            (false, true, _) => Worth::Repeated,
            (false, false, false) => {
                self.enqueue(flight.leg, true);
                Worth::Repeated
            }
            (false, false, true) => Worth::GivenUp,
        }
    }

    /// Reads whose answer will not come.
    pub(super) fn overdue(&self, now: Millis) -> Vec<Ticket> {
        self.under_way
            .iter()
            .filter(|flight| now.saturating_sub(flight.sent_at) >= PATIENCE)
            .map(|flight| flight.ticket)
            .collect()
    }

    /// Every event has been followed up.
    pub(super) fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.under_way.iter().all(|flight| flight.is_void)
    }

    fn enqueue(&mut self, leg: LegKey, is_repetition: bool) {
        if !self.is_queued(&leg) {
            self.queue.push_back(Wish { leg, is_repetition });
        }
    }

    fn is_queued(&self, leg: &LegKey) -> bool {
        self.queue.iter().any(|wish| wish.leg == *leg)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leg(id: i64) -> LegKey {
        LegKey {
            dn: "100".into(),
            id,
        }
    }

    #[derive(Default)]
    struct Desk {
        reads: Reads,
        tickets: Ticket,
    }

    impl Desk {
        fn started(&mut self) -> Vec<(Ticket, i64)> {
            std::iter::from_fn(|| self.reads.start(&mut self.tickets, 0))
                .map(|(ticket, leg)| (ticket, leg.id))
                .collect()
        }

        fn one(&mut self, id: i64) -> Ticket {
            self.reads.want(leg(id)).unwrap();
            self.started()[0].0
        }
    }

    #[test]
    fn many_events_of_one_leg_cause_one_more_read() {
        let mut desk = Desk::default();
        let first = desk.one(1);
        for _ in 0..50 {
            desk.reads.want(leg(1)).unwrap();
        }
        assert_eq!(desk.started(), []);
        assert_eq!(desk.reads.settle(first, true), Worth::Counts(leg(1)));
        let more = desk.started();
        assert_eq!(more.len(), 1);
        assert_eq!(desk.reads.settle(more[0].0, true), Worth::Counts(leg(1)));
        assert!(desk.reads.is_idle() && desk.started().is_empty());
    }

    #[test]
    fn four_at_once_and_a_bounded_queue() {
        let mut desk = Desk::default();
        for id in 0..1_000 {
            desk.reads.want(leg(id)).unwrap();
        }
        assert_eq!(desk.reads.want(leg(1_000)), Err(TooMany));
        assert_eq!(desk.reads.want(leg(5)), Ok(()));
        let started = desk.started();
        assert_eq!(
            started.iter().map(|(_, id)| *id).collect::<Vec<_>>(),
            [0, 1, 2, 3]
        );
        desk.reads.supersede();
        desk.reads.want(leg(9)).unwrap();
        assert_eq!(
            desk.started(),
            [],
            "answers that do not count keep their place"
        );
        assert_eq!(desk.reads.settle(started[0].0, true), Worth::Void);
        assert_eq!(desk.started().len(), 1);
    }

    #[test]
    fn a_leg_that_left_is_not_brought_back() {
        let mut desk = Desk::default();
        let first = desk.one(1);
        desk.reads.want(leg(1)).unwrap();
        desk.reads.forget(&leg(1));
        assert!(desk.reads.is_idle());
        let second = desk.one(1);
        assert_eq!(desk.reads.settle(first, true), Worth::Void);
        assert_eq!(desk.reads.settle(second, true), Worth::Counts(leg(1)));
        assert_eq!(desk.reads.settle(second, true), Worth::Void);
    }

    #[test]
    fn a_failure_is_repeated_once() {
        let mut desk = Desk::default();
        let first = desk.one(1);
        assert_eq!(desk.reads.settle(first, false), Worth::Repeated);
        let second = desk.started()[0].0;
        assert_eq!(desk.reads.settle(second, false), Worth::GivenUp);
        let third = desk.one(1);
        desk.reads.want(leg(1)).unwrap();
        assert_eq!(desk.reads.settle(third, false), Worth::Repeated);
        let fourth = desk.started()[0].0;
        assert_eq!(
            desk.reads.settle(fourth, false),
            Worth::Repeated,
            "a new event, a new try"
        );
        assert_eq!(desk.reads.overdue(PATIENCE - 1), []);
        let fifth = desk.started()[0].0;
        assert_eq!(desk.reads.overdue(PATIENCE), [fifth]);
    }
}
