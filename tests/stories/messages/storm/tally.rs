//! What is counted in a storm of messages.

use std::fmt;

/// What is counted.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) attempts: usize,
    /// Callers' keys, and those under which a message was taken.
    pub(super) keys: usize,
    pub(super) keys_used: usize,
    /// Taken by the carrier for callers, and for agents.
    pub(super) taken: usize,
    pub(super) taken_for_agents: usize,
    /// Told that it was done, now or before.
    pub(super) done: usize,
    /// Told that it was not done.
    pub(super) not_done: usize,
    /// … because of the number, a yes that is missing, or a cap.
    pub(super) refused: usize,
    /// Told that nobody knows.
    pub(super) unclear: usize,
    /// Answers that died with the runtime.
    pub(super) lost: usize,
    /// Messages of patients, and how often the PBX was told of one that it had.
    pub(super) patients: usize,
    pub(super) told_again: usize,
    /// Reports that the Worker said it has.
    pub(super) reports: usize,
    pub(super) restarts: usize,
    /// Requests to which the carrier did something wrong.
    pub(super) faults: usize,
    pub(super) entries: usize,
}

impl Tally {
    pub(super) fn plus(self, other: &Self) -> Self {
        Self {
            attempts: self.attempts + other.attempts,
            keys: self.keys + other.keys,
            keys_used: self.keys_used + other.keys_used,
            taken: self.taken + other.taken,
            taken_for_agents: self.taken_for_agents + other.taken_for_agents,
            done: self.done + other.done,
            not_done: self.not_done + other.not_done,
            refused: self.refused + other.refused,
            unclear: self.unclear + other.unclear,
            lost: self.lost + other.lost,
            patients: self.patients + other.patients,
            told_again: self.told_again + other.told_again,
            reports: self.reports + other.reports,
            restarts: self.restarts + other.restarts,
            faults: self.faults + other.faults,
            entries: self.entries + other.entries,
        }
    }

    /// A storm in which nothing happened proves nothing.
    pub(super) fn is_worth_something(&self) -> bool {
        let tenth = self.attempts / 10;
        self.taken > tenth
            && self.done > tenth
            && self.refused > tenth / 2
            && self.unclear > tenth / 2
            && self.faults > tenth
            && self.reports > tenth
            && self.patients > 0
            && self.taken_for_agents > 0
            && self.restarts > 0
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            attempts,
            keys,
            keys_used,
            taken,
            taken_for_agents,
            done,
            not_done,
            refused,
            unclear,
            lost,
            patients,
            told_again,
            reports,
            restarts,
            faults,
            entries,
        } = self;
        write!(
            f,
            "{attempts} attempts to send: {taken} messages taken by the carrier and {taken_for_agents} of \
             agents, all in the log, each once; {keys_used} of {keys} keys were sent under, each once; told \
             done {done}, not done {not_done} ({refused} of them refused, none of those sent), unclear \
             {unclear}, answer lost {lost}; {reports} reports taken, none forgotten; {patients} messages \
             from outside, each once in the log and at the PBX ({told_again} told again); {entries} \
             entries of the audit, all true; {faults} faults of the carrier, {restarts} restarts of the \
             runtime"
        )
    }
}
