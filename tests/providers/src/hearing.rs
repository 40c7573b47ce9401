//! `POST /v1/audio/transcriptions`: a form with a WAV file; a JSON text comes back.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde_json::{Map, Value, json};
use test_sound::{LINE_RATE, Wav};

use crate::answer::{answer, refuse};
use crate::book::{Provider, Shared};
use crate::multipart;
use crate::server::{is_openai, text_of};

const MODELS: [&str; 4] = [
    "whisper-1",
    "gpt-4o-transcribe",
    "gpt-4o-mini-transcribe",
    "gpt-transcribe",
];

/// The provider refuses shorter ones.
const SHORTEST_MS: u64 = 100;

pub(crate) async fn post(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !is_openai(&headers) {
        return refused(&shared, 401, "transcription: the bearer is not the key");
    }
    let read = form(text_of(&headers, &header::CONTENT_TYPE), &body);
    let (fields, wav) = match read {
        Ok(read) => read,
        Err(why) => return refused(&shared, 400, &format!("transcription: {why}")),
    };
    let asking = shared.begin(Provider::Hearing, fields, wav.samples);
    answer(asking, "application/json", |asking| {
        let text = asking.script(|script| {
            let next = script.transcripts.pop_front();
            next.unwrap_or_else(|| script.transcript.clone())
        });
        vec![Bytes::from(json!({ "text": text }).to_string())]
    })
    .await
}

fn refused(shared: &Shared, status: u16, why: &str) -> Response {
    shared.lock().faults.push(why.to_owned());
    refuse(Provider::Hearing, status)
}

/// The fields as JSON, and the sound.
fn form(content_type: &str, body: &[u8]) -> Result<(Value, Wav), String> {
    let mut fields = Map::new();
    let mut sound = None;
    for part in multipart::parts(content_type, body)? {
        if fields.contains_key(&part.name) {
            return Err(format!("{} twice", part.name));
        }
        if part.name == "file" {
            let name = part.file_name.ok_or("a file without a name")?;
            let kind = part.content_type.unwrap_or_default();
            if !name.ends_with(".wav") || !["audio/wav", "audio/x-wav"].contains(&kind.as_str()) {
                return Err(format!("a file {name:?} of type {kind:?}"));
            }
            fields.insert(part.name, json!(name));
            sound = Some(test_sound::from_bytes(&part.content)?);
            continue;
        }
        if part.file_name.is_some() {
            return Err(format!("{} is a file", part.name));
        }
        let text = String::from_utf8(part.content).map_err(|_| "a field that is no text")?;
        check(&part.name, &text)?;
        fields.insert(part.name, json!(text));
    }
    let model = fields
        .get("model")
        .and_then(Value::as_str)
        .ok_or("no model")?;
    let plain = model == "whisper-1";
    let format = fields.get("response_format").and_then(Value::as_str);
    if !plain && format.is_some_and(|it| it != "json") {
        return Err(format!("{model} answers json only"));
    }
    let wav = sound.ok_or("no file")?;
    if wav.rate != LINE_RATE {
        return Err(format!("a rate of {}", wav.rate));
    }
    if wav.milliseconds() < SHORTEST_MS {
        return Err(format!("{} ms of sound", wav.milliseconds()));
    }
    Ok((Value::Object(fields), wav))
}

fn check(name: &str, text: &str) -> Result<(), String> {
    let fits = match name {
        "model" => MODELS.contains(&text),
        "language" => text.len() == 2 && text.bytes().all(|it| it.is_ascii_lowercase()),
        "response_format" => ["json", "text", "srt", "verbose_json", "vtt"].contains(&text),
        "temperature" => text
            .parse::<f64>()
            .is_ok_and(|it| (0.0..=1.0).contains(&it)),
        "prompt" | "chunking_strategy" => !text.is_empty(),
        _ => return Err(format!("no field {name:?}")),
    };
    if fits {
        Ok(())
    } else {
        Err(format!("{name}: {text:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: &str = "multipart/form-data; boundary=b";

    fn body(fields: &[(&str, &str)], name: &str, kind: &str, wav: &[u8]) -> Vec<u8> {
        let mut body = String::new();
        for (field, value) in fields {
            body += &format!(
                "--b\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n"
            );
        }
        body += &format!(
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: {kind}\r\n\r\n"
        );
        [body.as_bytes(), wav, b"\r\n--b--\r\n"].concat()
    }

    #[test]
    fn what_is_taken_and_what_is_not() {
        let wav = test_sound::to_bytes(8_000, &[5; 1_600]);
        let good = [("model", "whisper-1"), ("language", "ar")];
        let (fields, sound) = form(KIND, &body(&good, "a.wav", "audio/wav", &wav)).unwrap();
        assert_eq!(
            (fields["language"].as_str(), sound.samples.len()),
            (Some("ar"), 1_600)
        );
        let short = test_sound::to_bytes(8_000, &[5; 700]);
        let fast = test_sound::to_bytes(16_000, &[5; 1_600]);
        for bad in [
            body(&[], "a.wav", "audio/wav", &wav),
            body(&[("model", "whisper-9")], "a.wav", "audio/wav", &wav),
            body(&[good[0], good[0]], "a.wav", "audio/wav", &wav),
            body(
                &[good[0], ("language", "Arabic")],
                "a.wav",
                "audio/wav",
                &wav,
            ),
            body(&[good[0], ("speed", "1")], "a.wav", "audio/wav", &wav),
            body(&good, "audio", "audio/wav", &wav),
            body(&good, "a.wav", "application/json", &wav),
            body(&good, "a.wav", "audio/wav", &short),
            body(&good, "a.wav", "audio/wav", &fast),
            body(&good, "a.wav", "audio/wav", &wav[44..]),
            body(
                &[("model", "gpt-4o-transcribe"), ("response_format", "srt")],
                "a.wav",
                "audio/wav",
                &wav,
            ),
        ] {
            assert!(form(KIND, &bad).is_err());
        }
    }
}
