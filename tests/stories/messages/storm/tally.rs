//! What is counted in a storm of messages.

use std::fmt;
use std::ops::AddAssign;

use crate::harness::storm;

pub(super) type Tally = storm::Tally<Others>;

/// What is counted of messages only.
#[derive(Debug, Default)]
pub(crate) struct Others {
    /// Taken by the carrier for agents.
    pub(super) taken_for_agents: usize,
    /// Messages of patients, and how often the PBX was told of one that it had.
    pub(super) patients: usize,
    pub(super) told_again: usize,
    /// Reports that the Worker said it has.
    pub(super) reports: usize,
}

impl AddAssign for Others {
    fn add_assign(&mut self, other: Self) {
        self.taken_for_agents += other.taken_for_agents;
        self.patients += other.patients;
        self.told_again += other.told_again;
        self.reports += other.reports;
    }
}

impl Tally {
    /// A storm in which nothing happened proves nothing.
    pub(super) fn is_worth_something(&self) -> bool {
        let tenth = self.attempts / 10;
        self.acts > tenth
            && self.done > tenth
            && self.refused > tenth / 2
            && self.unclear > tenth / 2
            && self.faults > tenth
            && self.others.reports > tenth
            && self.others.patients > 0
            && self.others.taken_for_agents > 0
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
            others,
        } = self;
        let Others {
            taken_for_agents,
            patients,
            told_again,
            reports,
        } = others;
        write!(
            f,
            "{attempts} attempts to send: {acts} messages taken by the carrier and {taken_for_agents} of \
             agents, all in the log, each once; {keys_used} of {keys} keys were sent under, each once; told \
             done {done}, not done {not_done} ({refused} of them refused, none of those sent), unclear \
             {unclear}, answer lost {lost} ({lost_on_record} on record); {reports} reports taken, none forgotten; {patients} messages \
             from outside, each once in the log and at the PBX ({told_again} told again); {entries} \
             entries of the audit, all true; {faults} faults of the carrier, {restarts} restarts of the \
             runtime"
        )
    }
}
