//! The log and the PBX's history as one list.

use std::cell::RefCell;

use futures::executor::block_on;
use serde_json::{Value, json};

use super::super::{MessagePage, messages};
use super::*;
use crate::auth::{Caller, ExtensionSet};
use crate::desk::Code;
use crate::desk::testing::World;
use crate::messaging::{Channel, Origin};
use crate::pbx::history::Window;
use crate::time::iso;

const MINUTE: Millis = 60_000;

thread_local! {
    /// The PBX's messages, newest first; `None`: it forbids reading them.
    static PBX: RefCell<Option<Vec<Value>>> = const { RefCell::new(None) };
}

fn world() -> World {
    let world = World::new(
        |request, _| {
            let number = |name: &str| -> usize {
                let (_, rest) = request.path.split_once(name).unwrap();
                let digits = rest.split('&').next().unwrap();
                digits.parse().unwrap()
            };
            let (skip, top) = (number("$skip="), number("$top="));
            PBX.with_borrow(|rows| match rows {
                None => World::says(403, ""),
                Some(rows) => {
                    let page: Vec<&Value> = rows.iter().skip(skip).take(top).collect();
                    World::says(200, &json!({ "value": page }).to_string())
                }
            })
        },
        &[],
    );
    world.now.set(1_000 * MINUTE);
    world
}

/// What the PBX has, oldest first: minute, from, to, text.
fn pbx_has(rows: &[(i64, &str, &str, &str)]) {
    let rows = rows.iter().enumerate().rev().map(|(id, row)| {
        let (minute, from, to, text) = row;
        let is_external = from.len() > 4 || to.len() > 4;
        let phone = if from.len() > 4 { *from } else { "" };
        json!({ "MessageId": id, "SenderParticipantNo": if phone.is_empty() { *from } else { "" },
            "SenderParticipantPhone": phone, "Recipients": to, "Message": text,
            "TimeSent": iso(minute * MINUTE), "IsExternal": is_external })
    });
    PBX.set(Some(rows.collect()));
}

fn log(world: &World, minute: i64, origin: Origin, from: &str, to: &str, text: &str) {
    let channel = if origin == Origin::Tool && to.len() < 5 {
        Channel::Livechat
    } else {
        Channel::Sms
    };
    let mut messages = world.messages.borrow_mut();
    let place = i64::try_from(messages.len()).unwrap() + 1;
    messages.push(Entry {
        place,
        id: format!("own{place}"),
        at: minute * MINUTE,
        channel,
        origin,
        from: from.into(),
        to: to.into(),
        extension: if origin == Origin::Tool {
            from.into()
        } else {
            String::new()
        },
        body: text.into(),
        sid: String::new(),
        status: "delivered".into(),
        error: String::new(),
    });
}

fn read(world: &World, wanted: &Wanted<'_>) -> MessagePage {
    block_on(messages(&world.desk(), wanted))
        .map_err(|error| error.text())
        .unwrap()
}

fn texts(page: &MessagePage) -> Vec<&str> {
    page.messages.iter().map(|it| it.body.as_str()).collect()
}

fn all() -> Wanted<'static> {
    Wanted {
        limit: 100,
        ..Wanted::default()
    }
}

/// A clinic's morning: what is in the log, in the PBX, and in both.
fn morning() -> World {
    let world = world();
    log(
        &world,
        2,
        Origin::Outside,
        "+966500000001",
        "+966110000000",
        "Is 10:30 free?",
    );
    log(
        &world,
        4,
        Origin::Pbx,
        "+966110000000",
        "+966500000001",
        "Yes",
    );
    log(&world, 6, Origin::Tool, "100", "+966500000002", "Reminder");
    log(&world, 8, Origin::Tool, "100", "101", "Room 3 is ready");
    pbx_has(&[
        (1, "102", "103", "Good morning"),
        (2, "+966500000001", "104", "Is 10:30 free?"),
        (4, "104", "0500000001", "Yes"),
        (7, "+966500000003", "104", "Hello"),
        (8, "100", "101", "Room 3 is ready"),
    ]);
    world
}

#[test]
fn what_is_in_both_is_shown_once_as_the_log_has_it() {
    let world = morning();
    let page = read(&world, &all());
    assert_eq!(
        texts(&page),
        [
            "Room 3 is ready",
            "Hello",
            "Reminder",
            "Yes",
            "Is 10:30 free?",
            "Good morning"
        ]
    );
    let ids: Vec<&str> = page.messages.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["own4", "3", "own3", "own2", "own1", "0"]);
    assert_eq!(page.messages[3].status, "delivered");
    assert_eq!(page.messages[3].from, "104", "the PBX knows who that was");
    assert!(page.next.is_none() && page.warnings.is_empty());
}

