//! Cloudflare: the only room that knows the `worker` crate.
//!
//! Thin on purpose. It turns HTTP into the core's types and back, runs `fetch`, keeps the Durable
//! Objects, and hands the core its clock. Decisions live in the other rooms, where the host tests
//! them.
//!
//! The Worker is three WebAssembly modules, built from these sources with one feature each: [`phone`] and
//! [`lobby`], to which `entry.mjs` sends requests by their path, and [`line`], which is the object of the
//! PBX. They share no memory; what several must know is in the objects.

mod address;
mod body;
mod clock;
mod desk;
mod door;
#[cfg(feature = "drill")]
mod drill;
mod fetch;
mod isolate;
#[cfg(feature = "line")]
mod line;
#[cfg(feature = "lobby")]
mod lobby;
mod log;
mod object;
mod panics;
#[cfg(feature = "phone")]
mod phone;
mod reply;
mod session_client;
mod sql;
mod upstream;
mod variables;

use worker::event;

/// Runs at every instantiation, so again after a panic has reset the isolate.
#[event(start)]
fn start() {
    panics::watch();
}
