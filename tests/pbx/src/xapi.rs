//! XAPI, the configuration API: OData v4 below `/xapi/v1`.
//!
//! Only what the project uses: users, departments, queues, parking, numbers, active calls, past
//! calls, messages, recordings, the system's status, and two actions. Property names and types are those of the OpenAPI document
//! 3CX publishes with XAPI 20.0.10. Every answer carries the build in `X-3CX-Version`.

mod actions;
mod collections;
mod documents;
mod edit;
mod fields;
mod filter;
mod options;
mod path;
mod refusal;
mod report;
mod rows;
mod schema;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::settings::CallSources;
use crate::shared::Shared;
use crate::sign_in::{Caller, Need};
use crate::world::World;

use collections::Collection;
use fields::{HistoryView, Recording};
use filter::Filter;
use options::{Options, TOP_LIMIT};
use path::{Key, Path};
use refusal::Refusal;

const VERSION_HEADER: HeaderName = HeaderName::from_static("x-3cx-version");

/// Handles `/xapi/v1/...`.
pub(crate) async fn handle(
    State(shared): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let mut answer = shared.with(|world| {
        let query = uri.query().unwrap_or_default();
        let mut answer = match answer(world, &method, uri.path(), query, &headers, &bytes) {
            Ok(answer) => answer,
            Err(refusal) => refusal.into_response(),
        };
        if let Ok(version) = HeaderValue::from_str(&world.settings.version) {
            answer.headers_mut().insert(VERSION_HEADER, version);
        }
        answer
    });
    // Waited for without the lock.
    if let Some(Wait(time)) = answer.extensions_mut().remove::<Wait>() {
        tokio::time::sleep(time).await;
    }
    answer
}

/// How long an answer is held back.
#[derive(Debug, Clone, Copy)]
struct Wait(std::time::Duration);

fn answer(
    world: &mut World,
    method: &Method,
    path: &str,
    query: &str,
    headers: &HeaderMap,
    bytes: &[u8],
) -> Result<Response, Refusal> {
    // Whoever has no valid token learns nothing, not even which paths exist.
    world.admit(headers, Need::Xapi).map_err(Refusal::Auth)?;
    if let Some(function) = path.strip_prefix("/xapi/v1/ReportCallLogData/") {
        if method != Method::GET {
            return Err(Refusal::MethodNotAllowed);
        }
        return report::answer(world, headers, function, query);
    }
    let path = Path::parse(path).ok_or(Refusal::NotFound)?;
    let collection = Collection::named(&path.set).ok_or(Refusal::NotFound)?;
    let gone = [CallSources::ReportOnly, CallSources::Neither];
    if collection == Collection::CallHistoryView && gone.contains(&world.settings.call_sources) {
        return Err(Refusal::NotFound);
    }
    let caller = world
        .admit(headers, collection.need())
        .map_err(Refusal::Auth)?;
    match (method, path.key, path.rest.as_deref()) {
        (&Method::GET, None, None) => list(world, &caller, collection, query),
        (&Method::GET, Some(key), None) => one(world, collection, &key, query),
        (&Method::GET, Some(key), Some(navigation)) => {
            related(world, collection, &key, navigation, query)
        }
        (&Method::PATCH, Some(Key::Id(id)), None) => {
            edit::patch(world, collection, id, bytes)?;
            Ok(StatusCode::NO_CONTENT.into_response())
        }
        (&Method::POST, None, Some("Pbx.MakeCall")) if collection == Collection::Users => {
            actions::make_call(world, &caller, bytes)
        }
        (&Method::POST, Some(Key::Id(id)), Some("Pbx.DropCall"))
            if collection == Collection::ActiveCalls =>
        {
            actions::drop_call(world, id)
        }
        (&Method::POST | &Method::PUT | &Method::DELETE | &Method::PATCH, _, None) => {
            Err(Refusal::MethodNotAllowed)
        }
        _ => Err(Refusal::NotFound),
    }
}

/// A whole set, or one of the documents that stand alone.
fn list(
    world: &World,
    caller: &Caller,
    collection: Collection,
    query: &str,
) -> Result<Response, Refusal> {
    let properties = collection.properties();
    let options = Options::parse(query, properties, TOP_LIMIT)?;
    let entities = collection.entities(world, caller);
    if collection.is_single() {
        let entity = entities.first().ok_or(Refusal::NotFound)?;
        let row = rows::shape(entity, properties, &options)?;
        return Ok(document(world, collection.context(&options, ""), row));
    }
    let (rows, count) = match collection {
        Collection::CallHistoryView => {
            // The database behind this view cannot compare its times, only parts of them.
            if options
                .filter
                .as_ref()
                .is_some_and(Filter::compares_moments)
            {
                return Err(Refusal::Silent500);
            }
            let rows = world.call_log.rows().map(HistoryView);
            rows::page(rows, properties, &options, TOP_LIMIT)?
        }
        Collection::Recordings => {
            let recorded = world.call_log.rows().filter(|row| row.content.recorded);
            rows::page(recorded.map(Recording), properties, &options, TOP_LIMIT)?
        }
        _ => rows::page(entities, properties, &options, TOP_LIMIT)?,
    };
    let mut body = json!({ "@odata.context": context(world, &collection.context(&options, "")) });
    if let Some(count) = count {
        body["@odata.count"] = json!(count);
    }
    body["value"] = Value::Array(rows);
    Ok(axum::Json(body).into_response())
}

fn one(world: &World, collection: Collection, key: &Key, query: &str) -> Result<Response, Refusal> {
    let options = Options::parse(query, collection.properties(), TOP_LIMIT)?.for_one()?;
    let entity = collection.find(world, key).ok_or(Refusal::NoSuchEntity)?;
    let row = rows::shape(&entity, collection.properties(), &options)?;
    Ok(document(
        world,
        collection.context(&options, "/$entity"),
        row,
    ))
}

/// `Groups(31)/Members` and the like: the rows of a navigation property.
fn related(
    world: &World,
    collection: Collection,
    key: &Key,
    navigation: &str,
    query: &str,
) -> Result<Response, Refusal> {
    if !schema::is_navigation(collection.properties(), navigation) {
        return Err(Refusal::NotFound);
    }
    let entity = collection.find(world, key).ok_or(Refusal::NoSuchEntity)?;
    let found = entity
        .get(navigation)
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let found: Vec<_> = found
        .into_iter()
        .filter_map(|row| row.as_object().cloned())
        .collect();
    let properties = schema::of_rows(&found);
    let options = Options::parse(query, &properties, TOP_LIMIT)?;
    let (rows, count) = rows::page(found.clone(), &properties, &options, TOP_LIMIT)?;
    let name = format!("{}/{navigation}", collection.name());
    let mut body = json!({ "@odata.context": context(world, &name), "value": rows });
    if let Some(count) = count {
        body["@odata.count"] = json!(count);
    }
    Ok(axum::Json(body).into_response())
}

fn document(world: &World, name: String, row: Value) -> Response {
    let mut body = json!({ "@odata.context": context(world, &name) });
    if let (Some(body), Value::Object(row)) = (body.as_object_mut(), row) {
        body.extend(row);
    }
    axum::Json(body).into_response()
}

fn context(world: &World, name: &str) -> String {
    format!("https://{}/xapi/v1/$metadata#{name}", world.settings.fqdn)
}
