//! A storm: a crowd attempts the same things over and over while everything around the Worker fails; then
//! several books of what happened are compared. What is wanted and what fails is the story's own.
//!
//! | file | what |
//! |---|---|
//! | `crowd.rs` | who wants what, how they go about it, and what they were told |
//! | `lives.rs` | the waves of one life, with restarts, and many lives side by side |
//! | `books.rs` | what was told against the audit, and what is counted |

mod books;
mod crowd;
mod lives;

pub(crate) use books::{Fate, Once, Tally, audit, fate};
pub(crate) use crowd::{ADMIN, Attempt, CALLERS, Crowd, Wanted, Wish};
pub(crate) use lives::{Course, World, live_through, lives};
