//! `POST /v1/audio/speech`: JSON in, raw samples out: a tone whose pitch says which text it was.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::Value;
use test_sound::{pitch_of, tone};

use crate::answer::{answer, refuse};
use crate::book::{Provider, Shared};
use crate::script::Trouble;
use crate::server::{is_json, is_openai};

/// Of raw samples, whatever anybody would like.
const RATE: u32 = 24_000;

/// The largest sample of speech.
pub const PEAK: i16 = 8_000;

const MODELS: [&str; 3] = ["gpt-4o-mini-tts", "tts-1", "tts-1-hd"];

const VOICES: [&str; 13] = [
    "alloy", "ash", "ballad", "coral", "echo", "fable", "onyx", "nova", "sage", "shimmer", "verse",
    "marin", "cedar",
];

/// Sizes of pieces in turn: odd ones, so that samples are cut in half.
const SIZES: [usize; 5] = [4_801, 4_799, 1, 9_601, 3];

/// How long a text is spoken.
pub fn milliseconds(text: &str, ms_per_letter: u32) -> u32 {
    let letters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    letters.saturating_mul(ms_per_letter).clamp(300, 10_000)
}

pub(crate) async fn post(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !is_openai(&headers) {
        return refused(&shared, 401, "speech: the bearer is not the key");
    }
    if !is_json(&headers) {
        return refused(
            &shared,
            400,
            "speech: the content type is not application/json",
        );
    }
    let body = match read(&body) {
        Ok(body) => body,
        Err(why) => return refused(&shared, 400, &format!("speech: {why}")),
    };
    let input = body["input"].as_str().unwrap_or_default().to_owned();
    let asking = shared.begin(Provider::Speech, body, Vec::new());
    let is_odd = asking.trouble == Some(Trouble::OddBytes);
    answer(asking, "audio/pcm", |asking| {
        let length = milliseconds(&input, asking.script(|script| script.ms_per_letter));
        let sound = tone(RATE, pitch_of(&input), length, PEAK);
        let mut bytes: Vec<u8> = sound.iter().flat_map(|it| it.to_le_bytes()).collect();
        if is_odd {
            bytes.pop();
        }
        pieces(bytes.into())
    })
    .await
}

fn refused(shared: &Shared, status: u16, why: &str) -> Response {
    shared.lock().faults.push(why.to_owned());
    refuse(Provider::Speech, status)
}

fn pieces(mut left: Bytes) -> Vec<Bytes> {
    let mut pieces = Vec::new();
    for size in SIZES.into_iter().cycle() {
        if left.is_empty() {
            break;
        }
        pieces.push(left.split_to(size.min(left.len())));
    }
    pieces
}

fn read(body: &[u8]) -> Result<Value, String> {
    let body: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let members = body.as_object().ok_or("the body is no object")?;
    let mut model = "";
    for (name, value) in members {
        let text = value.as_str();
        let fits = match name.as_str() {
            "model" => {
                model = text.unwrap_or_default();
                MODELS.contains(&model)
            }
            "voice" => text.is_some_and(|it| VOICES.contains(&it)),
            "input" => text.is_some_and(|it| !it.trim().is_empty() && it.chars().count() <= 4_096),
            "response_format" => text == Some("pcm"),
            "instructions" => text.is_some(),
            "speed" => value.as_f64().is_some_and(|it| (0.25..=4.0).contains(&it)),
            "stream_format" => text == Some("audio"),
            _ => return Err(format!("no member {name:?}")),
        };
        if !fits {
            return Err(format!("{name}: {value}"));
        }
    }
    for name in ["model", "voice", "input", "response_format"] {
        if !members.contains_key(name) {
            return Err(format!("no {name}"));
        }
    }
    if model.starts_with("tts-1") && members.contains_key("instructions") {
        return Err(format!("{model} takes no instructions"));
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_taken_and_what_is_not() {
        let good = json!({
            "model": "gpt-4o-mini-tts", "voice": "alloy", "input": "نعم", "response_format": "pcm",
            "instructions": "kindly",
        });
        assert!(read(good.to_string().as_bytes()).is_ok());
        for (name, value) in [
            ("model", json!("tts-1")),
            ("model", json!("tts-9")),
            ("voice", json!("basma")),
            ("input", json!(" ")),
            ("input", json!("x".repeat(4_097))),
            ("response_format", json!("mp3")),
            ("speed", json!(9)),
            ("rate", json!(8_000)),
        ] {
            let mut bad = good.clone();
            bad[name] = value;
            assert!(read(bad.to_string().as_bytes()).is_err(), "{bad}");
        }
        for name in ["model", "voice", "input", "response_format"] {
            let mut bad = good.clone();
            bad.as_object_mut().unwrap().remove(name);
            assert!(read(bad.to_string().as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn pieces_are_all_of_it_in_odd_sizes() {
        let bytes: Vec<u8> = (0..50_000_u32).map(|it| it.to_le_bytes()[0]).collect();
        let pieces = pieces(bytes.clone().into());
        assert_eq!(pieces.concat(), bytes);
        assert!(pieces.iter().any(|it| it.len() % 2 == 1) && pieces.len() > 5);
        assert_eq!(
            (milliseconds("hi", 40), milliseconds(&"x".repeat(20), 40)),
            (300, 800)
        );
    }
}
