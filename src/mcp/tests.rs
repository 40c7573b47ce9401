//! The room against the outside world: what the official SDK answers (`legacy`, `modern`), what the
//! official schemas allow (`schema`), how serde_json delimits (`raw`), and what nobody should send (`hostile`).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "a test that panics has done its work"
)]

mod fixture;
mod hostile;
mod legacy;
mod listen;
mod modern;
mod raw;
mod row;
mod schema;
