//! Messages: SMS, WhatsApp and chat, out and in, with a carrier and a PBX that fail.
//!
//! | file | what |
//! |---|---|
//! | `clinic.rs` | a stage with a carrier |
//! | `sending.rs` | SMS and WhatsApp out, and what is reported of them |
//! | `refusals.rs` | what the carrier does not take, and what is never given to it |
//! | `unclear.rs` | lost answers, keys, two Workers at once |
//! | `webhooks.rs` | what the carrier posts: signed, forged, twice, broken |
//! | `gateway.rs` | this Worker as the PBX's SMS provider, both directions |
//! | `chat.rs` | chat between extensions |
//! | `reading.rs` | the log and the PBX's own history, read as one |
//! | `limits.rs` | a yes, caps, quiet hours, who may see and send what |
//! | `opt_out.rs` | those who do not want to be written to |
//! | `storm.rs` | thousands of sends while everything fails |

mod chat;
mod clinic;
mod gateway;
mod limits;
mod opt_out;
mod reading;
mod refusals;
mod sending;
mod storm;
mod unclear;
mod webhooks;
