//! People and machines that want something done: with keys and without, twice at once, again after a lost
//! answer, with a yes that is used up, and where it is forbidden.

use std::cell::RefCell;
use std::fmt::Debug;

use futures::future::join_all;
use serde_json::Value;
use tokio::sync::RwLock;

use crate::harness::{Answer, Client, Dice};

/// Keys of those who act.
pub(crate) const CALLERS: [&str; 2] = [
    "alpha-key-that-an-administrator-gave-out",
    "bravo-key-that-an-administrator-gave-out",
];
/// The key of the one who reads the books.
pub(crate) const ADMIN: &str = "admin-key-that-an-administrator-gave-out";

/// What a crowd wants.
pub(crate) trait Wanted: Sized {
    /// What a wish holds beside its number.
    type Details: Clone + Debug;

    /// The tool that does it.
    const TOOL: &'static str;
    /// From where.
    const EXTENSIONS: &'static [&'static str];
    /// Numbers with which nothing may be done.
    const FORBIDDEN: &'static [&'static str];

    /// Somebody comes and wants something. In a slow wave the other side takes its time.
    async fn want(crowd: &Crowd<Self>, dice: &mut Dice, is_slow: bool);

    /// A wish was made, the `count`th, for a number that nobody else wants.
    fn details(&self, number: &str, count: usize, dice: &mut Dice) -> Self::Details;

    /// The number of a wish, as it is written this time.
    fn written(crowd: &Crowd<Self>, wish: &Wish<Self::Details>, dice: &mut Dice) -> String;

    /// The arguments of the tool but for key and yes.
    fn arguments(&self, wish: &Wish<Self::Details>, written: &str) -> Value;
}

/// What somebody wants done; several attempts may want the same.
#[derive(Debug, Clone)]
pub(crate) struct Wish<D> {
    pub(crate) caller: usize,
    pub(crate) extension: &'static str,
    /// As the other side is to get it.
    pub(crate) number: String,
    pub(crate) key: Option<String>,
    /// How often it may be done at most.
    pub(crate) most: usize,
    /// It has to be refused for its number.
    pub(crate) is_forbidden: bool,
    pub(crate) details: D,
}

/// One request.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) wish: usize,
    /// The number as it was written.
    pub(crate) written: String,
    /// Nothing where the answer was lost.
    pub(crate) told: Option<Answer>,
}

/// All of them, and everything they attempted.
pub(crate) struct Crowd<W: Wanted> {
    /// One for each isolate; those who want to ask wait while the runtime is down.
    pub(crate) clients: RwLock<Vec<Client>>,
    pub(crate) wanted: W,
    /// `CONFIRM=outside`.
    pub(crate) asks: bool,
    pub(crate) wishes: RefCell<Vec<Wish<W::Details>>>,
    pub(crate) record: RefCell<Vec<Attempt>>,
}

impl<W: Wanted> Crowd<W> {
    pub(crate) fn new(clients: Vec<Client>, wanted: W, asks: bool) -> Self {
        Self {
            clients: RwLock::new(clients),
            wanted,
            asks,
            wishes: RefCell::default(),
            record: RefCell::default(),
        }
    }

    pub(crate) fn attempts(&self) -> usize {
        self.record.borrow().len()
    }

    /// A new wish for a number that nobody else wants.
    pub(crate) fn wish(&self, dice: &mut Dice, most: usize, has_key: bool) -> usize {
        let mut wishes = self.wishes.borrow_mut();
        let count = wishes.len();
        let number = format!("+96650000{count:04}");
        let details = self.wanted.details(&number, count, dice);
        let caller = dice.below(CALLERS.len());
        // Callers use the same words for keys of their own.
        let key = has_key.then(|| format!("visit-{}", count / 2 * 2));
        let is_taken = |wish: &Wish<_>| wish.caller == caller && wish.key == key;
        let key = match wishes.last().filter(|last| is_taken(last)) {
            Some(_) => key.map(|key| format!("{key}-b")),
            None => key,
        };
        wishes.push(Wish {
            caller,
            extension: dice.one_of(W::EXTENSIONS),
            number,
            key,
            most,
            is_forbidden: false,
            details,
        });
        count
    }

    pub(crate) fn change(&self, wish: usize, change: impl FnOnce(&mut Wish<W::Details>)) {
        change(&mut self.wishes.borrow_mut()[wish]);
    }

    /// No key, no yes: asked once.
    pub(crate) async fn no_key(&self, dice: &mut Dice) {
        let wish = self.wish(dice, usize::from(!self.asks), false);
        self.attempt(dice, wish, None).await;
    }

    /// With a key, at several isolates at once; then again, most of all if an answer was lost.
    pub(crate) async fn key(&self, dice: &mut Dice) {
        let wish = self.wish(dice, 1, true);
        let told = self.at_once(dice, wish, None).await;
        if told.iter().any(Option::is_none) || dice.once_in(3) {
            self.attempt(dice, wish, None).await;
        }
    }

    /// One key for two wishes: it is good for one of them.
    pub(crate) async fn one_key_for_two(&self, dice: &mut Dice) {
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

    /// A forbidden number, with a key or without, perhaps with a yes.
    pub(crate) async fn forbidden(&self, dice: &mut Dice) {
        let has_key = dice.once_in(2);
        let wish = self.wish(dice, 0, has_key);
        self.change(wish, |wish| {
            dice.one_of(W::FORBIDDEN).clone_into(&mut wish.number);
            wish.is_forbidden = true;
        });
        let yes = dice.one_of(&[None, Some("yes")]);
        self.attempt(dice, wish, yes).await;
    }

    /// Asked first; the yes is sent several times at once, and once more when it is used up.
    pub(crate) async fn yes(&self, dice: &mut Dice) {
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

    /// A yes to one wish is shown for another.
    pub(crate) async fn yes_for_another(&self, dice: &mut Dice) {
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
    pub(crate) async fn attempt(
        &self,
        dice: &mut Dice,
        wish: usize,
        yes: Option<&str>,
    ) -> Option<Answer> {
        let client = dice.one_of(&self.clients.read().await);
        let wanted = self.wishes.borrow()[wish].clone();
        let written = W::written(self, &wanted, dice);
        let mut arguments = self.wanted.arguments(&wanted, &written);
        arguments["confirm"] = yes.into();
        arguments["idempotency_key"] = wanted.key.into();
        let name = {
            let mut record = self.record.borrow_mut();
            let told = None;
            record.push(Attempt {
                wish,
                written,
                told,
            });
            record.len() - 1
        };
        let key = CALLERS[wanted.caller];
        let told = client
            .header("authorization", &format!("Bearer {key}"))
            .header("user-agent", &format!("storm/{name}"))
            .try_call(W::TOOL, arguments)
            .await;
        self.record.borrow_mut()[name].told.clone_from(&told);
        told
    }
}
