//! The carrier as its customers see it, over real sockets.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use carrier_sim::{Carrier, Course, Fate, Inbound, encode_form, sign};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const TO: &str = "+966500000000";
const FROM: &str = "+966110000000";

async fn carrier() -> Carrier {
    Carrier::start("ACdemo", "token", &[FROM])
        .await
        .expect("starts")
}

/// Status and body of a request to send; nothing where there is no whole answer.
async fn send(carrier: &Carrier, callback: &str) -> Option<(u16, String)> {
    let form = [
        ("To", TO),
        ("From", FROM),
        ("Body", "Hello"),
        ("StatusCallback", callback),
    ];
    let form = form.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let client = reqwest::Client::builder().pool_max_idle_per_host(0);
    let request = client
        .build()
        .expect("a client")
        .post(format!(
            "{}/2010-04-01/Accounts/ACdemo/Messages.json",
            carrier.url()
        ))
        .header(
            "authorization",
            format!("Basic {}", STANDARD.encode("ACdemo:token")),
        )
        .header("content-type", "application/x-www-form-urlencoded")
        .body(encode_form(&form));
    let answer = request.send().await.ok()?;
    let status = answer.status().as_u16();
    Some((status, answer.text().await.ok()?))
}

#[tokio::test]
async fn a_message_is_accepted_and_counted() {
    let carrier = carrier().await;
    let (status, body) = send(&carrier, "").await.expect("an answer");
    let document: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((status, &document["status"]), (201, &"queued".into()));
    let sid = document["sid"].as_str().expect("a name");
    assert!(sid.starts_with("SM") && sid.len() == 34, "{sid}");
    assert_eq!(
        (&document["error_code"], &document["num_segments"]),
        (&Value::Null, &"1".into())
    );
    let accepted = carrier.accepted();
    assert_eq!((accepted.len(), accepted[0].sid.as_str()), (1, sid));
}

#[tokio::test]
async fn fates_accept_or_not_and_the_sender_cannot_always_tell() {
    let carrier = carrier().await;
    let fates = [
        (Fate::Refuse(21_614), Some(400)),
        (Fate::Refuse(20_429), Some(429)),
        (Fate::Failure(503), Some(503)),
        (Fate::FailureAfter(500), Some(500)),
        (Fate::Reset, None),
        (Fate::ResetAfter, None),
        (Fate::Truncate, None),
        (Fate::Garble, Some(201)),
        (Fate::Empty, Some(201)),
        (Fate::Hang { ms: 20 }, None),
        (Fate::HangAfter { ms: 20 }, None),
        (Fate::Delay { ms: 20 }, Some(201)),
    ];
    for (fate, expected) in fates {
        let before = carrier.accepted().len();
        carrier.decree(Some(TO), 1, fate.clone());
        let told = send(&carrier, "").await.map(|(status, _)| status);
        assert_eq!(told, expected, "{fate:?}");
        let more = carrier.accepted().len() - before;
        assert_eq!(more, usize::from(fate.accepts()), "{fate:?}");
    }
    assert_eq!(send(&carrier, "").await.expect("an answer").0, 201);
}

/// The next request that comes to a port, as text; it is answered with 200.
async fn request(listener: &TcpListener) -> String {
    let (mut stream, _) = listener.accept().await.expect("a connection");
    let mut bytes = Vec::new();
    let is_whole = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n")?;
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))?;
        (body.len() >= length.parse().ok()?).then_some(())
    };
    while is_whole(&bytes).is_none() {
        assert!(stream.read_buf(&mut bytes).await.expect("bytes") > 0);
    }
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    stream.write_all(answer).await.expect("an answer");
    String::from_utf8(bytes).expect("text")
}

#[tokio::test]
async fn statuses_are_reported_signed_in_the_order_asked_for() {
    let carrier = carrier().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let actual = format!("http://{}", listener.local_addr().expect("an address"));
    carrier.finds("https://mcp.example.com", &actual);
    let course = Course {
        twice: true,
        ..Course::of(&["delivered", "sent"])
    };
    carrier.set_course(None, course);
    let url = "https://mcp.example.com/hook?m=7";
    send(&carrier, url).await.expect("an answer");
    for status in ["delivered", "delivered", "sent", "sent"] {
        let text = request(&listener).await;
        let body = text.split_once("\r\n\r\n").expect("a body").1;
        let pairs: Vec<(String, String)> = body
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.replace("%2B", "+")))
            .collect();
        assert!(text.starts_with("POST /hook?m=7 HTTP/1.1"), "{text}");
        let signature = format!("x-twilio-signature: {}", sign("token", url, &pairs));
        assert!(text.contains(&signature), "{text}");
        assert!(body.contains(&format!("MessageStatus={status}")), "{body}");
    }
    let begun = Instant::now();
    while carrier.underway() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(5));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(carrier.deliveries().len(), 4);
    let inbound = Inbound {
        from: TO.to_owned(),
        to: FROM.to_owned(),
        ..Inbound::default()
    };
    let url = format!("{actual}/in");
    let (told, text) = tokio::join!(carrier.deliver(&url, &inbound), request(&listener));
    assert_eq!(told, Some(200));
    assert!(text.contains("SmsStatus=received"), "{text}");
}
