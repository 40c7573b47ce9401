//! What must not lead to a token, nor a token anywhere it does not belong.

use futures::future::join_all;
use serde_json::json;
use threecx_mcp_edge::auth::ApiKeys;
use threecx_mcp_edge::auth::oauth::{AccessToken, SigningKey};

use super::{
    CALLBACK, CHALLENGE, KEY, READER, SIGNING_KEY, Visitor, bent, keys, list, sealed, stage, text,
};
use crate::harness::Raw;

fn error(answer: &Raw) -> String {
    assert_eq!(answer.header("location"), None);
    answer.json()["error"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test]
async fn a_code_is_used_once_and_a_replay_ends_the_grant() {
    let stage = stage(&[("MCP_PUBLIC_URL", "https://phone.example.com")], 3).await;
    let visitor = Visitor::new(stage.client(), "https://phone.example.com").await;
    let code = visitor.code(KEY, &["read"]).await;
    let isolates: Vec<Visitor> = stage
        .runtime
        .clients()
        .into_iter()
        .map(|client| Visitor {
            client,
            issuer: visitor.issuer.clone(),
            id: visitor.id.clone(),
        })
        .collect();
    let attempts = (0..12).map(|attempt| isolates[attempt % 3].redeem(&code, &[]));
    let answers = join_all(attempts).await;
    let good: Vec<&Raw> = answers
        .iter()
        .filter(|answer| answer.status == 200)
        .collect();
    assert_eq!(good.len(), 1, "12 at once, from three isolates");
    let tokens = good[0].json();
    let refreshed = visitor.refresh(text(&tokens, "refresh_token"), &[]).await;
    assert_eq!(
        error(&refreshed),
        "invalid_grant",
        "the replay ended the grant"
    );
}

#[tokio::test]
async fn a_code_is_good_only_for_whom_it_was_made() {
    let stage = stage(&[], 1).await;
    let visitor = Visitor::at(&stage).await;
    let stranger = Visitor::at(&stage).await;
    for (changes, expected) in [
        (&[("code_verifier", CHALLENGE)][..], "invalid_grant"),
        (&[("code_verifier", "")], "invalid_request"),
        (&[("client_id", stranger.id.as_str())], "invalid_grant"),
        (&[("redirect_uri", "http://127.0.0.1/cb")], "invalid_grant"),
        (
            &[("resource", "https://evil.example.com/mcp")],
            "invalid_target",
        ),
        (&[("scope", "read control admin")], "invalid_scope"),
        (&[("code", "guessed")], "invalid_grant"),
        (&[("code", "x"), ("code", "y")], "invalid_request"),
    ] {
        let code = visitor.code(KEY, &["read", "control"]).await;
        let answer = visitor.redeem(&code, changes).await;
        assert_eq!(
            (answer.status, error(&answer).as_str()),
            (400, expected),
            "{changes:?}"
        );
    }
}

#[tokio::test]
async fn requests_that_break_a_rule() {
    let stage = stage(&[], 1).await;
    let visitor = Visitor::at(&stage).await;
    // The client may be told.
    for (changes, expected) in [
        (&[("code_challenge_method", "plain")][..], "invalid_request"),
        (&[("code_challenge_method", "")], "invalid_request"),
        (&[("code_challenge", "")], "invalid_request"),
        (&[("response_type", "token")], "unsupported_response_type"),
        (
            &[("resource", "https://evil.example.com/mcp")],
            "invalid_target",
        ),
        (&[("scope", "everything")], "invalid_scope"),
    ] {
        let answer = visitor.open(changes).await;
        assert_eq!(answer.status, 303, "{changes:?}");
        let location = answer.header("location").unwrap();
        assert!(location.starts_with(CALLBACK), "{location}");
        assert!(
            location.contains(&format!("error={expected}&")),
            "{location}"
        );
        assert!(
            location.contains("&iss=") && location.contains("&state="),
            "{location}"
        );
    }
    // Nobody may be sent anywhere.
    for redirect in [
        "",
        "https://client.example.com/cb/",
        "https://client.example.com/cb.evil",
        "https://client.example.com/cb/../../evil",
        "https://client.example.com/cb#fragment",
        "https://client.example.com/cb?more=1",
        "https://CLIENT.example.com/cb",
        "https://client.example.com.evil.example.com/cb",
        "https://client.example.com@evil.example.com/cb",
        "https://evil.example.com\\@client.example.com/cb",
        "http://client.example.com/cb",
        "http://127.0.0.1.evil.example.com/cb",
        "http://127.0.0.1/other",
        "javascript:alert(1)",
        "data:text/html,hello",
    ] {
        let answer = visitor.open(&[("redirect_uri", redirect)]).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (400, None),
            "{redirect}"
        );
        assert!(answer.body.starts_with("<!doctype html>"), "{redirect}");
    }
    for id in ["", "unknown", "https://client.example.com", "urn:x"] {
        let answer = visitor.open(&[("client_id", id)]).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (400, None),
            "{id}"
        );
    }
    let local = visitor
        .open(&[("redirect_uri", "http://127.0.0.1:49152/cb")])
        .await;
    assert_eq!(local.status, 200, "any port of this machine");
}

