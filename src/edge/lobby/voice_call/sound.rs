//! The two ways of sound of a call: opened after the answer, read and watched to their end.
//!
//! Media may not be there at once (424): a few tries. A way that ends while the caller is still there is
//! opened again; if it cannot be, the conversation is told, and brings the caller to a person.

use std::rc::Rc;
use std::time::Duration;

use serde_json::json;
use worker::wasm_bindgen_futures::spawn_local;
use worker::{Delay, js_sys, web_sys};

use super::run::Run;
use super::streams::{Pipe, listen_to};
use crate::basma::audio::{Framer, Samples};
use crate::basma::protocol::Input;
use crate::edge::log;
use crate::edge::session_client::SessionClient;
use crate::edge::upstream::{Upstream, within};
use crate::pbx::{Pbx, PbxError, TokenSource};

/// Tries until media is there, and the time between them.
const TRIES: usize = 12;
const PAUSE: Duration = Duration::from_millis(250);
/// A way that is refused is refused within this.
const REFUSAL: Duration = Duration::from_millis(400);
/// The caller's sound is there within this, or refused.
const ANSWER: Duration = Duration::from_secs(2);
/// So often a way may end before its time.
const REOPENED: u32 = 3;

/// The caller's sound is taken so many bytes at a time: two frames, for the reason of `TICK_MS` in `run`.
const LEAST: u32 = 640;

/// No way of sound.
struct NoSound;

impl Run {
    /// Answers and opens both ways: ours first, so that the caller hears something. Where nobody listens, only
    /// ours.
    pub(super) async fn connect(self: Rc<Self>) {
        if !self.is_recovery && !answer(&self).await {
            return;
        }
        let mouth = open_mouth(&self).await;
        self.connected();
        if mouth.is_err() {
            log::error("sound_not_open", json!({ "way": "goes" }));
            self.feed(Input::Cut);
        }
        if !self.listens() {
            return;
        }
        let number = self.ears.get();
        if let Ok(response) = open_ears(&self).await {
            listen(self, response, number).await;
        } else {
            log::error("sound_not_open", json!({ "way": "comes" }));
            self.feed(Input::Cut);
        }
    }

    /// The caller's sound ended: because the call did, or too early.
    pub(super) async fn ears_ended(self: Rc<Self>, number: u32) {
        if self.is_over() || self.ears.get() != number {
            return;
        }
        let next = number.saturating_add(1);
        self.ears.set(next);
        self.close("ears");
        if !is_there(&self).await {
            return self.feed(Input::Gone);
        }
        log::error("sound_ended_early", json!({ "way": "comes" }));
        match open_ears(&self).await {
            Ok(response) if next <= REOPENED => listen(self, response, next).await,
            _ => self.feed(Input::Cut),
        }
    }

    /// Our sound ended: because the call did, or too early.
    pub(super) async fn mouth_ended(self: Rc<Self>, number: u32) {
        if self.is_over() || self.mouth.get() != number {
            return;
        }
        let next = number.saturating_add(1);
        self.mouth.set(next);
        self.no_pipe();
        self.close("mouth");
        if !is_there(&self).await {
            return self.feed(Input::Gone);
        }
        log::error("sound_ended_early", json!({ "way": "goes" }));
        if next > REOPENED || open_mouth(&self).await.is_err() {
            self.feed(Input::Cut);
        }
    }
}

/// Takes the call; a call that is already taken is as good.
async fn answer(run: &Rc<Run>) -> bool {
    let Ok(Some(settings)) = &run.isolate.settings.pbx else {
        return false;
    };
    let session = SessionClient::new(&run.env, &run.isolate);
    let upstream = Upstream::new(&settings.base_url, &run.env);
    let pbx = Pbx::new(&upstream, &session);
    let (dn, id) = (run.facts.dn.as_str(), run.facts.id);
    let taken = match pbx.answer(dn, id).await {
        Ok(performed) => performed.failure().map_or(Ok(()), Err),
        Err(error) if error.is_not_found() => {
            run.feed(Input::Gone);
            return false;
        }
        Err(error) => Err(error.to_string()),
    };
    let Err(why) = taken else {
        return true;
    };
    if pbx
        .participant(dn, id)
        .await
        .is_ok_and(|leg| leg.is_connected())
    {
        return true;
    }
    // It still rings: a person gets it, unanswered as it is.
    log::error("voice_call_not_answered", json!({ "error": why }));
    run.exit().divert().await;
    run.feed(Input::Gone);
    false
}

