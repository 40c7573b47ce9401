//! A [`Stage`] whose Worker has an account with a carrier, and is the PBX's SMS provider.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use carrier_sim::{Accepted, Carrier, Inbound};
use serde_json::{Value, json};

use crate::harness::{Answer, Client, Stage, until};

/// The sender of SMS, and the number of the PBX's trunk.
pub(super) const SMS_FROM: &str = "+966110000000";
/// The sender of WhatsApp messages.
pub(super) const WHATSAPP_FROM: &str = "whatsapp:+966110000001";
/// What signs webhooks.
pub(super) const TOKEN: &str = "token-of-the-carrier-in-the-demo";
/// What 3CX presents.
pub(super) const GATEWAY_KEY: &str = "gateway-key-of-the-demo-clinic";
/// Somebody outside, as it is typed and as it is sent.
pub(super) const TYPED: &str = "0500000000";
pub(super) const PATIENT: &str = "+966500000000";

/// What the carrier is answered when a report was taken, or was about nothing that is known.
pub(super) const TAKEN: Option<u16> = Some(204);

/// A stage and its carrier.
pub(super) struct Clinic {
    pub(super) carrier: Arc<Carrier>,
    variables: Vec<(String, String)>,
    stage: Stage,
}

impl Deref for Clinic {
    type Target = Stage;

    fn deref(&self) -> &Stage {
        &self.stage
    }
}

impl DerefMut for Clinic {
    fn deref_mut(&mut self) -> &mut Stage {
        &mut self.stage
    }
}

/// No account of anybody.
pub(super) fn account() -> String {
    format!("AC{}", "0".repeat(32))
}

impl Clinic {
    pub(super) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// The same with more variables, or others; one given as "" is left out.
    pub(super) async fn with(more: &[(&str, &str)]) -> Self {
        Self::of(more, 1).await
    }

    /// The same with several isolates.
    pub(super) async fn of(more: &[(&str, &str)], isolates: usize) -> Self {
        let account = account();
        let senders = [SMS_FROM, WHATSAPP_FROM, "CLINIC"];
        let carrier = Carrier::start(&account, TOKEN, &senders).await;
        let carrier = Arc::new(carrier.expect("the carrier starts"));
        let mut variables: Vec<(String, String)> = [
            ("TWILIO_ACCOUNT_SID", account.as_str()),
            ("TWILIO_AUTH_TOKEN", TOKEN),
            ("TWILIO_SMS_FROM", SMS_FROM),
            ("TWILIO_WHATSAPP_FROM", WHATSAPP_FROM),
            ("TWILIO_BASE_URL", &carrier.url()),
            ("SMS_GATEWAY_KEY", GATEWAY_KEY),
            ("PBX_SMS_WEBHOOK", "/sms/generic/demo-trunk"),
            ("MYPHONE_CHAT", "on"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        for (name, value) in more {
            variables.retain(|(known, _)| known != name);
            variables.push(((*name).to_owned(), (*value).to_owned()));
        }
        let stage = Stage::of(&borrowed(&variables), isolates).await;
        Self {
            carrier,
            variables,
            stage,
        }
    }

    /// Ends the runtime and starts it again on the same state. It listens at another port.
    pub(super) async fn restart(&mut self) {
        self.stage.restart(&borrowed(&self.variables)).await;
    }

    /// Where the carrier posts messages from outside.
    pub(super) fn webhook(&self) -> String {
        format!("{}/webhooks/twilio", self.runtime.url())
    }

    /// Somebody outside writes an SMS; what the Worker answered.
    pub(super) async fn arrives(&self, number: usize, text: &str) -> Option<u16> {
        self.carrier
            .deliver(&self.webhook(), &inbound(number, text))
            .await
    }

    /// What was accepted for one number.
    pub(super) fn accepted_for(&self, to: &str) -> Vec<Accepted> {
        let mut accepted = self.carrier.accepted();
        accepted.retain(|message| message.to == to);
        accepted
    }
}

fn borrowed(variables: &[(String, String)]) -> Vec<(&str, &str)> {
    let pairs = variables.iter();
    pairs
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

/// An SMS from the patient; the same number is the same message.
pub(super) fn inbound(number: usize, text: &str) -> Inbound {
    Inbound {
        sid: format!("SM{number:032x}"),
        from: PATIENT.to_owned(),
        to: SMS_FROM.to_owned(),
        body: text.to_owned(),
    }
}

/// Sends an SMS to the patient.
pub(super) async fn send(client: &Client, text: &str) -> Answer {
    client
        .call("send_message", json!({ "to": TYPED, "message": text }))
        .await
}

/// The newest messages.
pub(super) async fn newest(client: &Client, query: Value) -> Vec<Value> {
    let page = client.call("get_messages", query).await;
    page.ok()["messages"].as_array().expect("messages").clone()
}

/// The message of an id; exactly one.
pub(super) async fn message(client: &Client, id: &Value) -> Value {
    let mut found = newest(client, json!({ "limit": 100 })).await;
    found.retain(|message| message["id"] == *id);
    assert_eq!(found.len(), 1, "{id}: {found:?}");
    found.remove(0)
}

/// Messages with this text, newest first.
pub(super) async fn saying(client: &Client, text: &str) -> Vec<Value> {
    let mut found = newest(client, json!({ "limit": 100 })).await;
    found.retain(|message| message["body"] == json!(text));
    found
}

/// Waits until a message has this status.
pub(super) async fn until_status(client: &Client, id: &Value, status: &str) {
    until(status, async || {
        (message(client, id).await["status"] == json!(status)).then_some(())
    })
    .await;
}
