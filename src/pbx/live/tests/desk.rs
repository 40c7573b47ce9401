//! What stories are told with.

use super::*;

/// A link with a hand on every wire.
pub(super) struct Desk {
    pub(super) link: Link,
    pub(super) now: Millis,
    /// All actions since they were looked at last.
    pub(super) actions: Vec<Action>,
    pub(super) changes: Vec<Change>,
}

impl Desk {
    pub(super) fn new(mode: EventsMode) -> Self {
        Self::restored(mode, LinkRecord::default())
    }

    pub(super) fn restored(mode: EventsMode, record: LinkRecord) -> Self {
        Self {
            link: Link::restore(mode, record),
            now: NOW,
            actions: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// Open, with a first snapshot.
    pub(super) fn live(snapshot: Vec<DnInfo>) -> Self {
        let mut desk = Self::new(EventsMode::Always);
        desk.send(Input::Tick);
        desk.open();
        desk.answer(snapshot);
        assert!(desk.link.freshness().live);
        desk
    }

    pub(super) fn send(&mut self, input: Input) {
        for action in self.link.step(input, self.now, 0) {
            match action {
                Action::Changed(changes) => self.changes.extend(changes),
                action => self.actions.push(action),
            }
        }
    }

    pub(super) fn after(&mut self, pause: Millis) {
        self.now += pause;
        self.send(Input::Tick);
    }

    pub(super) fn epoch(&self) -> Epoch {
        self.link.status().epoch
    }

    pub(super) fn open(&mut self) {
        let epoch = self.epoch();
        self.send(Input::Opened { epoch });
    }

    pub(super) fn frame(&mut self, bytes: Vec<u8>) {
        let epoch = self.epoch();
        self.send(Input::Frame { epoch, bytes });
    }

    pub(super) fn refuse(&mut self, is_refused: bool) {
        let epoch = self.epoch();
        self.send(Input::ConnectFailed { epoch, is_refused });
    }

    /// Takes the snapshots asked for.
    pub(super) fn snapshots(&mut self) -> Vec<Ticket> {
        let asked = |action: &Action| match action {
            Action::ReadSnapshot { ticket } => Some(*ticket),
            _ => None,
        };
        let tickets = self.actions.iter().filter_map(asked).collect();
        self.actions.retain(|action| asked(action).is_none());
        tickets
    }

    /// Takes the legs asked for.
    pub(super) fn reads(&mut self) -> Vec<(Ticket, i64)> {
        let asked = |action: &Action| match action {
            Action::ReadEntity { ticket, leg } => Some((*ticket, leg.id)),
            _ => None,
        };
        let reads = self.actions.iter().filter_map(asked).collect();
        self.actions.retain(|action| asked(action).is_none());
        reads
    }

    pub(super) fn answer(&mut self, snapshot: Vec<DnInfo>) {
        let ticket = self.snapshots().pop().expect("a snapshot was asked for");
        let outcome = Ok(snapshot);
        self.send(Input::SnapshotRead { ticket, outcome });
    }

    pub(super) fn read(
        &mut self,
        ticket: Ticket,
        outcome: Result<Option<Participant>, ReadFailed>,
    ) {
        self.send(Input::EntityRead { ticket, outcome });
    }

    pub(super) fn ids(&self) -> Vec<i64> {
        self.link
            .table()
            .all_legs()
            .map(|leg| leg.participant.id)
            .collect()
    }

    pub(super) fn connects(&mut self) -> Vec<bool> {
        let connects = self.actions.iter().filter_map(|action| match action {
            Action::Connect { replace_token, .. } => Some(*replace_token),
            _ => None,
        });
        let connects = connects.collect();
        self.actions.clear();
        connects
    }
}
