//! 100,000 rows: how much lies in memory, counted by hand (an allocator that counts would need
//! unsafe code). The bound is for 64 bits; a Worker has 32, where a record is about half as big.

use std::mem::size_of;

use super::*;

/// What an allocator adds to each allocation, generously.
const OVERHEAD: usize = 16;

fn allocation(bytes: usize) -> usize {
    if bytes == 0 { 0 } else { bytes + OVERHEAD }
}

fn size_of_call(call: &CallRecord) -> usize {
    let party = |party: &Party| allocation(party.number.len()) + allocation(party.name.len());
    allocation(size_of::<CallRecord>())
        + party(call.caller())
        + party(call.callee())
        + allocation(call.talks.capacity() * size_of::<(u32, u32)>())
        + allocation(call.extensions.capacity() * size_of::<Box<str>>())
        + call
            .extensions
            .iter()
            .map(|number| allocation(number.len()))
            .sum::<usize>()
        + allocation(call.queues.capacity() * size_of::<Party>())
        + call.queues.iter().map(party).sum::<usize>()
        + allocation(call.recording_url.as_ref().map_or(0, |url| url.len()))
        + allocation(call.recording_ids.capacity() * size_of::<i64>())
}

fn size_of_grouped(rows_a_call: usize) -> (usize, usize) {
    let mut grouper = Grouper::default();
    let answered = json!({"Answered": true, "Status": "Answered", "TalkingDuration": "PT61S"});
    let row: LogRow = serde_json::from_value(row_with(row("", "", 0), answered)).unwrap();
    for at in 0..100_000_usize {
        let call = format!("00000000-01dd-43ab-25e4-{:012x}", at / rows_a_call);
        let cdr = format!("00000000-01dd-43ab-4b50-{at:012x}");
        grouper.push_log(LogRow {
            main_call_history_id: Some(call),
            cdr_id: Some(cdr),
            ..row.clone()
        });
    }
    let entry = size_of::<(Box<str>, Box<CallRecord>)>() + 1;
    let calls = grouper.calls().count();
    // A table is at most twice as large as what lies in it, and there are two while it grows.
    let table = calls * 8 / 7 * 2 * entry * 3 / 2;
    let records: usize = grouper
        .calls()
        .map(|(id, call)| allocation(id.len()) + size_of_call(call))
        .sum();
    (calls, table + records)
}

#[test]
fn a_hundred_thousand_rows_stay_well_below_64_mb() {
    for (rows_a_call, limit_mb) in [(1, 60), (2, 32), (3, 24)] {
        let (calls, bytes) = size_of_grouped(rows_a_call);
        println!("{calls} calls: {} bytes, {} a call", bytes, bytes / calls);
        assert_eq!(calls, 100_000_usize.div_ceil(rows_a_call));
        assert!(
            bytes < limit_mb * 1_000_000,
            "{rows_a_call} rows a call: {bytes}"
        );
    }
}
