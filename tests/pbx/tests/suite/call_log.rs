//! Past calls: the function with eleven parameters, its traps, and what live calls leave behind.

use std::time::{Duration, Instant};

use crate::common::{Pbx, keys, pbx, sample};
use pbx_sim::{
    ApiClient, CallRecord, CallRow, CallSources, LogParty, ReportCount, ReportForm,
    ReportStrictness,
};
use serde_json::{Value, json};

const PATH: &str = "/xapi/v1/ReportCallLogData/Pbx.GetCallLogData";
const TIMES: &str = "callTimeFilterFrom='0:00:0',callTimeFilterTo='0:00:0',hidePcalls=true";
const NULLS: &str = "callTimeFilterFrom=null,callTimeFilterTo=null,hidePcalls=false";

fn function(from: &str, to: &str, end: &str) -> String {
    format!(
        "{PATH}(periodFrom={from},periodTo={to},sourceType=0,sourceFilter='',destinationType=0,\
         destinationFilter='',callsType=0,callTimeFilterType=0,{end})"
    )
}

/// Rows of a period.
pub(crate) async fn day(pbx: &Pbx, from: &str, to: &str, query: &str) -> Vec<Value> {
    let path = format!("{}?{query}", function(from, to, TIMES));
    let (status, body) = pbx.get(&path).await;
    assert_eq!(status, 200, "{path}");
    body["value"].as_array().expect("rows").clone()
}

/// One unanswered call at each of these moments.
fn calls_at(pbx: &Pbx, starts: &[&str]) {
    for start in starts {
        let row = CallRow {
            source: LogParty::outside("+966500000001", ""),
            destination: LogParty::inside("100", "Sara"),
            direction: "Inbound".to_owned(),
            call_type: "Extension".to_owned(),
            status: "Unanswered".to_owned(),
            ringing_us: 5_000_000,
            ..CallRow::at(start)
        };
        let record = CallRecord { rows: vec![row] };
        pbx.sim.control().add_call_record(record);
    }
}

const FROM: &str = "2026-09-11T21:00:00Z";
const TO: &str = "2026-09-12T21:00:00Z";

fn starts(rows: &[Value]) -> Vec<&str> {
    rows.iter()
        .filter_map(|row| row["StartTime"].as_str())
        .collect()
}

#[tokio::test]
async fn the_function_is_taken_literally() {
    let pbx = pbx().await;
    let good = function(FROM, TO, TIMES);
    for (path, expected) in [
        (good.clone(), 200),
        (function(FROM, TO, NULLS), 200),
        (good.replace("GetCallLogData", "GetOldCallLogData"), 404),
        (good.replace("callsType", "callType"), 404),
        (good.replace(",hidePcalls=true", ""), 404),
        (
            good.replace(
                "sourceType=0,sourceFilter=''",
                "sourceFilter='',sourceType=0",
            ),
            404,
        ),
        (good.replace(")", ",more=1)"), 404),
        (good.replace("sourceType=0", "sourceType='0'"), 500),
        (good.replace("sourceFilter=''", "sourceFilter=0"), 500),
        (
            good.replace("sourceFilter=''", "sourceFilter='a''b,c'"),
            200,
        ),
        (good.replace("=true", "=1"), 500),
        (good.replace(FROM, "2026-09-11"), 500),
        (good.replace(FROM, "2026-09-12T00:00:00+03:00"), 500),
        (good.replace("Pbx.GetCallLogData", "Pbx.GetCallLog"), 404),
    ] {
        let (status, body) = pbx.get(&path).await;
        assert_eq!(status, expected, "{path}");
        assert!(status == 200 || body.is_null(), "{path}: {body}");
    }
    let admin = ApiClient {
        role: "system_admins".to_owned(),
        ..pbx.sim.control().clients().remove(0)
    };
    pbx.sim.control().set_client(admin);
    assert_eq!(pbx.get(&good).await.0, 403);
    for set in ["CallHistoryView", "Recordings", "ChatHistoryView"] {
        assert_eq!(pbx.get(&format!("/xapi/v1/{set}")).await.0, 403, "{set}");
    }
}

