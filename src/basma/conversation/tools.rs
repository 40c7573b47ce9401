//! What the mind does with the call: each tool once, and its result to the mind unless the call leaves with it.

use super::Conversation;
use super::thinking::Thinking;
use crate::basma::mind::ToolUse;
use crate::basma::persona::{END_CALL, Said, TAKE_MESSAGE, TRANSFER_TO, WHO_IS_FREE};
use crate::basma::phrases::Phrase;
use crate::basma::protocol::{Action, Target, Who};
use crate::json::Tree;
use crate::time::Millis;

/// Who is free must be known by then.
const LOOKED_UP_MS: Millis = 6_000;

/// Somebody is looking who is free.
#[derive(Debug)]
pub(super) struct LookingUp {
    id: u32,
    tool: String,
    deadline: Millis,
    round: u8,
}

impl Conversation {
    /// Gives up what takes too long.
    pub(super) fn tend_looking(&mut self) {
        let late = self.looking_up.as_ref();
        if let Some(late) = late.filter(|it| it.deadline <= self.now) {
            let id = late.id;
            self.looked_up(id, "It cannot be found out at the moment.");
        }
    }

    pub(super) fn use_tool(&mut self, tool: &ToolUse) {
        let input = Tree::parse(tool.input.as_bytes()).unwrap_or(Tree::Null);
        let text = |name: &str| {
            let text = input.member(name).and_then(Tree::text);
            text.unwrap_or_default().trim().to_owned()
        };
        let id = tool.id.clone();
        let has_spoken = self.thinking.as_ref().is_some_and(Thinking::has_spoken);
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
                self.result(
                    id,
                    "The message is noted with this call, where the staff find it.",
                    false,
                );
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
}
