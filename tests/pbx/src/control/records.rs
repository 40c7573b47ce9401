//! Past calls and messages from behind: invented, added one by one, and as they really were.

use crate::call_log::{CallRecord, CallTruth};
use crate::chats::Chat;
use crate::clock;

use super::Control;

impl Control {
    /// Invents so many whole days before today and today so far; how many calls that made.
    ///
    /// The same seed gives the same calls for the same day. Days are those of Asia/Riyadh.
    pub fn seed_history(&self, days: u64, calls_per_day: u64, seed: u64) -> usize {
        let now_us = clock::now_us();
        self.shared
            .with(|world| world.call_log.seed(now_us, days, calls_per_day, seed))
    }

    /// Invented and simulated calls as they really were, in the order they were written down.
    pub fn history_truth(&self) -> Vec<CallTruth> {
        self.shared.with(|world| world.call_log.truths.clone())
    }

    /// Writes one call down as given; the ids it got. It has no truth: that is up to the test.
    pub fn add_call_record(&self, record: CallRecord) -> CallTruth {
        self.shared.with(|world| world.call_log.add(record))
    }

    /// Rows in the call log.
    pub fn call_rows(&self) -> usize {
        self.shared.with(|world| world.call_log.len())
    }

    /// Forgets all past calls and their truth.
    pub fn clear_call_records(&self) {
        self.shared.with(|world| world.call_log.clear());
    }

    /// Adds a message; its `MessageId`.
    pub fn add_chat(&self, chat: Chat) -> usize {
        self.shared.with(|world| {
            world.chats.push(chat);
            world.chats.len()
        })
    }

    /// Every message.
    pub fn chats(&self) -> Vec<Chat> {
        self.shared.with(|world| world.chats.clone())
    }

    /// Forgets every message.
    pub fn clear_chats(&self) {
        self.shared.with(|world| world.chats.clear());
    }
}
