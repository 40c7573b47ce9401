//! `send_message` against a carrier that answers what a test wants.

use futures::executor::block_on;
use serde_json::{Value, json};

use crate::desk::testing::World;
use crate::pbx::{Body, HttpRequest, HttpResponse, TransportError};
use crate::policy::LEASE_MS;
use crate::tools;

const CARRIER: [(&str, &str); 5] = [
    ("TWILIO_ACCOUNT_SID", "AC1"),
    ("TWILIO_AUTH_TOKEN", "t"),
    ("TWILIO_SMS_FROM", "Clinic"),
    ("TWILIO_WHATSAPP_FROM", "+966500000009"),
    ("CONFIRM", "never"),
];

type Answered = Result<HttpResponse, TransportError>;

fn world(answer: fn(&HttpRequest, usize) -> Answered) -> World {
    World::new(answer, &CARRIER)
}

fn send(world: &World, arguments: Value) -> Value {
    let mut arguments = arguments;
    let members = arguments.as_object_mut().unwrap();
    for (name, value) in [("from_extension", "100"), ("message", "Hello")] {
        members
            .entry(name)
            .or_insert_with(|| Value::String(value.into()));
    }
    let answer = block_on(tools::call(
        "send_message",
        &arguments.to_string(),
        &world.desk(),
    ));
    serde_json::from_str(&answer.unwrap().structured.unwrap()).unwrap()
}

fn refused(world: &World, arguments: Value, code: &str, words: &str) {
    let answer = send(world, arguments);
    assert_eq!(answer["error"]["code"], code, "{answer}");
    assert!(answer.to_string().contains(words), "{words}: {answer}");
}

/// `(status, error)` of the only message of the log.
fn logged(world: &World) -> (String, String) {
    let messages = world.messages.borrow();
    assert_eq!(messages.len(), 1);
    (messages[0].status.clone(), messages[0].error.clone())
}

