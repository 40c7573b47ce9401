//! What a conversation does to its call, through the desk and its rules; each act is on record.

use serde_json::json;
use worker::Env;

use super::store::Facts;
use crate::auth::Caller;
use crate::basma::protocol::Input;
use crate::desk::{Desk, Errand, Moved, OurLeg, ToolError, begin, end, move_call, who_is_free};
use crate::edge::desk::Ways;
use crate::edge::isolate::Isolate;
use crate::edge::lobby::no_days::NoDays;
use crate::edge::log;
use crate::pbx::Forwarding;
use crate::policy::ExtensionNumber;

/// Seconds that a call which could not be answered rings somewhere else.
const RING: u32 = 30;

/// A call, and the way to its desk.
pub(super) struct Exit<'a> {
    pub(super) env: &'a Env,
    pub(super) isolate: &'a Isolate,
    pub(super) fallback: &'a ExtensionNumber,
    pub(super) facts: &'a Facts,
}

impl Exit<'_> {
    /// Who is free, for the mind.
    pub(super) async fn look_up(&self) -> String {
        let found = self.at_desk(Errand::default(), async |desk| who_is_free(&desk).await);
        match found.await {
            Ok(text) => text,
            Err(error) => {
                log::error("look_up_failed", json!({ "code": error.code.as_str() }));
                "It cannot be found out at the moment.".to_owned()
            }
        }
    }

    /// Moves the call: to a name, or to the fallback. What is to be told of it, in this order.
    pub(super) async fn route(&self, named: Option<String>) -> Vec<Input> {
        let leg = OurLeg {
            dn: &self.facts.dn,
            id: self.facts.id,
        };
        let destination = named.as_deref().unwrap_or(self.fallback.as_str());
        let arguments = json!({
            "extension": leg.dn, "participant_id": leg.id.to_string(), "destination": destination,
        })
        .to_string();
        let errand = Errand {
            tool: "transfer_call",
            arguments: &arguments,
            client: "Basma",
            ..Errand::default()
        };
        let outcome = self.at_desk(errand, async |mut desk| {
            let intent = begin(&desk, &|_| true);
            desk.intent = Some(intent.clone());
            let outcome = move_call(&desk, leg, named.as_deref(), self.fallback).await;
            let code = outcome.as_ref().err().map(|error| error.code);
            end(&desk, intent, code).await;
            outcome
        });
        match outcome.await {
            Ok(Moved::There) => vec![Input::Done],
            Ok(Moved::Gone) => {
                let why = "the caller has left".to_owned();
                vec![Input::Gone, Input::NotDone { why }]
            }
            Err(error) => {
                log::error("voice_route_failed", json!({ "code": error.code.as_str() }));
                let why = error.message.clone();
                vec![Input::NotDone { why }]
            }
        }
    }

    /// Ends the call after the goodbye.
    pub(super) async fn hang_up(&self) -> Input {
        let (dn, id) = (&self.facts.dn, self.facts.id);
        let outcome = self.at_desk(Errand::default(), async |desk| {
            Ok(desk.pbx()?.drop_participant(dn, id).await)
        });
        match outcome.await {
            Ok(Ok(performed)) if performed.failure().is_none() => Input::Done,
            Ok(Err(error)) if error.is_not_found() => Input::Done,
            _ => Input::NotDone { why: String::new() },
        }
    }

    /// A call that could not be answered rings at the fallback.
    pub(super) async fn divert(&self) {
        let (dn, id, to) = (&self.facts.dn, self.facts.id, self.fallback.as_str());
        let outcome = self.at_desk(Errand::default(), async |desk| {
            let pbx = desk.pbx()?;
            Ok(pbx
                .forward(dn, id, Forwarding::Divert, to, Some(RING))
                .await?)
        });
        if let Err(error) = outcome.await {
            log::error(
                "voice_divert_failed",
                json!({ "code": error.code.as_str() }),
            );
        }
    }

    /// Does something at the desk.
    async fn at_desk<T>(
        &self,
        errand: Errand<'_>,
        work: impl AsyncFnOnce(Desk<'_>) -> Result<T, ToolError>,
    ) -> Result<T, ToolError> {
        let ways = Ways::of(self.env, self.isolate);
        let caller = Caller::basma();
        work(ways.desk(&caller, errand, &NoDays, "")).await
    }
}
