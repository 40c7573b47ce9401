//! Calls in which something fails. Every one ends with a person or a goodbye, and nobody waits in silence.

use super::world::{Asked, Does, World, text, tool};
use crate::basma::conversation::Conversation;
use crate::basma::fault::Fault;
use crate::basma::mind::Thought;
use crate::basma::phrases::Phrase;
use crate::basma::protocol::{End, Input, Target, Who};
use crate::basma::testing::{ARABIC, ENGLISH, said};
use crate::basma::words::Language;

/// The longest that a caller waits in silence.
const SILENCE: i64 = 2_400;

fn apology() -> &'static str {
    Phrase::Apology.text(Language::English)
}

#[test]
fn one_fault_is_mended_and_a_second_leads_to_a_person() {
    // V12, at the ears and at the mind.
    for hangs in [false, true] {
        let mut world = World::new().told();
        world.pass(4_000);
        let answer = || Does::Well(vec![text("Yes, we are."), Thought::Done]);
        world.ears = Box::new(move |time| match time {
            1 => fault(hangs),
            _ => Does::Well("When are you open?"),
        });
        world.mind = Box::new(move |time| if time == 1 { fault(hangs) } else { answer() });
        world.says(ENGLISH);
        world.pass(16_000);
        assert_eq!(
            (world.hears(), world.thinks().len()),
            (2, 2),
            "hangs: {hangs}"
        );
        assert!(world.heard(Who::Basma).contains(&"Yes, we are."));
        assert!(
            world.longest_silence <= SILENCE,
            "{}",
            world.longest_silence
        );

        for at_the_ears in [true, false] {
            let mut world = World::new().told();
            world.pass(4_000);
            if at_the_ears {
                world.ears = Box::new(move |_| fault(hangs));
            } else {
                world.mind = Box::new(move |_| fault(hangs));
            }
            world.says(ENGLISH);
            let report = world.until_its_end();
            assert_eq!(report.end, End::HandedOver);
            assert_eq!(world.heard(Who::Basma).last(), Some(&apology()));
            assert_eq!(world.routes()[0].1, &Target::Person);
            assert_eq!(
                world.hears() + world.thinks().len(),
                if at_the_ears { 2 } else { 3 }
            );
            assert!(
                world.longest_silence <= SILENCE,
                "{}",
                world.longest_silence
            );
        }
    }
}

fn fault<T>(hangs: bool) -> Does<T> {
    if hangs {
        Does::Hangs
    } else {
        Does::Fails(Fault::Passing)
    }
}

#[test]
fn a_spend_limit_is_not_asked_twice() {
    // V13
    let mut world = World::new().told();
    world.mind = Box::new(|_| Does::Fails(Fault::Spent));
    world.says(ENGLISH);
    let report = world.until_its_end();
    assert_eq!(
        (report.end, report.reason),
        (End::HandedOver, "spend_limit")
    );
    assert_eq!(world.thinks().len(), 1);
}

#[test]
fn a_stream_that_is_cut_leaves_whole_sentences() {
    // V3
    let mut world = World::new().told();
    world.pass(4_000);
    world.mind = Box::new(|_| {
        Does::Well(vec![
            text("We are open today. On Fri"),
            Thought::Failed(Fault::Passing),
        ])
    });
    world.says(ENGLISH);
    let report = world.until_its_end();
    assert_eq!(
        (report.end, report.reason),
        (End::HandedOver, "thinking_failed")
    );
    assert_eq!(
        world.heard(Who::Basma)[2..],
        ["We are open today.", apology()]
    );
    assert_eq!(world.thinks().len(), 1);
}

