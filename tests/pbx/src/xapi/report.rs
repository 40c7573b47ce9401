//! `ReportCallLogData`: past calls as rows, with the traps that clients report of it.
//!
//! Order of refusals: token (401), shape of the function (404), role (403), values (500).
//! Only 0 is known as a value of the four type parameters; any other selects nothing here.

mod arguments;

use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::clock::{self, DAY_US, SECOND_US};
use crate::settings::{CallSources, ReportCount, ReportOmits, Settings};
use crate::sign_in::Need;
use crate::world::World;

use super::fields::LogData;
use super::options::Options;
use super::refusal::Refusal;
use super::rows;
use super::schema::call_log_data::PROPERTIES;
use super::{Wait, context};
use arguments::{Arguments, Function, Period};

/// Handles what follows `/xapi/v1/ReportCallLogData/`, still percent-encoded.
pub(super) fn answer(
    world: &mut World,
    headers: &HeaderMap,
    function: &str,
    query: &str,
) -> Result<Response, Refusal> {
    let (function, texts) = Function::parse(function).ok_or(Refusal::NotFound)?;
    let exists = match function {
        Function::New => matches!(
            world.settings.call_sources,
            CallSources::Both | CallSources::ReportOnly
        ),
        Function::Old => world.settings.old_call_log_days.is_some(),
    };
    if !exists {
        return Err(Refusal::NotFound);
    }
    world
        .admit(headers, Need::XapiOwner)
        .map_err(Refusal::Auth)?;
    let arguments = Arguments::parse(&texts, &world.settings)?;
    let options = Options::parse(query, PROPERTIES, world.settings.report_top_limit)?;
    let (from_us, to_us) = match arguments.period {
        Period::Given(from_us, to_us) => (from_us, to_us),
        Period::Today => {
            let today = clock::now_us() / DAY_US * DAY_US;
            (today, today + DAY_US - 1)
        }
    };
    let longest_us = world.settings.report_max_hours * 3_600 * SECOND_US;
    if to_us.saturating_sub(from_us) > longest_us {
        return Ok(times_out(&world.settings));
    }
    page(world, function, &arguments, (from_us, to_us), &options)
}

fn times_out(settings: &Settings) -> Response {
    let mut answer = StatusCode::GATEWAY_TIMEOUT.into_response();
    let wait = Wait(Duration::from_millis(settings.report_504_after_ms));
    answer.extensions_mut().insert(wait);
    answer
}

fn page(
    world: &World,
    function: Function,
    arguments: &Arguments,
    (from_us, to_us): (u64, u64),
    options: &Options,
) -> Result<Response, Refusal> {
    let settings = &world.settings;
    // Rows older than this are in the old store.
    let border_us = settings
        .old_call_log_days
        .map_or(0, |days| clock::now_us().saturating_sub(days * DAY_US));
    let last_us = if settings.report_end_inclusive {
        Some(to_us)
    } else {
        to_us.checked_sub(1)
    };
    let shown = |start_us: u64| (start_us < border_us) == (function == Function::Old);
    let found = last_us.filter(|_| arguments.selects_all);
    let found = found.map(|last_us| world.call_log.between(from_us, last_us).rev());
    let mut found: Vec<LogData<'_>> = found
        .into_iter()
        .flatten()
        .filter(|row| shown(row.content.start_us))
        .take(settings.report_row_limit)
        .map(LogData)
        .collect();
    if settings.report_orderby_drops && !options.order_by.is_empty() {
        found.drain(..found.len().div_ceil(10));
    }
    let limit = settings.report_row_limit;
    let (mut rows, mut count) = rows::page(found, PROPERTIES, options, limit)?;
    match settings.report_count {
        ReportCount::Honest => {}
        ReportCount::EchoTop => {
            count = count.map(|_| options.top.unwrap_or(rows.len()));
        }
        ReportCount::Empty if count.is_some() => {
            rows.clear();
            count = Some(0);
        }
        ReportCount::Empty => {}
    }
    for row in rows.iter_mut().filter_map(Value::as_object_mut) {
        omit(row, settings.report_omits);
    }
    let mut body = json!({ "@odata.context": context(world, "ReportCallLogData") });
    if let Some(count) = count {
        body["@odata.count"] = json!(count);
    }
    body["value"] = Value::Array(rows);
    Ok(axum::Json(body).into_response())
}

fn omit(row: &mut Map<String, Value>, omits: ReportOmits) {
    row.retain(|_, value| match omits {
        ReportOmits::Nothing => true,
        ReportOmits::NullAndZero => !(value.is_null() || *value == json!(0)),
        ReportOmits::Defaults => {
            let default = [json!(0), json!(false), json!(""), json!("PT0S"), json!([])];
            !(value.is_null() || default.contains(value))
        }
    });
}
