//! What is served from the cache is exactly what was written.

use super::*;

fn day() -> UtcDay {
    UtcDay::of(1_789_300_000_000)
}

#[test]
fn what_was_written_is_read() {
    let calls = sample_calls();
    let entry = encode_day(day(), &calls).unwrap();
    assert_eq!(decode_day(day(), &entry), Some(calls));
    assert!(entry.len() < 4 * 400, "{} bytes", entry.len());
    let nothing = encode_day(day(), &[]).unwrap();
    assert_eq!(decode_day(day(), &nothing), Some(Vec::new()));
}

#[test]
fn what_is_broken_is_not_served() {
    let entry = encode_day(day(), &sample_calls()).unwrap();
    for end in 0..entry.len() {
        assert_eq!(decode_day(day(), &entry[..end]), None, "cut at {end}");
    }
    for at in 0..entry.len() {
        let mut broken = entry.clone();
        broken[at] ^= 1;
        assert_eq!(decode_day(day(), &broken), None, "changed at {at}");
    }
    assert_eq!(decode_day(day().next(), &entry), None, "another day");
    let text = String::from_utf8(entry).unwrap();
    let old = text.replacen("calls-2", "calls-0", 1);
    assert_eq!(decode_day(day(), old.as_bytes()), None, "another version");
    for nonsense in ["", "\n", "[]", "{}\n[]", "\u{0}\n\n\n"] {
        assert_eq!(decode_day(day(), nonsense.as_bytes()), None);
    }
}

#[test]
fn keys_tell_accounts_sources_and_days_apart() {
    let key = |account, source, day| day_key(account, source, day);
    let one = key("a", Source::CallLog, day());
    assert_eq!(one, "calls-2/a/log/2026-09-13");
    assert_eq!(
        one,
        key("a", Source::CallLogNulls, day()),
        "the same store of the PBX"
    );
    assert_ne!(one, key("a", Source::CallHistoryView, day()));
    assert_ne!(one, key("b", Source::CallLog, day()));
    assert_ne!(one, key("a", Source::CallLog, day().next()));
}
