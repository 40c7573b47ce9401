//! Five thousand sends, while the carrier, the PBX and the runtime fail at random: at most one message
//! for each key and each yes, none for what is refused, none missing in the log, and every attempt in
//! the audit with what its caller was told.
//!
//! A tenth of the attempts by default; all of them with `SOAK=1`, more with `SOAK=2` and so on.
//!
//! | file | what |
//! |---|---|
//! | `crowd.rs` | who writes to whom, and what they were told |
//! | `outside.rs` | patients who write, and agents in 3CX |
//! | `weather.rs` | what goes wrong |
//! | `tally.rs` | what is counted |
//! | `records.rs` | what the carrier took, what was told, the log and the audit, compared |

mod crowd;
mod outside;
mod records;
mod tally;
mod weather;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use carrier_sim::Carrier;
use futures::StreamExt;
use futures::future::{Either, select};
use futures::stream::FuturesUnordered;
use serde_json::json;

use super::clinic::Clinic;
use crate::harness::{Dice, key_entry, soaked};
use crowd::{ADMIN, CALLERS, Crowd};
use tally::Tally;

/// Attempts of a soak.
const ATTEMPTS: usize = 5_000;
/// Attempts that one Worker and its carrier live through.
const ATTEMPTS_EACH: usize = 250;
/// Workers at once.
const AT_ONCE: usize = 4;
/// Isolates of a Worker, all with one Durable Object.
const ISOLATES: usize = 3;
/// People who want something at the same moment; most of them attempt more than once.
const WAVE: usize = 16;
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
    let lives = (0..attempts.div_ceil(ATTEMPTS_EACH)).map(life);
    let tallies: Vec<Tally> = futures::stream::iter(lives)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let lives = tallies.len();
    let tally = tallies.iter().fold(Tally::default(), Tally::plus);
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
    let mut dice = Dice::new(number);
    let mut clinic = Clinic::of(&variables, ISOLATES).await;
    let carrier = Arc::clone(&clinic.carrier);
    carrier.finds(PUBLIC, clinic.runtime.url());

    let crowd = Crowd::new(&clinic, terms.asks);
    let mut restarts = 0;
    // Twice the runtime dies.
    let mut deaths = vec![ATTEMPTS_EACH * 2 / 3, ATTEMPTS_EACH / 3];
    let mut slow = Some(ATTEMPTS_EACH / 2);
    let mut everyone = FuturesUnordered::new();
    while crowd.attempts() < ATTEMPTS_EACH {
        let now = crowd.attempts();
        let is_slow = slow.take_if(|attempts| now >= *attempts).is_some();
        weather::stir(&clinic, &mut dice, is_slow);
        for _ in 0..WAVE {
            everyone.push(crowd.want(Dice::new(dice.below(1 << 30))));
        }
        // Those who have to wait for long do so while the next ones come.
        let settled = pin!(settle(&mut everyone, WAVE / 2));
        if deaths.last().is_some_and(|attempts| now >= *attempts) {
            let some = 1 + dice.below(WAVE / 2);
            let enough = pin!(requests(&carrier, some));
            if let Either::Right(_) = select(settled, enough).await {
                deaths.pop();
                // Nobody finds the new Worker before it is there.
                let mut clients = crowd.clients.write().await;
                clinic.restart().await;
                *clients = crowd::clients(&clinic);
                carrier.finds(PUBLIC, clinic.runtime.url());
                restarts += 1;
            }
        } else {
            settled.await;
        }
        weather::clear(&clinic);
    }
    settle(&mut everyone, 0).await;
    drop(everyone);
    records::compare(&clinic, &crowd, restarts, terms.a_day).await
}

/// Waits until so many are left.
async fn settle(everyone: &mut FuturesUnordered<impl Future<Output = ()>>, left: usize) {
    while everyone.len() > left {
        everyone.next().await;
    }
}

/// Waits until the carrier has seen so many more.
async fn requests(carrier: &Carrier, more: usize) {
    let enough = carrier.requests() + more;
    while carrier.requests() < enough {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
