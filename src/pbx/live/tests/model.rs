//! A model of the PBX and of the object, both as unlucky as they can be.
//!
//! Calls come and go; answers come late and in any order, or fail; sockets break; the object is
//! restarted. Where the wire is faithful, what is called live and has nothing pending is true at
//! every moment. Where events are lost and their numbers are missing, it is true after the next event.
//! Where the wire goes deaf without a word, it is true in the end.

use std::collections::{BTreeMap, VecDeque};

use proptest::prelude::*;

use super::*;

/// What travels on a socket, in order.
enum Wire {
    Opened,
    Frame(Vec<u8>),
    Closed,
}

/// A read under way.
struct Request {
    ticket: Ticket,
    /// `None` is everything.
    leg: Option<LegKey>,
    sent_at: Millis,
    /// What the PBX said, once it was asked.
    said: Option<BTreeMap<LegKey, Participant>>,
}

/// How bad the wire is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quality {
    Faithful,
    /// Loses events and breaks frames, but each socket numbers its events from 1.
    Numbered,
    /// Goes deaf, too, and numbers across sockets.
    Deaf,
}

struct World {
    quality: Quality,
    link: Link,
    now: Millis,
    random: u32,
    /// The truth.
    calls: BTreeMap<LegKey, Participant>,
    next_id: i64,
    sequence: i64,
    /// The socket as the PBX sees it.
    socket: Option<Epoch>,
    wire: VecDeque<(Epoch, Wire)>,
    connecting: Option<Epoch>,
    requests: Vec<Request>,
    alarm: Option<Millis>,
    record: LinkRecord,
    /// The table as told by changes alone.
    told: BTreeMap<LegKey, Participant>,
    recoveries: usize,
}

const DNS: [&str; 3] = ["100", "101", "800"];

impl World {
    fn new(quality: Quality) -> Self {
        let mut world = Self {
            quality,
            link: Link::restore(EventsMode::Always, LinkRecord::default()),
            now: NOW,
            random: 0,
            calls: BTreeMap::new(),
            next_id: 1,
            sequence: 60,
            socket: None,
            wire: VecDeque::new(),
            connecting: None,
            requests: Vec::new(),
            alarm: None,
            record: LinkRecord::default(),
            told: BTreeMap::new(),
            recoveries: 0,
        };
        world.tick();
        world
    }

    fn send(&mut self, input: Input) {
        self.random = self
            .random
            .wrapping_mul(1_664_525)
            .wrapping_add(1_013_904_223);
        let is_tick = matches!(input, Input::Tick);
        let was_live = self.link.freshness().live;
        let actions = self.link.step(input, self.now, self.random);
        let arms = actions
            .iter()
            .filter(|action| matches!(action, Action::Arm { .. }));
        assert!(
            !is_tick || arms.count() == 1,
            "every tick sets the alarm: {actions:?}"
        );
        for action in actions {
            self.execute(action);
        }
        let reads = self.requests.iter().filter(|request| request.leg.is_some());
        assert!(reads.count() <= 4);
        assert_eq!(self.told, self.table(), "the changes tell the table");
        self.recoveries += usize::from(!was_live && self.link.freshness().live);
    }

    fn execute(&mut self, action: Action) {
        match action {
            Action::Connect { epoch, .. } => {
                assert_eq!(self.connecting.replace(epoch), None);
            }
            Action::Close { epoch } => {
                self.connecting.take_if(|connecting| *connecting == epoch);
                self.socket.take_if(|socket| *socket == epoch);
            }
            Action::ReadSnapshot { ticket } => self.request(ticket, None),
            Action::ReadEntity { ticket, leg } => self.request(ticket, Some(leg)),
            Action::Arm { at } => {
                assert!(self.now <= at && at <= self.now + 35_000);
                self.alarm = Some(at);
            }
            Action::Disarm => panic!("always wanted"),
            Action::Persist(record) => self.record = record,
            Action::Changed(changes) => changes.into_iter().for_each(|change| self.hear(change)),
        }
    }

    fn request(&mut self, ticket: Ticket, leg: Option<LegKey>) {
        let (sent_at, said) = (self.now, None);
        self.requests.push(Request {
            ticket,
            leg,
            sent_at,
            said,
        });
    }

    fn hear(&mut self, change: Change) {
        let leg = change.leg().participant.clone();
        let place = key(&leg.dn, leg.id);
        match change {
            Change::Appeared { .. } => assert_eq!(self.told.insert(place, leg), None),
            Change::Changed { before, .. } => {
                assert_eq!(self.told.insert(place, leg), Some(*before));
            }
            Change::Ended { .. } => assert_eq!(self.told.remove(&place), Some(leg)),
        }
    }

