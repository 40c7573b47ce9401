//! What is left to do when a call is over: two sentences about it, its sound to R2, and forgetting all of it in
//! time.
//!
//! Done by the alarm, one step after the other, until each has succeeded: whatever becomes of the object
//! meanwhile, the next one goes on here.

use std::time::Duration;

use serde_json::json;
use worker::{AbortController, Bucket, Env, HttpMetadata, MultipartUpload, Result, UploadedPart};

use super::providers;
use super::store::{Facts, Store};
use crate::basma::{recording, summary, wav};
use crate::edge::log;
use crate::edge::upstream::within;
use crate::settings::BasmaSettings;
use crate::time::iso;

/// The binding of the bucket; without it nothing is recorded.
const BINDING: &str = "RECORDINGS";
/// Two sentences are waited for so long.
const PATIENCE: Duration = Duration::from_secs(10);
/// Every part of an upload but the last has this size: the least that R2 takes.
const PART_BYTES: usize = 5 * 1024 * 1024;
/// Bytes of a second of sound: two channels of 8 kHz and 16 bits.
const BYTES_A_SECOND: usize = 32_000;

/// Where recordings go, if they may be made at all.
pub(super) fn bucket(env: &Env) -> Option<Bucket> {
    env.bucket(BINDING).ok()
}

/// Two sentences about the call: the mind's, or what is certain without it.
pub(super) async fn sum_up(settings: &BasmaSettings, store: &Store) -> Result<()> {
    if store.is_summed_up()? {
        return Ok(());
    }
    let lines = store.lines()?;
    let asked = summary::request(&settings.mind_model, store.language()?, &lines);
    let is_able = settings.may_listen() && !store.mind_failed()?;
    let said = match asked.filter(|_| is_able) {
        Some(body) => {
            let abort = AbortController::default();
            let signal = abort.signal();
            let answer = providers::think_once(settings, &body, &signal);
            let answer = within(answer, PATIENCE).await.flatten();
            abort.abort();
            answer.and_then(|text| summary::two_sentences(&text))
        }
        None => None,
    };
    match said {
        Some(said) => store.put_summary(&said),
        None => store.put_summary(&store.plain()?),
    }
}

/// Takes the sound to R2, if there is any: a WAV file with the caller left and Basma right.
pub(super) async fn keep_sound(env: &Env, store: &Store, facts: &Facts) -> Result<()> {
    let size = store.sound_size()?;
    let Some(bucket) = bucket(env).filter(|_| size > 0) else {
        return Ok(());
    };
    let ended_at = iso(facts.ended_at.unwrap_or_default());
    let (day, _) = ended_at.split_once('T').unwrap_or((&ended_at, ""));
    let key = format!("calls/{day}/{ended_at}-{}-{}.wav", facts.dn, facts.callid);
    let metadata = HttpMetadata {
        content_type: Some("audio/wav".to_owned()),
        ..HttpMetadata::default()
    };
    let upload = bucket.create_multipart_upload(&key).http_metadata(metadata);
    let upload = upload.execute().await?;
    match parts(&upload, store, size).await {
        Ok(parts) => upload.complete(parts).await?,
        Err(error) => {
            let _ = upload.abort().await;
            return Err(error);
        }
    };
    let seconds = size / BYTES_A_SECOND;
    log::info("call_recorded", json!({ "key": key, "seconds": seconds }));
    store.sound_is_at(&key, seconds)
}

/// The file, part by part: no more than one of them is in memory.
async fn parts(upload: &MultipartUpload, store: &Store, size: usize) -> Result<Vec<UploadedPart>> {
    let mut parts = Vec::new();
    let mut waiting = wav::header(recording::CHANNELS, size);
    let mut place = 0;
    loop {
        let next = store.sound_after(place)?;
        let is_last = next.is_none();
        if let Some((at, bytes)) = next {
            place = at;
            waiting.extend(bytes);
        }
        while waiting.len() >= PART_BYTES || (is_last && !waiting.is_empty()) {
            let rest = waiting.split_off(waiting.len().min(PART_BYTES));
            let part = std::mem::replace(&mut waiting, rest);
            let number = u16::try_from(parts.len())
                .unwrap_or(u16::MAX)
                .saturating_add(1);
            parts.push(upload.upload_part(number, part).await?);
        }
        if is_last {
            return Ok(parts);
        }
    }
}

/// Forgets the call, and its sound wherever that is.
pub(super) async fn forget(env: &Env, store: &Store) -> Result<()> {
    if let (Some(key), Some(bucket)) = (store.recording_key()?, bucket(env)) {
        bucket.delete(key).await?;
    }
    store.forget()
}
