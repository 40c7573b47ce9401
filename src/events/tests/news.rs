//! What becomes of what the link reports.

use serde_json::{Value, json};

use super::*;
use crate::pbx::DnInfo;
use crate::pbx::live::{Action, EventsMode, Input, Link, LinkRecord};

fn told(changes: &[Change]) -> Vec<(String, Value)> {
    let mut fanout = Fanout::new(NOW);
    let mut reader = Reader::new(&mut fanout);
    reader.read(&mut fanout);
    reader.heard.clear();
    fanout.calls(
        changes,
        Calls {
            table: &Table::default(),
            agents: &[(7, "doctorlinc".into())],
        },
        NOW,
    );
    reader.read(&mut fanout);
    let heard = reader.heard.into_iter();
    heard
        .map(|event| (event.kind, serde_json::from_str(&event.data).unwrap()))
        .collect()
}

#[test]
fn each_change_has_its_name() {
    let check = |change: Change, expected: &str| {
        assert_eq!(told(&[change])[0].0, expected);
    };
    for (status, kind) in [
        ("Ringing", "call.ringing"),
        ("Dialing", "call.dialing"),
        ("Connected", "call.answered"),
        ("Parked", "call.changed"),
    ] {
        let leg = leg("100", 1, status);
        check(Change::Appeared { leg: leg.clone() }, kind);
        let mut before = Box::new(leg.participant.clone());
        let same = Change::Changed {
            before: before.clone(),
            leg: leg.clone(),
        };
        check(same, "call.changed");
        before.status = "Other".into();
        check(Change::Changed { before, leg }, kind);
    }
    let ended = Change::Ended {
        leg: leg("100", 1, "Connected"),
        ended_at: NOW,
        saw_end: true,
    };
    check(ended, "call.ended");
}

#[test]
fn the_leg_is_told_as_get_active_calls_shows_it() {
    let leg = leg("100", 7, "Ringing");
    let (kind, data) = told(&[Change::Appeared { leg }]).remove(0);
    assert_eq!(kind, "call.ringing");
    let expected = json!({
        "at": "2026-11-22T14:03:09Z",
        "id": "7",
        "participantId": "7",
        "extension": "100",
        "caller": "+966500000001",
        "callee": "100",
        "status": "Ringing",
        "direction": "Inbound",
        "agent": "doctorlinc",
        "duration": 5,
        "startTime": "2026-11-22T14:03:04Z",
    });
    assert_eq!(data, expected);
}

/// A link, its fan-out and one who follows, with snapshots as the PBX would give them.
struct Desk {
    link: Link,
    fanout: Fanout,
    reader: Reader,
}

impl Desk {
    fn new() -> Self {
        let mut fanout = Fanout::new(NOW);
        let reader = Reader::new(&mut fanout);
        Self {
            link: Link::restore(EventsMode::Always, LinkRecord::default()),
            fanout,
            reader,
        }
    }

    fn send(&mut self, input: Input) -> Vec<Action> {
        let mut rest = Vec::new();
        for action in self.link.step(input, NOW, 0) {
            match action {
                Action::Changed(changes) => {
                    self.fanout
                        .calls(&changes, unrouted(self.link.table()), NOW);
                }
                action => rest.push(action),
            }
        }
        self.fanout.link(self.link.freshness().live, NOW);
        self.reader.read(&mut self.fanout);
        rest
    }

    /// The socket opens, and the PBX is as `legs` say.
    fn open(&mut self, legs: &[Leg]) {
        let epoch = self.link.status().epoch;
        let actions = self.send(Input::Opened { epoch });
        let ticket = actions.iter().find_map(|action| match action {
            Action::ReadSnapshot { ticket } => Some(*ticket),
            _ => None,
        });
        let line = |leg: &Leg| DnInfo {
            dn: leg.participant.dn.clone(),
            participants: vec![leg.participant.clone()],
            ..DnInfo::default()
        };
        self.send(Input::SnapshotRead {
            ticket: ticket.expect("a snapshot is read"),
            outcome: Ok(legs.iter().map(line).collect()),
        });
    }
}

#[test]
fn presence_is_told_when_it_changes_and_the_link_after_the_calls() {
    let mut desk = Desk::new();
    desk.send(Input::Tick);
    desk.open(&[leg("100", 1, "Ringing"), leg("101", 2, "Connected")]);
    let presence = |event: &Heard| -> Value { serde_json::from_str(&event.data).unwrap() };
    assert_eq!(presence(&desk.reader.heard[2])["ringing"], json!(true));
    assert_eq!(presence(&desk.reader.heard[2])["onCall"], json!(false));
    assert_eq!(presence(&desk.reader.heard[4])["extension"], json!("101"));
    assert_eq!(presence(&desk.reader.heard[4])["onCall"], json!(true));
    assert_eq!(
        desk.reader.kinds(),
        [
            "link",
            "call.ringing",
            "presence.changed",
            "call.answered",
            "presence.changed",
            "link",
        ]
    );
    let epoch = desk.link.status().epoch;
    desk.send(Input::Closed { epoch });
    assert!(desk.reader.heard[0].data.contains("\"live\":false"));
    assert_eq!(desk.reader.kinds(), ["link"]);
}

#[test]
fn many_changes_at_once_are_told_as_one() {
    let mut desk = Desk::new();
    desk.send(Input::Tick);
    let many: Vec<Leg> = (1_000..1_300)
        .map(|number| leg(&number.to_string(), number, "Connected"))
        .collect();
    desk.open(&many);
    assert!(desk.reader.heard[1].data.contains("too many changes"));
    assert_eq!(desk.reader.kinds(), ["link", "reset", "link"]);
    // What it was told then is known: one of them rings besides.
    let epoch = desk.link.status().epoch;
    desk.send(Input::Closed { epoch });
    desk.link = Link::restore(EventsMode::Always, LinkRecord::default());
    desk.send(Input::Tick);
    desk.reader.heard.clear();
    desk.open(&[leg("1000", 1_000, "Connected")]);
    assert_eq!(
        desk.reader.kinds(),
        ["call.answered", "link"],
        "it was on a call before"
    );
}
