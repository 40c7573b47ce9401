//! Whole calls with made-up providers and a made-up clock. Numbers such as V6 are cases of the list of known
//! traps of voice bridges.

mod faults;
mod recorded;
mod talk;
mod world;
