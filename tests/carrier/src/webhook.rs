//! What the carrier posts to its customer: statuses, and messages from outside.
//!
//! Source: Twilio, "Track the message status", "Incoming message webhook request".

use crate::book::{Accepted, Book, Delivery};
use crate::carrier::Shared;
use crate::fate::Report;
use crate::form;
use crate::segments;
use crate::signature::sign;

/// The fields of a webhook.
pub type Parameters = Vec<(String, String)>;

/// A message from outside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inbound {
    /// `SM` and 32 hexadecimal digits; the same one again is a repetition.
    pub sid: String,
    /// `+966…`, or `whatsapp:+966…`.
    pub from: String,
    /// One of ours.
    pub to: String,
    /// The text.
    pub body: String,
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Parameters {
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    pairs.into_iter().map(owned).collect()
}

impl Inbound {
    /// The fields as they are posted.
    pub fn parameters(&self, account: &str) -> Parameters {
        let segments = segments::count(&self.body).1.to_string();
        let mut all = pairs([
            ("ToCountry", "SA"),
            ("ToState", ""),
            ("SmsMessageSid", &self.sid),
            ("NumMedia", "0"),
            ("ToCity", ""),
            ("FromZip", ""),
            ("SmsSid", &self.sid),
            ("FromState", ""),
            ("SmsStatus", "received"),
            ("FromCity", ""),
            ("Body", &self.body),
            ("FromCountry", "SA"),
            ("To", &self.to),
            ("ToZip", ""),
            ("NumSegments", &segments),
            ("MessageSid", &self.sid),
            ("AccountSid", account),
            ("From", &self.from),
            ("ApiVersion", "2010-04-01"),
        ]);
        if let Some(number) = self.from.strip_prefix("whatsapp:+") {
            all.extend(pairs([
                ("ProfileName", "Huda"),
                ("WaId", number),
                ("MessageType", "text"),
            ]));
        }
        all
    }
}

/// The fields of a status report.
pub(crate) fn report_parameters(account: &str, message: &Accepted, report: &Report) -> Parameters {
    let mut all = pairs([
        ("SmsSid", &message.sid),
        ("SmsStatus", &report.status),
        ("MessageStatus", &report.status),
        ("To", &message.to),
        ("MessageSid", &message.sid),
        ("AccountSid", account),
        ("From", &message.from),
        ("ApiVersion", "2010-04-01"),
    ]);
    if let Some(code) = report.error_code {
        all.extend(pairs([("ErrorCode", &code.to_string())]));
    }
    all
}

/// Posts a form with its signature; what was answered.
pub(crate) async fn post(shared: &Shared, url: &str, parameters: &Parameters) -> Option<u16> {
    let (really, signature) =
        shared.with(|book: &mut Book| (book.really(url), sign(&book.token, url, parameters)));
    let request = shared
        .http
        .post(really)
        .header(
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8",
        )
        .header("user-agent", "TwilioProxy/1.1")
        .header("x-twilio-signature", signature)
        .body(form::encode(parameters));
    let answer = request.send().await.ok()?;
    let status = answer.status().as_u16();
    let named = |name: &str| {
        let found = parameters.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let delivery = Delivery {
        sid: named("MessageSid"),
        status: named("SmsStatus"),
        answer: Some(status),
    };
    shared.with(|book| book.deliveries.push(delivery));
    Some(status)
}