    fn table(&self) -> BTreeMap<LegKey, Participant> {
        let legs = self
            .link
            .table()
            .all_legs()
            .map(|leg| leg.participant.clone());
        legs.map(|leg| (key(&leg.dn, leg.id), leg)).collect()
    }

    fn tick(&mut self) {
        self.alarm = None;
        self.send(Input::Tick);
    }

    /// Time passes; what takes too long fails, as the owner of a link promises.
    fn pass(&mut self, pause: Millis) {
        self.now += pause;
        while let Some(index) = self
            .requests
            .iter()
            .position(|request| self.now - request.sent_at > 15_000)
        {
            self.reply(index, false);
        }
        if self.alarm.is_some_and(|at| at <= self.now) {
            self.tick();
        }
    }
}

/// What the PBX does.
impl World {
    fn begin_call(&mut self, pick: usize) {
        if self.calls.len() < 12 {
            let dn = DNS[pick % DNS.len()];
            let id = self.next_id;
            self.next_id += 1;
            self.calls.insert(key(dn, id), leg(dn, id, "Ringing"));
            self.tell(0, &key(dn, id));
        }
    }

    fn change_call(&mut self, pick: usize) {
        if let Some(place) = self.pick_call(pick) {
            let call = self.calls.get_mut(&place).unwrap();
            call.status = format!("State {}", self.sequence);
            self.tell(0, &place);
        }
    }

    fn end_call(&mut self, pick: usize) {
        if let Some(place) = self.pick_call(pick) {
            self.calls.remove(&place);
            self.tell(1, &place);
        }
    }

    fn pick_call(&self, pick: usize) -> Option<LegKey> {
        let index = pick.checked_rem(self.calls.len())?;
        self.calls.keys().nth(index).cloned()
    }

    fn tell(&mut self, event_type: i64, place: &LegKey) {
        self.sequence += 1;
        if let Some(epoch) = self.socket {
            let frame = event(self.sequence, event_type, &place.dn, place.id);
            self.wire.push_back((epoch, Wire::Frame(frame)));
        }
    }

    fn cut(&mut self, pick: usize) {
        if let Some(epoch) = self.socket.take() {
            // Some of what was on its way is lost with the socket.
            self.wire.truncate(pick % (self.wire.len() + 1));
            self.wire.push_back((epoch, Wire::Closed));
        }
    }

    fn snapshot(said: &BTreeMap<LegKey, Participant>) -> Vec<DnInfo> {
        let on = |dn: &str| said.values().filter(|leg| leg.dn == dn).cloned().collect();
        DNS.iter().map(|dn| line(dn, on(dn))).collect()
    }
}

/// What the network does.
impl World {
    fn connect(&mut self, pick: usize) {
        let Some(epoch) = self.connecting.take() else {
            return;
        };
        if pick.is_multiple_of(4) {
            let is_refused = pick.is_multiple_of(8);
            self.send(Input::ConnectFailed { epoch, is_refused });
        } else {
            self.socket = Some(epoch);
            if self.quality == Quality::Numbered {
                self.sequence = 0;
            }
            self.wire.push_back((epoch, Wire::Opened));
        }
    }

    fn deliver(&mut self) {
        match self.wire.pop_front() {
            Some((epoch, Wire::Opened)) => self.send(Input::Opened { epoch }),
            Some((epoch, Wire::Frame(bytes))) => self.send(Input::Frame { epoch, bytes }),
            Some((epoch, Wire::Closed)) => self.send(Input::Closed { epoch }),
            None => {}
        }
    }

    fn repeat(&mut self) {
        if let Some((epoch, Wire::Frame(bytes))) = self.wire.front() {
            let (epoch, bytes) = (*epoch, bytes.clone());
            self.send(Input::Frame { epoch, bytes });
        }
    }

    fn ask(&mut self, pick: usize) {
        if let Some(index) = pick.checked_rem(self.requests.len()) {
            let calls = &self.calls;
            self.requests[index]
                .said
                .get_or_insert_with(|| calls.clone());
        }
    }

    fn reply(&mut self, index: usize, is_answer: bool) {
        let Request {
            ticket, leg, said, ..
        } = self.requests.swap_remove(index);
        let said = said.unwrap_or_else(|| self.calls.clone());
        let input = match leg {
            None => Input::SnapshotRead {
                ticket,
                outcome: is_answer.then(|| Self::snapshot(&said)).ok_or(ReadFailed),
            },
            Some(leg) => Input::EntityRead {
                ticket,
                outcome: is_answer.then(|| said.get(&leg).cloned()).ok_or(ReadFailed),
            },
        };
        self.send(input);
    }

