//! The one way through which something is started or moved: [`permitted`].
//!
//! What a person typed in 3CX themselves goes through [`handed_over`]: the same gate, without asking
//! anybody once more and at any hour.
//!
//! Quiet hours first, because they need nobody; then the gate in the Durable Object, which knows caps and
//! handles. What a tool does after it was permitted, it does once.
//!
//! Not here: which numbers may be dialled (`policy::DialRules`, asked when a tool reads its arguments).

use serde_json::json;

use super::audit::{not_begun, remind};
use super::{Code, Desk, ToolError, on_record};
use crate::auth::CallerKind;
use crate::messaging::Channel;
use crate::pbx::history::Zone;
use crate::policy::{
    Ask, Consent, Counted, Destination, ExtensionNumber, HANDLE_LIVES_MS, Permission, QuietHours,
    Reached, reader,
};
use crate::time::{Millis, iso};

/// What is about to be done.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act<'a> {
    /// An extension calls somebody.
    Call(&'a Destination),
    /// A call of an extension goes to somebody else.
    Transfer(&'a Destination),
    /// A call goes to Basma.
    HandOver,
    /// The recording of calls is changed.
    Recording,
    /// Somebody is written to.
    Message(Channel, &'a Destination),
}

impl<'a> Act<'a> {
    fn destination(self) -> Option<&'a Destination> {
        match self {
            Self::Call(destination)
            | Self::Transfer(destination)
            | Self::Message(_, destination) => Some(destination),
            Self::HandOver | Self::Recording => None,
        }
    }

    /// The number, where it is not one of the PBX's own.
    fn outside(self) -> Option<&'a str> {
        match self.destination()? {
            Destination::Internal(_) => None,
            outside => Some(outside.as_str()),
        }
    }

    fn counted(self) -> Option<Counted> {
        match self {
            Self::Call(_) => Some(Counted::Call),
            // A transfer to the outside is a call that somebody pays for.
            Self::Transfer(_) => self.outside().map(|_| Counted::Call),
            Self::HandOver | Self::Recording => None,
            Self::Message(..) => Some(Counted::Message),
        }
    }

    /// Who would be written to.
    fn reader(self) -> Option<String> {
        match self {
            Self::Message(channel, _) => Some(reader(channel.as_str(), self.outside()?)),
            Self::Call(_) | Self::Transfer(_) | Self::HandOver | Self::Recording => None,
        }
    }
}

/// Goes on if 3CX may hand over a message for somebody outside: a person has written it there.
pub(crate) async fn handed_over(
    desk: &Desk<'_>,
    act: Act<'_>,
    would: &str,
) -> Result<(), ToolError> {
    granted(desk, &asked(desk, act, "", would)?, would).await
}

/// Goes on if this may be done now, for the telephone of `extension`. `would` says what would be done, in one line.
pub(crate) async fn permitted(
    desk: &Desk<'_>,
    act: Act<'_>,
    extension: &ExtensionNumber,
    would: &str,
) -> Result<(), ToolError> {
    let limits = desk.limits()?;
    let is_outside = act.outside().is_some();
    if is_outside {
        not_quiet(desk)?;
    }
    let is_delicate = is_outside || matches!(act, Act::Recording);
    let ask = Ask {
        needs_yes: limits
            .confirm
            .asks(is_delicate)
            .then_some(limits.confirm_by),
        ..asked(desk, act, extension.as_str(), would)?
    };
    granted(desk, &ask, would).await
}

/// The question to the gate, as long as nobody has to say yes.
fn asked(desk: &Desk<'_>, act: Act<'_>, extension: &str, would: &str) -> Result<Ask, ToolError> {
    let outside = act.outside().map(str::to_owned);
    Ok(Ask {
        consent: Consent {
            caller: desk.caller.name.clone(),
            by_key: desk.caller.kind == CallerKind::ApiKey,
            tool: desk.errand.tool.to_owned(),
            extension: extension.to_owned(),
            arguments: desk.errand.digest(),
            would: would.to_owned(),
        },
        needs_yes: None,
        handle: desk.errand.handle(),
        counted: act.counted(),
        caps: desk.limits()?.caps,
        // How often somebody may be called says nothing about messages.
        outside: outside.filter(|_| !matches!(act, Act::Message(..))),
        extension: match act {
            Act::Call(_) => Some(extension.to_owned()),
            Act::Transfer(_) | Act::HandOver | Act::Recording | Act::Message(..) => None,
        },
        reader: act.reader(),
    })
}

