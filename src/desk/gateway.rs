//! What the PBX hands over: an SMS that somebody wrote in 3CX, for us to send.
//!
//! The same gate, log and road as `send_message`. Nobody is asked for a yes, because a person has typed it;
//! and it is sent at any hour. 3CX names no message, so one that it posts twice is sent twice.

use serde_json::json;

use super::permit::handed_over;
use super::{Act, Code, Desk, Errand, Outgoing, ToolError, begin, end, reachable, road, send};
use crate::messaging::{Channel, Handed, MOST_CHARS, Origin};

/// What this is called in the audit.
const NAME: &str = "sms_gateway";
/// Before a number that is to be written to by WhatsApp.
const WHATSAPP: &str = "whatsapp:";

/// Sends it; our name for it. Also where nobody knows whether it was sent.
pub async fn hand_over(desk: &Desk<'_>, handed: &Handed) -> Result<String, ToolError> {
    let arguments = json!({ "to": handed.to }).to_string();
    let mut desk = Desk {
        errand: Errand {
            tool: NAME,
            arguments: &arguments,
            client: "3CX",
            ..Errand::default()
        },
        ..desk.clone()
    };
    let intent = begin(&desk, &|name| name == "to");
    desk.intent = Some(intent.clone());
    let outcome = forward(&desk, handed).await;
    end(
        &desk,
        intent,
        outcome.as_ref().err().map(|error| error.code),
    )
    .await;
    match outcome {
        // 3CX would show a failure, and its person would write again: a report settles it.
        Err(error) if error.code == Code::OutcomeUnknown => named(&error).ok_or(error),
        outcome => outcome,
    }
}

/// The message that an error is about.
fn named(error: &ToolError) -> Option<String> {
    let id = error.details.as_ref()?.get("messageId")?.as_str()?;
    Some(id.to_owned())
}

async fn forward(desk: &Desk<'_>, handed: &Handed) -> Result<String, ToolError> {
    let length = handed.text.chars().count();
    if length > MOST_CHARS {
        let message = format!("the text has {length} characters, but may have {MOST_CHARS}");
        return Err(ToolError::invalid(message).hint("send it in parts"));
    }
    let channel = channel(desk, handed)?;
    let to = handed.to.trim();
    let to = desk
        .dialing()?
        .admit(to.strip_prefix(WHATSAPP).unwrap_or(to))?;
    reachable(desk, channel, &to)?;
    let road = road(desk, channel)?;
    let would = format!("send a {channel} to {to} for somebody in 3CX");
    handed_over(desk, Act::Message(channel, &to), &would).await?;
    let outgoing = Outgoing {
        from: handed.from.trim(),
        to: to.as_str(),
        extension: "",
        text: &handed.text,
        origin: Origin::Pbx,
    };
    Ok(send(desk, road, &outgoing).await?.0)
}

/// WhatsApp where the trunk's number is the WhatsApp sender, or the person's says so.
fn channel(desk: &Desk<'_>, handed: &Handed) -> Result<Channel, ToolError> {
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let twilio = desk.messaging()?.twilio.as_ref();
    let sender = twilio.and_then(|twilio| twilio.sender(Channel::Whatsapp));
    let is_sender = sender.is_some_and(|sender| digits(sender.as_str()) == digits(&handed.from));
    Ok(if is_sender || handed.to.trim().starts_with(WHATSAPP) {
        Channel::Whatsapp
    } else {
        Channel::Sms
    })
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;
    use crate::desk::testing::World;
    use crate::pbx::Body;

    const ROADS: [(&str, &str); 4] = [
        ("TWILIO_ACCOUNT_SID", "AC1"),
        ("TWILIO_AUTH_TOKEN", "t"),
        ("TWILIO_SMS_FROM", "+966500000008"),
        ("TWILIO_WHATSAPP_FROM", "+966500000009"),
    ];

    fn hand(world: &World, from: &str, to: &str, text: &str) -> Result<String, Code> {
        let handed = Handed {
            from: from.into(),
            to: to.into(),
            text: text.into(),
        };
        block_on(hand_over(&world.desk(), &handed)).map_err(|error| error.code)
    }

    fn world() -> World {
        // Quiet from one minute to the next, but for one minute: a person in 3CX is not held up.
        let mut variables = ROADS.to_vec();
        variables.push(("QUIET_HOURS", "00:00-23:59"));
        World::new(
            |_, _| World::says(201, r#"{"sid":"SM1","status":"queued"}"#),
            &variables,
        )
    }

    #[test]
    fn it_goes_by_the_road_of_its_sender_without_a_yes() {
        for (from, to, channel, form) in [
            ("+966500000008", "+966500000000", Channel::Sms, "To=%2B966"),
            (
                "+966110000000",
                "0500000000",
                Channel::Sms,
                "From=%2B966500000008",
            ),
            (
                "+966500000009",
                "+966500000000",
                Channel::Whatsapp,
                "To=whatsapp%3A%2B966500000000&From=whatsapp%3A%2B966500000009",
            ),
            (
                "+966500000008",
                "whatsapp:+966500000000",
                Channel::Whatsapp,
                "To=whatsapp%3A",
            ),
        ] {
            let world = world();
            assert!(hand(&world, from, to, "Hello").is_ok(), "{from} {to}");
            let entry = world.messages.borrow()[0].clone();
            assert_eq!((entry.channel, entry.origin), (channel, Origin::Pbx));
            assert_eq!(
                (entry.from.as_str(), entry.to.as_str()),
                (from, "+966500000000")
            );
            let request = world.requests.take().remove(0);
            let Some(Body::Form(sent)) = request.body else {
                panic!("a form");
            };
            assert!(sent.expose().contains(form), "{}", sent.expose());
        }
    }

    #[test]
    fn what_is_unclear_is_no_failure() {
        let world = World::new(|_, _| World::says(503, ""), &ROADS);
        let id = hand(&world, "+966500000008", "+966500000000", "x").unwrap();
        let entry = world.messages.borrow()[0].clone();
        assert_eq!((entry.id, entry.status.as_str()), (id, "unknown"));
        assert_eq!(world.requests.borrow().len(), 1);
    }

    #[test]
    fn the_rules_hold_for_it() {
        for (to, text, code) in [
            ("997", "x", Code::ForbiddenDestination),
            ("+447700900000", "x", Code::ForbiddenDestination),
            ("+966112345678", "x", Code::ForbiddenDestination),
            ("somebody", "x", Code::InvalidArgument),
            ("+966500000000", &"x".repeat(1_601), Code::InvalidArgument),
        ] {
            let world = world();
            assert_eq!(hand(&world, "+966500000008", to, text), Err(code), "{to}");
            assert_eq!(world.requests.borrow().len(), 0);
        }
        let closed = World::new(|_, _| World::says(500, ""), &[]);
        let outcome = hand(&closed, "+966500000008", "+966500000000", "x");
        assert_eq!(outcome, Err(Code::NotSupportedByPbx));
        let world = world();
        world.is_down.set(true);
        let outcome = hand(&world, "+966500000008", "+966500000000", "x");
        assert_eq!(outcome, Err(Code::PbxUnreachable));
        assert_eq!(world.requests.borrow().len(), 0);
    }
}
