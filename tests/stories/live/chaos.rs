//! The link is lost at random moments while calls come and go; each time the table is true again.
//! Some Workers lose sockets, others lose all memory by panics.
//!
//! A tenth of the losses by default; all of them with `SOAK=1`, more with `SOAK=2` and so on.

use std::ops::Range;
use std::time::Duration;

use futures::StreamExt;
use pbx_sim::{Answering, Deed, InboundCall};
use serde_json::json;

use super::is_up;
use super::truth::becomes_true;
use crate::harness::{Build, Client, Dice, Stage, soaked, until};

/// Losses of a soak, of sockets and by panics each.
const LOSSES: usize = 200;
/// Losses that one Worker lives through: each doubles the pause before the next attempt, until a
/// socket has stayed open for a minute.
const LOSSES_EACH: usize = 4;
/// Panics that one Worker lives through: the pause stays a second.
const PANICS_EACH: usize = 10;
/// Tokens that are killed within one life, which is short: an isolate that slept through two of them is
/// refused once, because the token that the object has in between is dead as well.
const KILLS_EACH: usize = 1;
/// Workers at once.
const AT_ONCE: usize = 8;
/// What people do around one loss.
const DEEDS: usize = 8;
/// Shorter than the 90 seconds after which a loss is found that nothing told of.
const RECOVERY: Duration = Duration::from_secs(80);

/// Extensions with a phone.
const PHONES: [&str; 9] = [
    "100", "101", "103", "104", "105", "107", "108", "109", "112",
];

/// How the socket is lost.
#[derive(Debug, Clone, Copy)]
enum Loss {
    Closed,
    /// 1012: the PBX restarts.
    Restarted,
    /// The token dies with it.
    WithToken,
    /// The runtime ends, and with it all memory.
    WithRuntime,
    /// Something panics in the isolate of the object; see `src/edge/drill.rs`.
    Panic(&'static str),
}

/// What a Worker goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    LostSockets,
    Panics,
}

/// What happens besides, before the loss or after it.
#[derive(Debug, Clone, Copy)]
enum Trouble {
    None,
    /// Frames break off.
    Cut,
    /// Events are missing.
    Dropped,
    /// Frames come twice.
    Repeated,
    Garbage,
    /// The next handshake fails.
    Handshake,
    /// The token dies, the socket lives.
    Token,
}

/// What is counted.
#[derive(Debug, Default)]
struct Tally {
    losses: usize,
    reconnects: usize,
    restarts: usize,
    panics: usize,
    tokens: usize,
}

#[tokio::test]
async fn the_table_is_true_after_every_loss() {
    let losses = soaked(LOSSES);
    let kinds = [
        (Life::LostSockets, LOSSES_EACH),
        (Life::Panics, PANICS_EACH),
    ];
    let lives = kinds.into_iter().flat_map(|(kind, each)| {
        let firsts = (0..losses).step_by(each);
        firsts.map(move |first| (kind, first..losses.min(first + each)))
    });
    let lives = lives
        .zip(0..)
        .map(async |((kind, rounds), number)| (kind, life(kind, rounds, number).await));
    let tallies: Vec<(Life, Tally)> = futures::stream::iter(lives)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    for kind in [Life::LostSockets, Life::Panics] {
        let of_kind = tallies.iter().filter(|(of, _)| *of == kind);
        let of_kind: Vec<&Tally> = of_kind.map(|(_, tally)| tally).collect();
        let sum =
            |part: fn(&Tally) -> usize| of_kind.iter().map(|tally| part(tally)).sum::<usize>();
        assert_eq!(sum(|tally| tally.losses), losses);
        println!(
            "{kind:?}: {losses} losses of the link, {losses} recoveries, table equal to the PBX each \
             time; {} sockets opened again, {} restarts of the runtime, {} panics, {} token requests \
             by {} Workers",
            sum(|tally| tally.reconnects),
            sum(|tally| tally.restarts),
            sum(|tally| tally.panics),
            sum(|tally| tally.tokens),
            of_kind.len(),
        );
    }
}

