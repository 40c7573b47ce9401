//! Where the sound of words comes from: asked of the provider, two at a time, and a few phrases in hand.
//!
//! An utterance keeps its place in the queue while its sound is fetched. One that fails before any of it was
//! heard is asked for once more. What is in hand was fetched when nothing else was wanted, so that an apology
//! needs no provider.
//!
//! Not here: when something is said (`conversation`).

use std::collections::VecDeque;

use super::audio::Frame;
use super::fault::Fault;
use super::phrases::Phrase;
use super::playback::{Cut, Playback, Tag};
use super::protocol::Action;
use super::resample::Resampler;
use super::tone;
use super::words::Language;
use crate::time::Millis;

/// In flight at once: connections are few, and the two streams of the call hold two of them.
const AT_ONCE: usize = 2;
/// The first sound must be there by then.
const FIRST_MS: Millis = 4_000;
/// Sound of which a frame of 20 ms is more than so many characters is no speech, whatever it is.
const CHARACTERS_A_FRAME: usize = 3;
/// And more of it within this.
const NEXT_MS: Millis = 3_000;

/// The voice of one call.
#[derive(Debug, Default)]
pub(super) struct Mouth {
    pub(super) playback: Playback,
    waiting: VecDeque<Order>,
    fetching: Vec<Fetch>,
    to_prepare: VecDeque<(Phrase, Language)>,
    in_hand: Vec<(Phrase, Language, Vec<Frame>)>,
    last_id: u32,
}

/// Words whose sound is wanted.
#[derive(Debug)]
struct Order {
    utterance: u32,
    text: String,
    is_retry: bool,
    /// It is not for now, but to have it in hand.
    for_hand: Option<(Phrase, Language)>,
}

#[derive(Debug)]
struct Fetch {
    id: u32,
    order: Order,
    resampler: Resampler,
    /// Frames that came.
    came: usize,
    /// Of what is to be in hand.
    frames: Vec<Frame>,
    deadline: Millis,
}

impl Mouth {
    /// Says something after all that is to be said already.
    pub(super) fn say(&mut self, text: &str, tag: Tag) {
        let utterance = self.new_id();
        self.playback.open(utterance, tag, text.to_owned());
        self.waiting.push_back(Order {
            utterance,
            text: text.to_owned(),
            is_retry: false,
            for_hand: None,
        });
    }

    /// Says a phrase.
    pub(super) fn say_phrase(&mut self, phrase: Phrase, language: Language) {
        let text = phrase.text(language);
        match self.in_hand(phrase, language) {
            Some(frames) => {
                let id = self.new_id();
                self.playback.add(id, text.to_owned(), frames);
            }
            None => self.say(text, None),
        }
    }

    /// Says a phrase now, before what waits, if it is in hand.
    pub(super) fn slip_in(&mut self, phrase: Phrase, language: Language) -> bool {
        let Some(frames) = self.in_hand(phrase, language) else {
            return false;
        };
        let id = self.new_id();
        let text = phrase.text(language).to_owned();
        self.playback.add_first(id, text, frames);
        true
    }

    /// The sound of waiting, now.
    pub(super) fn beep(&mut self) {
        let id = self.new_id();
        self.playback.add_first(id, String::new(), tone::waiting());
    }

    /// Sees to it that a phrase is in hand some time.
    pub(super) fn prepare(&mut self, phrase: Phrase, language: Language) {
        self.to_prepare.push_back((phrase, language));
    }

    /// Sound came.
    pub(super) fn sound(&mut self, id: u32, bytes: &[u8], now: Millis) {
        if let Some(fetch) = self.fetching.iter_mut().find(|it| it.id == id) {
            fetch.deadline = now.saturating_add(NEXT_MS);
            let frames = fetch.resampler.push(bytes);
            fetch.came = fetch.came.saturating_add(frames.len());
            if fetch.order.for_hand.is_some() {
                fetch.frames.extend(frames);
            } else {
                self.playback.fill(fetch.order.utterance, frames);
            }
        }
    }

