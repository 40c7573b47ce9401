//! The demo: a small clinic in Saudi Arabia, its numbers and departments.
//!
//! All names are invented and all addresses end in `example.com`. The awkward cases are here on
//! purpose: Arabic names, an apostrophe, nobody registered, no device, two devices, and one
//! extension (113) the API client may not control.

mod chats;
mod numbers;
mod people;

use serde_json::{Map, Value, json};

use crate::sign_in::Login;

pub(crate) use chats::chats;
pub(crate) use numbers::numbers;
pub(crate) use people::{PEOPLE, Person};

/// Departments: id, number as 3CX numbers them, name.
pub(crate) const DEPARTMENTS: &[(i64, &str, &str)] = &[
    (28, "GRP0000", "DEFAULT"),
    (31, "GRP0001", "Reception / الاستقبال"),
    (32, "GRP0002", "Doctors"),
    (33, "GRP0003", "Nursing"),
    (34, "GRP0004", "Pharmacy"),
    (35, "GRP0005", "Billing"),
    (36, "GRP0006", "IT"),
];

/// Password of everybody's web client.
const DEMO_PASSWORD: &str = "demo-password";

/// Departments as XAPI's `Pbx.Group`, with their members.
pub(crate) fn groups() -> Vec<Map<String, Value>> {
    let department = |(id, number, name): &(i64, &str, &str)| {
        let members: Vec<Value> = PEOPLE
            .iter()
            .filter(|person| person.department == *id)
            .map(|person| membership(*id, name, person))
            .collect();
        let properties = json!({
            "Id": id, "Number": number, "Name": name, "IsDefault": *number == "GRP0000",
            "HasMembers": !members.is_empty(), "Language": "EN", "Members": members,
            "TimeZoneId": "51", "GloballyVisible": false,
        });
        properties.as_object().cloned().unwrap_or_default()
    };
    DEPARTMENTS.iter().map(department).collect()
}

/// A `Pbx.UserGroup` row: one person's place in one department.
pub(crate) fn membership(department: i64, name: &str, person: &Person) -> Value {
    json!({
        "Id": person.id, "GroupId": department, "Name": name, "Number": person.number,
        "MemberName": person.display_name(), "Type": "Extension", "CanDelete": true, "Tags": [],
        "TranscriptionMode": "Inherit", "Rights": {"RoleName": person.role},
        "GroupRights": {"RoleName": person.role},
    })
}

/// Web-client sign-ins: everybody's, one with a second factor.
pub(crate) fn logins() -> Vec<Login> {
    let login = |person: &Person| Login {
        number: person.number.to_owned(),
        password: DEMO_PASSWORD.to_owned(),
        security_code: (person.number == "111").then(|| "246810".to_owned()),
        role: person.role.to_owned(),
    };
    PEOPLE.iter().map(login).collect()
}
