//! One token: fetched once, renewed in time, replaced when it is killed, and never hammered for.

use futures::future::join_all;
use pbx_sim::{ExpiresIn, Rule};
use serde_json::json;

use crate::harness::{Client, Stage, status, until};

/// A read that always asks the PBX.
async fn read(client: &Client) -> crate::harness::Answer {
    client.call("get_extensions", json!({ "limit": 1 })).await
}

#[tokio::test]
async fn a_hundred_callers_on_a_cold_start_cause_one_token_request() {
    let stage = Stage::of(&[], 4).await;
    let clients = stage.runtime.clients();
    let answers = join_all((0..100).map(|number| read(&clients[number % 4]))).await;
    for answer in &answers {
        answer.ok();
    }
    assert_eq!(stage.pbx().counters().token_requests, 1);
    assert_eq!(stage.pbx().counters().refused_bearers, 0);
    println!("100 parallel callers at 4 isolates: 1 token request");
}

#[tokio::test]
async fn a_token_that_another_client_killed_is_replaced_once() {
    let stage = Stage::of(&[], 4).await;
    let clients = stage.runtime.clients();
    join_all(clients.iter().map(read)).await;
    stage.pbx().kill_tokens();
    let answers = join_all((0..40).map(|number| read(&clients[number % 4]))).await;
    for answer in &answers {
        answer.ok();
    }
    assert_eq!(stage.pbx().counters().token_requests, 2);
    println!("40 callers whose token was killed: 1 more token request");
}

#[tokio::test]
async fn a_restart_signs_in_no_second_time() {
    let mut stage = Stage::new().await;
    read(&stage.client()).await.ok();
    stage.restart(&[]).await;
    read(&stage.client()).await.ok();
    assert_eq!(stage.pbx().counters().token_requests, 1);
}

