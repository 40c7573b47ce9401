//! One call, from the greeting to a person or a goodbye: [`Conversation::step`] takes what happened and says
//! what to do.
//!
//! | part | what for |
//! |---|---|
//! | `hearing`, `thinking`, `tools` | what the caller says, what the mind answers, what it does |
//! | `turn` | whose turn it is, and what is missing next |
//! | `leaving` | the one final action: announced, drained, done; or failed and told |
//! | `recording` | whether the call is recorded: announced, then done |
//! | `quiet` | nobody waits in silence: fillers, the sound of waiting, limits |
//!
//! Invariants
//! - Nothing is listened to before the announcement was heard to its end.
//! - A frame is put out for every 20 ms until the end, speech or silence.
//! - One final action at a time; only its success, or the caller, ends the conversation.
//! - Whatever is asked of a provider has a deadline; the second failure leads to a person.
//! - After [`Action::End`] comes nothing.

mod hearing;
mod leaving;
mod quiet;
mod recording;
#[cfg(test)]
mod tests;
mod thinking;
mod tools;
mod turn;

use self::hearing::Hearing;
use self::leaving::{Leaving, OPTED_OUT};
use self::quiet::Quiet;
pub use self::recording::Recorded;
use self::thinking::Thinking;
use self::tools::LookingUp;
use super::audio::Frame;
use super::fault::Fault;
use super::mouth::Mouth;
use super::pacer::Pacer;
use super::persona::Said;
use super::phrases::Phrase;
use super::protocol::{Action, End, Input, Line, Plan, Report, Who};
use super::voice_activity::VoiceActivity;
use super::words::Language;
use crate::time::Millis;

/// Kept in hand, in both languages, in the order of their need.
const IN_HAND: [Phrase; 3] = [Phrase::Apology, Phrase::Filler, Phrase::Goodbye];

/// See the head of this file.
#[derive(Debug)]
pub struct Conversation {
    plan: Plan,
    stage: Stage,
    language: Language,
    /// The caller's language was heard.
    language_is_known: bool,
    said: Vec<Said>,
    /// By place in `said`: what of a reply was heard.
    heard: Vec<(usize, String)>,
    mouth: Mouth,
    ears: VoiceActivity,
    pacer: Pacer,
    hearing: Hearing,
    thinking: Option<Thinking>,
    looking_up: Option<LookingUp>,
    /// The caller waits for an answer that nobody is working on yet.
    owes_answer: bool,
    /// What an interruption left unsaid, until it is known to be one.
    unsaid: Option<String>,
    quiet: Quiet,
    turns: u32,
    last_id: u32,
    /// It goes on where another one was lost.
    was_lost: bool,
    recorded: Recorded,
    began_at: Millis,
    now: Millis,
    actions: Vec<Action>,
}

#[derive(Debug, PartialEq, Eq)]
enum Stage {
    /// Not connected yet.
    Waiting,
    /// Greeting and announcement; nothing is listened to.
    Telling,
    Talking,
    Leaving(Leaving),
    Over,
}

impl Conversation {
    /// A call that is about to be answered.
    pub fn new(plan: Plan) -> Self {
        Self {
            language: Language::of(&plan.greeting).unwrap_or(Language::Arabic),
            plan,
            stage: Stage::Waiting,
            language_is_known: false,
            said: Vec::new(),
            heard: Vec::new(),
            mouth: Mouth::default(),
            ears: VoiceActivity::default(),
            pacer: Pacer::default(),
            hearing: Hearing::default(),
            thinking: None,
            looking_up: None,
            owes_answer: false,
            unsaid: None,
            quiet: Quiet::default(),
            turns: 0,
            last_id: 0,
            was_lost: false,
            recorded: Recorded::Off,
            began_at: 0,
            now: 0,
            actions: Vec::new(),
        }
    }

    /// A call whose conversation was lost in the middle: an apology, and a person.
    pub fn recovered(plan: Plan) -> Self {
        let mut conversation = Self::new(plan);
        conversation.was_lost = true;
        conversation
    }

    /// Something happened at `now`: what is to be done about it.
    pub fn step(&mut self, now: Millis, input: Input) -> Vec<Action> {
        if self.stage == Stage::Over {
            return Vec::new();
        }
        self.now = now;
        self.take(input);
        if self.stage != Stage::Over && self.stage != Stage::Waiting {
            self.tend();
        }
        std::mem::take(&mut self.actions)
    }

    /// Whether it has ended.
    pub fn is_over(&self) -> bool {
        self.stage == Stage::Over
    }

    fn take(&mut self, input: Input) {
        match input {
            Input::Connected => self.connected(),
            Input::Frame(frame) => self.listen(frame),
            Input::Tick => self.play(),
            Input::Keys(keys) => self.keys(&keys),
            Input::Record(is_wanted) => self.record(is_wanted),
            Input::Heard { id, text } => self.heard_text(id, text),
            Input::NotHeard { id, fault } => self.not_heard(id, fault),
            Input::Thought { id, thought } => self.thought(id, thought),
            Input::Sound { id, bytes } => self.mouth.sound(id, &bytes, self.now),
            Input::SoundEnded { id } => {
                if let Some(fault) = self.mouth.ended(id) {
                    self.voice_failed(fault);
                }
            }
            Input::SoundFailed { id, fault } => {
                if let Some(fault) = self.mouth.failed(id, fault) {
                    self.voice_failed(fault);
                }
            }
            Input::LookedUp { id, text } => self.looked_up(id, &text),
            Input::Done => self.done(),
            Input::NotDone { why } => self.not_done(&why),
            Input::Cut => self.give_up("sound_lost", Fault::Passing),
            Input::Gone => self.gone(),
        }
    }

