//! Five thousand sends, while the carrier, the PBX and the runtime fail at random: at most one message
//! for each key and each yes, none for what is refused, none missing in the log, and every attempt in
//! the audit with what its caller was told.
//!
//! A tenth of the attempts by default; all of them with `SOAK=1`, more with `SOAK=2` and so on.
//!
//! | file | what |
//! |---|---|
//! | `sends.rs` | what the crowd is after |
//! | `outside.rs` | patients who write, and agents in 3CX |
//! | `weather.rs` | what goes wrong |
//! | `tally.rs` | what is counted |
//! | `records.rs` | what the carrier took, what was told, the log and the audit, compared |
//!
//! Crowd, lives and books are those of every storm (`harness/storm.rs`).

mod outside;
mod records;
mod sends;
mod tally;
mod weather;

use std::sync::Arc;

use serde_json::json;

use super::clinic::Clinic;
use crate::harness::storm::{ADMIN, CALLERS, Course, World, live_through, lives};
use crate::harness::{Client, Dice, key_entry, soaked};
use sends::{Crowd, Sends};
use tally::Tally;

/// Attempts of a soak.
const ATTEMPTS: usize = 5_000;
/// Attempts that one Worker and its carrier live through.
const ATTEMPTS_EACH: usize = 250;
/// Workers at once.
const AT_ONCE: usize = 4;
/// Isolates of a Worker, all with one Durable Object.
const ISOLATES: usize = 3;
/// `MESSAGES_PER_DAY` where messages are scarce.
const SCARCE: usize = 25;
/// What callbacks name, wherever the Worker listens.
const PUBLIC: &str = "https://mcp.example.com";

/// How an administrator has set up a Worker.
#[derive(Debug, Clone, Copy)]
struct Terms {
    /// `CONFIRM=outside`.
    asks: bool,
    /// `MESSAGES_PER_DAY`.
    a_day: usize,
}

impl Terms {
    fn of(life: usize) -> Self {
        Self {
            asks: life % 2 == 1,
            a_day: if life % 4 == 2 { SCARCE } else { 1_000_000 },
        }
    }

    fn variables(self) -> Vec<(&'static str, String)> {
        let scopes = ["read", "message"];
        let mut keys = CALLERS.map(|key| key_entry(key, &scopes, None)).to_vec();
        keys.push(key_entry(ADMIN, &["read", "admin"], None));
        vec![
            ("MCP_AUTH", String::new()),
            ("MCP_API_KEYS", json!(keys).to_string()),
            ("MCP_PUBLIC_URL", PUBLIC.to_owned()),
            ("AUDIT_NUMBERS", "full".into()),
            (
                "CONFIRM",
                if self.asks { "outside" } else { "never" }.into(),
            ),
            ("MESSAGES_PER_DAY", self.a_day.to_string()),
        ]
    }
}

#[tokio::test]
async fn whatever_fails_nobody_is_written_to_twice_and_the_log_has_everything() {
    let attempts = soaked(ATTEMPTS);
    let (tally, lives) = lives((attempts, ATTEMPTS_EACH, AT_ONCE), life).await;
    assert!(tally.attempts >= attempts, "{tally:?}");
    println!("{tally}; {lives} Workers of {ISOLATES} isolates");
    assert!(tally.is_worth_something(), "{tally:?}");
}

/// One Worker and its carrier, through all that is attempted with them.
async fn life(number: usize) -> Tally {
    let terms = Terms::of(number);
    let variables = terms.variables();
    let variables: Vec<(&str, &str)> = variables
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let mut clinic = Clinic::of(&variables, ISOLATES).await;
    clinic.carrier.finds(PUBLIC, clinic.runtime.url());

    let sends = Sends::new(&clinic.carrier, clinic.pbx());
    let crowd = Crowd::new(clinic.runtime.clients(), sends, terms.asks);
    // Twice the runtime dies.
    let course = Course {
        attempts: ATTEMPTS_EACH,
        deaths: vec![ATTEMPTS_EACH * 2 / 3, ATTEMPTS_EACH / 3],
        slow: Some(ATTEMPTS_EACH / 2),
    };
    let restarts = live_through(&mut clinic, &crowd, &mut Dice::new(number), course).await;
    records::compare(&clinic, &crowd, restarts, terms.a_day).await
}

impl World for Clinic {
    type Wanted = Sends;

    fn stir(&mut self, dice: &mut Dice, is_slow: bool) {
        weather::stir(self, dice, is_slow);
    }

    fn requests(&self) -> impl Fn() -> usize + use<> {
        let carrier = Arc::clone(&self.carrier);
        move || carrier.requests()
    }

    async fn restart(&mut self) -> Vec<Client> {
        Clinic::restart(self).await;
        self.carrier.finds(PUBLIC, self.runtime.url());
        self.runtime.clients()
    }

    async fn clears_up(&mut self) {
        weather::clear(self);
    }
}
