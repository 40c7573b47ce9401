//! Several days: cold and warm, late and missing, and which source answers.

use std::ops::ControlFlow;

use super::report::Report;
use super::*;
use crate::pbx::{PbxError, TransportError};

const HOUR: Millis = 3_600_000;
const DAY: Millis = 24 * HOUR;
const TODAY: Millis = 20_000 * DAY;

/// The last `count` days, today the first of them.
fn days(count: i64) -> Vec<UtcDay> {
    (0..count)
        .map(|back| UtcDay::of(TODAY - back * DAY))
        .collect()
}

/// A PBX at noon with `each` calls on each of the last `count` days.
fn report(count: i64, each: i64) -> Report {
    let mut rows = Vec::new();
    for day in 0..count {
        for number in 0..each {
            let id = format!("{day:02}-{number:05}");
            let at = TODAY - day * DAY + 8 * HOUR + number * 2000;
            rows.push(row(&format!("call-{id}"), &format!("cdr-{id}"), at));
        }
    }
    Report::new(TODAY + 12 * HOUR, rows)
}

const KNOWN: Option<Route> = Some(Route {
    source: Source::CallLog,
    page: 500,
});

#[test]
fn thirty_days_cold_then_warm_asks_for_today_only() {
    let report = report(30, 3);
    let (calls, cold) = report.read(&days(30), None, &[]).unwrap();
    assert_eq!(calls.len(), 90);
    assert!(calls.is_sorted_by(|one, next| one.started() > next.started()));
    assert_eq!(report.requests(), 30);
    assert!(report.most_busy.get() <= 6 && report.most_busy.get() > 1);
    assert_eq!(cold.route, KNOWN);
    assert_eq!(report.kept.borrow().len(), 29);

    let (warm_calls, warm) = report.read(&days(30), cold.route, &[]).unwrap();
    assert_eq!(report.requests(), 1);
    assert_eq!(warm_calls, calls);
    assert_eq!(warm.open.len(), 1);
    assert_eq!(
        (warm.open[0].newest_call, warm.open[0].calls.len()),
        (Some(7), 3)
    );

    let (again, _) = report.read(&days(30), warm.route, &warm.open).unwrap();
    assert_eq!(report.requests(), 0);
    assert_eq!(again, calls);

    // A new isolate that knows nothing finds the days as well.
    report.read(&days(30)[1..], None, &[]).unwrap();
    assert_eq!(report.requests(), 0);
}

#[test]
fn an_open_day_grows_stale() {
    let day = OpenDay {
        day: days(1)[0],
        calls: Vec::new(),
        read_at: 1_000,
        newest_call: Some(5),
    };
    let check =
        |newest, now, stale| assert_eq!(day.is_stale(newest, now), stale, "{newest:?} {now}");
    check(Some(5), 2_000, false);
    check(Some(6), 2_000, true);
    check(None, 2_000, true);
    check(Some(5), 301_000, true);
    check(Some(5), 0, true);
}

#[test]
fn yesterday_is_open_until_its_long_calls_are_written() {
    let report = report(2, 1);
    report.now.set(TODAY + HOUR);
    let (_, outcome) = report.read(&days(2), KNOWN, &[]).unwrap();
    assert_eq!(outcome.open.len(), 2);
    assert!(report.kept.borrow().is_empty());
}

#[test]
fn broken_entries_are_read_afresh_and_mended() {
    let report = report(2, 2);
    let (calls, _) = report.read(&days(2), KNOWN, &[]).unwrap();
    for entry in report.kept.borrow_mut().values_mut() {
        entry.truncate(entry.len() - 1);
    }
    report.requests();
    assert_eq!(report.read(&days(2), KNOWN, &[]).unwrap().0, calls);
    assert_eq!(report.requests(), 2);
    report.read(&days(2), KNOWN, &[]).unwrap();
    assert_eq!(report.requests(), 1);
}

