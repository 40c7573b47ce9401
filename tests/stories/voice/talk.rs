//! A whole conversation, from the first ring to a person.

use pbx_sim::CallAudio;
use provider_sim::{Pace, Provider, Reply};
use serde_json::Value;
use test_sound::{FRAME, rms};

use super::caller::{Caller, LOUD};
use super::{ARABIC, DESK, ENGLISH, PHARMACY, Scene, Words, ear, is_built, last_words};
use super::{reply_with_tool, words_of};

const CALLER: &str = "+966500000007";

/// From the first sound of the caller to silence.
const BARGE_IN_MS: u64 = 200;

#[tokio::test]
async fn a_conversation_in_english() {
    if is_built() {
        conversation(&ENGLISH).await;
    }
}

#[tokio::test]
async fn a_conversation_in_arabic() {
    if is_built() {
        conversation(&ARABIC).await;
    }
}

async fn conversation(words: &'static Words) {
    let scene = Scene::in_language(words).await;
    // Fast providers of the real kind.
    scene.script(|script| {
        script.paces =
            [(150, 0), (150, 5), (120, 5)].map(|(head_ms, piece_ms)| Pace { head_ms, piece_ms });
        script.reply = Box::new(move |body| match last_words(body).as_str() {
            said if said == words.question => Reply::text(words.answer),
            said if said == words.more => Reply::text(words.story),
            said if said == words.other => {
                reply_with_tool(body, words.farewell, "transfer", PHARMACY)
            }
            other => Reply::text(&format!("I was asked {other:?}.")),
        });
    });
    let caller = scene.call(CALLER).await;
    greets(&caller, words).await;
    answers(&caller, words).await;
    is_interrupted(&caller, words).await;
    moves(&caller, words).await;
    let audio = caller.audio();
    was_heard_well(&caller, &audio, words);
    assert_eq!(scene.providers.count(Provider::Hearing), 3);
    assert!(scene.providers.most_at_once(Some(Provider::Speech)) <= 2);
    // V18: the two ways of sound take two of the six connections that an object has.
    assert!(scene.providers.most_at_once(None) <= 4);
}

/// She answers, and says who she is and what listens.
async fn greets(caller: &Caller<'_>, words: &Words) {
    caller.reaches(DESK).await;
    let consent = caller.hears(words.consent).await;
    let greeting = caller.hears(words.greeting).await;
    assert!(greeting.to_us <= consent.from_us + 50_000);
    assert_eq!(caller.scene.asked()[..2], [0, 0]);
}

/// A question is transcribed once, as one utterance, and answered aloud.
async fn answers(caller: &Caller<'_>, words: &Words) {
    let providers = &caller.scene.providers;
    providers.hears(words.question);
    let question = caller.say_file(words.voice);
    let answer = caller.hears(words.answer).await;
    assert!(answer.from_us > question.ends_us, "she waits for the end");
    let waited = (answer.from_us - question.ends_us) / 1_000;
    println!("{}: an answer {waited} ms after the question", words.code);
    let heard = providers.asked(Provider::Hearing);
    assert_eq!(heard.len(), 1, "one utterance, one transcription");
    let said_ms = (question.ends_us - question.begins_us) / 1_000;
    let sound_ms = u64::try_from(heard[0].sound.len()).expect("short") / 8;
    assert!(
        (said_ms - 200..said_ms + 1_500).contains(&sound_ms),
        "{sound_ms} of {said_ms} ms"
    );
    assert!(rms(&heard[0].sound) > LOUD);
    let thought = providers.asked(Provider::Mind);
    assert_eq!(thought.len(), 1);
    assert_eq!(last_words(&thought[0].body), words.question);
}

/// A long answer is interrupted: silence at once, and only what was heard is remembered.
async fn is_interrupted(caller: &Caller<'_>, words: &Words) {
    let providers = &caller.scene.providers;
    providers.hears(words.more);
    caller.say_file(words.voice);
    let begun = caller
        .until("the story to go on for a while", |_| {
            let story = caller.heard(words.story);
            let last_us = story.last()?.to_us;
            let first_us = story.first()?.from_us;
            (last_us - first_us > 1_500_000).then_some(first_us)
        })
        .await;
    providers.hears(words.other);
    let words_between = caller.say_file(words.voice);
    caller
        .until("the mind to be asked again", |_| {
            (providers.count(Provider::Mind) >= 3).then_some(())
        })
        .await;
    // Long ones may be without a hint, so that a caller may change the language.
    for heard in &providers.asked(Provider::Hearing) {
        assert!(["", words.code].contains(&heard.text("language")));
    }
    let story = caller.heard(words.story);
    assert_eq!(story[0].from_us, begun);
    let last = story.last().expect("a story");
    let went_on = last.to_us.saturating_sub(words_between.begins_us) / 1_000;
    println!("{}: silent {went_on} ms after the caller began", words.code);
    // What a tone is found in is 20 ms long.
    assert!(
        went_on <= BARGE_IN_MS + 20,
        "she spoke for {went_on} ms more"
    );
    let thought = providers.asked(Provider::Mind);
    let told = told_story(&thought[2].body, words);
    assert!(words.story.starts_with(&told), "{told:?}");
    assert!(
        told.len() < words.story.len(),
        "only what was heard: {told:?}"
    );
}

/// She says what she does, and then does it; then the caller has had enough.
async fn moves(caller: &Caller<'_>, words: &Words) {
    caller.reaches(PHARMACY).await;
    let audio = caller.audio();
    let farewell = caller.spoken(words.farewell);
    let farewell = farewell.first().expect("it is heard to its end");
    let moved = audio.taken.iter().find(|it| it.by == PHARMACY);
    assert!(farewell.to_us < moved.expect("moved").at_us);
    // V2: she was heard, or silence, until somebody else had the call.
    assert!(!audio.hung_up_by_stream && audio.ended.is_none());
    caller.hang_up();
    caller
        .until("the end", |it| it.ended.is_some().then_some(()))
        .await;
}

/// Everything once, and nothing about the sound was wrong.
fn was_heard_well(caller: &Caller<'_>, audio: &CallAudio, words: &Words) {
    let speech = caller.scene.providers.asked(Provider::Speech);
    let played = audio.played();
    for text in [words.greeting, words.consent, words.answer] {
        assert_eq!(caller.spoken(text).len(), 1, "{text:?} once");
        for piece in caller.pieces_of(text) {
            let asked = speech.iter().filter(|it| it.text("input") == piece);
            assert_eq!(asked.count(), 1, "{piece:?} is asked for once");
            ear::assert_loud(&played, &piece);
        }
    }
    let late = played.longer_than(20).len();
    let frames = audio.sent().len() / FRAME;
    println!(
        "{}: {late} of {frames} frames late by more than 20 ms, at most {} ms ahead",
        words.code,
        played.most_ahead_us / 1_000
    );
    ear::assert_good(audio);
}

/// What the mind is told that it said before it was interrupted.
fn told_story(body: &Value, words: &Words) -> String {
    let messages = body["messages"].as_array().expect("messages");
    let mut said = messages.iter().filter(|it| it["role"] == "assistant");
    let last = said.next_back().map(|it| words_of(&it["content"]));
    last.filter(|it| *it != words.answer).unwrap_or_default()
}
