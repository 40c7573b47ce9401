//! What a follower gets.
//!
//! Not here: whether it may (the Worker has seen to that).

use super::log::Entry;
use crate::auth::ExtensionSet;
use crate::session::{Follow, Watch};

/// Which events are for one follower, and how they are told to it.
#[derive(Debug)]
pub(super) struct Filter {
    extensions: ExtensionSet,
    /// None: the events themselves are sent. Else, only that a watched thing changed.
    watches: Vec<Watch>,
}

impl Filter {
    pub(super) fn new(follow: &mut Follow) -> Self {
        let extensions = match &follow.extensions {
            None => ExtensionSet::Everything,
            // What cannot be read permits nothing.
            Some(entries) => ExtensionSet::parse(entries.iter().map(String::as_str))
                .unwrap_or(ExtensionSet::Listed(Vec::new())),
        };
        Self {
            extensions,
            watches: std::mem::take(&mut follow.watches),
        }
    }

    /// Only that something changed is of interest, not how often.
    pub(super) fn is_watching(&self) -> bool {
        !self.watches.is_empty()
    }

    /// Whether an event is for this follower.
    pub(super) fn takes(&self, entry: &Entry) -> bool {
        self.may_see(entry)
            && (self.watches.is_empty() || self.watches.iter().any(|watch| concerns(watch, entry)))
    }

    /// What is told of several changes: each watched thing once.
    pub(super) fn changed(&self, entries: &[&Entry]) -> String {
        let is_changed = |watch: &&Watch| {
            let mut entries = entries.iter();
            entries.any(|entry| self.may_see(entry) && concerns(watch, entry))
        };
        let watches = self.watches.iter().filter(is_changed);
        watches.map(|watch| watch.frame.as_str()).collect()
    }

    /// What is told where nobody knows any more what changed.
    pub(super) fn everything(&self) -> String {
        let watches = self.watches.iter();
        watches.map(|watch| watch.frame.as_str()).collect()
    }

    fn may_see(&self, entry: &Entry) -> bool {
        entry.dn.is_empty() || self.extensions.contains(&entry.dn)
    }
}

fn concerns(watch: &Watch, entry: &Entry) -> bool {
    watch.extension.is_empty() || entry.dn.is_empty() || watch.extension == entry.dn
}
