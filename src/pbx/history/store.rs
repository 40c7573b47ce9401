//! Days that are over, kept for good: the port to where they lie, and how they are written.
//!
//! | key | lives | bound | stale when |
//! |---|---|---|---|
//! | version, account, source, UTC day | as the store likes | one day's calls | never: the day is settled |
//!
//! An entry is one line (version, day, count, length, checksum) and one line of JSON a call. What
//! does not fit its line in any respect is no entry: the day is read afresh.
//!
//! Not here: the store itself (`edge`), which days are settled (`day`).

use futures::future::LocalBoxFuture;

use super::call::CallRecord;
use super::day::UtcDay;
use super::request::Source;
use crate::json;

/// Part of key and entry: raise it with every change of [`CallRecord`] or of how rows are read.
const VERSION: &str = "calls-2";

/// Keeps bytes under a key, perhaps. Losing them is normal, and failures are silent: the PBX is
/// the truth.
pub trait DayCache {
    /// What lies under `key`.
    fn get<'a>(&'a self, key: &'a str) -> LocalBoxFuture<'a, Option<Vec<u8>>>;

    /// Keeps `bytes` under `key`.
    fn put<'a>(&'a self, key: &'a str, bytes: Vec<u8>) -> LocalBoxFuture<'a, ()>;
}

/// Where a day lies. `account` tells PBXs and API clients apart without naming them.
pub fn day_key(account: &str, source: Source, day: UtcDay) -> String {
    format!("{VERSION}/{account}/{}/{day}", source.shelf())
}

/// A day's calls as bytes; `None` if they cannot be written.
pub fn encode_day(day: UtcDay, calls: &[CallRecord]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    for call in calls {
        body.extend(serde_json::to_vec(call).ok()?);
        body.push(b'\n');
    }
    let mut entry = heading(day, calls.len(), &body).into_bytes();
    entry.extend_from_slice(&body);
    Some(entry)
}

/// A day's calls, if these bytes are exactly what was once written for this day and version.
pub fn decode_day(day: UtcDay, bytes: &[u8]) -> Option<Vec<CallRecord>> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (line, body) = bytes.split_at_checked(end.checked_add(1)?)?;
    let count: usize = str::from_utf8(line).ok()?.split(' ').nth(2)?.parse().ok()?;
    if heading(day, count, body).as_bytes() != line {
        return None;
    }
    let lines = body
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    let calls: Vec<CallRecord> = lines
        .map(|line| json::read(line).ok())
        .collect::<Option<_>>()?;
    (calls.len() == count).then_some(calls)
}

fn heading(day: UtcDay, count: usize, body: &[u8]) -> String {
    format!(
        "{VERSION} {day} {count} {} {:016x}\n",
        body.len(),
        fnv1a(body)
    )
}

/// FNV-1a, 64 bits: against accidents, not against anybody.
pub(super) fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