#[tokio::test]
async fn the_form_is_accepted_from_its_own_page_only() {
    let stage = stage(&[], 1).await;
    let visitor = Visitor::at(&stage).await;
    let request = sealed(&visitor.open(&[]).await);
    let fields = |request: &'static str| {
        [
            ("request", request),
            ("answer", "allow"),
            ("key", KEY),
            ("scope", "read"),
        ]
    };
    let good = [
        ("request", request.as_str()),
        ("answer", "allow"),
        ("key", KEY),
        ("scope", "read"),
    ];
    for origin in [
        None,
        Some("null"),
        Some("https://evil.example.com"),
        Some("http://127.0.0.1:1"),
    ] {
        let answer = visitor.post("/authorize", origin, &good).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (403, None),
            "{origin:?}"
        );
    }
    let framed = Visitor {
        client: stage.client().header("sec-fetch-site", "cross-site"),
        issuer: visitor.issuer.clone(),
        id: visitor.id.clone(),
    };
    let answer = framed
        .post("/authorize", Some(&visitor.issuer), &good)
        .await;
    assert_eq!(answer.status, 403);
    for forged in ["", "mcpq1.e30.AAAA", "nonsense"] {
        let answer = visitor
            .post("/authorize", Some(&visitor.issuer), &fields(forged))
            .await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (400, None),
            "{forged}"
        );
    }
    let tampered = bent(&request);
    let mut changed = good;
    changed[0].1 = &tampered;
    let answer = visitor
        .post("/authorize", Some(&visitor.issuer), &changed)
        .await;
    assert_eq!(answer.status, 400);
    let code = visitor
        .post("/authorize", Some(&visitor.issuer), &good)
        .await;
    visitor.code_in(&code);
}

#[tokio::test]
async fn a_stolen_refresh_token_ends_the_grant() {
    let stage = stage(&[], 1).await;
    let visitor = Visitor::at(&stage).await;
    let stranger = Visitor::at(&stage).await;
    let first = visitor.tokens(KEY, &["read"]).await;
    let first = text(&first, "refresh_token");
    let other = stranger.refresh(first, &[]).await;
    assert_eq!(error(&other), "invalid_grant", "another client");

    let second = visitor.refresh(first, &[]).await.json();
    let retried = visitor.refresh(first, &[]).await;
    assert_eq!(retried.status, 200, "an answer may be lost");
    let thief = visitor.refresh(text(&second, "refresh_token"), &[]).await;
    assert_eq!(thief.status, 200);
    let owner = visitor
        .refresh(text(&retried.json(), "refresh_token"), &[])
        .await;
    assert_eq!(error(&owner), "invalid_grant");
    let thief = visitor
        .refresh(text(&thief.json(), "refresh_token"), &[])
        .await;
    assert_eq!(error(&thief), "invalid_grant", "nobody has anything of it");
}

