//! What a caller makes of the sound: sentences, silences, and whether it is sound at all.

use pbx_sim::{CallAudio, Played, Stream};
use provider_sim::PEAK;
use test_sound::{FRAME, LINE_RATE, pitch_of};

use super::caller::LOUD;

/// From one moment to another, in microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from_us: u64,
    pub(super) to_us: u64,
}

impl Span {
    pub(super) fn milliseconds(self) -> u64 {
        (self.to_us - self.from_us) / 1_000
    }
}

/// Where something is heard that was spoken as one piece.
pub(super) fn heard(played: &Played, text: &str) -> Vec<Span> {
    let found = test_sound::stretches_of_tone(&played.samples, LINE_RATE, pitch_of(text), LOUD);
    found
        .into_iter()
        .map(|it| Span {
            from_us: played.moment(it.start),
            to_us: played.moment(it.end),
        })
        .collect()
}

/// Where anything is heard.
pub(super) fn sounds(played: &Played) -> Vec<Span> {
    let found = test_sound::stretches(&played.samples, FRAME, LOUD, FRAME * 5);
    found
        .into_iter()
        .map(|it| Span {
            from_us: played.moment(it.samples.start),
            to_us: played.moment(it.samples.end),
        })
        .collect()
}

/// The longest time between two moments in which nothing is heard.
pub(super) fn longest_silence_ms(played: &Played, from_us: u64, to_us: u64) -> u64 {
    let mut longest = 0;
    let mut silent_since = from_us;
    for sound in sounds(played) {
        if sound.to_us <= from_us || sound.from_us >= to_us {
            continue;
        }
        longest = longest.max(sound.from_us.saturating_sub(silent_since));
        silent_since = silent_since.max(sound.to_us);
    }
    longest.max(to_us.saturating_sub(silent_since)) / 1_000
}

/// The recording is good: no holes, nothing at the end of the scale, no clicks, as loud as it was spoken.
#[track_caller]
pub(super) fn assert_good(audio: &CallAudio) {
    let played = audio.played();
    let gaps = played.longer_than(40);
    assert!(gaps.is_empty(), "holes: {gaps:?}");
    assert!(
        played.most_ahead_us <= 1_000_000,
        "{} us ahead: nobody could interrupt that",
        played.most_ahead_us
    );
    assert_eq!(test_sound::clipped(&played.samples), 0, "clipped");
    let sent = audio.sent();
    // A tone of 2850 Hz at this peak goes up by 1.8 peaks from one sample to the next.
    let most = u32::from(PEAK.unsigned_abs()) * 2;
    let step = test_sound::largest_step(&sent);
    assert!(step <= most, "a click of {step}");
    for talking in audio.of(Stream::Talking) {
        assert_eq!(talking.bytes % 2, 0, "half a sample");
    }
}

/// A piece is as loud as it was spoken.
#[track_caller]
pub(super) fn assert_loud(played: &Played, piece: &str) {
    for span in heard(played, piece) {
        // Its ends are faded and not exact.
        let inner = played.between(span.from_us + 100_000, span.to_us - 100_000);
        if inner.len() < FRAME * 5 {
            continue;
        }
        let strength = test_sound::strength(inner, LINE_RATE, pitch_of(piece)) / f64::from(PEAK);
        assert!(
            (0.6..=1.2).contains(&strength),
            "{piece:?} at {} Hz has {strength} of its strength",
            pitch_of(piece)
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_sound::{noise, tone};

    const BEGIN_US: u64 = 1_700_000_000_000_000;

    /// Words, a pause, and other words, on a line with a little noise.
    fn recording() -> Played {
        let sentence = |text: &str| tone(LINE_RATE, pitch_of(text), 800, PEAK);
        let quiet = |frames: usize| noise(FRAME * frames, 60, 9);
        let samples = [
            quiet(50),
            sentence("Hello."),
            quiet(100),
            sentence("One moment."),
            quiet(25),
        ];
        Played {
            begins_us: BEGIN_US,
            samples: samples.concat(),
            ..Played::default()
        }
    }

    #[test]
    fn sentences_are_heard_where_they_are() {
        let played = recording();
        let near = |span: &Span, from_ms: u64, to_ms: u64| {
            let close = |at: u64, ms: u64| at.abs_diff(BEGIN_US + ms * 1_000) <= 60_000;
            close(span.from_us, from_ms) && close(span.to_us, to_ms)
        };
        for (text, from_ms, to_ms) in [("Hello.", 1_000, 1_800), ("One moment.", 3_800, 4_600)] {
            let spans = heard(&played, text);
            assert!(
                spans.len() == 1 && near(&spans[0], from_ms, to_ms),
                "{spans:?}"
            );
            assert_loud(&played, text);
        }
        assert!(heard(&played, "Goodbye.").is_empty());
        assert_eq!(sounds(&played).len(), 2);
    }

    #[test]
    fn silence_is_measured_between_sounds() {
        let played = recording();
        let at = |ms: u64| BEGIN_US + ms * 1_000;
        for (from_ms, to_ms, expected) in [
            (0, 900, 900),
            (0, 5_000, 2_000),
            (1_500, 3_800, 2_000),
            (4_600, 9_000, 4_400),
            (1_200, 1_500, 0),
        ] {
            let silence = longest_silence_ms(&played, at(from_ms), at(to_ms));
            assert!(silence.abs_diff(expected) <= 20, "{from_ms}: {silence}");
        }
    }
}
