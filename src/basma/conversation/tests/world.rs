//! A caller, three providers and a clock, all made up: what goes in and what comes out is watched.

use serde_json::Value;

use crate::basma::audio::Frame;
use crate::basma::conversation::{Conversation, Stage};
use crate::basma::fault::Fault;
use crate::basma::mind::{Thought, ToolUse};
use crate::basma::protocol::{Action, Input, Line, Plan, Report, Target, Who};
use crate::basma::testing::said;
use crate::basma::words::Language;
use crate::json;
use crate::time::Millis;

pub(super) const GREETING: &str = "Hello, I am Basma.";
pub(super) const CONSENT: &str = "A computer listens to this call. Press 0 for a person.";

/// What a provider does with one request.
pub(super) enum Does<T> {
    Well(T),
    Fails(Fault),
    Hangs,
}

/// What was asked of providers, in order.
#[derive(Debug, PartialEq)]
pub(super) enum Asked {
    Hear(Option<Language>),
    Think(Value),
    Speak(String),
    LookUp,
    Route(Target),
    HangUp,
}

pub(super) type Mind = Box<dyn FnMut(usize) -> Does<Vec<Thought>>>;
pub(super) type Ears = Box<dyn FnMut(usize) -> Does<&'static str>>;
pub(super) type Voice = Box<dyn FnMut(&str) -> Does<()>>;
pub(super) type Exit = Box<dyn FnMut(usize) -> Result<(), &'static str>>;

pub(super) struct World {
    pub(super) conversation: Conversation,
    pub(super) now: Millis,
    pub(super) asked: Vec<(Millis, Asked)>,
    pub(super) lines: Vec<Line>,
    pub(super) report: Option<Report>,
    /// When recording began and ended.
    pub(super) recorded: Vec<(Millis, bool)>,
    /// What was put out: whether each frame was sound.
    pub(super) put_out: Vec<bool>,
    pub(super) mind: Mind,
    pub(super) ears: Ears,
    pub(super) voice: Voice,
    pub(super) exit: Exit,
    /// Milliseconds of speech for each character.
    pub(super) ms_a_character: usize,
    /// Providers take so long.
    pub(super) delay: Millis,
    coming: Vec<(Millis, Input)>,
    speaking: Vec<u32>,
    /// In a row, while the caller waited for us.
    silent_for: Millis,
    pub(super) longest_silence: Millis,
    times: [usize; 3],
}

pub(super) fn text(text: &str) -> Thought {
    Thought::Text(text.to_owned())
}

pub(super) fn tool(name: &str, input: &str) -> [Thought; 2] {
    let tool = ToolUse {
        id: format!("use-{name}"),
        name: name.to_owned(),
        input: input.to_owned(),
    };
    [Thought::Reaching, Thought::Use(tool)]
}

impl World {
    pub(super) fn new() -> Self {
        Self::with(Some(CONSENT))
    }

    pub(super) fn plan(consent: Option<&str>) -> Plan {
        Plan {
            greeting: GREETING.to_owned(),
            consent: consent.map(str::to_owned),
            mind_model: "claude-haiku-4-5".to_owned(),
        }
    }

    pub(super) fn with(consent: Option<&str>) -> Self {
        let plan = Self::plan(consent);
        Self {
            conversation: Conversation::new(plan),
            now: 1_000_000,
            asked: Vec::new(),
            lines: Vec::new(),
            report: None,
            recorded: Vec::new(),
            put_out: Vec::new(),
            mind: Box::new(|_| Does::Well(vec![text("Yes, we are open today."), Thought::Done])),
            ears: Box::new(|_| Does::Well("When are you open?")),
            voice: Box::new(|_| Does::Well(())),
            exit: Box::new(|_| Ok(())),
            ms_a_character: 50,
            delay: 200,
            coming: Vec::new(),
            speaking: Vec::new(),
            silent_for: 0,
            longest_silence: 0,
            times: [0; 3],
        }
    }

    /// Connects, and lets the announcement be heard.
    pub(super) fn told(mut self) -> Self {
        self.give(Input::Connected);
        self.told_already()
    }

    /// Lets the announcement be heard.
    pub(super) fn told_already(mut self) -> Self {
        for _ in 0..1_000 {
            self.pass(20);
            if self.conversation.stage == Stage::Talking {
                return self;
            }
        }
        panic!("the announcement never ended");
    }

    /// The caller says what is in a file.
    pub(super) fn says(&mut self, file: &[u8]) {
        for frame in said(file) {
            self.hear(frame);
        }
    }

    /// Time passes, and the caller is silent.
    pub(super) fn pass(&mut self, ms: Millis) {
        for _ in 0..ms / 20 {
            self.hear(Frame::SILENCE);
        }
    }

    /// Nothing that was asked for comes any more.
    pub(super) fn forget_what_comes(&mut self) {
        self.coming.clear();
    }

    /// Until the conversation is over.
    pub(super) fn until_its_end(&mut self) -> Report {
        for _ in 0..3_000 {
            self.pass(20);
            if let Some(report) = &self.report {
                return report.clone();
            }
        }
        panic!("it never ended: {:?}", self.asked);
    }

