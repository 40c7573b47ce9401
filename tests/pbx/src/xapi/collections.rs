//! The sets of XAPI and where their entities come from.

use serde_json::{Map, Value, json};

use crate::calls::{Call, Mode, Party, Side, Status};
use crate::chats::Chat;
use crate::clock;
use crate::directory::{Dn, Kind};
use crate::sign_in::{Caller, Need};
use crate::world::World;

use super::documents;
use super::options::Options;
use super::path::Key;
use super::schema::{self, Properties};

type Entity = Map<String, Value>;

/// A set, or a document that stands alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Collection {
    Users,
    MyUser,
    Groups,
    Queues,
    Parkings,
    Peers,
    ActiveCalls,
    SystemStatus,
    Defs,
    CallHistoryView,
    ChatHistoryView,
    ChatMessagesHistoryView,
    Recordings,
    LastCdrAndChatMessageTimestamp,
    CallParkingSettings,
    DialCodeSettings,
}

impl Collection {
    const ALL: [Self; 16] = [
        Self::Users,
        Self::MyUser,
        Self::Groups,
        Self::Queues,
        Self::Parkings,
        Self::Peers,
        Self::ActiveCalls,
        Self::SystemStatus,
        Self::Defs,
        Self::CallHistoryView,
        Self::ChatHistoryView,
        Self::ChatMessagesHistoryView,
        Self::Recordings,
        Self::LastCdrAndChatMessageTimestamp,
        Self::CallParkingSettings,
        Self::DialCodeSettings,
    ];

    /// The set of a name; case counts.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|set| set.name() == name)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Users => "Users",
            Self::MyUser => "MyUser",
            Self::Groups => "Groups",
            Self::Queues => "Queues",
            Self::Parkings => "Parkings",
            Self::Peers => "Peers",
            Self::ActiveCalls => "ActiveCalls",
            Self::SystemStatus => "SystemStatus",
            Self::Defs => "Defs",
            Self::CallHistoryView => "CallHistoryView",
            Self::ChatHistoryView => "ChatHistoryView",
            Self::ChatMessagesHistoryView => "ChatMessagesHistoryView",
            Self::Recordings => "Recordings",
            Self::LastCdrAndChatMessageTimestamp => "LastCdrAndChatMessageTimestamp",
            Self::CallParkingSettings => "CallParkingSettings",
            Self::DialCodeSettings => "DialCodeSettings",
        }
    }

    /// An ordinary user sees himself only; what people said and when is for owners.
    pub(super) fn need(self) -> Need {
        match self {
            Self::MyUser | Self::Defs => Need::Xapi,
            Self::CallHistoryView
            | Self::ChatHistoryView
            | Self::ChatMessagesHistoryView
            | Self::Recordings
            | Self::LastCdrAndChatMessageTimestamp => Need::XapiOwner,
            _ => Need::XapiAdmin,
        }
    }

    pub(super) fn is_single(self) -> bool {
        matches!(
            self,
            Self::MyUser
                | Self::SystemStatus
                | Self::Defs
                | Self::CallParkingSettings
                | Self::DialCodeSettings
        )
    }

    pub(super) fn properties(self) -> Properties<'static> {
        match self {
            Self::Users | Self::MyUser => schema::user::PROPERTIES,
            Self::Groups => schema::group::PROPERTIES,
            Self::Queues => schema::queue::PROPERTIES,
            Self::Parkings => schema::parking::PROPERTIES,
            Self::Peers => schema::peer::PROPERTIES,
            Self::ActiveCalls => schema::active_call::PROPERTIES,
            Self::SystemStatus => schema::system_status::PROPERTIES,
            Self::Defs => schema::defs::PROPERTIES,
            Self::CallHistoryView => schema::call_history_view::PROPERTIES,
            Self::ChatHistoryView => schema::chat::PROPERTIES,
            Self::ChatMessagesHistoryView => schema::chat_message::PROPERTIES,
            Self::Recordings => schema::recording::PROPERTIES,
            Self::LastCdrAndChatMessageTimestamp => schema::last_timestamp::PROPERTIES,
            Self::CallParkingSettings => schema::call_parking_settings::PROPERTIES,
            Self::DialCodeSettings => schema::dial_code_settings::PROPERTIES,
        }
    }

    /// `Users(Id,Number)` for `@odata.context`.
    pub(super) fn context(self, options: &Options, suffix: &str) -> String {
        let expanded = options
            .expand
            .iter()
            .map(|expansion| format!("{}()", expansion.property));
        let names: Vec<String> = options.select.iter().cloned().chain(expanded).collect();
        let names = if names.is_empty() {
            String::new()
        } else {
            format!("({})", names.join(","))
        };
        format!("{}{names}{suffix}", self.name())
    }

    /// Everything in the set, in a stable order.
    pub(super) fn entities(self, world: &World, caller: &Caller) -> Vec<Entity> {
        let of = |kind: Kind| world.dns.values().filter(move |dn| dn.kind == kind);
        match self {
            Self::Users => of(Kind::Extension).map(user).collect(),
            Self::MyUser => {
                let own = |dn: &&Dn| caller.is_user && dn.number == caller.own_dn;
                of(Kind::Extension).filter(own).map(user).collect()
            }
            Self::Groups => world.groups.clone(),
            Self::Queues => of(Kind::Queue).map(|dn| dn.entity.clone()).collect(),
            Self::Parkings => of(Kind::Parking).map(parking).collect(),
            Self::Peers => world
                .dns
                .values()
                .map(peer)
                .chain(world.groups.iter().map(group_peer))
                .collect(),
            Self::ActiveCalls => world
                .calls
                .values()
                .map(|call| active(world, call))
                .collect(),
            Self::SystemStatus => vec![documents::status(world)],
            Self::Defs => vec![entity(json!({ "Id": 0 }))],
            Self::ChatHistoryView => world.chats.iter().map(Chat::line).collect(),
            Self::ChatMessagesHistoryView => {
                let numbered = world.chats.iter().zip(1..);
                numbered.map(|(chat, id)| chat.message(id)).collect()
            }
            Self::LastCdrAndChatMessageTimestamp => vec![documents::last_timestamp(world)],
            Self::CallParkingSettings => vec![documents::call_parking(world)],
            Self::DialCodeSettings => vec![documents::dial_codes()],
            // Too many to be built before anybody knows which are wanted: see `xapi::list`.
            Self::CallHistoryView | Self::Recordings => Vec::new(),
        }
    }

    /// One entity by its key. Which sets know which key is written in the OpenAPI document.
    pub(super) fn find(self, world: &World, key: &Key) -> Option<Entity> {
        let nobody = Caller {
            own_dn: String::new(),
            monitored: Vec::new(),
            is_user: false,
        };
        let by_number = matches!(
            self,
            Self::Users | Self::Queues | Self::Parkings | Self::Peers
        );
        let by_id = matches!(
            self,
            Self::Users | Self::Queues | Self::Parkings | Self::Groups
        );
        let matches = |row: &Entity| match key {
            Key::Id(id) => by_id && row.get("Id").and_then(Value::as_i64) == Some(*id),
            Key::Number(number) => {
                by_number && row.get("Number").and_then(Value::as_str) == Some(number)
            }
        };
        self.entities(world, &nobody).into_iter().find(matches)
    }
}

