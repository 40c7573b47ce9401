//! `check_pbx`: a doctor that names each thing that is not right, and how to mend it.
//!
//! Owns the round: what is asked for, and what needs what. Not here: each look (`checks`), and what it finds
//! (`finding`).

mod checks;
mod finding;

use futures::join;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::finding::{Finding, State};
use super::{Hints, Tool};
use crate::auth::Scope;
use crate::desk::{Code, Desk, ToolError, all_users};
use crate::pbx::PbxError;

/// The tool.
pub(crate) struct CheckPbx;

/// Nothing to choose.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Arguments {}

/// The findings.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Output {
    /// Nothing is wrong
    ok: bool,
    /// Build of the PBX, if it said so
    #[serde(skip_serializing_if = "String::is_empty")]
    version: String,
    /// What was looked at
    findings: Vec<Finding>,
}

impl Tool for CheckPbx {
    const NAME: &'static str = "check_pbx";
    const TITLE: &'static str = "Check the telephone system";
    const DESCRIPTION: &'static str = "Looks at everything this server needs of the PBX (connection, \
        sign-in, permissions, extensions it may control, parking, clock, roads for messages) and says for each thing that \
        is not right how to mend it. Use it when other tools fail.";
    const SCOPE: Scope = Scope::Read;
    const HINTS: Hints = Hints::READ;
    type Arguments = Arguments;
    type Output = Output;

    async fn run(Arguments {}: Arguments, desk: &Desk<'_>) -> Result<Output, ToolError> {
        let mut findings: Vec<Finding> = desk
            .settings
            .faults()
            .into_iter()
            .map(|fault| {
                let error = ToolError::new(Code::PbxNotConfigured, fault.to_string());
                Finding::problem(
                    "settings",
                    error.hint("an administrator must mend this variable"),
                )
            })
            .collect();
        let pbx = match desk.pbx() {
            Ok(pbx) => pbx,
            Err(error) => {
                findings.push(Finding::problem("settings", error));
                return Ok(output(String::new(), findings));
            }
        };
        let status = pbx.system_status().await;
        // Without a connection or a token every other finding would say the same again.
        if let Err(error) = &status
            && !matches!(
                error,
                PbxError::Forbidden { .. } | PbxError::NotFound { .. }
            )
        {
            findings.push(Finding::problem("connection", error.clone().into()));
            return Ok(output(String::new(), findings));
        }
        findings.push(Finding::ok(
            "connection",
            "the PBX answers and has signed this server in",
        ));
        let (users, dns, messages, slots) = join!(
            all_users(desk),
            pbx.dns(),
            pbx.chat_messages(0, 1),
            pbx.parking_slots()
        );
        let version = status
            .as_ref()
            .map(|status| status.version.clone())
            .unwrap_or_default();
        findings.extend(checks::clock(status, desk.now));
        findings.push(checks::configuration_api(&users));
        findings.push(checks::call_control(
            users.as_ref().map_or(&[], |(users, _)| users),
            dns,
        ));
        findings.push(checks::reports(messages));
        findings.push(checks::parking(slots));
        findings.extend(checks::roads(desk));
        let link = checks::live_link(desk).await;
        findings.extend(checks::masterlinc(desk, link.state == State::Ok).await);
        findings.push(link);
        Ok(output(version, findings))
    }
}

fn output(version: String, findings: Vec<Finding>) -> Output {
    let ok = findings
        .iter()
        .all(|finding| finding.state != State::Problem);
    Output {
        ok,
        version,
        findings,
    }
}
