//! MasterLinc: asked where a call goes, and told what becomes of it.
//!
//! | file | owns |
//! |---|---|
//! | `event` | what it is told: the request, and which change of the live table is worth one |
//! | `reply` | what it says: limits, and what is understood of it |
//! | `decision` | from what was said, the call at that moment and the settings to what is done |
//! | `routing` | what an administrator set: whose calls, the default, agents |
//! | `record` | one request an event and one decision a call, however often events come |
//! | `breaker` | not asking for a while after it failed |
//! | `tally` | how often what happened |
//!
//! Invariants
//! - A ringing caller never waits for MasterLinc: whatever fails ends in the default action.
//! - A destination that it names passes the dialling rules and the gate as everybody's does.
//! - No names and no texts of messages go to it: it is outside our control.
//!
//! Not here: asking and acting (`edge`), the gate itself (`desk`, the Durable Object).

mod breaker;
mod decision;
mod event;
mod record;
mod reply;
mod routing;
mod tally;

pub use breaker::Breaker;
pub use decision::{Deed, Fault, LegFacts, Plan, plan};
pub use event::{EventKind, Request, message_received, worth_telling};
pub use record::{Called, Claimed, KEPT_MS, claim, claim_end};
pub use reply::{Action, MOST_BYTES, Wish, read_reply};
pub use routing::Routing;
pub use tally::Tally;

use std::time::Duration;

/// How long MasterLinc is waited for, waiting for a turn included.
pub const PATIENCE: Duration = Duration::from_secs(2);
/// The route of the contract.
pub const ROUTE: &str = "/api/v1/coordinate";
