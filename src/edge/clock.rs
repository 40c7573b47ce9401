//! The clock: the core takes the time as an argument, and here it comes from.

use crate::time::Millis;

/// Now. Whole milliseconds in a JavaScript number are exact for 285,000 years.
pub(super) fn now() -> Millis {
    i64::try_from(worker::Date::now().as_millis()).unwrap_or(Millis::MAX)
}