    fn connected(&mut self) {
        if self.stage != Stage::Waiting {
            return;
        }
        self.began_at = self.now;
        self.quiet.since = self.now;
        self.stage = Stage::Telling;
        if self.was_lost {
            self.give_up("was_lost", Fault::Passing);
            return;
        }
        let Some(consent) = self.plan.consent.clone() else {
            self.hand_to_person("nobody_listens", None);
            return;
        };
        let greeting = self.plan.greeting.clone();
        self.mouth.say(&greeting, None);
        self.mouth.say(&consent, None);
        let other = match self.language {
            Language::Arabic => Language::English,
            Language::English => Language::Arabic,
        };
        for language in [self.language, other] {
            for phrase in IN_HAND {
                self.mouth.prepare(phrase, language);
            }
        }
    }

    /// What is looked after whatever happened.
    fn tend(&mut self) {
        if let Some(fault) = self.mouth.tend(self.now, &mut self.actions) {
            self.voice_failed(fault);
        }
        self.note_heard();
        self.tend_turn();
        if self.stage == Stage::Telling && self.mouth.playback.is_empty() {
            self.told();
        }
        self.tend_leaving();
        self.tend_recording();
        self.tend_quiet();
        // What was decided just now may want words.
        self.mouth.tend(self.now, &mut self.actions);
    }

    /// The announcement was heard to its end: from here on the caller is listened to.
    fn told(&mut self) {
        self.stage = Stage::Talking;
        self.quiet.since = self.now;
        let consent = self.plan.consent.clone().unwrap_or_default();
        self.keep(Who::Consent, consent);
    }

    fn play(&mut self) {
        if self.stage == Stage::Waiting {
            return;
        }
        for _ in 0..self.pacer.due(self.now) {
            let is_speech = self.mouth.playback.is_speech();
            let frame = self.mouth.playback.next_frame();
            if frame.is_some() {
                self.quiet.since = self.now;
                if is_speech {
                    self.quiet.spoke_at = self.now;
                }
            }
            self.actions
                .push(Action::Play(frame.unwrap_or(Frame::SILENCE)));
        }
    }

    /// Keys: 0 always reaches a person, and so does the star, before anything was listened to and after.
    fn keys(&mut self, keys: &str) {
        if keys.contains(['0', '*']) && !matches!(self.stage, Stage::Leaving(_)) {
            let reason = if self.stage == Stage::Telling {
                OPTED_OUT
            } else {
                "asked"
            };
            self.hush();
            self.stop_recording();
            self.hand_to_person(reason, Some(Phrase::ToPerson));
        }
    }

    /// What was heard goes into the transcript.
    fn note_heard(&mut self) {
        for (tag, text) in self.mouth.playback.take_heard() {
            if let Some(place) = tag {
                match self.heard.iter_mut().find(|it| it.0 == place) {
                    Some((_, heard)) => {
                        heard.push(' ');
                        heard.push_str(&text);
                    }
                    None => self.heard.push((place, text.clone())),
                }
            }
            self.was_heard(&text);
            self.keep(Who::Basma, text);
        }
    }

    fn keep(&mut self, who: Who, text: String) {
        let at = self.now;
        self.actions.push(Action::Keep(Line { at, who, text }));
    }

    /// Stops speaking; the history keeps only what was heard. Returns what was not.
    fn hush(&mut self) -> String {
        let cut = self.mouth.stop(&mut self.actions);
        self.note_heard();
        for place in cut.tags.into_iter().flatten() {
            let heard = self.heard.iter().find(|it| it.0 == place);
            let heard = heard.map(|it| it.1.clone()).unwrap_or_default();
            if let Some(said) = self.said.get_mut(place) {
                *said = Said::Basma(heard);
            }
        }
        cut.unheard
    }

    /// Nothing of what was asked is wanted any more, except what is being said.
    fn forget_requests(&mut self) {
        self.ears.forget();
        if let Some(id) = self.hearing.forget() {
            self.actions.push(Action::StopHearing { id });
        }
        if let Some(thinking) = self.thinking.take() {
            let id = thinking.id;
            self.actions.push(Action::StopThinking { id });
        }
        self.looking_up = None;
        self.owes_answer = false;
        self.unsaid = None;
    }

    fn end(&mut self, end: End, reason: &'static str) {
        self.hush();
        self.forget_requests();
        self.mouth.close(&mut self.actions);
        self.stop_recording();
        self.stage = Stage::Over;
        self.actions.push(Action::End(Report {
            end,
            reason,
            turns: self.turns,
            lasted: self.now.saturating_sub(self.began_at),
            language: self.language,
            frames: self.pacer.counted,
        }));
    }

    fn new_id(&mut self) -> u32 {
        self.last_id = self.last_id.wrapping_add(1);
        self.last_id
    }
}
