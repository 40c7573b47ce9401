//! Calls into which everything falls at once: 30 of them, 300 in a soak. Each ends with a person, a
//! goodbye, or because the caller left.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt;
use pbx_sim::{Breaking, Fault, Rule as PbxRule, Stream, StreamFault};
use provider_sim::{Pace, Provider, Rule, Trouble};
use test_sound::{FRAME, noise};

use super::caller::Caller;
use super::troubles::{end_of, ends};
use super::{ENGLISH, PERSON, Scene, is_built, within};
use crate::harness::{Dice, soaked, status};

/// Calls of a soak.
const CALLS: usize = 300;
/// Calls at one Worker, two at a time.
const CALLS_EACH: usize = 6;
/// Workers at once.
const AT_ONCE: usize = 3;

const PATIENCE: Duration = Duration::from_secs(45);

#[tokio::test]
async fn every_caller_ends_well() {
    if !is_built() {
        return;
    }
    let calls = soaked(CALLS);
    let lives = (0..calls).step_by(CALLS_EACH).map(async |first| {
        let numbers = first..calls.min(first + CALLS_EACH);
        let scene = Scene::in_language(&ENGLISH).await;
        scene.script(|script| script.ms_per_letter = 20);
        let calls = numbers.map(async |number| {
            let mut dice = Dice::new(number);
            let end = one(&scene, number, &mut dice).await;
            println!("call {number}: {end:?}");
            end.map_err(|why| format!("call {number}: {why}"))
        });
        let ends: Vec<Result<String, String>> = futures::stream::iter(calls)
            .buffer_unordered(2)
            .collect()
            .await;
        ends
    });
    let ends: Vec<Vec<Result<String, String>>> = futures::stream::iter(lives)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut bad = Vec::new();
    for end in ends.into_iter().flatten() {
        match end {
            Ok(end) => *counts.entry(end).or_default() += 1,
            Err(why) => bad.push(why),
        }
    }
    println!(
        "{calls} faulted calls: {counts:?}, {} ended badly",
        bad.len()
    );
    assert!(bad.is_empty(), "{bad:#?}");
    assert_eq!(counts.values().sum::<usize>(), calls);
}

/// One call and its troubles; how it ended.
async fn one(scene: &Scene, number: usize, dice: &mut Dice) -> Result<String, String> {
    scene.always_answers();
    scene.script(|script| {
        script.paces = [Pace {
            head_ms: 100,
            piece_ms: 2,
        }; 3];
    });
    let troubles = make_trouble(scene, dice);
    let caller = scene.call(&format!("+96650001{number:04}")).await;
    let end = live(&caller, dice).await;
    let end = end.map_err(|why| format!("{troubles:?}: {why}; {}", caller.told()))?;
    if caller.audio().hung_up_by_stream {
        return Err(format!("{troubles:?}: dropped; {}", caller.told()));
    }
    caller.hang_up();
    Ok(end.to_owned())
}

/// One to three troubles; what they are.
fn make_trouble(scene: &Scene, dice: &mut Dice) -> Vec<String> {
    let pbx = scene.stage.pbx();
    (0..=dice.below(3))
        .map(|_| match dice.below(6) {
            0..=2 => {
                let rule = Rule {
                    provider: dice.one_of(&[Provider::Hearing, Provider::Mind, Provider::Speech]),
                    skip: u32::try_from(dice.below(9)).expect("small"),
                    times: u32::try_from(1 + dice.below(4)).expect("small"),
                    trouble: dice.one_of(&[
                        Trouble::RateLimited(Some(1)),
                        Trouble::RateLimited(None),
                        Trouble::SpendLimit,
                        Trouble::Status(500),
                        Trouble::Status(529),
                        Trouble::Hang,
                        Trouble::Cut(40),
                        Trouble::Stall(40),
                        Trouble::ErrorInside,
                        Trouble::OddBytes,
                        Trouble::Garbage,
                        Trouble::Empty,
                        Trouble::Late(1_500),
                    ]),
                };
                let told = format!("{rule:?}");
                scene.script(|script| script.rules.push(rule));
                told
            }
            3 => {
                let fault = StreamFault {
                    stream: dice.one_of(&[Stream::Listening, Stream::Talking]),
                    after_ms: u64::try_from(dice.below(5_000)).expect("small"),
                    how: dice.one_of(&[Breaking::Close, Breaking::Reset, Breaking::Stall]),
                };
                let told = format!("{fault:?}");
                pbx.add_stream_fault(fault);
                told
            }
            4 => {
                let not_ready = u32::try_from(dice.below(8)).expect("small");
                pbx.change_settings(|settings| settings.media_not_ready = not_ready);
                format!("{not_ready} times 424")
            }
            _ => {
                let action = dice.one_of(&["/answer", "/routeto", "/transferto", "/stream"]);
                let fault = dice.one_of(&[
                    status(500, ""),
                    status(503, ""),
                    Fault::Reset,
                    Fault::Delay { ms: 800 },
                    Fault::LoseToken,
                ]);
                let told = format!("{action}: {fault:?}");
                pbx.add_fault(PbxRule::once(action, fault));
                told
            }
        })
        .collect()
}

/// What the caller does: asks, interrupts, coughs, says nothing, presses a key, or leaves.
async fn live(caller: &Caller<'_>, dice: &mut Dice) -> Result<&'static str, String> {
    let leaves_after = dice.once_in(8).then(|| dice.below(6_000));
    if let Some(after) = leaves_after {
        let after = u64::try_from(after).expect("small");
        tokio::time::sleep(Duration::from_millis(after)).await;
        caller.hang_up();
        return Ok("the caller left");
    }
    for _ in 0..=dice.below(3) {
        let told = within(Duration::from_secs(8), "the announcement", || {
            let audio = caller.audio();
            let told = !caller.spoken(ENGLISH.consent).is_empty();
            (told || audio.ended.is_some() || audio.taken_by(PERSON)).then_some(())
        });
        let _ = told.await;
        let audio = caller.audio();
        if audio.ended.is_some() || audio.taken_by(PERSON) {
            break;
        }
        match dice.below(6) {
            0..=2 => drop(caller.say_file(ENGLISH.voice)),
            3 => drop(caller.say(&noise(FRAME * 30, 3_000, 5))),
            4 => drop(caller.say_file("yes.wav")),
            _ => {}
        }
        let pause = u64::try_from(dice.below(3_000)).expect("small");
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
    let audio = caller.audio();
    if audio.ended.is_none() && !audio.taken_by(PERSON) && dice.once_in(2) {
        // Before the answer there is nobody who could hear it.
        caller.scene.stage.pbx().press(caller.callid, "0");
    }
    let mut waited = ends(caller, PATIENCE).await;
    if waited.is_err() && end_of(caller).is_none() {
        // Somebody who was not understood presses the key.
        caller.scene.stage.pbx().press(caller.callid, "0");
        waited = ends(caller, PATIENCE)
            .await
            .map_err(|why| format!("{why}, though a key was pressed"));
    }
    waited.map(|end| match end {
        super::troubles::End::Person => "a person",
        super::troubles::End::Goodbye => "a goodbye",
        super::troubles::End::Answer => "an answer, then a person",
    })
}