#[tokio::test]
async fn scopes_do_not_grow() {
    let stage = stage(&[], 1).await;
    let visitor = Visitor::at(&stage).await;
    // Ticked, but neither asked for nor permitted to the key.
    let tokens = visitor
        .tokens(READER, &["read", "control", "record", "admin"])
        .await;
    assert_eq!(tokens["scope"], json!("read"));
    let refresh = text(&tokens, "refresh_token");
    for scope in ["read control", "admin", "read admin"] {
        let answer = visitor.refresh(refresh, &[("scope", scope)]).await;
        assert_eq!(error(&answer), "invalid_scope", "{scope}");
    }
    let narrow = visitor.refresh(refresh, &[("scope", "read")]).await;
    assert_eq!(narrow.json()["scope"], json!("read"));
}

#[tokio::test]
async fn revoked_and_taken_away() {
    let mut stage = stage(&[], 1).await;
    let visitor = Visitor::at(&stage).await;
    for name in ["refresh_token", "access_token"] {
        let tokens = visitor.tokens(KEY, &["read"]).await;
        let fields = [
            ("token", text(&tokens, name)),
            ("client_id", visitor.id.as_str()),
        ];
        assert_eq!(visitor.post("/revoke", None, &fields).await.status, 200);
        let refreshed = visitor.refresh(text(&tokens, "refresh_token"), &[]).await;
        assert_eq!(error(&refreshed), "invalid_grant", "{name}");
    }
    let nonsense = visitor
        .post("/revoke", None, &[("token", "nonsense")])
        .await;
    assert_eq!(nonsense.status, 200, "RFC 7009 §2.2");

    let issuer = stage.runtime.url().to_owned();
    let tokens = visitor.tokens(KEY, &["read"]).await;
    let changed = keys().replace("front-desk", "back-office");
    let variables = [
        ("MCP_AUTH", ""),
        ("MCP_API_KEYS", changed.as_str()),
        ("OAUTH_SIGNING_KEY", SIGNING_KEY),
        // The port is another one after a restart.
        ("MCP_PUBLIC_URL", issuer.as_str()),
    ];
    stage.restart(&variables).await;
    let visitor = Visitor {
        client: stage.client(),
        issuer,
        id: visitor.id,
    };
    let caller = visitor.with(text(&tokens, "access_token"));
    assert_eq!(caller.post(&list()).await.status, 401, "at once");
    let refreshed = visitor.refresh(text(&tokens, "refresh_token"), &[]).await;
    assert_eq!(error(&refreshed), "invalid_grant");
}

