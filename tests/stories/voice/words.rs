//! Words and deeds that are looked after at once, and those that are not believed.

use std::time::Duration;

use pbx_sim::Answering;
use provider_sim::{Provider, Reply, Trouble};
use serde_json::Value;
use test_sound::FRAME;

use super::caller::Caller;
use super::{ARABIC, ENGLISH, PERSON, PHARMACY, Scene, is_built, reply_with_tool, within};

const CALLER: &str = "+966500000009";

/// A call in which the announcement is over.
async fn told(scene: &Scene) -> Caller<'_> {
    let caller = scene.call(CALLER).await;
    caller.hears(ENGLISH.consent).await;
    caller
}

/// What was said so far, as it was given to speech.
fn spoken_words(scene: &Scene) -> String {
    let asked = scene.providers.asked(Provider::Speech);
    let texts: Vec<&str> = asked.iter().map(|it| it.text("input")).collect();
    texts.join(" ")
}

#[tokio::test]
async fn an_emergency_is_told_the_numbers_and_a_person() {
    if !is_built() {
        return;
    }
    let scene = Scene::in_language(&ENGLISH).await;
    let caller = told(&scene).await;
    scene.providers.hears("Please help, this is an emergency!");
    caller.say_file(ENGLISH.voice);
    caller.reaches(PERSON).await;
    let said = spoken_words(&scene);
    assert!(said.contains("997") && said.contains("937"), "{said}");
    assert_eq!(scene.thoughts(), 0);
    let dialled = scene.stage.pbx().history();
    assert!(
        dialled.iter().all(|it| it.to.len() > 3 || it.to == PERSON),
        "{dialled:?}"
    );
    caller.hang_up();
}

#[tokio::test]
async fn a_word_is_a_person_at_once() {
    if !is_built() {
        return;
    }
    let scene = Scene::in_language(&ENGLISH).await;
    for words in ["I want to talk to an agent.", "أريد التحدث مع موظف"] {
        let before = scene.asked();
        let caller = told(&scene).await;
        scene.providers.hears(words);
        caller.say_file(ENGLISH.voice);
        caller.reaches(PERSON).await;
        assert_eq!(scene.asked()[..2], [before[0] + 1, before[1]], "{words}");
        caller.hang_up();
    }
}

#[tokio::test]
async fn invented_lines_are_not_believed() {
    if !is_built() {
        return;
    }
    let scene = Scene::in_language(&ENGLISH).await;
    let caller = told(&scene).await;
    for words in ["Thanks for watching!", "ترجمة نانسي قنقر"] {
        let before = scene.providers.count(Provider::Hearing);
        scene.providers.hears(words);
        caller.say_file("yes.wav");
        caller
            .until("a transcription", |_| {
                (scene.providers.count(Provider::Hearing) > before).then_some(())
            })
            .await;
    }
    let thought = within(Duration::from_secs(2), "a thought", || {
        (scene.providers.count(Provider::Mind) > 0).then_some(())
    });
    assert!(thought.await.is_err(), "the mind was asked about it");
    caller.press("0");
    caller.reaches(PERSON).await;
    caller.hang_up();
}

#[tokio::test]
async fn a_short_word_is_transcribed_in_the_language_of_the_caller() {
    if !is_built() {
        return;
    }
    let scene = Scene::in_language(&ARABIC).await;
    scene.script(|script| script.reply = Box::new(|_| Reply::text(ARABIC.answer)));
    let caller = scene.call(CALLER).await;
    caller.hears(ARABIC.consent).await;
    scene.providers.hears(ARABIC.question);
    caller.say_file(ARABIC.voice);
    caller.hears(ARABIC.answer).await;
    scene.providers.hears("نعم");
    caller.say(&super::caller::voice("yes.wav")[..FRAME * 30]);
    caller
        .until("the word to be transcribed", |_| {
            (scene.providers.count(Provider::Hearing) == 2).then_some(())
        })
        .await;
    let heard = scene.providers.asked(Provider::Hearing);
    assert_eq!(heard[1].text("language"), "ar");
    caller.hang_up();
}

/// Asks for the pharmacy; the mind transfers.
async fn asks_for_pharmacy(scene: &Scene, caller: &Caller<'_>) {
    scene.script(|script| {
        script.reply =
            Box::new(|body: &Value| reply_with_tool(body, ENGLISH.farewell, "transfer", PHARMACY));
    });
    scene.providers.hears(ENGLISH.other);
    caller.say_file(ENGLISH.voice);
    caller
        .until("the transfer", |_| {
            let history = scene.stage.pbx().history();
            let tried = |it: &pbx_sim::Placed| it.to == PHARMACY && it.how != "inbound";
            history.iter().any(tried).then_some(())
        })
        .await;
}

