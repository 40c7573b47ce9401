//! Pages for people, and how things are.
//!
//! | file | what for |
//! |---|---|
//! | `front.rs` | the page a person lands on |
//! | `approval.rs` | where a person says yes or no (`CONFIRM_BY=human`) |
//! | `clients.rs` | which assistants there are, and what each wants to have pasted |
//! | `words.rs` | every text, in English and Arabic |
//! | `health.rs` | what `/health` and the page say about how things are |
//! | `html.rs` | the frame of a page: style, and what it may load |
//!
//! Invariants: plain HTML without a script; whatever came from outside passes through
//! [`escape`](crate::auth::oauth::escape); a page
//! holds no secret, no host name but its own, and no number.
//! Not here: HTTP (`edge`), and the page that asks before an assistant is let in (`auth::oauth`).

mod approval;
mod clients;
mod front;
mod health;
mod html;
mod words;

#[cfg(test)]
mod tests;

pub use approval::{Approval, ApprovalState};
pub use front::Front;
pub use health::{Health, Problem};
pub use html::CONTENT_SECURITY_POLICY;
