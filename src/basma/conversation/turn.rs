//! A turn: what the caller says, what the mind makes of it, and what happens when one interrupts the other.
//!
//! Hearing and thinking are asked once more after a passing fault. An interruption stops the sound and the
//! thinking; only a tool that is being named is let finish, because it happens once. What is thought next
//! is decided in one place ([`Conversation::tend_turn`]), from what is missing.

use std::collections::VecDeque;

use super::leaving::OPTED_OUT;
use super::{Conversation, Stage};
use crate::basma::audio::Frame;
use crate::basma::fault::Fault;
use crate::basma::mind::{Thought, ToolUse};
use crate::basma::persona::{self, END_CALL, Said, TAKE_MESSAGE, TRANSFER_TO, WHO_IS_FREE};
use crate::basma::phrases::Phrase;
use crate::basma::protocol::{Action, Target, Who};
use crate::basma::sentences::Sentences;
use crate::basma::voice_activity::Noticed;
use crate::basma::wav::wav;
use crate::basma::words::{AtOnce, Language};
use crate::json::Tree;
use crate::time::Millis;

/// A transcript must be there by then.
const HEARD_MS: Millis = 6_000;
/// The first word of an answer.
const FIRST_THOUGHT_MS: Millis = 5_000;
/// And more of it.
const NEXT_THOUGHT_MS: Millis = 5_000;
/// Who is free.
const LOOKED_UP_MS: Millis = 6_000;
/// A short utterance is heard in the language of the last one. A longer one shows its own, and with it a
/// caller who switches.
const SHORT_FRAMES: usize = 125;
/// So often in a row an utterance may not be understood.
const MOST_UNHEARD: u8 = 3;
/// Rounds of tools in one turn.
const MOST_ROUNDS: u8 = 5;

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

/// An answer on its way.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is true or not whatever the others are"
)]
pub(super) struct Thinking {
    pub(super) id: u32,
    deadline: Millis,
    sentences: Sentences,
    /// Place of its text in `said`, once there is some.
    place: Option<usize>,
    is_retry: bool,
    /// A tool is being named.
    is_reaching: bool,
    /// The caller has interrupted: the tool is let finish, words are not spoken any more.
    is_muted: bool,
    /// It used a tool whose result it must be told.
    used_tool: bool,
    round: u8,
}

/// Somebody is looking who is free.
#[derive(Debug)]
pub(super) struct LookingUp {
    id: u32,
    tool: String,
    deadline: Millis,
    round: u8,
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

    fn is_busy(&self) -> bool {
        self.current.is_some() || !self.waiting.is_empty()
    }
}

