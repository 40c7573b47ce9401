//! Who may do what: API clients, web-client users, and the one live token of each client.
//!
//! Rules from 3CX's xapi-tutorial: a new token of an API client kills the old one; the same
//! token serves XAPI and Call Control where the client has both. Roles as in its examples.

mod client;
mod form;
mod jwt;
mod refuse;
pub(crate) mod token;
pub(crate) mod web_client;

pub use client::ApiClient;
pub(crate) use client::{Login, Session, Subject};
pub(crate) use jwt::opaque;
pub(crate) use refuse::{Caller, Denial, Need, bearer};