async fn granted(desk: &Desk<'_>, ask: &Ask, would: &str) -> Result<(), ToolError> {
    if ask.needs_yes.is_none() && ask.counted.is_none() {
        return on_record(desk).await;
    }
    remind(desk);
    let permission = desk
        .session
        .permit(ask)
        .await
        .map_err(|error| not_begun(&error))?;
    match permission {
        Permission::Granted => Ok(()),
        Permission::NeedsYes {
            handle,
            was_worthless,
        } => Err(needs_yes(desk, would, &handle, was_worthless)),
        Permission::Open { handle } => Err(needs_yes(desk, would, &handle, false)),
        Permission::Declined => Err(ToolError::new(
            Code::Forbidden,
            format!("nothing was done: a person has said no to this: {would}"),
        )
        .hint("do not ask again unless the person wants you to")),
        Permission::Limited(reached) => Err(limited(&reached)),
        Permission::OptedOut => Err(ToolError::new(
            Code::ForbiddenDestination,
            "nothing was sent: this person has opted out of messages by this channel",
        )
        .hint(
            "do not write again; they opt in by sending START or اشتراك; call them if it matters",
        )),
    }
}

/// Outside calls and messages wait until the quiet hours are over.
fn not_quiet(desk: &Desk<'_>) -> Result<(), ToolError> {
    let Some(quiet) = desk.limits()?.quiet else {
        return Ok(());
    };
    let zone = desk.zone()?;
    let Some(opens_at) = quiet_until(quiet, zone, (desk.clock)()) else {
        return Ok(());
    };
    let message = format!(
        "nothing was done: it is quiet now ({quiet}, {}), and nobody outside is called or written to",
        zone.name()
    );
    Err(ToolError::new(Code::LimitReached, message)
        .hint(format!("try again after {}", iso(opens_at)))
        .details(json!({ "opensAt": iso(opens_at) })))
}

/// If it is quiet now, until when.
pub(super) fn quiet_until(quiet: QuietHours, zone: &Zone, now: Millis) -> Option<Millis> {
    const MINUTE_MS: Millis = 60_000;
    let rest = quiet.remaining(zone.minute_of_day(now))?;
    let begun = now.div_euclid(MINUTE_MS).saturating_mul(MINUTE_MS);
    Some(begun.saturating_add(MINUTE_MS.saturating_mul(Millis::from(rest))))
}

fn limited(reached: &Reached) -> ToolError {
    let message = format!("nothing was done: the limit of {} is reached", reached.cap);
    let error = ToolError::new(Code::LimitReached, message);
    match reached.opens_at {
        Some(at) => error
            .hint(format!("try again after {}", iso(at)))
            .details(json!({ "opensAt": iso(at) })),
        None => {
            error.hint("look with get_presence what is going on; an administrator sets the limits")
        }
    }
}

fn needs_yes(desk: &Desk<'_>, would: &str, handle: &str, was_worthless: bool) -> ToolError {
    let complaint = if was_worthless {
        "this handle is used up, too old, or was given out for something else. "
    } else {
        ""
    };
    let minutes = HANDLE_LIVES_MS / 60_000;
    let approve = desk.approval_address(handle);
    let first = match &approve {
        Some(address) => format!("a person has to say yes at {address}; then"),
        None => "ask the person; if they say yes,".to_owned(),
    };
    let message = format!("{complaint}nothing was done yet; this would {would}");
    ToolError::new(Code::ConfirmationRequired, message)
        .hint(format!(
            "{first} send the same request again with confirm set to \"{handle}\" within {minutes} minutes"
        ))
        .details(json!({ "confirm": handle, "wouldDo": would, "approve": approve }))
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;
    use crate::desk::testing::World;

    #[test]
    fn a_gate_that_cannot_be_reached_lets_nothing_through() {
        let extension = ExtensionNumber::parse("100").unwrap();
        let [inside, outside] = ["104", "0500000000"].map(|number| {
            let world = World::new(|_, _| World::says(500, ""), &[]);
            world.desk().dialing().unwrap().admit(number).unwrap()
        });
        for confirm in ["never", "outside", "always"] {
            let world = World::new(|_, _| World::says(500, ""), &[("CONFIRM", confirm)]);
            let ask = |act| {
                block_on(permitted(&world.desk(), act, &extension, "do it")).map_err(|it| it.code)
            };
            for act in [
                Act::Call(&inside),
                Act::Call(&outside),
                Act::Transfer(&inside),
                Act::Transfer(&outside),
                Act::HandOver,
                Act::Recording,
                Act::Message(Channel::Livechat, &inside),
                Act::Message(Channel::Sms, &outside),
            ] {
                world.is_down.set(false);
                assert_eq!(ask(act), Ok(()), "{confirm}, {act:?}");
                world.is_down.set(true);
                assert_eq!(ask(act), Err(Code::PbxUnreachable), "{confirm}, {act:?}");
            }
        }
    }
}
