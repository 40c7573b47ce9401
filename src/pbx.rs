//! 3CX V20 as a library: requests, wire types, token rules, error meanings.
//!
//! Two official APIs behind one token: Call Control (`/callcontrol`, live calls, lower case) and
//! XAPI (`/xapi/v1`, OData v4, `PascalCase`: people, departments, settings).
//!
//! Invariants
//! - No I/O, clock or randomness: HTTP goes through [`Transport`], tokens come from a [`TokenSource`].
//! - One live token per API client: only a [`TokenKeeper`] decides to fetch one, and there is one
//!   keeper per PBX (in the Durable Object `PbxSession`).
//! - `/Users` is never read without `$select`: without it 3CX answers SIP passwords.
//! - An action whose outcome is unclear becomes [`PbxError::OutcomeUnknown`], never a retry.
//!
//! Not here: what a tool makes of it (`tools`), who may do it (`policy`, `auth`).

mod action;
mod call_control;
mod chat;
mod client;
mod directory;
mod error;
pub mod history;
pub mod live;
mod memory;
mod my_phone;
mod odata;
mod parking;
mod queues;
mod recording;
#[cfg(test)]
mod samples;
mod sign_in;
mod system;
mod token;
mod token_keeper;
mod transport;
mod types;

pub use action::{ActionRequest, FinalStatus, Performed};
pub use call_control::Forwarding;
pub use chat::ChatMessage;
pub use client::{Pbx, TokenSource};
pub use directory::{UserPage, UserQuery};
pub use error::PbxError;
pub use memory::Memory;
pub use my_phone::Acknowledged;
pub use recording::RecordingSetting;
pub use sign_in::{Credentials, Grant, SignInError, sign_in};
pub use system::SystemStatus;
pub use token::{Token, TokenRecord};
pub use token_keeper::{Ask, Decision, KeeperRecord, TokenKeeper};
pub use transport::{Body, HttpRequest, HttpResponse, Method, Transport, TransportError};
pub use types::{Device, DnInfo, Group, Participant, User};