#[test]
fn without_a_voice_the_caller_still_reaches_a_person() {
    for does in [
        || Does::Fails(Fault::Passing),
        || Does::Hangs,
        || Does::Fails(Fault::Spent),
    ] {
        // From the beginning: nothing is in hand, and the sound of waiting is heard.
        let mut world = World::new();
        world.voice = Box::new(move |_| does());
        world.give(Input::Connected);
        let report = world.until_its_end();
        assert_eq!(report.end, End::HandedOver);
        assert_eq!(
            world.hears(),
            0,
            "nobody was told, so nobody is listened to"
        );
        assert!(
            world.longest_silence <= SILENCE,
            "{}",
            world.longest_silence
        );
        // In the middle: the apology is in hand.
        let mut world = World::new().told();
        world.pass(4_000);
        world.voice = Box::new(move |_| does());
        world.says(ENGLISH);
        let report = world.until_its_end();
        assert_eq!(report.end, End::HandedOver);
        assert_eq!(world.heard(Who::Basma).last(), Some(&apology()));
        assert!(
            world.longest_silence <= SILENCE,
            "{}",
            world.longest_silence
        );
    }
}

#[test]
fn a_line_that_falls_silent_in_the_middle_of_a_word_is_not_waited_for() {
    let mut world = World::new().told();
    world.pass(8_000);
    for frame in said(ENGLISH).into_iter().take(60) {
        world.hear(frame);
    }
    let before = world.put_out.len();
    for _ in 0..750 {
        world.now += 20;
        world.give(Input::Tick);
    }
    assert!(
        world.put_out[before..].contains(&true),
        "the caller is asked"
    );
}

#[test]
fn what_is_too_short_to_be_speech_is_not_played() {
    // A page of a proxy where sound should be: 20 ms of noise.
    let mut world = World::new().told();
    world.pass(8_000);
    world.ms_a_character = 1;
    world.says(ENGLISH);
    let report = world.until_its_end();
    assert_eq!(
        (report.end, report.reason),
        (End::HandedOver, "voice_failed")
    );
    assert_eq!(world.heard(Who::Basma)[2..], [apology()]);
}

#[test]
fn a_voice_that_stumbles_once_is_asked_again() {
    let mut world = World::new().told();
    let mut times = 0;
    world.voice = Box::new(move |_| {
        times += 1;
        if times == 1 {
            Does::Fails(Fault::Passing)
        } else {
            Does::Well(())
        }
    });
    world.says(ENGLISH);
    world.pass(5_000);
    assert_eq!(world.heard(Who::Basma)[2..], ["Yes, we are open today."]);
    assert!(world.report.is_none());
}

#[test]
fn a_conversation_that_was_lost_ends_with_an_apology_and_a_person() {
    let mut world = World::new();
    world.conversation = Conversation::recovered(World::plan(None));
    world.give(Input::Connected);
    let report = world.until_its_end();
    assert_eq!((report.end, report.reason), (End::HandedOver, "was_lost"));
    assert_eq!(world.heard(Who::Basma), [apology()]);
    assert_eq!(world.hears(), 0);
}

#[test]
fn where_nobody_answers_it_is_goodbye_and_never_an_error() {
    let mut world = World::new().told();
    world.pass(6_000);
    world.mind = Box::new(|_| Does::Fails(Fault::Lasting));
    world.exit = Box::new(|time| {
        if time <= 3 {
            Err("nobody answered")
        } else {
            Ok(())
        }
    });
    world.says(ENGLISH);
    let report = world.until_its_end();
    assert_eq!(report.end, End::Goodbye);
    assert_eq!(world.routes().len(), 3);
    let goodbye = Phrase::Goodbye.text(Language::English);
    assert_eq!(world.heard(Who::Basma).last(), Some(&goodbye));
    assert!(
        world.longest_silence <= SILENCE,
        "{}",
        world.longest_silence
    );
}

