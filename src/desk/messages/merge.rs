//! Two lists, each newest first, become one: what is to be read next, and what goes on the page.
//!
//! A message that is in both is shown as the log has it, at the log's place, if whoever asks may see that. The
//! log does not know which agent wrote an SMS in 3CX, and the PBX does: for somebody who may only see what that
//! agent wrote, it stands at the PBX's place.

use super::place::{NOBODY, Place};
use super::{MOST_PAGES, Message, PAGE, Wanted};
use crate::desk::Desk;
use crate::messaging::{Entry, MessageQuery, Origin, Twins};
use crate::pbx::ChatMessage;
use crate::pbx::history::parse_timestamp;
use crate::time::Millis;

/// What has to be read before it can go on.
pub(super) enum Need {
    /// Of our own.
    Own(MessageQuery),
    /// Of the PBX's, after so many.
    Pbx(usize),
    /// The page is done.
    Nothing,
}

/// A list that is read in pages.
struct Source<T> {
    /// What was read and not passed: the next one is the last.
    read: Vec<(Millis, T)>,
    pages: usize,
    is_over: bool,
}

impl<T> Source<T> {
    fn new() -> Self {
        Self {
            read: Vec::new(),
            pages: 0,
            is_over: false,
        }
    }

    fn take(&mut self, mut rows: Vec<(Millis, T)>, is_last: bool) {
        rows.reverse();
        self.read = rows;
        self.pages = self.pages.saturating_add(1);
        self.is_over = is_last;
    }

    fn is_hungry(&self) -> bool {
        self.read.is_empty() && !self.is_over
    }

    fn next_at(&self) -> Option<Millis> {
        self.read.last().map(|(at, _)| *at)
    }
}

/// A page in the making.
pub(super) struct Merge {
    place: Place,
    own: Source<Entry>,
    /// With the twin in our log, where there is one.
    pbx: Source<(ChatMessage, Option<Entry>)>,
    /// Who wrote an SMS of ours in 3CX: the PBX alone knows that.
    agents: Vec<(String, String)>,
    found: Vec<Message>,
    is_cut: bool,
}

impl Merge {
    pub(super) fn new(wanted: &Wanted<'_>) -> Self {
        Self {
            place: wanted.after.unwrap_or(Place::BEGIN),
            own: Source::new(),
            pbx: Source::new(),
            agents: Vec::new(),
            found: Vec::new(),
            is_cut: false,
        }
    }

    pub(super) fn take_own(&mut self, rows: Vec<Entry>, asked: usize) {
        let is_last = rows.len() < asked;
        let rows = rows.into_iter().map(|entry| (entry.at, entry));
        self.own.take(rows.collect(), is_last);
    }

    pub(super) fn take_pbx(
        &mut self,
        rows: Vec<(Millis, ChatMessage)>,
        mut twins: Twins,
        asked: usize,
    ) {
        let is_last = rows.len() < asked;
        let agents = &mut self.agents;
        let with_twins = rows.into_iter().map(|(at, row)| {
            let people = [
                row.sender_participant_no.as_deref(),
                row.sender_participant_phone.as_deref(),
                row.recipients.as_deref(),
            ]
            .map(Option::unwrap_or_default);
            let id = row.message_id.unwrap_or_default().to_string();
            let text = row.message.as_deref().unwrap_or_default();
            let twin = twins.take(&id, text, &people, at);
            if let (Some(twin), [agent, ..]) = (&twin, people)
                && twin.origin == Origin::Pbx
                && !agent.is_empty()
            {
                agents.push((twin.id.clone(), agent.to_owned()));
            }
            (at, (row, twin))
        });
        let with_twins = with_twins.collect();
        self.pbx.take(with_twins, is_last);
    }

    /// The PBX cannot be read: the page is of our own.
    pub(super) fn without_pbx(&mut self) {
        self.pbx.is_over = true;
    }

