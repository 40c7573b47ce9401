//! Sound over HTTP: WAV files in, WAV files and reports out.

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use test_sound::{FRAME, LINE_RATE};

use crate::audio::{Breaking, CallAudio, Chunk, Stream, StreamFault};
use crate::control::Control;
use crate::shared::Shared;

use super::{Shared_, refused};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/_sim/audio", get(all))
        .route("/_sim/audio/{callid}", get(one))
        .route("/_sim/audio/{callid}/heard", get(heard))
        .route("/_sim/audio/{callid}/pieces/{after_us}", get(pieces))
        .route("/_sim/audio/{callid}/say", post(say))
        .route("/_sim/audio/{callid}/press", post(press))
        .route("/_sim/audio/{callid}/break", post(break_now))
        .route("/_sim/stream_faults", post(add_fault))
}

/// What can be said about the sound of a call: sums for all of it, loudness for every 20 ms.
fn report(audio: &CallAudio) -> Value {
    let played = audio.played();
    let mut report = json!(audio);
    report["said"] = json!(audio.said());
    report["heard"] = json!({
        "begins_us": played.begins_us,
        "milliseconds": played.samples.len() / 8,
        "gaps_over_40_ms": played.longer_than(40),
        "late_over_20_ms": played.longer_than(20).len(),
        "pieces": audio.of(Stream::Talking).map(|it| it.chunks.len()).sum::<usize>(),
        "most_ahead_us": played.most_ahead_us,
        "clipped": test_sound::clipped(&played.samples),
        "loudness": test_sound::windows(&played.samples, FRAME)
            .into_iter().map(f64::round).collect::<Vec<_>>(),
    });
    report
}

async fn all(State(shared): Shared_) -> Response {
    Json(Control::new(shared).audio_of_all()).into_response()
}

async fn one(State(shared): Shared_, Path(callid): Path<u32>) -> Response {
    match Control::new(shared).audio(callid) {
        Some(audio) => Json(report(&audio)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn heard(State(shared): Shared_, Path(callid): Path<u32>) -> Response {
    let Some(audio) = Control::new(shared).audio(callid) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let file = test_sound::to_bytes(LINE_RATE, &audio.played().samples);
    ([(header::CONTENT_TYPE, "audio/wav")], file).into_response()
}

async fn pieces(State(shared): Shared_, Path((callid, after_us)): Path<(u32, u64)>) -> Response {
    let Some(pieces) = Control::new(shared).pieces(callid, after_us) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let row = |piece: &Chunk| {
        let loudness = test_sound::rms(&piece.samples).round();
        json!([piece.at_us, piece.samples.len(), loudness])
    };
    Json(pieces.iter().map(row).collect::<Vec<_>>()).into_response()
}

async fn say(State(shared): Shared_, Path(callid): Path<u32>, file: Bytes) -> Response {
    let wav = match test_sound::from_bytes(&file) {
        Ok(wav) if wav.rate == LINE_RATE => wav,
        Ok(wav) => return refused(format!("{} Hz instead of 8000", wav.rate)),
        Err(why) => return refused(why),
    };
    match Control::new(shared).say(callid, &wav.samples) {
        Some(said) => Json(said).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    digits: String,
}

async fn press(
    State(shared): Shared_,
    Path(callid): Path<u32>,
    Json(keys): Json<Keys>,
) -> Json<Value> {
    Json(json!({ "participants": Control::new(shared).press(callid, &keys.digits) }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Break {
    stream: Stream,
    how: Breaking,
}

async fn break_now(
    State(shared): Shared_,
    Path(callid): Path<u32>,
    Json(it): Json<Break>,
) -> StatusCode {
    if Control::new(shared).break_stream(callid, it.stream, it.how) {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
}

async fn add_fault(State(shared): Shared_, Json(fault): Json<StreamFault>) -> StatusCode {
    Control::new(shared).add_stream_fault(fault);
    StatusCode::NO_CONTENT
}
