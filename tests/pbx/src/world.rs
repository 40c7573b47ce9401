//! The whole state of the PBX behind one lock, and what it wants done after the lock is gone.
//!
//! `World` never waits and never sends: changes push events and timers into `outbox` and
//! `timers`, and [`Shared::with`](crate::shared::Shared::with) carries them out.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::audio::Audio;
use crate::call_log::CallLog;
use crate::calls::{Call, Delivery, Placed, Timer};
use crate::chats::Chat;
use crate::clinic;
use crate::clock;
use crate::directory::{Answering, Dn, OutsideRule};
use crate::faults::Rule;
use crate::my_phone::MyPhone;
use crate::record::Entry;
use crate::settings::Settings;
use crate::sign_in::{ApiClient, Login, Session};
use crate::sms::SmsEvent;

/// The demo has the same calls every day.
const DEMO_SEED: u64 = 1;

/// One thing the event socket has to say.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// An entity below `/callcontrol/{dn}` changed; the socket numbers it.
    Entity {
        dn: String,
        event_type: u8,
        entity: String,
        attached_data: Value,
    },
    /// A frame exactly as given, for tests of hostile or broken servers.
    Raw(String),
    /// The next sequence numbers are left out, so that the client sees a gap.
    Gap(u64),
    /// Every socket closes, with this code where there is one.
    Close(Option<u16>),
    /// The next frames are lost or repeated; only sockets that are open now are meant.
    Ail(Ailment),
    /// Sockets stop sending and reading, or go on.
    Deaf(bool),
}

/// What happens to the next event frames of a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ailment {
    /// So many are lost; their sequence numbers are used up, so that the client sees a gap.
    Drop(u64),
    /// So many are lost together with their numbers: nobody can see it.
    Swallow(u64),
    /// So many are sent twice with the same number.
    Repeat(u64),
    /// So many break off in the middle.
    Cut(u64),
}

/// Counters that a test reads at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counters {
    /// Requests to `/connect/token`, whatever the answer.
    pub token_requests: u64,
    /// Tokens handed out there.
    pub tokens_minted: u64,
    /// Refused sign-ins, web client included.
    pub failed_sign_ins: u32,
    /// Requests refused for a missing, dead or foreign bearer.
    pub refused_bearers: u64,
    /// Event sockets opened.
    pub sockets_opened: u64,
    /// Event sockets open now, deaf ones included.
    pub sockets_open: u64,
    /// Handshakes of the event socket refused, for whatever reason.
    pub handshakes_refused: u64,
    /// Requests of any kind, control requests excepted.
    pub requests: u64,
}

/// The state of the PBX.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) settings: Settings,
    /// Every internal number; the map's order is the order of listings.
    pub(crate) dns: BTreeMap<String, Dn>,
    /// Departments, as XAPI entities.
    pub(crate) groups: Vec<Map<String, Value>>,
    pub(crate) clients: Vec<ApiClient>,
    pub(crate) logins: Vec<Login>,
    pub(crate) outside: Vec<OutsideRule>,
    pub(crate) sessions: Vec<Session>,
    pub(crate) calls: BTreeMap<u32, Call>,
    pub(crate) deliveries: BTreeMap<u32, Delivery>,
    pub(crate) history: Vec<Placed>,
    /// Calls that are over.
    pub(crate) call_log: CallLog,
    pub(crate) chats: Vec<Chat>,
    pub(crate) my_phone: MyPhone,
    /// What the SMS provider told.
    pub(crate) sms: Vec<SmsEvent>,
    /// Calls at route points can be heard.
    pub(crate) audio: Audio,
    /// Handshakes of the event socket to refuse: how many more, and with which status.
    pub(crate) refuse_handshakes: (u32, u16),
    /// New event sockets say nothing from the start.
    pub(crate) deaf: bool,
    pub(crate) faults: Vec<Rule>,
    pub(crate) record: Vec<Entry>,
    /// What was in the record before it was cleared.
    pub(crate) forgotten: Vec<Entry>,
    pub(crate) counters: Counters,
    pub(crate) blacklisted: bool,
    /// One counter for participants, calls and deliveries: a stale timer never finds a new one.
    last_id: u32,
    last_entry: u64,
    upserts: u32,
    pub(crate) outbox: Vec<Event>,
    pub(crate) timers: Vec<(Duration, Timer)>,
}

