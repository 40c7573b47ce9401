//! How often what happened, since the object started: for `check_pbx`.

use std::fmt::Write;

use super::Fault;
use crate::sorted::Map;

/// Counts.
#[derive(Debug, Default)]
pub struct Tally {
    /// Calls that were decided about.
    calls: u64,
    /// Among them those that MasterLinc decided.
    decided: u64,
    /// Why it did not.
    faults: Map<&'static str, u64>,
}

impl Tally {
    /// A call was decided about: by MasterLinc, or by the default because of `fault`.
    pub fn note(&mut self, fault: Option<Fault>) {
        self.calls = self.calls.saturating_add(1);
        match fault {
            None => self.decided = self.decided.saturating_add(1),
            Some(fault) => self
                .faults
                .update(fault.as_str(), |count| *count = count.saturating_add(1)),
        }
    }

    /// In words.
    pub fn line(&self) -> String {
        let mut line = format!(
            "{} of {} calls were decided by it",
            self.decided, self.calls
        );
        for (fault, count) in self.faults.iter() {
            // Writing to a String cannot fail.
            let _ = write!(line, ", {count} {fault}");
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// K2: counted.
    #[test]
    fn what_went_wrong_is_counted() {
        let mut tally = Tally::default();
        for fault in [
            None,
            Some(Fault::UnknownAction),
            Some(Fault::Slow),
            Some(Fault::UnknownAction),
        ] {
            tally.note(fault);
        }
        assert_eq!(
            tally.line(),
            "1 of 4 calls were decided by it, 1 slow, 2 unknown_action"
        );
    }
}
