//! Where an utterance begins and ends, by its energy against the noise of the line.
//!
//! The noise floor falls fast and rises slowly: pauses between words show it, words do not. What is shorter
//! than 300 ms, or keeps one level as noise and tones do, is no utterance (and is not sent anywhere).
//! While we speak ourselves the bar is higher, because the line may return our own voice.
//!
//! Not here: what was said (`hearing`), and what a barge-in does (`conversation`).

use std::collections::VecDeque;

use super::audio::Frame;

/// Kept from before the beginning was noticed: 240 ms.
const PRE_ROLL: usize = 12;
/// Frames of speech within the last five that make a beginning; while we speak, when an interruption has to
/// be noticed at once and the bar is higher, three of the last four.
const BEGINS_WITH: u32 = 4;
const RECENT: u32 = 5;
const BEGINS_WITH_OVER_OURS: u32 = 3;
const RECENT_OVER_OURS: u32 = 4;
/// Less speech than 300 ms is a cough or a click.
const LEAST_SPEECH: usize = 15;
/// So much silence ends it: 600 ms.
const ENDS_AFTER: usize = 30;
/// It is ended at 15 s, whatever comes.
const LONGEST: usize = 750;
/// Never below this, however quiet the line.
const QUIETEST: f32 = 160.0;
const QUIETEST_OVER_OURS: f32 = 500.0;
/// Speech is so much louder than the noise: 10 dB, and 14 dB while we speak.
const ABOVE_NOISE: f32 = 3.2;
const ABOVE_NOISE_OVER_OURS: f32 = 5.0;
/// The loudest frame of speech against the mean; noise and tones stay below.
const LIVELINESS: f32 = 1.4;

/// What was noticed with a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noticed {
    /// Nothing new.
    Nothing,
    /// Somebody began to speak.
    Began,
    /// An utterance is over: all of it, with what came just before.
    Ended(Vec<Frame>),
    /// It was not speech after all.
    WasNoise,
}

/// Listens frame by frame.
#[derive(Debug)]
pub struct VoiceActivity {
    floor: f32,
    /// One bit a frame, the latest lowest: whether it was speech.
    recent: u32,
    before: VecDeque<Frame>,
    speaking: Option<Utterance>,
}

#[derive(Debug, Default)]
struct Utterance {
    frames: Vec<Frame>,
    /// Frames that were speech.
    voiced: usize,
    /// Frames of silence at its end.
    silent: usize,
    sum: f32,
    loudest: f32,
}

impl Default for VoiceActivity {
    fn default() -> Self {
        Self {
            floor: 60.0,
            recent: 0,
            before: VecDeque::new(),
            speaking: None,
        }
    }
}

impl VoiceActivity {
    /// 20 ms of the caller. `over_ours`: we are speaking ourselves.
    pub fn hear(&mut self, frame: Frame, over_ours: bool) -> Noticed {
        let loudness = frame.loudness();
        let bar = if over_ours {
            (self.floor * ABOVE_NOISE_OVER_OURS).max(QUIETEST_OVER_OURS)
        } else {
            (self.floor * ABOVE_NOISE).max(QUIETEST)
        };
        let is_speech = loudness > bar;
        self.follow(loudness);
        self.recent = self.recent.wrapping_shl(1) | u32::from(is_speech);
        if let Some(utterance) = &mut self.speaking {
            utterance.add(frame, is_speech, loudness);
            if utterance.silent >= ENDS_AFTER || utterance.frames.len() >= LONGEST {
                return self.end();
            }
            return Noticed::Nothing;
        }
        if self.before.len() >= PRE_ROLL {
            self.before.pop_front();
        }
        self.before.push_back(frame);
        let (least, window) = if over_ours {
            (BEGINS_WITH_OVER_OURS, RECENT_OVER_OURS)
        } else {
            (BEGINS_WITH, RECENT)
        };
        let seen = self.recent & 1_u32.wrapping_shl(window).wrapping_sub(1);
        if seen.count_ones() < least {
            return Noticed::Nothing;
        }
        self.speaking = Some(Utterance {
            frames: std::mem::take(&mut self.before).into(),
            voiced: 1,
            loudest: loudness,
            sum: loudness,
            ..Utterance::default()
        });
        Noticed::Began
    }

    /// Whether somebody is speaking now.
    pub fn is_hearing(&self) -> bool {
        self.speaking.is_some()
    }

    /// Forgets what is being said; the noise floor stays.
    pub fn forget(&mut self) {
        self.speaking = None;
        self.recent = 0;
        self.before.clear();
    }

    fn follow(&mut self, loudness: f32) {
        if loudness < self.floor {
            self.floor += (loudness - self.floor) * 0.2;
        } else {
            // Doubles in 1.4 s at most.
            self.floor = (self.floor * 1.01 + 0.05).min(loudness);
        }
        self.floor = self.floor.clamp(1.0, 4_000.0);
    }

