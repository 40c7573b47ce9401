//! Media types: is the body JSON, may the answer be JSON?
//!
//! Invariant: lenient on purpose. Clients of every age reach one endpoint, so a request is turned
//! away only when its `Accept` leaves no room for JSON. Not here: any other content negotiation.

const JSON: &str = "application/json";

/// The ranges that cover JSON, the most specific first: that one decides (RFC 9110 §12.5.1).
const RANGES_WITH_JSON: [&str; 3] = [JSON, "application/*", "*/*"];

/// Whether a `Content-Type` says JSON; parameters such as `charset` do not matter.
pub(super) fn is_json(content_type: Option<&str>) -> bool {
    content_type.is_some_and(|value| media_type(value).eq_ignore_ascii_case(JSON))
}

/// Whether an `Accept` allows JSON; an absent or empty one allows everything.
pub(super) fn accepts_json(accept: Option<&str>) -> bool {
    let Some(accept) = accept.filter(|value| !value.trim().is_empty()) else {
        return true;
    };
    let entry_for = |range: &str| {
        accept
            .split(',')
            .find(|entry| media_type(entry).eq_ignore_ascii_case(range))
    };
    RANGES_WITH_JSON
        .into_iter()
        .find_map(entry_for)
        .is_some_and(|entry| !is_excluded(entry))
}

/// The part of a header element before its parameters.
fn media_type(element: &str) -> &str {
    element.split(';').next().unwrap_or_default().trim()
}

/// Whether a range carries the weight zero: "not acceptable" (RFC 9110 §12.4.2).
fn is_excluded(range: &str) -> bool {
    range
        .split(';')
        .skip(1)
        .filter_map(|parameter| parameter.split_once('='))
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
        .any(|(_, weight)| {
            weight
                .trim()
                .bytes()
                .all(|byte| matches!(byte, b'0' | b'.'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_turns_away_only_what_excludes_json() {
        for (accept, expected) in [
            (None, true),
            (Some(""), true),
            (Some("*/*"), true),
            (Some("application/*"), true),
            (Some("application/json"), true),
            (Some("Application/JSON;q=0.5"), true),
            (Some("text/event-stream, application/json"), true),
            (Some("text/html, */*;q=0.1"), true),
            (Some("application/*;q=0, application/json"), true),
            (Some("text/event-stream"), false),
            (Some("text/html"), false),
            (Some("application/json;q=0, */*"), false),
            (Some("*/*; q=0.000"), false),
            (Some(",;,"), false),
        ] {
            assert_eq!(accepts_json(accept), expected, "Accept {accept:?}");
        }
    }

    #[test]
    fn content_type_ignores_case_and_parameters() {
        for (content_type, expected) in [
            (Some("application/json"), true),
            (Some(" Application/Json ; charset=utf-8"), true),
            (Some("text/plain"), false),
            (Some("application/json-rpc"), false),
            (Some(""), false),
            (None, false),
        ] {
            assert_eq!(
                is_json(content_type),
                expected,
                "Content-Type {content_type:?}"
            );
        }
    }
}
