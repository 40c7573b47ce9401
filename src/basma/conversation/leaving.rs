//! The one final action of a call: announced, drained, done; or failed, told, and the caller kept.

use super::{Conversation, Stage};
use crate::basma::fault::Fault;
use crate::basma::persona::Said;
use crate::basma::phrases::Phrase;
use crate::basma::protocol::{Action, End, Target};
use crate::time::Millis;

/// After the last sound: what is still on its way is heard, too.
const DRAIN_MS: Millis = 300;
/// An announcement whose sound has not come by then is not waited for.
const SPEECHLESS_MS: Millis = 4_500;
/// Nor is one that is longer than this.
const LONGEST_MS: Millis = 25_000;
/// A route that nobody answered is tried again after this.
const AGAIN_MS: Millis = 3_000;
/// The answer to an act whose leg is gone already is waited for so long.
const ANSWER_MS: Millis = 5_000;
/// So often the fallback is tried where nothing else is left.
const TRIES: u8 = 3;

/// The reason of a caller who does not want to be listened to.
pub(super) const OPTED_OUT: &str = "opted_out";

/// On the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leaving {
    how: How,
    reason: &'static str,
    step: Step,
    since: Millis,
    tries: u8,
    /// There is no way back into the conversation: a provider has failed.
    is_last_resort: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum How {
    /// The use of the tool, if the mind chose it.
    Route(Target, Option<String>),
    HangUp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Announcing,
    /// Since when everything is out.
    Draining(Millis),
    Acting,
    /// Our leg is gone, and it is not known yet whether that is what we asked for.
    Gone(Millis),
    /// Before another try.
    Pausing(Millis),
}

impl Conversation {
    /// To whoever is at hand.
    pub(super) fn hand_to_person(&mut self, reason: &'static str, phrase: Option<Phrase>) {
        // Who does not want to be listened to is not asked to go on talking.
        let is_last_resort = reason == OPTED_OUT || self.plan.consent.is_none();
        let how = How::Route(Target::Person, None);
        self.leave(how, reason, phrase, is_last_resort);
    }

    /// Where the mind said. `phrase`, unless it has announced it itself.
    pub(super) fn hand_to_target(&mut self, target: Target, tool: String, phrase: Option<Phrase>) {
        self.leave(How::Route(target, Some(tool)), "transfer", phrase, false);
    }

    /// The end, as the mind wants it, or because nobody speaks.
    pub(super) fn say_goodbye(&mut self, reason: &'static str, phrase: Option<Phrase>) {
        self.leave(How::HangUp, reason, phrase, false);
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

    /// A provider failed for good: an apology, and a person.
    pub(super) fn give_up(&mut self, reason: &'static str, _fault: Fault) {
        if let Stage::Leaving(leaving) = &mut self.stage {
            leaving.is_last_resort = true;
            return;
        }
        let how = How::Route(Target::Person, None);
        self.leave(how, reason, Some(Phrase::Apology), true);
    }

    fn leave(
        &mut self,
        how: How,
        reason: &'static str,
        phrase: Option<Phrase>,
        is_last_resort: bool,
    ) {
        if matches!(self.stage, Stage::Leaving(_) | Stage::Over) {
            return;
        }
        self.forget_requests();
        if let Some(phrase) = phrase {
            self.mouth.say_phrase(phrase, self.language);
        }
        self.stage = Stage::Leaving(Leaving {
            how,
            reason,
            step: Step::Announcing,
            since: self.now,
            tries: 0,
            is_last_resort,
        });
    }

    pub(super) fn tend_leaving(&mut self) {
        let now = self.now;
        let Stage::Leaving(leaving) = &mut self.stage else {
            return;
        };
        let waited = now.saturating_sub(leaving.since);
        match leaving.step {
            Step::Announcing => {
                let is_speechless = waited >= SPEECHLESS_MS
                    && now.saturating_sub(self.quiet.spoke_at) >= SPEECHLESS_MS
                    && !self.mouth.playback.is_sounding();
                if self.mouth.playback.is_empty() {
                    leaving.step = Step::Draining(now);
                } else if is_speechless || waited >= LONGEST_MS {
                    leaving.step = Step::Draining(now);
                    self.hush();
                }
            }
            Step::Draining(since) if now.saturating_sub(since) >= DRAIN_MS => {
                leaving.step = Step::Acting;
                leaving.tries = leaving.tries.saturating_add(1);
                let action = match &leaving.how {
                    How::Route(target, _) => Action::Route(target.clone()),
                    How::HangUp => Action::HangUp,
                };
                self.actions.push(action);
            }
            Step::Gone(since) if now.saturating_sub(since) >= ANSWER_MS => self.caller_left(),
            Step::Pausing(since) if now.saturating_sub(since) >= AGAIN_MS => {
                leaving.step = Step::Announcing;
                leaving.since = now;
            }
            _ => {}
        }
    }

    /// Our leg is gone: because the caller left, or because we asked for it. The event often comes before the
    /// answer.
    pub(super) fn gone(&mut self) {
        if let Stage::Leaving(leaving) = &mut self.stage
            && matches!(leaving.step, Step::Acting | Step::Gone(_))
        {
            if leaving.step == Step::Acting {
                leaving.step = Step::Gone(self.now);
            }
            return;
        }
        self.caller_left();
    }

    fn caller_left(&mut self) {
        self.end(End::CallerLeft, "caller_left");
    }

    pub(super) fn done(&mut self) {
        let Stage::Leaving(leaving) = &self.stage else {
            return;
        };
        let end = match leaving.how {
            How::Route(..) => End::HandedOver,
            How::HangUp => End::Goodbye,
        };
        let reason = leaving.reason;
        self.end(end, reason);
    }

    /// The caller is still here: told, and kept.
    pub(super) fn not_done(&mut self, why: &str) {
        let now = self.now;
        let Stage::Leaving(leaving) = &mut self.stage else {
            return;
        };
        if matches!(leaving.step, Step::Gone(_)) {
            return self.caller_left();
        }
        if leaving.is_last_resort || matches!(leaving.how, How::HangUp) {
            if let How::Route(target @ Target::Named(_), _) = &mut leaving.how {
                *target = Target::Person;
                leaving.tries = 0;
            }
            if leaving.tries < TRIES {
                leaving.step = Step::Pausing(now);
            } else if matches!(leaving.how, How::Route(..)) {
                // Nobody answers and nothing works: a goodbye is all that is left.
                leaving.how = How::HangUp;
                leaving.step = Step::Announcing;
                (leaving.since, leaving.tries) = (now, 0);
                self.mouth.say_phrase(Phrase::Goodbye, self.language);
            }
            return;
        }
        if leaving.how == How::Route(Target::Person, None) && leaving.tries < TRIES {
            leaving.step = Step::Pausing(now);
            return;
        }
        if let How::Route(_, Some(id)) = &leaving.how {
            self.said.push(Said::Result {
                id: id.clone(),
                text: format!(
                    "This did not work: {why}. The caller has been told and is still here."
                ),
                is_failure: true,
            });
        }
        self.mouth.say_phrase(Phrase::TransferFailed, self.language);
        self.stage = Stage::Talking;
        self.quiet.our_turn(now);
        self.ears.forget();
    }
}
