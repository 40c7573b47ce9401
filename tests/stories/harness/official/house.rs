//! Rules that hold without any document.
//!
//! A read of `/Users` without `$select` answers SIP passwords and voicemail PINs, so none may ever be
//! sent; and `$top` above 100 is a 400 on entity sets.

use pbx_sim::Entry;

use super::{Verdict, XAPI};

/// What OData v4 knows and 3CX declares.
const OPTIONS: [&str; 8] = [
    "$count", "$expand", "$filter", "$orderby", "$search", "$select", "$skip", "$top",
];

/// Properties of a user that nobody needs to read.
const SECRETS: [&str; 6] = [
    "AccessPassword",
    "AuthID",
    "AuthPassword",
    "DeskphonePassword",
    "SIPID",
    "VMPIN",
];

const LARGEST_PAGE: u64 = 100;
/// The report of calls alone gives more at once: 500 and 1000 were seen to work on real builds.
const REPORT: &str = "/xapi/v1/ReportCallLogData/Pbx.GetCallLogData(";
const LARGEST_REPORT_PAGE: u64 = 1000;

pub(super) fn check(entry: &Entry, options: &[(String, String)]) -> Verdict {
    for (index, (name, value)) in options.iter().enumerate() {
        if !OPTIONS.contains(&name.as_str()) {
            return Err(format!("{name} is no option of OData"));
        }
        if options
            .iter()
            .skip(index + 1)
            .any(|(other, _)| other == name)
        {
            return Err(format!("{name} twice"));
        }
        if name == "$top" {
            top(value, &entry.path)?;
        }
    }
    if entry.method == "GET" && reads_users(&entry.path) {
        users(options)?;
    }
    Ok(())
}

fn top(value: &str, path: &str) -> Verdict {
    let limit = if path.starts_with(REPORT) {
        LARGEST_REPORT_PAGE
    } else {
        LARGEST_PAGE
    };
    match value.parse::<u64>() {
        Ok(top) if top <= limit => Ok(()),
        _ => Err(format!("$top={value} is not a number up to {limit}")),
    }
}

/// The set or one of its entities, however its name is written.
fn reads_users(path: &str) -> bool {
    let Some(rest) = path.strip_prefix(XAPI) else {
        return false;
    };
    let rest = rest.trim_matches('/').to_ascii_lowercase();
    let key = rest.strip_prefix("users");
    key.is_some_and(|key| key.is_empty() || (key.starts_with(['(', '%']) && !key.contains('/')))
}

fn users(options: &[(String, String)]) -> Verdict {
    let select = options.iter().find(|(name, _)| name == "$select");
    let names: Vec<&str> = select
        .into_iter()
        .flat_map(|(_, value)| value.split(','))
        .map(str::trim)
        .collect();
    if names.iter().all(|name| name.is_empty()) {
        return Err("reads /Users without $select".to_owned());
    }
    match names
        .iter()
        .find(|name| **name == "*" || SECRETS.contains(name))
    {
        Some(name) => Err(format!("reads {name} of /Users")),
        None => Ok(()),
    }
}
