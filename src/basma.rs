//! Basma, the voice of the house: she answers calls, hears, thinks, speaks, and hands over to people.
//!
//! | part | what for |
//! |---|---|
//! | `audio`, `wav`, `resample` | sound of the telephone, and how other sound becomes it |
//! | `voice_activity` | where an utterance begins and ends |
//! | `pacer`, `playback`, `tone` | what is put out when, and what of it was heard |
//! | `multipart`, `hearing`, `mind`, `speech`, `fault` | what goes to the three providers, and what comes back |
//! | `sse`, `sentences` | streams cut into events, text cut into sentences |
//! | `words`, `phrases`, `persona` | two languages: what callers mean, what she says by heart, who she is |
//! | `recording`, `summary` | what is kept of a call: its sound, and two sentences about it |
//! | `protocol` | what a conversation is told, and what it wants done |
//! | `mouth`, `conversation` | the call: [`Conversation::step`] takes what happened and says what to do |
//!
//! Pure: frames and events of providers in, actions out; time is an argument. Whatever fails, the caller
//! ends with a person or a goodbye; nothing here ends a call because of an error.
//!
//! Not here: streams, `fetch`, the Durable Object of a call (`edge/voice_call`), who may be called (`desk`).

pub mod audio;
pub mod conversation;
pub mod fault;
pub mod hearing;
pub mod mind;
mod mouth;
mod multipart;
pub mod pacer;
pub mod persona;
pub mod phrases;
pub mod playback;
pub mod protocol;
pub mod recording;
pub mod resample;
pub mod sentences;
pub mod speech;
mod sse;
pub mod summary;
#[cfg(test)]
pub(crate) mod testing;
mod tone;
pub mod voice_activity;
pub mod wav;
pub mod words;

pub use conversation::Conversation;
