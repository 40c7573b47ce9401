//! Somebody who calls, speaks, presses keys, and hears.

use std::path::Path;
use std::time::Duration;

use pbx_sim::{CallAudio, Deed, InboundCall, Said};
use provider_sim::{Provider, milliseconds};
use test_sound::{FRAME, LINE_RATE};

use super::ear::{self, Span};
use super::{DESK, Scene, within};

/// Longer than anything may take that is not talked about.
const PATIENCE: Duration = Duration::from_secs(20);

/// Louder than the line, softer than speech.
pub(super) const LOUD: f64 = 500.0;

/// A caller and the call.
pub(super) struct Caller<'a> {
    pub(super) scene: &'a Scene,
    pub(super) callid: u32,
    from: String,
}

impl<'a> Caller<'a> {
    /// It rings at Basma's.
    pub(super) async fn ring(scene: &'a Scene, from: &str) -> Self {
        let call = InboundCall {
            from: from.to_owned(),
            name: None,
            to: DESK.to_owned(),
            answering: None,
        };
        let callid = scene.stage.pbx().inbound(&call).expect("it rings");
        Self::of(scene, callid, from).await
    }

    /// Of a call that comes to her some other way.
    pub(super) async fn of(scene: &'a Scene, callid: u32, from: &str) -> Self {
        let rings = within(PATIENCE, "the call to ring", || {
            scene.stage.pbx().audio(callid).map(|_| ())
        });
        rings.await.expect("a call");
        Self {
            scene,
            callid,
            from: from.to_owned(),
        }
    }

    /// Everything about the sound of the call.
    pub(super) fn audio(&self) -> CallAudio {
        let audio = self.scene.stage.pbx().audio(self.callid);
        audio.expect("the call rang")
    }

    /// Says what is in a file of tests/audio, from the first sound on.
    pub(super) fn say_file(&self, name: &str) -> Said {
        self.say(&voice(name))
    }

    /// Says something.
    pub(super) fn say(&self, samples: &[i16]) -> Said {
        let said = self.scene.stage.pbx().say(self.callid, samples);
        said.expect("the call goes on")
    }

    /// Presses keys.
    pub(super) fn press(&self, digits: &str) {
        let heard = self.scene.stage.pbx().press(self.callid, digits);
        assert_eq!(heard, 1, "Basma's participant hears of keys");
    }

    /// Ends the call.
    pub(super) fn hang_up(&self) {
        self.scene.stage.pbx().party(&self.from, Deed::HangUp);
    }

    /// Waits until the sound of the call is as it should be.
    pub(super) async fn until<T>(
        &self,
        what: &str,
        mut check: impl FnMut(&CallAudio) -> Option<T>,
    ) -> T {
        let found = within(PATIENCE, what, || check(&self.audio())).await;
        found.unwrap_or_else(|why| panic!("{why}; {}", self.told()))
    }

    /// Waits until a text was heard to its end; says when.
    pub(super) async fn hears(&self, text: &str) -> Span {
        let what = format!("{text:?} to be heard");
        self.until(&what, |_| self.spoken(text).first().copied())
            .await
    }

    /// The pieces of a text that were given to speech, in their order.
    pub(super) fn pieces_of(&self, text: &str) -> Vec<String> {
        let mut pieces: Vec<String> = Vec::new();
        for asked in self.scene.providers.asked(Provider::Speech) {
            let piece = asked.text("input").to_owned();
            if text.contains(piece.trim()) && !pieces.contains(&piece) {
                pieces.push(piece);
            }
        }
        pieces
    }

    /// Where the pieces of a text are heard, whole or in part, in the order of time.
    pub(super) fn heard(&self, text: &str) -> Vec<Span> {
        let played = self.audio().played();
        let pieces = self.pieces_of(text);
        let mut spans: Vec<Span> = pieces
            .iter()
            .flat_map(|piece| ear::heard(&played, piece))
            .collect();
        spans.sort_by_key(|it| it.from_us);
        spans
    }

    /// Each time that a text is heard from its beginning to its end.
    pub(super) fn spoken(&self, text: &str) -> Vec<Span> {
        let per_letter = self.scene.providers.script(|it| it.ms_per_letter);
        let played = self.audio().played();
        let pieces = self.pieces_of(text);
        let letters = |text: &str| text.chars().filter(|it| !it.is_whitespace()).count();
        if pieces.iter().map(|it| letters(it)).sum::<usize>() < letters(text) {
            return Vec::new();
        }
        let whole = |piece: &String| {
            let length = u64::from(milliseconds(piece, per_letter));
            let mut spans = ear::heard(&played, piece);
            spans.retain(|it| it.milliseconds() + 120 >= length);
            spans
        };
        let heard: Vec<Vec<Span>> = pieces.iter().map(whole).collect();
        let times = heard.iter().map(Vec::len).min().unwrap_or_default();
        let time = |index: usize| Span {
            from_us: heard[0][index].from_us,
            to_us: heard[heard.len() - 1][index].to_us,
        };
        (0..times).map(time).collect()
    }

    /// Waits until somebody with this number has the call.
    pub(super) async fn reaches(&self, number: &str) {
        self.until(&format!("{number} to take the call"), |audio| {
            audio.taken_by(number).then_some(())
        })
        .await;
    }

    /// What happened, for those who have to find out why.
    pub(super) fn told(&self) -> String {
        let audio = self.audio();
        let speech = self.scene.providers.asked(Provider::Speech);
        let texts: Vec<&str> = speech.iter().map(|it| it.text("input")).collect();
        let sounds = ear::sounds(&audio.played());
        let heard: Vec<String> = sounds
            .iter()
            .map(|it| format!("{}..{}", it.from_us / 1_000, it.to_us / 1_000))
            .collect();
        let requests: Vec<String> = self
            .scene
            .stage
            .pbx()
            .requests()
            .iter()
            .filter(|entry| entry.path.contains(DESK))
            .map(|it| {
                let status = it.status.map_or("open".to_owned(), |it| it.to_string());
                format!(
                    "{} {} {} {status} {}",
                    it.at_ms, it.method, it.path, it.body
                )
            })
            .collect();
        format!(
            "taken {:?}, ended {:?}, streams {:?}, said {:?}, heard at {heard:?} ms, asked {:?}, \
             speech of {texts:?}, requests:\n{}",
            audio.taken,
            audio.ended,
            audio
                .streams
                .iter()
                .map(|it| (it.stream, it.end, it.bytes))
                .collect::<Vec<_>>(),
            audio.said(),
            self.scene.asked(),
            requests.join("\n"),
        )
    }
}

/// What is in a file of tests/audio, without the silence around it.
pub(super) fn voice(name: &str) -> Vec<i16> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audio");
    let file = std::fs::read(folder.join(name)).expect("a file of tests/audio");
    let wav = test_sound::from_bytes(&file).expect("a WAV file");
    assert_eq!(wav.rate, LINE_RATE);
    let sounds = test_sound::stretches(&wav.samples, FRAME, LOUD, usize::MAX / 2);
    let sound = sounds.first().expect("a voice").samples.clone();
    wav.samples[sound].to_vec()
}