#[test]
fn whoever_has_enough_reads_no_older_days() {
    let report = report(30, 3);
    let filter = CallFilter {
        window: Window {
            from: 0,
            to: Millis::MAX,
        },
        extension: None,
        direction: None,
    };
    let mut selection = Selection::new(filter, 5, None);
    let mut visit = |calls: Vec<CallRecord>| {
        selection.offer(calls);
        if selection.is_full() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let outcome = report.read_to(&days(30), KNOWN, &[], &mut visit).unwrap();
    assert!(outcome.ended_early);
    assert!(report.requests() <= 9);
    let page = selection.finish();
    assert_eq!(page.calls.len(), 5);
    assert!(page.next.is_some() && page.left_out_at_least >= 1);
}

#[test]
fn pages_go_to_their_end_whatever_a_build_makes_of_top() {
    let check = |rows, route: Option<Route>, requests| {
        let report = report(1, rows);
        let (calls, _) = report.read(&days(1), route, &[]).unwrap();
        assert_eq!(i64::try_from(calls.len()).unwrap(), rows);
        assert_eq!(report.requests(), requests, "{rows} rows");
    };
    check(0, KNOWN, 1);
    check(499, KNOWN, 1);
    check(500, KNOWN, 2);
    check(1_250, KNOWN, 3);
    check(300, KNOWN, 2);
    check(
        250,
        Some(Route {
            source: Source::CallLog,
            page: 100,
        }),
        3,
    );
}

#[test]
fn a_page_that_is_too_large_becomes_a_smaller_one() {
    let report = report(1, 250);
    report.fail(|path, _| path.contains("$top=500").then_some(Ok((400, "{}"))));
    let (calls, outcome) = report.read(&days(1), None, &[]).unwrap();
    assert_eq!(calls.len(), 250);
    assert_eq!(
        outcome.route,
        Some(Route {
            source: Source::CallLog,
            page: 100
        })
    );
}

#[test]
fn a_build_that_does_not_heed_skip_is_noticed() {
    let report = report(1, 600);
    let page = json!({"value": vec![row("a", "1", TODAY); 500]}).to_string();
    let page: &'static str = page.leak();
    report.fail(move |_, _| Some(Ok((200, page))));
    let (_, outcome) = report.read(&days(1), KNOWN, &[]).unwrap();
    assert!(matches!(outcome.missing[0].error, PbxError::Garbled(_)));
}

#[test]
fn a_report_that_stops_at_its_limit_is_read_in_halves() {
    let report = report(1, 2_000);
    let (calls, _) = report.read(&days(1), KNOWN, &[]).unwrap();
    assert_eq!(calls.len(), 2_000);
    let paths = report.paths.take();
    assert!(
        paths.iter().any(|path| path.contains("T12:00:00Z,")),
        "noon"
    );
}

/// C4
#[test]
fn late_days_are_tried_again_and_then_named() {
    let report = report(5, 2);
    let late = days(5)[2].to_string();
    report.fail(move |path, _| {
        path.contains(&format!("From={late}"))
            .then_some(Ok((504, "")))
    });
    let (calls, outcome) = report.read(&days(5), KNOWN, &[]).unwrap();
    assert_eq!(calls.len(), 8);
    assert_eq!(report.requests(), 4 + 3);
    assert_eq!(outcome.missing.len(), 1);
    assert_eq!(outcome.missing[0].day, days(5)[2]);
    assert_eq!(report.kept.borrow().len(), 3);

    report.fail(|_, number| (number < 2).then_some(Err(TransportError::Broken("gone".into()))));
    let (calls, outcome) = report.read(&days(5), KNOWN, &outcome.open).unwrap();
    assert_eq!((calls.len(), outcome.missing.len()), (10, 0));
    assert_eq!(report.requests(), 3);
}

#[test]
fn the_budget_ends_what_takes_too_long() {
    let report = report(30, 1);
    report.takes_ms.set(10_000);
    let (calls, outcome) = report.read(&days(30), KNOWN, &[]).unwrap();
    assert!(!outcome.missing.is_empty() && !calls.is_empty());
    assert_eq!(calls.len() + outcome.missing.len(), 30);
    assert!(report.requests() <= 12);
}

#[test]
fn what_fails_for_every_day_ends_the_reading() {
    let report = report(30, 1);
    report.fail(|_, _| Some(Ok((403, ""))));
    let error = report.read(&days(30), None, &[]).unwrap_err();
    assert!(matches!(error, PbxError::Forbidden { .. }));
    assert!(report.requests() <= 6);
}

/// C3, C10: the second form, then the view; asked once and remembered.
#[test]
fn the_source_that_answers_is_found_and_remembered() {
    let nulls = |path: &str| path.contains("=null");
    let check = |status: u16, expected: Source| {
        let report = report(3, 2);
        for row in report.rows.borrow_mut().iter_mut() {
            let view = json!({"SegmentStartTime": row["StartTime"], "SegmentId": 1,
                "SrcParticipantId": row["CdrId"].as_str().unwrap().replace(['c', 'd', 'r', '-'], "")
                    .parse::<i64>().unwrap() + 1});
            *row = row_with(row.take(), view);
        }
        report.fail(move |path, _| {
            let refused = match expected {
                Source::CallLog => false,
                Source::CallLogNulls => path.contains("GetCallLogData") && !nulls(path),
                Source::CallHistoryView => path.contains("GetCallLogData"),
            };
            refused.then_some(Ok((status, "")))
        });
        let (calls, outcome) = report.read(&days(3), None, &[]).unwrap();
        assert_eq!(calls.len(), 6, "{expected:?} {status}");
        assert_eq!(outcome.route, Some(Route::new(expected)));
        let tried = Source::ALL.iter().position(|one| *one == expected).unwrap();
        assert_eq!(report.requests(), 3 + tried, "{expected:?} {status}");
        report.read(&days(1), outcome.route, &[]).unwrap();
        assert_eq!(report.requests(), 1);
        // After an update of the PBX another source answers.
        report.fail(move |path, _| (!path.contains("='0:00:0'")).then_some(Ok((404, ""))));
        let (_, outcome) = report.read(&days(1), outcome.route, &[]).unwrap();
        assert_eq!(outcome.route, KNOWN);
    };
    for status in [404, 500] {
        check(status, Source::CallLog);
        check(status, Source::CallLogNulls);
        check(status, Source::CallHistoryView);
    }
}

#[test]
fn where_no_source_answers_it_is_said_once() {
    let report = report(30, 1);
    report.fail(|_, _| Some(Ok((404, ""))));
    let error = report.read(&days(30), None, &[]).unwrap_err();
    let PbxError::NotFound { what } = error else {
        panic!("{error}")
    };
    assert!(what.contains("GetCallLogData"), "{what}");
    assert!(report.requests() <= 6);
}

/// C5, C12: a call over midnight is one call, and lies where it began.
#[test]
fn a_call_over_midnight_is_one() {
    let report = report(1, 0);
    let answered = json!({"Answered": true, "Status": "Answered", "TalkingDuration": "PT10S"});
    let queue = json!({"CallType": "Queue", "Status": "Waiting"});
    *report.rows.borrow_mut() = vec![
        row_with(row("call", "1", TODAY - 1000), queue),
        // Exactly at midnight: the PBX gives it to both days.
        row_with(row("call", "2", TODAY), answered),
    ];
    let (calls, _) = report.read(&days(2), KNOWN, &[]).unwrap();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].started(), TODAY - 1000);
    assert_eq!(
        (calls[0].status(), calls[0].talk_seconds()),
        (CallStatus::Answered, 10)
    );
}

#[test]
fn whether_anything_is_new() {
    let report = report(0, 0);
    let check = |body: &'static str, call, message| {
        report.fail(move |_, _| Some(Ok((200, body))));
        let pbx = crate::pbx::Pbx::new(&report, &report);
        let newest = futures::executor::block_on(pbx.newest()).unwrap();
        assert_eq!(newest, Newest { call, message }, "{body}");
    };
    check(r#"{"value":[]}"#, None, None);
    check(
        r#"{"value":[{"LastCdrStartedAt":"1970-01-01T00:00:01.5Z","LastChatMessageTimeSent":null}]}"#,
        Some(1_500),
        None,
    );
}
