//! People and machines that write: with keys and without, twice at once, again after a lost answer, with
//! a yes that is used up, and to numbers that nobody may write to. Others: `outside.rs`.

use std::cell::RefCell;
use std::sync::Arc;

use carrier_sim::Carrier;
use futures::future::join_all;
use pbx_sim::Control;
use serde_json::json;
use tokio::sync::RwLock;

use super::super::clinic::Clinic;
use super::weather;
use crate::harness::{Answer, Client, Dice};

/// Keys of those who write.
pub(super) const CALLERS: [&str; 2] = [
    "alpha-key-that-an-administrator-gave-out",
    "bravo-key-that-an-administrator-gave-out",
];
/// The key of the one who reads the log and the audit.
pub(super) const ADMIN: &str = "admin-key-that-an-administrator-gave-out";

pub(super) const EXTENSIONS: [&str; 5] = ["100", "101", "104", "105", "109"];
/// Emergency, premium, fixed, abroad, and inside.
const FORBIDDEN: [&str; 7] = [
    "997",
    "00966997",
    "925012345",
    "+966925012345",
    "+14155550100",
    "104",
    "٩١١",
];

/// What somebody wants; several attempts may want the same. Its text is in no other.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub(super) caller: usize,
    pub(super) extension: &'static str,
    /// As the carrier is to get it.
    pub(super) number: String,
    pub(super) text: String,
    pub(super) channel: &'static str,
    pub(super) key: Option<String>,
    /// How many messages may come of it at most.
    pub(super) most: usize,
    /// It has to be refused for its number.
    pub(super) is_forbidden: bool,
}

/// One request.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) wish: usize,
    /// Nothing where the answer was lost.
    pub(super) told: Option<Answer>,
}

/// What an agent wrote, and the status that 3CX was answered; nothing where the answer was lost.
#[derive(Debug)]
pub(super) struct Agent {
    pub(super) text: String,
    pub(super) told: Option<u16>,
}

/// All of them, and everything they attempted.
pub(super) struct Crowd {
    /// One for each isolate; those who want to ask wait while the runtime is down.
    pub(super) clients: RwLock<Vec<Client>>,
    pub(super) carrier: Arc<Carrier>,
    pub(super) pbx: Control,
    /// `CONFIRM=outside`.
    asks: bool,
    pub(super) wishes: RefCell<Vec<Wish>>,
    pub(super) record: RefCell<Vec<Attempt>>,
    pub(super) agents: RefCell<Vec<Agent>>,
    /// Texts of patients that the Worker said it has.
    pub(super) answered: RefCell<Vec<String>>,
    /// Who wrote from outside, one for each message.
    pub(super) patients: RefCell<Vec<String>>,
}

/// Clients for [`Crowd::clients`].
pub(super) fn clients(clinic: &Clinic) -> Vec<Client> {
    clinic.runtime.clients()
}

impl Crowd {
    pub(super) fn new(clinic: &Clinic, asks: bool) -> Self {
        Self {
            clients: RwLock::new(clients(clinic)),
            carrier: Arc::clone(&clinic.carrier),
            pbx: clinic.pbx().clone(),
            asks,
            wishes: RefCell::default(),
            record: RefCell::default(),
            agents: RefCell::default(),
            answered: RefCell::default(),
            patients: RefCell::default(),
        }
    }

    pub(super) fn attempts(&self) -> usize {
        self.record.borrow().len()
    }

    /// Somebody comes and wants something.
    pub(super) async fn want(&self, dice: Dice) {
        let mut dice = dice;
        let dice = &mut dice;
        match dice.below(14) {
            0 => self.forbidden(dice).await,
            1 if dice.once_in(3) => self.opts_out(dice).await,
            1 => self.patient(dice).await,
            2 => self.agent(dice).await,
            3 if self.asks => self.yes_for_another(dice).await,
            4..=11 if self.asks => self.yes(dice).await,
            3 => self.one_key_for_two(dice).await,
            4..=9 => self.key(dice).await,
            _ => self.no_key(dice).await,
        }
    }