/// Whether the caller is still there.
async fn is_there(run: &Run) -> bool {
    let Ok(Some(settings)) = &run.isolate.settings.pbx else {
        return false;
    };
    let session = SessionClient::new(&run.env, &run.isolate);
    let upstream = Upstream::new(&settings.base_url, &run.env);
    let pbx = Pbx::new(&upstream, &session);
    let leg = pbx.participant(&run.facts.dn, run.facts.id).await;
    !matches!(leg, Err(PbxError::NotFound { .. }))
}

/// The caller's sound.
async fn open_ears(run: &Rc<Run>) -> Result<web_sys::Response, NoSound> {
    for _ in 0..TRIES {
        match within(open(run, "ears", None), ANSWER).await {
            Some(Ok(response)) if response.ok() => return Ok(response),
            Some(Ok(response)) if response.status() == 404 => return Err(NoSound),
            Some(_) => Delay::from(PAUSE).await,
            // It hangs, and will again.
            None => break,
        }
    }
    run.close("ears");
    Err(NoSound)
}

/// Our sound. The answer to it comes when it ends, or at once if it is refused; some may answer as soon as
/// they begin to listen.
async fn open_mouth(run: &Rc<Run>) -> Result<(), NoSound> {
    let number = run.mouth.get();
    for _ in 0..TRIES {
        let pipe = Pipe::new();
        let answer = {
            let (run, pipe) = (Rc::clone(run), pipe.clone());
            async move { open(&run, "mouth", Some(pipe)).await.map(|it| it.status()) }
        };
        let mut answer = Box::pin(answer);
        match within(&mut answer, REFUSAL).await {
            Some(Ok(404)) => return Err(NoSound),
            Some(Ok(200..=299)) => {
                run.set_pipe(pipe);
                return Ok(());
            }
            Some(_) => Delay::from(PAUSE).await,
            None => {
                run.set_pipe(pipe);
                let run = Rc::clone(run);
                spawn_local(async move {
                    // Where it is answered well, writing shows when it ends.
                    if !matches!(answer.await, Ok(200..=299)) {
                        Box::pin(run.mouth_ended(number)).await;
                    }
                });
                return Ok(());
            }
        }
    }
    Err(NoSound)
}

async fn open(run: &Run, way: &str, pipe: Option<Pipe>) -> worker::Result<web_sys::Response> {
    let Ok(Some(settings)) = &run.isolate.settings.pbx else {
        return Err("no PBX".into());
    };
    let session = SessionClient::new(&run.env, &run.isolate);
    let token = match session.token().await {
        Ok(token) => token,
        Err(error) => return Err(error.to_string().into()),
    };
    let upstream = Upstream::new(&settings.base_url, &run.env);
    let dn = &run.facts.dn;
    let path = format!("/callcontrol/{dn}/participants/{}/stream", run.facts.id);
    let body = pipe.map(|pipe| pipe.body());
    let abort = web_sys::AbortController::new()?;
    let _ = js_sys::Reflect::set(&run.streams, &way.into(), &abort);
    let signal = abort.signal().into();
    let response = upstream
        .sound(&path, &token, body.as_ref(), &signal)
        .await?;
    if response.status() == 401 {
        let _ = session.replace(&token).await;
    }
    Ok(response)
}

/// Reads the caller's sound to its end.
async fn listen(run: Rc<Run>, response: web_sys::Response, number: u32) {
    let (mut samples, mut framer) = (Samples::default(), Framer::default());
    let ear = Rc::clone(&run);
    let take = move |bytes: Vec<u8>| {
        if ear.ears.get() != number {
            return false;
        }
        ear.heard();
        for frame in framer.push(&samples.push(&bytes)) {
            ear.feed(Input::Frame(frame));
        }
        true
    };
    listen_to(&response, LEAST, take).await;
    if run.ears.get() != number {
        return;
    }
    Box::pin(run.ears_ended(number)).await;
}
