//! Many who follow at once, and many who come and go.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Instant;

use futures::future::join_all;

use super::*;
use crate::harness::soaked;

/// Lets `calls` calls ring and end, one after another, at different extensions; what was heard of them.
async fn bustle(pbx: &Control, calls: usize, mut witness: Stream) -> Vec<Event> {
    let mut heard = Vec::new();
    for call in 0..calls {
        let to = ["100", "101", "104", "105", "107"][call % 5];
        heard.extend(visit(pbx, &format!("+9665{call:08}"), to, &mut witness).await);
    }
    let last = ring(pbx, HUDA, "108");
    let is_last = |event: &Event| event.data["id"] == json!(last.to_string());
    while !heard.last().is_some_and(is_last) {
        heard.push(witness.next().await.expect("the witness stays"));
    }
    heard
}

/// Short for an event: a thousand followers hear millions of them.
fn digest(event: &Event) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&event.id, &event.kind, event.data.to_string()).hash(&mut hasher);
    hasher.finish()
}

/// Everything until the last call rings.
async fn listen_to_the_end(mut stream: Stream) -> Vec<u64> {
    let mut heard = Vec::new();
    loop {
        let event = stream.next().await.expect("the stream goes on");
        heard.push(digest(&event));
        if event.kind == "call.ringing" && event.data["extension"] == json!("108") {
            return heard;
        }
    }
}

#[tokio::test]
async fn everybody_hears_the_same_in_the_same_order() {
    let stage = Stage::of(&[], 2).await;
    let clients = stage.runtime.clients();
    is_up(&clients[0]).await;
    let (followers, calls) = (soaked(1_000), soaked(200).max(50));
    let mut streams = Vec::new();
    for number in 0..followers {
        let mut stream = clients[number % 2].events(None).await;
        begins(&mut stream).await;
        streams.push(stream);
    }
    let witness = streams.pop().unwrap();
    let begun = Instant::now();
    let others = join_all(streams.into_iter().map(listen_to_the_end));
    let (others, heard) = futures::join!(others, bustle(stage.pbx(), calls, witness));
    let expected: Vec<u64> = heard.iter().map(digest).collect();
    for (number, other) in others.iter().enumerate() {
        assert!(*other == expected, "follower {number} heard something else");
    }
    let number = |event: &Event| -> u64 { event.id.split_once('-').unwrap().1.parse().unwrap() };
    let is_next = |pair: &[Event]| number(&pair[1]) == number(&pair[0]) + 1;
    assert!(heard.windows(2).all(is_next), "one after another");
    let ended = heard.iter().filter(|event| event.kind == "call.ended");
    let ended: BTreeSet<&str> = ended
        .filter_map(|event| event.data["id"].as_str())
        .collect();
    assert_eq!(ended.len(), calls, "every call");
    println!(
        "{followers} followers heard {} events of {calls} calls each, in {:?}",
        heard.len(),
        begun.elapsed()
    );
}

#[tokio::test]
async fn who_hangs_up_makes_room() {
    let stage = live_stage().await;
    let client = stage.client();
    // More than can follow at once.
    for round in 0..12 {
        for _ in 0..100 {
            let mut stream = until("room", async || client.try_events().await.ok()).await;
            let link = stream.expect("link").await;
            assert_eq!(link["live"], json!(true), "round {round}");
        }
    }
}

#[tokio::test]
async fn there_is_an_end_to_followers() {
    let stage = live_stage().await;
    let client = stage.client();
    let mut streams = Vec::new();
    for _ in 0..10 {
        streams.extend(join_all((0..100).map(|_| client.events(None))).await);
    }
    let Err(refused) = client.try_events().await else {
        panic!("more than there can be");
    };
    assert_eq!(refused.status, 503);
    assert!(
        refused.body.contains("follow live events"),
        "{}",
        refused.body
    );
    streams.truncate(900);
    until("room for one", async || client.try_events().await.ok()).await;
}
