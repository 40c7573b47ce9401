//! The people of the demo clinic: one row each.

use serde_json::{Value, json};

/// What a person's phone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phones {
    /// Nothing was ever set up.
    None,
    /// A desk phone that is off.
    DeskOff,
    /// A desk phone: the API cannot answer on it.
    Desk,
    /// The 3CX app with uaCSTA control.
    App,
    /// Both, so that calls ring twice.
    Both,
}

/// One person.
#[derive(Debug)]
pub(crate) struct Person {
    /// XAPI key, which is not the number.
    pub(crate) id: i64,
    pub(crate) number: &'static str,
    pub(crate) first: &'static str,
    pub(crate) last: &'static str,
    /// Local part of the e-mail address.
    pub(crate) mail: &'static str,
    pub(crate) department: i64,
    pub(crate) phones: Phones,
    pub(crate) profile: &'static str,
    pub(crate) queue: &'static str,
    pub(crate) role: &'static str,
}

impl Person {
    /// As 3CX shows it: last name first.
    pub(crate) fn display_name(&self) -> String {
        match (self.first, self.last) {
            (first, "") => first.to_owned(),
            ("", last) => last.to_owned(),
            (first, last) => format!("{last}, {first}"),
        }
    }

    /// As a phone shows it.
    pub(crate) fn spoken_name(&self) -> String {
        format!("{} {}", self.first, self.last).trim().to_owned()
    }

    /// The five profiles everybody has; two carry names of their own.
    pub(crate) fn forwarding_profiles(&self) -> Value {
        let profile = |(offset, name, custom): (i64, &str, &str)| {
            json!({
                "Id": self.id * 10 + offset, "Name": name, "CustomName": custom,
                "CustomMessage": "", "NoAnswerTimeout": 20, "RingMyMobile": false,
                "AcceptMultipleCalls": true, "BlockPushCalls": false,
                "DisableRingGroupCalls": false, "OfficeHoursAutoQueueLogOut": false,
                "AvailableRoute": null, "AwayRoute": null,
            })
        };
        [
            (0, "Available", ""),
            (1, "Away", ""),
            (2, "Out of office", ""),
            (3, "Custom 1", "In surgery"),
            (4, "Custom 2", "Business trip"),
        ]
        .map(profile)
        .into_iter()
        .collect()
    }
}

use Phones::{App, Both, Desk, DeskOff};

/// A row: id, number, first and last name, mail, department, phones, profile, queue, role.
type Row = (
    i64,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    i64,
    Phones,
    &'static str,
    &'static str,
    &'static str,
);

const fn person(row: Row) -> Person {
    let (id, number, first, last, mail, department, phones, profile, queue, role) = row;
    Person {
        id,
        number,
        first,
        last,
        mail,
        department,
        phones,
        profile,
        queue,
        role,
    }
}

const IN: &str = "LoggedIn";
const OUT: &str = "LoggedOut";

/// Everybody.
#[rustfmt::skip]
pub(crate) const PEOPLE: &[Person] = &[
    person((201, "100", "Sara", "Al-Harbi / سارة الحربي", "sara", 31, App, "Available", IN, "system_admins")),
    person((202, "101", "Dr. Khalid", "Al-Otaibi", "khalid", 32, Both, "Available", OUT, "users")),
    person((203, "102", "د. نورة", "القحطاني", "noura", 32, Desk, "Custom 1", OUT, "users")),
    person((204, "103", "Liam", "O'Brien", "liam.obrien", 32, App, "Away", OUT, "users")),
    person((205, "104", "Fatimah", "Al-Zahrani", "fatimah", 33, Desk, "Available", IN, "users")),
    person((206, "105", "محمد", "الغامدي", "mohammed", 33, App, "Available", IN, "users")),
    person((207, "106", "Maria", "Santos", "maria", 33, DeskOff, "Out of office", OUT, "users")),
    person((208, "107", "Yousef", "Al-Dosari", "yousef", 34, Desk, "Available", IN, "users")),
    person((209, "108", "هند", "الشهري", "hind", 34, App, "Away", OUT, "users")),
    person((210, "109", "Abdullah", "Al-Mutairi", "abdullah", 35, Desk, "Available", IN, "users")),
    person((211, "110", "Reem", "Al-Subaie", "reem", 35, Phones::None, "Custom 2", OUT, "users")),
    person((212, "111", "Omar", "Al-Shehri", "omar", 36, App, "Available", OUT, "system_admins")),
    person((213, "112", "Priya", "Nair", "priya", 36, Both, "Available", IN, "system_owners")),
    person((214, "113", "Director", "Office", "director", 28, Desk, "Available", OUT, "users")),
];
