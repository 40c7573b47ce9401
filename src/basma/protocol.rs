//! What a conversation is told, and what it says is to be done.

use crate::basma::audio::Frame;
use crate::basma::fault::Fault;
use crate::basma::mind::Thought;
use crate::basma::pacer::Counted;
use crate::basma::words::Language;
use crate::time::Millis;

/// What an administrator set.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How she greets.
    pub greeting: String,
    /// What callers are told before they are listened to; `None`: nobody is listened to.
    pub consent: Option<String>,
    /// The model that thinks.
    pub mind_model: String,
}

/// Something happened.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "most of them are frames, and each is moved once"
)]
pub enum Input {
    /// The call is answered and both ways of sound are open.
    Connected,
    /// 20 ms of the caller.
    Frame(Frame),
    /// Time has passed; comes every 20 ms.
    Tick,
    /// The caller pressed keys.
    Keys(String),
    /// Somebody wants the call to be recorded, or not any more.
    Record(bool),
    /// What was said in an utterance.
    Heard {
        /// Of [`Action::Hear`].
        id: u32,
        /// Empty if nobody said anything.
        text: String,
    },
    /// It could not be found out.
    NotHeard {
        /// Of [`Action::Hear`].
        id: u32,
        /// Why.
        fault: Fault,
    },
    /// The mind said something.
    Thought {
        /// Of [`Action::Think`].
        id: u32,
        /// What.
        thought: Thought,
    },
    /// Sound of words, as it came: 24 kHz.
    Sound {
        /// Of [`Action::Speak`].
        id: u32,
        /// Any number of them.
        bytes: Vec<u8>,
    },
    /// All of it came.
    SoundEnded {
        /// Of [`Action::Speak`].
        id: u32,
    },
    /// It could not be had.
    SoundFailed {
        /// Of [`Action::Speak`].
        id: u32,
        /// Why.
        fault: Fault,
    },
    /// Who is free, in words.
    LookedUp {
        /// Of [`Action::LookUp`].
        id: u32,
        /// For the mind.
        text: String,
    },
    /// The final action was carried out.
    Done,
    /// It was not; the caller is still here.
    NotDone {
        /// For the mind.
        why: String,
    },
    /// Sound does not come or go any more, and cannot be had back.
    Cut,
    /// Our leg is gone.
    Gone,
}

/// Something is to be done.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "most of them are frames, and each is moved once"
)]
pub enum Action {
    /// Put this out, in this order.
    Play(Frame),
    /// Find out what was said.
    Hear {
        /// Names it.
        id: u32,
        /// A file.
        wav: Vec<u8>,
        /// The language, where it is as good as known.
        language: Option<Language>,
    },
    /// Ask the mind.
    Think {
        /// Names it.
        id: u32,
        /// The request.
        body: Vec<u8>,
    },
    /// Make sound of words.
    Speak {
        /// Names it.
        id: u32,
        /// The words.
        text: String,
    },
    /// Find out who is free.
    LookUp {
        /// Names it.
        id: u32,
    },
    /// The answer is not wanted any more.
    StopHearing {
        /// Of [`Action::Hear`].
        id: u32,
    },
    /// The same.
    StopThinking {
        /// Of [`Action::Think`].
        id: u32,
    },
    /// The same.
    StopSpeaking {
        /// Of [`Action::Speak`].
        id: u32,
    },
    /// Move the call; answered by [`Input::Done`] or [`Input::NotDone`].
    Route(Target),
    /// End the call politely; answered likewise.
    HangUp,
    /// Record what comes and what goes, from now on or no longer.
    Record(bool),
    /// Keep this.
    Keep(Line),
    /// The conversation is over; said once, and nothing after it.
    End(Report),
}

/// Where a call goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// To whoever is at hand: the fallback extension.
    Person,
    /// To an extension or a name, as the mind said it.
    Named(String),
}

/// One line of the transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: Millis,
    /// Who.
    pub who: Who,
    /// What was said and heard; of a message its JSON.
    pub text: String,
}

/// Who said a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The caller.
    Caller,
    /// Basma.
    Basma,
    /// The caller was told that they are listened to, to the end, and stayed.
    Consent,
    /// A message for the staff.
    Message,
}

impl Who {
    /// As it is kept.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Basma => "basma",
            Self::Consent => "consent",
            Self::Message => "message",
        }
    }

    /// From how it was kept.
    pub fn named(name: &str) -> Option<Self> {
        let all = [Self::Caller, Self::Basma, Self::Consent, Self::Message];
        all.into_iter().find(|who| who.name() == name)
    }
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How.
    pub end: End,
    /// Why, in a word: `asked`, `emergency`, `hearing_failed` …
    pub reason: &'static str,
    /// Utterances of the caller.
    pub turns: u32,
    /// From connection to end.
    pub lasted: Millis,
    /// The language at the end.
    pub language: Language,
    /// How well the clock was kept.
    pub frames: Counted,
}

/// How a conversation ends: never by an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With a person.
    HandedOver,
    /// With a goodbye.
    Goodbye,
    /// The caller left.
    CallerLeft,
}

impl End {
    /// As it is kept.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HandedOver => "handed_over",
            Self::Goodbye => "goodbye",
            Self::CallerLeft => "caller_left",
        }
    }
}
