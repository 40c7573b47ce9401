//! Filters on a user, and on times.

use super::*;
use crate::xapi::schema::{chat, user::PROPERTIES};

fn check(filter: &str, expected: Option<bool>) {
    let entity = serde_json::json!({
        "Id": 203, "Number": "103", "LastName": "O'Brien", "FirstName": "Liam",
        "Enabled": true, "Mobile": null, "QueueStatus": "LoggedOut",
    });
    let parsed = Filter::parse(filter, PROPERTIES).ok();
    let holds = parsed.map(|parsed| parsed.holds(entity.as_object().unwrap()));
    assert_eq!(holds, expected, "{filter}");
}

#[test]
fn filters() {
    check("Number eq '103'", Some(true));
    check("Number ne '103'", Some(false));
    check("LastName eq 'O''Brien'", Some(true));
    check("contains(tolower(LastName),'o''br')", Some(true));
    check("startswith(Number,'10') and Enabled eq true", Some(true));
    check(
        "(Id eq 1 or Id eq 203) and not (Enabled eq false)",
        Some(true),
    );
    check("QueueStatus eq 'LoggedOut'", Some(true));
    check("Mobile eq null", Some(true));
    check("Number eq 103", None);
    check("Id eq '203'", None);
    check("LastName eq 'O'Brien'", None);
    check("number eq '103'", None);
    check("Secret eq 'x'", None);
    check("Number gt '1'", None);
    check("Number eq '103' or", None);
    check("contains(Id,'2')", None);
    check("", None);
}

fn check_time(filter: &str, expected: Option<bool>) {
    let entity = serde_json::json!({ "TimeSent": "2026-09-12T20:59:59.5Z", "QueueNumber": null });
    let parsed = Filter::parse(filter, chat::PROPERTIES).ok();
    let holds = parsed.map(|parsed| parsed.holds(entity.as_object().unwrap()));
    assert_eq!(holds, expected, "{filter}");
}

#[test]
fn times() {
    check_time("TimeSent ge 2026-09-12T20:59:59Z", Some(true));
    check_time("TimeSent le 2026-09-12T20:59:59Z", Some(false));
    check_time(
        "TimeSent lt 2026-09-12T21:00:00.000Z and IsExternal eq null",
        Some(true),
    );
    check_time(
        "date(TimeSent) ge 2026-09-12 and date(TimeSent) le 2026-09-12",
        Some(true),
    );
    check_time("date(TimeSent) eq 2026-09-13", Some(false));
    check_time(
        "year(TimeSent) eq 2026 and month(TimeSent) lt 10",
        Some(true),
    );
    check_time("day(TimeSent) gt 12 or hour(TimeSent) ne 20", Some(false));
    check_time("TimeSent ge 2026-09-12", None);
    check_time("date(TimeSent) ge 2026-09-12T00:00:00Z", None);
    check_time("TimeSent ge '2026-09-12T20:59:59Z'", None);
    check_time("date(Message) eq 2026-09-12", None);
    check_time("date(TimeSent) eq 2026-02-30", None);
    check_time("TimeSent ge 2026-09-12T20:59:59", None);
}
