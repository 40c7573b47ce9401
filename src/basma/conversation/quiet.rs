//! Nobody waits in silence, and no call lasts for ever.

use super::{Conversation, Stage};
use crate::basma::phrases::Phrase;
use crate::time::Millis;

/// Who waits for us hears a filler by then.
const FILLER_MS: Millis = 1_800;
/// And the sound of waiting, again and again, where there is no filler left.
const BEEP_MS: Millis = 2_000;
/// A caller who says nothing for so long is asked.
const CALLER_MS: Millis = 10_000;
/// A line brings a frame every 20 ms: after so long without one nobody is heard speaking any more.
const DEAF_MS: Millis = 1_000;
/// So often; then it is goodbye.
const ASKED: u8 = 2;
/// Longest conversation.
const LONGEST_MS: Millis = 20 * 60_000;
/// Most utterances of a caller.
const MOST_TURNS: u32 = 60;

/// What is known about silence.
#[derive(Debug, Default)]
pub(super) struct Quiet {
    /// Nothing was to be heard since, and we had the word.
    pub(super) since: Millis,
    /// Words were put out last.
    pub(super) spoke_at: Millis,
    /// The last frame of the caller came.
    pub(super) heard_at: Millis,
    /// The filler of this turn was used.
    has_filled: bool,
    /// The caller was asked whether they are still there.
    asked: u8,
}

impl Quiet {
    /// The caller said something: it is our turn.
    pub(super) fn our_turn(&mut self, now: Millis) {
        self.since = now;
        self.has_filled = false;
        self.asked = 0;
    }
}

impl Conversation {
    pub(super) fn tend_quiet(&mut self) {
        if self.ears.is_hearing() && self.now.saturating_sub(self.quiet.heard_at) >= DEAF_MS {
            self.ears.forget();
            self.go_on();
        }
        if self.mouth.playback.is_sounding() {
            return;
        }
        let waited = self.now.saturating_sub(self.quiet.since);
        match self.stage {
            Stage::Telling | Stage::Leaving(_) => self.keep_company(waited),
            Stage::Talking if self.ears.is_hearing() => self.quiet.since = self.now,
            Stage::Talking if self.is_our_turn() => self.keep_company(waited),
            Stage::Talking => self.keep_limits(waited),
            Stage::Waiting | Stage::Over => {}
        }
    }

    /// The caller waits for us.
    fn keep_company(&mut self, waited: Millis) {
        let may_fill = self.stage == Stage::Talking && !self.quiet.has_filled;
        if may_fill && waited >= FILLER_MS && self.mouth.slip_in(Phrase::Filler, self.language) {
            self.quiet.has_filled = true;
        } else if waited >= BEEP_MS {
            self.mouth.beep();
        }
    }

    /// We wait for the caller.
    fn keep_limits(&mut self, waited: Millis) {
        let lasted = self.now.saturating_sub(self.began_at);
        if lasted >= LONGEST_MS || self.turns >= MOST_TURNS {
            self.hand_to_person("limit", Some(Phrase::TimeIsUp));
        } else if waited >= CALLER_MS {
            if self.quiet.asked >= ASKED {
                self.say_goodbye("silence", Some(Phrase::Goodbye));
                return;
            }
            self.quiet.asked = self.quiet.asked.saturating_add(1);
            self.quiet.since = self.now;
            self.mouth.say_phrase(Phrase::StillThere, self.language);
        }
    }
}