    /// All of its sound came; the fault that remains if it was none.
    pub(super) fn ended(&mut self, id: u32) -> Option<Fault> {
        let fetch = self.fetching.iter().find(|it| it.id == id)?;
        let least = fetch.order.text.chars().count() / CHARACTERS_A_FRAME;
        if fetch.came < least {
            return self.failed(id, Fault::Passing);
        }
        let mut fetch = self.take(id)?;
        let frames = fetch.resampler.finish();
        if let Some((phrase, language)) = fetch.order.for_hand {
            fetch.frames.extend(frames);
            self.in_hand.push((phrase, language, fetch.frames));
        } else {
            self.playback.fill(fetch.order.utterance, frames);
            self.playback.close(fetch.order.utterance);
        }
        None
    }

    /// It could not be had: asked once more, or the fault that remains.
    pub(super) fn failed(&mut self, id: u32, fault: Fault) -> Option<Fault> {
        let mut fetch = self.take(id)?;
        if fetch.order.for_hand.is_some() {
            return None;
        }
        let utterance = fetch.order.utterance;
        if self.playback.has_begun(utterance) {
            // Half a sentence was heard: what there is of it is played.
            let frames = fetch.resampler.finish();
            self.playback.fill(utterance, frames);
            self.playback.close(utterance);
            return Some(fault);
        }
        if fault == Fault::Passing && !fetch.order.is_retry {
            self.playback.empty(utterance);
            fetch.order.is_retry = true;
            self.waiting.push_front(fetch.order);
            return None;
        }
        self.playback.remove(utterance);
        Some(fault)
    }

    /// Asks for what is wanted, gives up what takes too long; the fault that remains.
    pub(super) fn tend(&mut self, now: Millis, actions: &mut Vec<Action>) -> Option<Fault> {
        let mut fault = None;
        let late: Vec<u32> = self
            .fetching
            .iter()
            .filter(|it| it.deadline <= now)
            .map(|it| it.id)
            .collect();
        for id in late {
            actions.push(Action::StopSpeaking { id });
            fault = self.failed(id, Fault::Passing).or(fault);
        }
        while self.fetching.len() < AT_ONCE {
            let Some(order) = self.next_order() else {
                break;
            };
            let id = self.new_id();
            actions.push(Action::Speak {
                id,
                text: order.text.clone(),
            });
            self.fetching.push(Fetch {
                id,
                order,
                resampler: Resampler::default(),
                came: 0,
                frames: Vec::new(),
                deadline: now.saturating_add(FIRST_MS),
            });
        }
        fault
    }

    /// Stops at once. What is fetched to be in hand goes on.
    pub(super) fn stop(&mut self, actions: &mut Vec<Action>) -> Cut {
        self.waiting.clear();
        self.fetching.retain(|fetch| {
            let is_kept = fetch.order.for_hand.is_some();
            if !is_kept {
                actions.push(Action::StopSpeaking { id: fetch.id });
            }
            is_kept
        });
        self.playback.cut()
    }

    /// Stops for good.
    pub(super) fn close(&mut self, actions: &mut Vec<Action>) {
        self.to_prepare.clear();
        for fetch in std::mem::take(&mut self.fetching) {
            actions.push(Action::StopSpeaking { id: fetch.id });
        }
        self.waiting.clear();
        self.playback.cut();
    }

    /// What is wanted now comes first; what is to be in hand only one at a time.
    fn next_order(&mut self) -> Option<Order> {
        if let Some(order) = self.waiting.pop_front() {
            return Some(order);
        }
        if !self.fetching.is_empty() {
            return None;
        }
        let (phrase, language) = self.to_prepare.pop_front()?;
        Some(Order {
            utterance: 0,
            text: phrase.text(language).to_owned(),
            is_retry: false,
            for_hand: Some((phrase, language)),
        })
    }

    fn in_hand(&self, phrase: Phrase, language: Language) -> Option<Vec<Frame>> {
        let mut in_hand = self.in_hand.iter();
        let found = in_hand.find(|it| (it.0, it.1) == (phrase, language))?;
        Some(found.2.clone())
    }

    fn take(&mut self, id: u32) -> Option<Fetch> {
        let place = self.fetching.iter().position(|it| it.id == id)?;
        Some(self.fetching.remove(place))
    }

    fn new_id(&mut self) -> u32 {
        self.last_id = self.last_id.wrapping_add(1);
        self.last_id
    }
}