#[tokio::test]
async fn minutes_and_seconds_are_told_apart() {
    for (expires_in, claim) in [
        (ExpiresIn::Minutes, false),
        (ExpiresIn::Seconds, false),
        (ExpiresIn::Minutes, true),
    ] {
        let stage = Stage::new().await;
        stage.pbx().change_settings(|settings| {
            settings.expires_in = expires_in;
            settings.token_exp_claim = claim;
        });
        for _ in 0..5 {
            read(&stage.client()).await.ok();
        }
        assert_eq!(
            stage.pbx().counters().token_requests,
            1,
            "{expires_in:?} {claim}"
        );
    }
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends() {
    let stage = Stage::new().await;
    stage
        .pbx()
        .change_settings(|settings| settings.token_lifetime_s = 4);
    read(&stage.client()).await.ok();
    until("a renewal", async || {
        read(&stage.client()).await.ok();
        (stage.pbx().counters().token_requests == 2).then_some(())
    })
    .await;
    assert_eq!(
        stage.pbx().counters().refused_bearers,
        0,
        "no request went out with a dead token"
    );
}

#[tokio::test]
async fn a_wrong_secret_is_not_tried_again_and_again() {
    let stage = Stage::with(&[("PBX_CLIENT_SECRET", "not-the-secret")]).await;
    let clients: Vec<Client> = (0..20).map(|_| stage.client()).collect();
    let answers = join_all(clients.iter().map(read)).await;
    for answer in &answers {
        assert_eq!(answer.code(), "pbx_auth_failed");
        assert!(answer.text.contains("assistant") && answer.text.contains("PBX_CLIENT_SECRET"));
        assert!(!answer.text.contains("not-the-secret"));
    }
    assert_eq!(
        stage.pbx().counters().token_requests,
        1,
        "the PBX blocks addresses that guess"
    );
    let health = stage.client().send("GET", "/health", None).await.json();
    assert_eq!(health["status"], json!("degraded"));
}

#[tokio::test]
async fn a_pbx_that_refuses_every_token_is_not_hammered() {
    let stage = Stage::new().await;
    let refuse = Rule {
        method: Some("GET".into()),
        path: String::new(),
        skip: 0,
        times: 10_000,
        fault: status(401, ""),
    };
    stage.pbx().add_fault(refuse);
    for _ in 0..20 {
        assert_eq!(read(&stage.client()).await.code(), "pbx_auth_failed");
    }
    let requests = stage.pbx().counters().token_requests;
    assert!(requests <= 4, "{requests} token requests");
}

#[tokio::test]
async fn the_other_ways_to_sign_in() {
    let user = [
        ("PBX_CLIENT_ID", ""),
        ("PBX_CLIENT_SECRET", ""),
        ("PBX_USERNAME", "112"),
        ("PBX_PASSWORD", "demo-password"),
    ];
    let list = json!({ "limit": 1 });

    // The web client's login, chosen because there is no API client.
    let stage = Stage::with(&user).await;
    stage
        .client()
        .call("get_extensions", list.clone())
        .await
        .ok();
    assert_eq!(stage.requests("/webclient/api/Login/GetAccessToken"), 1);
    assert_eq!(stage.requests("/connect/token"), 0);

    // The password grant only where that login does not exist.
    let stage = Stage::with(&user).await;
    stage.pbx().change_settings(|settings| {
        settings.web_client_login = false;
        settings.password_grant = true;
    });
    stage
        .client()
        .call("get_extensions", list.clone())
        .await
        .ok();
    assert_eq!(stage.requests("/connect/token"), 1);

    // A wrong password ends it there: the next way would only be another guess.
    let stage = Stage::with(&[user[0], user[1], user[2], ("PBX_PASSWORD", "wrong")]).await;
    stage
        .pbx()
        .change_settings(|settings| settings.password_grant = true);
    assert_eq!(
        stage
            .client()
            .call("get_extensions", list.clone())
            .await
            .code(),
        "pbx_auth_failed"
    );
    assert_eq!(stage.requests("/connect/token"), 0);

    // A second factor is nothing a Worker can give.
    let stage = Stage::with(&[user[0], user[1], ("PBX_USERNAME", "111"), user[3]]).await;
    let answer = stage.client().call("get_extensions", list.clone()).await;
    assert_eq!(answer.code(), "pbx_auth_failed");
    assert!(answer.text.contains("second factor"), "{}", answer.text);

    // Said outright, and refused by the PBX with an empty 400.
    let stage = Stage::with(&[user[0], user[1], user[2], user[3], ("PBX_AUTH", "password")]).await;
    let answer = stage.client().call("get_extensions", list).await;
    assert_eq!(answer.code(), "pbx_auth_failed");
    assert!(answer.text.contains("HTTP 400"), "{}", answer.text);
}

#[tokio::test]
async fn another_secret_is_another_account() {
    let mut stage = Stage::new().await;
    stage.client().call("get_presence", json!({})).await.ok();
    stage
        .restart(&[("PBX_CLIENT_SECRET", "not-the-secret")])
        .await;
    assert_eq!(
        stage.client().call("get_presence", json!({})).await.code(),
        "pbx_auth_failed"
    );
    stage.restart(&[]).await;
    stage.client().call("get_presence", json!({})).await.ok();
}

#[tokio::test]
async fn a_secret_with_odd_characters_signs_in() {
    let odd = "a+b&c=d %41/é";
    let stage = Stage::with(&[("PBX_CLIENT_SECRET", odd)]).await;
    let mut it = stage.pbx().clients().remove(0);
    it.secret = odd.into();
    stage.pbx().set_client(it);
    stage.client().call("get_presence", json!({})).await.ok();
}

#[tokio::test]
async fn a_second_401_is_the_last() {
    let stage = Stage::new().await;
    stage.client().call("get_presence", json!({})).await.ok();
    stage.pbx().clear_requests();
    stage.pbx().add_fault(Rule {
        times: 2,
        ..Rule::once("/makecall", status(401, ""))
    });
    let call = stage
        .client()
        .call("make_call", json!({ "destination": "104" }))
        .await;
    assert_eq!(call.code(), "pbx_auth_failed");
    for cause in ["`assistant`", "another program", "Console Restrictions"] {
        assert!(call.text.contains(cause), "{}", call.text);
    }
    assert_eq!(stage.requests("/makecall"), 2);
    assert_eq!(stage.requests("/connect/token"), 1);
}