    fn end(&mut self) -> Noticed {
        self.recent = 0;
        let Some(mut utterance) = self.speaking.take() else {
            return Noticed::Nothing;
        };
        if !utterance.is_speech() {
            return Noticed::WasNoise;
        }
        // Enough silence stays for the last sound to die away.
        let surplus = utterance.silent.saturating_sub(PRE_ROLL);
        let length = utterance.frames.len().saturating_sub(surplus);
        utterance.frames.truncate(length);
        Noticed::Ended(utterance.frames)
    }
}

impl Utterance {
    fn add(&mut self, frame: Frame, is_speech: bool, loudness: f32) {
        self.frames.push(frame);
        if is_speech {
            self.voiced = self.voiced.saturating_add(1);
            self.silent = 0;
            self.sum += loudness;
            self.loudest = self.loudest.max(loudness);
        } else {
            self.silent = self.silent.saturating_add(1);
        }
    }

    fn is_speech(&self) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "at most 750")]
        let mean = self.sum / self.voiced.max(1) as f32;
        self.voiced >= LEAST_SPEECH && self.loudest >= mean * LIVELINESS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::basma::testing::{ARABIC, ENGLISH, SHORT_ARABIC, mixed, noise, said, silence, tone};

    /// All utterances in `sound`, with the frame in which each was noticed and ended.
    fn listen(sound: &[Frame], over_ours: bool) -> (Vec<(usize, usize, usize)>, usize) {
        let mut activity = VoiceActivity::default();
        let (mut found, mut noises, mut began) = (Vec::new(), 0, 0);
        for (place, frame) in sound.iter().enumerate() {
            match activity.hear(frame.clone(), over_ours) {
                Noticed::Nothing => {}
                Noticed::Began => began = place,
                Noticed::Ended(frames) => found.push((began, place, frames.len())),
                Noticed::WasNoise => noises += 1,
            }
        }
        (found, noises)
    }

    #[test]
    fn one_utterance_in_each_language_and_nothing_of_it_is_missing() {
        for speech in [ENGLISH, ARABIC, SHORT_ARABIC] {
            let speech = said(speech);
            let sound = [silence(50), speech.clone(), silence(60)].concat();
            let (found, noises) = listen(&sound, false);
            assert_eq!((found.len(), noises), (1, 0), "{found:?}");
            let (began, ended, length) = found[0];
            // Speech files begin with a moment of silence of their own.
            assert!((50..75).contains(&began), "noticed at {began}");
            let over = ended - (50 + speech.len());
            assert!(over <= ENDS_AFTER + 2, "ended {over} frames after speech");
            assert!(length + 12 >= speech.len(), "{length} of {}", speech.len());
        }
    }

    #[test]
    fn speech_is_found_in_noise_and_noise_alone_is_not_speech() {
        let speech = mixed(&said(ENGLISH), &noise(said(ENGLISH).len(), 250));
        let sound = [noise(250, 250), speech, noise(60, 250)].concat();
        assert_eq!(listen(&sound, false).0.len(), 1);
        for sound in [
            silence(500),
            noise(1_000, 40),
            noise(1_000, 250),
            [silence(100), noise(400, 900), silence(100)].concat(),
            [silence(100), noise(400, 3_000), silence(100)].concat(),
            [silence(100), tone(100, 941.0), silence(100)].concat(),
            // A click.
            [silence(100), noise(5, 8_000), silence(100)].concat(),
        ] {
            assert_eq!(listen(&sound, false).0, [], "{} frames", sound.len());
        }
    }

    #[test]
    fn who_speaks_over_us_is_noticed_within_a_tenth_of_a_second() {
        // What the line returns of our own voice, 26 dB quieter than it left.
        let ours = said(ENGLISH);
        let echo: Vec<Frame> = ours
            .iter()
            .map(|frame| {
                let quiet: Vec<i16> = frame.samples().iter().map(|it| it / 20).collect();
                Frame::of(&quiet)
            })
            .collect();
        assert_eq!(listen(&echo, true), (vec![], 0));
        let mut activity = VoiceActivity::default();
        for frame in &echo {
            activity.hear(frame.clone(), true);
        }
        let theirs = said(ARABIC);
        let onset = theirs
            .iter()
            .position(|it| it.loudness() > 1_000.0)
            .unwrap();
        let noticed = theirs
            .iter()
            .position(|frame| activity.hear(frame.clone(), true) == Noticed::Began)
            .unwrap();
        assert!(noticed <= onset + 5, "onset {onset}, noticed {noticed}");
        assert!(activity.is_hearing());
        activity.forget();
        assert!(!activity.is_hearing());
    }

    #[test]
    fn an_endless_utterance_is_ended() {
        let speech = said(ENGLISH);
        let gapless: Vec<Frame> = speech
            .iter()
            .filter(|frame| frame.loudness() > 600.0)
            .cycle()
            .take(2_000)
            .cloned()
            .collect();
        let (found, _) = listen(&gapless, false);
        assert!(!found.is_empty());
        assert!(found.iter().all(|(_, _, length)| *length <= LONGEST));
    }
}
