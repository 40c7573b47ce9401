//! What the carrier says: the document of a message, and its errors.
//!
//! Source: Twilio's Messages resource and error dictionary.

use serde_json::{Value, json};

use crate::book::Accepted;

/// Every message was sent then: nobody should set a clock by it.
const DATE: &str = "Thu, 01 Jan 2026 09:00:00 +0000";

/// A status and a JSON document.
pub(crate) type Answer = (u16, Value);

/// The error of a code; `about` is the value that is wrong.
pub(crate) fn error(code: u32, about: &str) -> Answer {
    let (status, message) = match code {
        20_001 => (400, format!("Invalid parameter: {about}")),
        20_003 => (401, "Authenticate".to_owned()),
        20_004 => (405, "Method not allowed".to_owned()),
        20_404 => (404, format!("The requested resource {about} was not found")),
        20_429 => (429, "Too Many Requests".to_owned()),
        21_211 => (400, format!("Invalid 'To' Phone Number: {about}")),
        21_408 => (
            400,
            format!(
                "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {about}"
            ),
        ),
        21_602 => (400, "Message body is required.".to_owned()),
        21_603 => (400, "A 'From' phone number is required.".to_owned()),
        21_604 => (400, "A 'To' phone number is required.".to_owned()),
        21_606 => (
            400,
            format!(
                "The 'From' phone number {about} is not a valid, SMS-capable inbound phone number or short code for your account."
            ),
        ),
        21_609 => (
            400,
            format!("The 'StatusCallback' URL {about} is not a valid URL."),
        ),
        21_610 => (400, "Attempt to send to unsubscribed recipient".to_owned()),
        21_614 => (
            400,
            format!("'To' number {about} is not a valid mobile number"),
        ),
        21_617 => (
            400,
            "The concatenated message body exceeds the 1600 character limit".to_owned(),
        ),
        21_910 => (
            400,
            "Invalid From and To pair. From and To should be of the same channel".to_owned(),
        ),
        63_007 => (
            400,
            "Twilio could not find a Channel with the specified From address".to_owned(),
        ),
        63_016 => (
            400,
            "Failed to send freeform message because you are outside the allowed window."
                .to_owned(),
        ),
        other => (400, format!("error {other}")),
    };
    let more_info = format!("https://www.twilio.com/docs/errors/{code}");
    let document =
        json!({ "code": code, "message": message, "more_info": more_info, "status": status });
    (status, document)
}

/// A message as it is right after it was accepted.
pub(crate) fn message(account: &str, accepted: &Accepted) -> Answer {
    let sid = &accepted.sid;
    let uri = format!("/2010-04-01/Accounts/{account}/Messages/{sid}");
    let document = json!({
        "account_sid": account, "api_version": "2010-04-01", "body": accepted.body,
        "date_created": DATE, "date_sent": null, "date_updated": DATE,
        "direction": "outbound-api", "error_code": null, "error_message": null,
        "from": accepted.from, "messaging_service_sid": null, "num_media": "0",
        "num_segments": accepted.segments.to_string(), "price": null, "price_unit": null,
        "sid": sid, "status": "queued", "to": accepted.to, "uri": format!("{uri}.json"),
        "subresource_uris": { "media": format!("{uri}/Media.json") },
    });
    (201, document)
}
