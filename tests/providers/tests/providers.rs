//! The stand-ins as a client meets them, over real sockets.

use std::time::{Duration, Instant};

use provider_sim::{
    ANTHROPIC_KEY, Asked, OPENAI_KEY, PEAK, Pace, Provider, Providers, Reply, Trouble, milliseconds,
};
use serde_json::{Value, json};
use test_sound::{pitch_of, purity, rms};

struct House {
    providers: Providers,
    http: reqwest::Client,
}

async fn house() -> House {
    House {
        providers: Providers::start().await.unwrap(),
        http: reqwest::Client::new(),
    }
}

impl House {
    fn speak(&self, text: &str) -> reqwest::RequestBuilder {
        let body = json!({
            "model": "gpt-4o-mini-tts", "voice": "alloy", "input": text, "response_format": "pcm",
        });
        let url = format!("{}/audio/speech", self.providers.openai_base_url());
        self.http.post(url).bearer_auth(OPENAI_KEY).json(&body)
    }

    fn think(&self, messages: Value) -> reqwest::RequestBuilder {
        let body = json!({
            "model": "claude-haiku-4-5", "max_tokens": 300, "stream": true, "messages": messages,
        });
        let url = format!("{}/v1/messages", self.providers.anthropic_base_url());
        let request = self.http.post(url).header("x-api-key", ANTHROPIC_KEY);
        request
            .header("anthropic-version", "2023-06-01")
            .json(&body)
    }

