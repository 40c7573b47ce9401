//! What the crowd of calls is after: numbers of their own, one that everybody wants, and some that nobody
//! may call.

use std::cell::Cell;

use pbx_sim::{Answering, Control};
use serde_json::{Value, json};

use super::CALLS_PER_NUMBER;
use crate::harness::Dice;
use crate::harness::storm::{self, Wanted};

/// Everybody wants this one.
const POPULAR: &str = "+966512345678";
/// How long the other side may ring where it takes its time, in seconds.
const PATIENCE: u32 = 5;

pub(super) type Crowd = storm::Crowd<Calls>;
pub(super) type Wish = storm::Wish<Ring>;

/// Calls to people outside.
pub(super) struct Calls {
    pub(super) pbx: Control,
    /// Of whoever comes at this moment.
    pub(super) seconds: Cell<Option<u32>>,
}

/// How long the other side may ring, if that is said.
#[derive(Debug, Clone)]
pub(super) struct Ring(Option<u32>);

impl Wanted for Calls {
    type Details = Ring;

    const TOOL: &'static str = "make_call";
    /// Their phones dial by themselves, or ring first, or there are two of them.
    const EXTENSIONS: &'static [&'static str] = &[
        "100", "101", "102", "103", "104", "105", "107", "108", "109", "111",
    ];
    /// Emergency, premium, service, abroad, and inside but not listed.
    const FORBIDDEN: &'static [&'static str] = &[
        "997",
        "00966997",
        "٩١١",
        "925012345",
        "+966925012345",
        "+4930123456",
        "0033123456789",
        "+14155550100",
        "801",
    ];

    async fn want(crowd: &Crowd, dice: &mut Dice, is_slow: bool) {
        // Wishes are made before anything is waited for.
        crowd.wanted.seconds.set(is_slow.then_some(PATIENCE));
        match dice.below(12) {
            0 => crowd.forbidden(dice).await,
            1 if crowd.asks => crowd.yes_for_another(dice).await,
            2 if crowd.asks => crowd.invented_yes(dice).await,
            3..=9 if crowd.asks => crowd.yes(dice).await,
            1 => crowd.popular(dice).await,
            2 => crowd.one_key_for_two(dice).await,
            3..=7 => crowd.key(dice).await,
            _ => crowd.no_key(dice).await,
        }
    }

    fn details(&self, number: &str, _: usize, dice: &mut Dice) -> Ring {
        if dice.once_in(10) {
            self.pbx.set_outside(number, Answering::Busy);
        }
        Ring(self.seconds.get())
    }

    fn written(crowd: &Crowd, wish: &Wish, dice: &mut Dice) -> String {
        // A yes is for the same words; a key is for the same thing.
        if crowd.asks || wish.is_forbidden {
            wish.number.clone()
        } else {
            spelled(&wish.number, dice)
        }
    }

    fn arguments(&self, wish: &Wish, written: &str) -> Value {
        json!({
            "extension": wish.extension, "destination": written, "timeout_seconds": wish.details.0,
        })
    }
}

impl Crowd {
    /// Called so often by all together that it is enough.
    async fn popular(&self, dice: &mut Dice) {
        let wish = self.wish(dice, CALLS_PER_NUMBER, false);
        self.change(wish, |wish| POPULAR.clone_into(&mut wish.number));
        self.attempt(dice, wish, None).await;
    }

    async fn invented_yes(&self, dice: &mut Dice) {
        let wish = self.wish(dice, 0, true);
        self.attempt(dice, wish, Some("true")).await;
    }
}

/// A Saudi number, written in one of several ways.
fn spelled(number: &str, dice: &mut Dice) -> String {
    let national = number.trim_start_matches("+966");
    match dice.below(4) {
        0 => format!("0{national}"),
        1 => format!("00966{national}"),
        2 => number.replace("+96650", "+966 50 "),
        _ => number.to_owned(),
    }
}
