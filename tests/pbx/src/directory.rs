//! Who can be called: numbers, their devices, and how phones behave when they ring.
//!
//! A "DN" is 3CX's word for an internal number of any kind. Kind names as in the Call Control
//! API (`Wextension` ...) and in XAPI's `Pbx.PeerType` (`Extension` ...).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// What a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A person's number.
    Extension,
    /// Callers wait here for an agent.
    Queue,
    /// Rings all its members.
    RingGroup,
    /// A digital receptionist.
    Ivr,
    /// A number that belongs to an API client.
    RoutePoint,
    /// A shared parking place.
    Parking,
    /// A trunk.
    ExternalLine,
    /// Voicemail access and the like.
    SpecialMenu,
}

impl Kind {
    /// The name Call Control uses.
    pub(crate) fn call_control(self) -> &'static str {
        match self {
            Self::Extension => "Wextension",
            Self::Queue => "Wqueue",
            Self::RingGroup => "Wringgroup",
            Self::Ivr => "Wivr",
            Self::RoutePoint => "Wroutepoint",
            Self::Parking => "Wparkextension",
            Self::ExternalLine => "Wexternalline",
            Self::SpecialMenu => "Wspecialmenu",
        }
    }

    /// The name XAPI uses.
    pub(crate) fn peer_type(self) -> &'static str {
        match self {
            Self::Extension => "Extension",
            Self::Queue => "Queue",
            Self::RingGroup => "RingGroup",
            Self::Ivr => "IVR",
            Self::RoutePoint => "RoutePoint",
            Self::Parking => "Parking",
            Self::ExternalLine => "ExternalLine",
            Self::SpecialMenu => "SpecialMenu",
        }
    }
}

/// What a phone does when it rings, or an outside number when it is dialled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "does", rename_all = "snake_case", deny_unknown_fields)]
pub enum Answering {
    /// Answers; without a time after `Settings::answer_ms`.
    Answer {
        /// Milliseconds from the first ring.
        #[serde(default)]
        after_ms: Option<u64>,
    },
    /// Rings until somebody gives up or the control interface answers it.
    Never,
    /// Rejects the call after a while.
    Decline {
        /// Milliseconds from the first ring; without it `Settings::answer_ms`.
        #[serde(default)]
        after_ms: Option<u64>,
    },
    /// Is busy at once.
    Busy,
    /// The number does not exist.
    Unknown,
    /// The number cannot be reached.
    Unreachable,
}

/// One registered phone or app of a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// SIP contact, for example `sip:150@127.0.0.1:5063`.
    pub device_id: String,
    /// What the phone calls itself.
    pub user_agent: String,
    /// Whether the device supports uaCSTA, so that the API may answer on it.
    #[serde(default)]
    pub direct_control: bool,
}

/// One internal number.
#[derive(Debug, Clone)]
pub(crate) struct Dn {
    /// The number as dialled inside.
    pub(crate) number: String,
    /// What the number is.
    pub(crate) kind: Kind,
    /// Name shown to the other side of a call.
    pub(crate) name: String,
    /// Phones it has; they only count while `registered`.
    pub(crate) devices: Vec<Device>,
    /// Unregistering keeps the devices, so that registering brings them back.
    pub(crate) registered: bool,
    /// How it treats calls that reach it; `None`: as the settings say for extensions.
    pub(crate) incoming: Option<Answering>,
    /// How its phones treat the API's own calls; `None`: as the settings say.
    pub(crate) pick_up: Option<Answering>,
    /// Agents of a queue, members of a ring group.
    pub(crate) members: Vec<String>,
    /// XAPI properties that differ from the default; `Id` is always present.
    pub(crate) entity: Map<String, Value>,
}

impl Dn {
    /// A number without devices and with nothing but an `Id`.
    pub(crate) fn new(id: i64, number: &str, kind: Kind, name: &str) -> Self {
        let mut entity = Map::new();
        entity.insert("Id".to_owned(), json!(id));
        entity.insert("Number".to_owned(), json!(number));
        Self {
            number: number.to_owned(),
            kind,
            name: name.to_owned(),
            devices: Vec::new(),
            registered: true,
            incoming: None,
            pick_up: None,
            members: Vec::new(),
            entity,
        }
    }

    /// The XAPI key, which is not the number.
    pub(crate) fn id(&self) -> i64 {
        self.entity
            .get("Id")
            .and_then(Value::as_i64)
            .unwrap_or_default()
    }

    /// Devices that can ring now.
    pub(crate) fn live_devices(&self) -> &[Device] {
        if self.registered { &self.devices } else { &[] }
    }

    /// Whether XAPI shows the number as registered.
    pub(crate) fn is_registered(&self) -> bool {
        !self.live_devices().is_empty()
    }

    /// A text property of the XAPI entity.
    pub(crate) fn text(&self, property: &str) -> &str {
        self.entity
            .get(property)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

/// What an outside number does; the first rule whose pattern matches counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutsideRule {
    /// The number as dialled; a `*` at the end stands for anything.
    pub number: String,
    /// What happens when it is dialled.
    pub answering: Answering,
}

impl OutsideRule {
    /// Whether the rule speaks about `dialled`.
    pub(crate) fn matches(&self, dialled: &str) -> bool {
        match self.number.strip_suffix('*') {
            Some(prefix) => dialled.starts_with(prefix),
            None => dialled == self.number,
        }
    }
}
