//! Everything about the simulated PBX that a test may turn: one flat struct, one JSON object.
//!
//! Flat on purpose: `PUT /_sim/settings` merges a partial object over the present values.
//! Not here: people, phones and numbers (`clinic`), faults (`faults`).

mod report;

use serde::{Deserialize, Serialize};

use crate::directory::Answering;

pub use report::{
    CallSources, OccupiedParking, ReportCount, ReportForm, ReportOmits, ReportStrictness,
};

/// How the PBX behaves. Every field has a default that suits the demo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Port on 127.0.0.1; 0 takes any free one. Read once, at the start.
    pub port: u16,
    /// One short line per request on stderr.
    pub log_requests: bool,
    /// Name in `@odata.context`, in SIP contacts and in the token's `iss`.
    pub fqdn: String,
    /// Header `X-3CX-Version` of every XAPI answer.
    pub version: String,
    /// Id of the first API client, and the number of its route point. Read at start and reset.
    pub client_id: String,
    /// Its key. Read at start and reset.
    pub client_secret: String,
    /// Unit of `expires_in`: minutes before 20.0.9, seconds since.
    pub expires_in: ExpiresIn,
    /// How long an access token really lives.
    pub token_lifetime_s: u64,
    /// Whether the JWT carries `exp`.
    pub token_exp_claim: bool,
    /// Whether a refused sign-in explains itself; `false` gives an empty body.
    pub unauthorized_body: bool,
    /// Whether `grant_type=password` works; the real PBX answers 400 with an empty body.
    pub password_grant: bool,
    /// Whether the web client's own sign-in exists; `false` gives 404.
    pub web_client_login: bool,
    /// Whether a signed-in user may use Call Control for the own extension.
    pub user_call_control: bool,
    /// After so many refused sign-ins everything is answered 403 until reset.
    pub blacklist_after: Option<u32>,
    /// `finalstatus` as -1, 0, 1 instead of text.
    pub finalstatus_numbers: bool,
    /// Call Control actions answer 202 instead of 200.
    pub accepted_202: bool,
    /// From dialling to the first ring.
    pub ring_ms: u64,
    /// From the first ring to the answer, where the answering says nothing else.
    pub answer_ms: u64,
    /// How phones of extensions treat calls that reach them, unless set per number.
    pub extensions: Answering,
    /// How phones treat a call the API placed from them and that rings them first.
    pub pick_up: Answering,
    /// How outside numbers treat calls, unless a rule for the number says otherwise.
    pub outside: Answering,
    /// Ringing ends after this time where the request carries no `timeout`.
    pub default_timeout_s: u64,
    /// `transferto` replies when the outcome is known; `false`: as soon as it rings.
    pub transfer_waits: bool,
    /// A parked call rings the one who parked it again after this time.
    pub park_return_ms: Option<u64>,
    /// Every n-th Upsert is sent twice; 0 sends none twice.
    pub duplicate_every: u32,
    /// Call Control shows every number, as for one system owner's client seen in the field.
    pub monitor_everything: bool,
    /// Call Control shows every client the shared parking places.
    pub monitor_parking: bool,
    /// What a blind transfer to an occupied parking place does; a call to it always fetches.
    pub occupied_parking: OccupiedParking,
    /// A token opens one event socket only: whoever reconnects must have renewed it.
    pub socket_fresh_token: bool,
    /// "MyPhone" access of API clients is ticked.
    pub my_phone: bool,
    /// So long a chat message takes to stand in the history.
    pub chat_recorded_after_ms: u64,
    /// Last part of the webhook of the trunk whose SMS provider is "Generic".
    pub sms_webhook: String,
    /// Who gets SMS from outside.
    pub sms_extension: String,
    /// So many requests for each stream of a participant are answered 424 although it is connected.
    pub media_not_ready: u32,
    /// The largest sample of the noise on the line of callers at route points.
    pub line_noise: i16,
    /// A caller to whom the client stopped sending is hung up after this time.
    pub stream_end_grace_ms: u64,
    /// The same where a fault of the PBX ended the stream.
    pub stream_loss_grace_ms: u64,
    /// Days of invented calls there are at the start and after a reset.
    pub demo_days: u64,
    /// Invented calls on each of them.
    pub demo_calls_per_day: u64,
    /// Which sources of past calls exist.
    pub call_sources: CallSources,
    /// Calls older than so many days are only in `GetOldCallLogData`; without it that is 404.
    pub old_call_log_days: Option<u64>,
    /// What unexpected spellings of a period do.
    pub report_strictness: ReportStrictness,
    /// Which form of the empty time filters is accepted.
    pub report_form: ReportForm,
    /// Status for the other form.
    pub report_form_status: u16,
    /// Keys that are left out of call-log rows.
    pub report_omits: ReportOmits,
    /// `$orderby` on the call log loses the newest tenth of the rows, at least one.
    pub report_orderby_drops: bool,
    /// What `$count=true` does on the call log.
    pub report_count: ReportCount,
    /// A longer period ends in 504.
    pub report_max_hours: u64,
    /// So long that takes.
    pub report_504_after_ms: u64,
    /// A row that begins exactly at `periodTo` belongs to the period.
    pub report_end_inclusive: bool,
    /// Largest `$top` of the call log.
    pub report_top_limit: usize,
    /// More rows of one period than this do not come out, the newest first.
    pub report_row_limit: usize,
}