#[tokio::test]
async fn tokens_that_are_none_of_ours() {
    let stage = stage(&[], 1).await;
    let visitor = Visitor::at(&stage).await;
    let issued = text(&visitor.tokens(KEY, &["read"]).await, "access_token").to_owned();
    let key = SigningKey::parse(SIGNING_KEY).unwrap();
    let good = AccessToken::open(&key, &issued).unwrap();
    assert_eq!(good.audience, visitor.resource());
    let status = async |token: &str| visitor.with(token).post(&list()).await;

    assert_eq!(
        status(&good.seal(&key)).await.status,
        200,
        "what the others differ from"
    );
    let keys = ApiKeys::parse(&keys()).unwrap();
    let (_, fingerprint) = keys.sign_in(READER).unwrap();
    let changed = |change: &dyn Fn(&mut AccessToken)| {
        let mut token = good.clone();
        change(&mut token);
        token.seal(&key)
    };
    let other_key = SigningKey::parse(&"a".repeat(44)).unwrap();
    for (what, token) in [
        ("expired", changed(&|token| token.ends_at = 1_600_000_000)),
        (
            "other audience",
            changed(&|token| token.audience = "https://evil.example.com/mcp".to_owned()),
        ),
        (
            "mixed-up issuer",
            changed(&|token| token.audience = "https://phone.example.com/mcp".to_owned()),
        ),
        (
            "audience is a prefix",
            changed(&|token| token.audience.push_str("/more")),
        ),
        (
            "unknown key",
            changed(&|token| token.key = "nobody".to_owned()),
        ),
        (
            "another key's fingerprint",
            changed(&|token| token.fingerprint = fingerprint.to_owned()),
        ),
        ("another signing key", good.seal(&other_key)),
        ("a character more", format!("{issued}A")),
        ("the last character missing", {
            let mut shorter = issued.clone();
            shorter.pop();
            shorter
        }),
        ("another payload", bent(&issued)),
        ("another kind", issued.replacen("mcpa1", "mcpr1", 1)),
        ("no seal", issued.rsplit_once('.').unwrap().0.to_owned()),
    ] {
        let answer = status(&token).await;
        assert_eq!(answer.status, 401, "{what}");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(
            challenge.contains("error=\"invalid_token\""),
            "{what}: {challenge}"
        );
        assert!(
            challenge.contains("resource_metadata="),
            "{what}: {challenge}"
        );
    }
    let in_query = visitor
        .client
        .send(
            "POST",
            &format!("/mcp?access_token={issued}"),
            Some(list().to_string().into_bytes()),
        )
        .await;
    assert_eq!(in_query.status, 401, "tokens travel in the header only");
}

#[tokio::test]
async fn registrations_that_are_refused() {
    let stage = stage(&[], 1).await;
    let client = stage.client();
    let send = async |body: Vec<u8>| client.send("POST", "/register", Some(body)).await;
    for (body, expected) in [
        (json!({ "redirect_uris": [] }), "invalid_redirect_uri"),
        (
            json!({ "redirect_uris": ["javascript:alert(1)"] }),
            "invalid_redirect_uri",
        ),
        (
            json!({ "redirect_uris": ["http://client.example.com/cb"] }),
            "invalid_redirect_uri",
        ),
        (
            json!({ "redirect_uris": ["https://user@client.example.com/cb"] }),
            "invalid_redirect_uri",
        ),
        (json!("nothing"), "invalid_client_metadata"),
    ] {
        let answer = send(body.to_string().into_bytes()).await;
        assert_eq!(
            (answer.status, error(&answer).as_str()),
            (400, expected),
            "{body}"
        );
    }
    let name = "x".repeat(40_000);
    let huge = json!({ "client_name": name, "redirect_uris": [CALLBACK] }).to_string();
    assert_eq!(send(huge.into_bytes()).await.status, 413);
    let form = client
        .clone()
        .header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(
        form.send("POST", "/register", Some(b"a=b".to_vec()))
            .await
            .status,
        415
    );

    let evil = json!({ "client_name": "<script>alert(1)</script>\"", "redirect_uris": [CALLBACK] });
    let id = text(
        &send(evil.to_string().into_bytes()).await.json(),
        "client_id",
    )
    .to_owned();
    let visitor = Visitor::at(&stage).await;
    let page = visitor
        .open(&[("client_id", &id), ("state", "\"><script>")])
        .await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("<script"), "{}", page.body);
}

#[tokio::test]
async fn a_flood_of_registrations_pushes_out_only_what_nobody_used() {
    let stage = stage(&[], 1).await;
    let used = Visitor::at(&stage).await;
    used.tokens(KEY, &["read"]).await;
    let unused = Visitor::at(&stage).await;
    let url = stage.runtime.url();
    for _ in 0..21 {
        let flood = (0..50).map(|_| Visitor::new(stage.client(), url));
        join_all(flood).await;
    }
    assert_eq!(used.open(&[]).await.status, 200, "it has a grant");
    assert_eq!(unused.open(&[]).await.status, 400, "1,050 came after it");
    assert_eq!(
        Visitor::at(&stage).await.open(&[]).await.status,
        200,
        "the newest stays"
    );
}