    /// Puts on the page what is known, and says what has to be read next.
    pub(super) fn go_on(&mut self, desk: &Desk<'_>, wanted: &Wanted<'_>) -> Need {
        loop {
            if self.found.len() >= wanted.limit {
                self.is_cut = true;
                return Need::Nothing;
            }
            for (is_hungry, pages) in [
                (self.own.is_hungry(), self.own.pages),
                (self.pbx.is_hungry(), self.pbx.pages),
            ] {
                if is_hungry && pages >= MOST_PAGES {
                    self.is_cut = true;
                    return Need::Nothing;
                }
            }
            if self.own.is_hungry() {
                return Need::Own(MessageQuery {
                    before: Some(self.place.own).filter(|own| *own < Millis::MAX),
                    from: wanted.window.map(|window| window.from),
                    to: self.newest(wanted),
                    shared: false,
                    limit: PAGE,
                });
            }
            if self.pbx.is_hungry() {
                let unread = self.place.skip;
                return Need::Pbx(unread);
            }
            match (self.own.next_at(), self.pbx.next_at()) {
                (None, None) => return Need::Nothing,
                (Some(own), pbx) if pbx.is_none_or(|pbx| own >= pbx) => {
                    self.pass_own(desk, wanted);
                }
                _ => self.pass_pbx(desk, wanted),
            }
        }
    }

    /// Before when our own have to be: those that came after the page before was read are not older.
    fn newest(&self, wanted: &Wanted<'_>) -> Option<Millis> {
        let window = wanted.window.map(|window| window.to);
        let seen = self.place.at.checked_add(1);
        [window, seen].into_iter().flatten().min()
    }

    fn pass_own(&mut self, desk: &Desk<'_>, wanted: &Wanted<'_>) {
        let Some((_, entry)) = self.own.read.pop() else {
            return;
        };
        self.place.own = entry.place;
        if entry.at < self.place.at {
            // None of the PBX's that are left is newer, and any of this very time may be unseen.
            (self.place.at, self.place.id) = (entry.at, NOBODY);
        }
        if is_own(desk, wanted, &entry) {
            self.put(wanted, self.shown(&entry, desk.now));
        }
    }

    /// An entry as it is shown. Who may see it does not depend on who wrote it in 3CX, which is not always known.
    fn shown(&self, entry: &Entry, now: Millis) -> Message {
        let mut message = Message::of(entry, now);
        if let Some((_, agent)) = self.agents.iter().find(|(id, _)| *id == entry.id) {
            message.from.clone_from(agent);
        }
        message
    }

    fn pass_pbx(&mut self, desk: &Desk<'_>, wanted: &Wanted<'_>) {
        let Some((at, (row, twin))) = self.pbx.read.pop() else {
            return;
        };
        self.place.skip = self.place.skip.saturating_add(1);
        let id = row.message_id.unwrap_or_default();
        // It came after the page before was read, and pushed this one back.
        if at > self.place.at || (at == self.place.at && id == self.place.id) {
            return;
        }
        (self.place.at, self.place.id) = (at, id);
        if let Some(window) = wanted.window {
            if at < window.from {
                self.pbx.read.clear();
                self.pbx.is_over = true;
            }
            if !window.contains(at) {
                return;
            }
        }
        let message = Message::from(row);
        if !wanted.is_theirs(desk, &[&message.from, &message.to]) {
            return;
        }
        match twin {
            // Passed, or still to come, at its own place.
            Some(twin) if is_own(desk, wanted, &twin) => {}
            Some(twin) => self.put(wanted, self.shown(&twin, desk.now)),
            None => self.put(wanted, message),
        }
    }

    fn put(&mut self, wanted: &Wanted<'_>, message: Message) {
        if wanted.fits(&message) {
            self.found.push(message);
        }
    }

    /// The page, and where the next one begins, if there may be one.
    pub(super) fn page(self) -> (Vec<Message>, Option<Place>) {
        let is_more = self.is_cut
            && !(self.own.is_over
                && self.own.read.is_empty()
                && self.pbx.is_over
                && self.pbx.read.is_empty());
        (self.found, is_more.then_some(self.place))
    }
}

/// Whether an entry of the log is seen for its own sake: whoever may see everything, or that extension's.
fn is_own(desk: &Desk<'_>, wanted: &Wanted<'_>, entry: &Entry) -> bool {
    let is_short = |text: &&str| text.len() <= 6;
    let people = [entry.extension.as_str(), &entry.from, &entry.to];
    let people: Vec<&str> = people.into_iter().filter(is_short).collect();
    wanted.is_theirs(desk, &people)
}

/// Messages with their times; one whose time cannot be read stays where the PBX put it.
pub(super) fn dated(rows: Vec<ChatMessage>) -> Vec<(Millis, ChatMessage)> {
    let read = |row: &ChatMessage| row.time_sent.as_deref().and_then(parse_timestamp);
    let mut last = rows.iter().find_map(read).unwrap_or_default();
    rows.into_iter()
        .map(|row| {
            last = read(&row).unwrap_or(last);
            (last, row)
        })
        .collect()
}

#[cfg(test)]
mod tests;
