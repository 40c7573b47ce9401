//! What one isolate remembers of the PBX, so that a call costs one request and not three.
//!
//! | what | key | lives | bound | thrown away early |
//! |---|---|---|---|---|
//! | devices of a DN | DN | 5 min | 512 DNs | when a call by one of them is refused |
//! | departments | – | 10 min | one list | – |
//! | a person's row of `/Users` | number | 15 s | 512 | – |
//! | a session of MyPhone | extension | 1 h | 512 | when the PBX has ended it |
//! | that this isolate acted on a DN | DN | 2 s | 512 | – |
//!
//! Nothing here has to be consistent: a stale device is refused by the PBX with a status that
//! proves that no call was placed, and is then read afresh.

use std::cell::RefCell;
use std::collections::HashMap;

use super::types::{Device, Group, User};
use crate::auth::Secret;
use crate::time::Millis;

const DEVICES_LIVE: Millis = 5 * 60 * 1000;
const GROUPS_LIVE: Millis = 10 * 60 * 1000;
const USERS_LIVE: Millis = 15 * 1000;
const MY_PHONES_LIVE: Millis = 60 * 60 * 1000;
const ACTS_LIVE: Millis = 2 * 1000;
const MOST_DNS: usize = 512;

/// The memory of an isolate.
#[derive(Debug, Default)]
pub struct Memory {
    devices: RefCell<HashMap<String, Remembered<Vec<Device>>>>,
    groups: RefCell<Option<Remembered<Vec<Group>>>>,
    users: RefCell<HashMap<String, Remembered<User>>>,
    acts: RefCell<HashMap<String, Remembered<()>>>,
    my_phones: RefCell<HashMap<String, Remembered<Secret<String>>>>,
}

#[derive(Debug)]
struct Remembered<T> {
    value: T,
    until: Millis,
}

impl Memory {
    /// The devices of `dn`, if they were read lately.
    pub fn devices(&self, dn: &str, now: Millis) -> Option<Vec<Device>> {
        let devices = self.devices.borrow();
        devices
            .get(dn)
            .filter(|entry| now < entry.until)
            .map(|entry| entry.value.clone())
    }

    /// Remembers the devices of `dn`.
    pub fn keep_devices(&self, dn: &str, value: Vec<Device>, now: Millis) {
        keep(&mut self.devices.borrow_mut(), dn, value, now, DEVICES_LIVE);
    }

    /// Forgets the devices of `dn`: one of them turned out to be gone.
    pub fn forget_devices(&self, dn: &str) {
        self.devices.borrow_mut().remove(dn);
    }

    /// A person, if they were read a moment ago.
    pub fn user(&self, number: &str, now: Millis) -> Option<User> {
        let users = self.users.borrow();
        users
            .get(number)
            .filter(|entry| now < entry.until)
            .map(|entry| entry.value.clone())
    }

    /// Remembers a person.
    pub fn keep_user(&self, user: User, now: Millis) {
        let number = user.number.clone();
        keep(&mut self.users.borrow_mut(), &number, user, now, USERS_LIVE);
    }

    /// Notes that something was just done with calls of `dn`.
    pub fn note_act(&self, dn: &str, now: Millis) {
        keep(&mut self.acts.borrow_mut(), dn, (), now, ACTS_LIVE);
    }

    /// Whether something was just done with calls of `dn`, or of any.
    pub fn acted_lately(&self, dn: Option<&str>, now: Millis) -> bool {
        let acts = self.acts.borrow();
        acts.iter()
            .any(|(acted, entry)| now < entry.until && dn.is_none_or(|dn| dn == acted))
    }

    /// A session of MyPhone as an extension, which the PBX may have ended.
    pub fn my_phone(&self, extension: &str, now: Millis) -> Option<Secret<String>> {
        let sessions = self.my_phones.borrow();
        let session = sessions.get(extension).filter(|entry| now < entry.until);
        session.map(|entry| entry.value.clone())
    }

    /// Remembers a session of MyPhone.
    pub fn keep_my_phone(&self, extension: &str, session: &Secret<String>, now: Millis) {
        let mut sessions = self.my_phones.borrow_mut();
        keep(
            &mut sessions,
            extension,
            session.clone(),
            now,
            MY_PHONES_LIVE,
        );
    }

    /// Forgets a session that is over.
    pub fn forget_my_phone(&self, extension: &str) {
        self.my_phones.borrow_mut().remove(extension);
    }

    /// The departments, if they were read lately.
    pub fn groups(&self, now: Millis) -> Option<Vec<Group>> {
        let groups = self.groups.borrow();
        groups
            .as_ref()
            .filter(|entry| now < entry.until)
            .map(|entry| entry.value.clone())
    }

    /// Remembers the departments.
    pub fn keep_groups(&self, value: Vec<Group>, now: Millis) {
        let until = now.saturating_add(GROUPS_LIVE);
        *self.groups.borrow_mut() = Some(Remembered { value, until });
    }
}

/// Remembers `value`; a map that is full loses what is old, or everything.
fn keep<T>(
    map: &mut HashMap<String, Remembered<T>>,
    key: &str,
    value: T,
    now: Millis,
    lives: Millis,
) {
    if map.len() >= MOST_DNS {
        map.retain(|_, entry| now < entry.until);
    }
    if map.len() >= MOST_DNS {
        map.clear();
    }
    map.insert(
        key.to_owned(),
        Remembered {
            value,
            until: now.saturating_add(lives),
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_age_and_stay_bounded() {
        let memory = Memory::default();
        memory.keep_devices("100", vec![Device::default()], 0);
        assert!(memory.devices("100", DEVICES_LIVE - 1).is_some());
        assert!(memory.devices("100", DEVICES_LIVE).is_none());
        for dn in 0..2_000 {
            memory.keep_devices(&dn.to_string(), vec![], 1);
        }
        assert!(memory.devices.borrow().len() <= MOST_DNS);
        memory.keep_devices("7", vec![], 1);
        memory.forget_devices("7");
        assert!(memory.devices("7", 2).is_none());
    }

    #[test]
    fn departments_age_and_are_read_anew() {
        let memory = Memory::default();
        assert!(memory.groups(0).is_none());
        memory.keep_groups(vec![Group::default()], 0);
        assert_eq!(memory.groups(GROUPS_LIVE - 1).unwrap().len(), 1);
        assert!(memory.groups(GROUPS_LIVE).is_none());
        memory.keep_groups(vec![], GROUPS_LIVE);
        assert!(memory.groups(GROUPS_LIVE + 1).unwrap().is_empty());
        assert!(memory.groups(2 * GROUPS_LIVE).is_none());
    }
}
