//! What Twilio tells us at `/webhooks/twilio`: a message that came in, or what became of one that went out.

use super::Channel;
use crate::auth::oauth::Form;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Somebody wrote to us.
    Message {
        /// Twilio's name for the message.
        sid: String,
        /// SMS or WhatsApp.
        channel: Channel,
        /// Who wrote.
        from: String,
        /// To which of our numbers.
        to: String,
        /// The text; media are named in it.
        body: String,
    },
    /// A message of ours went on.
    Status {
        /// Twilio's name for the message.
        sid: String,
        /// In its own words.
        status: String,
        /// Why it did not arrive; empty where that was not said.
        error: String,
    },
}

/// Something that is needed is missing, or too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnEvent(pub &'static str);

/// Longer texts than any channel carries.
const MOST_CHARS: usize = 4_096;
/// Longer than any name or number.
const MOST_NAME: usize = 100;

/// Reads the form of a webhook. What is not known in it is passed over.
pub fn read_event(form: &Form) -> Result<Event, NotAnEvent> {
    let one = |name: &str| form.first(name).unwrap_or_default().trim();
    let sid = [one("MessageSid"), one("SmsMessageSid"), one("SmsSid")]
        .into_iter()
        .find(|sid| !sid.is_empty())
        .filter(|sid| {
            sid.len() <= MOST_NAME && sid.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
        .ok_or(NotAnEvent("MessageSid"))?
        .to_owned();
    let reported = one("MessageStatus");
    let is_message =
        reported.is_empty() && (form.first("Body").is_some() || !one("NumMedia").is_empty());
    if !is_message {
        let status = if reported.is_empty() {
            one("SmsStatus")
        } else {
            reported
        };
        let is_word = |text: &str| text.len() <= MOST_NAME && text.is_ascii();
        if status.is_empty() || !is_word(status) {
            return Err(NotAnEvent("MessageStatus"));
        }
        let error = one("ErrorCode");
        return Ok(Event::Status {
            sid,
            status: status.to_ascii_lowercase(),
            error: if is_word(error) {
                error.to_owned()
            } else {
                String::new()
            },
        });
    }
    let (from, to) = (one("From"), one("To"));
    if from.is_empty() || from.len() > MOST_NAME {
        return Err(NotAnEvent("From"));
    }
    if to.is_empty() || to.len() > MOST_NAME {
        return Err(NotAnEvent("To"));
    }
    let whatsapp = from.strip_prefix("whatsapp:");
    let text = form.first("Body").unwrap_or_default();
    let mut body: String = text.chars().take(MOST_CHARS).collect();
    for medium in 0..10 {
        let Some(kind) = form.first(&format!("MediaContentType{medium}")) else {
            break;
        };
        if !body.is_empty() {
            body.push('\n');
        }
        body.push_str("[attachment: ");
        body.extend(kind.chars().take(MOST_NAME));
        body.push(']');
    }
    Ok(Event::Message {
        sid,
        channel: if whatsapp.is_some() {
            Channel::Whatsapp
        } else {
            Channel::Sms
        },
        from: whatsapp.unwrap_or(from).to_owned(),
        to: to.strip_prefix("whatsapp:").unwrap_or(to).to_owned(),
        body,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(form: &str) -> Result<Event, NotAnEvent> {
        read_event(&Form::parse(form.as_bytes()))
    }

    #[test]
    fn messages() {
        let message = |channel, body: &str| {
            Ok(Event::Message {
                sid: "SM1".into(),
                channel,
                from: "+966500000000".into(),
                to: "+966500000001".into(),
                body: body.into(),
            })
        };
        assert_eq!(
            read(
                "MessageSid=SM1&SmsStatus=received&From=%2B966500000000&To=%2B966500000001&Body=%D9%85+1&NumMedia=0&New=x"
            ),
            message(Channel::Sms, "م 1")
        );
        assert_eq!(
            read(
                "MessageSid=SM1&From=whatsapp%3A%2B966500000000&To=whatsapp%3A%2B966500000001&Body=&NumMedia=2&MediaContentType0=image/jpeg&MediaContentType1=audio/ogg"
            ),
            message(
                Channel::Whatsapp,
                "[attachment: image/jpeg]\n[attachment: audio/ogg]"
            )
        );
        for (form, missing) in [
            ("", "MessageSid"),
            ("From=a&To=b&Body=c", "MessageSid"),
            ("MessageSid=../x&From=a&To=b&Body=c", "MessageSid"),
            ("MessageSid=SM1&To=b&Body=c", "From"),
            ("MessageSid=SM1&From=b&Body=c", "To"),
            ("MessageSid=SM1&From=b&To=b", "MessageStatus"),
        ] {
            assert_eq!(read(form), Err(NotAnEvent(missing)), "{form}");
        }
    }

    #[test]
    fn statuses() {
        let status = |error: &str| {
            Ok(Event::Status {
                sid: "SM1".into(),
                status: "undelivered".into(),
                error: error.into(),
            })
        };
        assert_eq!(
            read(
                "MessageSid=SM1&MessageStatus=undelivered&SmsStatus=undelivered&ErrorCode=30005&To=x"
            ),
            status("30005")
        );
        assert_eq!(read("SmsSid=SM1&SmsStatus=undelivered"), status(""));
    }
}
