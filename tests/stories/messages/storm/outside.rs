//! Those who do not ask by MCP: patients who write, or want no more messages, and agents in 3CX.

use std::time::Duration;

use carrier_sim::Inbound;
use futures::future::join_all;
use pbx_sim::AgentSms;
use serde_json::Value;

use super::super::clinic::{GATEWAY_KEY, SMS_FROM};
use super::sends::{Agent, Crowd, Sends};
use super::{PUBLIC, weather};
use crate::harness::Dice;
use crate::harness::storm::Wanted;

impl Crowd {
    /// Somebody outside writes.
    pub(super) async fn patient(&self, dice: &mut Dice) {
        let number = 9_000 + self.wanted.patients.borrow().len();
        let text = format!("سؤال {number}؟");
        self.writes(dice, &format!("+96650000{number:04}"), &text)
            .await;
        self.wanted.answered.borrow_mut().push(text);
    }

    /// Somebody does not want to be written to any more, and is written to all the same.
    pub(super) async fn opts_out(&self, dice: &mut Dice) {
        let wish = self.wish(dice, 0, false);
        self.change(wish, |wish| wish.is_forbidden = true);
        let number = self.wishes.borrow()[wish].number.clone();
        let stop = dice.one_of(&["STOP", "إلغاء", "توقف"]);
        self.writes(dice, &number, stop).await;
        self.attempt(dice, wish, None).await;
    }

    /// The carrier hands a message over until it is taken, now and then several times at once.
    async fn writes(&self, dice: &mut Dice, from: &str, text: &str) {
        let name = {
            let mut patients = self.wanted.patients.borrow_mut();
            patients.push(from.to_owned());
            patients.len()
        };
        let message = Inbound {
            sid: format!("SM{name:032x}"),
            from: from.to_owned(),
            to: SMS_FROM.to_owned(),
            body: text.to_owned(),
        };
        let hand_over = async || {
            let url = format!("{PUBLIC}/webhooks/twilio");
            for _ in 0..100 {
                if self.wanted.carrier.deliver(&url, &message).await == Some(200) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            panic!("nobody takes {message:?}");
        };
        let times = 1 + dice.below(3);
        join_all((0..times).map(|_| hand_over())).await;
    }

    /// Somebody writes in 3CX, which hands it over once.
    pub(super) async fn agent(&self, dice: &mut Dice) {
        let client = dice.one_of(&self.clients.read().await);
        let number = {
            let mut agents = self.wanted.agents.borrow_mut();
            let text = format!("agent {}", agents.len());
            agents.push(Agent { text, told: None });
            agents.len() - 1
        };
        let to = format!("+96650000{:04}", 8_000 + number);
        weather::course(&self.wanted.carrier, &to, dice);
        let sms = AgentSms {
            extension: dice.one_of(Sends::EXTENSIONS).to_owned(),
            from: SMS_FROM.to_owned(),
            to,
            text: self.wanted.agents.borrow()[number].text.clone(),
        };
        let body: Value = self.wanted.pbx.agent_writes(&sms);
        let gateway = client.header("authorization", &format!("Bearer {GATEWAY_KEY}"));
        let raw = gateway
            .try_send("POST", "/sms/3cx", Some(body.to_string().into_bytes()))
            .await;
        self.wanted.agents.borrow_mut()[number].told = raw.ok().map(|raw| raw.status);
    }
}
