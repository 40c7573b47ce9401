//! What `check_pbx` looks at, a function each.

use super::finding::Finding;
use crate::desk::{Desk, ToolError};
use crate::pbx::{ChatMessage, DnInfo, PbxError, SystemStatus, User};
use crate::time::Millis;

/// Clocks that differ by less are as good as equal.
const CLOCK_TOLERANCE_MS: Millis = 90_000;
/// How many extensions are named in one finding.
const NAMED: usize = 20;

pub(super) fn clock(status: Result<SystemStatus, PbxError>, now: Millis) -> Option<Finding> {
    let skew = status.ok()?.clock?.saturating_sub(now);
    let seconds = skew / 1000;
    Some(if skew.abs() < CLOCK_TOLERANCE_MS {
        Finding::ok("clock", "the PBX's clock and ours agree")
    } else {
        Finding::warning(
            "clock",
            format!("the PBX's clock differs from ours by {seconds} s"),
            "set the clock of the PBX's host (NTP): call times and tokens depend on it",
        )
    })
}

pub(super) fn configuration_api(users: &Result<(Vec<User>, bool), ToolError>) -> Finding {
    match users {
        Ok((users, _)) if users.is_empty() => Finding::warning(
            "configuration API",
            "the PBX lists no extensions for this client",
            "check the department of the API client: System Wide lowers its role to User",
        ),
        Ok((users, _)) => Finding::ok(
            "configuration API",
            format!("{} extensions can be read", users.len()),
        ),
        Err(error) => Finding::problem("configuration API", error.clone()),
    }
}

pub(super) fn call_control(users: &[User], dns: Result<Vec<DnInfo>, PbxError>) -> Finding {
    const CHECK: &str = "call control";
    let dns = match dns {
        Ok(dns) => dns,
        Err(error) => return Finding::problem(CHECK, error.into()),
    };
    let is_monitored = |user: &&User| dns.iter().any(|info| info.dn == user.number);
    let missing: Vec<&str> = users
        .iter()
        .filter(|user| !is_monitored(user))
        .map(|user| user.number.as_str())
        .collect();
    if missing.is_empty() {
        return Finding::ok(
            CHECK,
            format!("all {} extensions can be controlled", users.len()),
        );
    }
    let named = missing
        .iter()
        .take(NAMED)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    let more = if missing.len() > NAMED {
        " and others"
    } else {
        ""
    };
    Finding::warning(
        CHECK,
        format!(
            "{} of {} extensions cannot be controlled: {named}{more}",
            missing.len(),
            users.len()
        ),
        "add them to the list of this client in 3CX under Integrations > API, if they should be",
    )
}

pub(super) fn reports(messages: Result<Vec<ChatMessage>, PbxError>) -> Finding {
    const CHECK: &str = "reports";
    match messages {
        Ok(_) => Finding::ok(CHECK, "call history and messages can be read"),
        Err(PbxError::Forbidden { .. }) => Finding::warning(
            CHECK,
            "call history and messages cannot be read: the role of this client is too low",
            "give the API client the role System Owner (Integrations > API)",
        ),
        Err(error) => Finding::problem(CHECK, error.into()),
    }
}

pub(super) async fn live_link(desk: &Desk<'_>) -> Finding {
    const CHECK: &str = "live link";
    match desk.session.live(None).await {
        Ok(answer) if answer.freshness.live => Finding::ok(CHECK, "calls are known as they happen"),
        _ => Finding::warning(
            CHECK,
            "the WebSocket to the PBX is not up: calls are read by HTTP each time",
            "if it stays so: PBX_EVENTS may be off, Call Control not ticked for this client, or a proxy \
             before the PBX does not pass WebSockets",
        ),
    }
}

/// By which roads messages go, and how to open the others. Set up wrong they are among the settings.
pub(super) fn roads(desk: &Desk<'_>) -> Option<Finding> {
    let set = desk.messaging().ok()?;
    let twilio = set.twilio.as_ref();
    let all = [
        (
            "SMS",
            twilio.is_some_and(|twilio| twilio.sms.is_some()),
            "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_SMS_FROM open SMS",
        ),
        (
            "WhatsApp",
            twilio.is_some_and(|twilio| twilio.whatsapp.is_some()),
            "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_WHATSAPP_FROM open WhatsApp",
        ),
        (
            "SMS that people write in 3CX",
            twilio.is_some() && set.gateway_key.is_some(),
            "SMS_GATEWAY_KEY, as the API key of the trunk's Generic SMS provider, lets people write SMS in 3CX",
        ),
        (
            "what comes in, shown in 3CX",
            twilio.is_some() && set.pbx_webhook.is_some(),
            "PBX_SMS_WEBHOOK shows in 3CX what comes in",
        ),
        ("3CX chat", set.chat, "MYPHONE_CHAT=on opens 3CX chat"),
    ];
    let names = |wanted: bool| -> Vec<&str> {
        let those = all.iter().filter(|(_, is_open, _)| *is_open == wanted);
        those.map(|(name, ..)| *name).collect()
    };
    let (open, shut) = (names(true), names(false));
    let message = match (open.is_empty(), shut.is_empty()) {
        (true, _) => "no road for messages is open".to_owned(),
        (_, true) => "every road for messages is open".to_owned(),
        _ => format!("open: {}; not open: {}", open.join(", "), shut.join(", ")),
    };
    let mends: Vec<&str> = all
        .iter()
        .filter(|(_, is_open, _)| !is_open)
        .map(|(.., mend)| *mend)
        .collect();
    if mends.is_empty() {
        return Some(Finding::ok("messages", message));
    }
    let mend = format!("{} (see README, Messages)", mends.join("; "));
    Some(Finding::warning("messages", message, &mend))
}

/// Whether MasterLinc is asked about calls.
pub(super) async fn masterlinc(desk: &Desk<'_>, is_live: bool) -> Option<Finding> {
    const CHECK: &str = "MasterLinc";
    let linc = desk.settings.linc.as_ref().ok()?;
    if let Some(warning) = linc.warning() {
        let mend = "bind its Worker as MASTERLINC, or use its workers.dev address";
        return Some(Finding::warning(CHECK, warning, mend));
    }
    if !linc.routing.is_about_any() {
        return None;
    }
    let Ok(Some(words)) = desk.session.coordination().await else {
        // A route point alone does not mean that MasterLinc is wanted.
        linc.routing.dns.as_ref()?;
        let mend = "bind its Worker as MASTERLINC, or set MASTERLINC_BASE_URL";
        let message = "MASTERLINC_DNS is set, but there is nobody to ask";
        return Some(Finding::warning(CHECK, message, mend));
    };
    Some(if is_live {
        Finding::ok(CHECK, words)
    } else {
        let message = "it is asked about calls as they ring, and the live link is not up";
        Finding::warning(CHECK, message, "PBX_EVENTS must be always for it")
    })
}

pub(super) fn parking(slots: Result<Vec<String>, PbxError>) -> Finding {
    const CHECK: &str = "parking";
    match slots {
        Ok(slots) if slots.is_empty() => Finding::warning(
            CHECK,
            "there is no shared parking, so calls cannot be put on hold",
            "add one in the 3CX Admin Console under Call Handling > Parking",
        ),
        Ok(slots) => Finding::ok(
            CHECK,
            format!("{} parking slots for calls on hold", slots.len()),
        ),
        Err(error) => Finding::problem(CHECK, error.into()),
    }
}
