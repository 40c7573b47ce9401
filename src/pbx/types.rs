//! What 3CX sends: every field optional in fact, unknown fields and values never an error.
//!
//! Call Control writes lower case, XAPI writes `PascalCase`; both leave keys out or send `null`.

use serde::{Deserialize, Deserializer, Serialize};

/// One device of a DN (`DNDevice`, Call Control API).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Device {
    /// A SIP contact such as `sip:150@127.0.0.1:5483;rinstance=c2a7`.
    #[serde(deserialize_with = "text")]
    pub device_id: String,
    /// What the phone calls itself.
    #[serde(deserialize_with = "text")]
    pub user_agent: String,
}

/// State of one DN (`DNInfo`, Call Control API).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DnInfo {
    /// The number.
    #[serde(deserialize_with = "text")]
    pub dn: String,
    /// `Wextension`, `Wqueue`, `Wroutepoint` …; an open set.
    #[serde(rename = "type", deserialize_with = "text")]
    pub kind: String,
    /// Registered devices.
    #[serde(deserialize_with = "list")]
    pub devices: Vec<Device>,
    /// Call legs.
    #[serde(deserialize_with = "list")]
    pub participants: Vec<Participant>,
}

/// One leg of a call as its DN sees it (`CallParticipant`, Call Control API).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Participant {
    /// Names this leg while it lives.
    pub id: i64,
    /// `Dialing`, `Ringing`, `Connected`; an open set. There is no held state.
    #[serde(deserialize_with = "text")]
    pub status: String,
    /// The DN this leg belongs to.
    #[serde(deserialize_with = "text")]
    pub dn: String,
    /// The other party's name.
    #[serde(deserialize_with = "text")]
    pub party_caller_name: String,
    /// The other party's DN; for an outside party the trunk's.
    #[serde(deserialize_with = "text")]
    pub party_dn: String,
    /// The other party's number.
    #[serde(deserialize_with = "text")]
    pub party_caller_id: String,
    /// `Wexternalline` for an outside party.
    #[serde(deserialize_with = "text")]
    pub party_dn_type: String,
    /// The device of this leg.
    #[serde(deserialize_with = "text")]
    pub device_id: String,
    /// The device can be told to answer (uaCSTA).
    #[serde(deserialize_with = "flag")]
    pub direct_control: bool,
    /// What brought the call here: `Wroutepoint` for a call that the PBX routed in, `None` for one
    /// that this DN dialled.
    #[serde(deserialize_with = "text")]
    pub originated_by_type: String,
    /// Shared by all legs of one conversation.
    #[serde(deserialize_with = "whole")]
    pub callid: i64,
    /// Unique inside the call.
    #[serde(deserialize_with = "whole")]
    pub legid: i64,
}

impl Participant {
    /// The outside party's number or the other extension: never the trunk's DN.
    pub fn other_party(&self) -> &str {
        if self.party_caller_id.is_empty() && !self.is_external() {
            &self.party_dn
        } else {
            &self.party_caller_id
        }
    }

    /// The other party is on a trunk.
    pub fn is_external(&self) -> bool {
        self.party_dn_type == "Wexternalline"
    }

    /// The parties speak, or are kept waiting by one of them: 3CX has no held state.
    pub fn is_connected(&self) -> bool {
        self.status == "Connected"
    }

    /// Neither dialled nor ringing: the list of states is open, and an unknown one is taken for a
    /// call that goes on.
    pub fn is_active(&self) -> bool {
        !matches!(self.status.as_str(), "Dialing" | "Ringing")
    }

    /// The leg is ringing and nobody has answered it.
    pub fn is_ringing(&self) -> bool {
        self.status == "Ringing"
    }
}

/// One extension (`Pbx.User`, XAPI), only the fields this product selects.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct User {
    /// Not the number: paths take it.
    #[serde(deserialize_with = "whole")]
    pub id: i64,
    /// The extension number.
    #[serde(deserialize_with = "text")]
    pub number: String,
    /// First name.
    #[serde(deserialize_with = "text")]
    pub first_name: String,
    /// Last name.
    #[serde(deserialize_with = "text")]
    pub last_name: String,
    /// Both names as 3CX shows them.
    #[serde(deserialize_with = "text")]
    pub display_name: String,
    /// E-mail address.
    #[serde(deserialize_with = "text")]
    pub email_address: String,
    /// At least one phone is signed in.
    #[serde(deserialize_with = "flag")]
    pub is_registered: bool,
    /// `Available`, `Away`, `Out of office`, `Custom 1`, `Custom 2`.
    #[serde(deserialize_with = "text")]
    pub current_profile_name: String,
    /// `LoggedIn` or `LoggedOut`, for all queues at once.
    #[serde(deserialize_with = "text")]
    pub queue_status: String,
    /// The department.
    #[serde(deserialize_with = "whole")]
    pub primary_group_id: i64,
}

impl User {
    /// The properties that this type reads: what `$select` asks for.
    pub(super) const SELECT: &'static str = "Id,Number,FirstName,LastName,DisplayName,\
        EmailAddress,IsRegistered,CurrentProfileName,QueueStatus,PrimaryGroupId";

    /// The name to show: first and last name, else the display name.
    pub fn name(&self) -> String {
        let full = format!("{} {}", self.first_name, self.last_name);
        let full = full.trim();
        if full.is_empty() {
            self.display_name.clone()
        } else {
            full.to_owned()
        }
    }
}

/// One department (`Pbx.Group`, XAPI).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Group {
    /// What `PrimaryGroupId` points to.
    #[serde(deserialize_with = "whole")]
    pub id: i64,
    /// The department's name.
    #[serde(deserialize_with = "text")]
    pub name: String,
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.unwrap_or_default())
}

fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(Option::<bool>::deserialize(deserializer)?.unwrap_or_default())
}

fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    Ok(Option::<i64>::deserialize(deserializer)?.unwrap_or_default())
}

fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A capture published with a 3CX bridge for Zammad, personal data replaced.
    const RINGING: &str = r#"{"id":8106,"status":"Ringing","dn":"150",
        "party_caller_name":"+49123456789","party_dn":"10007","party_caller_id":"0123456789",
        "party_did":"","device_id":"sip:150@127.0.0.1:5483;rinstance=c2a75fd2f1caea71",
        "party_dn_type":"Wexternalline","direct_control":false,"originated_by_dn":"ROUTER",
        "originated_by_type":"Wroutepoint","callid":1264,"legid":4}"#;

    #[test]
    fn an_outside_caller_is_not_the_trunk() {
        let leg: Participant = serde_json::from_str(RINGING).unwrap();
        assert_eq!(leg.other_party(), "0123456789");
        assert!(leg.is_external() && leg.is_ringing());
    }

    #[test]
    fn missing_and_null_fields_are_no_error() {
        let leg: Participant = serde_json::from_str(
            r#"{"id":1,"status":"Talking","party_dn":"101","party_caller_id":null,"direct_control":null}"#,
        )
        .unwrap();
        assert_eq!(leg.other_party(), "101");
        let info: DnInfo =
            serde_json::from_str(r#"{"dn":"100","devices":null,"news":{"a":[1]}}"#).unwrap();
        assert!(info.devices.is_empty() && info.participants.is_empty());
        let user: User = serde_json::from_str(r#"{"Number":"101","FirstName":null}"#).unwrap();
        assert_eq!((user.number.as_str(), user.name().as_str()), ("101", ""));
    }
}
