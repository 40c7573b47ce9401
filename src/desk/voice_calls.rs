//! What others do with calls that Basma has or had: give them to her, have them recorded, read what was said.
//!
//! Not here: what she does with a call herself (`voice`).

use serde_json::{Value, json};

use super::{Code, Desk, ToolError, misconfigured};
use crate::session::VoiceCall;
use crate::settings::BasmaSettings;

/// What an administrator set about her, if she is there at all.
pub(crate) fn voice_desk<'a>(desk: &Desk<'a>) -> Result<&'a BasmaSettings, ToolError> {
    let basma = desk.settings.basma.as_ref().map_err(misconfigured)?;
    basma.as_ref().ok_or_else(|| {
        ToolError::new(Code::PbxNotConfigured, "Basma is not set up here")
            .hint("an administrator must set BASMA_DN; README, Basma, says how")
    })
}

/// The same where `argument` names her route point, which need not be a number.
pub(crate) fn her_desk<'a>(
    desk: &Desk<'a>,
    argument: Option<&str>,
) -> Result<Option<&'a BasmaSettings>, ToolError> {
    let basma = desk.settings.basma.as_ref().ok().and_then(Option::as_ref);
    let named = basma.filter(|basma| argument.map(str::trim) == Some(basma.dn.as_str()));
    match named {
        Some(basma) if !desk.may_touch(&basma.dn) => {
            let message = format!("`{}` may not touch the calls of Basma", desk.caller.name);
            Err(ToolError::new(Code::Forbidden, message)
                .hint("an administrator can add her route point to the extensions of this key"))
        }
        named => Ok(named),
    }
}

/// Whether a call of hers is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recorded {
    /// It is not.
    Off,
    /// The caller is being told; then it is.
    Announcing,
    /// It is.
    On,
}

/// Begins or ends the recording of a call that she has now, or only looks. `wanted`: `start`, `stop` or `look`.
pub(crate) async fn record_voice(
    desk: &Desk<'_>,
    call: &VoiceCall,
    wanted: &str,
) -> Result<Recorded, ToolError> {
    let command = json!({ "record": wanted }).to_string();
    let said = desk.session.ask_voice(&call.name, &command).await?;
    let wrong = |message: &str| ToolError::new(Code::WrongCallState, message);
    Err(match said.get("state").and_then(Value::as_str) {
        Some("on") => return Ok(Recorded::On),
        Some("announcing") => return Ok(Recorded::Announcing),
        Some("off") => return Ok(Recorded::Off),
        Some("not_possible") => wrong(
            "this call cannot be recorded: nobody listens here, or Basma is handing it over just now",
        )
        .hint("recording needs a caller who was told that a machine listens (BASMA_CONSENT)"),
        Some("no_bucket") => ToolError::new(
            Code::PbxNotConfigured,
            "there is nowhere to keep a recording: the R2 bucket RECORDINGS is not bound",
        )
        .hint("an administrator must bind it in wrangler.toml; README, Basma, says how"),
        _ => wrong("Basma has this call no more").hint("look with get_active_calls who has it"),
    })
}

/// Where what was said in a call is read.
pub(crate) fn transcript_uri(callid: i64) -> String {
    format!("threecx://calls/{callid}/transcript")
}

/// The calls that she answered and this caller may see, newest first: those of one call of the PBX, or all.
pub(crate) async fn voice_calls(
    desk: &Desk<'_>,
    callid: Option<i64>,
) -> Result<Vec<VoiceCall>, ToolError> {
    let mut calls = desk.session.voice_calls(callid).await?;
    calls.retain(|call| desk.may_touch(&call.dn));
    Ok(calls)
}

/// What is kept of one of them.
pub(crate) async fn transcript_of(
    desk: &Desk<'_>,
    callid: i64,
) -> Result<Option<(VoiceCall, Value)>, ToolError> {
    let newest = voice_calls(desk, Some(callid)).await?.into_iter().next();
    let Some(call) = newest else {
        return Ok(None);
    };
    let command = json!({ "transcript": true }).to_string();
    let kept = desk.session.ask_voice(&call.name, &command).await?;
    Ok(Some((call, kept)))
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;
    use crate::auth::{ExtensionSet, Scope};
    use crate::desk::testing::World;

    fn world() -> World {
        let world = World::new(|_, _| World::says(500, ""), &[]);
        *world.voice_calls.borrow_mut() = [(12, 3, "900"), (11, 3, "900")]
            .map(|(since, callid, dn)| VoiceCall {
                name: format!("{dn}-{since}"),
                dn: dn.to_owned(),
                id: 7,
                callid,
                caller: "+966500000001".to_owned(),
                since,
            })
            .to_vec();
        world
    }

    #[test]
    fn what_her_object_says_of_a_recording() {
        for (state, expected) in [
            ("on", Ok(Recorded::On)),
            ("announcing", Ok(Recorded::Announcing)),
            ("off", Ok(Recorded::Off)),
            ("not_possible", Err(Code::WrongCallState)),
            ("over", Err(Code::WrongCallState)),
            ("no_bucket", Err(Code::PbxNotConfigured)),
            ("something new", Err(Code::WrongCallState)),
        ] {
            let world = world();
            *world.voice_says.borrow_mut() = json!({ "state": state });
            let call = world.voice_calls.borrow()[0].clone();
            let said = block_on(record_voice(&world.desk(), &call, "look"));
            assert_eq!(said.map_err(|error| error.code), expected, "{state}");
            assert_eq!(*world.asked_voice.borrow(), [r#"900-12 {"record":"look"}"#]);
        }
    }

    #[test]
    fn the_newer_call_of_a_number_and_only_for_those_who_may() {
        let mut world = world();
        let found = block_on(transcript_of(&world.desk(), 3)).unwrap();
        assert_eq!(found.unwrap().0.name, "900-12");
        assert!(block_on(transcript_of(&world.desk(), 4)).unwrap().is_none());
        world.caller.extensions = ExtensionSet::parse(["100-109"]).unwrap();
        assert!(world.caller.scopes.contains(Scope::Record));
        assert!(block_on(transcript_of(&world.desk(), 3)).unwrap().is_none());
        assert!(
            block_on(voice_calls(&world.desk(), None))
                .unwrap()
                .is_empty()
        );
    }
}
