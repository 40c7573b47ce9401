//! One story for each thing that 3CX was seen to do.

use super::desk::Desk;
use super::*;

#[test]
fn w1_an_upsert_is_read_and_a_404_means_gone() {
    let mut desk = Desk::live(vec![line("100", vec![])]);
    desk.frame(event(1, 0, "100", 1));
    let (ticket, id) = desk.reads()[0];
    assert_eq!((id, desk.ids()), (1, vec![]));
    desk.read(ticket, Ok(Some(leg("100", 1, "Ringing"))));
    assert_eq!(desk.ids(), [1]);
    assert!(matches!(&desk.changes[..], [Change::Appeared { leg }] if leg.saw_start));
    desk.frame(event(2, 0, "100", 1));
    let (ticket, _) = desk.reads()[0];
    desk.read(ticket, Ok(None));
    assert_eq!(desk.ids(), [] as [i64; 0]);
    assert!(desk.link.freshness().live);
}

#[test]
fn w2_repetitions_are_dropped() {
    let mut desk = Desk::live(vec![line("100", vec![leg("100", 1, "Connected")])]);
    desk.frame(event(60, 1, "100", 1));
    for sequence in [60, 59, 60] {
        desk.frame(event(sequence, 0, "100", 1));
    }
    assert_eq!((desk.reads(), desk.ids()), (vec![], vec![]));
    assert_eq!(desk.link.status().counters.repeated, 3);
}

#[test]
fn w3_a_gap_is_mended_by_a_snapshot() {
    let mut desk = Desk::live(vec![line("100", vec![leg("100", 1, "Connected")])]);
    desk.now += 5_000;
    desk.frame(event(1, 2, "100", 1));
    desk.frame(event(3, 0, "100", 2));
    assert!(!desk.link.freshness().live);
    assert_eq!(desk.reads(), [], "the snapshot will tell");
    desk.answer(vec![line("100", vec![leg("100", 2, "Ringing")])]);
    assert_eq!(desk.ids(), [2]);
    assert!(desk.link.freshness().live);
    // Another one at once: the PBX is not asked more than once a second.
    desk.frame(event(70, 2, "100", 1));
    desk.frame(event(71, 0, "100", 2));
    assert_eq!((desk.snapshots(), desk.reads()), (vec![], vec![]));
    let alarm = Action::Arm {
        at: desk.now + 1_000,
    };
    assert!(desk.actions.contains(&alarm), "{:?}", desk.actions);
    desk.after(1_000);
    assert_eq!(desk.snapshots().len(), 1);
}

#[test]
fn w3_what_cannot_be_read_may_have_been_an_event() {
    let mut desk = Desk::live(vec![line("100", vec![])]);
    desk.now += 5_000;
    desk.frame(b"<html>".to_vec());
    assert!(!desk.link.freshness().live);
    assert_eq!(desk.snapshots().len(), 1);
}

#[test]
fn w4_w5_unknown_types_and_paths_are_ignored_and_counted() {
    let mut desk = Desk::live(vec![line("100", vec![leg("100", 1, "Connected")])]);
    for (sequence, event_type) in [(1, 2), (2, 3), (3, 4), (4, 5), (5, 99)] {
        desk.frame(event(sequence, event_type, "100", 1));
    }
    desk.frame(event(6, 1, "100/devices", 1));
    assert_eq!(desk.link.status().counters.ignored, 3);
    assert_eq!((desk.ids(), desk.link.freshness().live), (vec![1], true));
    assert_eq!((desk.reads(), desk.snapshots()), (vec![], vec![]));
}

#[test]
fn w6_a_lost_socket_is_opened_again_with_pauses_that_grow() {
    let mut desk = Desk::live(vec![line("100", vec![leg("100", 1, "Connected")])]);
    let epoch = desk.epoch();
    desk.send(Input::Closed { epoch });
    assert!(!desk.link.freshness().live);
    assert_eq!(desk.ids(), [1], "the table is kept, but not called live");
    desk.connects();
    desk.after(999);
    assert_eq!(desk.connects(), [] as [bool; 0]);
    desk.after(1);
    assert_eq!(desk.connects(), [false]);
    desk.open();
    desk.answer(vec![line("100", vec![leg("100", 2, "Ringing")])]);
    assert!(matches!(
        &desk.changes[1..],
        [
            Change::Appeared { .. },
            Change::Ended { saw_end: false, .. }
        ]
    ));
    // What the old socket still has to say is not heard.
    desk.send(Input::Frame {
        epoch,
        bytes: event(1, 1, "100", 2),
    });
    desk.send(Input::Closed { epoch });
    assert_eq!((desk.ids(), desk.link.freshness().live), (vec![2], true));
}

