//! The log of messages in SQLite, and who has opted out. What the PBX has to hear of goes on to `posts.rs`.
//!
//! Looking and writing happen without a pause between, so that of any number of equal webhooks one is new.
//! The texts go with their entries, after `RETENTION_DAYS`; who has opted out is remembered for good.

use std::rc::Rc;

use worker::{Result, SqlStorageValue};

use super::Inner;
use super::store::{Row, Store, integers, texts};
use crate::edge::clock;
use crate::messaging::{
    Channel, Entry, MessageQuery, Origin, Report, Wish, delivery_report, goes_on, received,
};
use crate::policy::reader;
use crate::time::Millis;

/// The columns of an entry, in the order in which [`entry`] reads them.
const COLUMNS: &str =
    "place, at, id, channel, origin, sender, reader, extension, body, sid, status, error";

/// A report that overtakes our own answer to 3CX would be about something that 3CX has not heard of.
const REPORT_WAITS_MS: Millis = 1_000;

impl Inner {
    /// Keeps a message; whether it was new. One from outside may opt out, or in again.
    pub(super) fn log_message(self: &Rc<Self>, entry: &Entry) -> Result<bool> {
        if !self.store.insert_message(entry)? {
            return Ok(false);
        }
        if entry.origin == Origin::Outside {
            if let Some(wish) = Wish::of(&entry.body) {
                self.store.wish(entry, wish)?;
            }
            let Entry {
                id,
                from,
                to,
                body,
                at,
                ..
            } = entry;
            self.post(id, &received(id, from, to, body, *at), 0)?;
            self.message_received(from, to, entry.channel);
        }
        Ok(true)
    }

    /// Notes what became of a message; whether that goes on from what was known.
    pub(super) fn settle(self: &Rc<Self>, report: &Report) -> Result<bool> {
        let Some(known) = self.store.message_of(report)? else {
            return Ok(false);
        };
        let is_news = goes_on(&known.status, &report.status);
        if is_news {
            self.store.write_status(&known.id, report)?;
            if known.origin == Origin::Pbx {
                let Entry { id, from, to, .. } = &known;
                let told = delivery_report(id, from, to, &report.status, clock::now());
                if let Some(told) = told {
                    self.post(id, &told, REPORT_WAITS_MS)?;
                }
            }
        }
        if known.sid.is_empty() && !report.sid.is_empty() {
            self.store.write_sid(&known.id, &report.sid)?;
        }
        Ok(is_news)
    }
}

impl Store {
    /// Writes an entry, unless it is there already by our name or the carrier's.
    fn insert_message(&self, entry: &Entry) -> Result<bool> {
        let known = "SELECT place FROM messages WHERE id = ? OR (sid = ? AND sid <> '')";
        if !self
            .rows(known, texts(&[&entry.id, &entry.sid]))?
            .is_empty()
        {
            return Ok(false);
        }
        // By this clock, so that places and times are in the same order.
        let mut values = integers(&[clock::now()])?;
        values.extend(texts(&[
            &entry.id,
            entry.channel.as_str(),
            entry.origin.as_str(),
            &entry.from,
            &entry.to,
            &entry.extension,
            &entry.body,
            &entry.sid,
            &entry.status,
            &entry.error,
        ]));
        self.run(
            "INSERT INTO messages \
             (at, id, channel, origin, sender, reader, extension, body, sid, status, error) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULLIF(?, ''), ?, ?)",
            values,
        )?;
        Ok(true)
    }

    /// The message that a report is about: by our name for it, else by the carrier's.
    fn message_of(&self, report: &Report) -> Result<Option<Entry>> {
        let query = format!(
            "SELECT {COLUMNS} FROM messages WHERE id = ? OR (sid = ? AND sid <> '') \
             ORDER BY id = ? DESC LIMIT 1"
        );
        let mut rows = self.rows(&query, texts(&[&report.id, &report.sid, &report.id]))?;
        Ok(rows.first_mut().map(entry))
    }

    fn write_status(&self, id: &str, report: &Report) -> Result<()> {
        let statement = "UPDATE messages SET status = ?, error = ? WHERE id = ?";
        self.run(statement, texts(&[&report.status, &report.error, id]))
    }

    fn write_sid(&self, id: &str, sid: &str) -> Result<()> {
        // Another message of this name keeps it.
        let statement = "UPDATE OR IGNORE messages SET sid = ? WHERE id = ?";
        self.run(statement, texts(&[sid, id]))
    }

    /// Entries, newest first.
    pub(super) fn messages(&self, query: &MessageQuery) -> Result<Vec<Entry>> {
        let mut conditions = vec!["1"];
        let mut values: Vec<SqlStorageValue> = Vec::new();
        for (condition, number) in [
            ("place < ?", query.before),
            ("at >= ?", query.from),
            ("at < ?", query.to),
        ] {
            if let Some(number) = number {
                conditions.push(condition);
                values.extend(integers(&[number])?);
            }
        }
        if query.shared {
            conditions.push("(origin <> 'tool' OR channel = 'livechat')");
        }
        values.extend(integers(&[i64::try_from(query.limit).unwrap_or(100)])?);
        let statement = format!(
            "SELECT {COLUMNS} FROM messages WHERE {} ORDER BY place DESC LIMIT ?",
            conditions.join(" AND ")
        );
        let mut rows = self.rows(&statement, values)?;
        Ok(rows.iter_mut().map(entry).collect())
    }

    /// Forgets old messages, texts and all.
    pub(super) fn forget_messages(&self, before: Millis) -> Result<()> {
        self.run("DELETE FROM messages WHERE at < ?", integers(&[before])?)
    }

    /// Somebody does not want to be written to any more, or does again.
    fn wish(&self, entry: &Entry, wish: Wish) -> Result<()> {
        let who = reader(entry.channel.as_str(), &entry.from);
        match wish {
            Wish::Stop => {
                let mut values = texts(&[&who]);
                values.extend(integers(&[clock::now()])?);
                self.run(
                    "INSERT OR IGNORE INTO opted_out (reader, at) VALUES (?, ?)",
                    values,
                )
            }
            Wish::Start => self.run("DELETE FROM opted_out WHERE reader = ?", texts(&[&who])),
        }
    }

    /// Whether somebody has opted out.
    pub(super) fn has_opted_out(&self, reader: &str) -> Result<bool> {
        let query = "SELECT at FROM opted_out WHERE reader = ?";
        Ok(!self.rows(query, texts(&[reader]))?.is_empty())
    }
}

fn entry(row: &mut Row) -> Entry {
    let place = row.whole();
    let at = row.whole();
    let mut text = || row.text().unwrap_or_default();
    Entry {
        place,
        at,
        id: text(),
        channel: Channel::named(&text()).unwrap_or_default(),
        origin: Origin::named(&text()),
        from: text(),
        to: text(),
        extension: text(),
        body: text(),
        sid: text(),
        status: text(),
        error: text(),
    }
}
