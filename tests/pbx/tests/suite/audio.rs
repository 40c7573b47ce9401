//! Calls at a route point can be heard and spoken to, as strictly as 3CX describes it.

use std::time::{Duration, Instant};

use pbx_sim::{
    Answering, Breaking, CallAudio, Deed, InboundCall, Settings, Stream, StreamEnd, StreamFault,
};
use serde_json::json;
use test_sound::{FRAME, LINE_RATE, purity, rms, tone};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::common::{Pbx, pbx, pbx_with};

const CALLER: &str = "+966500000001";
const DESK: &str = "assistant";

/// A call at the route point of the client.
struct Call {
    pbx: Pbx,
    callid: u32,
    id: u64,
}

/// It rings there.
async fn ringing(pbx: Pbx) -> Call {
    let call = InboundCall {
        from: CALLER.to_owned(),
        name: None,
        to: DESK.to_owned(),
        answering: None,
    };
    let callid = pbx.sim.control().inbound(&call).unwrap();
    let legs = pbx.until(DESK, &["Ringing"]).await;
    assert_eq!(legs[0]["party_dn_type"], "Wexternalline");
    let id = legs[0]["id"].as_u64().unwrap();
    Call { pbx, callid, id }
}

/// It is answered.
async fn answered(pbx: Pbx) -> Call {
    let call = ringing(pbx).await;
    assert_eq!(call.act("answer", json!({})).await, 200);
    call
}

impl Call {
    fn path(&self) -> String {
        format!("/callcontrol/{DESK}/participants/{}/stream", self.id)
    }

    fn audio(&self) -> CallAudio {
        self.pbx.sim.control().audio(self.callid).unwrap()
    }

    async fn act(&self, action: &str, body: serde_json::Value) -> u16 {
        let path = format!("/callcontrol/{DESK}/participants/{}/{action}", self.id);
        self.pbx.post(&path, body).await.0.as_u16()
    }

    async fn listen(&self) -> reqwest::Response {
        let request = self.pbx.request(reqwest::Method::GET, &self.path());
        request.send().await.unwrap()
    }