#[tokio::test]
async fn periods_ends_and_spellings() {
    let pbx = pbx().await;
    calls_at(
        &pbx,
        &[
            FROM,
            "2026-09-12T10:00:00.5Z",
            TO,
            "2026-09-12T21:00:00.000001Z",
        ],
    );
    let rows = day(&pbx, FROM, TO, "").await;
    assert_eq!(
        starts(&rows),
        [TO, "2026-09-12T10:00:00.5Z", FROM],
        "newest first"
    );
    assert_eq!(rows[0]["RingingDuration"], "PT5S");
    assert!(rows[0].get("CallCost").is_none() && rows[0].get("Summary").is_none());
    let next = day(&pbx, TO, "2026-09-13T21:00:00Z", "").await;
    assert_eq!(
        next.last().unwrap()["CdrId"],
        rows[0]["CdrId"],
        "in both windows"
    );
    let control = pbx.sim.control();
    control.change_settings(|it| it.report_end_inclusive = false);
    assert_eq!(day(&pbx, FROM, TO, "").await.len(), 2);

    for odd in ["2026-09-11T21%3A00%3A00Z", "2026-09-11T21:00:00.000Z"] {
        assert!(day(&pbx, odd, TO, "").await.is_empty(), "{odd}: today");
        control.change_settings(|it| it.report_strictness = ReportStrictness::Error500);
        assert_eq!(pbx.get(&function(odd, TO, TIMES)).await.0, 500, "{odd}");
        control.change_settings(|it| it.report_strictness = ReportStrictness::IgnorePeriod);
    }
    let started = Instant::now();
    let (status, _) = pbx.get(&function("2026-09-01T21:00:00Z", TO, TIMES)).await;
    assert_eq!(status, 504);
    assert!(started.elapsed() >= Duration::from_millis(50));
}

#[tokio::test]
async fn traps_of_the_query() {
    let pbx = pbx().await;
    let times: Vec<String> = (10..40)
        .map(|minute| format!("2026-09-12T10:{minute}:00Z"))
        .collect();
    let times: Vec<&str> = times.iter().map(String::as_str).collect();
    calls_at(&pbx, &times);
    let page = day(&pbx, FROM, TO, "$top=10&$skip=25").await;
    assert_eq!(
        starts(&page),
        ["10:14", "10:13", "10:12", "10:11", "10:10"].map(|it| format!("2026-09-12T{it}:00Z"))
    );
    let sorted = day(&pbx, FROM, TO, "$orderby=StartTime%20desc").await;
    assert_eq!(
        (sorted.len(), &sorted[0]["StartTime"]),
        (27, &json!("2026-09-12T10:36:00Z"))
    );
    let (_, counted) = pbx
        .get(&format!("{}?$count=true&$top=7", function(FROM, TO, TIMES)))
        .await;
    assert_eq!(counted["@odata.count"], 7);
    let control = pbx.sim.control();
    control.change_settings(|it| {
        it.report_count = ReportCount::Honest;
        it.report_orderby_drops = false;
    });
    let (_, counted) = pbx
        .get(&format!("{}?$count=true&$top=7", function(FROM, TO, TIMES)))
        .await;
    assert_eq!(counted["@odata.count"], 30);
    let sorted = day(&pbx, FROM, TO, "$orderby=StartTime&$top=1").await;
    assert_eq!(starts(&sorted), ["2026-09-12T10:10:00Z"]);
    control.change_settings(|it| it.report_count = ReportCount::Empty);
    assert!(day(&pbx, FROM, TO, "$count=true").await.is_empty());
    assert_eq!(
        pbx.get(&format!("{}?$top=1001", function(FROM, TO, TIMES)))
            .await
            .0,
        400
    );
    control.change_settings(|it| it.report_row_limit = 12);
    assert_eq!(day(&pbx, FROM, TO, "$top=1000").await.len(), 12);
    assert_eq!(day(&pbx, FROM, TO, "$top=10&$skip=10").await.len(), 2);
}