    fn hear(&self, sound: &[i16]) -> reqwest::RequestBuilder {
        let field = |name: &str, value: &str| {
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let head = field("model", "whisper-1")
            + &field("language", "en")
            + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"audio.wav\"\r\n\
               Content-Type: audio/wav\r\n\r\n";
        let file = test_sound::to_bytes(8_000, sound);
        let body = [head.as_bytes(), &file, b"\r\n--b--\r\n"].concat();
        let url = format!("{}/audio/transcriptions", self.providers.openai_base_url());
        let request = self.http.post(url).bearer_auth(OPENAI_KEY);
        request
            .header("content-type", "multipart/form-data; boundary=b")
            .body(body)
    }

    async fn until(&self, provider: Provider, check: impl Fn(&[Asked]) -> bool) -> Vec<Asked> {
        let started = Instant::now();
        loop {
            let asked = self.providers.asked(provider);
            if check(&asked) {
                return asked;
            }
            assert!(started.elapsed() < Duration::from_secs(5), "{asked:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// The one question where it does not matter which.
fn hi() -> Value {
    json!([{ "role": "user", "content": "hi" }])
}

/// What a request is answered with, to the end.
async fn bytes(request: reqwest::RequestBuilder) -> Vec<u8> {
    let answer = request.send().await.unwrap();
    answer.bytes().await.unwrap().into()
}

async fn text(request: reqwest::RequestBuilder) -> String {
    String::from_utf8(bytes(request).await).unwrap()
}

async fn json(request: reqwest::RequestBuilder) -> Value {
    serde_json::from_slice(&bytes(request).await).unwrap()
}

/// Texts and arguments of tools, as a client puts them together.
fn understood(stream: &str) -> (String, String) {
    let (mut text, mut json) = (String::new(), String::new());
    for line in stream.lines().filter_map(|it| it.strip_prefix("data: ")) {
        let data: Value = serde_json::from_str(line).unwrap();
        if data["type"] == "content_block_delta" {
            text += data["delta"]["text"].as_str().unwrap_or_default();
            json += data["delta"]["partial_json"].as_str().unwrap_or_default();
        }
    }
    (text, json)
}

#[tokio::test]
async fn a_turn() {
    let house = house().await;
    house.providers.hears("متى تفتحون؟");
    let reply = Reply::text("نفتح من الثامنة.").with_tool("transfer", json!({ "to": "100" }));
    house.providers.answers(reply);
    let sound = test_sound::tone(8_000, 500, 400, 6_000);
    let heard = json(house.hear(&sound)).await;
    assert_eq!(heard, json!({ "text": "متى تفتحون؟" }));
    let question = json!([{ "role": "user", "content": heard["text"] }]);
    let answer = house.think(question).send().await.unwrap();
    assert_eq!(
        answer.headers()["content-type"],
        "text/event-stream; charset=utf-8"
    );
    let (text, tool) = understood(&answer.text().await.unwrap());
    assert_eq!(
        (text.as_str(), tool.as_str()),
        ("نفتح من الثامنة.", r#"{"to":"100"}"#)
    );
    let spoken = bytes(house.speak(&text)).await;
    let samples: Vec<i16> = spoken
        .chunks_exact(2)
        .map(|it| i16::from_le_bytes([it[0], it[1]]))
        .collect();
    assert_eq!(samples.len() as u32, milliseconds(&text, 40) * 24);
    assert!(purity(&samples, 24_000, pitch_of(&text)) > 0.95);
    assert!((rms(&samples) - f64::from(PEAK) / 2_f64.sqrt()).abs() < 200.0);

    let asked = house.providers.asked(Provider::Hearing);
    assert_eq!((asked[0].text("language"), &asked[0].sound), ("en", &sound));
    let asked = house
        .until(Provider::Speech, |it| it[0].ended_us.is_some())
        .await;
    assert_eq!((asked[0].status, asked[0].aborted), (Some(200), false));
    assert!(asked[0].at_us <= asked[0].head_us.unwrap());
    assert_eq!(house.providers.most_at_once(None), 1);
    let faults = house.providers.faults();
    assert!(faults.is_empty(), "{faults:?}");
}

#[tokio::test]
async fn what_the_real_ones_refuse() {
    let house = house().await;
    let backwards = json!([{ "role": "assistant", "content": "hi" }]);
    let requests = [
        (house.speak(" "), 400),
        (
            house.speak("x").header("authorization", "Bearer other"),
            401,
        ),
        (house.speak("x").header("content-type", "text/plain"), 400),
        (house.hear(&[1; 100]), 400),
        (house.think(backwards), 400),
        (
            house.think(hi()).header("anthropic-version", "2024-01-01"),
            400,
        ),
        (
            house.http.post(format!(
                "{}/v1/nothing",
                house.providers.anthropic_base_url()
            )),
            404,
        ),
    ];
    let count = requests.len();
    for (request, expected) in requests {
        // A header that is set twice: the last one counts.
        let mut request = request.build().unwrap();
        for name in ["authorization", "content-type", "anthropic-version"] {
            let last = request.headers().get_all(name).iter().next_back().cloned();
            if let Some(last) = last {
                request.headers_mut().insert(name, last);
            }
        }
        let answer = house.http.execute(request).await.unwrap();
        assert_eq!(answer.status(), expected, "{:?}", house.providers.faults());
    }
    assert_eq!(house.providers.faults().len(), count);
    assert_eq!(house.providers.count(Provider::Speech), 0);
}

#[tokio::test]
async fn troubles() {
    let house = house().await;
    let speech = Provider::Speech;
    house.providers.fails(speech, Trouble::RateLimited(Some(2)));
    let answer = house.speak("x").send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["retry-after"]),
        (429, &"2".parse().unwrap())
    );
    house.providers.fails(Provider::Mind, Trouble::SpendLimit);
    let answer = house.think(hi()).send().await.unwrap();
    assert!(answer.headers().get("retry-after").is_none());
    let body: Value = answer.json().await.unwrap();
    assert_eq!(
        body["error"]["details"]["error_code"],
        "enforced_spend_limit_reached"
    );
    house
        .providers
        .fails_often(Provider::Mind, 2, Trouble::Status(529));
    for expected in [529, 529, 200] {
        let answer = house.think(hi()).send().await.unwrap();
        assert_eq!(answer.status(), expected);
        answer.bytes().await.unwrap();
    }
    house.providers.fails(Provider::Mind, Trouble::ErrorInside);
    let stream = text(house.think(hi())).await;
    assert!(stream.contains("event: error") && !stream.contains("message_stop"));
    house.providers.fails(Provider::Mind, Trouble::Cut(60));
    let answer = house.think(hi()).send().await.unwrap();
    assert!(answer.status() == 200 && answer.text().await.is_err());
    house.providers.fails(speech, Trouble::OddBytes);
    let sound = bytes(house.speak("x")).await;
    assert_eq!(sound.len() % 2, 1);
    house.providers.fails(speech, Trouble::Empty);
    let sound = bytes(house.speak("x")).await;
    assert!(sound.is_empty());
    house.providers.fails(Provider::Hearing, Trouble::Garbage);
    let page = text(house.hear(&[1; 1_600])).await;
    assert!(page.starts_with("<!DOCTYPE"));
    let asked = house.providers.asked(Provider::Mind);
    assert!(asked.iter().all(|it| !it.aborted && it.ended_us.is_some()));
}

#[tokio::test]
async fn who_goes_away_is_noticed() {
    let house = house().await;
    let short = Duration::from_millis(100);
    // Before the head, and in the middle.
    house.providers.fails(Provider::Speech, Trouble::Hang);
    assert!(house.speak("x").timeout(short).send().await.is_err());
    house.providers.fails(Provider::Speech, Trouble::Stall(50));
    let mut answer = house.speak("x").send().await.unwrap();
    assert!(answer.chunk().await.unwrap().is_some());
    drop(answer);
    let asked = house
        .until(Provider::Speech, |it| {
            it.iter().all(|it| it.ended_us.is_some())
        })
        .await;
    let seen: Vec<_> = asked.iter().map(|it| (it.status, it.aborted)).collect();
    assert_eq!(seen, [(None, true), (Some(200), true)]);
}

#[tokio::test]
async fn delays_and_how_many_at_once() {
    let house = house().await;
    house.providers.script(|script| {
        script.paces = [Pace {
            head_ms: 100,
            piece_ms: 1,
        }; 3];
    });
    let started = Instant::now();
    let requests = ["a", "b", "c"].map(|text| {
        let request = house.speak(text).send();
        async { request.await.unwrap().bytes().await.unwrap() }
    });
    let [a, b, c] = requests;
    tokio::join!(a, b, c);
    assert!(started.elapsed() >= Duration::from_millis(100));
    assert_eq!(house.providers.most_at_once(Some(Provider::Speech)), 3);
    assert_eq!(house.providers.most_at_once(Some(Provider::Mind)), 0);
}

#[tokio::test]
async fn the_script_over_http() {
    let house = house().await;
    let at = |path: &str| format!("{}/_sim/{path}", house.providers.anthropic_base_url());
    let script =
        json!({ "transcript": "Hello?", "ms_per_letter": 100, "paces": [[0, 0], [0, 0], [50, 0]] });
    let answer = house
        .http
        .put(at("script"))
        .json(&script)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 204);
    let heard = house.hear(&[9; 1_600]).send().await.unwrap();
    assert_eq!(
        heard.json::<Value>().await.unwrap(),
        json!({ "text": "Hello?" })
    );
    let started = Instant::now();
    let spoken = bytes(house.speak("Hello")).await;
    assert!(spoken.len() == 24_000 && started.elapsed() >= Duration::from_millis(50));
    house
        .until(Provider::Speech, |it| it[0].ended_us.is_some())
        .await;
    let asked = json(house.http.get(at("asked"))).await;
    assert_eq!(
        (&asked[0]["provider"], &asked[1]["status"]),
        (&json!("hearing"), &json!(200))
    );
    let piece = &asked[0]["pieces"][0];
    assert!(piece[0].as_u64() >= asked[0]["head_us"].as_u64());
    assert_eq!(piece[1], json!({ "text": "Hello?" }).to_string());
    // Sound has no text.
    assert_eq!(asked[1]["pieces"][0][1], "");
    // A request under way when the book is emptied ends without harm.
    let running = house.speak("Hello").send();
    let emptied = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        house.http.delete(at("asked")).send().await.unwrap()
    };
    let (running, _) = tokio::join!(running, emptied);
    running.unwrap().bytes().await.unwrap();
    assert_eq!(house.providers.count(Provider::Speech), 0);
    assert!(house.providers.faults().is_empty());
}