/// Ears.
impl Conversation {
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
        if let Some(thinking) = &mut self.thinking {
            if thinking.is_reaching {
                thinking.is_muted = true;
            } else {
                let id = thinking.id;
                self.thinking = None;
                self.owes_answer = true;
                self.actions.push(Action::StopThinking { id });
            }
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

/// Mind.
impl Conversation {
    /// Whether the caller waits for something of ours.
    pub(super) fn is_our_turn(&self) -> bool {
        self.hearing.is_busy()
            || self.thinking.is_some()
            || self.looking_up.is_some()
            || (self.owes_answer && !self.ears.is_hearing())
            || !self.mouth.playback.is_empty()
    }

    /// Deadlines, and whatever is missing next.
    pub(super) fn tend_turn(&mut self) {
        let now = self.now;
        if let Some(late) = self
            .hearing
            .current
            .as_ref()
            .filter(|it| it.deadline <= now)
        {
            let id = late.id;
            self.actions.push(Action::StopHearing { id });
            self.not_heard(id, Fault::Passing);
        }
        if let Some(late) = self.thinking.as_ref().filter(|it| it.deadline <= now) {
            let id = late.id;
            self.actions.push(Action::StopThinking { id });
            self.thought(id, Thought::Failed(Fault::Passing));
        }
        if let Some(late) = self.looking_up.as_ref().filter(|it| it.deadline <= now) {
            let id = late.id;
            self.looked_up(id, "It cannot be found out at the moment.");
        }
        if self.stage != Stage::Talking {
            return;
        }
        if self.hearing.current.is_none()
            && let Some(frames) = self.hearing.waiting.pop_front()
        {
            let is_short = frames.len() < SHORT_FRAMES && self.language_is_known;
            self.hear(InFlight {
                id: 0,
                wav: wav(&frames),
                language: is_short.then_some(self.language),
                deadline: now,
                is_retry: false,
            });
        }
        let is_free = !self.hearing.is_busy()
            && !self.ears.is_hearing()
            && self.thinking.is_none()
            && self.looking_up.is_none();
        if self.owes_answer && is_free {
            self.think(false, 0);
        }
    }

    fn think(&mut self, is_retry: bool, round: u8) {
        self.owes_answer = false;
        let id = self.new_id();
        let body = persona::request(
            &self.plan.mind_model,
            &self.plan.greeting,
            self.language,
            &self.said,
        );
        self.actions.push(Action::Think { id, body });
        self.thinking = Some(Thinking {
            id,
            deadline: self.now.saturating_add(FIRST_THOUGHT_MS),
            sentences: Sentences::default(),
            place: None,
            is_retry,
            is_reaching: false,
            is_muted: false,
            used_tool: false,
            round,
        });
    }

    pub(super) fn thought(&mut self, id: u32, thought: Thought) {
        let now = self.now;
        let Some(thinking) = self.thinking.as_mut().filter(|it| it.id == id) else {
            return;
        };
        thinking.deadline = now.saturating_add(NEXT_THOUGHT_MS);
        match thought {
            Thought::Text(text) => {
                let pieces = thinking.sentences.push(&text);
                self.say_thought(pieces);
            }
            Thought::Reaching => {
                thinking.is_reaching = true;
                let rest = thinking.sentences.finish();
                self.say_thought(rest);
            }
            Thought::Use(tool) => {
                thinking.is_reaching = false;
                self.use_tool(&tool);
            }
            Thought::Done => self.thought_out(),
            Thought::Failed(fault) => self.thinking_failed(fault),
        }
    }

    fn say_thought(&mut self, pieces: impl IntoIterator<Item = String>) {
        let Some(thinking) = &mut self.thinking else {
            return;
        };
        for piece in pieces {
            if thinking.is_muted {
                return;
            }
            let place = *thinking.place.get_or_insert_with(|| {
                self.said.push(Said::Basma(String::new()));
                self.said.len().saturating_sub(1)
            });
            if let Some(Said::Basma(text)) = self.said.get_mut(place) {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(&piece);
            }
            self.mouth.say(&piece, Some(place));
        }
    }

    fn thought_out(&mut self) {
        let rest = self.thinking.as_mut().and_then(|it| it.sentences.finish());
        self.say_thought(rest);
        let Some(thinking) = self.thinking.take() else {
            return;
        };
        if thinking.used_tool && self.looking_up.is_none() {
            if thinking.round >= MOST_ROUNDS {
                self.give_up("too_many_tools", Fault::Lasting);
            } else if self.hearing.is_busy() || self.ears.is_hearing() {
                self.owes_answer = true;
            } else {
                self.think(false, thinking.round.saturating_add(1));
            }
        } else if thinking.place.is_none() && !thinking.is_muted && !thinking.used_tool {
            // An answer without words.
            self.mouth.say_phrase(Phrase::Again, self.language);
        }
    }

    fn thinking_failed(&mut self, fault: Fault) {
        let Some(thinking) = self.thinking.take() else {
            return;
        };
        let nothing_came = thinking.place.is_none() && !thinking.used_tool;
        if fault == Fault::Passing && nothing_came && !thinking.is_retry {
            self.think(true, thinking.round);
        } else if fault == Fault::Spent {
            self.give_up("spend_limit", fault);
        } else {
            // Whole sentences that came are still said; the rest of one is not.
            self.give_up("thinking_failed", fault);
        }
    }
}

/// Tools.
impl Conversation {
    fn use_tool(&mut self, tool: &ToolUse) {
        let input = Tree::parse(tool.input.as_bytes()).unwrap_or(Tree::Null);
        let text = |name: &str| {
            let text = input.member(name).and_then(Tree::text);
            text.unwrap_or_default().trim().to_owned()
        };
        let id = tool.id.clone();
        let has_spoken = self.thinking.as_ref().is_some_and(|it| it.place.is_some());
        let phrase = |phrase| (!has_spoken).then_some(phrase);
        let round = self.thinking.as_ref().map_or(0, |it| it.round);
        match tool.name.as_str() {
            TRANSFER_TO => {
                let destination = text("destination");
                self.said.push(Said::Use(tool.clone()));
                let target = if destination.is_empty() || destination == "person" {
                    Target::Person
                } else {
                    Target::Named(destination)
                };
                self.hand_to_target(target, id, phrase(Phrase::Transfer));
                return;
            }
            END_CALL => {
                // Never told how it went, so it is no part of what was said.
                self.say_goodbye("finished", phrase(Phrase::Goodbye));
                return;
            }
            WHO_IS_FREE if self.looking_up.is_none() => {
                let look_up = self.new_id();
                self.said.push(Said::Use(tool.clone()));
                self.actions.push(Action::LookUp { id: look_up });
                self.looking_up = Some(LookingUp {
                    id: look_up,
                    tool: id,
                    deadline: self.now.saturating_add(LOOKED_UP_MS),
                    round,
                });
            }
            TAKE_MESSAGE => {
                self.keep(Who::Message, tool.input.clone());
                self.said.push(Said::Use(tool.clone()));
                self.result(id, "The message is noted and reaches the staff.", false);
            }
            _ => {
                self.said.push(Said::Use(tool.clone()));
                self.result(id, "There is no such tool.", true);
            }
        }
        if let Some(thinking) = &mut self.thinking {
            thinking.used_tool = true;
        }
    }

    pub(super) fn looked_up(&mut self, id: u32, text: &str) {
        let Some(looking_up) = self.looking_up.take_if(|it| it.id == id) else {
            return;
        };
        self.result(looking_up.tool, text, false);
        if self.thinking.is_some() {
            // Its stream has not ended yet; then it is told.
            return;
        }
        if self.hearing.is_busy() || self.ears.is_hearing() {
            self.owes_answer = true;
        } else {
            self.think(false, looking_up.round.saturating_add(1));
        }
    }

    fn result(&mut self, id: String, text: &str, is_failure: bool) {
        self.said.push(Said::Result {
            id,
            text: text.to_owned(),
            is_failure,
        });
    }

    /// The voice failed for good.
    pub(super) fn voice_failed(&mut self, fault: Fault) {
        let reason = if fault == Fault::Spent {
            "spend_limit"
        } else {
            "voice_failed"
        };
        self.give_up(reason, fault);
    }
}
