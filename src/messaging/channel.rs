//! By which road a message goes.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// By which road.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// SMS.
    #[default]
    Sms,
    /// WhatsApp.
    Whatsapp,
    /// 3CX chat between extensions.
    Livechat,
}

impl Channel {
    /// As it is written in answers and in the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Whatsapp => "whatsapp",
            Self::Livechat => "livechat",
        }
    }

    /// The one that is written so.
    pub fn named(name: &str) -> Option<Self> {
        let all = [Self::Sms, Self::Whatsapp, Self::Livechat];
        all.into_iter().find(|channel| channel.as_str() == name)
    }
}

/// For people.
impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sms => "SMS",
            Self::Whatsapp => "WhatsApp message",
            Self::Livechat => "chat message",
        })
    }
}
