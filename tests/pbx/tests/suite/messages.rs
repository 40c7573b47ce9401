//! Chat through MyPhone, and the trunk's SMS webhook.

use std::time::{Duration, Instant};

use crate::common::{Pbx, keys, pbx, sample};
use pbx_sim::{AgentSms, ChatFault, ChatKind, SmsEvent};
use reqwest::Method;
use serde_json::{Value, json};

async fn sign_in(pbx: &Pbx, extension: &str) -> (u16, Value) {
    let request =
        json!({ "name": "AI", "version": "0.1", "isHuman": false, "impersonate": extension });
    let (status, answer) = pbx.post("/webclient/api/MyPhone/session", request).await;
    (status.as_u16(), answer)
}

/// `GenericMessage` with SendChatMessage: short texts only.
fn chat(text: &str, to: &[&str]) -> Vec<u8> {
    let field = |number: u8, bytes: &[u8]| {
        let length = u8::try_from(bytes.len()).expect("short");
        [&[number << 3 | 2, length], bytes].concat()
    };
    let mut payload = field(1, text.as_bytes());
    for number in to {
        payload.extend(field(2, &field(1, number.as_bytes())));
    }
    let length = u8::try_from(payload.len()).expect("short");
    [&[0x08, 110, 0xf2, 0x06, length], payload.as_slice()].concat()
}

async fn say(pbx: &Pbx, session: &str, body: Vec<u8>) -> Vec<u8> {
    let request = pbx
        .http
        .post(pbx.url("/MyPhone/MPWebService.asmx"))
        .header("content-type", "application/octet-stream")
        .header("MyPhoneSession", session)
        .body(body);
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    answer.bytes().await.expect("a body").to_vec()
}

/// Acknowledge: done.
const DONE: [u8; 10] = [0x08, 0xcf, 0x01, 0xfa, 0x0c, 4, 0x08, 1, 0x10, 0];

