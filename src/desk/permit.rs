//! The one way through which something is started or moved: [`permitted`].
//!
//! Quiet hours first, because they need nobody; then the gate in the Durable Object, which knows caps and
//! handles. What a tool does after it was permitted, it does once.
//!
//! Not here: which numbers may be dialled (`policy::DialRules`, asked when a tool reads its arguments).

use serde_json::json;

use super::audit::{not_begun, remind};
use super::{Code, Desk, ToolError, on_record};
use crate::auth::CallerKind;
use crate::policy::{
    Ask, Consent, Counted, Destination, ExtensionNumber, HANDLE_LIVES_MS, Permission, Reached,
};
use crate::time::{Millis, iso};

/// What is about to be done.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act<'a> {
    /// An extension calls somebody.
    Call(&'a Destination),
    /// A call of an extension goes to somebody else.
    Transfer(&'a Destination),
    /// The recording of calls is changed.
    Recording,
}

impl<'a> Act<'a> {
    fn destination(self) -> Option<&'a Destination> {
        match self {
            Self::Call(destination) | Self::Transfer(destination) => Some(destination),
            Self::Recording => None,
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
            Self::Recording => None,
        }
    }
}

/// Goes on if this may be done now, for the telephone of `extension`. `would` says what would be done, in one line.
pub(crate) async fn permitted(
    desk: &Desk<'_>,
    act: Act<'_>,
    extension: &ExtensionNumber,
    would: &str,
) -> Result<(), ToolError> {
    let limits = desk.limits()?;
    let outside = act.outside();
    if outside.is_some() {
        not_quiet(desk)?;
    }
    let is_delicate = outside.is_some() || matches!(act, Act::Recording);
    let ask = Ask {
        consent: Consent {
            caller: desk.caller.name.clone(),
            by_key: desk.caller.kind == CallerKind::ApiKey,
            tool: desk.errand.tool.to_owned(),
            extension: extension.to_string(),
            arguments: desk.errand.digest(),
            would: would.to_owned(),
        },
        needs_yes: limits
            .confirm
            .asks(is_delicate)
            .then_some(limits.confirm_by),
        handle: desk.errand.handle(),
        counted: act.counted(),
        caps: limits.caps,
        outside: outside.map(str::to_owned),
        extension: match act {
            Act::Call(_) => Some(extension.to_string()),
            Act::Transfer(_) | Act::Recording => None,
        },
    };
    if ask.needs_yes.is_none() && ask.counted.is_none() {
        return on_record(desk).await;
    }
    remind(desk);
    let permission = desk
        .session
        .permit(&ask)
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
    }
}

/// Outside calls and messages wait until the quiet hours are over.
fn not_quiet(desk: &Desk<'_>) -> Result<(), ToolError> {
    const MINUTE_MS: Millis = 60_000;
    let Some(quiet) = desk.limits()?.quiet else {
        return Ok(());
    };
    let zone = desk.zone()?;
    let now = (desk.clock)();
    let Some(rest) = quiet.remaining(zone.minute_of_day(now)) else {
        return Ok(());
    };
    let begun = now.div_euclid(MINUTE_MS).saturating_mul(MINUTE_MS);
    let opens_at = begun.saturating_add(MINUTE_MS.saturating_mul(Millis::from(rest)));
    let message = format!(
        "nothing was done: it is quiet now ({quiet}, {}), and nobody outside is called or written to",
        zone.name()
    );
    Err(ToolError::new(Code::LimitReached, message)
        .hint(format!("try again after {}", iso(opens_at)))
        .details(json!({ "opensAt": iso(opens_at) })))
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
                Act::Recording,
            ] {
                world.is_down.set(false);
                assert_eq!(ask(act), Ok(()), "{confirm}, {act:?}");
                world.is_down.set(true);
                assert_eq!(ask(act), Err(Code::PbxUnreachable), "{confirm}, {act:?}");
            }
        }
    }
}
