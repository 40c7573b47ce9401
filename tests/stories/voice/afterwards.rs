//! What is left of a call that is over: what was said, two sentences, and its sound where somebody asked for
//! that.

use std::time::{Duration, Instant};

use pbx_sim::{Answering, Fault, InboundCall, Rule};
use provider_sim::{Provider, Reply};
use serde_json::{Value, json};
use test_sound::{FRAME, LINE_RATE, pitch_of};

use super::caller::{Caller, LOUD};
use super::{DESK, ENGLISH, PERSON, Scene, is_built, last_words};
use crate::harness::{Client, MasterLinc, R2, key_entry, until};

const CALLER: &str = "+966500000011";
/// Of those who may read what was said, where there is a door.
pub(super) const KEY: &str = "hears-key";
const TWO_SENTENCES: &str = "The caller asked for the opening hours. Nothing is left to be done.";

/// Answers the question, and sums calls up.
fn sums_up(scene: &Scene) {
    scene.always_answers();
    scene.script(|script| {
        script.reply = Box::new(|body| {
            if body["tools"].is_null() {
                let asked = last_words(body);
                assert!(
                    asked.contains(&format!("Caller: {}", ENGLISH.question)),
                    "{asked}"
                );
                return Reply::text(&format!("{TWO_SENTENCES} And a third."));
            }
            Reply::text(ENGLISH.answer)
        });
    });
}

/// Somebody asks something, is answered, and presses the key for a person.
async fn talk<'a>(scene: &'a Scene, from: &str) -> Caller<'a> {
    let caller = scene.call(from).await;
    caller.hears(ENGLISH.consent).await;
    caller.say_file(ENGLISH.voice);
    caller.hears(ENGLISH.answer).await;
    caller
}

