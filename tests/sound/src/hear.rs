//! What can be said about a recording: how loud, where there is sound, which tone, what broke.

use std::f64::consts::TAU;
use std::ops::Range;

/// A stretch of sound between silences.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// Its samples.
    pub samples: Range<usize>,
    /// Its mean loudness.
    pub rms: f64,
}

#[allow(clippy::cast_precision_loss, reason = "recordings are short")]
fn as_f64(count: usize) -> f64 {
    count as f64
}

/// The mean loudness (root of the mean square); a full sine has 23,170.
pub fn rms(samples: &[i16]) -> f64 {
    if samples.is_empty() {
        return 0.0;
    }
    let energy: f64 = samples.iter().map(|it| f64::from(*it).powi(2)).sum();
    (energy / as_f64(samples.len())).sqrt()
}

/// The same in decibels below full scale; silence is -100.
pub fn level(samples: &[i16]) -> f64 {
    (20.0 * (rms(samples) / 32_768.0).log10()).max(-100.0)
}

/// The loudness of each window; what is left at the end is a window too.
pub fn windows(samples: &[i16], size: usize) -> Vec<f64> {
    samples.chunks(size.max(1)).map(rms).collect()
}

/// Samples at the very end of the scale.
pub fn clipped(samples: &[i16]) -> usize {
    let at_end = |sample: &&i16| **sample == i16::MAX || **sample <= -i16::MAX;
    samples.iter().filter(at_end).count()
}

/// The largest difference between neighbours: a click, or bytes that were put together wrongly.
pub fn largest_step(samples: &[i16]) -> u32 {
    let steps = samples.windows(2).map(|pair| match pair {
        [a, b] => i32::from(*a).abs_diff(i32::from(*b)),
        _ => 0,
    });
    steps.max().unwrap_or_default()
}

/// Stretches of sound: windows louder than `threshold`; pauses up to `joined` samples do not divide.
pub fn stretches(samples: &[i16], window: usize, threshold: f64, joined: usize) -> Vec<Stretch> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (index, loudness) in windows(samples, window).into_iter().enumerate() {
        if loudness < threshold {
            continue;
        }
        let begin = index * window;
        let end = (begin + window).min(samples.len());
        match found.last_mut() {
            Some(last) if begin - last.end <= joined => last.end = end,
            _ => found.push(begin..end),
        }
    }
    let stretch = |range: Range<usize>| Stretch {
        rms: rms(&samples[range.clone()]),
        samples: range,
    };
    found.into_iter().map(stretch).collect()
}

/// The amplitude of one tone (Goertzel); a sine of peak 8000 at that pitch gives 8000.
pub fn strength(samples: &[i16], rate: u32, hertz: u32) -> f64 {
    if samples.is_empty() {
        return 0.0;
    }
    let turn = 2.0 * (TAU * f64::from(hertz) / f64::from(rate)).cos();
    let (mut last, mut before) = (0.0, 0.0);
    for sample in samples {
        (last, before) = (f64::from(*sample) + turn * last - before, last);
    }
    let power = last * last + before * before - turn * last * before;
    power.max(0.0).sqrt() * 2.0 / as_f64(samples.len())
}

/// How much of the energy is in one tone: 1 is nothing but that tone.
pub fn purity(samples: &[i16], rate: u32, hertz: u32) -> f64 {
    let loudness = rms(samples);
    if loudness == 0.0 {
        return 0.0;
    }
    (strength(samples, rate, hertz) / std::f64::consts::SQRT_2 / loudness).powi(2)
}