#[test]
fn w6_a_handshake_without_an_answer_is_given_up() {
    let mut desk = Desk::new(EventsMode::Always);
    desk.send(Input::Tick);
    let epoch = desk.epoch();
    assert!(desk.actions.contains(&Action::Arm { at: NOW + 15_000 }));
    desk.after(15_000);
    assert!(desk.actions.contains(&Action::Close { epoch }));
    desk.actions.clear();
    desk.send(Input::Opened { epoch });
    assert_eq!(desk.actions, [Action::Close { epoch }], "too late");
}

#[test]
fn w7_a_refused_handshake_gets_another_token_once_and_then_waits() {
    let mut desk = Desk::new(EventsMode::Always);
    desk.send(Input::Tick);
    assert_eq!(desk.connects(), [false]);
    desk.refuse(true);
    assert_eq!(desk.connects(), [true], "at once");
    for _ in 0..20 {
        desk.refuse(true);
        assert_eq!(desk.connects(), [] as [bool; 0]);
        assert_eq!(desk.link.status().trouble, Some(LinkTrouble::Refused));
        let wait = desk.link.status().next_attempt.unwrap() - desk.now;
        desk.after(wait);
        assert_eq!(desk.connects(), [true]);
    }
    desk.open();
    assert_eq!(desk.link.status().trouble, None);
}

#[test]
fn w8_the_end_tells_what_was_known() {
    let mut desk = Desk::live(vec![line("100", vec![])]);
    desk.frame(event(1, 0, "100", 1));
    let (ticket, _) = desk.reads()[0];
    desk.read(ticket, Ok(Some(leg("100", 1, "Connected"))));
    desk.now += 7_000;
    desk.frame(event(2, 1, "100", 1));
    let Some(Change::Ended {
        leg,
        ended_at,
        saw_end: true,
    }) = desk.changes.pop()
    else {
        panic!("{:?}", desk.changes);
    };
    assert_eq!(
        (leg.participant.callid, ended_at - leg.first_seen),
        (1, 7_000)
    );
}

#[test]
fn w10_silence_is_checked_and_a_deaf_socket_is_replaced() {
    let mut desk = Desk::live(vec![line("100", vec![])]);
    desk.after(89_999);
    assert_eq!(desk.snapshots(), []);
    desk.after(1);
    desk.answer(vec![line("100", vec![])]);
    assert!(desk.link.freshness().live, "a quiet PBX is no fault");
    let mut desk = Desk::live(vec![line("100", vec![])]);
    desk.after(90_000);
    desk.answer(vec![line("100", vec![leg("100", 1, "Ringing")])]);
    assert_eq!((desk.ids(), desk.link.freshness().live), (vec![1], false));
    let epoch = desk.epoch();
    desk.actions.clear();
    desk.after(5_000);
    assert!(desk.actions.contains(&Action::Close { epoch }));
    assert_eq!(desk.link.status().counters.deaf, 1);
}

#[test]
fn w10_an_event_that_is_slower_than_the_snapshot_is_no_deafness() {
    let mut desk = Desk::live(vec![line("100", vec![])]);
    desk.after(90_000);
    desk.answer(vec![line("100", vec![leg("100", 1, "Ringing")])]);
    desk.frame(event(1, 0, "100", 1));
    assert!(desk.link.freshness().live);
    desk.after(5_000);
    assert_eq!(desk.link.status().state, LinkState::Open);
}

#[test]
fn w11_events_during_a_snapshot_stand_against_it() {
    let mut desk = Desk::new(EventsMode::Always);
    desk.send(Input::Tick);
    desk.open();
    desk.frame(event(1, 1, "100", 1));
    desk.frame(event(2, 0, "100", 2));
    desk.frame(event(3, 0, "100", 3));
    let reads = desk.reads();
    desk.read(reads[0].0, Ok(Some(leg("100", 2, "Connected"))));
    // Taken before the events: 1 was there, 2 was not, 3 was ringing.
    desk.answer(vec![line(
        "100",
        vec![leg("100", 1, "Connected"), leg("100", 3, "Ringing")],
    )]);
    assert_eq!(desk.ids(), [2]);
    desk.read(reads[1].0, Ok(Some(leg("100", 3, "Connected"))));
    assert_eq!(desk.ids(), [2, 3]);
    assert_eq!(
        desk.link.table().leg("100", 3).unwrap().participant.status,
        "Connected"
    );
    assert_eq!((desk.reads(), desk.snapshots()), (vec![], vec![]));
}

#[test]
fn w11_a_removal_is_not_undone_by_a_read_under_way() {
    let mut desk = Desk::live(vec![line("100", vec![])]);
    desk.frame(event(1, 0, "100", 1));
    let (ticket, _) = desk.reads()[0];
    desk.frame(event(2, 1, "100", 1));
    desk.read(ticket, Ok(Some(leg("100", 1, "Ringing"))));
    assert_eq!(desk.ids(), [] as [i64; 0]);
}

