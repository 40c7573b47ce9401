//! Coming, going, coming back, falling behind.

use super::*;
use crate::events::fanout::{Full, MOST, MOST_EACH};

/// One of the programs of a caller.
fn by(caller: usize) -> Follow {
    Follow {
        caller: format!("caller {caller}"),
        ..Follow::default()
    }
}

#[test]
fn a_follower_is_told_where_it_stands_and_then_what_happens() {
    let mut fanout = Fanout::new(NOW);
    ring(&mut fanout, "100", 1);
    let mut reader = Reader::new(&mut fanout);
    reader.read(&mut fanout);
    assert!(reader.text.starts_with("retry: 2000\n"));
    assert_eq!(reader.heard[0].id, format!("{NOW}-1"));
    assert_eq!(reader.kinds(), ["link"], "what was before is not told");
    ring(&mut fanout, "100", 2);
    assert_eq!(reader.woken(), 1);
    reader.read(&mut fanout);
    assert_eq!(reader.heard[0].id, format!("{NOW}-2"));
    assert_eq!(calls(&reader.heard), [2]);
    fanout.leave(reader.key);
    reader.read(&mut fanout);
    assert!(reader.is_over);
    assert_eq!(fanout.followers(), 0);
}

#[test]
fn who_comes_back_misses_nothing_within_the_log() {
    let mut fanout = Fanout::new(NOW);
    let mut reader = Reader::new(&mut fanout);
    for number in 1..=3 {
        ring(&mut fanout, "100", number);
    }
    reader.read(&mut fanout);
    let id = reader.heard[2].id.clone();
    fanout.leave(reader.key);
    for number in 4..=i64::try_from(KEPT).unwrap() {
        ring(&mut fanout, "100", number);
    }
    let mut back = Reader::after(&mut fanout, &id);
    back.read(&mut fanout);
    assert_eq!(back.heard[0].kind, "link");
    assert_eq!(back.heard[0].id, id, "not yet past what it is still owed");
    let expected: Vec<i64> = (3..=i64::try_from(KEPT).unwrap()).collect();
    assert_eq!(calls(&back.heard), expected);
}

