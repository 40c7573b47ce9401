//! Whether the call is recorded: the caller is told first, and hears it to the end.
//!
//! A key or a word that leads to a person ends the recording, too. After the conversation there is nothing
//! that could be recorded here.

use super::{Conversation, Stage};
use crate::basma::phrases::Phrase;
use crate::basma::protocol::{Action, Who};
use crate::basma::words::Language;

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Recorded {
    /// Nothing is recorded.
    #[default]
    Off,
    /// The caller is to be told, as soon as nobody speaks.
    Wanted,
    /// The caller is being told.
    Announcing,
    /// It is recorded.
    On,
}

impl Conversation {
    /// Whether the call is recorded.
    pub fn recorded(&self) -> Recorded {
        self.recorded
    }

    /// Whether it could be: only a caller who was told that they are listened to, and stayed.
    pub fn may_record(&self) -> bool {
        self.plan.consent.is_some()
            && !self.was_lost
            && matches!(self.stage, Stage::Telling | Stage::Talking)
    }

    pub(super) fn record(&mut self, is_wanted: bool) {
        if !is_wanted {
            self.stop_recording();
        } else if self.recorded == Recorded::Off && self.may_record() {
            self.recorded = Recorded::Wanted;
        }
    }

    pub(super) fn stop_recording(&mut self) {
        if std::mem::take(&mut self.recorded) == Recorded::On {
            self.actions.push(Action::Record(false));
        }
    }

    pub(super) fn tend_recording(&mut self) {
        let is_silent = self.mouth.playback.is_empty();
        match self.recorded {
            Recorded::Wanted | Recorded::Announcing if matches!(self.stage, Stage::Leaving(_)) => {
                self.recorded = Recorded::Off;
            }
            // First the announcement of all calls.
            _ if self.stage != Stage::Talking => {}
            Recorded::Wanted if is_silent && !self.ears.is_hearing() => {
                self.mouth.say_phrase(Phrase::Recorded, self.language);
                self.recorded = Recorded::Announcing;
            }
            // Interrupted: the caller is told again.
            Recorded::Announcing if is_silent => self.recorded = Recorded::Wanted,
            _ => {}
        }
    }

    /// Something was heard to its end; perhaps the announcement.
    pub(super) fn was_heard(&mut self, text: &str) {
        let mut announcements = Language::ALL.iter().map(|it| Phrase::Recorded.text(*it));
        if self.recorded == Recorded::Announcing && announcements.any(|it| it == text) {
            self.recorded = Recorded::On;
            self.actions.push(Action::Record(true));
            self.keep(Who::Consent, text.to_owned());
        }
    }
}