#[test]
fn w11_a_read_from_before_a_gap_does_not_stand_against_the_snapshot() {
    let mut desk = Desk::live(vec![line("100", vec![])]);
    desk.now += 5_000;
    desk.frame(event(1, 0, "100", 1));
    let (ticket, _) = desk.reads()[0];
    desk.frame(event(3, 2, "100", 1));
    let ringing = || leg("100", 1, "Ringing");
    desk.read(ticket, Ok(Some(ringing())));
    desk.answer(vec![line("100", vec![])]);
    desk.read(ticket, Ok(Some(ringing())));
    assert_eq!((desk.ids(), desk.link.freshness().live), (vec![], true));
    assert!(desk.changes.is_empty());
}

#[test]
fn w11_a_gap_during_a_snapshot_spoils_it() {
    let mut desk = Desk::new(EventsMode::Always);
    desk.send(Input::Tick);
    desk.open();
    desk.frame(event(1, 2, "100", 1));
    desk.frame(event(3, 2, "100", 1));
    desk.answer(vec![line("100", vec![leg("100", 1, "Connected")])]);
    assert!(!desk.link.freshness().live);
    desk.after(1_000);
    desk.answer(vec![line("100", vec![])]);
    assert!(desk.link.freshness().live);
}

#[test]
fn w12_a_restarted_object_goes_on() {
    let desk = Desk::live(vec![line("100", vec![leg("100", 1, "Connected")])]);
    let epoch = desk.epoch();
    let stored = desk.actions.iter().rev().find_map(|action| match action {
        Action::Persist(record) => Some(serde_json::to_string(record).unwrap()),
        _ => None,
    });
    let record = serde_json::from_str(&stored.unwrap()).unwrap();
    let mut desk = Desk::restored(EventsMode::Always, record);
    assert!(!desk.link.freshness().live);
    desk.send(Input::Demand);
    assert_eq!(
        desk.connects(),
        [] as [bool; 0],
        "a second lies between two attempts"
    );
    desk.after(1_000);
    assert_eq!(desk.connects(), [false]);
    assert!(desk.epoch() > epoch);
    desk.open();
    desk.answer(vec![line("100", vec![leg("100", 2, "Ringing")])]);
    assert_eq!(desk.ids(), [2]);
}

#[test]
fn failing_reads_end_in_a_snapshot_and_failing_snapshots_are_repeated() {
    let mut desk = Desk::live(vec![line("100", vec![])]);
    desk.now += 5_000;
    desk.frame(event(1, 0, "100", 1));
    for _ in 0..2 {
        let (ticket, _) = desk.reads()[0];
        desk.read(ticket, Err(ReadFailed));
    }
    let mut waits = Vec::new();
    for _ in 0..3 {
        let ticket = desk.snapshots()[0];
        desk.actions.clear();
        desk.send(Input::SnapshotRead {
            ticket,
            outcome: Err(ReadFailed),
        });
        assert_eq!(desk.link.status().trouble, Some(LinkTrouble::SnapshotsFail));
        assert!(!desk.link.freshness().live);
        waits.push(desk.actions.clone());
        desk.after(1_000);
    }
    assert!(
        waits
            .iter()
            .all(|actions| matches!(actions[..], [Action::Arm { .. }])),
        "{waits:?}"
    );
    desk.answer(vec![line("100", vec![leg("100", 1, "Ringing")])]);
    assert!(desk.link.freshness().live);
    assert_eq!(desk.link.status().trouble, None);
}

#[test]
fn on_demand_comes_and_goes_and_off_stays_off() {
    let mut desk = Desk::new(EventsMode::OnDemand);
    desk.send(Input::Tick);
    assert_eq!(desk.actions, [Action::Disarm]);
    desk.send(Input::Demand);
    assert_eq!(desk.connects(), [false]);
    desk.open();
    desk.answer(vec![line("100", vec![leg("100", 1, "Ringing")])]);
    let epoch = desk.epoch();
    desk.after(599_999);
    assert_eq!(desk.link.status().state, LinkState::Open);
    desk.actions.clear();
    desk.after(1);
    assert_eq!(desk.actions, [Action::Close { epoch }, Action::Disarm]);
    assert_eq!((desk.ids(), desk.link.freshness().live), (vec![], false));

    let mut desk = Desk::new(EventsMode::Off);
    desk.send(Input::Demand);
    desk.send(Input::Tick);
    assert_eq!(desk.actions, [Action::Disarm]);
}

#[test]
fn modes_read_as_they_are_written() {
    for (text, mode) in [
        ("always", Some(EventsMode::Always)),
        (" on_demand ", Some(EventsMode::OnDemand)),
        ("off", Some(EventsMode::Off)),
        ("on", None),
    ] {
        assert_eq!(EventsMode::parse(text), mode, "{text}");
    }
}
