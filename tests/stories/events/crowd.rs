//! Many who follow at once, and many who come and go.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Instant;

use futures::future::join_all;

use super::*;
use crate::harness::{key_entry, soaked};

/// Each may follow a quarter of all.
const KEYS: [&str; 4] = [
    "north-key-not-real",
    "coast-key-not-real",
    "south-key-not-real",
    "hills-key-not-real",
];
const OTHER: &str = "other-key-not-real";

/// A Worker with these keys.
async fn stage_of_many(isolates: usize) -> Stage {
    let keys = KEYS.iter().chain([&OTHER]);
    let keys: Vec<Value> = keys.map(|key| key_entry(key, &["read"], None)).collect();
    let keys = json!(keys).to_string();
    let stage = Stage::of(&[("MCP_AUTH", ""), ("MCP_API_KEYS", &keys)], isolates).await;
    is_up(&stage.client_with(OTHER)).await;
    stage
}

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
    let stage = stage_of_many(2).await;
    let clients = stage.runtime.clients();
    let (followers, calls) = (soaked(1_000), soaked(200).max(50));
    let mut streams = Vec::new();
    for number in 0..followers {
        let bearer = format!("Bearer {}", KEYS[number / 2 % 4]);
        let client = clients[number % 2].clone();
        let client = client.header("authorization", &bearer);
        let mut stream = client.events(None).await;
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
    let stage = stage_of_many(1).await;
    let refused = async |key: &str, words: &str| {
        let Err(refused) = stage.client_with(key).try_events().await else {
            panic!("more than there can be");
        };
        assert_eq!(refused.status, 503);
        assert!(refused.body.contains(words), "{}", refused.body);
    };
    let mut streams = Vec::new();
    for key in KEYS {
        let client = stage.client_with(key);
        for _ in 0..5 {
            streams.extend(join_all((0..50).map(|_| client.events(None))).await);
        }
        let name = key.split('-').next().expect("a name");
        if streams.len() < 1_000 {
            // The others may still follow.
            refused(key, &format!("as many programs of `{name}` follow")).await;
        }
    }
    refused(OTHER, "as many programs follow live events as can").await;
    streams.truncate(900);
    let other = stage.client_with(OTHER);
    until("room for one", async || other.try_events().await.ok()).await;
}
