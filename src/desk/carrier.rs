//! Sending SMS and WhatsApp through the carrier.
//!
//! Owns which roads are open ([`road`]), whom they reach ([`reachable`]), and the one request ([`send`]).
//! The message is on record before the request, and what became of it after; between them, and after an
//! unclear answer, a report of the carrier settles it. Our own name for the message travels in the address
//! of the reports, so that one which overtakes the answer finds it all the same.
//!
//! Not here: whether it may be sent now (`permit.rs`), and what Twilio's words mean (`messaging`).

use std::time::Duration;

use serde_json::json;

use super::audit::not_begun;
use super::{Code, Desk, ToolError};
use crate::auth::Secret;
use crate::messaging::{
    Answer, Channel, Draft, Entry, FAILED, INTENT, Origin, Refused, Report, Sender, UNKNOWN,
    answer, form, path,
};
use crate::pbx::{Body, HttpRequest, Method};
use crate::policy::{Class, Destination};
use crate::settings::Twilio;

/// For the answer to one message: Twilio takes well under a second when it is healthy.
const PATIENCE: Duration = Duration::from_secs(15);

/// A road that is open.
#[derive(Clone, Copy)]
pub(crate) struct Road<'a> {
    twilio: &'a Twilio,
    channel: Channel,
    sender: &'a Sender,
}

/// A message about to be sent.
pub(crate) struct Outgoing<'a> {
    /// Who wrote it, as it is logged: an extension, or the number of a trunk.
    pub(crate) from: &'a str,
    /// To which number.
    pub(crate) to: &'a str,
    /// Whose it is; empty where that is not known.
    pub(crate) extension: &'a str,
    /// The text.
    pub(crate) text: &'a str,
    /// Who began it.
    pub(crate) origin: Origin,
}

/// What was taken: our name for it, and how far along it is.
pub(crate) type Sent = (String, String);

/// The road for a channel, or what an administrator has to do for there to be one.
pub(crate) fn road<'a>(desk: &Desk<'a>, channel: Channel) -> Result<Road<'a>, ToolError> {
    let twilio = desk.messaging()?.twilio.as_ref();
    let open = twilio.and_then(|twilio| {
        let sender = twilio.sender(channel)?;
        Some(Road {
            twilio,
            channel,
            sender,
        })
    });
    open.ok_or_else(|| {
        let (name, variable) = match channel {
            Channel::Whatsapp => ("WhatsApp", "TWILIO_WHATSAPP_FROM"),
            Channel::Sms | Channel::Livechat => ("SMS", "TWILIO_SMS_FROM"),
        };
        let missing = if twilio.is_none() {
            format!("TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and {variable}")
        } else {
            variable.to_owned()
        };
        let message = format!(
            "nothing was sent: 3CX has no API to send {name}, and no carrier for it is set up on this server"
        );
        ToolError::new(Code::NotSupportedByPbx, message).hint(format!(
            "an administrator has to set {missing} (see README, Messages); make_call reaches the person by \
             telephone"
        ))
    })
}

/// Refuses what this channel cannot reach, before it costs anything.
pub(crate) fn reachable(
    desk: &Desk<'_>,
    channel: Channel,
    to: &Destination,
) -> Result<(), ToolError> {
    let what = match (channel, to.class(desk.dialing()?.home())) {
        (_, Class::Extension) => {
            return Err(ToolError::invalid(format!(
                "{to} is an extension; sms and whatsapp need a telephone number"
            ))
            .hint("use livechat for extensions, or give a mobile number such as +966500000000"));
        }
        (_, Class::ShortCode | Class::Emergency) => "a service line",
        (Channel::Sms, Class::Fixed) => "a fixed line",
        (Channel::Sms, Class::TollFree | Class::SharedCost) => "no mobile number",
        _ => return Ok(()),
    };
    let message = format!("nothing was sent: {to} is {what}, which takes no {channel}");
    Err(ToolError::new(Code::ForbiddenDestination, message)
        .hint("ask for a mobile number, or use make_call"))
}

/// Sends it, once.
pub(crate) async fn send(
    desk: &Desk<'_>,
    road: Road<'_>,
    outgoing: &Outgoing<'_>,
) -> Result<Sent, ToolError> {
    let id = desk.session.new_id();
    let callback = format!("{}/webhooks/twilio?m={id}", desk.public_url);
    let request = HttpRequest {
        method: Method::Post,
        path: path(&road.twilio.account),
        // The way to the carrier adds the account's own.
        bearer: None,
        body: Some(Body::Form(Secret::new(form(&Draft {
            channel: road.channel,
            sender: road.sender,
            to: outgoing.to,
            text: outgoing.text,
            callback: &callback,
        })))),
        timeout: PATIENCE,
    };
    let entry = Entry {
        place: 0,
        id,
        at: (desk.clock)(),
        channel: road.channel,
        origin: outgoing.origin,
        from: outgoing.from.to_owned(),
        to: outgoing.to.to_owned(),
        extension: outgoing.extension.to_owned(),
        body: outgoing.text.to_owned(),
        sid: String::new(),
        status: INTENT.to_owned(),
        error: String::new(),
    };
    desk.session
        .log(&entry)
        .await
        .map_err(|error| not_begun(&error))?;
    let answered = match desk.carrier.send(request).await {
        Ok(response) => answer(response.status, &response.body),
        Err(lost) => Answer::Unclear(lost.to_string()),
    };
    // If this is lost, a report will settle it.
    let _ = desk.session.settle(&report(&entry.id, &answered)).await;
    match answered {
        Answer::Taken { status, .. } => Ok((entry.id, status)),
        Answer::Refused(refused) => Err(explain(&refused, outgoing.to)),
        Answer::Unclear(doubt) => {
            let message = format!(
                "the message to {} may or may not have been sent: {doubt}",
                outgoing.to
            );
            Err(ToolError::new(Code::OutcomeUnknown, message)
                .hint(
                    "do not send it again: get_messages shows in a minute whether the carrier has reported \
                     on it; or ask the person",
                )
                .details(json!({ "messageId": entry.id })))
        }
    }
}

fn report(id: &str, answered: &Answer) -> Report {
    let (sid, status, error) = match answered {
        Answer::Taken { sid, status } => (sid.clone(), status.clone(), String::new()),
        Answer::Refused(refused) => {
            let code = Some(refused.code).filter(|code| *code > 0);
            let error = code.map(|code| code.to_string()).unwrap_or_default();
            (String::new(), FAILED.to_owned(), error)
        }
        Answer::Unclear(_) => (String::new(), UNKNOWN.to_owned(), String::new()),
    };
    Report {
        id: id.to_owned(),
        sid,
        status,
        error,
    }
}

fn explain(refused: &Refused, to: &str) -> ToolError {
    let code = if refused.is_about_number {
        Code::ForbiddenDestination
    } else {
        Code::ProviderFailed
    };
    let said = if refused.said.is_empty() {
        String::new()
    } else {
        format!(": {}", refused.said)
    };
    let number = if refused.code > 0 {
        format!(" ({})", refused.code)
    } else {
        String::new()
    };
    let message =
        format!("nothing was sent to {to}: the carrier refused the message{number}{said}");
    let error = ToolError::new(code, message)
        .hint(refused.advice)
        .details(json!({ "providerCode": refused.code }));
    if refused.is_too_much {
        error.retryable()
    } else {
        error
    }
}
