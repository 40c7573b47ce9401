//! Live events: what happens on the telephone system, told once and followed by many.
//!
//! One [`Fanout`] lives in the object beside the link. What the link reports becomes [events](news) in a
//! bounded log, and every follower, of `GET /events` or of MCP `subscriptions/listen`, is a place in that
//! log and a filter. So a thousand followers cost a thousand numbers, and order is the log's.
//!
//! Invariants
//! - A follower gets every event of its filter, once and in order, or is told why not: `reset` where it
//!   comes back too late, `dropped` where it reads too slowly. A stalled reader loses only itself.
//! - Nothing grows: the log, the number of followers, of one caller, too, and what one reading takes along
//!   are bounded.
//! - An id names the life of the object, too: what an earlier life counted is not taken for this one's.
//!
//! Not here: who may follow what (the Worker says so in [`Follow`](crate::session::Follow)); the stream
//! of the answer and the clock (`edge`).

mod fanout;
mod filter;
mod frame;
mod log;
mod news;

#[cfg(test)]
mod tests;

pub use fanout::{Fanout, Full};
pub use news::Calls;
