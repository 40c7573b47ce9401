//! What the crowd of messages is after: texts of their own to numbers of their own, and to some that nobody
//! may write to. Others, who do not ask by MCP: `outside.rs`.

use std::cell::RefCell;
use std::sync::Arc;

use carrier_sim::Carrier;
use pbx_sim::Control;
use serde_json::{Value, json};

use super::weather;
use crate::harness::Dice;
use crate::harness::storm::{self, Wanted};

pub(super) type Crowd = storm::Crowd<Sends>;
pub(super) type Wish = storm::Wish<Words>;

/// Messages to people outside, and what others did meanwhile.
pub(in crate::messages) struct Sends {
    pub(super) carrier: Arc<Carrier>,
    pub(super) pbx: Control,
    pub(super) agents: RefCell<Vec<Agent>>,
    /// Texts of patients that the Worker said it has.
    pub(super) answered: RefCell<Vec<String>>,
    /// Who wrote from outside, one for each message.
    pub(super) patients: RefCell<Vec<String>>,
}

/// What is to be sent, and how. The text is in no other wish.
#[derive(Debug, Clone)]
pub(in crate::messages) struct Words {
    pub(super) text: String,
    channel: &'static str,
}

/// What an agent wrote, and the status that 3CX was answered; nothing where the answer was lost.
#[derive(Debug)]
pub(super) struct Agent {
    pub(super) text: String,
    pub(super) told: Option<u16>,
}

impl Sends {
    pub(super) fn new(carrier: &Arc<Carrier>, pbx: &Control) -> Self {
        Self {
            carrier: Arc::clone(carrier),
            pbx: pbx.clone(),
            agents: RefCell::default(),
            answered: RefCell::default(),
            patients: RefCell::default(),
        }
    }
}

impl Wanted for Sends {
    type Details = Words;

    const TOOL: &'static str = "send_message";
    const EXTENSIONS: &'static [&'static str] = &["100", "101", "104", "105", "109"];
    /// Emergency, premium, fixed, abroad, and inside.
    const FORBIDDEN: &'static [&'static str] = &[
        "997",
        "00966997",
        "925012345",
        "+966925012345",
        "+14155550100",
        "104",
        "٩١١",
    ];

    async fn want(crowd: &Crowd, dice: &mut Dice, _: bool) {
        match dice.below(14) {
            0 => crowd.forbidden(dice).await,
            1 if dice.once_in(3) => crowd.opts_out(dice).await,
            1 => crowd.patient(dice).await,
            2 => crowd.agent(dice).await,
            3 if crowd.asks => crowd.yes_for_another(dice).await,
            4..=11 if crowd.asks => crowd.yes(dice).await,
            3 => crowd.one_key_for_two(dice).await,
            4..=9 => crowd.key(dice).await,
            _ => crowd.no_key(dice).await,
        }
    }

    fn details(&self, number: &str, count: usize, dice: &mut Dice) -> Words {
        let channel = dice.one_of(&["sms", "sms", "whatsapp"]);
        let to = if channel == "sms" {
            number.to_owned()
        } else {
            format!("whatsapp:{number}")
        };
        weather::course(&self.carrier, &to, dice);
        Words {
            text: format!("موعدك رقم {count} ✓"),
            channel,
        }
    }

    fn written(_: &Crowd, wish: &Wish, _: &mut Dice) -> String {
        wish.number.clone()
    }

    fn arguments(&self, wish: &Wish, written: &str) -> Value {
        // What is forbidden is so of SMS.
        let channel = if wish.is_forbidden {
            "sms"
        } else {
            wish.details.channel
        };
        json!({
            "from_extension": wish.extension, "to": written, "message": wish.details.text,
            "channel": channel,
        })
    }
}
