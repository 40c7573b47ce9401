//! What one isolate remembers of the PBX, so that a call costs one request and not three.
//!
//! | what | key | lives | bound | thrown away early |
//! |---|---|---|---|---|
//! | devices of a DN | DN | 5 min | 512 DNs | when a call by one of them is refused |
//! | departments | – | 10 min | one list | – |
//!
//! Nothing here has to be consistent: a stale device is refused by the PBX with a status that
//! proves that no call was placed, and is then read afresh.

use std::cell::RefCell;
use std::collections::HashMap;

use super::types::{Device, Group};
use crate::time::Millis;

const DEVICES_LIVE: Millis = 5 * 60 * 1000;
const GROUPS_LIVE: Millis = 10 * 60 * 1000;
const MOST_DNS: usize = 512;

/// The memory of an isolate.
#[derive(Debug, Default)]
pub struct Memory {
    devices: RefCell<HashMap<String, Remembered<Vec<Device>>>>,
    groups: RefCell<Option<Remembered<Vec<Group>>>>,
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
        let mut devices = self.devices.borrow_mut();
        if devices.len() >= MOST_DNS {
            devices.retain(|_, entry| now < entry.until);
        }
        if devices.len() >= MOST_DNS {
            devices.clear();
        }
        let until = now.saturating_add(DEVICES_LIVE);
        devices.insert(dn.to_owned(), Remembered { value, until });
    }

    /// Forgets the devices of `dn`: one of them turned out to be gone.
    pub fn forget_devices(&self, dn: &str) {
        self.devices.borrow_mut().remove(dn);
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
}
