//! Everybody who follows, each a place in the log.
//!
//! A follower that waits is woken by the next event of its filter. One that does not come to read falls
//! behind, and is dropped once the log has to let go of an event for it. Followers that only want to know
//! *that* something changed cannot fall behind: they are told once, whenever they come.
//!
//! Invariant: an event that leaves the log takes with it the place of a reader that had not come to it, and
//! the reader too, if the event was for it.

use std::task::{Poll, Waker};

use serde_json::json;

use super::filter::Filter;
use super::frame;
use super::log::{Entry, Log};
use super::news::{self, Calls, Event, News};
use crate::pbx::live::Change;
use crate::session::Follow;
use crate::time::Millis;

/// Followers at once.
pub(super) const MOST: usize = 1_000;
/// Of one caller: nobody takes the places of all.
pub(super) const MOST_EACH: usize = 250;
/// One reading takes about so many bytes along.
const MOUTHFUL: usize = 16 * 1024;
/// Heartbeats for which a reader may take nothing: a minute.
const PATIENCE: u16 = 4;
/// Heartbeats after which a follower has to come anew and say who it is: an hour.
const LONGEST: u16 = 240;

/// There are as many followers as there can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// Of all callers together.
    House,
    /// Of this caller.
    Caller,
}

/// The log and its followers.
#[derive(Debug)]
pub struct Fanout {
    log: Log,
    news: News,
    /// By key.
    followers: Vec<Follower>,
    last_key: u64,
}

#[derive(Debug)]
struct Follower {
    key: u64,
    caller: String,
    filter: Filter,
    /// The number of the event that it reads next.
    place: u64,
    /// Sent first.
    opening: String,
    /// Sent last to who only wants to know that something changed.
    ending: String,
    /// While it waits.
    waker: Option<Waker>,
    /// Heartbeats since it came to read.
    missed: u16,
    /// Heartbeats in all.
    age: u16,
    is_slow: bool,
    /// A sign of life is due.
    must_beat: bool,
}

/// What happens.
impl Fanout {
    /// Nobody follows yet. `now` names this life.
    pub fn new(now: Millis) -> Self {
        Self {
            log: Log::new(now),
            news: News::default(),
            followers: Vec::new(),
            last_key: 0,
        }
    }

    /// Calls changed, and are as `calls` says now.
    pub fn calls(&mut self, changes: &[Change], calls: Calls<'_>, now: Millis) {
        for event in self.news.of_calls(changes, calls, now) {
            self.publish(&event);
        }
    }

    /// Whether changes are known as they happen.
    pub fn link(&mut self, is_live: bool, now: Millis) {
        if let Some(event) = self.news.of_link(is_live, now) {
            self.publish(&event);
        }
    }

    /// The calls were forgotten without a word about their ends: whoever followed has to read anew.
    pub fn forget(&mut self, now: Millis) {
        if self.followers.is_empty() {
            self.log.begin_anew(now);
            self.news = News::default();
        }
    }

    fn publish(&mut self, event: &Event<'_>) {
        self.log.push(event.kind, event.dn, &event.data);
        while let Some(gone) = self.log.make_room() {
            for follower in &mut self.followers {
                follower.lose(&gone);
            }
        }
        if let Some(entry) = self.log.newest() {
            for follower in &mut self.followers {
                if follower.filter.takes(entry) {
                    follower.wake();
                }
            }
        }
    }

    /// A quarter of a minute has passed. Whether anybody follows.
    pub fn beat(&mut self) -> bool {
        for follower in &mut self.followers {
            follower.age = follower.age.saturating_add(1);
            follower.missed = follower.missed.saturating_add(1);
            follower.is_slow |= follower.missed > PATIENCE;
            follower.must_beat = true;
            follower.wake();
        }
        !self.followers.is_empty()
    }
}

