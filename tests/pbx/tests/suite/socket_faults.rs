//! What goes wrong on the event socket, fault by fault.

use std::time::{Duration, Instant};

use crate::common::{Pbx, pbx_with};
use crate::socket::{Socket, connect, next};
use futures_util::{SinkExt as _, StreamExt as _};
use pbx_sim::Settings;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

async fn quiet() -> Pbx {
    pbx_with(Settings {
        duplicate_every: 0,
        ..Settings::fast()
    })
    .await
}

/// An event with a number of its own, so that tests can tell which came.
fn event(pbx: &Pbx, mark: u64) {
    let entity = "/callcontrol/100/participants/1";
    pbx.sim.control().send_event("100", 2, entity, json!(mark));
}

/// Sequence and mark of the next frame.
async fn seen(socket: &mut Socket) -> (u64, u64) {
    let frame: Value = next(socket).await.expect("an event");
    let mark = &frame["event"]["attached_data"];
    (frame["sequence"].as_u64().unwrap(), mark.as_u64().unwrap())
}

async fn silent(socket: &mut Socket) -> bool {
    let frame = tokio::time::timeout(Duration::from_millis(100), socket.next());
    frame.await.is_err()
}

async fn until_open(pbx: &Pbx, expected: u64) {
    let started = Instant::now();
    while pbx.sim.control().counters().sockets_open != expected {
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "{expected} open"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn losses_and_copies() {
    let pbx = quiet().await;
    let control = pbx.sim.control();
    let mut socket = connect(&pbx, &pbx.token).await.expect("a socket");
    control.drop_events(2);
    (1..=3).for_each(|mark| event(&pbx, mark));
    assert_eq!(seen(&mut socket).await, (3, 3), "a gap");
    control.swallow_events(1);
    (4..=5).for_each(|mark| event(&pbx, mark));
    assert_eq!(seen(&mut socket).await, (4, 5), "no gap, and 4 is lost");
    control.repeat_frames(1);
    (6..=7).for_each(|mark| event(&pbx, mark));
    assert_eq!(seen(&mut socket).await, (5, 6));
    assert_eq!(seen(&mut socket).await, (5, 6));
    assert_eq!(seen(&mut socket).await, (6, 7));
    control.cut_frames(1);
    (8..=9).for_each(|mark| event(&pbx, mark));
    assert!(next(&mut socket).await.is_none(), "half a frame");
    assert_eq!(seen(&mut socket).await, (8, 9));
    control.send_garbage();
    assert!(next(&mut socket).await.is_none());
}

#[tokio::test]
async fn deaf_sockets_stay_open() {
    let pbx = quiet().await;
    let control = pbx.sim.control();
    let mut old = connect(&pbx, &pbx.token).await.expect("a socket");
    control.set_deaf(true);
    let mut new = connect(&pbx, &pbx.token).await.expect("a handshake");
    until_open(&pbx, 2).await;
    event(&pbx, 1);
    old.send(Message::Ping("".into())).await.unwrap();
    assert!(
        silent(&mut old).await && silent(&mut new).await,
        "not even a pong"
    );
    control.set_deaf(false);
    let Some(Ok(Message::Pong(_))) = old.next().await else {
        panic!("a pong at last");
    };
    event(&pbx, 2);
    assert_eq!(seen(&mut old).await, (2, 2));
    assert_eq!(seen(&mut new).await, (2, 2));
    drop(new);
    until_open(&pbx, 1).await;
}

#[tokio::test]
async fn handshakes_are_refused_and_sockets_closed() {
    let pbx = quiet().await;
    let control = pbx.sim.control();
    for status in [401, 403, 500] {
        control.refuse_handshakes(1, status);
        assert_eq!(connect(&pbx, &pbx.token).await.err(), Some(status));
    }
    control.change_settings(|settings| settings.socket_fresh_token = true);
    let mut socket = connect(&pbx, &pbx.token).await.expect("a fresh token");
    assert_eq!(
        connect(&pbx, &pbx.token).await.err(),
        Some(401),
        "used before"
    );
    let renewed = pbx.mint().await;
    let mut second = connect(&pbx, &renewed).await.expect("renewed");
    let counters = control.counters();
    assert_eq!(
        (counters.sockets_opened, counters.handshakes_refused),
        (2, 4)
    );
    control.close_sockets_with(1012);
    for socket in [&mut socket, &mut second] {
        let Some(Ok(Message::Close(Some(frame)))) = socket.next().await else {
            panic!("a close frame");
        };
        assert_eq!(u16::from(frame.code), 1012);
    }
    until_open(&pbx, 0).await;
}
