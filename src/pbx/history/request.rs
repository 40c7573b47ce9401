//! The requests for call history, each form in one place.
//!
//! `GetCallLogData` is an OData function (3CX XAPI) whose eleven parameters stand in the path: a
//! missing, misnamed or reordered one is a 404, a date it does not like a 500. Dates have whole
//! seconds and literal colons: with milliseconds or `%3A` some builds silently answer "today".
//!
//! Never sent: `$count` (empty sets, echoes `$top`) and, to the report, `$orderby` (can lose the
//! newest rows): calls are sorted here.

use serde::{Deserialize, Serialize};

use super::super::odata::{MAX_PAGE, Query};
use super::day::{LocalDay, Window};
use crate::time::iso;

/// Rows asked at once from the report; entity sets stop at [`MAX_PAGE`].
const REPORT_PAGE: usize = 500;

/// Where the PBX lets history be read. Which one answers differs from build to build and from
/// role to role, so it is tried once and remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// `GetCallLogData`, with empty filters and `'0:00:0'`.
    CallLog,
    /// `GetCallLogData` of other builds, which want nulls.
    CallLogNulls,
    /// `CallHistoryView`, where the report is not to be had.
    CallHistoryView,
}

impl Source {
    /// In the order in which they are tried.
    pub const ALL: [Self; 3] = [Self::CallLog, Self::CallLogNulls, Self::CallHistoryView];

    /// What entries of the cache are filed under: both forms of the report read the same store.
    pub(super) fn shelf(self) -> &'static str {
        match self {
            Self::CallLog | Self::CallLogNulls => "log",
            Self::CallHistoryView => "view",
        }
    }
}

/// What was learned about this PBX: worth remembering, and learned anew when it stops working.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Which source answers.
    pub source: Source,
    /// How many rows it gives at once.
    pub page: usize,
}

impl Route {
    /// A source and the page to try it with.
    pub fn new(source: Source) -> Self {
        let page = match source {
            Source::CallLog | Source::CallLogNulls => REPORT_PAGE,
            Source::CallHistoryView => MAX_PAGE,
        };
        Self { source, page }
    }

    /// The page that every build takes, if this one was larger.
    pub(super) fn with_small_page(self) -> Option<Self> {
        (self.page > MAX_PAGE).then_some(Self {
            page: MAX_PAGE,
            ..self
        })
    }

    /// One page of a window.
    pub(super) fn path(self, window: Window, skip: usize) -> String {
        let query = match self.source {
            Source::CallLog => Query::new(&report(window, "'0:00:0'", "true")),
            Source::CallLogNulls => Query::new(&report(window, "null", "false")),
            Source::CallHistoryView => Query::new("CallHistoryView")
                .option("$filter", &view_filter(window))
                .option("$orderby", "SegmentId"),
        };
        query
            .option("$top", &self.page.to_string())
            .option("$skip", &skip.to_string())
            .build()
    }
}

/// The function with its eleven parameters, in their one order.
fn report(window: Window, call_time: &str, hide_pcalls: &str) -> String {
    let (from, to) = (iso(window.from), iso(window.to));
    let parameters: [(&str, &str); 11] = [
        ("periodFrom", &from),
        ("periodTo", &to),
        ("sourceType", "0"),
        ("sourceFilter", "''"),
        ("destinationType", "0"),
        ("destinationFilter", "''"),
        ("callsType", "0"),
        ("callTimeFilterType", "0"),
        ("callTimeFilterFrom", call_time),
        ("callTimeFilterTo", call_time),
        ("hidePcalls", hide_pcalls),
    ];
    let parameters = parameters.map(|(name, value)| format!("{name}={value}"));
    let parameters = parameters.join(",");
    format!("ReportCallLogData/Pbx.GetCallLogData({parameters})")
}

/// By date: a comparison with a timestamp is answered with 500 and an empty body.
fn view_filter(window: Window) -> String {
    let day = |moment| LocalDay(super::UtcDay::of(moment).number());
    let (first, last) = (day(window.from), day(window.to.saturating_sub(1)));
    format!("date(SegmentStartTime) ge {first} and date(SegmentStartTime) le {last}")
}

/// "Is there anything new?", cheaply.
pub(super) fn newest_path() -> String {
    Query::new("LastCdrAndChatMessageTimestamp").build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pbx::history::UtcDay;

    fn path(source: Source) -> String {
        let day = UtcDay::of(1_789_171_200_000 + 5);
        Route::new(source).path(day.window(), 500)
    }

    #[test]
    fn eleven_parameters_in_their_order() {
        assert_eq!(
            path(Source::CallLog),
            "/xapi/v1/ReportCallLogData/Pbx.GetCallLogData(periodFrom=2026-09-12T00:00:00Z,\
             periodTo=2026-09-13T00:00:00Z,sourceType=0,sourceFilter='',destinationType=0,\
             destinationFilter='',callsType=0,callTimeFilterType=0,callTimeFilterFrom='0:00:0',\
             callTimeFilterTo='0:00:0',hidePcalls=true)?$top=500&$skip=500"
        );
        let nulls = path(Source::CallLogNulls);
        let end =
            "callTimeFilterFrom=null,callTimeFilterTo=null,hidePcalls=false)?$top=500&$skip=500";
        assert!(nulls.ends_with(end), "{nulls}");
    }

    #[test]
    fn the_view_is_asked_by_date_and_a_hundred_rows_at_once() {
        assert_eq!(
            path(Source::CallHistoryView),
            "/xapi/v1/CallHistoryView?$filter=date(SegmentStartTime)%20ge%202026-09-12%20and%20\
             date(SegmentStartTime)%20le%202026-09-12&$orderby=SegmentId&$top=100&$skip=500"
        );
    }

    #[test]
    fn nothing_that_the_pbx_stumbles_over() {
        for source in Source::ALL {
            let path = path(source);
            assert!(!path.contains("%3A") && !path.contains("$count"), "{path}");
            assert!(!path.contains(".000"), "{path}");
        }
    }

    #[test]
    fn what_was_learned_can_be_written_down() {
        let route = Route::new(Source::CallLogNulls);
        let text = serde_json::to_string(&route).unwrap();
        assert_eq!(text, r#"{"source":"call_log_nulls","page":500}"#);
        assert_eq!(serde_json::from_str::<Route>(&text).unwrap(), route);
    }
}
