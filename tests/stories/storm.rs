//! Ten thousand attempts to call, while the PBX, the token and the runtime fail at random: at most one
//! call for each key and for each yes, none for what is refused, and every attempt in the audit with a
//! true end.
//!
//! A tenth of the attempts by default; all of them with `SOAK=1`, more with `SOAK=2` and so on.
//!
//! | file | what |
//! |---|---|
//! | `crowd.rs` | who wants what, and what they were told |
//! | `weather.rs` | what goes wrong |
//! | `records.rs` | what the PBX placed, what callers were told, and what the audit says, compared |

mod crowd;
mod records;
mod weather;

use std::pin::pin;
use std::time::Duration;

use futures::StreamExt;
use futures::future::{Either, select};
use futures::stream::FuturesUnordered;
use pbx_sim::{Answering, Control};
use serde_json::json;

use crate::harness::{Dice, Stage, key_entry, soaked};
use crowd::{ADMIN, CALLERS, Crowd};
use records::Tally;
use weather::Weather;

/// Attempts of a soak.
const ATTEMPTS: usize = 10_000;
/// Attempts that one Worker and its PBX live through.
const ATTEMPTS_EACH: usize = 250;
/// Workers at once.
const AT_ONCE: usize = 5;
/// Isolates of a Worker, all with one Durable Object.
const ISOLATES: usize = 3;
/// People who want something at the same moment; most of them attempt more than once.
const WAVE: usize = 16;
/// `CALLS_PER_NUMBER`: so often one number is called in a life, whoever wants it.
const CALLS_PER_NUMBER: usize = 3;
/// `CALLS_PER_DAY` where calls are scarce.
const SCARCE: usize = 30;

/// How an administrator has set up a Worker.
#[derive(Debug, Clone, Copy)]
struct Terms {
    /// `CONFIRM=outside`.
    asks: bool,
    /// `CALLS_PER_DAY`.
    calls_a_day: usize,
    /// `PBX_EVENTS=always`.
    listens: bool,
}

impl Terms {
    fn of(life: usize) -> Self {
        Self {
            asks: life % 2 == 1,
            calls_a_day: if life % 4 == 2 { SCARCE } else { 1_000_000 },
            listens: life % 8 < 5,
        }
    }

    fn variables(self) -> Vec<(&'static str, String)> {
        let control = ["read", "control"];
        let mut keys = CALLERS.map(|key| key_entry(key, &control, None)).to_vec();
        keys.push(key_entry(ADMIN, &["admin"], None));
        vec![
            ("MCP_AUTH", String::new()),
            ("MCP_API_KEYS", json!(keys).to_string()),
            ("AUDIT_NUMBERS", "full".into()),
            ("DIAL_ALLOW", "+966*,1??".into()),
            (
                "CONFIRM",
                if self.asks { "outside" } else { "never" }.into(),
            ),
            (
                "PBX_EVENTS",
                if self.listens { "always" } else { "off" }.into(),
            ),
            ("CALLS_PER_NUMBER", CALLS_PER_NUMBER.to_string()),
            ("CALLS_PER_DAY", self.calls_a_day.to_string()),
            ("CALLS_PER_MINUTE", "1000000".into()),
            ("CALLS_AT_ONCE", "1000000".into()),
        ]
    }
}

#[tokio::test]
async fn whatever_fails_nobody_is_called_twice_and_the_audit_is_true() {
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

/// One Worker and its PBX, through all that is attempted with them.
async fn life(number: usize) -> Tally {
    let terms = Terms::of(number);
    let variables = terms.variables();
    let variables: Vec<(&str, &str)> = variables
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let mut dice = Dice::new(number);
    let mut stage = Stage::of(&variables, ISOLATES).await;
    // Whoever is called declines at once, so that nobody has many calls.
    let declines = Answering::Decline { after_ms: Some(5) };
    stage.pbx().set_outside("+966*", declines);

    let crowd = Crowd::new(&stage, terms.asks);
    let mut weather = Weather::default();
    // Once the runtime dies, and in some lives the PBX once takes longer than the Worker waits.
    let mut death = Some(ATTEMPTS_EACH / 3);
    let mut slow = Some(ATTEMPTS_EACH / 2).filter(|_| number % 4 < 2);
    let mut everyone = FuturesUnordered::new();
    while crowd.attempts() < ATTEMPTS_EACH {
        let now = crowd.attempts();
        let is_slow = slow.take_if(|attempts| now >= *attempts).is_some();
        weather.stir(stage.pbx(), &mut dice, is_slow);
        for _ in 0..WAVE {
            everyone.push(crowd.want(Dice::new(dice.below(1 << 30)), is_slow));
        }
        // Those who have to wait for long do so while the next ones come.
        let settled = pin!(settle(&mut everyone, WAVE / 2));
        if death.is_some_and(|attempts| now >= attempts) {
            let some = 1 + dice.below(WAVE / 2);
            let enough = pin!(requests(stage.pbx().clone(), some));
            if let Either::Right(_) = select(settled, enough).await {
                death = None;
                // Nobody finds the new Worker before it is there.
                let mut clients = crowd.clients.write().await;
                stage.restart(&variables).await;
                *clients = crowd::clients(&stage);
                weather.restarts += 1;
            }
        } else {
            settled.await;
        }
        stage.pbx().clear_faults();
        weather.clears_up(&stage).await;
    }
    settle(&mut everyone, 0).await;
    drop(everyone);
    records::compare(&stage, &crowd, &weather, terms.calls_a_day).await
}

/// Waits until so many are left.
async fn settle(everyone: &mut FuturesUnordered<impl Future<Output = ()>>, left: usize) {
    while everyone.len() > left {
        everyone.next().await;
    }
}

/// Waits until the PBX has seen so many more.
async fn requests(pbx: Control, more: usize) {
    let seen = || usize::try_from(pbx.counters().requests).expect("small");
    let enough = seen() + more;
    while seen() < enough {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
