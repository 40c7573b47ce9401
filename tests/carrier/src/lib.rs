//! A simulated carrier for tests: Twilio's Messages API on 127.0.0.1.
//!
//! It takes messages as strictly as the real one, answers in its shape, fails in its ways, signs its
//! webhooks, and remembers every message that it accepted, so that a test can count exactly. Written
//! from Twilio's public pages (Messages resource, error dictionary, "Webhooks security"); it shares no
//! code with the project, so that a wrong guess cannot agree with itself.
//!
//! Stricter than the real one in one thing: a field that it does not know is refused, because a
//! misspelled one would be ignored in silence.
//!
//! Not here: what a messaging service does, media, content templates, delivery itself.

mod answer;
mod book;
mod carrier;
mod fate;
mod form;
mod messages;
mod segments;
mod server;
mod signature;
mod webhook;

pub use book::{Accepted, Delivery};
pub use carrier::Carrier;
pub use fate::{Course, Fate, Report};
pub use form::encode as encode_form;
pub use segments::{Encoding, count as count_segments};
pub use signature::sign;
pub use webhook::{Inbound, Parameters};
