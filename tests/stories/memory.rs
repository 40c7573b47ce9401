//! How much memory an isolate needs for a hundred thousand rows of history. Cloudflare gives it 128 MB,
//! for WebAssembly and JavaScript together; WebAssembly memory never shrinks, so its size is its most.
//!
//! A tenth of the rows by default, all of them with `SOAK`: a month of 3,000 rows a day.

use std::time::Instant;

use serde_json::{Value, json};

use crate::harness::{Build, Client, Stage};
use crate::history::days_ago;

const MEGABYTE: u64 = 1024 * 1024;
/// Of WebAssembly, and what the process may grow by: half of what an isolate has.
const MOST: u64 = 64 * MEGABYTE;
/// Rows of a soak.
const ROWS: usize = 100_000;
/// Pages of a hundred calls.
const PAGES: usize = 30;

#[tokio::test]
async fn a_hundred_thousand_rows_stay_small() {
    let rows = if std::env::var_os("SOAK").is_some() {
        ROWS
    } else {
        ROWS / 10
    };
    rows_stay_small(rows, 31).await;
    // Busy days: all five are on their way at once.
    rows_stay_small(rows / 2, 5).await;
}

async fn rows_stay_small(wanted: usize, days: u64) {
    let stage = Stage::running(Build::Drill, &[], 1).await;
    let client = stage.client();
    client.call("get_extensions", json!({})).await.ok();
    let resident = stage.runtime.resident();
    // Three calls have about five rows.
    let calls = u64::try_from(wanted * 3 / 4).unwrap();
    stage.pbx().seed_history(days, calls / days, 7);
    let rows = stage.pbx().call_rows();
    assert!(rows >= wanted, "{rows}");

    let start = days_ago(i64::try_from(days).unwrap());
    // Nobody has these calls, so that every row has to be looked at.
    let nothing = json!({ "start_date": start, "extension": "112", "direction": "Internal" });
    let begun = Instant::now();
    let cold = whole(&client, &nothing).await;
    let cold_took = begun.elapsed();
    let after_cold = memory(&client).await;
    let begun = Instant::now();
    let warm = whole(&client, &nothing).await;
    let warm_took = begun.elapsed();
    assert_eq!(warm, cold);
    let after_warm = memory(&client).await;
    let begun = Instant::now();
    let pages = pages(&client, &start).await;
    let after_pages = memory(&client).await;
    let grown = stage
        .runtime
        .resident()
        .zip(resident)
        .map(|(now, before)| now.saturating_sub(before));
    let megabytes = |bytes: u64| bytes / MEGABYTE;
    println!(
        "{rows} rows of {days} days: WebAssembly memory {} MB after reading all ({cold_took:.1?}), {} MB \
         from the cache ({warm_took:.1?}), {} MB after {pages} pages ({:.1?}); the process grew by {:?} MB",
        megabytes(after_cold),
        megabytes(after_warm),
        megabytes(after_pages),
        begun.elapsed(),
        grown.map(megabytes),
    );
    assert!(after_pages < MOST, "{after_pages}");
}

/// The same question until every day was had: one answer reads for 45 seconds at most.
async fn whole(client: &Client, arguments: &Value) -> Value {
    for _ in 0..20 {
        let answer = client.call("get_call_logs", arguments.clone()).await;
        if answer.ok().get("warnings").is_none() {
            return answer.ok()["logs"].clone();
        }
    }
    panic!("days are missing again and again");
}

/// Turns pages, as far as anybody would; how many there were.
async fn pages(client: &Client, start: &str) -> usize {
    let mut arguments = json!({ "start_date": start, "limit": 100 });
    for page in 1..PAGES {
        let answer = client.call("get_call_logs", arguments.clone()).await;
        match answer.ok().get("nextCursor") {
            Some(next) => arguments["cursor"] = next.clone(),
            None => return page,
        }
    }
    PAGES
}

/// Bytes of WebAssembly memory.
async fn memory(client: &Client) -> u64 {
    let raw = client.send("GET", "/drill/worker/memory", None).await;
    raw.body.parse().unwrap()
}
