//! Pages for people, and how things are.
//!
//! | file | what for |
//! |---|---|
//! | `front.rs` | the page a person lands on |
//! | `sign_in.rs` | the page that asks before an assistant is let in, and what is wrong with asking |
//! | `approval.rs` | where a person says yes or no (`CONFIRM_BY=human`) |
//! | `clients.rs` | which assistants there are, and what each wants to have pasted |
//! | `language.rs` | which of the two languages; each page has its texts in both beside it |
//! | `health.rs` | what `/health` and the page say about how things are |
//! | `frame.rs` | the frame of a page: style, and what it may load |
//!
//! Invariants: plain HTML without a script; whatever came from outside passes through
//! `frame::escape`; a page
//! holds no secret, no host name but its own, and no number.
//! Not here: HTTP (`edge`), and what becomes of an answer (`auth::oauth`, `policy`).

mod approval;
mod clients;
mod frame;
mod front;
mod health;
mod language;
mod sign_in;

#[cfg(test)]
mod tests;

pub use approval::{Approval, ApprovalState};
pub use frame::CONTENT_SECURITY_POLICY;
pub use front::Front;
pub use health::{Health, Problem};
pub use language::Language;
pub use sign_in::{consent_page, problem_page};
