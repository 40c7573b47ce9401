//! Whose turn it is, and what is missing next: decided in one place, [`Conversation::tend_turn`].

use super::{Conversation, Stage};

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
        self.tend_hearing();
        self.tend_thinking();
        self.tend_looking();
        let is_free = !self.hearing.is_busy()
            && !self.ears.is_hearing()
            && self.thinking.is_none()
            && self.looking_up.is_none();
        if self.stage == Stage::Talking && self.owes_answer && is_free {
            self.think(false, 0);
        }
    }
}
