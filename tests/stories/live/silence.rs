//! What is mended although nothing tells of it: by the heartbeat, or by comparing after 90 seconds of
//! silence. So these stories take their time.

use std::time::{Duration, Instant};

use pbx_sim::Deed;

use super::truth::{fault, is_true};
use super::{HUDA, does, is_up, ring, within};
use crate::harness::{Stage, until};

/// 90 seconds of silence, a heartbeat that comes late, 5 seconds of doubt, and another socket.
const AT_LAST: Duration = Duration::from_secs(170);

async fn ringing() -> Stage {
    let stage = Stage::new().await;
    is_up(&stage.client()).await;
    ring(&stage, HUDA, "100").await;
    is_true(&stage, &stage.client(), Duration::from_secs(10)).await;
    stage
}

/// The call ends, and the Worker cannot know.
async fn unheard_end(stage: &Stage) {
    does(stage, HUDA, Deed::HangUp).await;
    until("the call to end", async || {
        stage.pbx().truth().is_empty().then_some(())
    })
    .await;
    assert!(fault(stage, &stage.client()).await.is_some());
}

#[tokio::test]
#[ignore = "takes two minutes: `npm run soak`"]
async fn events_that_vanished_are_found_by_comparing() {
    let stage = ringing().await;
    stage.pbx().swallow_events(100);
    unheard_end(&stage).await;
    let begun = Instant::now();
    is_true(&stage, &stage.client(), AT_LAST).await;
    println!("events that vanished: found after {:?}", begun.elapsed());
}

#[tokio::test]
#[ignore = "takes two minutes: `npm run soak`"]
async fn a_socket_that_died_in_silence_is_replaced() {
    let stage = ringing().await;
    stage.pbx().set_deaf(true);
    unheard_end(&stage).await;
    let begun = Instant::now();
    // The dead socket does not notice that its client left, so only new ones are counted.
    within(AT_LAST, async || {
        let opened = stage.pbx().counters().sockets_opened;
        (opened < 2).then(|| "no other socket is opened".to_owned())
    })
    .await;
    println!("a dead socket: replaced after {:?}", begun.elapsed());
    stage.pbx().set_deaf(false);
    is_true(&stage, &stage.client(), Duration::from_mins(1)).await;
}

#[tokio::test]
#[ignore = "takes half a minute: `npm run soak`"]
async fn after_a_restart_the_heartbeat_opens_the_socket_although_nobody_asks() {
    let mut stage = ringing().await;
    stage.restart(&[]).await;
    let begun = Instant::now();
    within(Duration::from_mins(1), async || {
        let opened = stage.pbx().counters().sockets_opened;
        (opened < 2).then(|| "no socket is opened".to_owned())
    })
    .await;
    println!("a restart in silence: a socket after {:?}", begun.elapsed());
    is_true(&stage, &stage.client(), Duration::from_secs(10)).await;
}
