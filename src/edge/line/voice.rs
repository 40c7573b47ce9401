//! Calls at Basma's route point: their own object is told that they came, which keys were pressed, and that
//! the caller left.
//!
//! Not here: what becomes of such a call (`edge/lobby/voice_call`, another WebAssembly module).

use std::rc::Rc;

use serde_json::{Value, json};
use worker::wasm_bindgen_futures::spawn_local;

use super::Inner;
use crate::edge::{log, session_client};
use crate::json::Tree;
use crate::pbx::live::Change;

/// Binding of the objects.
const BINDING: &str = "VOICE_CALL";

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
            match change {
                Change::Ended { .. } => self.tell_voice(leg.id, json!({ "gone": true })),
                _ if leg.is_ringing() => {
                    let call = json!({ "dn": leg.dn, "id": leg.id, "callid": leg.callid });
                    self.tell_voice(leg.id, json!({ "start": call }));
                }
                _ => {}
            }
        }
    }

    /// A frame of the PBX: keys that a caller pressed are nothing to the table.
    pub(super) fn overhear_keys(self: &Rc<Self>, bytes: &[u8]) {
        const MARK: &[u8] = b"dtmf_input";
        if self.voice_dn.is_none() || !bytes.windows(MARK.len()).any(|it| it == MARK) {
            return;
        }
        if let Some((id, keys)) = self.keys(bytes) {
            self.tell_voice(id, json!({ "keys": keys }));
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

    fn tell_voice(self: &Rc<Self>, id: i64, command: Value) {
        let inner = Rc::clone(self);
        spawn_local(async move {
            let dn = inner.voice_dn.as_deref().unwrap_or_default();
            let (name, body) = (format!("{dn}-{id}"), command.to_string());
            let told = session_client::exchange(&inner.env, BINDING, &name, body.as_bytes()).await;
            if let Err(error) = told {
                log::error("voice_not_told", json!({ "error": error.to_string() }));
            }
        });
    }
}
