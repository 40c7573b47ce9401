//! Tests that need more than one file of this room.

mod cache;
mod calls;
mod grouping;
mod memory;
mod reading;
mod report;
mod selecting;

use serde_json::{Value, json};

use super::*;
use crate::time::{Millis, iso};

/// A row of a report, as far as a test cares.
fn row(call: &str, cdr: &str, started: Millis) -> Value {
    json!({
        "MainCallHistoryId": call,
        "CdrId": cdr,
        "StartTime": iso(started),
        "SourceDn": "10000",
        "SourceCallerId": "+12395550101",
        "SourceDisplayName": "+12395550101",
        "DestinationDn": "101",
        "DestinationDisplayName": "One, Agent (101)",
        "RingingDuration": "PT5S",
        "Direction": "Inbound",
        "CallType": "Extension",
        "Status": "Unanswered",
    })
}

/// The same, changed.
fn row_with(mut row: Value, changes: Value) -> Value {
    if let (Value::Object(row), Value::Object(changes)) = (&mut row, changes) {
        row.extend(changes);
    }
    row
}

fn group(rows: &[Value]) -> Vec<CallRecord> {
    let mut grouper = Grouper::default();
    for row in rows {
        grouper.push_log(serde_json::from_value(row.clone()).unwrap());
    }
    grouper.finish()
}

fn sample(text: &str) -> Vec<Value> {
    let sample: Value = serde_json::from_str(text).unwrap();
    sample["value"].as_array().unwrap().clone()
}

fn sample_calls() -> Vec<CallRecord> {
    group(&sample(include_str!("tests/call_log.json")))
}