    /// A new wish, for a number that nobody else writes to.
    pub(super) fn wish(&self, dice: &mut Dice, most: usize, has_key: bool) -> usize {
        let mut wishes = self.wishes.borrow_mut();
        let number = format!("+96650000{:04}", wishes.len());
        let channel = dice.one_of(&["sms", "sms", "whatsapp"]);
        let to = if channel == "sms" {
            number.clone()
        } else {
            format!("whatsapp:{number}")
        };
        weather::course(&self.carrier, &to, dice);
        let caller = dice.below(CALLERS.len());
        // Callers use the same words for keys of their own.
        let key = has_key.then(|| format!("visit-{}", wishes.len() / 2 * 2));
        let is_taken = |wish: &Wish| wish.caller == caller && wish.key == key;
        let key = match wishes.last().filter(|last| is_taken(last)) {
            Some(_) => key.map(|key| format!("{key}-b")),
            None => key,
        };
        let text = format!("موعدك رقم {} ✓", wishes.len());
        wishes.push(Wish {
            caller,
            extension: dice.one_of(&EXTENSIONS),
            number,
            text,
            channel,
            key,
            most,
            is_forbidden: false,
        });
        wishes.len() - 1
    }

    pub(super) fn change(&self, wish: usize, change: impl FnOnce(&mut Wish)) {
        change(&mut self.wishes.borrow_mut()[wish]);
    }

    /// No key, no yes: asked once.
    async fn no_key(&self, dice: &mut Dice) {
        let wish = self.wish(dice, usize::from(!self.asks), false);
        self.attempt(dice, wish, None).await;
    }

    /// With a key, at several isolates at once; then again, most of all if an answer was lost.
    async fn key(&self, dice: &mut Dice) {
        let wish = self.wish(dice, 1, true);
        let told = self.at_once(dice, wish, None).await;
        if told.iter().any(Option::is_none) || dice.once_in(3) {
            self.attempt(dice, wish, None).await;
        }
    }

    /// One key for two messages: it is good for one of them.
    async fn one_key_for_two(&self, dice: &mut Dice) {
        let wishes = [1, 1].map(|most| self.wish(dice, most, true));
        let first = self.wishes.borrow()[wishes[0]].clone();
        self.change(wishes[1], |wish| {
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

    /// A number that may not be written to, with a key or without, perhaps with a yes.
    async fn forbidden(&self, dice: &mut Dice) {
        let has_key = dice.once_in(2);
        let wish = self.wish(dice, 0, has_key);
        self.change(wish, |wish| {
            dice.one_of(&FORBIDDEN).clone_into(&mut wish.number);
            wish.channel = "sms";
            wish.is_forbidden = true;
        });
        let yes = dice.one_of(&[None, Some("yes")]);
        self.attempt(dice, wish, yes).await;
    }

    /// Asked first; the yes is sent several times at once, and once more when it is used up.
    async fn yes(&self, dice: &mut Dice) {
        let has_key = dice.once_in(2);
        let wish = self.wish(dice, 1, has_key);
        let Some(yes) = self.ask(dice, wish).await else {
            return;
        };
        let told = self.at_once(dice, wish, Some(&yes)).await;
        if told.iter().any(Option::is_none) || dice.once_in(2) {
            self.attempt(dice, wish, Some(&yes)).await;
        }
    }

    /// A yes to one message is shown for another.
    async fn yes_for_another(&self, dice: &mut Dice) {
        let wishes = [0, 0].map(|most| self.wish(dice, most, false));
        if let Some(yes) = self.ask(dice, wishes[0]).await {
            self.attempt(dice, wishes[1], Some(&yes)).await;
        }
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
    pub(super) async fn attempt(
        &self,
        dice: &mut Dice,
        wish: usize,
        yes: Option<&str>,
    ) -> Option<Answer> {
        let client = dice.one_of(&self.clients.read().await);
        let wanted = self.wishes.borrow()[wish].clone();
        let name = {
            let mut record = self.record.borrow_mut();
            record.push(Attempt { wish, told: None });
            record.len() - 1
        };
        let arguments = json!({
            "from_extension": wanted.extension, "to": wanted.number, "message": wanted.text,
            "channel": wanted.channel, "confirm": yes, "idempotency_key": wanted.key,
        });
        let key = CALLERS[wanted.caller];
        let told = client
            .header("authorization", &format!("Bearer {key}"))
            .header("user-agent", &format!("storm/{name}"))
            .try_call("send_message", arguments)
            .await;
        self.record.borrow_mut()[name].told.clone_from(&told);
        told
    }
}