#[test]
fn a_message_is_accepted_and_on_record() {
    let world = world(|_, _| World::says(201, r#"{"sid":"SM1","status":"queued"}"#));
    let answer = send(
        &world,
        json!({ "to": "0500000000", "message": "م".repeat(71) }),
    );
    assert_eq!(answer["success"], true, "{answer}");
    assert_eq!(answer["from"], "100");
    assert_eq!(answer["to"], "+966500000000");
    assert_eq!(answer["channel"], "sms");
    assert_eq!(answer["status"], "queued");
    assert_eq!(answer["segments"], 2);
    assert_eq!(answer["encoding"], "UCS-2");
    assert_eq!(logged(&world), ("queued".into(), String::new()));
    let entry = world.messages.borrow()[0].clone();
    assert_eq!(answer["messageId"], entry.id);
    assert_eq!(
        (entry.sid.as_str(), entry.extension.as_str()),
        ("SM1", "100")
    );
    let request = world.requests.take().remove(0);
    assert_eq!(request.path, "/2010-04-01/Accounts/AC1/Messages.json");
    let Some(Body::Form(form)) = request.body else {
        panic!("a form");
    };
    let callback = "StatusCallback=https%3A%2F%2Fdesk.example.com%2Fwebhooks%2Ftwilio%3Fm%3D";
    assert!(form.expose().contains(callback), "{}", form.expose());
    assert!(form.expose().contains("From=Clinic&"));
}

#[test]
fn whatsapp_counts_no_segments() {
    let world = world(|_, _| World::says(201, r#"{"sid":"SM1","status":"queued"}"#));
    let answer = send(
        &world,
        json!({ "to": "+966112345678", "channel": "whatsapp" }),
    );
    assert_eq!(answer["success"], true, "{answer}");
    assert_eq!(answer["segments"], Value::Null);
}

#[test]
fn a_refusal_is_told_with_what_to_do() {
    let refuses = |code: &'static str, expected: &str, words: &str| {
        let world = match code {
            "21610" => world(|_, _| World::says(400, r#"{"code":21610,"message":"so"}"#)),
            "21614" => world(|_, _| World::says(400, r#"{"code":21614,"message":"so"}"#)),
            "63016" => world(|_, _| World::says(400, r#"{"code":63016,"message":"so"}"#)),
            "20003" => world(|_, _| World::says(401, r#"{"code":20003,"message":"so"}"#)),
            _ => world(|_, _| World::says(429, r#"{"code":20429,"message":"so"}"#)),
        };
        let answer = send(&world, json!({ "to": "0500000000" }));
        assert_eq!(answer["error"]["code"], expected, "{answer}");
        assert_eq!(answer["error"]["retryable"], code == "20429", "{answer}");
        assert_eq!(
            answer["error"]["details"]["providerCode"].to_string(),
            code,
            "{answer}"
        );
        assert!(answer.to_string().contains(words), "{answer}");
        assert_eq!(logged(&world), ("failed".into(), code.into()));
        assert_eq!(world.requests.borrow().len(), 1);
    };
    refuses("21610", "forbidden_destination", "opted out");
    refuses("21614", "forbidden_destination", "no mobile");
    refuses("63016", "provider_failed", "24 hours");
    refuses("20003", "provider_failed", "TWILIO_AUTH_TOKEN");
    refuses("20429", "provider_failed", "wait");
}

#[test]
fn what_is_unclear_is_never_sent_again() {
    let worlds = [
        world(|request, _| Err(TransportError::Timeout(request.timeout))),
        world(|_, _| Err(TransportError::Broken("reset".into()))),
        world(|_, _| World::says(503, "<html>")),
        world(|_, _| World::says(201, "")),
    ];
    for world in worlds {
        let arguments = || json!({ "to": "0500000000", "idempotency_key": "k" });
        for _ in 0..2 {
            refused(&world, arguments(), "outcome_unknown", "do not send");
        }
        assert_eq!(world.requests.borrow().len(), 1);
        assert_eq!(logged(&world), ("unknown".into(), String::new()));
        let longest = i64::try_from(world.taken.get().as_millis()).unwrap();
        assert!(longest < LEASE_MS, "{longest} ms, lease {LEASE_MS} ms");
    }
}

#[test]
fn a_key_is_one_message() {
    let world = world(|_, _| World::says(201, r#"{"sid":"SM1","status":"queued"}"#));
    let key = |text: &str| json!({ "to": "0500000000", "message": text, "idempotency_key": "k" });
    let first = send(&world, key("Hello"));
    let second = send(&world, key("Hello"));
    assert_eq!(first["repeated"], false);
    assert_eq!(second["repeated"], true);
    assert_eq!(first["messageId"], second["messageId"]);
    refused(
        &world,
        key("Hello!"),
        "invalid_argument",
        "used before for something else",
    );
    assert_eq!(world.requests.borrow().len(), 1);
}

#[test]
fn without_the_session_object_nothing_is_sent() {
    let world = world(|_, _| World::says(201, r#"{"sid":"SM1"}"#));
    world.is_down.set(true);
    refused(
        &world,
        json!({ "to": "0500000000" }),
        "pbx_unreachable",
        "nothing was done",
    );
    assert_eq!(world.requests.borrow().len(), 0);
}

#[test]
fn who_cannot_be_reached_is_told_before_anything_is_sent() {
    let world = world(|_, _| World::says(500, ""));
    for (to, channel, code, words) in [
        ("0112345678", "sms", "forbidden_destination", "a fixed line"),
        (
            "8001234567",
            "sms",
            "forbidden_destination",
            "no mobile number",
        ),
        ("920012345", "sms", "forbidden_destination", "no mobile"),
        ("+966925012345", "sms", "forbidden_destination", "premium"),
        ("997", "whatsapp", "forbidden_destination", "emergency"),
        ("+447700900000", "sms", "forbidden_destination", "outside"),
        ("101", "sms", "invalid_argument", "is an extension"),
        (
            "0500000000",
            "livechat",
            "invalid_argument",
            "extensions only",
        ),
    ] {
        let arguments = json!({ "to": to, "channel": channel });
        refused(&world, arguments, code, words);
    }
    for text in ["", " \n", &"a".repeat(1_601)] {
        let arguments = json!({ "to": "0500000000", "message": text });
        refused(&world, arguments, "invalid_argument", "1 to 1600");
    }
    assert_eq!(world.requests.borrow().len(), 0);
    assert!(world.messages.borrow().is_empty());
}

/// A PBX with extensions 100 and 101, whose chat history shows what was sent after so many looks.
fn pbx(request: &HttpRequest, before: usize) -> Answered {
    let path = request.path.as_str();
    if path.starts_with("/xapi/v1/Users") {
        return World::says(200, r#"{"value":[{"Id":1,"Number":"101"}]}"#);
    }
    if path.starts_with("/xapi/v1/ChatMessagesHistoryView") && before > 5 {
        return World::says(
            200,
            r#"{"value":[{"MessageId":7,"SenderParticipantNo":"100","Message":"Hello","Recipients":"101"}]}"#,
        );
    }
    if path.starts_with("/xapi/v1/ChatMessagesHistoryView") {
        return World::says(200, r#"{"value":[]}"#);
    }
    match path {
        "/webclient/api/MyPhone/session" => World::says(200, r#"{"sessionKey":"k"}"#),
        "/MyPhone/MPWebService.asmx" => World::says(200, "\u{8}\u{4f}"),
        _ => World::says(404, ""),
    }
}

const CHAT: [(&str, &str); 2] = [("MYPHONE_CHAT", "on"), ("CONFIRM", "never")];

#[test]
fn chat_is_sent_when_the_history_shows_it() {
    let world = World::new(pbx, &CHAT);
    let arguments = json!({ "to": "101", "channel": "livechat" });
    // The acknowledgement is no use, but the history shows it at the third look.
    let answer = send(&world, arguments.clone());
    assert_eq!(answer["status"], "sent", "{answer}");
    let entry = world.messages.borrow()[0].clone();
    assert_eq!((entry.sid.as_str(), entry.status.as_str()), ("7", "sent"));
    let paths: Vec<String> = world
        .requests
        .take()
        .into_iter()
        .map(|request| request.path.split('?').next().unwrap().to_owned())
        .collect();
    let sends = paths.iter().filter(|path| path.contains("MPWebService"));
    assert_eq!(sends.count(), 1, "{paths:?}");
}

#[test]
fn chat_that_the_history_does_not_show_is_unclear_and_what_was_there_before_is_no_proof() {
    // Before the first request the history has one of the same words already.
    let world = World::new(|request, _| pbx(request, 9), &CHAT);
    refused(
        &world,
        json!({ "to": "101", "channel": "livechat" }),
        "outcome_unknown",
        "do not send it again",
    );
    assert_eq!(logged(&world), ("unknown".into(), String::new()));
}

#[test]
fn chat_that_is_not_possible_says_why() {
    let livechat = |to: &str| json!({ "to": to, "channel": "livechat" });
    let off = World::new(pbx, &[]);
    refused(
        &off,
        livechat("101"),
        "not_supported_by_pbx",
        "MYPHONE_CHAT",
    );
    let world = World::new(pbx, &CHAT);
    refused(&world, livechat("100"), "invalid_argument", "itself");
    refused(&world, livechat("199"), "not_found", "no extension 199");
    let no_access = World::new(
        |request, before| match request.path.as_str() {
            "/webclient/api/MyPhone/session" => World::says(403, ""),
            _ => pbx(request, before),
        },
        &CHAT,
    );
    refused(
        &no_access,
        livechat("101"),
        "not_supported_by_pbx",
        "MyPhone access",
    );
    assert!(no_access.messages.borrow().is_empty());
    let no_history = World::new(
        |request, before| {
            if request.path.contains("ChatMessages") {
                return World::says(403, "");
            }
            pbx(request, before)
        },
        &CHAT,
    );
    refused(&no_history, livechat("101"), "forbidden", "System Owner");
    for world in [&off, &world, &no_access, &no_history] {
        let requests = world.requests.borrow();
        assert!(!requests.iter().any(|it| it.path.contains("MPWebService")));
    }
}

#[test]
fn a_session_that_is_over_is_begun_once_more() {
    let over = |request: &HttpRequest, before: usize| match request.path.as_str() {
        "/MyPhone/MPWebService.asmx" => World::says(200, "NOT AUTH"),
        _ => pbx(request, before),
    };
    let world = World::new(over, &CHAT);
    let arguments = json!({ "to": "101", "channel": "livechat" });
    refused(
        &world,
        arguments,
        "not_supported_by_pbx",
        "nothing was sent",
    );
    let requests = world.requests.take();
    let count = |path: &str| requests.iter().filter(|it| it.path.contains(path)).count();
    assert_eq!((count("session"), count("MPWebService")), (2, 2));
    assert_eq!(logged(&world).0, "failed");
}

#[test]
fn a_road_that_is_closed_says_how_to_open_it() {
    let closed = |variables: &[(&str, &str)], channel: &str, words: &str| {
        let world = World::new(|_, _| World::says(500, ""), variables);
        let arguments = json!({ "to": "0500000000", "channel": channel });
        refused(&world, arguments, "not_supported_by_pbx", words);
        assert_eq!(world.requests.borrow().len(), 0);
    };
    closed(&[], "sms", "TWILIO_ACCOUNT_SID");
    closed(&[], "whatsapp", "TWILIO_WHATSAPP_FROM");
    closed(&CARRIER[..2], "sms", "TWILIO_SMS_FROM");
    closed(&CARRIER[..3], "whatsapp", "TWILIO_WHATSAPP_FROM");
    let broken = [("TWILIO_SMS_FROM", "Clinic")];
    let world = World::new(|_, _| World::says(500, ""), &broken);
    let arguments = json!({ "to": "0500000000" });
    refused(&world, arguments, "pbx_not_configured", "TWILIO_SMS_FROM");
}
