//! The supervised socket: when it is opened, given up, and tried again.
//!
//! Owns the mode, the epoch and the back-off. Atomic because each transition is one
//! synchronous [`Link::step`].
//!
//! Invariants
//! - One socket at a time. Each attempt has its own epoch; what an older one reports is not heard.
//! - At least a second lies between two attempts, restarts included, except for one: after a
//!   refused handshake another token is tried at once.
//! - Every `Tick` is answered by `Arm` or, where there is nothing to wait for, by `Disarm`.
//!
//! Not here: what comes through the socket (`feed`).

use super::alarm::Alarm;
use super::backoff;
use super::feed::{Deaf, Feed};
use super::protocol::{Action, Epoch, EventsMode, Input, LinkRecord};
use super::status::{LinkState, LinkStatus, LinkTrouble};
use super::table::Table;
use super::view::Freshness;
use crate::time::Millis;

/// A handshake that takes longer has failed.
const HANDSHAKE: Millis = 15_000;
/// A socket that was open so long was a good one: the back-off begins anew.
const HEALTHY: Millis = 60_000;
/// On demand, the socket is let go when nobody asked for so long.
const DEMAND: Millis = 600_000;
/// The link to one PBX.
#[derive(Debug)]
pub struct Link {
    mode: EventsMode,
    state: State,
    /// What survives a restart.
    record: LinkRecord,
    /// What was stored of it last.
    persisted: LinkRecord,
    demanded_at: Option<Millis>,
    alarm: Alarm,
    feed: Feed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    Connecting {
        deadline: Millis,
    },
    Open {
        since: Millis,
    },
    /// Until `record.not_before`.
    Waiting,
}

impl Link {
    /// A link that goes on where `record` stopped; the default record begins anew.
    pub fn restore(mode: EventsMode, record: LinkRecord) -> Self {
        Self {
            mode,
            state: State::Idle,
            record,
            persisted: record,
            demanded_at: None,
            alarm: Alarm::default(),
            feed: Feed::default(),
        }
    }

    /// Something happened at `now`: what is to be done about it.
    pub fn step(&mut self, input: Input, now: Millis, random: u32) -> Vec<Action> {
        let is_tick = matches!(input, Input::Tick);
        let mut actions = Vec::new();
        self.forgive(now);
        self.take(input, now, random, &mut actions);
        self.tend(now, random, &mut actions);
        if is_tick {
            self.alarm.rang();
        }
        let action = if self.is_wanted(now) {
            self.alarm.set(self.wake_at(), now, random)
        } else {
            self.alarm.clear(is_tick)
        };
        actions.extend(action);
        if self.record != self.persisted {
            self.persisted = self.record;
            actions.push(Action::Persist(self.record));
        }
        let changes = self.feed.take_changes();
        if !changes.is_empty() {
            actions.push(Action::Changed(changes));
        }
        actions
    }

    /// The calls, as true as [`freshness`](Self::freshness) says.
    pub fn table(&self) -> &Table {
        &self.feed.table
    }

    /// How true the table is.
    pub fn freshness(&self) -> Freshness {
        self.feed.freshness()
    }

    /// Nobody asks, or it is switched off: nothing is known of calls.
    pub fn is_idle(&self) -> bool {
        self.state == State::Idle
    }

    /// How the link is doing.
    pub fn status(&self) -> LinkStatus {
        let state = match self.state {
            State::Idle => LinkState::Idle,
            State::Connecting { .. } => LinkState::Connecting,
            State::Open { .. } => LinkState::Open,
            State::Waiting => LinkState::Waiting,
        };
        LinkStatus {
            mode: self.mode,
            state,
            freshness: self.freshness(),
            trouble: self.trouble(),
            epoch: self.record.epoch,
            failures: self.record.attempt,
            next_attempt: (state == LinkState::Waiting).then_some(self.record.not_before),
            counters: self.feed.counters,
        }
    }

    fn trouble(&self) -> Option<LinkTrouble> {
        let is_open = matches!(self.state, State::Open { .. });
        if self.record.refusals > 1 {
            Some(LinkTrouble::Refused)
        } else if self.feed.is_too_large() {
            Some(LinkTrouble::TooLarge)
        } else if is_open && self.feed.is_failing() {
            Some(LinkTrouble::SnapshotsFail)
        } else if !is_open && self.record.attempt > 0 {
            Some(LinkTrouble::Unreachable)
        } else {
            None
        }
    }
}

