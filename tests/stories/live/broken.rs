//! A PBX that ends the socket, the token, or refuses the next handshake.

use std::time::{Duration, Instant};

use futures::future::join_all;
use pbx_sim::Deed;
use serde_json::json;

use super::truth::is_true;
use super::{HUDA, active, does, is_up, ring};
use crate::harness::{Client, Stage};

const SOON: Duration = Duration::from_secs(30);

/// A Worker whose link is up, with one call from outside that rings at 100.
async fn ringing() -> (Stage, Client) {
    let stage = Stage::new().await;
    let client = stage.client();
    is_up(&client).await;
    ring(&stage, HUDA, "100").await;
    is_true(&stage, &client, SOON).await;
    (stage, client)
}

#[tokio::test]
async fn a_closed_socket_is_replaced_and_what_happened_meanwhile_is_known() {
    let (stage, client) = ringing().await;
    for (code, from, to) in [
        (None, "100", "104"),
        (Some(1000), "104", "105"),
        (Some(1012), "105", "107"),
    ] {
        match code {
            None => stage.pbx().close_sockets(),
            Some(code) => stage.pbx().close_sockets_with(code),
        }
        does(&stage, from, Deed::HangUp).await;
        ring(&stage, "+966500000002", to).await;
        is_true(&stage, &client, SOON).await;
    }
    let counters = stage.pbx().counters();
    assert_eq!(counters.sockets_opened, 4);
    assert_eq!(
        (counters.token_requests, counters.handshakes_refused),
        (1, 0)
    );
}

#[tokio::test]
async fn a_killed_token_costs_one_more_and_no_loop() {
    let (stage, client) = ringing().await;
    stage.pbx().kill_tokens();
    stage.pbx().close_sockets();
    ring(&stage, "+966500000002", "104").await;
    is_true(&stage, &client, SOON).await;
    let counters = stage.pbx().counters();
    assert_eq!(counters.token_requests, 2);
    assert_eq!(counters.sockets_opened, 2);
    assert!(counters.handshakes_refused <= 1, "{counters:?}");

    // The token alone: the socket stays, and what its events name is read with a new token.
    stage.pbx().kill_tokens();
    does(&stage, "104", Deed::Answer).await;
    is_true(&stage, &client, SOON).await;
    let counters = stage.pbx().counters();
    assert_eq!((counters.token_requests, counters.sockets_opened), (3, 2));
}

#[tokio::test]
async fn a_pbx_that_wants_a_new_token_for_each_socket_gets_it() {
    let (stage, client) = ringing().await;
    let fresh = |settings: &mut pbx_sim::Settings| settings.socket_fresh_token = true;
    stage.pbx().change_settings(fresh);
    for sockets in 2..=3 {
        stage.pbx().close_sockets();
        is_true(&stage, &client, SOON).await;
        let counters = stage.pbx().counters();
        assert_eq!(counters.sockets_opened, sockets);
        assert_eq!(counters.token_requests, sockets);
        assert!(counters.handshakes_refused < sockets, "{counters:?}");
    }
}

#[tokio::test]
async fn refused_handshakes_are_repeated_with_patience() {
    // Only 401 is about the token: another one for each refusal at most.
    join_all([(401, 3), (403, 0), (500, 0)].map(|(status, tokens)| refused_thrice(status, tokens)))
        .await;
}

async fn refused_thrice(status: u16, tokens: u64) {
    let (stage, client) = ringing().await;
    let before = stage.pbx().counters();
    stage.pbx().refuse_handshakes(3, status);
    stage.pbx().close_sockets();
    does(&stage, "100", Deed::Answer).await;
    let begun = Instant::now();
    let mut answers_without_link = 0;
    while stage.pbx().counters().handshakes_refused < 3 {
        let shown = active(&client).await;
        if shown["live"] == json!(false) {
            answers_without_link += 1;
            let call = &shown["activeCalls"][0];
            assert_eq!(call["caller"], json!(HUDA), "{status}: {shown}");
            assert_eq!(call["status"], json!("Connected"), "{status}: {shown}");
        }
        assert!(begun.elapsed() < SOON, "{status}: no third handshake");
    }
    assert!(answers_without_link > 0, "{status}");
    is_true(&stage, &client, SOON).await;
    let after = stage.pbx().counters();
    assert_eq!(after.handshakes_refused, 3, "{status}");
    assert_eq!(after.sockets_opened, before.sockets_opened + 1, "{status}");
    let asked = after.token_requests - before.token_requests;
    assert!(asked <= tokens, "{status}: {asked} more tokens");
    assert!(
        begun.elapsed() >= Duration::from_secs(2),
        "{status}: a second at least between two attempts, but for one"
    );
}

#[tokio::test]
async fn a_pbx_that_refuses_for_good_is_not_hammered() {
    join_all([401, 403].map(refused_for_good)).await;
}

async fn refused_for_good(status: u16) {
    let (stage, client) = ringing().await;
    stage.pbx().refuse_handshakes(1_000, status);
    stage.pbx().close_sockets();
    let begun = Instant::now();
    let mut answers = 0;
    while begun.elapsed() < Duration::from_secs(6) {
        let shown = active(&client).await;
        assert_eq!(shown["activeCalls"][0]["caller"], json!(HUDA), "{shown}");
        answers += 1;
    }
    assert_eq!(active(&client).await["live"], json!(false));
    let counters = stage.pbx().counters();
    let (handshakes, tokens) = (counters.handshakes_refused, counters.token_requests);
    // At 0, 0, 1, 2, 3, 4, 5 and 6 seconds where chance is at its worst.
    assert!((2..=8).contains(&handshakes), "{status}: {counters:?}");
    // After three replacements within a minute the next one waits; a 403 is no reason for any.
    let allowed = if status == 401 { 4 } else { 1 };
    assert!(tokens <= allowed, "{status}: {counters:?}");
    println!(
        "{status} at every handshake: {answers} answers, {handshakes} handshakes, \
         {tokens} token requests in 6 s"
    );
}
