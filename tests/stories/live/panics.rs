//! Something panics, which must not happen, and everything goes on: the WebAssembly instance that the
//! Worker and its object share is replaced, and with it the object.

use std::time::{Duration, Instant};

use serde_json::json;

use super::truth::is_true;
use super::{HUDA, is_up, ring, within};
use crate::harness::{Build, Raw, Stage};

/// Nobody waits for an answer that cannot come.
const AT_ONCE: Duration = Duration::from_secs(5);

/// A call rings, and two isolates could be asked; the first one has the object.
async fn ringing() -> Stage {
    let stage = Stage::running(Build::Drill, &[], 2).await;
    is_up(&stage.client()).await;
    ring(&stage, HUDA, "100").await;
    is_true(&stage, &stage.client(), Duration::from_secs(10)).await;
    stage
}

/// What the one hears who was there.
async fn drill(stage: &Stage, isolate: usize, path: &str) -> Raw {
    let client = stage.runtime.clients().remove(isolate);
    tokio::time::timeout(AT_ONCE, client.send("GET", path, None))
        .await
        .unwrap_or_else(|_| panic!("{path}: whoever waits is told nothing"))
}

/// One socket, which is not one from before, and a table that is true.
async fn recovers(stage: &Stage) {
    for client in stage.runtime.clients() {
        is_true(stage, &client, Duration::from_secs(10)).await;
    }
    assert!(stage.pbx().counters().sockets_opened > 1);
    assert_eq!(stage.pbx().sockets_open(), 1, "the orphan is closed");
}

#[tokio::test]
async fn the_object_panics_in_a_request() {
    for isolate in [0, 1] {
        let stage = ringing().await;
        let heard = drill(&stage, isolate, "/drill/object/panic").await;
        assert_eq!(heard.status, 500);
        recovers(&stage).await;
    }
}

#[tokio::test]
async fn the_object_panics_in_a_task() {
    let stage = ringing().await;
    assert_eq!(
        drill(&stage, 1, "/drill/object/panic-later").await.status,
        200
    );
    within(AT_ONCE, async || {
        let is_open = stage.pbx().sockets_open() > 0;
        is_open.then(|| "the socket of the dead object is open".to_owned())
    })
    .await;
    recovers(&stage).await;
}

#[tokio::test]
async fn the_worker_panics_and_takes_the_object_with_it() {
    let stage = ringing().await;
    assert_eq!(drill(&stage, 0, "/drill/worker/panic").await.status, 500);
    recovers(&stage).await;
    // The object is in another isolate: it notices nothing.
    let opened = stage.pbx().counters().sockets_opened;
    assert_eq!(drill(&stage, 1, "/drill/worker/panic").await.status, 500);
    recovers(&stage).await;
    assert_eq!(stage.pbx().counters().sockets_opened, opened);
}

#[tokio::test]
#[ignore = "takes half a minute: `npm run soak`"]
async fn after_a_panic_the_heartbeat_opens_the_socket_although_nobody_asks() {
    let stage = ringing().await;
    assert_eq!(drill(&stage, 0, "/drill/worker/panic").await.status, 500);
    let begun = Instant::now();
    within(Duration::from_mins(1), async || {
        let opened = stage.pbx().counters().sockets_opened;
        (opened < 2).then(|| "no socket is opened".to_owned())
    })
    .await;
    println!("a panic in silence: a socket after {:?}", begun.elapsed());
    recovers(&stage).await;
}

#[tokio::test]
async fn events_reach_the_socket_of_an_object_that_is_gone() {
    for isolate in [0, 1] {
        let stage = ringing().await;
        drill(&stage, 0, "/drill/worker/panic").await;
        for _ in 0..3 {
            let path = "/callcontrol/100/participants/1";
            stage.pbx().send_event("100", 2, path, json!({}));
        }
        // Whoever comes first, the Worker beside the object or another one.
        drill(&stage, isolate, "/drill/worker/instance").await;
        recovers(&stage).await;
    }
}
