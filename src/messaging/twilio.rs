//! Twilio's Messages API: the request, what its answer says, and what its refusals mean.
//!
//! An answer of 4xx is a refusal: nothing was sent. Anything else but 2xx with a message in it leaves it
//! open whether something was sent, and nobody sends it again.
//! Not here: the account's token (the transport adds it), and messages that come in (`webhook.rs`).

use serde_json::Value;

use super::{Channel, advice};
use crate::auth::oauth::append;
use crate::json;

/// In whose name a message goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender(String);

impl Sender {
    /// A number such as `+966500000000`, a registered name of up to 11 letters and digits, or a messaging
    /// service (`MG…`).
    pub fn sms(text: &str) -> Option<Self> {
        let is_name = (1..=11).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b" -_&+".contains(&byte))
            && text.bytes().any(|byte| byte.is_ascii_alphabetic());
        let is_service = text.len() == 34
            && text.starts_with("MG")
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (is_name || is_service || is_number(text)).then(|| Self(text.to_owned()))
    }

    /// A number, with or without `whatsapp:` before it.
    pub fn whatsapp(text: &str) -> Option<Self> {
        let number = text.strip_prefix("whatsapp:").unwrap_or(text).trim();
        is_number(number).then(|| Self(number.to_owned()))
    }

    /// As it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn is_service(&self) -> bool {
        self.0.len() == 34
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// A message to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// SMS or WhatsApp.
    pub channel: Channel,
    /// In whose name.
    pub sender: &'a Sender,
    /// To which number.
    pub to: &'a str,
    /// The text.
    pub text: &'a str,
    /// Where Twilio is to report what becomes of it.
    pub callback: &'a str,
}

/// Where messages are posted.
pub fn path(account: &str) -> String {
    format!("/2010-04-01/Accounts/{account}/Messages.json")
}

/// The form that is posted.
pub fn form(draft: &Draft<'_>) -> String {
    let of = |number: &str| match draft.channel {
        Channel::Whatsapp => format!("whatsapp:{number}"),
        Channel::Sms | Channel::Livechat => number.to_owned(),
    };
    let mut form = String::new();
    append(&mut form, "To", &of(draft.to));
    if draft.sender.is_service() {
        append(&mut form, "MessagingServiceSid", draft.sender.as_str());
    } else {
        append(&mut form, "From", &of(draft.sender.as_str()));
    }
    append(&mut form, "Body", draft.text);
    append(&mut form, "StatusCallback", draft.callback);
    form
}

/// What Twilio answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It took the message.
    Taken {
        /// Its name for it.
        sid: String,
        /// How far along it is.
        status: String,
    },
    /// It certainly did not.
    Refused(Refused),
    /// Nobody knows.
    Unclear(String),
}

/// Why a message was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Twilio's code; 0 where it gave none.
    pub code: u32,
    /// Twilio's own words.
    pub said: String,
    /// What it means and what to do.
    pub advice: &'static str,
    /// It is about this number: another one might do.
    pub is_about_number: bool,
    /// Too much at once: the same may be taken a little later.
    pub is_too_much: bool,
}

/// Reads an answer.
pub fn answer(http: u16, bytes: &[u8]) -> Answer {
    let body = json::any(bytes).unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    match http {
        200..=299 => {
            let Some(sid) = text("sid").filter(|sid| !sid.is_empty()) else {
                return Answer::Unclear(format!("it answered {http} without naming a message"));
            };
            let status = text("status");
            if matches!(status, Some("failed" | "undelivered" | "canceled")) {
                return Answer::Refused(refused(
                    number(body.get("error_code")),
                    "the message failed at once".to_owned(),
                    http,
                ));
            }
            // Only a report says that it was delivered.
            let known = ["accepted", "scheduled", "queued", "sending", "sent"];
            let status = status.filter(|status| known.contains(status));
            Answer::Taken {
                sid: sid.to_owned(),
                status: status.unwrap_or("accepted").to_owned(),
            }
        }
        // Said by a proxy in between, or by a server that stopped waiting: it may be under way.
        300..=499 if !matches!(http, 408 | 499) => {
            let code = number(body.get("code"));
            let said = text("message").unwrap_or_default();
            let said = said.chars().take(300).collect();
            Answer::Refused(refused(code, said, http))
        }
        _ => Answer::Unclear(format!("it answered {http}")),
    }
}

fn number(value: Option<&Value>) -> u32 {
    let code = value.and_then(|code| {
        code.as_u64()
            .or_else(|| code.as_str().and_then(|text| text.parse().ok()))
    });
    code.and_then(|code| u32::try_from(code).ok())
        .unwrap_or_default()
}

fn refused(code: u32, said: String, http: u16) -> Refused {
    let (advice, is_about_number) = advice(code, http);
    Refused {
        code,
        said,
        advice,
        is_about_number,
        is_too_much: http == 429,
    }
}

#[cfg(test)]
mod tests;
