//! What rows become: the known samples and the traps of real reports.

use super::*;

#[test]
fn the_sample_of_a_report() {
    let calls = sample_calls();
    let shown: Vec<_> = calls
        .iter()
        .map(|call| {
            format!(
                "{} {} {} > {} {} ring {} talk {} wait {} {:?}",
                iso(call.started()),
                call.direction().as_str(),
                call.caller().number,
                call.callee().number,
                call.status().as_str(),
                call.ring_seconds(),
                call.talk_seconds(),
                call.wait_seconds(),
                call.extensions,
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "2026-09-13T18:10:36Z Inbound +12395550101 > 9027 Answered ring 0 talk 73 wait 51 [\"9027\"]",
            "2026-09-13T17:57:08Z Internal 4002 > 4303 Answered ring 6 talk 61 wait 6 [\"4002\", \"4303\"]",
            "2026-09-13T17:57:08Z Outbound 9025 > +12395550102 Answered ring 6 talk 52 wait 6 [\"9025\"]",
            "2026-09-13T16:59:58Z Inbound +12395550199 > 8522 Missed ring 0 talk 0 wait 0 []",
        ]
    );
    let queued = &calls[0];
    assert_eq!(&*queued.callee().name, "One, Agent");
    assert_eq!(queued.call_id(), Some(1));
    assert_eq!(queued.extension(), Some("9027"));
    assert_eq!(&*queued.queues[0].name, "Call Center");
    assert_eq!(queued.recording_ids, [632_932]);
    assert!(
        queued
            .recording_url
            .as_deref()
            .unwrap()
            .starts_with("9027/")
    );
    assert_eq!(iso(queued.ended), "2026-09-13T18:12:39Z");
}

#[test]
fn the_sample_of_the_view() {
    let mut grouper = Grouper::default();
    for row in sample(include_str!("call_history_view.json")) {
        grouper.push_view(serde_json::from_value(row).unwrap());
    }
    let call = grouper.finish().remove(0);
    assert_eq!(&*call.id, "participant-11");
    assert_eq!(call.direction(), Direction::Inbound);
    assert_eq!(call.status(), CallStatus::Answered);
    assert_eq!(&*call.caller().number, "+12395550101");
    assert_eq!(
        (&*call.callee().number, &*call.callee().name),
        ("101", "Agent One")
    );
    assert_eq!(call.talk_seconds(), 95);
    assert_eq!(iso(call.ended), "2026-09-12T13:01:40Z");
}

/// C6: one phone of several did not answer.
#[test]
fn an_unanswered_row_in_an_answered_call_is_not_missed() {
    let answered = json!({"Answered": true, "Status": "Answered", "DestinationDn": "102",
        "TalkingDuration": "PT10.4S"});
    let rows = [
        row("call", "1", 1_000),
        row_with(row("call", "2", 6_000), answered),
        row("call", "3", 6_000),
    ];
    let call = group(&rows).remove(0);
    assert_eq!(call.status(), CallStatus::Answered);
    assert_eq!(&*call.callee().number, "102");
    assert_eq!(call.extensions.len(), 2);
    assert_eq!((call.talk_seconds(), call.wait_seconds()), (10, 10));
}

/// C15: whatever else the row says, or does not.
#[test]
fn a_call_through_a_queue_came_from_outside() {
    let silent = json!({"Direction": "Inbound Queue", "SourceDn": "10000", "SourceCallerId": null,
        "CallType": "Extension"});
    let call = group(&[row_with(row("call", "1", 0), silent)]).remove(0);
    assert_eq!(call.direction(), Direction::Inbound);
}

/// C7: a queue answers while the caller still waits; a receptionist does too.
#[test]
fn a_machine_that_answered_is_nobody() {
    let machines = [
        json!({"CallType": "Queue", "Status": "Waiting", "Direction": "Inbound Queue"}),
        json!({"CallType": "Queue", "Status": "Answered"}),
        json!({"CallType": "Digital Receptionist", "Status": "Answered"}),
        json!({"CallType": "System", "Status": "Answered"}),
        json!({"CallType": "Extension", "Status": "Waiting"}),
        json!({"CallType": "Something New", "Status": "Waiting"}),
    ];
    for machine in machines {
        let changes = row_with(
            json!({"Answered": true, "TalkingDuration": "PT9S"}),
            machine,
        );
        let call = group(&[row_with(row("call", "1", 0), changes.clone())]).remove(0);
        assert_eq!(call.status(), CallStatus::Missed, "{changes}");
        assert_eq!(call.talk_seconds(), 0, "{changes}");
        // C15
        assert_eq!(call.direction(), Direction::Inbound, "{changes}");
    }
}

/// C8, O10: nulls and zeros are absent, and builds to come know more.
#[test]
fn rows_of_any_build() {
    let rows = [
        json!({"MainCallHistoryId": "a", "StartTime": "2026-09-13T18:11:27Z"}),
        json!({"MainCallHistoryId": "b", "StartTime": "2026-09-13T18:11:28+03:00", "CallCost": 0.25,
            "actionDnDn": "101", "Recordings": null, "Direction": null, "Answered": null}),
        json!({"MainCallHistoryId": "c", "StartTime": "2026-09-13T18:11:29Z", "CallCost": "1.5",
            "Direction": "Sideways", "CallType": "Telepathy", "Status": "Dreamt", "New": {"a": [1]}}),
        json!({"CdrId": "d", "StartTime": "2026-09-13T18:11:30Z", "CallCost": {}}),
    ];
    let calls = group(&rows);
    assert_eq!(calls.len(), 4);
    assert!(calls.iter().all(|call| call.status() == CallStatus::Missed));
    let cost: LogRow = serde_json::from_value(rows[1].clone()).unwrap();
    assert_eq!(cost.action_dn_dn.as_deref(), Some("101"));
}

#[test]
fn rows_that_belong_to_no_call_are_counted() {
    let mut grouper = Grouper::default();
    for row in [
        json!({}),
        json!({"CdrId": "1"}),
        json!({"CdrId": "1", "StartTime": "soon"}),
    ] {
        grouper.push_log(serde_json::from_value(row).unwrap());
    }
    grouper.push_view(ViewRow::default());
    assert_eq!(grouper.unreadable(), 4);
    assert!(grouper.finish().is_empty());
}

#[test]
fn a_call_to_outside_that_nobody_took_is_unanswered() {
    let outbound = json!({"Direction": "Outbound", "CallType": "External", "SourceDn": "101",
        "SourceCallerId": "101", "DestinationDn": "10000",
        "DestinationCallerId": "+12395550102"});
    let call = group(&[row_with(row("call", "1", 0), outbound)]).remove(0);
    assert_eq!(call.status(), CallStatus::Unanswered);
    assert_eq!(&*call.callee().number, "+12395550102");
    assert_eq!(call.extension(), Some("101"));
}
