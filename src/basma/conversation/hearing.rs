//! What the caller says, on its way to words: utterances wait for the one in flight, and what interrupts us.
//!
//! Hearing is asked once more after a passing fault. An interruption stops the sound and the thinking; only a
//! tool that is being named is let finish, because it happens once.

use std::collections::VecDeque;

use super::leaving::OPTED_OUT;
use super::thinking::Thinking;
use super::{Conversation, Stage};
use crate::basma::audio::Frame;
use crate::basma::fault::Fault;
use crate::basma::persona::Said;
use crate::basma::phrases::Phrase;
use crate::basma::protocol::{Action, Who};
use crate::basma::voice_activity::Noticed;
use crate::basma::wav::wav;
use crate::basma::words::{AtOnce, Language};
use crate::time::Millis;

/// A transcript must be there by then.
const HEARD_MS: Millis = 6_000;
/// A short utterance is heard in the language of the last one. A longer one shows its own, and with it a
/// caller who switches.
const SHORT_FRAMES: usize = 125;
/// So often in a row an utterance may not be understood.
const MOST_UNHEARD: u8 = 3;

/// Utterances on their way to words.
#[derive(Debug, Default)]
pub(super) struct Hearing {
    waiting: VecDeque<Vec<Frame>>,
    current: Option<InFlight>,
    /// Utterances in a row that were not understood.
    unheard: u8,
}

#[derive(Debug)]
struct InFlight {
    id: u32,
    wav: Vec<u8>,
    language: Option<Language>,
    deadline: Millis,
    is_retry: bool,
}

impl Hearing {
    /// Nothing is to be heard any more; what was in flight.
    pub(super) fn forget(&mut self) -> Option<u32> {
        self.waiting.clear();
        self.current.take().map(|it| it.id)
    }

    fn take(&mut self, id: u32) -> Option<InFlight> {
        self.current.take_if(|it| it.id == id)
    }

    /// Whether there is something that was said and is not known yet.
    pub(super) fn is_busy(&self) -> bool {
        self.current.is_some() || !self.waiting.is_empty()
    }
}

impl Conversation {
    /// Gives up what takes too long, and asks for what waits.
    pub(super) fn tend_hearing(&mut self) {
        let late = self.hearing.current.as_ref();
        if let Some(late) = late.filter(|it| it.deadline <= self.now) {
            let id = late.id;
            self.actions.push(Action::StopHearing { id });
            self.not_heard(id, Fault::Passing);
        }
        if self.stage == Stage::Talking
            && self.hearing.current.is_none()
            && let Some(frames) = self.hearing.waiting.pop_front()
        {
            let is_short = frames.len() < SHORT_FRAMES && self.language_is_known;
            self.hear(InFlight {
                id: 0,
                wav: wav(&frames),
                language: is_short.then_some(self.language),
                deadline: self.now,
                is_retry: false,
            });
        }
    }

    pub(super) fn listen(&mut self, frame: Frame) {
        if self.stage != Stage::Talking {
            return;
        }
        self.quiet.heard_at = self.now;
        let is_ours = self.mouth.playback.is_sounding();
        match self.ears.hear(frame, is_ours) {
            Noticed::Nothing => {}
            Noticed::Began => self.interrupted(),
            Noticed::Ended(frames) => {
                self.quiet.our_turn(self.now);
                self.unsaid = None;
                self.turns = self.turns.saturating_add(1);
                self.hearing.waiting.push_back(frames);
            }
            Noticed::WasNoise => self.go_on(),
        }
    }

    /// The caller speaks: whatever we were about to say waits.
    fn interrupted(&mut self) {
        if let Some(id) = self.thinking.as_mut().and_then(Thinking::interrupted) {
            self.thinking = None;
            self.owes_answer = true;
            self.actions.push(Action::StopThinking { id });
        }
        if !self.mouth.playback.is_empty() {
            self.unsaid = Some(self.hush());
        }
    }

    /// It was no interruption.
    pub(super) fn go_on(&mut self) {
        self.quiet.since = self.now;
        let Some(unsaid) = self.unsaid.take() else {
            return;
        };
        if self.owes_answer {
            // The answer was cut off with the thinking: it begins again where it was heard.
            let aside = "(Only a noise on the line. Go on where you were.)";
            self.said.push(Said::Caller(aside.to_owned()));
        } else if !unsaid.is_empty() {
            self.said.push(Said::Basma(unsaid.clone()));
            let place = self.said.len().checked_sub(1);
            self.mouth.say(&unsaid, place);
        }
    }

    pub(super) fn heard_text(&mut self, id: u32, text: String) {
        if self.hearing.take(id).is_none() || self.stage != Stage::Talking {
            return;
        }
        if text.is_empty() {
            self.not_understood();
            return;
        }
        self.hearing.unheard = 0;
        if let Some(language) = Language::of(&text) {
            self.language = language;
            self.language_is_known = true;
        }
        self.keep(Who::Caller, text.clone());
        let at_once = AtOnce::of(&text);
        self.said.push(Said::Caller(text));
        let (reason, phrase) = match at_once {
            None => {
                self.owes_answer = true;
                return;
            }
            Some(AtOnce::Emergency) => ("emergency", Phrase::Emergency),
            Some(AtOnce::OptOut) => (OPTED_OUT, Phrase::ToPerson),
            Some(AtOnce::Person) => ("asked", Phrase::ToPerson),
        };
        self.hush();
        self.hand_to_person(reason, Some(phrase));
    }

    fn not_understood(&mut self) {
        self.hearing.unheard = self.hearing.unheard.saturating_add(1);
        if self.hearing.unheard > MOST_UNHEARD {
            self.hand_to_person("not_understood", Some(Phrase::ToPerson));
        } else if !self.is_our_turn() && self.mouth.playback.is_empty() {
            self.mouth.say_phrase(Phrase::Again, self.language);
        }
    }

    pub(super) fn not_heard(&mut self, id: u32, fault: Fault) {
        let Some(mut failed) = self.hearing.take(id) else {
            return;
        };
        if fault != Fault::Passing || failed.is_retry {
            self.give_up("hearing_failed", fault);
            return;
        }
        failed.is_retry = true;
        self.hear(failed);
    }

    fn hear(&mut self, mut wanted: InFlight) {
        wanted.id = self.new_id();
        wanted.deadline = self.now.saturating_add(HEARD_MS);
        self.actions.push(Action::Hear {
            id: wanted.id,
            wav: wanted.wav.clone(),
            language: wanted.language,
        });
        self.hearing.current = Some(wanted);
    }
}
