//! Calls at Basma's route point: their own object is told that they came, which keys were pressed, and that
//! the caller left.
//!
//! The PBX gives numbers of calls and participants again after it began anew, so each call has a name that
//! nothing else has, and is found by it as long as what was said is kept.
//!
//! Not here: what becomes of such a call (`edge/lobby/voice_call`, another WebAssembly module).

use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use worker::wasm_bindgen_futures::spawn_local;
use worker::{Delay, Result, SqlStorageValue};

use super::Inner;
use super::store::{Store, integers, texts};
use crate::edge::{clock, log, object};
use crate::json::Tree;
use crate::pbx::Participant;
use crate::pbx::live::Change;
use crate::session::VoiceCall;
use crate::time::Millis;

/// Her object sums a call up within 12 seconds of its end, or says what is certain.
const SUMMARY_TRIES: u32 = 40;
const SUMMARY_PAUSE: Duration = Duration::from_millis(500);
/// MasterLinc and she may learn of a call so far from each other.
const SAME_CALL_MS: Millis = 5_000;

impl Inner {
    /// Legs came, changed or went.
    pub(super) fn follow_voice(self: &Rc<Self>, changes: &[Change]) {
        let Some(dn) = &self.voice_dn else {
            return;
        };
        for change in changes {
            let leg = &change.leg().participant;
            if leg.dn != *dn {
                continue;
            }
            note(match change {
                Change::Ended { .. } => self.voice_call_ended(leg),
                _ if leg.is_ringing() => self.voice_call_rings(leg),
                _ => Ok(()),
            });
        }
    }

    /// It rings: perhaps told of before. Where MasterLinc is asked about the call, she waits for its word.
    fn voice_call_rings(self: &Rc<Self>, leg: &Participant) -> Result<()> {
        let linc = self.linc.as_ref();
        if linc.is_some_and(|linc| linc.is_deciding(leg.callid)) {
            return Ok(());
        }
        let known = self.store.going_on(leg.id)?;
        let name = match known.filter(|call| call.callid == leg.callid) {
            Some(call) => call.name,
            None => self.store.add_voice_call(leg, clock::now())?,
        };
        let call = json!({ "dn": leg.dn, "id": leg.id, "callid": leg.callid });
        self.tell_voice(name, json!({ "start": call }));
        Ok(())
    }

    /// It was decided about a call: if it rings at her desk, it is hers.
    pub(super) fn voice_may_answer(self: &Rc<Self>, callid: i64) {
        let Some(dn) = &self.voice_dn else {
            return;
        };
        let ringing: Vec<Participant> = {
            let link = self.link.borrow();
            let legs = link.table().legs(dn).map(|leg| leg.participant.clone());
            legs.filter(|leg| leg.callid == callid && leg.is_ringing())
                .collect()
        };
        for leg in &ringing {
            note(self.voice_call_rings(leg));
        }
    }

    /// Two sentences about the call, and what was said to her in it, as soon as there are; nothing if she had no
    /// part in it, or it takes too long.
    pub(super) async fn said_to_basma(
        &self,
        callid: i64,
        since: Millis,
    ) -> Option<(String, String)> {
        let calls = self.store.voice_calls(Some(callid)).ok()?;
        // The number may have been another call's before.
        let begun = since.saturating_sub(SAME_CALL_MS);
        let call = calls.into_iter().find(|call| call.since >= begun)?;
        let command = json!({ "transcript": true }).to_string();
        for _ in 0..SUMMARY_TRIES {
            let kept = object::ask_voice(&self.env, &call.name, &command).await;
            let kept = kept.unwrap_or_default();
            let text = |name: &str| kept.get(name)?.as_str().map(str::to_owned);
            if let Some(summary) = text("summary") {
                return Some((summary, text("transcript").unwrap_or_default()));
            }
            Delay::from(SUMMARY_PAUSE).await;
        }
        None
    }

    fn voice_call_ended(self: &Rc<Self>, leg: &Participant) -> Result<()> {
        if let Some(call) = self.store.going_on(leg.id)? {
            self.store.voice_call_is_over(&call.name)?;
            self.tell_voice(call.name, json!({ "gone": true }));
        }
        Ok(())
    }