/// Where a recording is nearly that tone alone: a word in a sentence. Looked at through windows of
/// 100 ms, which tell tones 50 Hz apart, every 20 ms; so ends are exact to about 50 ms, and pauses up
/// to 100 ms do not divide. Windows softer than `threshold` do not count.
pub fn stretches_of_tone(
    samples: &[i16],
    rate: u32,
    hertz: u32,
    threshold: f64,
) -> Vec<Range<usize>> {
    let hop = usize::try_from(rate / 50).unwrap_or(1).max(1);
    let size = hop * 5;
    let mut found: Vec<Range<usize>> = Vec::new();
    for begin in (0..samples.len().saturating_sub(size - 1)).step_by(hop) {
        let window = &samples[begin..begin + size];
        if rms(window) < threshold || purity(window, rate, hertz) < 0.8 {
            continue;
        }
        match found.last_mut() {
            Some(last) if begin <= last.end + size => last.end = begin + size,
            _ => found.push(begin..begin + size),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FRAME, LINE_RATE, noise, tone};

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= b.abs().max(1.0) * 0.02
    }

    #[test]
    fn loudness() {
        assert!(close(rms(&[]), 0.0));
        assert!(close(rms(&[100, -100, 100, -100]), 100.0));
        assert!(close(level(&tone(LINE_RATE, 800, 1_000, i16::MAX)), -3.0));
        assert!(close(level(&[0; 10]), -100.0));
        let uneven = [0, 0, 3, -3, 5];
        assert_eq!(windows(&uneven, 2), [0.0, 3.0, 5.0]);
    }

    #[test]
    fn clipping_and_clicks() {
        assert_eq!(clipped(&[i16::MAX, i16::MIN, -i16::MAX, 32_766, 0]), 3);
        assert_eq!(largest_step(&[0, 5, -20, -20]), 25);
        assert_eq!(largest_step(&[i16::MIN, i16::MAX]), 65_535);
        // One byte lost: every sample is made of the halves of two.
        let good = tone(LINE_RATE, 500, 200, 8_000);
        let bytes: Vec<u8> = good.iter().flat_map(|it| it.to_le_bytes()).collect();
        let shifted = bytes[1..].chunks_exact(2);
        let broken: Vec<i16> = shifted
            .map(|it| i16::from_le_bytes([it[0], it[1]]))
            .collect();
        assert!(largest_step(&good) < 5_000 && largest_step(&broken) > 30_000);
        assert!(purity(&good, LINE_RATE, 500) > 0.95);
        assert!(purity(&broken, LINE_RATE, 500) < 0.2);
    }

    #[test]
    fn stretches_of_sound() {
        let quiet = |frames: usize| noise(FRAME * frames, 40, 3);
        let loud = tone(LINE_RATE, 700, 200, 8_000);
        let both = [
            quiet(10),
            loud.clone(),
            quiet(3),
            loud.clone(),
            quiet(20),
            loud,
        ]
        .concat();
        let found = stretches(&both, FRAME, 500.0, FRAME * 5);
        let ranges: Vec<_> = found.iter().map(|it| it.samples.clone()).collect();
        assert_eq!(ranges, [1_600..5_280, 8_480..10_080]);
        assert!(found[1].rms > 5_000.0);
        assert_eq!(stretches(&both, FRAME, 500.0, 0).len(), 3);
        assert!(stretches(&quiet(50), FRAME, 500.0, 0).is_empty());
    }

    #[test]
    fn tones() {
        let low = tone(LINE_RATE, 700, 1_000, 8_000);
        assert!(close(strength(&low, LINE_RATE, 700), 8_000.0));
        assert!(strength(&low, LINE_RATE, 750) < 200.0);
        assert!(purity(&low, LINE_RATE, 700) > 0.98);
        assert!(purity(&noise(8_000, 5_000, 1), LINE_RATE, 700) < 0.05);
        let pause = vec![0; 4_000];
        let high = tone(LINE_RATE, 1_200, 3_000, 8_000);
        let sentence = [pause.clone(), low, high.clone(), pause, high].concat();
        let near = |found: &[Range<usize>], expected: &[Range<usize>]| {
            let close = |a: usize, b: usize| a.abs_diff(b) <= 480;
            found.len() == expected.len()
                && found
                    .iter()
                    .zip(expected)
                    .all(|(a, b)| close(a.start, b.start) && close(a.end, b.end))
        };
        let found = |hertz| stretches_of_tone(&sentence, LINE_RATE, hertz, 500.0);
        let once = std::slice::from_ref(&(4_000..12_000));
        assert!(near(&found(700), once), "{:?}", found(700));
        let twice = [12_000..36_000, 40_000..64_000];
        assert!(near(&found(1_200), &twice), "{:?}", found(1_200));
        assert!(found(1_250).is_empty());
        assert!(stretches_of_tone(&[5; 100], LINE_RATE, 700, 0.0).is_empty());
    }
}
