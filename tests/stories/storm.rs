//! Ten thousand attempts to call, while the PBX, the token and the runtime fail at random: at most one
//! call for each key and for each yes, none for what is refused, and every attempt in the audit with a
//! true end.
//!
//! A tenth of the attempts by default; all of them with `SOAK=1`, more with `SOAK=2` and so on.
//!
//! | file | what |
//! |---|---|
//! | `calls.rs` | what the crowd is after |
//! | `weather.rs` | what goes wrong |
//! | `records.rs` | what the PBX placed, what callers were told, and what the audit says, compared |
//!
//! Crowd, lives and books are those of every storm (`harness/storm.rs`).

mod calls;
mod records;
mod weather;

use std::cell::Cell;

use pbx_sim::Answering;
use serde_json::json;

use crate::harness::storm::{ADMIN, CALLERS, Course, World, live_through, lives};
use crate::harness::{Client, Dice, Stage, key_entry, soaked};
use calls::{Calls, Crowd};
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
    let (tally, lives) = lives((attempts, ATTEMPTS_EACH, AT_ONCE), life).await;
    assert!(tally.attempts >= attempts, "{tally:?}");
    println!("{tally}; {lives} Workers of {ISOLATES} isolates");
    assert!(tally.is_worth_something(), "{tally:?}");
}

/// One Worker and its PBX, through all that is attempted with them.
async fn life(number: usize) -> Tally {
    let terms = Terms::of(number);
    let mut clinic = Clinic::of(terms).await;
    let calls = Calls {
        pbx: clinic.stage.pbx().clone(),
        seconds: Cell::new(None),
    };
    let crowd = Crowd::new(clinic.stage.runtime.clients(), calls, terms.asks);
    // Once the runtime dies, and in some lives the PBX once takes longer than the Worker waits.
    let course = Course {
        attempts: ATTEMPTS_EACH,
        deaths: vec![ATTEMPTS_EACH / 3],
        slow: Some(ATTEMPTS_EACH / 2).filter(|_| number % 4 < 2),
    };
    let restarts = live_through(&mut clinic, &crowd, &mut Dice::new(number), course).await;
    records::compare(&clinic.stage, &crowd, restarts, terms.calls_a_day).await
}

/// A Worker, its PBX and the weather.
struct Clinic {
    stage: Stage,
    variables: Vec<(&'static str, String)>,
    weather: Weather,
}

impl Clinic {
    async fn of(terms: Terms) -> Self {
        let variables = terms.variables();
        let stage = Stage::of(&borrowed(&variables), ISOLATES).await;
        // Whoever is called declines at once, so that nobody has many calls.
        let declines = Answering::Decline { after_ms: Some(5) };
        stage.pbx().set_outside("+966*", declines);
        Self {
            stage,
            variables,
            weather: Weather::default(),
        }
    }
}

impl World for Clinic {
    type Wanted = Calls;

    fn stir(&mut self, dice: &mut Dice, is_slow: bool) {
        self.weather.stir(self.stage.pbx(), dice, is_slow);
    }

    fn requests(&self) -> impl Fn() -> usize + use<> {
        let pbx = self.stage.pbx().clone();
        move || usize::try_from(pbx.counters().requests).expect("small")
    }

    async fn restart(&mut self) -> Vec<Client> {
        self.stage.restart(&borrowed(&self.variables)).await;
        self.stage.runtime.clients()
    }

    async fn clears_up(&mut self) {
        self.stage.pbx().clear_faults();
        self.weather.clears_up(&self.stage).await;
    }
}

fn borrowed<'a>(variables: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    let pairs = variables.iter();
    pairs.map(|(name, value)| (*name, value.as_str())).collect()
}
