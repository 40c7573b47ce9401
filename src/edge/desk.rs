//! The desk at which the core works, put together from what this Worker has.
//!
//! Not here: who works at it, on what, and where history is kept; those come with each piece of work.

use worker::Env;

use super::clock;
use super::isolate::Isolate;
use super::session_client::SessionClient;
use super::upstream::Upstream;
use crate::auth::Caller;
use crate::desk::{Archive, Desk, Errand};
use crate::pbx::Pbx;
use crate::pbx::history::DayCache;

/// The ways to the PBX, to the carrier and to the object; a desk borrows them.
pub(super) struct Ways<'a> {
    isolate: &'a Isolate,
    session: SessionClient<'a>,
    /// To the PBX, or why there is none to drive.
    pbx: Result<Upstream<'a>, String>,
    carrier: Upstream<'a>,
}

impl<'a> Ways<'a> {
    /// As they are set up.
    pub(super) fn of(env: &'a Env, isolate: &'a Isolate) -> Self {
        let settings = &isolate.settings;
        Self {
            isolate,
            session: SessionClient::new(env, isolate),
            pbx: match &settings.pbx {
                Ok(Some(pbx)) => Ok(Upstream::new(&pbx.base_url, env)),
                Ok(None) => Err("there is no PBX to drive: PBX_FQDN is not set".to_owned()),
                Err(fault) => Err(format!("the PBX is set up wrong: {fault}")),
            },
            carrier: Upstream::carrier(settings),
        }
    }

    /// A desk for `errand` of `caller`; `public_url` is where people reach this server.
    pub(super) fn desk<'b>(
        &'b self,
        caller: &'b Caller,
        errand: Errand<'b>,
        days: &'b dyn DayCache,
        public_url: &'b str,
    ) -> Desk<'b> {
        let pbx = self.pbx.as_ref();
        Desk {
            pbx: pbx
                .map(|upstream| Pbx::new(upstream, &self.session))
                .map_err(Clone::clone),
            carrier: &self.carrier,
            memory: &self.isolate.memory,
            session: &self.session,
            archive: Archive {
                days,
                recent: &self.isolate.history,
            },
            settings: &self.isolate.settings,
            caller,
            errand,
            intent: None,
            public_url,
            now: clock::now(),
            clock: clock::now,
        }
    }
}
