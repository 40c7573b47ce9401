//! A call that is going on: executes what `basma::Conversation` decides.
//!
//! Everything that waits runs as a task of the object and reports back as an input. Requests are named by
//! kind and number, so that each can be let go; the two ways of sound by one signal.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use serde_json::json;
use worker::wasm_bindgen::JsCast;
use worker::wasm_bindgen_futures::spawn_local;
use worker::{AbortController, AbortSignal, Delay, Env, js_sys, web_sys};

use super::exits::Exit;
use super::providers;
use super::store::{Facts, Store, shown};
use super::streams::{Pipe, again};
use crate::basma::Conversation;
use crate::basma::audio::Frame;
use crate::basma::conversation::Recorded;
use crate::basma::protocol::{Action, Input, Plan, Report, Target};
use crate::basma::recording::Recording;
use crate::edge::isolate::Isolate;
use crate::edge::{clock, log};
use crate::settings::BasmaSettings;
use crate::time::Millis;

/// How often the conversation is told that time has passed: two frames. Waking costs more than all that is done
/// with a frame, and what is sent ahead (`basma::pacer`) bridges the time.
const TICK_MS: u32 = 40;
/// More waiting than this, and the way is broken: two seconds.
const STALLED: usize = 32_000;
/// No sound of the caller for so long, and their way is broken. Silence is sound, too.
const DEAF_MS: Millis = 2_500;

/// What a request was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Hearing,
    Thinking,
    Speaking,
}

/// A call and its conversation.
pub(super) struct Run {
    pub(super) env: Env,
    pub(super) isolate: Rc<Isolate>,
    pub(super) settings: BasmaSettings,
    pub(super) facts: Facts,
    pub(super) store: Rc<Store>,
    /// What ends the two ways of sound, for whoever comes after us: in JavaScript.
    pub(super) streams: js_sys::Object,
    /// Each way is opened anew with another number; what an older one reports is not heard.
    pub(super) ears: Cell<u32>,
    pub(super) mouth: Cell<u32>,
    heard_at: Cell<Millis>,
    /// Another one was lost: this one only brings the caller to a person.
    pub(super) is_recovery: bool,
    conversation: RefCell<Conversation>,
    requests: RefCell<Vec<(Kind, u32, AbortController)>>,
    recording: RefCell<Option<Recording>>,
    pipe: RefCell<Option<Pipe>>,
    /// Bytes of sound that nobody has taken yet.
    waiting: Cell<usize>,
}

impl Run {
    /// Answers the call, or goes on with one whose conversation was lost.
    pub(super) fn begin(
        env: Env,
        isolate: Rc<Isolate>,
        settings: BasmaSettings,
        facts: Facts,
        store: Rc<Store>,
        is_recovery: bool,
    ) -> Rc<Self> {
        let plan = Plan {
            greeting: settings.greeting.clone(),
            consent: settings.consent.clone().filter(|_| settings.may_listen()),
            mind_model: settings.mind_model.clone(),
        };
        let conversation = if is_recovery {
            Conversation::recovered(plan)
        } else {
            Conversation::new(plan)
        };
        let run = Rc::new(Self {
            env,
            isolate,
            settings,
            facts,
            store,
            streams: js_sys::Object::new(),
            ears: Cell::new(0),
            mouth: Cell::new(0),
            heard_at: Cell::new(0),
            is_recovery,
            conversation: RefCell::new(conversation),
            requests: RefCell::default(),
            recording: RefCell::default(),
            pipe: RefCell::default(),
            waiting: Cell::new(0),
        });
        spawn_local(Rc::clone(&run).connect());
        run
    }

    /// Whether the conversation has ended.
    pub(super) fn is_over(&self) -> bool {
        self.conversation.borrow().is_over()
    }

    /// Tells the conversation what happened, and does what it says.
    pub(super) fn feed(self: &Rc<Self>, input: Input) {
        if let (Input::Frame(frame), Some(recording)) =
            (&input, self.recording.borrow_mut().as_mut())
        {
            recording.heard(frame);
        }
        let actions = self.conversation.borrow_mut().step(clock::now(), input);
        let mut sound = Vec::new();
        for action in actions {
            match action {
                Action::Play(frame) => {
                    sound.extend(frame.bytes());
                    self.record(&frame);
                }
                action => self.execute(action),
            }
        }
        if !sound.is_empty() {
            self.put_out(&sound);
        }
    }

    /// Both ways of sound are open: time begins.
    pub(super) fn connected(self: &Rc<Self>) {
        // Before it is listened for there is time to open it.
        self.heard_at.set(clock::now().saturating_add(DEAF_MS));
        self.feed(Input::Connected);
        let run = Rc::clone(self);
        let tick = move || {
            run.feed(Input::Tick);
            run.watch();
            !run.is_over()
        };
        spawn_local(again(TICK_MS, tick));
    }

    /// Sound of the caller came.
    pub(super) fn heard(&self) {
        self.heard_at.set(clock::now());
    }

    /// Whether callers are listened to.
    pub(super) fn listens(&self) -> bool {
        self.settings.may_listen() && !self.is_recovery
    }

    /// A way that stands still is as good as one that ended.
    fn watch(self: &Rc<Self>) {
        let now = clock::now();
        if self.listens() && now.saturating_sub(self.heard_at.get()) > DEAF_MS {
            self.heard_at.set(now);
            spawn_local(Rc::clone(self).ears_ended(self.ears.get()));
        }
        if self.waiting.get() > STALLED {
            self.waiting.set(0);
            spawn_local(Rc::clone(self).mouth_ended(self.mouth.get()));
        }
    }