impl World {
    /// The demo clinic under these settings, with nothing going on.
    pub(crate) fn new(settings: Settings) -> Self {
        let now_us = clock::now_us();
        let mut call_log = CallLog::default();
        call_log.seed(
            now_us,
            settings.demo_days,
            settings.demo_calls_per_day,
            DEMO_SEED,
        );
        Self {
            dns: clinic::numbers(&settings),
            groups: clinic::groups(),
            clients: vec![ApiClient::owner(&settings)],
            logins: clinic::logins(),
            outside: Vec::new(),
            settings,
            sessions: Vec::new(),
            calls: BTreeMap::new(),
            deliveries: BTreeMap::new(),
            history: Vec::new(),
            call_log,
            chats: clinic::chats(now_us),
            my_phone: MyPhone::default(),
            sms: Vec::new(),
            audio: Audio::default(),
            refuse_handshakes: (0, 0),
            deaf: false,
            faults: Vec::new(),
            record: Vec::new(),
            forgotten: Vec::new(),
            counters: Counters::default(),
            blacklisted: false,
            last_id: 8_100,
            last_entry: 0,
            upserts: 0,
            outbox: Vec::new(),
            timers: Vec::new(),
        }
    }

    /// Back to the demo clinic; ids go on counting, so that old timers stay without effect.
    pub(crate) fn reset(&mut self, settings: Settings) {
        let (last_id, last_entry) = (self.last_id, self.last_entry);
        self.forget_requests();
        let forgotten = std::mem::take(&mut self.forgotten);
        *self = Self {
            last_id,
            last_entry,
            forgotten,
            ..Self::new(settings)
        };
        self.outbox.push(Event::Close(None));
    }

    /// Empties the record.
    pub(crate) fn forget_requests(&mut self) {
        self.forgotten.append(&mut self.record);
    }

    pub(crate) fn next_id(&mut self) -> u32 {
        self.last_id += 1;
        self.last_id
    }

    pub(crate) fn next_entry(&mut self) -> u64 {
        self.last_entry += 1;
        self.last_entry
    }

    pub(crate) fn later(&mut self, after_ms: u64, timer: Timer) {
        self.timers.push((Duration::from_millis(after_ms), timer));
    }

    /// Announces that a participant is new or changed; some Upserts are sent twice, as 3CX does.
    pub(crate) fn announce(&mut self, dn: &str, participant: u32) {
        self.upserts += 1;
        let every = self.settings.duplicate_every;
        let copies = if every > 0 && self.upserts.is_multiple_of(every) {
            2
        } else {
            1
        };
        for _ in 0..copies {
            self.outbox.push(participant_event(dn, participant, 0));
        }
    }

    /// Announces that a participant left.
    pub(crate) fn announce_removal(&mut self, dn: &str, participant: u32) {
        self.outbox.push(participant_event(dn, participant, 1));
    }

    /// Announces keys that the other party pressed.
    pub(crate) fn announce_keys(&mut self, dn: &str, participant: u32, digits: &str) {
        self.outbox.push(Event::Entity {
            dn: dn.to_owned(),
            event_type: 2,
            entity: format!("/callcontrol/{dn}/participants/{participant}"),
            attached_data: serde_json::json!({ "dtmf_input": digits }),
        });
    }

    /// What an outside number does when it is dialled.
    pub(crate) fn outside_answering(&self, dialled: &str) -> Answering {
        let rule = self.outside.iter().find(|rule| rule.matches(dialled));
        rule.map_or(self.settings.outside, |rule| rule.answering)
    }
}

fn participant_event(dn: &str, participant: u32, event_type: u8) -> Event {
    Event::Entity {
        dn: dn.to_owned(),
        event_type,
        entity: format!("/callcontrol/{dn}/participants/{participant}"),
        attached_data: Value::Null,
    }
}