#[tokio::test]
async fn builds_differ() {
    let pbx = pbx().await;
    let control = pbx.sim.control();
    let (times, nulls) = (function(FROM, TO, TIMES), function(FROM, TO, NULLS));
    let view = "/xapi/v1/CallHistoryView?$top=1".to_owned();
    let old = times.replace("GetCallLogData", "GetOldCallLogData");
    for (form, sources, expected) in [
        (ReportForm::Both, CallSources::Both, [200, 200, 200]),
        (ReportForm::Times, CallSources::ReportOnly, [200, 404, 404]),
        (ReportForm::Nulls, CallSources::Both, [404, 200, 200]),
        (ReportForm::Both, CallSources::ViewOnly, [404, 404, 200]),
        (ReportForm::Both, CallSources::Neither, [404, 404, 404]),
    ] {
        control.change_settings(|it| (it.report_form, it.call_sources) = (form, sources));
        for (path, expected) in [&times, &nulls, &view].into_iter().zip(expected) {
            assert_eq!(
                pbx.get(path).await.0,
                expected,
                "{form:?} {sources:?} {path}"
            );
        }
    }
    control.change_settings(|it| {
        it.call_sources = CallSources::Both;
        it.old_call_log_days = Some(1);
    });
    calls_at(&pbx, &["2026-09-12T10:00:00Z"]);
    assert!(day(&pbx, FROM, TO, "").await.is_empty());
    assert_eq!(pbx.get(&old).await.1["value"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_older_view_wants_dates() {
    let pbx = pbx().await;
    calls_at(
        &pbx,
        &[
            "2026-09-11T23:59:59Z",
            "2026-09-12T00:00:00.25Z",
            "2026-09-13T12:00:00Z",
        ],
    );
    let view = async |query: &str| {
        let (status, body) = pbx.get(&format!("/xapi/v1/CallHistoryView?{query}")).await;
        let rows = body["value"].as_array().map(|rows| {
            let start = |row: &Value| row["SegmentStartTime"].as_str().unwrap().to_owned();
            rows.iter().map(start).collect::<Vec<_>>()
        });
        (status.as_u16(), rows.unwrap_or_default().join(" "))
    };
    let filter = |text: &str| format!("$filter={}", crate::common::encode(text));
    let dates =
        filter("date(SegmentStartTime) ge 2026-09-12 and date(SegmentStartTime) le 2026-09-12");
    assert_eq!(
        view(&dates).await,
        (200, "2026-09-12T00:00:00.25Z".to_owned())
    );
    assert_eq!(
        view(&filter("SegmentStartTime ge 2026-09-12T00:00:00Z")).await,
        (500, String::new())
    );
    assert_eq!(
        view(&filter("date(SegmentStartTime) ge 2026-13-12"))
            .await
            .0,
        400
    );
    assert_eq!(view("$top=101").await.0, 400);
    let newest = view("$orderby=SegmentStartTime%20desc&$top=1").await;
    assert_eq!(newest.1, "2026-09-13T12:00:00Z");
    let second = view("$orderby=SegmentStartTime&$skip=1&$top=1").await;
    assert_eq!(second.1, "2026-09-12T00:00:00.25Z");
    let (_, body) = pbx.get("/xapi/v1/CallHistoryView?$top=1").await;
    let expected = sample("callhistoryview_row");
    assert_eq!(keys(&body), keys(&expected));
    assert_eq!(keys(&body["value"][0]), keys(&expected["value"][0]));
    let (_, last) = pbx.get("/xapi/v1/LastCdrAndChatMessageTimestamp").await;
    assert_eq!(last["value"][0]["LastCdrStartedAt"], "2026-09-13T12:00:00Z");
}