    fn restart(&mut self) {
        self.link = Link::restore(EventsMode::Always, self.record);
        self.requests.clear();
        self.wire.clear();
        self.told.clear();
        (self.socket, self.connecting) = (None, None);
        self.tick();
    }

    fn lose(&mut self, pick: usize) {
        match (pick % 4, self.wire.front()) {
            (0, _) if self.quality == Quality::Deaf => self.socket = None,
            (1, Some((_, Wire::Frame(_)))) => self.wire[0].1 = Wire::Frame(b"?".to_vec()),
            (_, Some((_, Wire::Frame(_)))) => drop(self.wire.pop_front()),
            _ => {}
        }
    }
}

/// How it goes on.
impl World {
    fn turn(&mut self, (what, pick): (u8, usize)) {
        let is_faithful = self.quality == Quality::Faithful;
        match what {
            0..10 => self.begin_call(pick),
            10..20 => self.change_call(pick),
            20..28 => self.end_call(pick),
            28..50 => self.deliver(),
            50..54 => self.repeat(),
            54..64 => self.ask(pick),
            64..80 => {
                if let Some(index) = pick.checked_rem(self.requests.len()) {
                    self.reply(index, pick % 7 != 0);
                }
            }
            80..88 => self.connect(pick),
            88..96 => self.pass(i64::try_from(pick % 3_000).unwrap()),
            96 => self.send(Input::Demand),
            97 if pick % 4 == 0 => self.restart(),
            98.. if !is_faithful => self.lose(pick),
            _ => self.cut(pick),
        }
        if is_faithful && self.is_at_rest() && self.link.freshness().live {
            assert_eq!(self.table(), self.calls);
        }
    }

    fn is_at_rest(&self) -> bool {
        self.wire.is_empty() && self.requests.is_empty()
    }

    /// Nothing more goes wrong for a while.
    fn recover(&mut self, pause: Millis) {
        let end = self.now + pause;
        loop {
            while !self.is_at_rest() || self.connecting.is_some() {
                self.deliver();
                if !self.requests.is_empty() {
                    self.reply(0, true);
                }
                self.connect(1);
            }
            if self.now >= end && self.link.freshness().live {
                break;
            }
            assert!(
                self.now < end + 600_000,
                "never live: {:?}",
                self.link.status()
            );
            self.pass(self.alarm.unwrap() - self.now);
        }
        assert_eq!(self.table(), self.calls);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_faithful_wire_is_true_at_every_moment(
        turns in prop::collection::vec((0..100_u8, 0..100_000_usize), 0..500),
    ) {
        let mut world = World::new(Quality::Faithful);
        for turn in turns {
            world.turn(turn);
        }
        world.recover(0);
    }

    #[test]
    fn a_loss_in_the_numbering_is_found_at_the_next_event(
        turns in prop::collection::vec((0..110_u8, 0..100_000_usize), 0..500),
    ) {
        let mut world = World::new(Quality::Numbered);
        for turn in turns {
            world.turn(turn);
        }
        // It means nothing to the table.
        world.tell(2, &key("100", 0));
        world.recover(0);
    }

    #[test]
    fn a_lossy_wire_is_true_in_the_end(
        turns in prop::collection::vec((0..100_u8, 0..100_000_usize), 0..500),
    ) {
        let mut world = World::new(Quality::Deaf);
        for turn in turns {
            world.turn(turn);
        }
        world.recover(900_000);
    }

    #[test]
    fn nothing_panics_whatever_comes(
        frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 0..20),
        times in prop::collection::vec(any::<i64>(), 20),
        random in any::<u32>(),
    ) {
        let mut link = Link::restore(EventsMode::OnDemand, LinkRecord::default());
        for (bytes, now) in frames.into_iter().zip(times) {
            link.step(Input::Demand, now, random);
            let epoch = link.status().epoch;
            link.step(Input::Opened { epoch }, now, random);
            link.step(Input::Frame { epoch, bytes }, now, random);
            link.step(Input::Tick, now, random);
        }
    }
}

#[test]
fn two_hundred_lost_sockets_while_calls_come_and_go() {
    let mut world = World::new(Quality::Faithful);
    let mut dice = 7_u64;
    for _ in 0..200 {
        for _ in 0..60 {
            dice = dice
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let what = u8::try_from((dice >> 33) % 97).unwrap();
            world.turn((what, usize::try_from((dice >> 40) % 100_000).unwrap()));
        }
        world.recover(0);
        world.cut(usize::try_from(dice >> 60).unwrap());
        world.deliver();
    }
    assert!(world.recoveries >= 200, "{}", world.recoveries);
}