/// Those who follow.
impl Fanout {
    /// Somebody follows from now on, or from where they stopped.
    pub fn follow(&mut self, mut follow: Follow, now: Millis) -> Result<u64, Full> {
        self.make_room(&follow.caller)?;
        let filter = Filter::new(&mut follow);
        let mut place = self.log.next();
        let mut opening = follow.opening;
        if !filter.is_watching() {
            opening.push_str(frame::RETRY);
            let mut reset = None;
            match follow.after.as_deref().map(|id| self.log.after(id)) {
                None => {}
                Some(Ok(number)) => place = number,
                Some(Err(lost)) => reset = Some(json!({ "reason": lost.reason() }).to_string()),
            }
            let id = self.log.id_before(place);
            if let Some(reason) = reset {
                opening.push_str(&frame::event(Some(&id), "reset", &reason));
            }
            let link = news::link(self.news.is_live, now);
            opening.push_str(&frame::event(Some(&id), "link", &link));
        }
        self.last_key = self.last_key.saturating_add(1);
        self.followers.push(Follower {
            key: self.last_key,
            caller: follow.caller,
            filter,
            place,
            opening,
            ending: follow.ending,
            waker: None,
            missed: 0,
            age: 0,
            is_slow: false,
            must_beat: false,
        });
        Ok(self.last_key)
    }

    /// Refuses one who is too many; then those are sent a sign of life who have the places. Some may be gone
    /// without a word, which shows when something is sent to them.
    fn make_room(&mut self, caller: &str) -> Result<(), Full> {
        let is_own = |follower: &Follower| follower.caller == caller;
        let own = self.followers.iter().filter(|it| is_own(it)).count();
        let full = if self.followers.len() >= MOST {
            Full::House
        } else if own >= MOST_EACH {
            Full::Caller
        } else {
            return Ok(());
        };
        for follower in &mut self.followers {
            if full == Full::House || is_own(follower) {
                follower.must_beat = true;
                follower.wake();
            }
        }
        Err(full)
    }

    /// What this follower reads next; nothing at the end.
    pub fn read(&mut self, key: u64, waker: &Waker) -> Poll<Option<String>> {
        let Ok(at) = self.find(key) else {
            return Poll::Ready(None);
        };
        let Some(follower) = self.followers.get_mut(at) else {
            return Poll::Ready(None);
        };
        follower.missed = 0;
        let text = follower.take(&self.log);
        if !text.is_empty() {
            return Poll::Ready(Some(text));
        }
        if follower.is_slow || follower.age >= LONGEST {
            let follower = self.followers.remove(at);
            return Poll::Ready(Some(follower.last_word(&self.log)));
        }
        if follower.must_beat {
            follower.must_beat = false;
            return Poll::Ready(Some(follower.heartbeat(&self.log)));
        }
        follower.waker = Some(waker.clone());
        Poll::Pending
    }

    /// It is gone.
    pub fn leave(&mut self, key: u64) {
        if let Ok(at) = self.find(key) {
            self.followers.remove(at);
        }
    }

    /// How many follow.
    pub fn followers(&self) -> usize {
        self.followers.len()
    }

    fn find(&self, key: u64) -> Result<usize, usize> {
        self.followers
            .binary_search_by_key(&key, |follower| follower.key)
    }
}

impl Follower {
    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// An event leaves the log.
    fn lose(&mut self, gone: &Entry) {
        if self.place == gone.number && !self.filter.is_watching() {
            self.is_slow |= self.filter.takes(gone);
            self.place = self.place.saturating_add(1);
        }
    }

    /// What there is to read.
    fn take(&mut self, log: &Log) -> String {
        if !self.opening.is_empty() {
            return std::mem::take(&mut self.opening);
        }
        if self.filter.is_watching() {
            return self.take_changes(log);
        }
        let mut text = String::new();
        while !self.is_slow
            && text.len() < MOUTHFUL
            && let Some(entry) = log.at(self.place)
        {
            if self.filter.takes(entry) {
                text.push_str(&entry.frame);
            }
            self.place = self.place.saturating_add(1);
        }
        text
    }

    /// What changed since it read last, each thing once.
    fn take_changes(&mut self, log: &Log) -> String {
        let text = if self.place < log.oldest() {
            self.filter.everything()
        } else {
            let numbers = self.place..log.next();
            let entries: Vec<_> = numbers.filter_map(|number| log.at(number)).collect();
            self.filter.changed(&entries)
        };
        self.place = log.next();
        text
    }

    fn heartbeat(&self, log: &Log) -> String {
        if self.filter.is_watching() {
            frame::heartbeat(None)
        } else {
            frame::heartbeat(Some(&log.id_before(self.place)))
        }
    }

    fn last_word(self, log: &Log) -> String {
        if self.filter.is_watching() {
            self.ending
        } else if self.is_slow {
            frame::event(None, "dropped", r#"{"reason":"too slow"}"#)
        } else {
            self.heartbeat(log)
        }
    }
}
