//! The simulator as its clients see it, over real sockets. One binary, so that it links once.

mod calls;
mod common;
mod faults;
mod moves;
mod samples;
mod sign_in;
mod socket;
mod xapi;
