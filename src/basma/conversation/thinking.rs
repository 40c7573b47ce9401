//! The mind's answer as it comes: sentence after sentence to the mouth, and the place in what was said that it
//! fills. It is asked once more if nothing came before a passing fault.

use super::Conversation;
use crate::basma::fault::Fault;
use crate::basma::mind::Thought;
use crate::basma::persona::{self, Said};
use crate::basma::phrases::Phrase;
use crate::basma::protocol::Action;
use crate::basma::sentences::Sentences;
use crate::time::Millis;

/// The first word of an answer must be there by then.
const FIRST_THOUGHT_MS: Millis = 5_000;
/// And more of it.
const NEXT_THOUGHT_MS: Millis = 5_000;
/// Rounds of tools in one turn.
const MOST_ROUNDS: u8 = 5;

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
    pub(super) used_tool: bool,
    pub(super) round: u8,
}

impl Thinking {
    /// The caller speaks: words are not wanted any more. What is to be given up; a tool that is being named is not.
    pub(super) fn interrupted(&mut self) -> Option<u32> {
        self.is_muted |= self.is_reaching;
        (!self.is_reaching).then_some(self.id)
    }

    /// Whether words of it were given to the mouth.
    pub(super) fn has_spoken(&self) -> bool {
        self.place.is_some()
    }
}

impl Conversation {
    /// Gives up what takes too long.
    pub(super) fn tend_thinking(&mut self) {
        let late = self.thinking.as_ref();
        if let Some(late) = late.filter(|it| it.deadline <= self.now) {
            let id = late.id;
            self.actions.push(Action::StopThinking { id });
            self.thought(id, Thought::Failed(Fault::Passing));
        }
    }

    /// Asks the mind for what comes next.
    pub(super) fn think(&mut self, is_retry: bool, round: u8) {
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
