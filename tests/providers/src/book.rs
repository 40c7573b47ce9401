//! What was asked of the providers, how many at once, and what became of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::script::{Script, Trouble};

/// Which of the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// `POST /v1/audio/transcriptions`.
    Hearing,
    /// `POST /v1/messages`.
    Mind,
    /// `POST /v1/audio/speech`.
    Speech,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Of whom.
    pub provider: Provider,
    /// Microseconds since 1970: all of the request was there.
    pub at_us: u64,
    /// The head of the answer went out.
    pub head_us: Option<u64>,
    /// When each piece of the answer went out, and its text; sound has none.
    pub pieces: Vec<(u64, String)>,
    /// The last piece of the answer went out, or nobody wanted it any more.
    pub ended_us: Option<u64>,
    /// The client went away before the end.
    pub aborted: bool,
    /// What was answered.
    pub status: Option<u16>,
    /// What was made to go wrong.
    pub trouble: Option<Trouble>,
    /// The JSON of the body; of a form its fields.
    pub body: Value,
    /// The sound that is to be transcribed.
    pub sound: Vec<i16>,
}

impl Asked {
    /// A text of the body; empty where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_default()
    }
}

/// Everything behind one lock.
#[derive(Debug, Default)]
pub(crate) struct Book {
    pub(crate) script: Script,
    pub(crate) asked: Vec<Asked>,
    /// How many were forgotten.
    forgotten: usize,
    /// Requests that the real service would refuse.
    pub(crate) faults: Vec<String>,
    /// Requests under way now and at most: of each provider.
    in_flight: [(usize, usize); 3],
    all_in_flight: (usize, usize),
}

/// A handle on the book.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<Book>>);

impl Shared {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Book> {
        // A panic elsewhere leaves a usable book: every change is small, and this is a test aid.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request is there.
    pub(crate) fn begin(&self, provider: Provider, body: Value, sound: Vec<i16>) -> Asking {
        let mut book = self.lock();
        let trouble = book.script.trouble_of(provider);
        book.asked.push(Asked {
            provider,
            at_us: now_us(),
            head_us: None,
            pieces: Vec::new(),
            ended_us: None,
            aborted: false,
            status: None,
            trouble: trouble.clone(),
            body,
            sound,
        });
        let index = book.forgotten + book.asked.len() - 1;
        book.count(provider, 1);
        drop(book);
        Asking {
            shared: self.clone(),
            index,
            provider,
            trouble,
            is_finished: false,
        }
    }
}

impl Book {
    fn count(&mut self, provider: Provider, by: isize) {
        for (now, most) in [
            &mut self.in_flight[provider as usize],
            &mut self.all_in_flight,
        ] {
            *now = now.saturating_add_signed(by);
            *most = (*most).max(*now);
        }
    }

    /// Forgets what was asked; indices of requests under way stay good.
    pub(crate) fn forget(&mut self) {
        self.forgotten += self.asked.len();
        self.asked.clear();
    }

    fn at(&mut self, index: usize) -> Option<&mut Asked> {
        self.asked.get_mut(index.checked_sub(self.forgotten)?)
    }

    /// The most requests that were under way at once.
    pub(crate) fn most(&self, provider: Option<Provider>) -> usize {
        provider.map_or(self.all_in_flight.1, |it| self.in_flight[it as usize].1)
    }
}

/// A request under way. Dropped before it is finished: the client went away.
pub(crate) struct Asking {
    shared: Shared,
    index: usize,
    provider: Provider,
    pub(crate) trouble: Option<Trouble>,
    is_finished: bool,
}

impl Asking {
    pub(crate) fn provider(&self) -> Provider {
        self.provider
    }

    /// The script of this moment.
    pub(crate) fn script<T>(&self, look: impl FnOnce(&mut Script) -> T) -> T {
        look(&mut self.shared.lock().script)
    }

    /// The head of the answer goes out.
    pub(crate) fn head(&self, status: u16) {
        if let Some(asked) = self.shared.lock().at(self.index) {
            asked.head_us = Some(now_us());
            asked.status = Some(status);
        }
    }

    /// A piece of the answer goes out.
    pub(crate) fn piece(&self, bytes: &[u8]) {
        let text = match self.provider {
            Provider::Speech => String::new(),
            Provider::Hearing | Provider::Mind => String::from_utf8_lossy(bytes).into_owned(),
        };
        if let Some(asked) = self.shared.lock().at(self.index) {
            asked.pieces.push((now_us(), text));
        }
    }

    /// The answer is out as far as it was to be.
    pub(crate) fn finish(&mut self) {
        self.is_finished = true;
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        let mut book = self.shared.lock();
        book.count(self.provider, -1);
        if let Some(asked) = book.at(self.index) {
            asked.ended_us = Some(now_us());
            asked.aborted = !self.is_finished;
        }
    }
}

pub(crate) fn now_us() -> u64 {
    let elapsed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)
}