#[test]
fn a_named_person_who_cannot_be_reached_after_a_fault_becomes_any_person() {
    let mut world = World::new().told();
    world.pass(6_000);
    world.exit = Box::new(|time| {
        if time == 1 {
            Err("nobody answered")
        } else {
            Ok(())
        }
    });
    world.mind = Box::new(|_| {
        let mut thoughts = vec![text("I will transfer you. ")];
        thoughts.extend(tool("transfer_to", r#"{"destination":"104"}"#));
        Does::Well(thoughts)
    });
    world.voice = Box::new(|_| Does::Fails(Fault::Lasting));
    world.says(ENGLISH);
    assert_eq!(world.until_its_end().end, End::HandedOver);
    let targets: Vec<_> = world.routes().into_iter().map(|it| it.1.clone()).collect();
    assert_eq!(targets, [Target::Named("104".into()), Target::Person]);
}

fn rolled<T>(roll: u32) -> Does<T> {
    match roll {
        0 => Does::Hangs,
        1 => Does::Fails(Fault::Spent),
        2 => Does::Fails(Fault::Lasting),
        _ => Does::Fails(Fault::Passing),
    }
}

/// Three hundred calls in which anything may fail at any moment; a tenth of them unless `SOAK` is set.
#[test]
fn hundreds_of_faulty_calls_and_nobody_is_dropped() {
    let calls: u32 = if std::env::var_os("SOAK").is_some() {
        300
    } else {
        30
    };
    let mut ends = [0, 0, 0];
    let mut longest = 0;
    for seed in 0..calls {
        let mut state = seed.wrapping_mul(2_654_435_761) ^ 0x5bd1_e995;
        let mut dice = move |sides: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 10) % sides
        };
        let mut dices = std::iter::repeat_with(|| dice(1_000)).take(8).map(|it| {
            let mut state = it;
            move |sides: u32| {
                state = state.wrapping_mul(22_695_477).wrapping_add(1);
                (state >> 12) % sides
            }
        });
        let [mut ears, mut mind, mut voice, mut exit, mut caller] =
            std::array::from_fn(|_| dices.next().unwrap());
        drop(dices);
        let mut world = World::new();
        world.ms_a_character = 12;
        world.delay = 40 + i64::from(caller(900));
        world.ears = Box::new(move |_| match ears(10) {
            roll @ 0..4 => rolled(roll),
            4 => Does::Well(""),
            5 => Does::Well("I want an agent"),
            _ => Does::Well("When are you open?"),
        });
        world.mind = Box::new(move |_| match mind(12) {
            roll @ 0..4 => rolled(roll),
            4 => Does::Well(vec![text("We are op")]),
            5 => Does::Well(vec![text("One. Two"), Thought::Failed(Fault::Passing)]),
            6 => Does::Well(tool("transfer_to", r#"{"destination":"104"}"#).into()),
            7 => Does::Well(vec![Thought::Done]),
            8 => Does::Well([tool("who_is_free", "{").as_slice(), &[Thought::Done]].concat()),
            9 => Does::Well(tool("end_call", "").into()),
            _ => Does::Well(vec![
                text("Yes. We are open today, until five."),
                Thought::Done,
            ]),
        });
        world.voice = Box::new(move |_| match voice(14) {
            roll @ 0..4 => rolled(roll),
            _ => Does::Well(()),
        });
        world.exit = Box::new(move |_| if exit(3) == 0 { Err("busy") } else { Ok(()) });
        world.give(Input::Connected);
        let mut rounds = 0;
        while world.report.is_none() {
            rounds += 1;
            assert!(rounds < 400, "call {seed} never ends: {:?}", world.asked);
            match caller(6) {
                0 => world.says(ENGLISH),
                1 => world.says(ARABIC),
                2 if caller(20) == 0 => world.give(Input::Cut),
                3 if caller(60) == 0 => world.give(Input::Gone),
                _ => world.pass(i64::from(caller(3_000))),
            }
        }
        let report = world.report.clone().unwrap();
        ends[match report.end {
            End::HandedOver => 0,
            End::Goodbye => 1,
            End::CallerLeft => 2,
        }] += 1;
        longest = longest.max(world.longest_silence);
        assert!(
            world.longest_silence <= 3_000,
            "call {seed}: {}",
            world.longest_silence
        );
        if report.end != End::CallerLeft {
            let leaves = |it: &Asked| matches!(it, Asked::Route(_) | Asked::HangUp);
            assert!(world.count(leaves) > 0, "call {seed}");
        }
    }
    println!(
        "{calls} calls: {} with a person, {} with a goodbye, {} left by the caller; longest silence {longest} ms",
        ends[0], ends[1], ends[2]
    );
    assert_eq!(ends.iter().sum::<u32>(), calls);
}
