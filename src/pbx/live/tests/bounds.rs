//! What is too much is refused, said, and got over; and how the table is seen from outside.

use super::table::{LEGS, LINES, TooLarge};
use super::*;

fn full() -> Vec<DnInfo> {
    let ids = 0..i64::try_from(LEGS).unwrap();
    vec![line(
        "100",
        ids.map(|id| leg("100", id, "Connected")).collect(),
    )]
}

#[test]
fn the_table_is_bounded() {
    let none = [];
    let mut table = Table::default();
    table.merge(full(), &none, NOW).unwrap();
    let more = || leg("100", -1, "Ringing");
    assert_eq!(table.put(key("100", -1), more(), NOW, true), Err(TooLarge));
    assert!(table.remove(&key("100", 5), NOW).is_some());
    assert!(table.put(key("100", -1), more(), NOW, true).is_ok());
    let mut snapshot = full();
    snapshot[0].participants.push(more());
    assert_eq!(table.merge(snapshot, &none, NOW), Err(TooLarge));
    let lines: Vec<DnInfo> = (0..=LINES)
        .map(|dn| line(&dn.to_string(), vec![]))
        .collect();
    assert_eq!(table.merge(lines, &none, NOW), Err(TooLarge));
    assert_eq!(
        table.all_legs().count(),
        LEGS,
        "what does not fit changes nothing"
    );
}

#[test]
fn the_same_id_with_another_call_is_another_leg() {
    let none = [];
    let mut table = Table::default();
    table
        .merge(
            vec![line("100", vec![leg("100", 1, "Ringing")])],
            &none,
            NOW,
        )
        .unwrap();
    let mut other = leg("100", 1, "Ringing");
    other.callid = 77;
    let changes = table
        .merge(vec![line("100", vec![other])], &none, NOW + 9)
        .unwrap();
    assert!(matches!(
        changes[..],
        [Change::Ended { .. }, Change::Appeared { .. }]
    ));
    assert_eq!(table.leg("100", 1).unwrap().first_seen, NOW + 9);
}

#[test]
fn views_cross_to_the_caller() {
    let mut table = Table::default();
    let mut second = leg("101", 9, "Connected");
    second.callid = 1;
    let mut nameless = leg("102", 10, "Ringing");
    nameless.callid = 0;
    let snapshot = vec![
        line("100", vec![leg("100", 1, "Connected")]),
        line("101", vec![second]),
        line("102", vec![nameless]),
        line("103", vec![]),
    ];
    table.merge(snapshot, &Vec::new(), NOW).unwrap();
    let calls = table.calls();
    let shape: Vec<_> = calls
        .iter()
        .map(|call| (call.callid, call.legs.len()))
        .collect();
    assert_eq!(shape, [(0, 1), (1, 2)]);
    assert_eq!(calls[1].first_seen(), Some(NOW));
    assert!(table.knows("103") && !table.knows("104"));
    assert_eq!(table.legs("104").count(), 0);
    assert_eq!(table.busy().len(), 3);
    let view = table.dn("100").unwrap();
    let text = serde_json::to_string(&view).unwrap();
    assert_eq!(serde_json::from_str::<DnView>(&text).unwrap(), view);
    assert_eq!(view.participants().count(), 1);
    assert_eq!(table.dn("104"), None);
}

/// A link that was opened, and the ticket of its first snapshot.
fn opened() -> (Link, Epoch, Ticket) {
    let mut link = Link::restore(EventsMode::Always, LinkRecord::default());
    link.step(Input::Tick, NOW, 0);
    let epoch = link.status().epoch;
    let actions = link.step(Input::Opened { epoch }, NOW, 0);
    let ticket = actions.iter().find_map(|action| match action {
        Action::ReadSnapshot { ticket } => Some(*ticket),
        _ => None,
    });
    (link, epoch, ticket.unwrap())
}

#[test]
fn a_pbx_that_is_too_large_is_not_called_live() {
    let (mut link, _, ticket) = opened();
    let mut snapshot = full();
    snapshot[0].participants.push(leg("100", -1, "Ringing"));
    let outcome = Ok(snapshot);
    link.step(Input::SnapshotRead { ticket, outcome }, NOW, 0);
    assert!(!link.freshness().live);
    assert_eq!(link.status().trouble, Some(LinkTrouble::TooLarge));
    let later = link.step(Input::Tick, NOW + 299_999, 0);
    assert!(matches!(later[..], [Action::Arm { .. }]), "{later:?}");
}

#[test]
fn a_flood_of_events_during_a_snapshot_costs_another_snapshot() {
    let (mut link, epoch, ticket) = opened();
    let mut reads = 0;
    for id in 1..=1_100 {
        let bytes = event(id, 0, "100", id);
        let actions = link.step(Input::Frame { epoch, bytes }, NOW, 0);
        let is_read = |action: &&Action| matches!(action, Action::ReadEntity { .. });
        reads += actions.iter().filter(is_read).count();
    }
    assert_eq!(reads, 4);
    let outcome = Ok(full());
    link.step(Input::SnapshotRead { ticket, outcome }, NOW, 0);
    assert!(!link.freshness().live);
    let actions = link.step(Input::Tick, NOW + 1_000, 0);
    assert!(
        matches!(actions[0], Action::ReadSnapshot { .. }),
        "{actions:?}"
    );
}
