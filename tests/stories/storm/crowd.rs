//! People and machines that want calls: with keys and without, twice at once, again after a lost
//! answer, with a yes that is used up, and to numbers that nobody may call.

use std::cell::RefCell;

use futures::future::join_all;
use pbx_sim::{Answering, Control};
use serde_json::json;
use tokio::sync::RwLock;

use super::CALLS_PER_NUMBER;
use crate::harness::{Answer, Client, Dice, Stage};

/// Keys of those who call.
pub(super) const CALLERS: [&str; 2] = [
    "alpha-key-that-an-administrator-gave-out",
    "bravo-key-that-an-administrator-gave-out",
];
/// The key of the one who reads the audit.
pub(super) const ADMIN: &str = "admin-key-that-an-administrator-gave-out";

/// Extensions whose phones dial by themselves, or ring first, or there are two of them.
const PHONES: [&str; 10] = [
    "100", "101", "102", "103", "104", "105", "107", "108", "109", "111",
];
/// Emergency, premium, service, abroad, and inside but not listed.
const FORBIDDEN: [&str; 9] = [
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
/// Everybody wants this one.
const POPULAR: &str = "+966512345678";

/// What somebody wants done; several attempts may want the same.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub(super) caller: usize,
    extension: &'static str,
    /// As the PBX is to dial it.
    pub(super) number: String,
    pub(super) key: Option<String>,
    /// How many calls may come of it at most.
    pub(super) most: usize,
    /// It has to be refused for its number.
    pub(super) is_forbidden: bool,
}

/// One request.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) wish: usize,
    /// The number as it was written.
    pub(super) written: String,
    /// Nothing where the answer was lost.
    pub(super) told: Option<Answer>,
}

/// All of them, and everything they attempted.
pub(super) struct Crowd {
    /// One for each isolate; those who want to ask wait while the runtime is down.
    pub(super) clients: RwLock<Vec<Client>>,
    pbx: Control,
    /// `CONFIRM=outside`.
    asks: bool,
    pub(super) wishes: RefCell<Vec<Wish>>,
    pub(super) record: RefCell<Vec<Attempt>>,
}

/// Clients for [`Crowd::clients`].
pub(super) fn clients(stage: &Stage) -> Vec<Client> {
    stage.runtime.clients()
}

impl Crowd {
    pub(super) fn new(stage: &Stage, asks: bool) -> Self {
        Self {
            clients: RwLock::new(clients(stage)),
            pbx: stage.pbx().clone(),
            asks,
            wishes: RefCell::default(),
            record: RefCell::default(),
        }
    }

    pub(super) fn attempts(&self) -> usize {
        self.record.borrow().len()
    }

    /// Somebody comes and wants something.
    pub(super) async fn want(&self, dice: Dice, is_slow: bool) {
        let mut dice = dice;
        let one = One {
            crowd: self,
            seconds: is_slow.then_some(5),
        };
        match dice.below(12) {
            0 => one.forbidden(&mut dice).await,
            1 if self.asks => one.yes_for_another(&mut dice).await,
            2 if self.asks => one.invented_yes(&mut dice).await,
            3..=9 if self.asks => one.yes(&mut dice).await,
            1 => one.popular(&mut dice).await,
            2 => one.one_key_for_two(&mut dice).await,
            3..=7 => one.key(&mut dice).await,
            _ => one.no_key(&mut dice).await,
        }
    }

    /// A new wish for a number that nobody else wants; some of them are busy.
    fn wish(&self, dice: &mut Dice, most: usize, has_key: bool) -> usize {
        let mut wishes = self.wishes.borrow_mut();
        let number = format!("+96650000{:04}", wishes.len());
        if dice.once_in(10) {
            self.pbx.set_outside(&number, Answering::Busy);
        }
        let caller = dice.below(CALLERS.len());
        // Callers use the same words for keys of their own.
        let key = has_key.then(|| format!("visit-{}", wishes.len() / 2 * 2));
        let is_taken = |wish: &Wish| wish.caller == caller && wish.key == key;
        let key = match wishes.last().filter(|last| is_taken(last)) {
            Some(_) => key.map(|key| format!("{key}-b")),
            None => key,
        };
        wishes.push(Wish {
            caller,
            extension: dice.one_of(&PHONES),
            number,
            key,
            most,
            is_forbidden: false,
        });
        wishes.len() - 1
    }

    fn wish_number(&self, wish: usize) -> String {
        self.wishes.borrow()[wish].number.clone()
    }

    fn change(&self, wish: usize, change: impl FnOnce(&mut Wish)) {
        change(&mut self.wishes.borrow_mut()[wish]);
    }
}

/// One of the crowd.
struct One<'a> {
    crowd: &'a Crowd,
    /// How long the other side may ring.
    seconds: Option<u32>,
}