    /// Opens a `POST` whose body goes on.
    async fn talk(&self) -> Talk {
        let mut socket = TcpStream::connect(self.pbx.sim.address()).await.unwrap();
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: pbx\r\nauthorization: Bearer {}\r\n\
             content-type: application/octet-stream\r\ntransfer-encoding: chunked\r\n\r\n",
            self.path(),
            self.pbx.token
        );
        socket.write_all(head.as_bytes()).await.unwrap();
        Talk(socket)
    }

    async fn until(&self, what: &str, check: impl Fn(&CallAudio) -> bool) -> CallAudio {
        let started = Instant::now();
        loop {
            let audio = self.audio();
            if check(&audio) {
                return audio;
            }
            let waited = started.elapsed();
            assert!(waited < Duration::from_secs(5), "{what}: {audio:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// A chunked body under way.
struct Talk(TcpStream);

impl Talk {
    async fn send(&mut self, bytes: &[u8]) {
        let size = format!("{:x}\r\n", bytes.len());
        let chunk = [size.as_bytes(), bytes, b"\r\n"].concat();
        self.0.write_all(&chunk).await.unwrap();
    }

    async fn frame(&mut self, samples: &[i16]) {
        let bytes: Vec<u8> = samples.iter().flat_map(|it| it.to_le_bytes()).collect();
        self.send(&bytes).await;
    }

    async fn end(mut self) -> String {
        self.0.write_all(b"0\r\n\r\n").await.unwrap();
        self.answer().await
    }

    /// The head of the answer; empty where the connection was closed without one.
    async fn answer(mut self) -> String {
        let mut bytes = [0; 300];
        let read = tokio::time::timeout(Duration::from_secs(5), self.0.read(&mut bytes)).await;
        let count = read.expect("an answer or an end").unwrap_or_default();
        String::from_utf8_lossy(&bytes[..count])
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned()
    }
}

async fn samples(listening: &mut reqwest::Response, count: usize) -> Vec<i16> {
    let mut bytes = Vec::new();
    let deadline = Instant::now() + Duration::from_secs(5);
    while bytes.len() < count * 2 {
        assert!(Instant::now() < deadline, "the body does not end");
        match listening.chunk().await.unwrap() {
            Some(chunk) => bytes.extend(chunk),
            None => break,
        }
    }
    let pairs = bytes.chunks_exact(2);
    pairs.map(|it| i16::from_le_bytes([it[0], it[1]])).collect()
}

#[tokio::test]
async fn the_caller_is_heard_in_real_time() {
    let call = answered(pbx().await).await;
    let said = call.pbx.sim.control().say(call.callid, &[5; 800]).unwrap();
    assert_eq!(said.ends_us - said.begins_us, 100_000);
    // Nobody listened: that is lost.
    tokio::time::sleep(Duration::from_millis(150)).await;
    let mut listening = call.listen().await;
    assert_eq!(
        listening.headers()["content-type"],
        "application/octet-stream"
    );
    let started = Instant::now();
    assert_eq!(samples(&mut listening, 4 * FRAME).await, [0; 4 * FRAME]);
    assert!(started.elapsed() > Duration::from_millis(70));
    let voice = tone(LINE_RATE, 700, 300, 8_000);
    call.pbx.sim.control().say(call.callid, &voice).unwrap();
    let heard = samples(&mut listening, 20 * FRAME).await;
    let first = heard.iter().position(|it| *it != 0).unwrap();
    let words = &heard[first..first + 1_600];
    assert!(purity(words, LINE_RATE, 700) > 0.95, "{words:?}");
    assert_eq!(call.act("drop", json!({})).await, 200);
    // What is under way comes, then the body ends in good order.
    samples(&mut listening, usize::MAX / 2).await;
    let audio = call
        .until("the end", |it| it.streams[0].ended_us.is_some())
        .await;
    assert_eq!(audio.streams[0].end, Some(StreamEnd::Left));
    assert_eq!(audio.ended.unwrap().1, "dropped");
}

#[tokio::test]
async fn what_is_sent_is_recorded_with_its_time() {
    let call = answered(pbx().await).await;
    let mut talk = call.talk().await;
    let voice = tone(LINE_RATE, 900, 200, 8_000);
    for frame in voice.chunks(FRAME) {
        talk.frame(frame).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    // Three bytes and one: the second sample comes in halves.
    talk.send(&[1, 0, 2]).await;
    call.until("the first half", |it| it.sent().len() == 1_601)
        .await;
    talk.send(&[0]).await;
    let audio = call
        .until("the second half", |it| it.sent().len() == 1_602)
        .await;
    let sent = audio.sent();
    assert_eq!((&sent[..1_600], &sent[1_600..]), (&voice[..], &[1, 2][..]));
    let played = audio.played();
    let gaps = played.longer_than(80);
    assert_eq!(gaps.len(), 1, "{:?}", played.underruns);
    let before = played.between(played.begins_us, gaps[0].at_us);
    assert!(rms(before) > 5_000.0);
    let within = played.between(gaps[0].at_us + 1_000, gaps[0].at_us + gaps[0].us - 1_000);
    assert!(rms(within) < 1.0 && within.len() > 500);
    assert!(!audio.hung_up_by_stream);
    call.act("drop", json!({})).await;
    assert_eq!(talk.answer().await, "HTTP/1.1 200 OK");
    assert!(!call.audio().hung_up_by_stream);
}

#[tokio::test]
async fn the_caller_is_hung_up_when_nobody_sends() {
    let call = answered(pbx().await).await;
    let mut talk = call.talk().await;
    talk.frame(&[0; FRAME]).await;
    call.until("a frame", |it| !it.sent().is_empty()).await;
    assert_eq!(talk.end().await, "HTTP/1.1 200 OK");
    let audio = call.until("the end", |it| it.ended.is_some()).await;
    assert!(audio.hung_up_by_stream);
    assert_eq!(audio.streams[0].end, Some(StreamEnd::Closed));
    // The same when the client goes away.
    let call = answered(pbx().await).await;
    let mut talk = call.talk().await;
    talk.frame(&[0; FRAME]).await;
    call.until("a frame", |it| !it.sent().is_empty()).await;
    drop(talk);
    let audio = call.until("the end", |it| it.ended.is_some()).await;
    assert_eq!(audio.streams[0].end, Some(StreamEnd::Aborted));
    assert!(audio.hung_up_by_stream);
}

#[tokio::test]
async fn with_a_grace_the_client_may_come_back() {
    let settings = Settings {
        stream_end_grace_ms: 150,
        ..Settings::fast()
    };
    let call = answered(pbx_with(settings).await).await;
    let mut first = call.talk().await;
    first.frame(&[1; FRAME]).await;
    call.until("a frame", |it| it.sent().len() == FRAME).await;
    first.end().await;
    let mut second = call.talk().await;
    second.frame(&[2; FRAME]).await;
    call.until("more", |it| it.sent().len() == 2 * FRAME).await;
    tokio::time::sleep(Duration::from_millis(250)).await;
    assert!(call.audio().ended.is_none());
    second.end().await;
    let audio = call.until("the end", |it| it.ended.is_some()).await;
    assert!(audio.hung_up_by_stream);
}

#[tokio::test]
async fn a_call_that_was_routed_away_has_no_sound_here() {
    let call = answered(pbx().await).await;
    let mut talk = call.talk().await;
    talk.frame(&[0; FRAME]).await;
    let mut listening = call.listen().await;
    call.until("both", |it| it.streams.len() == 2).await;
    assert_eq!(
        call.act("routeto", json!({ "destination": "104" })).await,
        200
    );
    assert_eq!(talk.answer().await, "HTTP/1.1 200 OK");
    samples(&mut listening, usize::MAX / 2).await;
    let audio = call
        .until("both ends", |it| {
            it.streams.iter().all(|it| it.ended_us.is_some())
        })
        .await;
    assert!(
        audio
            .streams
            .iter()
            .all(|it| it.end == Some(StreamEnd::Left))
    );
    assert!(audio.taken_by("104") && audio.ended.is_none());
    call.pbx.until("104", &["Connected"]).await;
    assert_eq!(call.pbx.sim.control().party(CALLER, Deed::HangUp), 1);
    assert_eq!(call.audio().ended.unwrap().1, "hung up");
}

#[tokio::test]
async fn media_gets_ready_in_its_own_time() {
    let settings = Settings {
        media_not_ready: 2,
        ..Settings::fast()
    };
    let call = ringing(pbx_with(settings).await).await;
    // Before the answer, and twice after it.
    assert_eq!(call.listen().await.status(), 424);
    call.act("answer", json!({})).await;
    assert_eq!(call.listen().await.status(), 424);
    let listening = call.listen().await;
    assert_eq!(listening.status(), 200);
    assert_eq!(call.listen().await.status(), 422, "it has one");
    for _ in 0..2 {
        let answer = call.talk().await.answer().await;
        assert_eq!(answer, "HTTP/1.1 424 Failed Dependency");
    }
    let mut talk = call.talk().await;
    talk.frame(&[0; FRAME]).await;
    let audio = call.until("a frame", |it| !it.sent().is_empty()).await;
    assert_eq!(audio.not_ready, 4);
}

#[tokio::test]
async fn only_calls_at_the_own_route_point_have_sound() {
    let call = answered(pbx().await).await;
    let other = InboundCall {
        from: "+966500000002".to_owned(),
        name: None,
        to: "105".to_owned(),
        answering: Some(Answering::Answer { after_ms: None }),
    };
    call.pbx.sim.control().inbound(&other).unwrap();
    let legs = call.pbx.until("105", &["Connected"]).await;
    let get = async |path: String| {
        let request = call.pbx.request(reqwest::Method::GET, &path);
        request.send().await.unwrap().status().as_u16()
    };
    let path =
        |dn: &str, id: &serde_json::Value| format!("/callcontrol/{dn}/participants/{id}/stream");
    assert_eq!(get(path("105", &legs[0]["id"])).await, 403);
    assert_eq!(get(path(DESK, &legs[0]["id"])).await, 404);
    assert_eq!(get(path("999", &legs[0]["id"])).await, 404);
    let request = call.pbx.request(reqwest::Method::POST, &call.path());
    let answer = request.json(&json!({})).send().await.unwrap();
    assert_eq!(answer.status(), 415);
    let request = call.pbx.http.get(call.pbx.url(&call.path()));
    assert_eq!(request.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn streams_fail_as_told() {
    let control = |call: &Call| call.pbx.sim.control().clone();
    let call = answered(pbx().await).await;
    control(&call).add_stream_fault(StreamFault {
        stream: Stream::Listening,
        after_ms: 60,
        how: Breaking::Reset,
    });
    let mut listening = call.listen().await;
    let error = loop {
        match listening.chunk().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("ended in good order"),
            Err(error) => break error,
        }
    };
    assert!(error.is_body() || error.is_decode(), "{error:?}");
    let mut listening = call.listen().await;
    assert_eq!(samples(&mut listening, FRAME).await.len(), FRAME);
    assert!(control(&call).break_stream(call.callid, Stream::Listening, Breaking::Close));
    samples(&mut listening, usize::MAX / 2).await;
    assert!(call.audio().ended.is_none(), "the caller is still there");

    // The call outlives the loss of what the caller hears, for a while.
    control(&call).change_settings(|settings| settings.stream_loss_grace_ms = 100);
    let mut talk = call.talk().await;
    talk.frame(&[0; FRAME]).await;
    call.until("a frame", |it| !it.sent().is_empty()).await;
    assert!(control(&call).break_stream(call.callid, Stream::Talking, Breaking::Reset));
    assert_eq!(talk.answer().await, "");
    let audio = call.until("the end", |it| it.ended.is_some()).await;
    assert_eq!(audio.streams[2].end, Some(StreamEnd::Broken));
    assert!(!control(&call).break_stream(call.callid, Stream::Talking, Breaking::Reset));
}

#[tokio::test]
async fn keys_are_events_of_the_route_point() {
    use futures_util::StreamExt as _;
    use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
    let call = answered(pbx().await).await;
    let url = call.pbx.url("/callcontrol/ws").replace("http", "ws");
    let mut request = url.into_client_request().unwrap();
    let bearer = format!("Bearer {}", call.pbx.token).parse().unwrap();
    request.headers_mut().insert("authorization", bearer);
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    assert_eq!(call.pbx.sim.control().press(call.callid, "0"), 1);
    let frame = socket.next().await.unwrap().unwrap();
    let frame: serde_json::Value = serde_json::from_str(frame.to_text().unwrap()).unwrap();
    let entity = format!("/callcontrol/{DESK}/participants/{}", call.id);
    assert_eq!(
        frame["event"],
        json!({ "event_type": 2, "entity": entity, "attached_data": { "dtmf_input": "0" } })
    );
}

#[tokio::test]
async fn sound_over_the_control_routes() {
    let call = answered(pbx().await).await;
    let at = |part: &str| call.pbx.url(&format!("/_sim/audio/{}{part}", call.callid));
    let voice = tone(LINE_RATE, 600, 100, 8_000);
    let file = test_sound::to_bytes(LINE_RATE, &voice);
    let said = call
        .pbx
        .http
        .post(at("/say"))
        .body(file)
        .send()
        .await
        .unwrap();
    assert_eq!(said.status(), 200);
    let bad = test_sound::to_bytes(16_000, &voice);
    let refused = call
        .pbx
        .http
        .post(at("/say"))
        .body(bad)
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 400);
    let mut talk = call.talk().await;
    talk.frame(&[i16::MAX; FRAME]).await;
    call.until("a frame", |it| !it.sent().is_empty()).await;
    let report = call.pbx.http.get(at("")).send().await.unwrap();
    let report: serde_json::Value = report.json().await.unwrap();
    assert_eq!(report["heard"]["clipped"], FRAME);
    assert_eq!(report["heard"]["milliseconds"], 20);
    assert_eq!(report["said"].as_array().unwrap().len(), 1);
    let heard = call.pbx.http.get(at("/heard")).send().await.unwrap();
    let wav = test_sound::from_bytes(&heard.bytes().await.unwrap()).unwrap();
    assert_eq!(wav.samples, [i16::MAX; FRAME]);
    let pieces = async |after: &serde_json::Value| {
        let pieces = call.pbx.http.get(at(&format!("/pieces/{after}")));
        let pieces: serde_json::Value = pieces.send().await.unwrap().json().await.unwrap();
        pieces.as_array().unwrap().clone()
    };
    let all = pieces(&json!(0)).await;
    assert_eq!(
        (all.len(), &all[0][1], &all[0][2]),
        (1, &json!(FRAME), &json!(32_767.0))
    );
    assert!(pieces(&all[0][0]).await.is_empty());
    let broken = json!({ "stream": "talking", "how": "reset" });
    let broken = call.pbx.http.post(at("/break")).json(&broken).send().await;
    assert_eq!(broken.unwrap().status(), 204);
    assert_eq!(talk.answer().await, "");
}
