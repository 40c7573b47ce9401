//! One socket's numbering, and what is wrong with its next frames.

use serde_json::{Value, json};

use crate::world::Ailment;

/// Counts frames from 1; ailments wear off frame by frame.
#[derive(Debug, Default)]
pub(super) struct Line {
    sequence: u64,
    drop: u64,
    swallow: u64,
    repeat: u64,
    cut: u64,
}

impl Line {
    /// Something goes wrong from now on.
    pub(super) fn ail(&mut self, ailment: Ailment) {
        match ailment {
            Ailment::Drop(events) => self.drop += events,
            Ailment::Swallow(events) => self.swallow += events,
            Ailment::Repeat(frames) => self.repeat += frames,
            Ailment::Cut(frames) => self.cut += frames,
        }
    }

    /// Leaves numbers out.
    pub(super) fn skip(&mut self, missing: u64) {
        self.sequence += missing;
    }

    /// The frames an event becomes: one, none or two.
    pub(super) fn frames(&mut self, event: &Value) -> Vec<String> {
        if wears_off(&mut self.swallow) {
            return Vec::new();
        }
        self.sequence += 1;
        if wears_off(&mut self.drop) {
            return Vec::new();
        }
        let mut text = json!({ "sequence": self.sequence, "event": event }).to_string();
        if wears_off(&mut self.cut) {
            text = text.chars().take(text.chars().count() / 2).collect();
        }
        let copies = if wears_off(&mut self.repeat) { 2 } else { 1 };
        vec![text; copies]
    }
}

fn wears_off(left: &mut u64) -> bool {
    let due = *left > 0;
    *left = left.saturating_sub(1);
    due
}
