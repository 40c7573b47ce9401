//! A call that goes on: fifteen minutes in a soak, a minute otherwise. Every question is answered, and the line
//! is never silent for want of a frame.

use std::time::{Duration, Instant};

use pbx_sim::Said;
use provider_sim::{Pace, Provider};
use serde_json::Value;
use test_sound::{FRAME, rms};

use super::caller::{Caller, LOUD};
use super::{ENGLISH, Scene, ear, is_built, within};

/// Longer than anything may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// So much silence, and nobody speaks.
const QUIET_US: u64 = 500_000;

struct Plan {
    length: Duration,
    /// How often the caller asks: within the limits of 20 minutes and 60 turns.
    every: Duration,
    /// Of a thousand frames, so many may be late. In a soak the machine is there for this story alone.
    late: usize,
}

fn plan() -> Plan {
    let is_soak = std::env::var_os("SOAK").is_some();
    let (length, every, late) = if is_soak { (900, 22, 1) } else { (60, 7, 10) };
    Plan {
        length: Duration::from_secs(length),
        every: Duration::from_secs(every),
        late,
    }
}

#[tokio::test]
async fn a_call_that_goes_on() {
    if !is_built() {
        return;
    }
    let scene = Scene::in_language(&ENGLISH).await;
    scene.always_answers();
    scene.script(|script| {
        script.paces =
            [(150, 0), (150, 5), (120, 5)].map(|(head_ms, piece_ms)| Pace { head_ms, piece_ms });
    });
    let caller = scene.call("+966500000160").await;
    caller.hears(ENGLISH.consent).await;
    let plan = plan();
    let begun = Instant::now();
    let mut turns = 0;
    while begun.elapsed() < plan.length {
        let said = caller.say_file(ENGLISH.voice);
        answered(&caller, &said).await;
        turns += 1;
        let asked = [Provider::Hearing, Provider::Mind].map(|it| scene.providers.count(it));
        assert_eq!(asked, [turns, turns], "one question, one answer");
        let next = plan.every * u32::try_from(turns).expect("few");
        tokio::time::sleep(next.saturating_sub(begun.elapsed())).await;
    }
    caller.hang_up();
    let report = within(PATIENCE, "the report of the call", || report(&scene)).await;
    let report = report.expect("the call ended");
    assert_eq!(report["end"], "caller_left", "{report}");
    let audio = caller.audio();
    assert!(!audio.hung_up_by_stream);
    ear::assert_good(&audio);
    let late = audio.played().longer_than(20).len();
    let frames = audio.sent().len() / FRAME;
    println!(
        "{turns} turns in {} s: {late} of {frames} frames late by more than 20 ms; the Worker counts {} of {}",
        begun.elapsed().as_secs(),
        report["late_frames"],
        report["frames"],
    );
    assert!(
        late * 1_000 <= frames * plan.late,
        "{late} of {frames} frames late"
    );
}

/// Waits until something was said after the question, and it is quiet again.
async fn answered(caller: &Caller<'_>, question: &Said) {
    let pbx = caller.scene.stage.pbx();
    let (mut seen, mut last) = (question.ends_us, None);
    let answer = within(PATIENCE, "an answer", || {
        for piece in pbx.pieces(caller.callid, seen)? {
            seen = piece.at_us;
            if rms(&piece.samples) > LOUD {
                last = Some(seen);
            }
        }
        (seen - last? > QUIET_US).then_some(())
    });
    answer
        .await
        .unwrap_or_else(|why| panic!("{why}; {}", caller.told()));
}

/// How the call ended, as the Worker's log has it.
fn report(scene: &Scene) -> Option<Value> {
    let log = scene.stage.runtime.log();
    let line = log.lines().find(|it| it.contains("voice_call_ended"))?;
    serde_json::from_str(line).ok()
}
