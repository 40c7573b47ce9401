//! Live calls: one WebSocket to 3CX, and the table of calls that it keeps true.
//!
//! [`Link`] decides, its owner executes: inputs go in, [`Action`]s come out. The Call Control API
//! says over `/callcontrol/ws` *that* a call leg changed, never *how*, and never repeats itself. So
//! the truth is a snapshot (`GET /callcontrol`), kept true by events and by reading what they name.
//!
//! Invariants
//! - The order is token, socket, snapshot: what happens after the socket opened is an event, what
//!   happened before it is in the snapshot.
//! - A snapshot supersedes every read asked for before it. What events and reads said after it was
//!   asked for stands against it: nothing comes back from the dead, nothing new is lost.
//! - The table is called live only while nothing is known to be missing.
//! - A socket has an [`Epoch`] and a read has a [`Ticket`]: what comes late belongs to nobody.
//! - Everything is bounded: reads at once, reads that wait, lines, legs.
//!
//! Not here: sockets, HTTP, alarms, storage (`edge`); clock and randomness (arguments); what a tool
//! makes of the table (`desk`).

mod alarm;
mod backoff;
mod feed;
mod frame;
mod leg;
mod line;
mod link;
mod protocol;
mod reads;
mod sequence;
mod snapshots;
mod status;
mod table;
mod view;

#[cfg(test)]
mod tests;

pub use leg::{Change, Leg, LegKey};
pub use link::Link;
pub use protocol::{Action, Epoch, EventsMode, Input, LinkRecord, ReadFailed, Ticket};
pub use status::{Counters, LinkState, LinkStatus, LinkTrouble};
pub use table::Table;
pub use view::{CallView, DnView, Freshness};
