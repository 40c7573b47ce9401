//! Every request that a story causes, held against what 3CX accepts.
//!
//! The rules of the house hold always. The official OpenAPI document of XAPI (`threecx-xapi.yaml`) and
//! the description of Call Control (`threecx-callcontrol.yaml`) are looked for in the folder that
//! `THREECX_SPEC_DIR` names. [`Stage`](super::Stage) asks when a story ends, so no story can forget it.
//!
//! Not here: what the PBX answers.

mod document;
mod filter;
mod house;
mod path;
mod query;
#[cfg(test)]
mod tests;
mod value;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use pbx_sim::Entry;

use document::Document;

const XAPI: &str = "/xapi/v1";
const CALL_CONTROL: &str = "/callcontrol";

/// Nothing, or why the request is not valid.
type Verdict<T = ()> = Result<T, String>;

/// Read once for all stories; none without the folder.
static DOCUMENTS: LazyLock<Vec<Document>> = LazyLock::new(|| {
    let Some(folder) = std::env::var_os("THREECX_SPEC_DIR").map(PathBuf::from) else {
        println!("THREECX_SPEC_DIR not set: requests are not checked against the official OpenAPI");
        return Vec::new();
    };
    // The paths of the first document stand below its `servers`, those of the second do not.
    let files = [
        ("threecx-xapi.yaml", XAPI, ""),
        ("threecx-callcontrol.yaml", "", CALL_CONTROL),
    ];
    let read = |(name, base, below)| {
        let file = folder.join(name);
        if !file.exists() {
            println!("{name} not found: its requests are not checked");
            return None;
        }
        let text = std::fs::read_to_string(&file).expect("the document can be read");
        Some(Document::parse(&text, base, below).unwrap_or_else(|error| panic!("{name}: {error}")))
    };
    files.into_iter().filter_map(read).collect()
});

/// Stages that are up: the last one to go tells the sums.
static STAGES: AtomicUsize = AtomicUsize::new(0);
static XAPI_REQUESTS: AtomicUsize = AtomicUsize::new(0);
static CALL_CONTROL_REQUESTS: AtomicUsize = AtomicUsize::new(0);

/// A story begins.
pub(super) fn begin() {
    STAGES.fetch_add(1, Ordering::SeqCst);
}

/// A story is over: the requests it caused, each with what is wrong about it.
pub(super) fn end(entries: &[Entry]) -> Vec<String> {
    let faults = faults(entries, &DOCUMENTS);
    if STAGES.fetch_sub(1, Ordering::SeqCst) == 1 {
        let xapi = XAPI_REQUESTS.load(Ordering::SeqCst);
        let call_control = CALL_CONTROL_REQUESTS.load(Ordering::SeqCst);
        let documents = DOCUMENTS.len();
        println!(
            "requests checked so far: {xapi} to XAPI, {call_control} to Call Control, \
             against {documents} documents"
        );
    }
    faults
}

fn faults(entries: &[Entry], documents: &[Document]) -> Vec<String> {
    // Many are the same, and one verdict is enough.
    let mut known = BTreeSet::new();
    let mut faults = Vec::new();
    for entry in entries {
        let counter = if below(&entry.path, XAPI) {
            &XAPI_REQUESTS
        } else if below(&entry.path, CALL_CONTROL) {
            &CALL_CONTROL_REQUESTS
        } else {
            continue;
        };
        counter.fetch_add(1, Ordering::SeqCst);
        if known.insert((&entry.method, &entry.path, &entry.query, &entry.body))
            && let Err(fault) = check(entry, documents)
        {
            faults.push(fault);
        }
    }
    faults
}

/// One request, by the rules of the house and by the document that knows its place.
fn check(entry: &Entry, documents: &[Document]) -> Verdict {
    let judged = || {
        let options = query::pairs(&entry.query)?;
        if below(&entry.path, XAPI) {
            house::check(entry, &options)?;
        }
        let document = documents
            .iter()
            .find(|document| document.knows(&entry.path));
        document.map_or(Ok(()), |document| document.check(entry, &options))
    };
    judged().map_err(|reason| {
        let part = |sign: &str, text: &str| match text {
            "" => String::new(),
            text => format!("{sign}{text}"),
        };
        let (query, body) = (part("?", &entry.query), part(" ", &entry.body));
        format!("{} {}{query}{body}: {reason}", entry.method, entry.path)
    })
}

/// The path is this one or under it.
fn below(path: &str, root: &str) -> bool {
    path.strip_prefix(root)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
