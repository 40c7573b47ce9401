//! Before anybody is asked who they are: addresses that were wrong too often wait outside.
//!
//! [`too_many`] costs nothing while nobody fails, and never leaves the isolate. [`failed`] tells the
//! object, which counts exactly for all isolates; only failures pay for that. An isolate that has not
//! heard of a closing yet looks at one more request of that address, and if it is wrong hears of it
//! then: guessing gains at most one look a closing, for each isolate and each of its modules.
//!
//! While an address is closed its good keys are refused too: otherwise the answer would still tell a
//! guesser which one is good.
//!
//! Every route that looks at something secret asks here: keys, codes, access keys. Not a failure: no
//! credentials at all, and a token of our own that has merely expired, since many people come to us
//! from the same addresses of their assistant's maker.

use serde_json::json;
use worker::{Env, Headers, Response, Result};

use super::isolate::Isolate;
use super::session_client::SessionClient;
use super::{clock, log, reply};
use crate::auth::Visitor;
use crate::pages::{CONTENT_SECURITY_POLICY, Language, problem_page};
use crate::time::Millis;

/// Set by Cloudflare on every request; nobody else can.
const ADDRESS: &str = "cf-connecting-ip";

/// An address is closed, for so long.
pub(super) struct Wait(Millis);

/// Whether this request comes from a closed address. Ask before anything of it is looked at.
pub(super) fn too_many(isolate: &Isolate, address: Option<&str>) -> Option<Wait> {
    let door = isolate.door.borrow();
    if door.is_untouched() {
        return None;
    }
    door.closed_for(&Visitor::of(address), clock::now())
        .map(Wait)
}

/// Who Cloudflare says a request comes from.
pub(super) fn address(headers: &Headers) -> Result<Option<String>> {
    headers.get(ADDRESS)
}

/// What this request brought was wrong. If its address is closed by now, say that and nothing else.
pub(super) async fn failed(env: &Env, isolate: &Isolate, address: Option<&str>) -> Option<Wait> {
    let visitor = Visitor::of(address);
    let is_told = isolate.door.borrow_mut().failed(&visitor, clock::now());
    if is_told {
        match SessionClient::new(env, isolate).failed(&visitor).await {
            Ok(until) => isolate
                .door
                .borrow_mut()
                .learn(&visitor, until, clock::now()),
            // Then what this isolate has seen must do.
            Err(error) => log::error("failure_not_counted", json!({ "error": error })),
        }
    }
    let left = isolate.door.borrow().closed_for(&visitor, clock::now());
    left.map(Wait)
}

impl Wait {
    /// For the header `Retry-After`: never zero.
    pub(super) fn seconds(&self) -> String {
        self.0.saturating_add(999).div_euclid(1000).to_string()
    }

    /// For whoever reads the answer.
    pub(super) fn message(&self) -> String {
        format!(
            "too many wrong keys came from this address: for {} seconds nothing from it is looked at, \
             not even a good key. Check the key, wait, and try again",
            self.seconds()
        )
    }

    /// 429, for a person.
    pub(super) fn page(&self) -> Result<Response> {
        let html = problem_page(Language::English, Some(&self.message()));
        let mut response = reply::page(429, html)?;
        let headers = response.headers_mut();
        headers.set("content-security-policy", CONTENT_SECURITY_POLICY)?;
        headers.set("retry-after", &self.seconds())?;
        Ok(response)
    }

    /// 429, in the form of refusals before the protocol.
    pub(super) fn refusal(&self) -> Result<Response> {
        let mut response = reply::refusal(429, &self.message())?;
        response.headers_mut().set("retry-after", &self.seconds())?;
        Ok(response)
    }
}