/// Waits until so many messages are there.
async fn until_chats(pbx: &Pbx, many: usize) {
    let begun = Instant::now();
    while pbx.sim.control().chats().len() < many {
        assert!(begun.elapsed() < Duration::from_secs(5), "no message");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_chat_message_stands_in_the_history_a_little_later() {
    let pbx = pbx().await;
    let (status, session) = sign_in(&pbx, "104").await;
    assert_eq!(
        (status, keys(&session)),
        (200, vec!["pass".to_owned(), "sessionKey".to_owned()])
    );
    let key = session["sessionKey"].as_str().expect("a key");
    assert_eq!(say(&pbx, key, chat("مرحبا", &["105"])).await, DONE);
    until_chats(&pbx, 21).await;
    let path = "/xapi/v1/ChatMessagesHistoryView?$orderby=TimeSent%20desc&$top=1";
    let row = pbx.get(path).await.1["value"][0].clone();
    assert_eq!(
        (&row["Message"], &row["Recipients"]),
        (&json!("مرحبا"), &json!("105"))
    );
    assert_eq!(
        (&row["SenderParticipantNo"], &row["IsExternal"]),
        (&json!("104"), &json!(false))
    );
}

#[tokio::test]
async fn what_does_not_arrive_says_so_or_lies() {
    let pbx = pbx().await;
    let key = sign_in(&pbx, "104").await.1["sessionKey"]
        .as_str()
        .expect("a key")
        .to_owned();
    let error = |code: u8| {
        let text = format!("error {code}");
        let length = u8::try_from(text.len()).expect("short");
        let head = [
            0x08,
            0xcf,
            0x01,
            0xfa,
            0x0c,
            6 + length,
            0x08,
            0,
            0x10,
            code,
            0x1a,
            length,
        ];
        [&head, text.as_bytes()].concat()
    };
    assert_eq!(
        say(&pbx, "stranger", chat("a", &["105"])).await,
        b"NOT AUTH"
    );
    assert_eq!(say(&pbx, &key, chat("a", &["999"])).await, error(8));
    // A queue is no person.
    assert_eq!(say(&pbx, &key, chat("a", &["800"])).await, error(8));
    assert_eq!(say(&pbx, &key, chat("", &["105"])).await, error(34));
    assert_eq!(say(&pbx, &key, chat("a", &[])).await, error(34));
    assert_eq!(say(&pbx, &key, vec![0xff]).await, error(2));
    let control = pbx.sim.control();
    control.add_chat_fault(ChatFault::Refuse(32));
    control.add_chat_fault(ChatFault::Lie);
    control.add_chat_fault(ChatFault::SessionOver);
    assert_eq!(say(&pbx, &key, chat("a", &["105"])).await, error(32));
    assert_eq!(say(&pbx, &key, chat("a", &["105"])).await, DONE);
    assert_eq!(say(&pbx, &key, chat("a", &["105"])).await, b"NOT AUTH");
    assert_eq!(say(&pbx, &key, chat("a", &["105"])).await, b"NOT AUTH");
    let again = sign_in(&pbx, "104").await.1;
    let key = again["sessionKey"].as_str().expect("a key");
    assert_eq!(say(&pbx, key, chat("b", &["105"])).await, DONE);
    until_chats(&pbx, 21).await;
    assert_eq!(control.chats()[20].text, "b", "the lie left nothing behind");
}

#[tokio::test]
async fn who_may_act_for_whom() {
    let mut pbx = pbx().await;
    for (extension, expected) in [("104", 200), ("113", 403), ("800", 403), ("999", 403)] {
        assert_eq!(sign_in(&pbx, extension).await.0, expected, "{extension}");
    }
    let nobody = json!({ "name": "AI", "version": "0.1", "isHuman": false });
    let session = "/webclient/api/MyPhone/session";
    assert_eq!(pbx.post(session, nobody).await.0, 400);
    assert_eq!(
        pbx.post(session, json!({ "impersonate": "104" })).await.0,
        400
    );
    pbx.sim.control().change_settings(|it| it.my_phone = false);
    assert_eq!(sign_in(&pbx, "104").await.0, 403);
    pbx.token = "dead".to_owned();
    assert_eq!(sign_in(&pbx, "104").await.0, 401);
}

#[tokio::test]
async fn an_sms_from_outside_is_in_the_chat() {
    let pbx = pbx().await;
    let inbound = sample("generic_sms_inbound_to_3cx");
    let path = "/sms/generic/demo-trunk";
    assert_eq!(pbx.post(path, inbound.clone()).await.0, 200);
    let chats = pbx.sim.control().chats();
    let last = chats.last().expect("a message");
    assert_eq!(
        (last.kind, last.from.phone.as_str()),
        (ChatKind::Sms, "+13055550111")
    );
    assert_eq!((last.to[0].as_str(), last.text.as_str()), ("100", "Hello"));
    // A report about a message that nobody wrote is taken, and nothing comes of it.
    assert_eq!(
        pbx.post(path, sample("generic_sms_delivery_report"))
            .await
            .0,
        200
    );
    let (_, events) = pbx.get("/_sim/sms").await;
    assert_eq!(events[0]["event"], "received");
    assert_eq!(
        (&events[1]["event"], &events[1]["status"]),
        (&json!("report"), &json!("delivered"))
    );
    assert_eq!(pbx.sim.control().chats().len(), chats.len());

    assert_eq!(pbx.post("/sms/generic/other", inbound.clone()).await.0, 404);
    assert_eq!(pbx.post(path, json!({ "data": {} })).await.0, 400);
    let text = pbx.request(Method::POST, path).body(inbound.to_string());
    assert_eq!(text.send().await.expect("an answer").status(), 415);
    assert_eq!(pbx.sim.control().sms_events().len(), 2);
}

#[tokio::test]
async fn an_agents_sms_is_in_the_chat_and_goes_to_the_provider() {
    let pbx = pbx().await;
    let sms = AgentSms {
        extension: "104".to_owned(),
        from: "+13055550110".to_owned(),
        to: "+13055550111".to_owned(),
        text: "Hello".to_owned(),
    };
    let posted = pbx.sim.control().agent_writes(&sms);
    assert_eq!(posted, sample("generic_sms_outbound_from_3cx"));
    let chats = pbx.sim.control().chats();
    let last = chats.last().expect("a message");
    assert_eq!(
        (last.from.number.as_str(), last.from.phone.as_str()),
        ("104", "")
    );
    assert_eq!(last.to, ["+13055550111"]);
    let sms = SmsEvent::Report {
        id: "a".to_owned(),
        status: "sent".to_owned(),
    };
    let shown = serde_json::to_value(sms).expect("JSON");
    assert_eq!(
        shown,
        json!({ "event": "report", "id": "a", "status": "sent" })
    );
}