    /// 20 ms of the caller.
    pub(super) fn hear(&mut self, frame: Frame) {
        self.now += 20;
        self.coming.sort_by_key(|(at, _)| *at);
        while self.coming.first().is_some_and(|(at, _)| *at <= self.now) {
            let (_, input) = self.coming.remove(0);
            if let Input::SoundEnded { id } | Input::SoundFailed { id, .. } = input {
                self.speaking.retain(|it| *it != id);
            }
            self.give(input);
        }
        self.give(Input::Frame(frame));
        let before = self.put_out.len();
        self.give(Input::Tick);
        if self.report.is_none() && self.conversation.stage != Stage::Waiting {
            let ours = self.conversation.stage != Stage::Talking
                || (self.conversation.is_our_turn() && !self.conversation.ears.is_hearing());
            let sounded = self.put_out[before..].contains(&true);
            self.silent_for = if ours && !sounded {
                self.silent_for + 20
            } else {
                0
            };
            self.longest_silence = self.longest_silence.max(self.silent_for);
        }
    }

    pub(super) fn give(&mut self, input: Input) {
        let actions = self.conversation.step(self.now, input);
        for action in actions {
            assert!(self.report.is_none(), "after the end: {action:?}");
            self.act(action);
        }
        assert!(self.speaking.len() <= 2, "{} at once", self.speaking.len());
    }

    fn soon(&mut self, input: Input) {
        self.coming.push((self.now + self.delay, input));
    }

    fn note(&mut self, asked: Asked) {
        self.asked.push((self.now, asked));
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Play(frame) => self.put_out.push(frame.loudness() > 50.0),
            Action::Keep(line) => self.lines.push(line),
            Action::Record(is_on) => self.recorded.push((self.now, is_on)),
            Action::End(report) => self.report = Some(report),
            Action::Hear { id, language, .. } => {
                self.note(Asked::Hear(language));
                self.times[0] += 1;
                match (self.ears)(self.times[0]) {
                    Does::Well(text) => self.soon(Input::Heard {
                        id,
                        text: text.into(),
                    }),
                    Does::Fails(fault) => self.soon(Input::NotHeard { id, fault }),
                    Does::Hangs => {}
                }
            }
            Action::Think { id, body } => {
                self.note(Asked::Think(json::any(&body).unwrap()));
                self.times[1] += 1;
                match (self.mind)(self.times[1]) {
                    Does::Well(thoughts) => {
                        for (place, thought) in thoughts.into_iter().enumerate() {
                            let at = self.now + self.delay + 40 * Millis::try_from(place).unwrap();
                            self.coming.push((at, Input::Thought { id, thought }));
                        }
                    }
                    Does::Fails(fault) => self.soon(Input::Thought {
                        id,
                        thought: Thought::Failed(fault),
                    }),
                    Does::Hangs => {}
                }
            }
            Action::Speak { id, text } => {
                self.speaking.push(id);
                let length = text.chars().count() * self.ms_a_character * 24;
                self.note(Asked::Speak(text.clone()));
                match (self.voice)(&text) {
                    Does::Well(()) => {
                        let bytes: Vec<u8> = (0..length)
                            .flat_map(|n| (if n % 48 < 24 { 5_000_i16 } else { -5_000 }).to_le_bytes())
                            .collect();
                        // Odd chunks, much faster than they are heard.
                        for bytes in bytes.chunks(4_801) {
                            let bytes = bytes.to_vec();
                            self.soon(Input::Sound { id, bytes });
                        }
                        self.soon(Input::SoundEnded { id });
                    }
                    Does::Fails(fault) => self.soon(Input::SoundFailed { id, fault }),
                    Does::Hangs => {}
                }
            }
            Action::LookUp { id } => {
                self.note(Asked::LookUp);
                let text = "Sara (104): free".to_owned();
                self.soon(Input::LookedUp { id, text });
            }
            Action::StopHearing { id } => self.coming.retain(|(_, it)| {
                !matches!(it, Input::Heard { id: of, .. } | Input::NotHeard { id: of, .. } if *of == id)
            }),
            Action::StopThinking { id } => self
                .coming
                .retain(|(_, it)| !matches!(it, Input::Thought { id: of, .. } if *of == id)),
            Action::StopSpeaking { id } => {
                self.speaking.retain(|it| *it != id);
                self.coming.retain(|(_, it)| {
                    !matches!(it, Input::Sound { id: of, .. } | Input::SoundEnded { id: of }
                        | Input::SoundFailed { id: of, .. } if *of == id)
                });
            }
            Action::Route(target) => {
                self.note(Asked::Route(target));
                self.finish();
            }
            Action::HangUp => {
                self.note(Asked::HangUp);
                self.finish();
            }
        }
    }

    fn finish(&mut self) {
        self.times[2] += 1;
        let input = match (self.exit)(self.times[2]) {
            Ok(()) => Input::Done,
            Err(why) => Input::NotDone { why: why.into() },
        };
        // The PBX answers a route when somebody has picked up.
        self.coming.push((self.now + 2_500, input));
    }
}

/// What was seen.
impl World {
    pub(super) fn count(&self, is: impl Fn(&Asked) -> bool) -> usize {
        self.asked.iter().filter(|(_, asked)| is(asked)).count()
    }

    pub(super) fn hears(&self) -> usize {
        self.count(|it| matches!(it, Asked::Hear(_)))
    }

    pub(super) fn thinks(&self) -> Vec<&Value> {
        let thinks = self.asked.iter().filter_map(|(_, it)| match it {
            Asked::Think(body) => Some(body),
            _ => None,
        });
        thinks.collect()
    }

    pub(super) fn routes(&self) -> Vec<(Millis, &Target)> {
        let routes = self.asked.iter().filter_map(|(at, it)| match it {
            Asked::Route(target) => Some((*at, target)),
            _ => None,
        });
        routes.collect()
    }

    /// What was heard of one side.
    pub(super) fn heard(&self, who: Who) -> Vec<&str> {
        let lines = self.lines.iter().filter(|line| line.who == who);
        lines.map(|line| line.text.as_str()).collect()
    }
}
