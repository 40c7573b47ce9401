//! Call history: which calls there were, day by day, from the PBX's reports or from what was kept.
//!
//! ```text
//! tool arguments ─► range (local days) ─► UTC days ─► reader ─► cache, else fetch ─► grouper
//!                                                      └─► newest day first ─► selection ─► page
//! ```
//!
//! Invariants
//! - A day is a **UTC day of rows**: what is fetched, cached and never asked for again once it is
//!   over and settled. The user's days are local and are selected afterwards.
//! - A call lies where its first row lies. A call over midnight is put together again from the
//!   parts in both days ([`CallRecord::absorb`]), so a row that came twice counts once.
//! - Rows are never collected: each becomes a part of a call at once. Days pass through one by one.
//! - A broken entry of the cache is read afresh, never served.
//!
//! Not here: I/O and clocks (ports and arguments), words for people, who may see which call.

mod call;
mod day;
mod fetch;
mod grouper;
mod iso8601;
mod query;
mod range;
mod reader;
mod request;
mod row;
mod store;
#[cfg(test)]
mod tests;
mod view_row;
mod zone;

pub use call::{CallRecord, CallStatus, Direction, Party};
pub use day::{LocalDay, UtcDay, Window};
pub use fetch::Newest;
pub use grouper::{DayJoin, Grouper};
pub use iso8601::parse_timestamp;
pub use query::{CallFilter, Cursor, CursorError, Page, Selection};
pub use range::{MAX_DAYS, RangeError, parse_range};
pub use reader::{HistoryReader, MissingDay, OpenDay, ReadOutcome};
pub use request::{Route, Source};
pub use row::{LogRecording, LogRow};
pub use store::{DayCache, day_key, decode_day, encode_day};
pub use view_row::ViewRow;
pub use zone::{Zone, ZoneError};