#[test]
fn filters() {
    let world = morning();
    let check = |wanted: Wanted<'_>, expected: &[&str]| {
        let wanted = Wanted {
            limit: 100,
            ..wanted
        };
        assert_eq!(texts(&read(&world, &wanted)), expected, "{wanted:?}");
    };
    let none = Wanted::default;
    check(
        Wanted {
            channel: Some("sms"),
            ..none()
        },
        &["Reminder", "Yes", "Is 10:30 free?"],
    );
    check(
        Wanted {
            channel: Some("livechat"),
            ..none()
        },
        &["Room 3 is ready", "Good morning"],
    );
    check(
        Wanted {
            channel: Some("external"),
            ..none()
        },
        &["Hello"],
    );
    check(
        Wanted {
            direction: Some("Inbound"),
            ..none()
        },
        &["Hello", "Is 10:30 free?"],
    );
    check(
        Wanted {
            direction: Some("Outbound"),
            ..none()
        },
        &["Reminder", "Yes"],
    );
    check(
        Wanted {
            extension: Some("101"),
            ..none()
        },
        &["Room 3 is ready"],
    );
    // Only the PBX knows that this was 104.
    check(
        Wanted {
            extension: Some("104"),
            ..none()
        },
        &["Hello", "Yes", "Is 10:30 free?"],
    );
    let window = Some(Window {
        from: 4 * MINUTE,
        to: 8 * MINUTE,
    });
    check(Wanted { window, ..none() }, &["Hello", "Reminder", "Yes"]);
}

#[test]
fn a_caller_sees_its_extensions_only() {
    let mut world = morning();
    let sees = |world: &mut World, extension: &str| -> Vec<String> {
        world.caller = Caller {
            extensions: ExtensionSet::parse([extension]).unwrap(),
            ..Caller::local()
        };
        let page = read(world, &all());
        page.messages.into_iter().map(|it| it.body).collect()
    };
    assert_eq!(sees(&mut world, "100"), ["Room 3 is ready", "Reminder"]);
    assert_eq!(sees(&mut world, "101"), ["Room 3 is ready"]);
    assert_eq!(sees(&mut world, "104"), ["Hello", "Yes", "Is 10:30 free?"]);
    assert!(sees(&mut world, "105").is_empty());
}

/// Every page size, with and without messages that come meanwhile.
#[test]
fn pages_lose_nothing_and_repeat_nothing() {
    for arrivals in [false, true] {
        for limit in 1..=7 {
            let world = morning();
            let whole = read(&world, &all());
            let mut wanted = Wanted { limit, ..all() };
            let mut walked: Vec<String> = Vec::new();
            for turn in 0.. {
                let page = read(&world, &wanted);
                walked.extend(page.messages.iter().map(|it| it.body.clone()));
                let Some(next) = page.next else { break };
                wanted.after = Some(next.to_string().parse().unwrap());
                if arrivals {
                    PBX.with_borrow_mut(|rows| {
                        let new = json!({ "MessageId": 900 + turn, "SenderParticipantNo": "102",
                            "Recipients": "103", "Message": "new", "TimeSent": iso((20 + turn) * MINUTE) });
                        rows.as_mut().unwrap().insert(0, new);
                    });
                    log(
                        &world,
                        20 + turn,
                        Origin::Tool,
                        "100",
                        "+966500000002",
                        "new",
                    );
                }
                assert!(turn < 50);
            }
            assert_eq!(walked, texts(&whole), "{limit} a page, {arrivals}");
        }
    }
}

/// Nothing of our own was on the first page, and then something comes.
#[test]
fn what_comes_meanwhile_is_not_older() {
    let world = world();
    pbx_has(&[(1, "102", "103", "one"), (3, "102", "103", "three")]);
    log(&world, 2, Origin::Tool, "100", "+966500000002", "two");
    let mut wanted = Wanted { limit: 1, ..all() };
    let first = read(&world, &wanted);
    log(&world, 20, Origin::Tool, "100", "+966500000002", "new");
    wanted.after = first.next;
    wanted.limit = 100;
    assert_eq!(texts(&first), ["three"]);
    assert_eq!(texts(&read(&world, &wanted)), ["two", "one"]);
}

#[test]
fn long_lists_are_read_in_pages_of_each_source() {
    let world = world();
    for minute in 0..250 {
        log(
            &world,
            minute,
            Origin::Tool,
            "100",
            "+966500000002",
            &format!("own {minute}"),
        );
    }
    let rows: Vec<(i64, String)> = (0..250).map(|at| (at, format!("pbx {at}"))).collect();
    let rows: Vec<_> = rows
        .iter()
        .map(|(at, text)| (*at, "102", "103", text.as_str()))
        .collect();
    pbx_has(&rows);
    let mut wanted = all();
    let mut seen = 0;
    loop {
        let page = read(&world, &wanted);
        seen += page.messages.len();
        let Some(next) = page.next else { break };
        wanted.after = Some(next);
    }
    assert_eq!(seen, 500);
    // What nobody wrote is not looked for for ever.
    let none = Wanted {
        extension: Some("199"),
        ..all()
    };
    assert!(read(&world, &none).messages.is_empty());
}

#[test]
fn without_the_pbx_our_own_are_shown_and_that_is_said() {
    let world = morning();
    PBX.set(None);
    let page = read(&world, &all());
    assert_eq!(
        texts(&page),
        ["Room 3 is ready", "Reminder", "Yes", "Is 10:30 free?"]
    );
    assert!(
        page.warnings[0].contains("System Owner"),
        "{:?}",
        page.warnings
    );
    world.messages.borrow_mut().clear();
    let error = block_on(messages(&world.desk(), &all())).err().unwrap();
    assert_eq!(error.code, Code::Forbidden);
}

#[test]
fn places() {
    let place = Place {
        skip: 7,
        at: -5,
        id: 12,
        own: 3,
    };
    assert_eq!(place.to_string().parse(), Ok(place));
    for bad in [
        "",
        "older-7",
        "older.7.5.1",
        "older.-1.5.1.1",
        "older.x.5.1.1",
        "7.5.1.1",
    ] {
        assert_eq!(bad.parse::<Place>(), Err(()), "{bad}");
    }
}
