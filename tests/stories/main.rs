//! Stories about the running Worker: a real workerd with real Durable Objects, the simulated PBX, and
//! clients that speak MCP over HTTP.
//!
//! Each story starts its own PBX and its own runtime on free loopback ports, so they run side by
//! side. They need `build/`, which `npm test` makes first.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a test that fails should say where, at once"
)]

mod approve;
mod audit;
mod calls;
mod clients;
mod doctor;
mod door;
mod events;
mod front;
mod guessing;
mod harness;
mod history;
mod key;
mod linc;
mod live;
mod memory;
mod messages;
mod moving;
mod numbers;
mod oauth;
mod once;
mod people;
mod permit;
mod phones;
mod question;
mod secrets;
mod storm;
mod token;
mod troubles;
mod tunnel;
mod unclear;
mod voice;
mod wire;
