//! Calls that somebody wants to be recorded.

use super::world::{Asked, World};
use crate::basma::conversation::Recorded;
use crate::basma::phrases::Phrase;
use crate::basma::protocol::{End, Input, Who};
use crate::basma::testing::ENGLISH;
use crate::basma::words::Language;

fn announcement() -> &'static str {
    Phrase::Recorded.text(Language::English)
}

#[test]
fn the_caller_is_told_to_the_end_before_anything_is_recorded() {
    // V17
    let mut world = World::new().told();
    world.give(Input::Record(true));
    world.pass(1_000);
    assert_eq!(world.conversation.recorded(), Recorded::Announcing);
    assert!(world.recorded.is_empty());
    world.pass(6_000);
    assert_eq!(world.conversation.recorded(), Recorded::On);
    let [(at, true)] = world.recorded[..] else {
        panic!("{:?}", world.recorded);
    };
    let told = world.lines.iter().find(|line| line.text == announcement());
    assert!(told.unwrap().at <= at);
    assert_eq!(world.heard(Who::Consent).last(), Some(&announcement()));
    // Asked twice, told once.
    world.give(Input::Record(true));
    world.pass(2_000);
    let told = |it: &Asked| *it == Asked::Speak(announcement().to_owned());
    assert_eq!(world.count(told), 1);
    world.give(Input::Record(false));
    assert!(!world.recorded[1].1 && world.recorded.len() == 2);
}

#[test]
fn who_talks_over_the_announcement_is_told_again() {
    let mut world = World::new().told();
    world.give(Input::Record(true));
    world.pass(600);
    world.says(ENGLISH);
    assert!(world.recorded.is_empty());
    world.pass(20_000);
    assert_eq!(world.recorded.len(), 1);
    assert_eq!(world.heard(Who::Caller), ["When are you open?"]);
}

#[test]
fn a_key_ends_the_recording_and_so_does_the_end() {
    let mut world = World::new().told();
    world.give(Input::Record(true));
    world.pass(8_000);
    world.give(Input::Keys("0".into()));
    let stopped = world.recorded.last().unwrap();
    assert_eq!((*stopped, world.recorded.len()), ((world.now, false), 2));
    assert_eq!(world.until_its_end().end, End::HandedOver);

    let mut world = World::new().told();
    world.give(Input::Record(true));
    world.pass(8_000);
    world.give(Input::Gone);
    assert_eq!(world.recorded.len(), 2);
}

#[test]
fn nobody_is_recorded_who_is_not_listened_to_or_is_being_handed_over() {
    let mut world = World::with(None);
    world.give(Input::Connected);
    world.give(Input::Record(true));
    assert!(!world.conversation.may_record());
    world.until_its_end();
    assert!(world.recorded.is_empty());

    // Before the announcement of all calls was heard it waits for that.
    let mut world = World::new();
    world.give(Input::Connected);
    world.give(Input::Record(true));
    assert_eq!(world.conversation.recorded(), Recorded::Wanted);
    let mut world = world.told_already();
    world.give(Input::Keys("0".into()));
    world.give(Input::Record(true));
    assert_eq!(world.conversation.recorded(), Recorded::Off);
    world.until_its_end();
    assert!(world.recorded.is_empty());
}
