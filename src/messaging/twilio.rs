//! Twilio's Messages API: the request, what its answer says, and what its refusals mean.
//!
//! An answer of 4xx is a refusal: nothing was sent. Anything else but 2xx with a message in it leaves it
//! open whether something was sent, and nobody sends it again.
//! Not here: the account's token (the transport adds it), and messages that come in (`webhook.rs`).

use serde_json::Value;

use super::Channel;
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

/// What a code means and what to do, and whether it is about the number.
pub fn advice(code: u32, http: u16) -> (&'static str, bool) {
    match code {
        21_211 | 21_217 | 21_401 | 21_421 | 63_024 => {
            ("this is no number that can be written to: check it", true)
        }
        21_614 | 30_006 => (
            "this is no mobile number: call it, or ask for a mobile number",
            true,
        ),
        21_610 => (
            "the person has opted out of messages from this sender: do not write again; they can send \
             START to it if they want messages",
            true,
        ),
        21_408 => (
            "the Twilio account may not write to this country: an administrator can allow it under \
             Messaging > Settings > Geo permissions",
            true,
        ),
        21_612 => (
            "this sender cannot reach this number: an administrator should check the sender (in Saudi \
             Arabia a registered sender name) in the Twilio Console",
            true,
        ),
        21_212 | 21_606 | 21_603 | 21_659 | 21_660 | 21_703 | 63_007 => (
            "the sender is not one of this Twilio account: an administrator should check TWILIO_SMS_FROM \
             and TWILIO_WHATSAPP_FROM against the senders in the Twilio Console",
            false,
        ),
        21_608 => (
            "a Twilio trial account writes to verified numbers only: verify this one, or upgrade",
            true,
        ),
        21_609 => (
            "Twilio does not accept our address for reports: an administrator should set MCP_PUBLIC_URL to \
             an address that the internet can reach",
            false,
        ),
        21_617 => (
            "the text is too long for one message: send it in parts",
            false,
        ),
        63_016 | 63_005 | 131_047 => (
            "more than 24 hours have passed since the person last wrote by WhatsApp, so free text is not \
             allowed: use an approved template in the Twilio Console, or send an SMS",
            false,
        ),
        63_003 | 63_015 | 63_032 => (
            "this number cannot be reached by WhatsApp: use SMS or call",
            true,
        ),
        20_003 | 20_008 | 20_404 => (
            "Twilio does not accept the account: an administrator should check TWILIO_ACCOUNT_SID and \
             TWILIO_AUTH_TOKEN",
            false,
        ),
        20_429 | 63_018 | 30_022 => (
            "too many messages at once: wait a minute, then try again",
            false,
        ),
        30_003 | 30_005 => (
            "the telephone is off, unreachable, or no longer exists: try later or call",
            true,
        ),
        30_004 | 30_007 => (
            "the operator blocked the message: an administrator should check that the sender is \
             registered and the text is no advertising",
            false,
        ),
        _ if http == 429 => (
            "too many messages at once: wait a minute, then try again",
            false,
        ),
        _ if matches!(http, 401 | 403) => (
            "Twilio does not accept the account: an administrator should check TWILIO_ACCOUNT_SID and \
             TWILIO_AUTH_TOKEN",
            false,
        ),
        _ => (
            "an administrator can look the code up in Twilio's error dictionary",
            false,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft<'a>(channel: Channel, sender: &'a Sender, text: &'a str) -> Draft<'a> {
        Draft {
            channel,
            sender,
            to: "+966500000000",
            text,
            callback: "https://a.example/webhooks/twilio?m=x",
        }
    }

    #[test]
    fn forms() {
        let number = Sender::sms("+966500000001").unwrap();
        assert_eq!(
            form(&draft(Channel::Sms, &number, "a b&c=é")),
            "To=%2B966500000000&From=%2B966500000001&Body=a%20b%26c%3D%C3%A9\
             &StatusCallback=https%3A%2F%2Fa.example%2Fwebhooks%2Ftwilio%3Fm%3Dx"
        );
        let whatsapp = Sender::whatsapp("whatsapp:+966500000002").unwrap();
        let form_of = form(&draft(Channel::Whatsapp, &whatsapp, "x"));
        assert!(
            form_of.starts_with(
                "To=whatsapp%3A%2B966500000000&From=whatsapp%3A%2B966500000002&Body=x&"
            )
        );
        let service = Sender::sms(&format!("MG{}", "0".repeat(32))).unwrap();
        assert!(form(&draft(Channel::Sms, &service, "x")).contains("&MessagingServiceSid=MG000"));
        assert_eq!(path("AC0"), "/2010-04-01/Accounts/AC0/Messages.json");
    }

    #[test]
    fn senders() {
        for good in ["+966500000000", "Clinic", "Clinic-AD", "BRAINSAIT 1"] {
            assert!(Sender::sms(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "0500000000",
            "966500000000",
            "+12",
            "A name too long",
            "عيادة",
            "whatsapp:+966500000000",
            "12345",
        ] {
            assert!(Sender::sms(bad).is_none(), "{bad}");
        }
        for good in [
            "+966500000000",
            "whatsapp:+966500000000",
            "whatsapp: +966500000000",
        ] {
            assert_eq!(Sender::whatsapp(good).unwrap().as_str(), "+966500000000");
        }
        assert!(Sender::whatsapp("Clinic").is_none());
    }

    #[test]
    fn answers() {
        let taken = |status: &str| Answer::Taken {
            sid: "SM1".into(),
            status: status.into(),
        };
        let check = |http, body: &str, expected| {
            assert_eq!(answer(http, body.as_bytes()), expected, "{body}");
        };
        check(
            201,
            r#"{"sid":"SM1","status":"queued","error_code":null,"body":"x"}"#,
            taken("queued"),
        );
        check(
            201,
            r#"{"sid":"SM1","status":"accepted"}"#,
            taken("accepted"),
        );
        // What only a report may say is not taken from the answer.
        for status in [
            r#""delivered""#,
            r#""read""#,
            "7",
            "null",
            r#""something new""#,
        ] {
            check(
                201,
                &format!(r#"{{"sid":"SM1","status":{status}}}"#),
                taken("accepted"),
            );
        }
        for (http, body) in [
            (201, ""),
            (200, "<html>"),
            (201, r#"{"sid":""}"#),
            (201, "{}"),
            (500, r#"{"code":20500,"message":"x"}"#),
            (503, ""),
            (408, ""),
            (499, r#"{"code":1}"#),
            (101, ""),
        ] {
            assert!(
                matches!(answer(http, body.as_bytes()), Answer::Unclear(_)),
                "{http} {body}"
            );
        }
    }

    #[test]
    fn refusals_carry_advice() {
        let check = |http, body: &str, words: &str, is_about_number| {
            let Answer::Refused(refused) = answer(http, body.as_bytes()) else {
                panic!("{http} {body}");
            };
            assert!(refused.advice.contains(words), "{body}: {}", refused.advice);
            assert_eq!(refused.is_about_number, is_about_number, "{body}");
            assert_eq!(refused.is_too_much, http == 429);
        };
        let code = |code: u32| format!(r#"{{"code":{code},"message":"so","status":400}}"#);
        check(400, &code(21_614), "no mobile number", true);
        check(400, &code(21_610), "opted out", true);
        check(400, &code(63_016), "24 hours", false);
        check(400, &code(21_606), "TWILIO_SMS_FROM", false);
        check(400, &code(21_659), "TWILIO_SMS_FROM", false);
        check(400, &code(21_212), "TWILIO_SMS_FROM", false);
        check(400, &code(21_211), "check it", true);
        check(403, &code(21_408), "Geo permissions", true);
        check(401, &code(20_003), "TWILIO_AUTH_TOKEN", false);
        check(401, "", "TWILIO_AUTH_TOKEN", false);
        check(429, &code(20_429), "wait", false);
        check(429, "<html>", "wait", false);
        check(400, "not JSON", "error dictionary", false);
        check(302, "", "error dictionary", false);
        check(
            201,
            r#"{"sid":"SM1","status":"failed","error_code":30006}"#,
            "no mobile",
            true,
        );
    }
}
