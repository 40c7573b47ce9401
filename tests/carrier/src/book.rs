//! What the carrier knows: its customer, what it accepted, what it was told to do, what it reported.

use crate::fate::{Course, Fate};

/// A message that was accepted: it will be delivered, and paid for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// `SM` and 32 hexadecimal digits.
    pub sid: String,
    /// As given: `+966…`, or `whatsapp:+966…`.
    pub to: String,
    /// As given.
    pub from: String,
    /// The text.
    pub body: String,
    /// Where statuses are to be reported.
    pub callback: Option<String>,
    /// How many SMS it is.
    pub segments: usize,
}

/// A webhook that was called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Which message.
    pub sid: String,
    /// Which status; `received` for one from outside.
    pub status: String,
    /// What the webhook answered; nothing where it did not.
    pub answer: Option<u16>,
}

/// A fate for requests to a number.
#[derive(Debug)]
struct Rule {
    /// As in `To`; nothing: all.
    to: Option<String>,
    times: usize,
    fate: Fate,
}

/// Everything, behind one lock.
#[derive(Debug)]
pub(crate) struct Book {
    pub(crate) account: String,
    pub(crate) token: String,
    /// What may stand in `From`.
    pub(crate) senders: Vec<String>,
    /// Requests of any kind.
    pub(crate) requests: usize,
    /// Fates that were played.
    pub(crate) played: usize,
    pub(crate) accepted: Vec<Accepted>,
    /// Those who wrote STOP to us.
    pub(crate) unsubscribed: Vec<String>,
    rules: Vec<Rule>,
    /// For one number, or for all; the last that fits counts.
    courses: Vec<(Option<String>, Course)>,
    pub(crate) deliveries: Vec<Delivery>,
    /// The address that callbacks name, and where it is really served.
    pub(crate) served: Option<(String, String)>,
    /// Reports on their way, in tasks of their own.
    pub(crate) underway: usize,
}

impl Book {
    pub(crate) fn new(account: &str, token: &str, senders: &[&str]) -> Self {
        Self {
            account: account.to_owned(),
            token: token.to_owned(),
            senders: senders.iter().map(|&sender| sender.to_owned()).collect(),
            requests: 0,
            played: 0,
            accepted: Vec::new(),
            unsubscribed: Vec::new(),
            rules: Vec::new(),
            courses: Vec::new(),
            deliveries: Vec::new(),
            served: None,
            underway: 0,
        }
    }

    pub(crate) fn decree(&mut self, to: Option<&str>, times: usize, fate: Fate) {
        let to = to.map(str::to_owned);
        self.rules.push(Rule { to, times, fate });
    }

    pub(crate) fn forget_fates(&mut self) {
        self.rules.clear();
    }

    /// The fate that is due for a number; uses it up.
    pub(crate) fn due(&mut self, to: &str) -> Option<Fate> {
        let fits = |rule: &&mut Rule| rule.to.as_deref().is_none_or(|own| own == to);
        let rule = self.rules.iter_mut().find(fits)?;
        rule.times -= 1;
        self.played += 1;
        let fate = rule.fate.clone();
        self.rules.retain(|rule| rule.times > 0);
        Some(fate)
    }

    pub(crate) fn set_course(&mut self, to: Option<&str>, course: Course) {
        self.courses.push((to.map(str::to_owned), course));
    }

    pub(crate) fn course(&self, to: &str) -> Course {
        let fits =
            |(own, _): &&(Option<String>, Course)| own.as_deref().is_none_or(|own| own == to);
        let found = self.courses.iter().rfind(fits);
        found.map_or_else(Course::default, |(_, course)| course.clone())
    }

    pub(crate) fn accept(&mut self, mut message: Accepted) -> Accepted {
        // Nothing random: a test that fails shows the same names again.
        let number = u128::try_from(self.accepted.len()).unwrap_or_default() + 1;
        message.sid = format!("SM{:032x}", number.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C));
        self.accepted.push(message.clone());
        message
    }

    /// A message that was accepted.
    pub(crate) fn message(&self, sid: &str) -> Option<&Accepted> {
        self.accepted.iter().find(|message| message.sid == sid)
    }

    /// Where a webhook is really served.
    pub(crate) fn really(&self, url: &str) -> String {
        let served = self.served.as_ref();
        let moved = served.and_then(|(public, actual)| {
            let rest = url.strip_prefix(public.as_str())?;
            Some(format!("{actual}{rest}"))
        });
        moved.unwrap_or_else(|| url.to_owned())
    }
}
