//! Lines that break, stand still, or lose everybody who spoke on them.

use std::time::Duration;

use futures::StreamExt;
use pbx_sim::{Breaking, Stream, StreamFault};
use provider_sim::Provider;

use super::troubles::{AT_ONCE, End, PATIENCE, end_of, ends};
use super::{ENGLISH, PERSON, Scene, is_built, within};

#[tokio::test]
async fn streams_that_fail() {
    if !is_built() {
        return;
    }
    let mut faults = Vec::new();
    for stream in [Stream::Listening, Stream::Talking] {
        for how in [Breaking::Close, Breaking::Reset, Breaking::Stall] {
            for after_ms in [0, 400, 4_000] {
                faults.push(StreamFault {
                    stream,
                    after_ms,
                    how,
                });
            }
        }
    }
    let stories: Vec<_> = (0..).zip(faults).map(stream_that_fails).collect();
    let ends: Vec<Result<End, String>> = futures::stream::iter(stories)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let bad: Vec<&String> = ends.iter().filter_map(|it| it.as_ref().err()).collect();
    assert!(bad.is_empty(), "{bad:#?}");
}

/// A call on a Worker of its own, and how it ends.
async fn stream_that_fails((number, fault): (usize, StreamFault)) -> Result<End, String> {
    let scene = Scene::in_language(&ENGLISH).await;
    scene.stage.pbx().add_stream_fault(fault.clone());
    let from = format!("+9665000002{number:02}");
    // Nobody can make a line speak that is broken: what is heard is not looked at.
    let end = streams_end(&scene, &from).await;
    println!("{fault:?}: {end:?}");
    end.map_err(|why| format!("{fault:?}: {why}"))
}

async fn streams_end(scene: &Scene, from: &str) -> Result<End, String> {
    scene.always_answers();
    let caller = scene.call(from).await;
    let mut end = Err(String::new());
    // Somebody whose line is bad says it again.
    for _ in 0..3 {
        let told = within(Duration::from_secs(5), "the announcement", || {
            let told = !caller.spoken(ENGLISH.consent).is_empty();
            (told || end_of(&caller).is_some()).then_some(())
        });
        if told.await.is_ok() && caller.audio().ended.is_none() {
            caller.say_file(ENGLISH.voice);
        }
        end = ends(&caller, Duration::from_secs(12)).await;
        if end.is_ok() || caller.audio().ended.is_some() {
            break;
        }
    }
    if end.is_err() && end_of(&caller).is_none() {
        // What nobody can notice, the caller does.
        caller.press("0");
        end = ends(&caller, Duration::from_secs(12)).await;
    }
    let told = caller.told();
    caller.hang_up();
    end.map_err(|why| format!("{why}; {told}"))
}

#[tokio::test]
async fn the_runtime_ends_in_the_middle_of_a_call() {
    if !is_built() {
        return;
    }
    let mut scene = Scene::in_language(&ENGLISH).await;
    // The line stays up for a while without anybody who speaks.
    scene
        .stage
        .pbx()
        .change_settings(|settings| settings.stream_end_grace_ms = 15_000);
    let caller = scene.call("+966500000152").await;
    caller.hears(ENGLISH.consent).await;
    let callid = caller.callid;
    scene.restart().await;
    let person = within(PATIENCE, "a person", || {
        let audio = scene.stage.pbx().audio(callid)?;
        (audio.taken_by(PERSON) || audio.ended.is_some()).then_some(audio)
    });
    let audio = person.await.expect("somebody takes over");
    assert!(audio.ended.is_none(), "{:?}", audio.ended);
    assert_eq!(scene.providers.count(Provider::Hearing), 0);
}

#[tokio::test]
async fn a_way_that_opens_late_again_is_waited_for() {
    if !is_built() {
        return;
    }
    let scene = Scene::in_language(&ENGLISH).await;
    scene.always_answers();
    let pbx = scene.stage.pbx();
    // The line stays up for a while without anybody who speaks.
    pbx.change_settings(|settings| settings.stream_end_grace_ms = 15_000);
    let caller = scene.call("+966500000153").await;
    caller.hears(ENGLISH.consent).await;
    // Two and a half seconds of "not yet", longer than a way may stand still.
    pbx.change_settings(|settings| settings.media_not_ready = 10);
    assert!(pbx.break_stream(caller.callid, Stream::Talking, Breaking::Reset));
    caller
        .until("another way", |audio| {
            let opened = audio.of(Stream::Talking).filter(|it| it.bytes > 0);
            (opened.count() == 2).then_some(())
        })
        .await;
    caller.say_file(ENGLISH.voice);
    caller.hears(ENGLISH.answer).await;
    let opened = caller.audio().of(Stream::Talking).count();
    assert_eq!(opened, 2, "opened once more, and left alone");
    assert!(!caller.audio().hung_up_by_stream && caller.audio().ended.is_none());
    caller.hang_up();
}
