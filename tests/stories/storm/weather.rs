//! What goes wrong during one wave of attempts.

use pbx_sim::{Control, Fault, Rule};
use serde_json::json;

use crate::harness::storm::CALLERS;
use crate::harness::{Dice, Stage, status, until};

/// Faults of calls in one wave.
const CALLS_HIT: usize = 6;
/// Tokens that may die within a minute; after that the Worker waits for the other program.
const KILLS: usize = 3;
/// Longer than the Worker waits for a call that may ring five seconds.
const TOO_LONG_MS: u64 = 11_000;

/// The weather of one life.
#[derive(Debug, Default)]
pub(super) struct Weather {
    kills: usize,
    /// A sign-in was refused, or will be.
    is_refused: bool,
}

impl Weather {
    /// Arranges what goes wrong next.
    pub(super) fn stir(&mut self, pbx: &Control, dice: &mut Dice, is_slow: bool) {
        if is_slow {
            // One is carried out after the Worker has given up, one never.
            for fault in [
                Fault::Delay { ms: TOO_LONG_MS },
                Fault::Hang {
                    seconds: TOO_LONG_MS / 1_000,
                },
            ] {
                pbx.add_fault(rule("POST", "/makecall", 0, fault));
            }
        }
        for _ in 0..CALLS_HIT {
            let skip = u32::try_from(dice.below(3)).expect("small");
            pbx.add_fault(rule("POST", "/makecall", skip, of_a_call(dice)));
        }
        for path in ["/devices", "/participants"] {
            if dice.once_in(2) {
                pbx.add_fault(rule("GET", path, 0, of_a_read(dice)));
            }
        }
        if self.kills < KILLS && dice.once_in(2) {
            self.kills += 1;
            self.trouble_the_token(pbx, dice);
        }
    }

    /// Waits until the Worker has signed in again, if it was refused.
    pub(super) async fn clears_up(&self, stage: &Stage) {
        if !self.is_refused {
            return;
        }
        let client = stage.client_with(CALLERS[0]);
        until("a token that works", async || {
            let asked = json!({ "extension": "100" });
            let shown = client.call("get_presence", asked).await;
            (!shown.is_error).then_some(())
        })
        .await;
    }

    /// The token dies; sometimes another is hard to get, too.
    fn trouble_the_token(&mut self, pbx: &Control, dice: &mut Dice) {
        match dice.below(3) {
            0 => pbx.kill_tokens(),
            1 => pbx.add_fault(rule("POST", "/makecall", 1, Fault::LoseToken)),
            _ => pbx.add_fault(rule("POST", "/makecall", 1, status(401, ""))),
        }
        let fault = match dice.below(6) {
            0 => Fault::Reset,
            1 => Fault::ResetAfter,
            2 => status(503, "busy"),
            // For five seconds after a refusal nobody can do anything: once is enough.
            3 if !self.is_refused => {
                self.is_refused = true;
                status(401, "")
            }
            _ => return,
        };
        pbx.add_fault(rule("POST", "/connect/token", 0, fault));
    }
}

fn rule(method: &str, path: &str, skip: u32, fault: Fault) -> Rule {
    Rule {
        method: Some(method.to_owned()),
        skip,
        ..Rule::once(path, fault)
    }
}

/// Some of these call, some do not; the Worker cannot tell them apart.
fn of_a_call(dice: &mut Dice) -> Fault {
    let refusal = dice.one_of(&[400, 403, 404, 408, 422, 424, 429]);
    let failure = dice.one_of(&[500, 502, 503, 504]);
    dice.one_of(&[
        Fault::Reset,
        Fault::ResetAfter,
        Fault::ResetAfter,
        Fault::Truncate,
        Fault::Html,
        Fault::Empty,
        Fault::Delay { ms: 150 },
        Fault::SlowBody {
            chunk_bytes: 64,
            chunk_ms: 20,
        },
        status(refusal, ""),
        status(failure, "<html>no</html>"),
    ])
}

fn of_a_read(dice: &mut Dice) -> Fault {
    let failure = dice.one_of(&[403, 404, 500, 502, 503]);
    dice.one_of(&[
        Fault::Reset,
        Fault::Truncate,
        Fault::Html,
        Fault::Empty,
        Fault::Delay { ms: 150 },
        status(failure, ""),
    ])
}