/// Unit of `expires_in` in a token answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExpiresIn {
    /// Since 20.0.9.
    Seconds,
    /// Before 20.0.9.
    Minutes,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            port: 0,
            log_requests: false,
            fqdn: "pbx.example.com".to_owned(),
            version: "20.0.9.994".to_owned(),
            client_id: "assistant".to_owned(),
            client_secret: "demo-secret-not-real".to_owned(),
            expires_in: ExpiresIn::Seconds,
            token_lifetime_s: 3600,
            token_exp_claim: true,
            unauthorized_body: true,
            password_grant: false,
            web_client_login: true,
            user_call_control: false,
            blacklist_after: None,
            finalstatus_numbers: false,
            accepted_202: false,
            ring_ms: 150,
            answer_ms: 1_500,
            extensions: Answering::Answer { after_ms: None },
            pick_up: Answering::Answer { after_ms: None },
            outside: Answering::Answer { after_ms: None },
            default_timeout_s: 180,
            transfer_waits: true,
            park_return_ms: None,
            duplicate_every: 5,
            monitor_everything: false,
            monitor_parking: false,
            occupied_parking: OccupiedParking::Busy,
            socket_fresh_token: false,
            my_phone: true,
            chat_recorded_after_ms: 300,
            sms_webhook: "demo-trunk".to_owned(),
            sms_extension: "100".to_owned(),
            media_not_ready: 0,
            line_noise: 0,
            stream_end_grace_ms: 0,
            stream_loss_grace_ms: 5_000,
            demo_days: 7,
            demo_calls_per_day: 40,
            call_sources: CallSources::Both,
            old_call_log_days: None,
            report_strictness: ReportStrictness::IgnorePeriod,
            report_form: ReportForm::Both,
            report_form_status: 404,
            report_omits: ReportOmits::NullAndZero,
            report_orderby_drops: true,
            report_count: ReportCount::EchoTop,
            report_max_hours: 48,
            report_504_after_ms: 10_000,
            report_end_inclusive: true,
            report_top_limit: 1_000,
            report_row_limit: 20_000,
        }
    }
}

impl Settings {
    /// The same settings with the fields of `patch` replaced; unknown fields are refused.
    pub fn patched(&self, patch: &serde_json::Value) -> Result<Self, String> {
        let mut whole = serde_json::to_value(self).map_err(|error| error.to_string())?;
        let (Some(whole_map), Some(patch)) = (whole.as_object_mut(), patch.as_object()) else {
            return Err("settings must be a JSON object".to_owned());
        };
        whole_map.extend(patch.clone());
        serde_json::from_value(whole).map_err(|error| error.to_string())
    }

    /// Short durations, so that a test need not wait: rings after 10 ms, answers after 30 ms,
    /// reports time out after 50 ms; no invented calls, so that a test seeds what it wants.
    pub fn fast() -> Self {
        Self {
            ring_ms: 10,
            answer_ms: 30,
            report_504_after_ms: 50,
            chat_recorded_after_ms: 20,
            demo_days: 0,
            demo_calls_per_day: 0,
            ..Self::default()
        }
    }
}
