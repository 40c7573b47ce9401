//! Whatever fails, the caller ends with a person or a goodbye, is not left in silence, and is never
//! dropped.

use std::time::Duration;

use futures::StreamExt;
use pbx_sim::CallAudio;
use provider_sim::{Provider, Rule, Trouble};

use super::caller::Caller;
use super::{ENGLISH, PERSON, Scene, ear, is_built, within};

/// Scenes at once: each is a runtime of its own.
pub(super) const AT_ONCE: usize = 4;

/// So long nothing may be heard while something is owed; a little more, because a frame is what is measured.
const SILENCE_MS: u64 = 3_000 + 100;

/// Longer than all patience of Basma's together.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// How a caller's way through it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Somebody took the call.
    Person,
    /// She said something, and the call was ended by her in good order.
    Goodbye,
    /// She answered the question: the trouble was no trouble.
    Answer,
}

/// Where a call stands, if that is an end.
pub(super) fn end_of(caller: &Caller<'_>) -> Option<Result<End, String>> {
    let audio = caller.audio();
    if audio.taken_by(PERSON) {
        return Some(Ok(End::Person));
    }
    if let Some((_, why)) = &audio.ended {
        let is_good = why == "dropped" && !audio.hung_up_by_stream;
        return Some(if is_good {
            Ok(End::Goodbye)
        } else {
            Err(format!("the caller was cut off: {why}"))
        });
    }
    (!caller.spoken(ENGLISH.answer).is_empty()).then_some(Ok(End::Answer))
}

/// Waits for an end; then the call is brought to a person, if it is not over.
pub(super) async fn ends(caller: &Caller<'_>, patience: Duration) -> Result<End, String> {
    let end = within(patience, "a person, a goodbye or an answer", || {
        end_of(caller)
    });
    let end = end.await??;
    if end != End::Answer {
        return Ok(end);
    }
    let mut person = Err(String::new());
    // Somebody who was told that it did not work presses the key again.
    for _ in 0..3 {
        if caller.scene.stage.pbx().press(caller.callid, "0") == 0 {
            break;
        }
        person = within(Duration::from_secs(10), "a person after the key", || {
            let is_over = caller.audio().ended.is_some();
            (caller.audio().taken_by(PERSON) || is_over).then_some(())
        })
        .await;
        if person.is_ok() {
            break;
        }
    }
    match end_of(caller) {
        Some(Err(why)) => Err(why),
        _ => person.map(|()| end),
    }
}

/// From a moment to the end of Basma's part, no longer silence than she may leave.
fn silence_after(caller: &Caller<'_>, audio: &CallAudio, from_us: u64) -> Result<(), String> {
    let answered = caller.spoken(ENGLISH.answer);
    let taken = audio.taken.iter().find(|it| it.by == PERSON);
    let ended = audio.ended.as_ref().map(|it| it.0);
    let to_us = [
        answered.first().map(|it| it.from_us),
        taken.map(|it| it.at_us),
        ended,
    ]
    .into_iter()
    .flatten()
    .min()
    .ok_or("no end")?;
    let silence = ear::longest_silence_ms(&audio.played(), from_us, to_us);
    if silence > SILENCE_MS {
        return Err(format!("{silence} ms of silence"));
    }
    Ok(())
}

/// One question into a trouble.
async fn play(scene: &Scene, from: &str, rule: Option<Rule>) -> Result<End, String> {
    scene.always_answers();
    let caller = scene.call(from).await;
    let told = within(PATIENCE, "the announcement or an end", || {
        let told = !caller.spoken(ENGLISH.consent).is_empty();
        (told || end_of(&caller).is_some()).then_some(())
    });
    told.await
        .map_err(|why| format!("{why}; {}", caller.told()))?;
    // What is kept in hand comes through first.
    let calm = within(PATIENCE, "speech to be done", || {
        let asked = scene.providers.asked(Provider::Speech);
        asked.iter().all(|it| it.ended_us.is_some()).then_some(())
    });
    calm.await?;
    if let Some(rule) = rule {
        scene.script(|script| script.rules.push(rule));
    }
    let rang_us = caller.audio().taken.first().map_or(0, |it| it.at_us);
    let said = if end_of(&caller).is_none() {
        Some(caller.say_file(ENGLISH.voice))
    } else {
        None
    };
    let end = ends(&caller, PATIENCE).await;
    let audio = caller.audio();
    caller.hang_up();
    let from_us = said.map_or(rang_us, |it| it.ends_us);
    let end = end.and_then(|end| silence_after(&caller, &audio, from_us).map(|()| end));
    end.map_err(|why| format!("{why}; {}", caller.told()))
}

/// Every trouble of every provider, with the ends that are right for it.
fn troubles() -> Vec<(Provider, u32, Trouble)> {
    let mut all = Vec::new();
    for provider in [Provider::Hearing, Provider::Mind, Provider::Speech] {
        for trouble in [
            Trouble::RateLimited(Some(30)),
            Trouble::SpendLimit,
            Trouble::Status(401),
            Trouble::Status(500),
            Trouble::Status(529),
            Trouble::Hang,
            Trouble::Cut(50),
            Trouble::Stall(50),
            Trouble::Garbage,
            Trouble::Empty,
        ] {
            all.push((provider, u32::MAX, trouble));
        }
        // One that passes.
        all.push((provider, 1, Trouble::Status(500)));
    }
    all.push((Provider::Mind, u32::MAX, Trouble::ErrorInside));
    all.push((Provider::Speech, u32::MAX, Trouble::OddBytes));
    all
}

#[tokio::test]
async fn every_trouble_of_every_provider() {
    if !is_built() {
        return;
    }
    let stories = troubles()
        .into_iter()
        .zip(0..)
        .map(async |(trouble, number)| {
            let (provider, times, trouble) = trouble;
            let scene = Scene::in_language(&ENGLISH).await;
            let rule = Rule {
                provider,
                skip: 0,
                times,
                trouble: trouble.clone(),
            };
            let from = format!("+9665000001{number:02}");
            let end = play(&scene, &from, Some(rule)).await;

            println!("{provider:?}, {times} times {trouble:?}: {end:?}");
            end.map_err(|why| format!("{provider:?}, {times} times {trouble:?}: {why}"))
        });
    let ends: Vec<Result<End, String>> = futures::stream::iter(stories)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let bad: Vec<&String> = ends.iter().filter_map(|it| it.as_ref().err()).collect();
    assert!(bad.is_empty(), "{bad:#?}");
}

#[tokio::test]
async fn a_limit_of_spending_is_not_asked_twice() {
    if !is_built() {
        return;
    }
    let scene = Scene::in_language(&ENGLISH).await;
    scene
        .providers
        .fails_often(Provider::Mind, 9, Trouble::SpendLimit);
    let end = play(&scene, "+966500000150", None).await;
    assert_eq!(end, Ok(End::Person));
    // Nor is it asked to sum up, once the call is over and that is due.
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(scene.providers.count(Provider::Mind), 1);
}

#[tokio::test]
async fn nothing_speaks_from_the_start() {
    if !is_built() {
        return;
    }
    let scene = Scene::in_language(&ENGLISH).await;
    scene
        .providers
        .fails_often(Provider::Speech, u32::MAX, Trouble::Status(500));
    let end = play(&scene, "+966500000151", None).await;
    assert_eq!(end, Ok(End::Person));
    assert_eq!(scene.providers.count(Provider::Hearing), 0);
}