fn entity(value: Value) -> Entity {
    value.as_object().cloned().unwrap_or_default()
}

fn user(dn: &Dn) -> Entity {
    let mut entity = dn.entity.clone();
    entity.insert("IsRegistered".to_owned(), json!(dn.is_registered()));
    entity
}

fn parking(dn: &Dn) -> Entity {
    entity(json!({
        "Id": dn.id(), "Number": dn.number, "TranscriptionMode": "Inherit",
        "Groups": [{ "GroupId": 28, "Name": "DEFAULT", "Number": dn.number, "Type": "Parking" }],
    }))
}

fn peer(dn: &Dn) -> Entity {
    let department = dn
        .entity
        .get("PrimaryGroupId")
        .cloned()
        .unwrap_or(json!(28));
    let name = match dn.text("DisplayName") {
        "" => dn.name.as_str(),
        display_name => display_name,
    };
    entity(json!({
        "Id": dn.id(), "Number": dn.number, "Name": name, "Type": dn.kind.peer_type(),
        "Hidden": false, "Tags": [],
        "MemberOf": [{ "GroupID": department, "IsPrimary": true, "RoleName": "users" }],
    }))
}

fn group_peer(group: &Entity) -> Entity {
    entity(json!({
        "Id": group["Id"], "Number": group["Number"], "Name": group["Name"], "Type": "Group",
        "Hidden": false, "Tags": [], "MemberOf": [],
    }))
}

fn active(world: &World, call: &Call) -> Entity {
    let ringing_self = call.pending.is_some();
    let transferring = world
        .deliveries
        .values()
        .any(|delivery| delivery.call == call.id && delivery.mode == Mode::Transfer);
    let rings = || {
        call.side(Side::Callee)
            .any(|leg| leg.status == Status::Ringing)
    };
    let status = match () {
        () if transferring => "Transferring",
        () if call.answered => "Talking",
        () if ringing_self || rings() => "Ringing",
        () => "Routing",
    };
    // For a moment a call the API placed has no caller yet.
    let caller = if ringing_self {
        "MakeCall".to_owned()
    } else {
        display(call.principal(Side::Caller))
    };
    entity(json!({
        "Id": call.id, "Caller": caller, "Callee": display(call.principal(Side::Callee)),
        "Status": status, "LastChangeStatus": clock::iso(call.changed_ms),
        "EstablishedAt": clock::iso(call.placed_ms), "ServerNow": clock::iso(clock::now_ms()),
    }))
}

/// `101 Name`, or `10000 Name (number)` for outside parties.
fn display(party: &Party) -> String {
    if party.kind == Kind::ExternalLine {
        format!("{} {} ({})", party.dn, party.name, party.number).replace("  ", " ")
    } else {
        format!("{} {}", party.dn, party.name)
    }
}
