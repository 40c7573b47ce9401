//! `POST /2010-04-01/Accounts/{AccountSid}/Messages.json`: who may, which fields, what is refused.
//!
//! Checks come in the order of the real one: who asks, what is missing, the numbers, the text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::answer::{self, Answer};
use crate::book::{Accepted, Book};
use crate::form;
use crate::segments;

/// What may stand in the form.
const FIELDS: [&str; 5] = [
    "To",
    "From",
    "MessagingServiceSid",
    "Body",
    "StatusCallback",
];
const LONGEST: usize = 1_600;

/// A request as it came.
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) authorization: String,
    pub(crate) content_type: String,
    pub(crate) body: Vec<u8>,
}

/// The message that is asked for, or what is wrong about it. Nothing is accepted yet.
pub(crate) fn read(book: &Book, request: &Request) -> Result<Accepted, Answer> {
    let error = |code: u32| answer::error(code, "");
    let expected = format!("{}:{}", book.account, book.token);
    if request.authorization != format!("Basic {}", STANDARD.encode(expected)) {
        return Err(error(20_003));
    }
    if request.path != format!("/2010-04-01/Accounts/{}/Messages.json", book.account) {
        return Err(answer::error(20_404, &request.path));
    }
    if request.method != "POST" {
        return Err(error(20_004));
    }
    let pairs = fields(request)?;
    let field = |name: &str| {
        let found = pairs.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.clone())
            .filter(|value| !value.is_empty())
    };
    let to = field("To").ok_or_else(|| error(21_604))?;
    // A service is a sender like the others here.
    let from = field("From").or_else(|| field("MessagingServiceSid"));
    let from = from.ok_or_else(|| error(21_603))?;
    let body = field("Body").ok_or_else(|| error(21_602))?;
    addresses(book, &to, &from)?;
    if body.chars().count() > LONGEST {
        return Err(error(21_617));
    }
    let callback = field("StatusCallback");
    if let Some(url) = &callback
        && !(url.starts_with("https://") || url.starts_with("http://"))
    {
        return Err(answer::error(21_609, url));
    }
    let segments = segments::count(&body).1;
    let sid = String::new();
    Ok(Accepted {
        sid,
        to,
        from,
        body,
        callback,
        segments,
    })
}

fn fields(request: &Request) -> Result<Vec<(String, String)>, Answer> {
    // The real one sees no fields in anything else, and asks for the first one.
    let is_form = request
        .content_type
        .starts_with("application/x-www-form-urlencoded");
    if !is_form {
        return Err(answer::error(21_604, ""));
    }
    let text = str::from_utf8(&request.body).ok();
    let pairs = text.and_then(form::decode);
    let pairs = pairs.ok_or_else(|| answer::error(20_001, "the form"))?;
    match pairs
        .iter()
        .find(|(name, _)| !FIELDS.contains(&name.as_str()))
    {
        Some((name, _)) => Err(answer::error(20_001, name)),
        None => Ok(pairs),
    }
}

fn addresses(book: &Book, to: &str, from: &str) -> Result<(), Answer> {
    let (to_number, from_whatsapp) = (to.strip_prefix("whatsapp:"), from.starts_with("whatsapp:"));
    if to_number.is_some() != from_whatsapp {
        return Err(answer::error(21_910, ""));
    }
    if !is_e164(to_number.unwrap_or(to)) {
        return Err(answer::error(21_211, to));
    }
    if !book.senders.iter().any(|sender| sender == from) {
        let code = if from_whatsapp { 63_007 } else { 21_606 };
        return Err(answer::error(code, from));
    }
    if book.unsubscribed.iter().any(|number| number == to) {
        return Err(answer::error(21_610, ""));
    }
    Ok(())
}

fn is_e164(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or_default();
    (8..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENDER: &str = "+966110000000";

    fn book() -> Book {
        let mut book = Book::new(
            "ACdemo",
            "token",
            &[SENDER, "CLINIC", "whatsapp:+966110000001"],
        );
        book.unsubscribed.push("+966500000009".to_owned());
        book
    }

    fn request(body: &str) -> Request {
        Request {
            method: "POST".to_owned(),
            path: "/2010-04-01/Accounts/ACdemo/Messages.json".to_owned(),
            authorization: format!("Basic {}", STANDARD.encode("ACdemo:token")),
            content_type: "application/x-www-form-urlencoded".to_owned(),
            body: body.as_bytes().to_vec(),
        }
    }

    #[track_caller]
    fn refused(request: &Request, status: u16, code: u32) {
        let (told, document) = read(&book(), request).expect_err("refused");
        assert_eq!(
            (told, &document["code"]),
            (status, &code.into()),
            "{document}"
        );
        assert_eq!(document["status"], status);
    }

    #[test]
    fn a_message() {
        let form =
            "To=%2B966500000000&From=CLINIC&Body=%D9%85&StatusCallback=http%3A%2F%2Fa%2Fb%3Fm%3D1";
        let read = read(&book(), &request(form)).expect("a message");
        assert_eq!(
            (read.to.as_str(), read.body.as_str()),
            ("+966500000000", "م")
        );
        assert_eq!(read.callback.as_deref(), Some("http://a/b?m=1"));
    }

    #[test]
    fn who_asks_and_where() {
        let stranger = Request {
            authorization: "Basic eDp5".to_owned(),
            ..request("")
        };
        refused(&stranger, 401, 20_003);
        refused(
            &Request {
                path: "/Messages".to_owned(),
                ..request("")
            },
            404,
            20_404,
        );
        refused(
            &Request {
                method: "GET".to_owned(),
                ..request("")
            },
            405,
            20_004,
        );
    }

    #[test]
    fn fields() {
        let long = format!("To=%2B966500000000&From=CLINIC&Body={}", "a".repeat(1_601));
        for (form, code) in [
            ("", 21_604),
            ("To=%2B966500000000&Body=a", 21_603),
            ("To=%2B966500000000&From=CLINIC", 21_602),
            ("To=0500000000&From=CLINIC&Body=a", 21_211),
            ("To=%2B966500000000&From=OTHER&Body=a", 21_606),
            ("To=%2B966500000009&From=CLINIC&Body=a", 21_610),
            ("To=whatsapp%3A%2B966500000000&From=CLINIC&Body=a", 21_910),
            (
                "To=whatsapp%3A%2B966500000000&From=whatsapp%3A%2B1&Body=a",
                63_007,
            ),
            (
                "To=%2B966500000000&From=CLINIC&Body=a&StatusCallback=b",
                21_609,
            ),
            ("To=%2B966500000000&From=CLINIC&Body=a&Bodyy=b", 20_001),
            ("To=%2B966500000000&From=CLINIC&Body=%ff", 20_001),
            (long.as_str(), 21_617),
        ] {
            refused(&request(form), 400, code);
        }
        let json = Request {
            content_type: "application/json".to_owned(),
            ..request("{}")
        };
        refused(&json, 400, 21_604);
    }
}