/// One Worker and its PBX, through all its losses.
async fn life(kind: Life, rounds: Range<usize>, number: usize) -> Tally {
    // The first isolate has the object, and is the one that panics; the others must not lose an answer.
    let (build, isolates) = match kind {
        Life::LostSockets => (Build::Real, 2),
        Life::Panics => (Build::Drill, 3),
    };
    let mut stage = Stage::running(build, &[], isolates).await;
    let mut dice = Dice::new(number);
    is_up(&stage.client()).await;
    let mut tally = Tally::default();
    let mut kills = 0;
    for round in rounds {
        let mut loss = match kind {
            Life::LostSockets if round % 10 == 9 => Loss::WithRuntime,
            Life::LostSockets => dice.one_of(&[Loss::Closed, Loss::Restarted, Loss::WithToken]),
            Life::Panics => dice.one_of(&[
                Loss::Panic("/drill/worker/panic"),
                Loss::Panic("/drill/object/panic"),
                Loss::Panic("/drill/object/panic-later"),
            ]),
        };
        let mut trouble = dice.one_of(&[
            Trouble::None,
            Trouble::Cut,
            Trouble::Dropped,
            Trouble::Repeated,
            Trouble::Garbage,
            Trouble::Handshake,
            Trouble::Token,
        ]);
        // Nobody could act with a token that dies again as soon as it is replaced.
        if matches!(loss, Loss::WithToken) && matches!(trouble, Trouble::Token) {
            trouble = Trouble::None;
        }
        if kills == KILLS_EACH {
            loss = match loss {
                Loss::WithToken => Loss::Closed,
                other => other,
            };
            trouble = match trouble {
                Trouble::Token => Trouble::None,
                other => other,
            };
        }
        kills += usize::from(matches!(loss, Loss::WithToken));
        kills += usize::from(matches!(trouble, Trouble::Token));
        let instance = instance(&stage, kind).await;
        let (lost_at, trouble_at) = (dice.below(DEEDS), dice.below(DEEDS));
        for deed in 0..DEEDS {
            if deed == lost_at {
                lose(&mut stage, loss).await;
            }
            if deed == trouble_at {
                make(&stage, trouble, &mut dice);
            }
            live(&stage, &mut dice).await;
        }
        // A missing event is noticed at the next one.
        say_something(&stage, 4);
        println!("life {number}, loss {round}: {loss:?} at {lost_at}, {trouble:?} at {trouble_at}");
        match loss {
            Loss::Panic(_) => {
                another_instance(&stage, kind, instance).await;
                tally.panics += 1;
            }
            Loss::WithRuntime => tally.restarts += 1,
            _ => {}
        }
        // It has not acted: it shows the table.
        let [.., onlooker] = &stage.runtime.clients()[..] else {
            panic!("nobody looks on");
        };
        if let Err(missing) = becomes_true(&stage, onlooker, RECOVERY).await {
            let requests: Vec<String> = stage
                .pbx()
                .requests()
                .iter()
                .map(|entry| {
                    let (at, path, status) = (entry.at_ms, &entry.path, entry.status);
                    format!("{at} {path} {status:?}")
                })
                .collect();
            panic!("{missing}\n{}", requests.join("\n"));
        }
        tally.losses += 1;
    }
    let counters = stage.pbx().counters();
    tally.reconnects = usize::try_from(counters.sockets_opened).expect("few") - 1;
    tally.tokens = usize::try_from(counters.token_requests).expect("few");
    tally
}

/// Which WebAssembly instance runs where the object is; the real build does not tell.
async fn instance(stage: &Stage, kind: Life) -> u64 {
    if kind == Life::LostSockets {
        return 0;
    }
    let client = stage.client();
    let raw = client.send("GET", "/drill/worker/instance", None).await;
    // Where a panic is under way, it may take this request with it.
    raw.body.parse().unwrap_or_default()
}

/// The panic has happened: another one runs.
async fn another_instance(stage: &Stage, kind: Life, before: u64) {
    until("the panic", async || {
        (instance(stage, kind).await > before).then_some(())
    })
    .await;
}

async fn lose(stage: &mut Stage, loss: Loss) {
    match loss {
        Loss::Closed => stage.pbx().close_sockets(),
        Loss::Restarted => stage.pbx().close_sockets_with(1012),
        Loss::WithToken => {
            stage.pbx().kill_tokens();
            stage.pbx().close_sockets();
        }
        Loss::WithRuntime => stage.restart(&[]).await,
        Loss::Panic(path) => {
            let status = stage.client().send("GET", path, None).await.status;
            let expected = if path.ends_with("later") { 200 } else { 500 };
            assert_eq!(status, expected, "{path}");
        }
    }
}

fn make(stage: &Stage, trouble: Trouble, dice: &mut Dice) {
    let pbx = stage.pbx();
    let some = 1 + u64::from(dice.below(3) > 0);
    match trouble {
        Trouble::None => {}
        Trouble::Cut => pbx.cut_frames(some),
        Trouble::Dropped => pbx.drop_events(some),
        Trouble::Repeated => pbx.repeat_frames(5),
        Trouble::Garbage => pbx.send_garbage(),
        Trouble::Handshake => pbx.refuse_handshakes(1, dice.one_of(&[403, 500, 503])),
        Trouble::Token => pbx.kill_tokens(),
    }
}

/// Events that mean nothing to the table.
fn say_something(stage: &Stage, times: usize) {
    let path = "/callcontrol/100/participants/1";
    for _ in 0..times {
        let key = json!({ "dtmf_input": "5" });
        stage.pbx().send_event("100", 2, path, key);
    }
}

/// Somebody does something, and others look on: a loss of the link is no loss of answers.
async fn live(stage: &Stage, dice: &mut Dice) {
    let [.., actor, onlooker] = &stage.runtime.clients()[..] else {
        panic!("nobody acts");
    };
    let phone = dice.one_of(&PHONES);
    match dice.below(10) {
        0..=3 => {
            let answering = dice.one_of(&[
                Answering::Never,
                Answering::Answer { after_ms: None },
                Answering::Answer { after_ms: Some(0) },
                Answering::Decline { after_ms: Some(5) },
            ]);
            let call = InboundCall {
                from: format!("+9665000{:05}", dice.below(100_000)),
                name: None,
                to: phone.into(),
                answering: Some(answering),
            };
            stage.pbx().inbound(&call).unwrap();
        }
        4..=5 => {
            stage.pbx().party(phone, Deed::Answer);
        }
        6..=7 => {
            let busy: Vec<String> = stage.pbx().truth().into_keys().collect();
            if !busy.is_empty() {
                stage
                    .pbx()
                    .party(&busy[dice.below(busy.len())], Deed::HangUp);
            }
        }
        _ => make_call(actor, phone, dice).await,
    }
    for _ in 0..dice.below(4) {
        let shown = onlooker.call("get_active_calls", json!({})).await;
        shown.ok();
    }
}

async fn make_call(client: &Client, from: &str, dice: &mut Dice) {
    let to = dice.one_of(&["0500000000", "102", "111", "105"]);
    let arguments = json!({ "extension": from, "destination": to });
    let call = client.call("make_call", arguments).await;
    if call.is_error {
        // Somebody calls themselves, or is on the phone; never a lost answer.
        assert!(
            ["invalid_argument", "pbx_rejected"].contains(&call.code()),
            "{}",
            call.text
        );
    }
}
