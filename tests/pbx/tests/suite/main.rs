//! The simulator as its clients see it, over real sockets. One binary, so that it links once.

mod audio;
mod call_log;
mod call_truth;
mod calls;
mod chats;
mod common;
mod faults;
mod messages;
mod moves;
mod samples;
mod sign_in;
mod socket;
mod socket_faults;
mod xapi;
