//! Sorted lists and maps in one vector.
//!
//! Invariant: keys ascend and none is there twice. Finding halves; putting in moves what is behind, which
//! for some thousand entries is nothing, and comes to nothing at all where they come in order.
//!
//! Each type in a `BTreeMap` costs a few kilobytes of the Worker; here it is a few hundred bytes.

use std::borrow::Borrow;

/// Puts an item in its place, unless it is there already.
pub(crate) fn insert<T: Ord>(list: &mut Vec<T>, item: T) -> bool {
    match list.binary_search(&item) {
        Ok(_) => false,
        Err(at) => {
            list.insert(at, item);
            true
        }
    }
}

/// Values by their keys.
#[derive(Debug, Clone)]
pub(crate) struct Map<K, V>(Vec<(K, V)>);

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord, V> Map<K, V> {
    pub(crate) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let at = self.find(key).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    pub(crate) fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let at = self.find(key).ok()?;
        self.0.get_mut(at).map(|(_, value)| value)
    }

    /// Puts a value in; one that was there goes.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        match self.find(&key) {
            Ok(at) => {
                if let Some((_, old)) = self.0.get_mut(at) {
                    *old = value;
                }
            }
            Err(at) => self.0.insert(at, (key, value)),
        }
    }

    /// Changes a value, beginning with an empty one.
    pub(crate) fn update(&mut self, key: K, change: impl FnOnce(&mut V))
    where
        V: Default,
    {
        match self.find(&key) {
            Ok(at) => {
                if let Some((_, value)) = self.0.get_mut(at) {
                    change(value);
                }
            }
            Err(at) => {
                let mut value = V::default();
                change(&mut value);
                self.0.insert(at, (key, value));
            }
        }
    }

    pub(crate) fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let at = self.find(key).ok()?;
        Some(self.0.remove(at).1)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        self.0
            .binary_search_by(|(known, _)| known.borrow().cmp(key))
    }
}

impl<K, V> IntoIterator for Map<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The standard library's map is the reference.
        #[test]
        fn it_is_a_map(steps in prop::collection::vec((0..4_u8, 0..20_u8, any::<u8>()), 0..200)) {
            let (mut ours, mut theirs) = (Map::default(), BTreeMap::new());
            for (step, key, value) in steps {
                match step {
                    0 => {
                        ours.insert(key, value);
                        theirs.insert(key, value);
                    }
                    1 => prop_assert_eq!(ours.remove(&key), theirs.remove(&key)),
                    2 => {
                        ours.update(key, |known| *known = known.wrapping_add(value));
                        let known = theirs.entry(key).or_default();
                        *known = known.wrapping_add(value);
                    }
                    _ => {
                        prop_assert_eq!(ours.get(&key), theirs.get(&key));
                        prop_assert_eq!(ours.get_mut(&key), theirs.get_mut(&key));
                    }
                }
                prop_assert_eq!((ours.len(), ours.is_empty()), (theirs.len(), theirs.is_empty()));
                prop_assert!(ours.iter().eq(theirs.iter()));
                prop_assert!(ours.values().eq(theirs.values()));
            }
            prop_assert!(ours.into_iter().eq(theirs));
        }

        #[test]
        fn and_a_list_holds_each_item_once(items in prop::collection::vec(0..20_u8, 0..40)) {
            let (mut ours, mut theirs) = (Vec::new(), BTreeSet::new());
            for item in items {
                prop_assert_eq!(insert(&mut ours, item), theirs.insert(item));
            }
            prop_assert!(ours.into_iter().eq(theirs));
        }
    }
}
