//! The one gate before anything is started or moved: what is asked of it, and what it says.
//!
//! Every way a call or message can begin or be moved (a tool, LINC, Basma) asks here, after the
//! number was admitted and the hour was found fit. The Durable Object answers from caps and handles in one
//! step, so that a yes cannot be used twice and a cap cannot be overrun.

use futures::future::LocalBoxFuture;
use serde::{Deserialize, Serialize};

use super::caps::{Caps, Counted, Reached};
use super::confirmation::{ConfirmBy, Consent};
use super::idempotency::LedgerDown;

/// May this be done?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// Who wants what.
    pub consent: Consent,
    /// Who has to say yes; nobody, if it needs none.
    pub needs_yes: Option<ConfirmBy>,
    /// The handle that came with the request.
    pub handle: Option<String>,
    /// What it counts as.
    pub counted: Option<Counted>,
    /// The caps of this caller.
    pub caps: Caps,
    /// The outside number that would be called.
    pub outside: Option<String>,
    /// The extension that would have one more call.
    pub extension: Option<String>,
    /// Who would be written to, as [`reader`] writes it.
    #[serde(default)]
    pub reader: Option<String>,
}

/// Somebody who is written to: opting out counts for one channel and one number.
pub fn reader(channel: &str, number: &str) -> String {
    format!("{channel} {number}")
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Yes, and it was counted: do it now.
    Granted,
    /// Not without a yes: here is a handle for it.
    NeedsYes {
        /// The handle.
        handle: String,
        /// A handle was presented, and it was worth nothing.
        was_worthless: bool,
    },
    /// A person has still to say yes to the handle that was presented.
    Open {
        /// The same handle.
        handle: String,
    },
    /// A person has said no.
    Declined,
    /// A cap is reached.
    Limited(Reached),
    /// They have opted out of being written to.
    OptedOut,
}

/// The gate, for all isolates.
pub trait Gate {
    /// Asks. Whatever the answer but [`Permission::Granted`], nothing may be done.
    fn permit<'a>(&'a self, ask: &'a Ask) -> LocalBoxFuture<'a, Result<Permission, LedgerDown>>;
}
