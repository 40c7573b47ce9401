//! MasterLinc at the gate and on record: the same rules as for everybody, but that a program far away
//! cannot say yes. What would need a yes is not done for it.

use serde_json::{Map, Value};

use super::permit::quiet_until;
use crate::linc::{Deed, Fault, Plan, Wish};
use crate::policy::{Ask, Consent, Counted, Intent, recordable};
use crate::settings::Settings;
use crate::time::Millis;

/// Its name in caps and in the audit, as caller and as tool.
const MASTERLINC: &str = "masterlinc";

/// What the gate has to be asked before a plan is carried out, if anything; or why it is not carried out.
pub fn linc_gate(
    settings: &Settings,
    dn: &str,
    plan: &Plan,
    now: Millis,
) -> Result<Option<Ask>, Fault> {
    let Deed::Move {
        destination,
        outside,
        ..
    } = &plan.deed
    else {
        return Ok(None);
    };
    // A setting that cannot be read opens nothing.
    let limits = settings.limits.as_ref().map_err(|_| Fault::NotPermitted)?;
    if limits.confirm.asks(outside.is_some()) {
        return Err(Fault::NotPermitted);
    }
    if outside.is_none() {
        return Ok(None);
    }
    if let Some(quiet) = limits.quiet {
        let zone = settings.zone.as_ref().map_err(|_| Fault::NotPermitted)?;
        if quiet_until(quiet, zone, now).is_some() {
            return Err(Fault::NotPermitted);
        }
    }
    Ok(Some(Ask {
        consent: Consent {
            caller: MASTERLINC.to_owned(),
            by_key: false,
            tool: MASTERLINC.to_owned(),
            extension: dn.to_owned(),
            arguments: String::new(),
            would: format!("transfer a call of extension {dn} to {destination}"),
        },
        needs_yes: None,
        handle: None,
        counted: Some(Counted::Call),
        caps: limits.caps,
        outside: outside.clone(),
        extension: None,
        reader: None,
    }))
}

/// How a decision goes on record. `asked` is what MasterLinc said, if it said anything; `fault` is why that
/// was not done.
pub fn linc_intent(
    settings: &Settings,
    (id, at): (String, Millis),
    (dn, callid): (&str, i64),
    asked: Option<&Wish>,
    fault: Option<Fault>,
    plan: &Plan,
) -> Intent {
    let mut arguments = Map::new();
    let mut put = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            arguments.insert(name.to_owned(), Value::String(value.to_owned()));
        }
    };
    put("call", Some(&callid.to_string()));
    put("action", Some(plan.action.as_str()));
    put("agent", plan.agent.as_deref());
    put("did", Some(deed(&plan.deed)));
    put("fault", fault.map(Fault::as_str));
    put("asked", asked.map(|wish| wish.action.as_str()));
    let moved = match &plan.deed {
        Deed::Move { destination, .. } => Some(destination.as_str()),
        Deed::Leave | Deed::Answer => None,
    };
    let named = asked.and_then(|wish| wish.destination.as_deref());
    // Where it went; or where it was not let go.
    put("destination", if fault.is_some() { named } else { moved });
    let whole = settings
        .limits
        .as_ref()
        .is_ok_and(|limits| limits.audits_whole_numbers);
    Intent {
        id,
        at,
        caller: MASTERLINC.to_owned(),
        kind: MASTERLINC.to_owned(),
        client: String::new(),
        tool: MASTERLINC.to_owned(),
        extension: dn.to_owned(),
        arguments: recordable(&arguments, &|_| true, whole),
    }
}

/// In 3CX's word for it.
fn deed(deed: &Deed) -> &'static str {
    match deed {
        Deed::Leave => "nothing",
        Deed::Answer => "answer",
        Deed::Move { way, .. } => way.action(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linc::Action;
    use crate::pbx::Forwarding;
    use crate::settings::testing::Given;

    fn moved(destination: &str) -> Plan {
        let is_outside = destination.starts_with('+');
        Plan {
            action: Action::Transfer,
            agent: Some("doctorlinc".into()),
            deed: Deed::Move {
                way: Forwarding::Divert,
                destination: destination.into(),
                outside: is_outside.then(|| destination.to_owned()),
                is_queue: false,
            },
        }
    }

    /// N15, N16: the same policy as everybody's; and nobody says yes for it.
    #[test]
    fn the_gate() {
        let check =
            |variables: &[(&str, &str)], destination: &str, expected: Result<bool, Fault>| {
                let settings = Settings::read(&Given::new(variables));
                let gate = linc_gate(&settings, "100", &moved(destination), 0);
                assert_eq!(
                    gate.map(|ask| ask.is_some()),
                    expected,
                    "{variables:?} {destination}"
                );
            };
        check(&[], "104", Ok(false));
        check(&[], "+966500000000", Err(Fault::NotPermitted));
        check(&[("CONFIRM", "always")], "104", Err(Fault::NotPermitted));
        check(&[("CONFIRM", "never")], "+966500000000", Ok(true));
        // It is three in the morning in Riyadh.
        let quiet = [("CONFIRM", "never"), ("QUIET_HOURS", "21:00-08:00")];
        check(&quiet, "+966500000000", Err(Fault::NotPermitted));
        check(&quiet, "104", Ok(false));
        check(
            &[("CALLS_PER_DAY", "many")],
            "104",
            Err(Fault::NotPermitted),
        );
    }

    #[test]
    fn what_goes_on_record() {
        let settings = Settings::read(&Given::new(&[]));
        let wish = Wish {
            action: Action::Transfer,
            agent: None,
            destination: Some("+971500000123".into()),
        };
        let left = Plan {
            action: Action::Answer,
            agent: None,
            deed: Deed::Leave,
        };
        let record = |fault, plan: &Plan| {
            linc_intent(
                &settings,
                ("id".into(), 0),
                ("100", 5),
                Some(&wish),
                fault,
                plan,
            )
            .arguments
        };
        assert_eq!(
            record(Some(Fault::Forbidden), &left),
            r#"{"action":"answer","asked":"transfer","call":"5","destination":"+9715•••••123","did":"nothing","fault":"forbidden_destination"}"#
        );
        assert_eq!(
            record(None, &moved("104")),
            r#"{"action":"transfer","agent":"doctorlinc","asked":"transfer","call":"5","destination":"104","did":"divert"}"#
        );
    }
}