#[tokio::test]
async fn a_transfer_that_fails_is_told_and_the_caller_is_kept() {
    if !is_built() {
        return;
    }
    let scene = Scene::in_language(&ENGLISH).await;
    let pbx = scene.stage.pbx();
    // It rings, and somebody says no.
    pbx.set_incoming(
        PHARMACY,
        Answering::Decline {
            after_ms: Some(300),
        },
    );
    let caller = told(&scene).await;
    asks_for_pharmacy(&scene, &caller).await;
    let before = caller.spoken(ENGLISH.farewell)[0].to_us;
    caller
        .until("words about it", |audio| {
            let sounds = super::ear::sounds(&audio.played());
            let words =
                |it: super::ear::Span| it.from_us > before + 100_000 && it.milliseconds() > 1_000;
            sounds.into_iter().any(words).then_some(())
        })
        .await;
    let audio = caller.audio();
    assert!(audio.ended.is_none() && !audio.taken_by(PHARMACY));
    caller.press("0");
    caller.reaches(PERSON).await;
    assert!(!caller.audio().hung_up_by_stream);
    caller.hang_up();
}

#[tokio::test]
async fn of_two_final_acts_one_is_done() {
    if !is_built() {
        return;
    }
    let scene = Scene::in_language(&ENGLISH).await;
    let caller = told(&scene).await;
    scene.script(|script| {
        script.reply = Box::new(|body: &Value| {
            let mut reply = reply_with_tool(body, ENGLISH.farewell, "transfer", PHARMACY);
            reply
                .parts
                .extend(reply_with_tool(body, "And.", "transfer", "100").parts);
            reply
        });
    });
    scene.providers.hears(ENGLISH.other);
    caller.say_file(ENGLISH.voice);
    caller.reaches(PHARMACY).await;
    let again = within(Duration::from_secs(2), "another transfer", || {
        let history = scene.stage.pbx().history();
        let moves = history.iter().filter(|it| it.how != "inbound").count();
        (moves > 1).then_some(())
    });
    assert!(again.await.is_err(), "{:?}", scene.stage.pbx().history());
    caller.hang_up();
}

#[tokio::test]
async fn nothing_is_asked_for_a_caller_who_left() {
    if !is_built() {
        return;
    }
    for late in [Provider::Hearing, Provider::Mind, Provider::Speech] {
        let scene = Scene::in_language(&ENGLISH).await;
        scene.always_answers();
        let caller = told(&scene).await;
        let settled = caller.until("speech to be done", |_| {
            let asked = scene.providers.asked(Provider::Speech);
            asked
                .iter()
                .all(|it| it.ended_us.is_some())
                .then_some(asked.len())
        });
        let speech = settled.await;
        scene.providers.fails(late, Trouble::Hang);
        caller.say_file(ENGLISH.voice);
        let asked = |provider| {
            let asked = scene.providers.asked(provider);
            asked
                .into_iter()
                .find(|it| it.trouble == Some(Trouble::Hang))
        };
        caller
            .until("the request that hangs", |_| asked(late).map(|_| ()))
            .await;
        caller.hang_up();
        let given_up = within(Duration::from_secs(3), "it to be given up", || {
            asked(late).is_some_and(|it| it.aborted).then_some(())
        });
        given_up
            .await
            .unwrap_or_else(|why| panic!("{late:?}: {why}; {}", caller.told()));
        let before = scene.asked();
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(
            scene.asked(),
            before,
            "{late:?}: nothing more, after {speech}"
        );
    }
}

#[tokio::test]
async fn who_says_nothing_is_asked_and_let_go() {
    if !is_built() {
        return;
    }
    let scene = Scene::in_language(&ENGLISH).await;
    scene.script(|script| script.reply = Box::new(|_| Reply::text(ENGLISH.answer)));
    let caller = told(&scene).await;
    let over = within(Duration::from_secs(90), "a goodbye", || {
        let audio = caller.audio();
        (audio.ended.is_some() || audio.taken_by(PERSON)).then_some(audio)
    });
    let audio = over
        .await
        .unwrap_or_else(|why| panic!("{why}; {}", caller.told()));
    assert!(!audio.hung_up_by_stream, "{}", caller.told());
    let sounds = super::ear::sounds(&audio.played());
    assert!(sounds.len() >= 3, "she asked first: {sounds:?}");
    assert_eq!(scene.asked()[..2], [0, 0]);
    caller.hang_up();
}