    /// A frame of the PBX: keys that a caller pressed are nothing to the table.
    pub(super) fn overhear_keys(self: &Rc<Self>, bytes: &[u8]) {
        const MARK: &[u8] = b"dtmf_input";
        if self.voice_dn.is_none() || !bytes.windows(MARK.len()).any(|it| it == MARK) {
            return;
        }
        if let Some((id, keys)) = self.keys(bytes)
            && let Ok(Some(call)) = self.store.going_on(id)
        {
            self.tell_voice(call.name, json!({ "keys": keys }));
        }
    }

    /// `/callcontrol/{dn}/participants/{id}` and what was pressed there.
    fn keys(&self, bytes: &[u8]) -> Option<(i64, String)> {
        let frame = Tree::parse(bytes).ok()?;
        let event = frame.member("event")?;
        let keys = event
            .member("attached_data")?
            .member("dtmf_input")?
            .text()?;
        let entity = event.member("entity")?.text()?.trim_start_matches('/');
        let mut parts = entity.split('/').skip(1);
        if Some(parts.next()?) != self.voice_dn.as_deref() {
            return None;
        }
        Some((parts.nth(1)?.parse().ok()?, keys.to_owned()))
    }

    fn tell_voice(self: &Rc<Self>, name: String, command: Value) {
        let inner = Rc::clone(self);
        spawn_local(async move {
            if let Err(error) = object::ask_voice(&inner.env, &name, &command.to_string()).await {
                log::error("voice_not_told", json!({ "error": error.to_string() }));
            }
        });
    }
}

/// A call that is not followed rings on, or is found by its own object.
fn note(followed: Result<()>) {
    if let Err(error) = followed {
        log::error("voice_not_followed", json!({ "error": error.to_string() }));
    }
}

/// Calls that Basma answered.
impl Store {
    /// Another one; its name.
    fn add_voice_call(&self, leg: &Participant, now: Millis) -> Result<String> {
        let name = format!("{}-{}-{}-{now}", leg.dn, leg.callid, leg.id);
        let mut values = texts(&[&name, &leg.dn, leg.other_party()]);
        values.extend(integers(&[leg.id, leg.callid, now])?);
        let statement = "INSERT INTO voice_calls (name, dn, caller, leg, callid, since) \
            VALUES (?, ?, ?, ?, ?, ?)";
        self.run(statement, values)?;
        Ok(name)
    }

    /// The one whose participant this is.
    fn going_on(&self, leg: i64) -> Result<Option<VoiceCall>> {
        let which = "leg = ? AND is_over = 0";
        Ok(self.newest(which, integers(&[leg])?)?.into_iter().next())
    }

    fn voice_call_is_over(&self, name: &str) -> Result<()> {
        let statement = "UPDATE voice_calls SET is_over = 1 WHERE name = ?";
        self.run(statement, texts(&[name]))
    }

    /// Those of one call of the PBX, or all, newest first.
    pub(super) fn voice_calls(&self, callid: Option<i64>) -> Result<Vec<VoiceCall>> {
        match callid {
            Some(callid) => self.newest("callid = ?", integers(&[callid])?),
            None => self.newest("1", Vec::new()),
        }
    }

    fn newest(&self, which: &str, values: Vec<SqlStorageValue>) -> Result<Vec<VoiceCall>> {
        let query = format!(
            "SELECT name, dn, leg, callid, caller, since FROM voice_calls WHERE {which} \
             ORDER BY place DESC LIMIT 100"
        );
        let mut rows = self.rows(&query, values)?;
        Ok(rows
            .iter_mut()
            .map(|row| VoiceCall {
                name: row.text().unwrap_or_default(),
                dn: row.text().unwrap_or_default(),
                id: row.whole(),
                callid: row.whole(),
                caller: row.text().unwrap_or_default(),
                since: row.whole(),
            })
            .collect())
    }

    /// Forgets those that rang before a moment.
    pub(super) fn forget_voice_calls(&self, before: Millis) -> Result<()> {
        let statement = "DELETE FROM voice_calls WHERE since < ?";
        self.run(statement, integers(&[before])?)
    }
}
