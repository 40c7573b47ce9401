//! Form bodies, url-encoded or multipart: 3CX's token endpoint reads both.

use std::collections::HashMap;

use crate::percent;

/// The fields of a form; `None` where the content type is neither of the two.
pub(super) fn fields(content_type: &str, body: &str) -> Option<HashMap<String, String>> {
    let kind = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match kind.as_str() {
        "application/x-www-form-urlencoded" => Some(percent::pairs(body).into_iter().collect()),
        "multipart/form-data" => {
            let (_, boundary) = content_type.split_once("boundary=")?;
            let boundary = boundary.split(';').next()?.trim().trim_matches('"');
            Some(multipart(boundary, body))
        }
        _ => None,
    }
}

/// Plain text parts only: a token request has no files.
fn multipart(boundary: &str, body: &str) -> HashMap<String, String> {
    let part = |part: &str| {
        let (head, value) = part.split_once("\r\n\r\n")?;
        let (_, name) = head.split_once("name=")?;
        let name = name.split(['\r', ';']).next()?.trim().trim_matches('"');
        Some((
            name.to_owned(),
            value.strip_suffix("\r\n").unwrap_or(value).to_owned(),
        ))
    };
    body.split(&format!("--{boundary}"))
        .filter_map(part)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(content_type: &str, body: &str) {
        let fields = fields(content_type, body).expect("a form");
        assert_eq!(fields.get("client_id").map(String::as_str), Some("a b"));
        assert_eq!(
            fields.get("client_secret").map(String::as_str),
            Some("x+/=")
        );
    }

    #[test]
    fn both_kinds_of_form() {
        check(
            "application/x-www-form-urlencoded",
            "client_id=a+b&client_secret=x%2B%2F%3D",
        );
        check(
            "multipart/form-data; boundary=XX",
            "--XX\r\nContent-Disposition: form-data; name=\"client_id\"\r\n\r\na b\r\n\
             --XX\r\nContent-Disposition: form-data; name=\"client_secret\"\r\n\r\nx+/=\r\n--XX--\r\n",
        );
        assert!(super::fields("application/json", "{}").is_none());
    }
}
