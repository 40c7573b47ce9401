//! When she does not answer, does not listen, or lets go at once.

use std::time::Duration;

use pbx_sim::{Settings, Stream};
use provider_sim::Provider;
use test_sound::{FRAME, noise};

use super::{DESK, ENGLISH, PERSON, Scene, is_built, within};

const CALLER: &str = "+966500000008";

#[tokio::test]
async fn off_by_default() {
    if !is_built() {
        return;
    }
    let off = [("BASMA_DN", ""), ("BASMA_FALLBACK_EXTENSION", "")];
    let scene = Scene::with(&ENGLISH, &off).await;
    let caller = scene.call(CALLER).await;
    // The call rings on: it is nobody's business.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let audio = caller.audio();
    assert!(audio.taken.is_empty() && audio.streams.is_empty());
    assert_eq!(scene.asked(), [0; 3]);
    assert_eq!(scene.stage.requests("/answer"), 0);
    caller.hang_up();
}

#[tokio::test]
async fn without_words_of_consent_nobody_listens() {
    if !is_built() {
        return;
    }
    let scene = Scene::with(&ENGLISH, &[("BASMA_CONSENT", "")]).await;
    let caller = scene.call(CALLER).await;
    caller.reaches(PERSON).await;
    let audio = caller.audio();
    assert_eq!(
        audio.of(Stream::Listening).count(),
        0,
        "{:?}",
        audio.streams
    );
    let [ears, mind, _] = scene.asked();
    assert_eq!((ears, mind), (0, 0));
    assert!(!audio.hung_up_by_stream && audio.ended.is_none());
    caller.hang_up();
}

#[tokio::test]
async fn without_providers_a_person_answers() {
    if !is_built() {
        return;
    }
    for missing in ["ANTHROPIC_API_KEY", "OPENAI_API_KEY"] {
        let scene = Scene::with(&ENGLISH, &[(missing, "")]).await;
        let caller = scene.call(CALLER).await;
        caller.reaches(PERSON).await;
        assert_eq!(caller.audio().of(Stream::Listening).count(), 0, "{missing}");
        assert_eq!(scene.providers.count(Provider::Hearing), 0, "{missing}");
        caller.hang_up();
    }
}

#[tokio::test]
async fn a_key_is_a_person_at_once() {
    if !is_built() {
        return;
    }
    let scene = Scene::in_language(&ENGLISH).await;
    // During the announcement, which is an opt-out, and in the middle of the talk.
    for when in [ENGLISH.greeting, ENGLISH.consent] {
        let caller = scene.call(CALLER).await;
        caller
            .until("her first words", |_| caller.heard(when).first().copied())
            .await;
        caller.press("0");
        caller.reaches(PERSON).await;
        let audio = caller.audio();
        assert!(audio.ended.is_none() && !audio.hung_up_by_stream);
        caller.hang_up();
    }
    let [ears, mind, _] = scene.asked();
    assert_eq!((ears, mind), (0, 0), "nobody was listened to");
}

#[tokio::test]
async fn what_is_said_before_the_announcement_is_over_is_not_heard() {
    if !is_built() {
        return;
    }
    let scene = Scene::in_language(&ENGLISH).await;
    scene.script(|script| script.transcript = "SECRET".to_owned());
    let caller = scene.call(CALLER).await;
    caller.reaches(DESK).await;
    caller
        .until("her first words", |_| {
            caller.heard(ENGLISH.greeting).first().copied()
        })
        .await;
    // Said and over before she has told that somebody listens.
    let said = caller.say(&super::caller::voice(ENGLISH.voice)[..FRAME * 40]);
    let consent = caller.hears(ENGLISH.consent).await;
    assert!(said.ends_us < consent.to_us, "the story is too slow");
    let asked = within(Duration::from_millis(2_500), "a transcription", || {
        (scene.providers.count(Provider::Hearing) > 0).then_some(())
    });
    assert!(asked.await.is_err(), "it was listened to");
    caller.press("0");
    caller.reaches(PERSON).await;
    caller.hang_up();
}

#[tokio::test]
async fn noise_is_not_transcribed() {
    if !is_built() {
        return;
    }
    let scene = Scene::in_language(&ENGLISH).await;
    scene
        .stage
        .pbx()
        .change_settings(|settings: &mut Settings| settings.line_noise = 120);
    let caller = scene.call(CALLER).await;
    caller.hears(ENGLISH.consent).await;
    // A door, and a louder street.
    caller.say(&noise(FRAME * 4, 9_000, 3));
    caller.say(&vec![0; FRAME * 60]);
    let street = caller.say(&noise(FRAME * 100, 400, 4));
    let over = within(Duration::from_secs(8), "the street to be over", || {
        (scene
            .stage
            .pbx()
            .audio(caller.callid)?
            .played()
            .moment(caller.audio().played().samples.len())
            > street.ends_us + 1_000_000)
            .then_some(())
    });
    over.await.expect("frames keep flowing");
    let [ears, mind, _] = scene.asked();
    assert_eq!((ears, mind), (0, 0));
    caller.press("0");
    caller.reaches(PERSON).await;
    caller.hang_up();
}

#[tokio::test]
async fn media_that_gets_ready_late() {
    if !is_built() {
        return;
    }
    let scene = Scene::in_language(&ENGLISH).await;
    let pbx = scene.stage.pbx();
    // V1
    pbx.change_settings(|settings| settings.media_not_ready = 5);
    let caller = scene.call(CALLER).await;
    caller.hears(ENGLISH.greeting).await;

    assert!(caller.audio().not_ready >= 5);
    caller.press("0");
    caller.reaches(PERSON).await;
    caller.hang_up();
    // Never: there is still a person.
    pbx.change_settings(|settings| settings.media_not_ready = u32::MAX);
    let caller = scene.call(CALLER).await;
    caller.reaches(PERSON).await;
    let audio = caller.audio();
    assert!(audio.streams.is_empty() && audio.ended.is_none());
    caller.hang_up();
}