/// Transitions.
impl Link {
    fn take(&mut self, input: Input, now: Millis, random: u32, actions: &mut Vec<Action>) {
        match input {
            Input::Tick => {}
            Input::Demand => self.demanded_at = Some(now),
            Input::Opened { epoch } => self.opened(epoch, now, actions),
            Input::Frame { epoch, bytes } => {
                if self.is_open(epoch) {
                    self.feed.frame(&bytes, now);
                }
            }
            Input::Closed { epoch } => {
                if self.is_open(epoch) || self.is_connecting(epoch) {
                    self.lost(now, random);
                }
            }
            Input::ConnectFailed { epoch, is_refused } => {
                if !self.is_connecting(epoch) {
                    return;
                }
                if is_refused {
                    self.refused(now, random, actions);
                } else {
                    self.lost(now, random);
                }
            }
            Input::SnapshotRead { ticket, outcome } => {
                self.feed.snapshot_read(ticket, outcome, now, random);
            }
            Input::EntityRead { ticket, outcome } => self.feed.entity_read(ticket, outcome, now),
        }
    }

    fn tend(&mut self, now: Millis, random: u32, actions: &mut Vec<Action>) {
        if !self.is_wanted(now) {
            self.let_go(actions);
            return;
        }
        match self.state {
            State::Idle | State::Waiting => {
                self.feed.give_up_reads(now);
                if self.may_connect(now) {
                    self.connect(now, actions);
                }
            }
            State::Connecting { deadline } if deadline <= now => {
                self.close(actions);
                self.lost(now, random);
            }
            State::Connecting { .. } => self.feed.give_up_reads(now),
            State::Open { .. } => {
                if self.feed.tend(now, random, actions) == Err(Deaf) {
                    self.close(actions);
                    self.lost(now, random);
                }
            }
        }
    }

    fn opened(&mut self, epoch: Epoch, now: Millis, actions: &mut Vec<Action>) {
        if self.is_connecting(epoch) {
            self.state = State::Open { since: now };
            self.record.refusals = 0;
            self.feed.open(now);
        } else if !self.is_open(epoch) {
            // Too late: nobody would ever read from it.
            actions.push(Action::Close { epoch });
        }
    }

    fn connect(&mut self, now: Millis, actions: &mut Vec<Action>) {
        self.record.epoch = self.record.epoch.next();
        self.record.not_before = now.saturating_add(backoff::SHORTEST);
        self.state = State::Connecting {
            deadline: now.saturating_add(HANDSHAKE),
        };
        let counters = &mut self.feed.counters;
        counters.connects = counters.connects.saturating_add(1);
        actions.push(Action::Connect {
            epoch: self.record.epoch,
            replace_token: self.record.refusals > 0,
        });
    }

    /// No socket any more, or none after all.
    fn lost(&mut self, now: Millis, random: u32) {
        let longest = if self.record.refusals > 0 {
            backoff::LONGEST_REFUSED
        } else {
            backoff::LONGEST
        };
        self.feed.close();
        self.state = State::Waiting;
        let pause = backoff::pause(self.record.attempt, longest, random);
        self.record.attempt = self.record.attempt.saturating_add(1);
        self.record.not_before = now.saturating_add(pause);
    }

    fn refused(&mut self, now: Millis, random: u32, actions: &mut Vec<Action>) {
        self.record.refusals = self.record.refusals.saturating_add(1);
        self.lost(now, random);
        if self.record.refusals == 1 {
            self.connect(now, actions);
        }
    }

    /// A socket that stayed open makes earlier failures forgotten.
    fn forgive(&mut self, now: Millis) {
        if let State::Open { since } = self.state
            && now.saturating_sub(since) >= HEALTHY
        {
            self.record.attempt = 0;
        }
    }

    fn close(&self, actions: &mut Vec<Action>) {
        let epoch = self.record.epoch;
        actions.push(Action::Close { epoch });
    }

    fn let_go(&mut self, actions: &mut Vec<Action>) {
        if matches!(self.state, State::Connecting { .. } | State::Open { .. }) {
            self.close(actions);
        }
        if self.state != State::Idle {
            self.state = State::Idle;
            self.feed.clear();
        }
    }
}

/// Questions to itself.
impl Link {
    /// When something has to be done, apart from the heartbeat.
    fn wake_at(&self) -> Option<Millis> {
        match self.state {
            State::Connecting { deadline } => Some(deadline),
            State::Open { .. } => self.feed.wake_at(),
            State::Idle | State::Waiting => Some(self.record.not_before),
        }
    }

    fn is_wanted(&self, now: Millis) -> bool {
        match self.mode {
            EventsMode::Always => true,
            EventsMode::OnDemand => self
                .demanded_at
                .is_some_and(|at| now.saturating_sub(at) < DEMAND),
            EventsMode::Off => false,
        }
    }

    fn may_connect(&self, now: Millis) -> bool {
        let pause = self.record.not_before.saturating_sub(now);
        // A longer pause than there is: the clock was set back.
        pause <= 0 || pause > backoff::LONGEST_REFUSED
    }

    fn is_connecting(&self, epoch: Epoch) -> bool {
        epoch == self.record.epoch && matches!(self.state, State::Connecting { .. })
    }

    fn is_open(&self, epoch: Epoch) -> bool {
        epoch == self.record.epoch && matches!(self.state, State::Open { .. })
    }
}