impl One<'_> {
    /// No key, no yes: asked once.
    async fn no_key(&self, dice: &mut Dice) {
        let wish = self.crowd.wish(dice, usize::from(!self.crowd.asks), false);
        self.attempt(dice, wish, None).await;
    }

    /// With a key, at several isolates at once; then again, most of all if an answer was lost.
    async fn key(&self, dice: &mut Dice) {
        let wish = self.crowd.wish(dice, 1, true);
        let told = self.at_once(dice, wish, None).await;
        if told.iter().any(Option::is_none) || dice.once_in(3) {
            self.attempt(dice, wish, None).await;
        }
    }

    /// One key for two numbers: it is good for one of them.
    async fn one_key_for_two(&self, dice: &mut Dice) {
        let wishes = [1, 1].map(|most| self.crowd.wish(dice, most, true));
        let first = self.crowd.wishes.borrow()[wishes[0]].clone();
        self.crowd.change(wishes[1], |wish| {
            (wish.key, wish.caller) = (first.key, first.caller);
        });
        let mut other = Dice::new(dice.below(1 << 30));
        futures::join!(
            self.attempt(dice, wishes[0], None),
            self.attempt(&mut other, wishes[1], None)
        );
        let wish = dice.one_of(&wishes);
        self.attempt(dice, wish, None).await;
    }

    /// A number that may not be called, with a key or without, perhaps with a yes.
    async fn forbidden(&self, dice: &mut Dice) {
        let has_key = dice.once_in(2);
        let wish = self.crowd.wish(dice, 0, has_key);
        self.crowd.change(wish, |wish| {
            dice.one_of(&FORBIDDEN).clone_into(&mut wish.number);
            wish.is_forbidden = true;
        });
        let yes = dice.one_of(&[None, Some("yes")]);
        self.attempt(dice, wish, yes).await;
    }

    /// Called so often by all together that it is enough.
    async fn popular(&self, dice: &mut Dice) {
        let wish = self.crowd.wish(dice, CALLS_PER_NUMBER, false);
        self.crowd
            .change(wish, |wish| POPULAR.clone_into(&mut wish.number));
        self.attempt(dice, wish, None).await;
    }

    /// Asked first; the yes is sent several times at once, and once more when it is used up.
    async fn yes(&self, dice: &mut Dice) {
        let has_key = dice.once_in(2);
        let wish = self.crowd.wish(dice, 1, has_key);
        let Some(yes) = self.ask(dice, wish).await else {
            return;
        };
        let told = self.at_once(dice, wish, Some(&yes)).await;
        if told.iter().any(Option::is_none) || dice.once_in(2) {
            self.attempt(dice, wish, Some(&yes)).await;
        }
    }

    /// A yes to one call is shown for another.
    async fn yes_for_another(&self, dice: &mut Dice) {
        let wishes = [0, 0].map(|most| self.crowd.wish(dice, most, false));
        if let Some(yes) = self.ask(dice, wishes[0]).await {
            self.attempt(dice, wishes[1], Some(&yes)).await;
        }
    }

    async fn invented_yes(&self, dice: &mut Dice) {
        let wish = self.crowd.wish(dice, 0, true);
        self.attempt(dice, wish, Some("true")).await;
    }

    /// The handle that says yes, where one is given out.
    async fn ask(&self, dice: &mut Dice, wish: usize) -> Option<String> {
        let told = self.attempt(dice, wish, None).await?;
        let handle = &told.value["error"]["details"]["confirm"];
        handle.as_str().map(str::to_owned)
    }

    /// The same, one to four times at once.
    async fn at_once(
        &self,
        dice: &mut Dice,
        wish: usize,
        yes: Option<&str>,
    ) -> Vec<Option<Answer>> {
        let many = 1 + dice.below(4);
        let all = (0..many).map(|_| Dice::new(dice.below(1 << 30)));
        join_all(all.map(async |mut dice| self.attempt(&mut dice, wish, yes).await)).await
    }

    /// One request at some isolate, and what was told.
    async fn attempt(&self, dice: &mut Dice, wish: usize, yes: Option<&str>) -> Option<Answer> {
        let crowd = self.crowd;
        let client = dice.one_of(&crowd.clients.read().await);
        let wanted = crowd.wishes.borrow()[wish].clone();
        // A yes is for the same words; a key is for the same thing.
        let number = crowd.wish_number(wish);
        let written = if crowd.asks || wanted.is_forbidden {
            number
        } else {
            spelled(&number, dice)
        };
        let name = {
            let mut record = crowd.record.borrow_mut();
            record.push(Attempt {
                wish,
                written: written.clone(),
                told: None,
            });
            record.len() - 1
        };
        let arguments = json!({
            "extension": wanted.extension, "destination": written, "confirm": yes,
            "idempotency_key": wanted.key, "timeout_seconds": self.seconds,
        });
        let key = CALLERS[wanted.caller];
        let told = client
            .header("authorization", &format!("Bearer {key}"))
            .header("user-agent", &format!("storm/{name}"))
            .try_call("make_call", arguments)
            .await;
        crowd.record.borrow_mut()[name].told.clone_from(&told);
        told
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