    /// Ends a way of sound: `ears` or `mouth`.
    pub(super) fn close(&self, way: &str) {
        close_way(&self.streams, way);
    }

    /// Sound goes nowhere until there is another way: what failed once is not written to again, which would
    /// be taken for the failure of the next one.
    pub(super) fn no_pipe(&self) {
        self.pipe.take();
    }

    /// Where sound goes from now on.
    pub(super) fn set_pipe(&self, pipe: Pipe) {
        self.waiting.set(0);
        *self.pipe.borrow_mut() = Some(pipe);
    }

    fn put_out(self: &Rc<Self>, sound: &[u8]) {
        let pipe = self.pipe.borrow().clone();
        let written = match pipe {
            Some(pipe) => pipe.write(sound),
            // Another way is being opened: what nobody can take does not wait.
            None => Ok(0),
        };
        match written {
            Ok(waiting) => self.waiting.set(waiting),
            Err(_) => spawn_local(Rc::clone(self).mouth_ended(self.mouth.get())),
        }
    }

    fn record(&self, frame: &Frame) {
        let piece = self.recording.borrow_mut().as_mut().and_then(|recording| {
            recording.played(frame);
            recording.piece()
        });
        if let Some(piece) = piece {
            self.keep_sound(piece);
        }
    }

    fn keep_sound(&self, piece: Vec<u8>) {
        if let Err(error) = self.store.add_sound(piece) {
            log::error("sound_not_kept", json!({ "error": error.to_string() }));
        }
    }

    /// Whether the call is recorded, and whether it could be.
    pub(super) fn recorded(&self) -> (Recorded, bool) {
        let conversation = self.conversation.borrow();
        (conversation.recorded(), conversation.may_record())
    }

    fn execute(self: &Rc<Self>, action: Action) {
        let run = Rc::clone(self);
        match action {
            Action::Play(_) => {}
            Action::Hear { id, wav, language } => {
                let signal = self.signal(Kind::Hearing, id);
                spawn_local(async move {
                    let sound = (wav, language);
                    run.feed(providers::hear(&run.settings, id, sound, signal).await);
                });
            }
            Action::Think { id, body } => {
                let signal = self.signal(Kind::Thinking, id);
                spawn_local(async move {
                    let tell = |input| run.feed(input);
                    providers::think(&run.settings, id, body, signal, tell).await;
                });
            }
            Action::Speak { id, text } => {
                let signal = self.signal(Kind::Speaking, id);
                spawn_local(async move {
                    let tell = |input| run.feed(input);
                    providers::speak(&run.settings, id, text, signal, tell).await;
                });
            }
            Action::StopHearing { id } => self.let_go(Kind::Hearing, id),
            Action::StopThinking { id } => self.let_go(Kind::Thinking, id),
            Action::StopSpeaking { id } => self.let_go(Kind::Speaking, id),
            Action::LookUp { id } => spawn_local(async move {
                let text = run.exit().look_up().await;
                run.feed(Input::LookedUp { id, text });
            }),
            Action::Route(target) => spawn_local(async move {
                let named = match target {
                    Target::Person => None,
                    Target::Named(name) => Some(name),
                };
                for input in run.exit().route(named).await {
                    run.feed(input);
                }
            }),
            Action::HangUp => spawn_local(async move {
                run.feed(run.exit().hang_up().await);
            }),
            Action::Record(true) => *self.recording.borrow_mut() = Some(Recording::default()),
            Action::Record(false) => {
                if let Some(recording) = self.recording.take() {
                    self.keep_sound(recording.rest());
                }
            }
            Action::Keep(line) => {
                if let Err(error) = self.store.add(&line) {
                    log::error("line_not_kept", json!({ "error": error.to_string() }));
                }
            }
            Action::End(report) => self.end(&report),
        }
    }

    /// The way out of this call.
    pub(super) fn exit(&self) -> Exit<'_> {
        Exit {
            env: &self.env,
            isolate: &self.isolate,
            fallback: &self.settings.fallback,
            facts: &self.facts,
        }
    }

    fn signal(&self, kind: Kind, id: u32) -> AbortSignal {
        let abort = AbortController::default();
        let signal = abort.signal();
        let mut requests = self.requests.borrow_mut();
        // Old ones are over by now, one way or the other.
        if requests.len() > 32 {
            requests.drain(..16);
        }
        requests.push((kind, id, abort));
        signal
    }

    fn let_go(&self, kind: Kind, id: u32) {
        let mut requests = self.requests.borrow_mut();
        let place = requests.iter().position(|it| (it.0, it.1) == (kind, id));
        if let Some(place) = place {
            let (_, _, abort) = requests.remove(place);
            abort.abort();
        }
    }

    fn end(self: &Rc<Self>, report: &Report) {
        log::info("voice_call_ended", shown(report));
        let mut facts = self.facts.clone();
        facts.ended_at = Some(clock::now());
        let kept = self.store.put_report(report);
        if let Err(error) = kept.and_then(|()| self.store.put_facts(&facts)) {
            log::error("call_not_kept", json!({ "error": error.to_string() }));
        }
        // The conversation has ended, so ending the sound drops nobody any more.
        if let Some(pipe) = self.pipe.take() {
            pipe.close();
        }
        let run = Rc::clone(self);
        spawn_local(async move {
            Delay::from(Duration::from_millis(500)).await;
            run.close("ears");
            run.close("mouth");
        });
    }
}

/// Ends a way of sound that was opened with the signal that stands there.
pub(super) fn close_way(streams: &js_sys::Object, way: &str) {
    let abort = js_sys::Reflect::get(streams, &way.into());
    if let Ok(Ok(abort)) = abort.map(JsCast::dyn_into::<web_sys::AbortController>) {
        abort.abort();
    }
}
