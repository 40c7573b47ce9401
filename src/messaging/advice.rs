//! What Twilio's codes mean for people, and what they can do. From its error dictionary.

/// What a code means and what to do, and whether it is about the number.
pub fn advice(code: u32, http: u16) -> (&'static str, bool) {
    match code {
        21_211 | 21_217 | 21_401 | 21_421 | 63_024 => {
            ("this is no number that can be written to: check it", true)
        }
        21_614 | 30_006 => (
            "this is no mobile number: call it, or ask for a mobile number",
            true,
        ),
        21_610 => (
            "the person has opted out of messages from this sender: do not write again; they can send \
             START to it if they want messages",
            true,
        ),
        21_408 => (
            "the Twilio account may not write to this country: an administrator can allow it under \
             Messaging > Settings > Geo permissions",
            true,
        ),
        21_612 => (
            "this sender cannot reach this number: an administrator should check the sender (in Saudi \
             Arabia a registered sender name) in the Twilio Console",
            true,
        ),
        21_212 | 21_606 | 21_603 | 21_659 | 21_660 | 21_703 | 63_007 => (
            "the sender is not one of this Twilio account: an administrator should check TWILIO_SMS_FROM \
             and TWILIO_WHATSAPP_FROM against the senders in the Twilio Console",
            false,
        ),
        21_608 => (
            "a Twilio trial account writes to verified numbers only: verify this one, or upgrade",
            true,
        ),
        21_609 => (
            "Twilio does not accept our address for reports: an administrator should set MCP_PUBLIC_URL to \
             an address that the internet can reach",
            false,
        ),
        21_617 => (
            "the text is too long for one message: send it in parts",
            false,
        ),
        63_016 | 63_005 | 131_047 => (
            "more than 24 hours have passed since the person last wrote by WhatsApp, so free text is not \
             allowed: use an approved template in the Twilio Console, or send an SMS",
            false,
        ),
        63_003 | 63_015 | 63_032 => (
            "this number cannot be reached by WhatsApp: use SMS or call",
            true,
        ),
        20_003 | 20_008 | 20_404 => (
            "Twilio does not accept the account: an administrator should check TWILIO_ACCOUNT_SID and \
             TWILIO_AUTH_TOKEN",
            false,
        ),
        20_429 | 63_018 | 30_022 => (
            "too many messages at once: wait a minute, then try again",
            false,
        ),
        30_003 | 30_005 => (
            "the telephone is off, unreachable, or no longer exists: try later or call",
            true,
        ),
        30_004 | 30_007 => (
            "the operator blocked the message: an administrator should check that the sender is \
             registered and the text is no advertising",
            false,
        ),
        _ if http == 429 => (
            "too many messages at once: wait a minute, then try again",
            false,
        ),
        _ if matches!(http, 401 | 403) => (
            "Twilio does not accept the account: an administrator should check TWILIO_ACCOUNT_SID and \
             TWILIO_AUTH_TOKEN",
            false,
        ),
        _ => (
            "an administrator can look the code up in Twilio's error dictionary",
            false,
        ),
    }
}
