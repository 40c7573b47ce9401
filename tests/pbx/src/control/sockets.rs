//! The event socket from behind: what goes wrong between it and its clients.
//!
//! Losses and copies mean the sockets that are open now; deafness and refused handshakes mean
//! new ones too. A deaf socket neither sends nor reads, so that even pings stay unanswered; the
//! events it does not send use up their numbers.

use serde_json::Value;

use crate::world::{Ailment, Event};

use super::Control;

impl Control {
    fn tell(&self, event: Event) {
        self.shared.with(|world| world.outbox.push(event));
    }

    /// Sends a text frame to every event socket exactly as given.
    pub fn send_frame(&self, text: &str) {
        self.tell(Event::Raw(text.to_owned()));
    }

    /// Sends an event about a number with a proper sequence, for example DTMF (type 2).
    pub fn send_event(&self, dn: &str, event_type: u8, entity: &str, attached_data: Value) {
        let (dn, entity) = (dn.to_owned(), entity.to_owned());
        self.tell(Event::Entity {
            dn,
            event_type,
            entity,
            attached_data,
        });
    }

    /// A frame that is no JSON at all.
    pub fn send_garbage(&self) {
        self.send_frame("\u{fffd}\u{0}garbage<html>");
    }

    /// Leaves out sequence numbers on every event socket.
    pub fn skip_sequence(&self, missing: u64) {
        self.tell(Event::Gap(missing));
    }

    /// Loses the next events; their numbers are missing, so that the client sees a gap.
    pub fn drop_events(&self, events: u64) {
        self.tell(Event::Ail(Ailment::Drop(events)));
    }

    /// Loses the next events and their numbers: no gap tells the client.
    pub fn swallow_events(&self, events: u64) {
        self.tell(Event::Ail(Ailment::Swallow(events)));
    }

    /// Sends the next frames twice, with the same number.
    pub fn repeat_frames(&self, frames: u64) {
        self.tell(Event::Ail(Ailment::Repeat(frames)));
    }

    /// Breaks the next frames off in the middle of their JSON.
    pub fn cut_frames(&self, frames: u64) {
        self.tell(Event::Ail(Ailment::Cut(frames)));
    }

    /// Silent death: sockets stay open, new ones too, and nothing comes until told otherwise.
    pub fn set_deaf(&self, deaf: bool) {
        self.shared.with(|world| {
            world.deaf = deaf;
            world.outbox.push(Event::Deaf(deaf));
        });
    }

    /// The next handshakes are answered with this status, whatever the token.
    pub fn refuse_handshakes(&self, times: u32, status: u16) {
        self.shared
            .with(|world| world.refuse_handshakes = (times, status));
    }

    /// Closes every event socket.
    pub fn close_sockets(&self) {
        self.tell(Event::Close(None));
    }

    /// Closes every event socket with a code, for example 1012 (service restart).
    pub fn close_sockets_with(&self, code: u16) {
        self.tell(Event::Close(Some(code)));
    }

    /// Event sockets open now; a deaf one does not notice that its client left.
    pub fn sockets_open(&self) -> u64 {
        self.shared.sockets_open()
    }
}
