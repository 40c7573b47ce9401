//! Calls in which everything works, and callers who do what they like.

use serde_json::json;

use super::world::{Asked, CONSENT, Does, GREETING, World, text, tool};
use crate::basma::mind::Thought;
use crate::basma::phrases::Phrase;
use crate::basma::protocol::{End, Input, Target, Who};
use crate::basma::testing::{ARABIC, ENGLISH, SHORT_ARABIC, noise, silence};
use crate::basma::words::Language;

#[test]
fn greeted_told_heard_answered_and_transferred() {
    let mut world = World::new().told();
    assert_eq!(world.heard(Who::Basma), [GREETING, CONSENT]);
    assert_eq!(world.heard(Who::Consent), [CONSENT]);
    assert_eq!(world.hears(), 0);
    world.says(ENGLISH);
    world.pass(6_000);
    assert_eq!(world.heard(Who::Caller), ["When are you open?"]);
    assert_eq!(world.heard(Who::Basma)[2..], ["Yes, we are open today."]);
    // One request for an utterance, never one for a frame (V20).
    assert_eq!(world.hears(), 1);

    world.ears = Box::new(|_| Does::Well("أريد المبيعات"));
    world.mind = Box::new(|_| {
        let mut thoughts = vec![text("حاضر، "), text("سأحوّلك إلى المبيعات. ")];
        thoughts.extend(tool("transfer_to", r#"{"destination":"Sales"}"#));
        thoughts.push(Thought::Done);
        Does::Well(thoughts)
    });
    world.says(ARABIC);
    let report = world.until_its_end();
    assert_eq!((report.end, report.reason), (End::HandedOver, "transfer"));
    assert_eq!((report.turns, report.language), (2, Language::Arabic));
    assert_eq!(world.routes().len(), 1);
    assert_eq!(world.routes()[0].1, &Target::Named("Sales".into()));
    // She announced it herself, once, and greeted once.
    assert_eq!(world.heard(Who::Basma)[3..], ["حاضر، سأحوّلك إلى المبيعات."]);
    assert!(world.longest_silence <= 2_000, "{}", world.longest_silence);
    assert_eq!(report.frames.late, 0);
}

#[test]
fn the_move_waits_until_everything_was_heard() {
    // V19: what remains and 300 ms.
    let mut world = World::new().told();
    world.mind = Box::new(|_| {
        let mut thoughts = vec![text("I will put you through to Sara now. ")];
        thoughts.extend(tool("transfer_to", r#"{"destination":"104"}"#));
        Does::Well(thoughts)
    });
    world.says(ENGLISH);
    world.until_its_end();
    let routed_at = world.routes()[0].0;
    let told_at = world.lines.last().unwrap().at;
    assert!(
        (300..=340).contains(&(routed_at - told_at)),
        "{}",
        routed_at - told_at
    );
    let Asked::Speak(last) = &world.asked[world.asked.len() - 2].1 else {
        panic!("{:?}", world.asked);
    };
    assert_eq!(last, "I will put you through to Sara now.");
}

#[test]
fn an_interruption_stops_the_sound_and_history_keeps_what_was_heard() {
    // V6
    let mut world = World::new().told();
    world.mind = Box::new(|_| {
        Does::Well(vec![
            text("We are open from nine until five. "),
            text("On Friday we are closed the whole day. "),
            text("On Saturday we are open until noon. "),
            text("And there is "),
            text("much more to say."),
        ])
    });
    world.says(ENGLISH);
    world.pass(3_400);
    assert!(world.put_out.ends_with(&[true; 40]), "she is speaking");
    let before = world.put_out.len();
    world.says(ENGLISH);
    // Speech files begin with a moment of silence; from its first loud frame on, ten frames are 200 ms.
    let onset = crate::basma::testing::said(ENGLISH)
        .iter()
        .position(|it| it.loudness() > 500.0)
        .unwrap();
    let stopped = world.put_out[before..].iter().position(|sound| !sound);
    assert!(stopped.unwrap() <= onset + 10, "onset {onset}, {stopped:?}");
    world.pass(1_500);
    let messages = &world.thinks()[1]["messages"];
    let heard = messages[1]["content"][0]["text"].as_str().unwrap();
    assert!(
        heard.starts_with("We are open from nine until five."),
        "{heard}"
    );
    assert!(
        !heard.contains("Saturday") && !heard.contains("more"),
        "{heard}"
    );
    assert_eq!(messages[2]["role"], "user");
    assert_eq!(world.heard(Who::Basma)[2..].join(" "), heard);
}

#[test]
fn a_noise_does_not_stop_her_for_good() {
    let mut world = World::new().told();
    world.mind = Box::new(|_| {
        let answer = "We are open from nine until five on every day except for Friday.";
        Does::Well(vec![text(answer), Thought::Done])
    });
    world.says(ENGLISH);
    world.pass(2_400);
    for frame in noise(12, 4_000) {
        world.hear(frame);
    }
    world.pass(6_000);
    let answer = world.heard(Who::Basma)[2..].join(" ");
    assert_eq!(
        answer,
        "We are open from nine until five on every day except for Friday."
    );
    assert_eq!((world.hears(), world.thinks().len()), (1, 1));
}

#[test]
fn a_tool_that_is_being_named_is_let_finish() {
    // V7: once, and only the words are interrupted.
    let mut world = World::new().told();
    world.mind = Box::new(|_| {
        let mut thoughts = vec![text("I am noting your message for the staff right now. "); 2];
        let [reaching, using] = tool("take_message", r#"{"message":"call back"}"#);
        thoughts.push(reaching);
        // It takes its time to name the arguments.
        thoughts.extend(std::iter::repeat_n(text(""), 90));
        thoughts.extend([using, text("Never heard. "), Thought::Done]);
        Does::Well(thoughts)
    });
    world.says(ENGLISH);
    world.pass(1_400);
    world.says(SHORT_ARABIC);
    assert!(world.heard(Who::Message).is_empty());
    world.pass(4_000);
    assert_eq!(world.heard(Who::Message), [r#"{"message":"call back"}"#]);
    assert!(!world.heard(Who::Basma).join(" ").contains("Never heard"));
}

#[test]
fn only_the_first_final_action_counts() {
    // V8
    let mut world = World::new().told();
    world.mind = Box::new(|_| {
        let mut thoughts = Vec::new();
        thoughts.extend(tool("transfer_to", r#"{"destination":"104"}"#));
        thoughts.extend(tool("transfer_to", r#"{"destination":"105"}"#));
        thoughts.extend(tool("end_call", "{}"));
        thoughts.push(Thought::Done);
        Does::Well(thoughts)
    });
    world.says(ENGLISH);
    world.pass(3_000);
    world.give(Input::Keys("0".into()));
    let report = world.until_its_end();
    assert_eq!(report.end, End::HandedOver);
    assert_eq!(world.routes().len(), 1);
    assert_eq!(world.routes()[0].1, &Target::Named("104".into()));
    assert_eq!(world.count(|it| *it == Asked::HangUp), 0);
    // She had not announced it, so it was announced for her.
    assert!(world.heard(Who::Basma)[2..].contains(&Phrase::Transfer.text(Language::English)));
}

#[test]
fn silence_and_noise_ask_nobody() {
    // V9
    let mut world = World::new().told();
    for frame in [
        silence(50),
        noise(150, 700),
        silence(80),
        noise(4, 9_000),
        silence(50),
    ]
    .concat()
    {
        world.hear(frame);
    }
    assert_eq!(world.hears(), 0);
    // A transcript of nothing is not thought about; the caller is asked again.
    world.ears = Box::new(|_| Does::Well(""));
    world.says(ENGLISH);
    world.pass(4_000);
    assert_eq!((world.hears(), world.thinks().len()), (1, 0));
    assert!(
        world
            .heard(Who::Basma)
            .contains(&Phrase::Again.text(Language::English))
    );
}

#[test]
fn short_answers_are_heard_in_the_callers_language() {
    let mut world = World::new().told();
    world.ears = Box::new(|_| Does::Well("أريد موعدا"));
    for file in [ARABIC, SHORT_ARABIC] {
        world.says(file);
        world.pass(6_000);
    }
    let hints: Vec<_> = world
        .asked
        .iter()
        .filter(|it| matches!(it.1, Asked::Hear(_)))
        .collect();
    assert_eq!(hints[0].1, Asked::Hear(None));
    assert_eq!(hints[1].1, Asked::Hear(Some(Language::Arabic)));
}

#[test]
fn a_key_or_a_word_always_reaches_a_person() {
    // V15, also while she speaks.
    let mut world = World::new().told();
    world.says(ENGLISH);
    world.pass(1_500);
    world.give(Input::Keys("0".into()));
    let report = world.until_its_end();
    assert_eq!((report.end, report.reason), (End::HandedOver, "asked"));
    assert_eq!(world.routes(), [(world.routes()[0].0, &Target::Person)]);
    for words in ["I want an agent", "أريد التحدث مع موظف"] {
        let mut world = World::new().told();
        world.ears = Box::new(move |_| Does::Well(words));
        world.says(ENGLISH);
        let report = world.until_its_end();
        assert_eq!((report.end, report.reason), (End::HandedOver, "asked"));
        assert!(world.thinks().is_empty());
    }
}

#[test]
fn an_emergency_gets_the_numbers_and_a_person() {
    // V16
    for (words, language) in [
        ("This is an emergency", Language::English),
        ("عندي حالة طارئة", Language::Arabic),
    ] {
        let mut world = World::new().told();
        world.ears = Box::new(move |_| Does::Well(words));
        world.says(ENGLISH);
        let report = world.until_its_end();
        assert_eq!((report.end, report.reason), (End::HandedOver, "emergency"));
        let last = *world.heard(Who::Basma).last().unwrap();
        assert_eq!(last, Phrase::Emergency.text(language));
        assert!(last.contains("997") && last.contains("937"));
        assert_eq!(world.routes()[0].1, &Target::Person);
        assert!(world.thinks().is_empty());
    }
}

#[test]
fn who_does_not_want_to_be_listened_to_is_not() {
    // V17: a key during the announcement, whatever is said meanwhile.
    let mut world = World::new();
    world.give(Input::Connected);
    world.says(ENGLISH);
    world.give(Input::Keys("0".into()));
    world.exit = Box::new(|time| if time < 2 { Err("busy") } else { Ok(()) });
    world.says(ENGLISH);
    let report = world.until_its_end();
    assert_eq!((report.end, report.reason), (End::HandedOver, "opted_out"));
    assert_eq!((world.hears(), world.routes().len()), (0, 2));
    // And words, later.
    let mut world = World::new().told();
    world.ears = Box::new(|_| Does::Well("please do not record me"));
    world.says(ENGLISH);
    assert_eq!(world.until_its_end().reason, "opted_out");
    // Without the announcement nobody is listened to at all, and no provider is asked.
    let mut world = World::with(None);
    world.give(Input::Connected);
    world.says(ENGLISH);
    let report = world.until_its_end();
    assert_eq!(
        (report.end, report.reason),
        (End::HandedOver, "nobody_listens")
    );
    assert_eq!(world.asked.len(), 1);
}

#[test]
fn a_transfer_that_fails_is_told_and_the_caller_kept() {
    let mut world = World::new().told();
    world.exit = Box::new(|time| {
        if time == 1 {
            Err("nobody answered")
        } else {
            Ok(())
        }
    });
    world.mind = Box::new(|time| {
        let mut thoughts = vec![text("One moment. ")];
        if time == 1 {
            thoughts.extend(tool("transfer_to", r#"{"destination":"104"}"#));
        } else {
            thoughts.extend(tool("end_call", "{}"));
        }
        Does::Well(thoughts)
    });
    world.says(ENGLISH);
    world.pass(10_000);
    assert!(world.report.is_none());
    let failed = Phrase::TransferFailed.text(Language::English);
    assert_eq!(world.heard(Who::Basma).last(), Some(&failed));
    world.says(ENGLISH);
    assert_eq!(world.until_its_end().end, End::Goodbye);
    let thinks = world.thinks();
    let messages = thinks[1]["messages"].as_array().unwrap();
    let result = &messages[2]["content"][0];
    assert_eq!(
        (&result["type"], &result["is_error"]),
        (&json!("tool_result"), &json!(true))
    );
    assert!(
        result["content"]
            .as_str()
            .unwrap()
            .contains("nobody answered")
    );
    assert_eq!(messages[2]["content"][1]["type"], "text");
}

#[test]
fn who_is_free_comes_back_to_the_mind() {
    let mut world = World::new().told();
    world.mind = Box::new(|time| {
        Does::Well(if time == 1 {
            let [reaching, using] = tool("who_is_free", "{}");
            vec![text("Let me look. "), reaching, using, Thought::Done]
        } else {
            vec![text("Sara is free. Shall I transfer you?"), Thought::Done]
        })
    });
    world.says(ENGLISH);
    world.pass(6_000);
    let messages = world.thinks()[1]["messages"].clone();
    assert_eq!(messages[1]["content"][0]["text"], "Let me look.");
    assert_eq!(messages[1]["content"][1]["type"], "tool_use");
    assert_eq!(messages[2]["content"][0]["content"], "Sara (104): free");
    let heard = world.heard(Who::Basma)[2..].join(" ");
    assert_eq!(heard, "Let me look. Sara is free. Shall I transfer you?");
}

#[test]
fn a_caller_who_says_nothing_is_asked_and_then_let_go() {
    let mut world = World::new().told();
    let report = world.until_its_end();
    assert_eq!((report.end, report.reason), (End::Goodbye, "silence"));
    let asked = Phrase::StillThere.text(Language::English);
    let goodbye = Phrase::Goodbye.text(Language::English);
    assert_eq!(world.heard(Who::Basma)[2..], [asked, asked, goodbye]);
}

#[test]
fn a_call_that_lasts_too_long_goes_to_a_person() {
    let mut world = World::new().told();
    let turns = (0..200).take_while(|_| {
        world.says(SHORT_ARABIC);
        world.pass(5_000);
        world.report.is_none()
    });
    let turns = turns.count();
    let report = world.report.unwrap();
    assert_eq!((report.end, report.reason), (End::HandedOver, "limit"));
    assert!((50..=60).contains(&turns), "{turns}");
}

#[test]
fn a_caller_who_leaves_costs_nothing_more() {
    // V14: while hearing, thinking, speaking.
    for wait in [700, 900, 1_300, 2_500] {
        let mut world = World::new().told();
        world.says(ENGLISH);
        world.pass(wait);
        world.give(Input::Gone);
        let report = world.report.clone().unwrap();
        assert_eq!(report.end, End::CallerLeft);
        let asked = world.asked.len();
        world.give(Input::Gone);
        world.pass(5_000);
        assert_eq!(world.asked.len(), asked);
    }
}

#[test]
fn a_leg_that_is_gone_before_the_answer_to_its_route_was_handed_over() {
    // The event comes before the answer (2.5 seconds after the request).
    for (is_done, end) in [(true, End::HandedOver), (false, End::CallerLeft)] {
        let mut world = World::new().told();
        if !is_done {
            world.exit = Box::new(|_| Err("gone"));
        }
        world.give(Input::Keys("0".into()));
        while world.routes().is_empty() {
            world.pass(20);
        }
        world.pass(400);
        world.give(Input::Gone);
        world.give(Input::Gone);
        assert_eq!(world.report, None);
        assert_eq!(world.until_its_end().end, end);
        assert_eq!(world.routes().len(), 1);
    }
    // An answer that never comes is not waited for.
    let mut world = World::new().told();
    world.give(Input::Keys("0".into()));
    while world.routes().is_empty() {
        world.pass(20);
    }
    world.give(Input::Gone);
    world.forget_what_comes();
    assert_eq!(world.until_its_end().end, End::CallerLeft);
}