/// Polls a resource until it is as it should be.
async fn read_until(
    client: &Client,
    uri: &str,
    patience: Duration,
    is_so: impl Fn(&Value) -> bool,
) -> Value {
    let deadline = Instant::now() + patience;
    loop {
        let read = client.read(uri).await;
        if let Ok(found) = &read
            && is_so(found)
        {
            return found.clone();
        }
        assert!(Instant::now() < deadline, "{uri}: {read:#?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn what_was_said_can_be_read_by_those_who_may() {
    if !is_built() {
        return;
    }
    let keys = json!([
        key_entry("reads-key", &["read", "control"], None),
        key_entry("admin-key", &["admin"], None),
        key_entry(KEY, &["read", "record"], None),
        key_entry("other-key", &["read", "record"], Some(&["100-109"])),
    ])
    .to_string();
    let scene = Scene::with(&ENGLISH, &[("MCP_AUTH", ""), ("MCP_API_KEYS", &keys)]).await;
    sums_up(&scene);
    let caller = talk(&scene, CALLER).await;
    let uri = format!("threecx://calls/{}/transcript", caller.callid);
    let client = scene.stage.client_with(KEY);
    // While it goes on, too.
    let now = client.read(&uri).await.expect("a transcript");
    assert!(now["summary"].is_null() && now["endedAt"].is_null());
    caller.press("0");
    caller.reaches(PERSON).await;
    caller.hang_up();

    let seconds = Duration::from_secs(15);
    let kept = read_until(&client, &uri, seconds, |it| !it["summary"].is_null()).await;
    assert_eq!(kept["summary"], TWO_SENTENCES);
    assert_eq!(
        (&kept["caller"], &kept["extension"]),
        (&json!(CALLER), &json!(DESK))
    );
    assert_eq!(
        (&kept["ended"], &kept["reason"]),
        (&json!("handed_over"), &json!("asked"))
    );
    assert_eq!(
        (&kept["language"], &kept["recording"]),
        (&json!("en"), &Value::Null)
    );
    let said = kept["transcript"].as_str().expect("text");
    for line in [
        format!("Basma: {}", ENGLISH.greeting),
        format!("Caller: {}", ENGLISH.question),
        // Its last words may have been cut by the key.
        "Basma: We are open from eight".to_owned(),
    ] {
        assert!(said.contains(&line), "{line} in {said}");
    }
    let lines = kept["lines"].as_array().expect("lines");
    assert!(
        lines
            .iter()
            .all(|line| line["at"].as_str().is_some_and(|at| at.starts_with("20")))
    );
    assert!(lines.iter().any(|line| line["who"] == "consent"));
    assert_eq!(scene.providers.count(Provider::Mind), 2);

    is_found(&client, &caller, &uri).await;
    only_by_them(&scene, &caller, &uri).await;
    assert!(
        client
            .read("threecx://calls/999999/transcript")
            .await
            .is_err()
    );
}

/// In the list, under its alias, and proposed where its number is asked for.
async fn is_found(client: &Client, caller: &Caller<'_>, uri: &str) {
    let calls = client.read("threecx://calls").await.expect("the list");
    assert_eq!(
        (&calls["count"], &calls["calls"][0]["transcript"]),
        (&json!(1), &json!(uri))
    );
    let alias = client
        .read(&uri.replace("threecx", "3cx"))
        .await
        .expect("its alias");
    assert_eq!(alias["summary"], TWO_SENTENCES);
    let proposed = client
        .post(&json!({
            "jsonrpc": "2.0", "id": 1, "method": "completion/complete", "params": {
                "ref": { "type": "ref/resource", "uri": "threecx://calls/{id}/transcript" },
                "argument": { "name": "id", "value": "" },
            },
        }))
        .await
        .json();
    let values = &proposed["result"]["completion"]["values"];
    assert_eq!(*values, json!([caller.callid.to_string()]));
}

/// Others read nothing, and who reads it is on record.
async fn only_by_them(scene: &Scene, caller: &Caller<'_>, uri: &str) {
    for (key, code) in [("reads-key", "forbidden"), ("other-key", "")] {
        let refused = scene.stage.client_with(key).read(uri).await;
        let refused = refused.expect_err("it is not for them").to_string();
        assert!(
            refused.contains(code) && !refused.contains(ENGLISH.question),
            "{refused}"
        );
    }
    let others = scene
        .stage
        .client_with("other-key")
        .read("threecx://calls")
        .await;
    assert_eq!(others.expect("a list")["count"], 0);
    let admin = scene.stage.client_with("admin-key");
    until("the readings to be on record", async || {
        let query = json!({ "tool": "read_transcript", "limit": 100 });
        let log = admin.call("get_audit_log", query).await;
        let entries = log.ok()["entries"].as_array()?.clone();
        let by_those_who_may = |it: &&Value| it["caller"] == "hears" && it["outcome"] == "ok";
        let id = caller.callid.to_string();
        let read = entries.iter().filter(by_those_who_may).count();
        let is_named = entries
            .iter()
            .all(|it| it["arguments"].to_string().contains(&id));
        (read >= 3 && is_named).then_some(())
    })
    .await;
}

#[tokio::test]
async fn masterlinc_hears_what_was_said_when_it_is_over() {
    if !is_built() {
        return;
    }
    let linc = MasterLinc::start().await;
    let more = [("MASTERLINC_BASE_URL", linc.url.as_str())];
    let scene = Scene::with(&ENGLISH, &more).await;
    sums_up(&scene);
    let caller = talk(&scene, CALLER).await;
    // It said that the call is to be answered; that is hers to do, and done once.
    assert_eq!(
        (linc.told("call.incoming"), scene.stage.requests("/answer")),
        (1, 1)
    );
    caller.hang_up();
    let deadline = Instant::now() + Duration::from_secs(20);
    while linc.told("call.ended") == 0 {
        assert!(Instant::now() < deadline, "it was never told");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let asked = linc.asked();
    let ended = asked.iter().find(|it| it.event["event"] == "call.ended");
    let event = &ended.expect("an end").event;
    assert_eq!(event["metadata"]["summary"], TWO_SENTENCES);
    let said = event["metadata"]["transcript"].as_str().expect("text");
    assert!(said.contains(ENGLISH.question), "{said}");
    assert_eq!(event["caller"], CALLER);
}

#[tokio::test]
async fn what_masterlinc_gives_her_she_answers() {
    if !is_built() {
        return;
    }
    let linc = MasterLinc::start().await;
    linc.is(crate::harness::Manner::Says(
        json!({ "action": "ai_handle" }),
    ));
    let more = [("MASTERLINC_BASE_URL", linc.url.as_str())];
    let scene = Scene::with(&ENGLISH, &more).await;
    // The event of the new leg and the answer to the move come in either order.
    for (from, is_slow) in [(CALLER, false), ("+966500000013", true)] {
        if is_slow {
            let slowly = Fault::SlowBody {
                chunk_bytes: 4,
                chunk_ms: 50,
            };
            scene.stage.pbx().add_fault(Rule::once("/divert", slowly));
        }
        let call = InboundCall {
            from: from.to_owned(),
            name: None,
            to: "100".to_owned(),
            answering: Some(Answering::Never),
        };
        let callid = scene.stage.pbx().inbound(&call).expect("it rings");
        let caller = Caller::of(&scene, callid, from).await;
        caller.reaches(DESK).await;
        caller.hears(ENGLISH.consent).await;
        caller.hang_up();
    }
}

#[tokio::test]
async fn what_masterlinc_sends_elsewhere_she_does_not_answer() {
    if !is_built() {
        return;
    }
    let linc = MasterLinc::start().await;
    linc.is(crate::harness::Manner::Slow(
        Duration::from_millis(700),
        json!({ "action": "transfer", "destination": PERSON }),
    ));
    let more = [("MASTERLINC_BASE_URL", linc.url.as_str())];
    let scene = Scene::with(&ENGLISH, &more).await;
    let caller = scene.call(CALLER).await;
    caller.reaches(PERSON).await;
    assert_eq!(
        (scene.stage.requests("/answer"), scene.asked()),
        (0, [0; 3])
    );
    assert!(caller.audio().streams.is_empty());
    caller.hang_up();
}

#[tokio::test]
async fn a_mind_that_fails_leaves_what_is_certain() {
    if !is_built() {
        return;
    }
    let scene = Scene::in_language(&ENGLISH).await;
    scene.always_answers();
    let caller = talk(&scene, CALLER).await;
    scene
        .providers
        .fails_often(Provider::Mind, 9, provider_sim::Trouble::Status(500));
    caller.hang_up();
    let uri = format!("threecx://calls/{}/transcript", caller.callid);
    let client = scene.stage.client();
    let seconds = Duration::from_secs(15);
    let kept = read_until(&client, &uri, seconds, |it| !it["summary"].is_null()).await;
    let summary = kept["summary"].as_str().expect("text");
    assert!(
        summary.starts_with("The caller was with Basma for") && summary.contains("spoke once"),
        "{summary}"
    );
}

/// The recording of the one call, by channel: the caller, Basma.
fn channels(bucket: &R2) -> (String, Vec<i16>, Vec<i16>) {
    let [(key, file)] = &bucket.objects()[..] else {
        panic!("{} objects", bucket.objects().len());
    };
    assert_eq!(
        (&file[..4], &file[8..16]),
        (b"RIFF".as_slice(), b"WAVEfmt ".as_slice())
    );
    let size = usize::try_from(u32::from_le_bytes(file[40..44].try_into().unwrap())).unwrap();
    assert_eq!((file.len(), file[22]), (44 + size, 2));
    let channel = |at: usize| {
        let samples = file[44 + at..].chunks(4);
        samples
            .map(|it| i16::from_le_bytes([it[0], it[1]]))
            .collect()
    };
    (key.clone(), channel(0), channel(2))
}

#[tokio::test]
async fn a_call_is_recorded_when_the_caller_has_been_told() {
    if !is_built() {
        return;
    }
    let bucket = R2::start().await;
    let scene = Scene::beside(&ENGLISH, &[("CONFIRM", "outside")], Some(&bucket)).await;
    sums_up(&scene);
    let caller = talk(&scene, CALLER).await;
    let client = scene.stage.client();
    let start = json!({ "extension": DESK, "action": "start" });
    let asked = client.call("record_call", start.clone()).await;
    assert_eq!(asked.code(), "confirmation_required");
    assert!(
        asked.text.contains("tells the caller first"),
        "{}",
        asked.text
    );
    let confirm = asked.value["error"]["details"]["confirm"].clone();
    let mut confirmed = start.clone();
    confirmed["confirm"] = confirm;
    let begun = client.call("record_call", confirmed).await;
    assert_eq!(
        begun.ok()["recordingNow"],
        false,
        "not before she has said so"
    );

    let announced = caller
        .hears("This call is being recorded from now on. If you do not want that, press zero.")
        .await;
    until("the recording to begin", async || {
        let now = client.call("record_call", start.clone()).await;
        (now.ok()["recordingNow"] == true).then_some(())
    })
    .await;
    let words = caller.say_file(ENGLISH.voice);
    assert!(words.ends_us > announced.to_us);
    caller
        .until("the second answer", |_| {
            (caller.spoken(ENGLISH.answer).len() == 2).then_some(())
        })
        .await;
    // The bucket fails at first: nothing is lost.
    bucket.is_down(true);
    caller.press("0");
    caller.reaches(PERSON).await;
    caller.hang_up();
    let deadline = Instant::now() + Duration::from_secs(15);
    while bucket.refused() == 0 {
        assert!(Instant::now() < deadline, "it was never brought");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    bucket.is_down(false);
    let uri = format!("threecx://calls/{}/transcript", caller.callid);
    let seconds = Duration::from_secs(40);
    let kept = read_until(&client, &uri, seconds, |it| !it["recording"].is_null()).await;

    let (key, heard, said) = channels(&bucket);
    assert_eq!(kept["recording"]["key"], json!(key));
    assert!(key.starts_with("calls/20") && key.contains(".wav"), "{key}");
    let voices = test_sound::stretches(&heard, FRAME, LOUD, FRAME * 50);
    assert_eq!(voices.len(), 1, "the question, once");
    let pieces = caller.pieces_of(ENGLISH.answer);
    for piece in &pieces {
        let found = test_sound::stretches_of_tone(&said, LINE_RATE, pitch_of(piece), LOUD);
        assert_eq!(found.len(), 1, "{piece}");
        assert!(
            found[0].start > voices[0].samples.end,
            "she answers after it"
        );
    }
    // What was said before the announcement is not in it.
    let greeting = caller.pieces_of(ENGLISH.consent);
    let found = test_sound::stretches_of_tone(&said, LINE_RATE, pitch_of(&greeting[0]), LOUD);
    assert!(found.is_empty());
    let log = client
        .call("get_audit_log", json!({ "tool": "record_call" }))
        .await;
    assert!(log.text.contains("record_call"));
}

#[tokio::test]
async fn without_a_bucket_record_call_says_so() {
    if !is_built() {
        return;
    }
    let scene = Scene::in_language(&ENGLISH).await;
    scene.always_answers();
    let client = scene.stage.client();
    let start = json!({ "extension": DESK, "action": "start" });
    let nobody = client.call("record_call", start.clone()).await;
    assert_eq!(nobody.code(), "not_found", "{}", nobody.text);
    let caller = talk(&scene, CALLER).await;
    let refused = client.call("record_call", start).await;
    assert_eq!(refused.code(), "pbx_not_configured");
    assert!(refused.text.contains("RECORDINGS"), "{}", refused.text);
    let stop = json!({ "extension": DESK, "action": "stop" });
    let stopped = client.call("record_call", stop).await;
    assert_eq!(stopped.ok()["recordingNow"], false);
    caller.hang_up();
}
