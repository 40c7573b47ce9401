//! Where a page of messages ends.
//!
//! It names both lists: the last one of our own that was passed, how many of the PBX's were, and the time of
//! the last of all, with its number if it was the PBX's: so messages that came meanwhile are not taken for
//! older ones.

use std::fmt;
use std::str::FromStr;

use crate::time::Millis;

/// No message of the PBX has this number.
pub(super) const NOBODY: i64 = -1;

/// Where a page ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Messages of the PBX that were passed.
    pub(super) skip: usize,
    /// The time of the last message of all: what is later was seen, or came after it.
    pub(super) at: Millis,
    /// Its number, where the PBX has it.
    pub(super) id: i64,
    /// Our own from here on were seen.
    pub(super) own: i64,
}

impl Place {
    pub(super) const BEGIN: Self = Self {
        skip: 0,
        at: Millis::MAX,
        id: NOBODY,
        own: Millis::MAX,
    };
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "older.{}.{}.{}.{}",
            self.skip, self.at, self.id, self.own
        )
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.strip_prefix("older.").ok_or(())?.split('.');
        let mut number = || parts.next()?.parse::<i64>().ok();
        let mut place = || {
            Some(Self {
                skip: usize::try_from(number()?).ok()?,
                at: number()?,
                id: number()?,
                own: number()?,
            })
        };
        place().ok_or(())
    }
}