#[test]
fn what_cannot_be_resumed_is_reset() {
    let mut fanout = Fanout::new(NOW);
    for number in 0..i64::try_from(KEPT).unwrap() + 10 {
        ring(&mut fanout, "100", number);
    }
    let newest = KEPT + 10;
    let mut check = |id: &str, reason: &str| {
        let mut reader = Reader::after(&mut fanout, id);
        reader.read(&mut fanout);
        let first = &reader.heard[0];
        assert_eq!(first.kind, "reset", "{id}");
        assert_eq!(first.data, format!(r#"{{"reason":"{reason}"}}"#), "{id}");
        assert_eq!(first.id, format!("{NOW}-{newest}"), "{id}");
        assert!(calls(&reader.heard).is_empty(), "{id}");
        fanout.leave(reader.key);
    };
    check(&format!("{}-5", NOW - 1), "restarted");
    check(&format!("{}-99999999", NOW - 1), "restarted");
    check(&format!("{NOW}-9"), "too old");
    check(&format!("{NOW}-{}", newest + 1), "unknown id");
    check("", "unknown id");
    check("5", "unknown id");
    check("-", "unknown id");
    check(&format!("{NOW}--1"), "unknown id");
    check(&format!("{NOW}-18446744073709551616"), "unknown id");
    let mut reader = Reader::after(&mut fanout, &format!("{NOW}-10"));
    reader.read(&mut fanout);
    assert_eq!(calls(&reader.heard).len(), KEPT);
}

#[test]
fn a_reader_that_stalls_loses_only_itself() {
    let mut fanout = Fanout::new(NOW);
    let mut stalled = Reader::new(&mut fanout);
    let mut other = Reader::new(&mut fanout);
    let mut elsewhere = Reader::follow(
        &mut fanout,
        Follow {
            extensions: Some(vec!["200-299".into()]),
            ..Follow::default()
        },
    );
    for number in 0..=i64::try_from(KEPT).unwrap() {
        ring(&mut fanout, "100", number);
        other.read(&mut fanout);
    }
    stalled.read(&mut fanout);
    assert!(stalled.is_over);
    assert_eq!(stalled.kinds(), ["link", "dropped"]);
    assert!(stalled.text.contains(r#"data: {"reason":"too slow"}"#));
    assert_eq!(calls(&other.heard).len(), KEPT + 1);
    // It has not read either, but nothing that it lost was for it.
    ring(&mut fanout, "200", 7);
    elsewhere.read(&mut fanout);
    assert_eq!(calls(&elsewhere.heard), [7]);
    assert_eq!(fanout.followers(), 2);
}

#[test]
fn a_reader_that_takes_nothing_for_a_minute_is_let_go() {
    let mut fanout = Fanout::new(NOW);
    let mut stalled = Reader::new(&mut fanout);
    let mut other = Reader::new(&mut fanout);
    for _ in 0..5 {
        other.read(&mut fanout);
        assert!(fanout.beat());
    }
    stalled.read(&mut fanout);
    assert!(stalled.is_over);
    assert_eq!(stalled.kinds(), ["link", "dropped"]);
    other.read(&mut fanout);
    assert!(!other.is_over);
}

#[test]
fn large_events_take_the_room_of_many() {
    let mut fanout = Fanout::new(NOW);
    let mut stalled = Reader::new(&mut fanout);
    let mut other = Reader::new(&mut fanout);
    let mut leg = leg("100", 1, "Ringing");
    for (size, fits) in [(400 * 1024, 2), (2 * 1024 * 1024, 1)] {
        leg.participant.party_caller_id = "1".repeat(size);
        for _ in 0..10 {
            let leg = leg.clone();
            fanout.calls(
                &[Change::Appeared { leg }],
                unrouted(&Table::default()),
                NOW,
            );
            other.read(&mut fanout);
        }
        let newest = other.heard.last().unwrap().id.split_once('-').unwrap();
        let number: usize = newest.1.parse().unwrap();
        let back = |fanout: &mut Fanout, missing: usize| {
            let id = format!("{}-{}", newest.0, number - missing);
            let mut back = Reader::after(fanout, &id);
            back.read_once(fanout);
            back.heard[0].kind.clone()
        };
        assert_eq!(back(&mut fanout, fits), "link", "{size}");
        assert_eq!(back(&mut fanout, fits + 1), "reset", "{size}");
    }
    stalled.read(&mut fanout);
    assert_eq!(stalled.kinds(), ["link", "dropped"]);
    assert_eq!(calls(&other.heard).len(), 20);
}

#[test]
fn heartbeats_carry_on_how_far_a_reader_has_come() {
    let mut fanout = Fanout::new(NOW);
    let mut reader = Reader::follow(
        &mut fanout,
        Follow {
            extensions: Some(vec!["200".into()]),
            ..Follow::default()
        },
    );
    reader.read(&mut fanout);
    for number in 0..5 {
        ring(&mut fanout, "100", number);
    }
    assert_eq!(reader.woken(), 0, "nothing was for it");
    reader.text.clear();
    fanout.beat();
    assert_eq!(reader.woken(), 1);
    reader.read(&mut fanout);
    assert_eq!(reader.text, format!(":\nid: {NOW}-5\n\n"));
}

#[test]
fn after_an_hour_everybody_comes_anew() {
    let mut fanout = Fanout::new(NOW);
    let mut reader = Reader::new(&mut fanout);
    let mut watching = Reader::follow(
        &mut fanout,
        Follow {
            watches: vec![watch("", "data: all")],
            opening: "data: hello\n\n".into(),
            ending: "data: over\n\n".into(),
            ..Follow::default()
        },
    );
    let mut beats = 0;
    while !reader.is_over {
        reader.read(&mut fanout);
        watching.read(&mut fanout);
        beats += 1;
        fanout.beat();
    }
    assert_eq!(beats, 240 + 1);
    watching.read(&mut fanout);
    assert!(watching.is_over);
    assert!(watching.text.starts_with("data: hello\n\n"));
    assert!(watching.text.ends_with("data: over\n\n"));
    assert!(!fanout.beat(), "nobody is left");
}

#[test]
fn watchers_are_told_once_and_never_fall_behind() {
    let mut fanout = Fanout::new(NOW);
    let follow = Follow {
        extensions: Some(vec!["100-199".into()]),
        watches: vec![watch("", "all"), watch("100", "100"), watch("101", "101")],
        opening: "ack\n\n".into(),
        ..Follow::default()
    };
    let key = fanout.follow(follow, NOW).unwrap();
    let waker = Waker::noop();
    let read = |fanout: &mut Fanout| match fanout.read(key, waker) {
        Poll::Ready(text) => text.unwrap(),
        Poll::Pending => String::new(),
    };
    ring(&mut fanout, "100", 1);
    assert_eq!(read(&mut fanout), "ack\n\n", "before anything else");
    assert_eq!(read(&mut fanout), "all\n\n100\n\n");
    assert_eq!(read(&mut fanout), "");
    ring(&mut fanout, "200", 2);
    assert_eq!(read(&mut fanout), "", "not for this caller");
    ring(&mut fanout, "102", 3);
    ring(&mut fanout, "102", 4);
    assert_eq!(read(&mut fanout), "all\n\n");
    fanout.link(true, NOW);
    assert_eq!(read(&mut fanout), "all\n\n100\n\n101\n\n");
    for number in 0..5_000 {
        ring(&mut fanout, "200", number);
        ring(&mut fanout, "100", number);
    }
    assert_eq!(read(&mut fanout), "all\n\n100\n\n101\n\n", "who knows what");
    assert_eq!(read(&mut fanout), "");
}

#[test]
fn there_is_an_end_to_followers() {
    let mut fanout = Fanout::new(NOW);
    let keys: Vec<u64> = (0..MOST)
        .map(|number| fanout.follow(by(number / MOST_EACH), NOW).unwrap())
        .collect();
    let waker = Waker::noop();
    while fanout.read(keys[500], waker).is_ready() {}
    assert_eq!(fanout.follow(by(9), NOW), Err(Full::House));
    let sign = fanout.read(keys[500], waker);
    assert!(sign.is_ready(), "who is gone would be noticed now");
    fanout.leave(keys[500]);
    fanout.leave(keys[500]);
    assert!(fanout.follow(by(9), NOW).is_ok());
    assert_eq!(fanout.follow(by(9), NOW), Err(Full::House));
}

#[test]
fn one_caller_does_not_take_the_places_of_all() {
    let mut fanout = Fanout::new(NOW);
    let waker = Waker::noop();
    let other = fanout.follow(by(2), NOW).unwrap();
    let own: Vec<u64> = (0..MOST_EACH)
        .map(|_| fanout.follow(by(1), NOW).unwrap())
        .collect();
    for key in [other, own[7]] {
        while fanout.read(key, waker).is_ready() {}
    }
    assert_eq!(fanout.follow(by(1), NOW), Err(Full::Caller));
    assert!(fanout.read(own[7], waker).is_ready(), "is it still there?");
    assert!(fanout.read(other, waker).is_pending(), "it is not asked");
    assert!(fanout.follow(by(2), NOW).is_ok());
    fanout.leave(own[7]);
    assert!(fanout.follow(by(1), NOW).is_ok());
    assert_eq!(fanout.follow(by(1), NOW), Err(Full::Caller));
}

#[test]
fn calls_that_are_forgotten_end_the_life_of_the_log() {
    let mut fanout = Fanout::new(NOW);
    ring(&mut fanout, "100", 1);
    let mut reader = Reader::new(&mut fanout);
    reader.read(&mut fanout);
    let id = reader.heard[0].id.clone();
    fanout.leave(reader.key);
    fanout.forget(NOW);
    let mut back = Reader::after(&mut fanout, &id);
    back.read(&mut fanout);
    assert_eq!(back.kinds(), ["reset", "link"]);
}

#[test]
fn what_cannot_be_read_as_extensions_permits_nothing() {
    let mut fanout = Fanout::new(NOW);
    let mut reader = Reader::follow(
        &mut fanout,
        Follow {
            extensions: Some(Vec::new()),
            ..Follow::default()
        },
    );
    ring(&mut fanout, "100", 1);
    reader.read(&mut fanout);
    assert_eq!(reader.kinds(), ["link"]);
}
