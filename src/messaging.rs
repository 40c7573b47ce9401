//! Messages: SMS and WhatsApp through a carrier, chat inside the PBX, and what is kept of them.
//!
//! | part | file |
//! |---|---|
//! | by which road | `channel.rs` |
//! | how long an SMS is | `segments.rs` |
//! | sending through Twilio, and what its refusals mean | `twilio.rs`, `advice.rs` |
//! | what Twilio tells us, and that it is Twilio | `webhook.rs`, `signature.rs` |
//! | this Worker as the PBX's SMS provider | `generic_sms.rs` |
//! | chat inside the PBX | `myphone.rs` |
//! | who does not want to be written to | `opt_out.rs` |
//! | what is kept, how a status goes on, which two are one | `log.rs`, `status.rs`, `twins.rs` |
//!
//! Invariants
//! - A message is sent once: whatever is not certainly refused may have been sent.
//! - Nothing is called delivered before the carrier has reported it.
//!
//! Not here: I/O (`edge`), who may write to whom (`policy`, `desk::permitted`).

mod advice;
mod channel;
mod generic_sms;
mod log;
mod opt_out;
mod segments;
mod signature;
mod status;
mod twilio;
mod twins;
mod webhook;

pub use advice::advice;
pub use channel::Channel;
pub use generic_sms::{Handed, NotHanded, accepted, delivery_report, next_try, received, refused};
pub use log::{Entry, MessageQuery, Origin, Report};
pub use opt_out::Wish;
pub use segments::{Encoding, Segments};
pub use signature::{addresses, is_signed};
pub use status::{FAILED, INTENT, RECEIVED, UNKNOWN, goes_on, is_final, shown};
pub use twilio::{Answer, Draft, Refused, Sender, answer, form, path};
pub use twins::Twins;
pub use webhook::{Event, NotAnEvent, read_event};

/// The longest text: what a carrier takes in one request.
pub const MOST_CHARS: usize = 1_600;
