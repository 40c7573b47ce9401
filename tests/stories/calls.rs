//! Placing calls and ending them.

use pbx_sim::{Answering, Deed, Device, Fault, InboundCall, NumberChange, Rule};
use serde_json::json;

use crate::harness::{Stage, until};

#[tokio::test]
async fn a_colleague_is_called_and_the_call_is_ended() {
    let stage = Stage::new().await;
    let client = stage.client();

    let call = client
        .call(
            "make_call",
            json!({ "extension": "100", "destination": "104" }),
        )
        .await;
    let call = call.ok();
    assert_eq!(call["success"], json!(true));
    assert_eq!(
        (&call["extension"], &call["destination"]),
        (&json!("100"), &json!("104"))
    );
    let participant = call["participantId"].as_str().unwrap().to_owned();
    assert!(participant.parse::<u32>().unwrap() > 0);

    until("the call to be answered", async || {
        let presence = client
            .call("get_presence", json!({ "extension": "104" }))
            .await;
        (presence.ok()["onCall"] == json!(true)).then_some(())
    })
    .await;
    let mine = client
        .call("get_presence", json!({ "extension": "100" }))
        .await;
    assert_eq!(mine.ok()["calls"][0]["participantId"], json!(participant));
    assert_eq!(mine.ok()["calls"][0]["otherParty"], json!("104"));

    // The current call: no participant_id is needed.
    let ended = client
        .call("drop_call", json!({ "extension": "100" }))
        .await;
    assert_eq!(ended.ok()["participantId"], json!(participant));
    assert_eq!(ended.ok()["alreadyOver"], json!(false));
    until("the colleague to be free again", async || {
        let presence = client
            .call("get_presence", json!({ "extension": "104" }))
            .await;
        (presence.ok()["onCall"] == json!(false)).then_some(())
    })
    .await;

    let again = client
        .call(
            "drop_call",
            json!({ "extension": "100", "participant_id": participant }),
        )
        .await;
    assert_eq!(again.ok()["alreadyOver"], json!(true));
    assert_eq!(
        client
            .call("drop_call", json!({ "extension": "100" }))
            .await
            .code(),
        "not_found"
    );
}

#[tokio::test]
async fn outside_numbers_are_dialled_as_e164_however_they_are_written() {
    let stage = Stage::new().await;
    let client = stage.client();
    for written in [
        "0500000000",
        "٠٥٠٠٠٠٠٠٠٠",
        "۰۵۰۰۰۰۰۰۰۰",
        "00966500000000",
        "+966 50-000-0000",
    ] {
        let call = client
            .call("make_call", json!({ "destination": written }))
            .await;
        assert_eq!(
            call.ok()["destination"],
            json!("+966500000000"),
            "{written}"
        );
        client.call("drop_call", json!({})).await.ok();
    }
    assert_eq!(stage.pbx().calls_placed_to("+966500000000"), 5);
    assert_eq!(stage.pbx().history().len(), 5);
}

#[tokio::test]
async fn dangerous_numbers_never_reach_the_pbx() {
    let stage = Stage::new().await;
    let client = stage.client();
    for (destination, code) in [
        ("997", "forbidden_destination"),
        ("٩١١", "forbidden_destination"),
        ("+966997", "forbidden_destination"),
        ("116111", "forbidden_destination"),
        ("+966925000000", "forbidden_destination"),
        ("1410", "forbidden_destination"),
        ("*21*0500000000#", "forbidden_destination"),
        ("+49301234567", "forbidden_destination"),
        ("+9669660500000000", "invalid_argument"),
        ("1234567", "invalid_argument"),
        ("sip:100@pbx.example.com", "invalid_argument"),
        ("call Sara", "invalid_argument"),
        ("", "invalid_argument"),
        ("100", "invalid_argument"), // itself
    ] {
        let answer = client
            .call("make_call", json!({ "destination": destination }))
            .await;
        assert_eq!(answer.code(), code, "{destination}: {}", answer.text);
        assert!(answer.value["error"]["hint"].is_string(), "{destination}");
    }
    assert_eq!(stage.pbx().history().len(), 0);
    assert_eq!(stage.requests("makecall"), 0);
}

#[tokio::test]
async fn the_rules_of_the_house_decide_which_numbers_are_open() {
    let variables = [
        ("DIAL_ALLOW", "+966*,+4930*,1??"),
        ("DIAL_DENY", "+966511*"),
    ];
    let stage = Stage::with(&variables).await;
    let client = stage.client();
    for (destination, is_open) in [
        ("+4930123456", true),
        ("0500000000", true),
        ("101", true),
        ("0511000000", false),
        ("+49891234567", false),
        ("800", false),
    ] {
        let answer = client
            .call("make_call", json!({ "destination": destination }))
            .await;
        assert_eq!(answer.is_error, !is_open, "{destination}: {}", answer.text);
        if is_open {
            client.call("drop_call", json!({})).await;
        } else {
            assert_eq!(answer.code(), "forbidden_destination");
        }
    }
}

#[tokio::test]
async fn an_app_places_the_call_and_a_desk_phone_rings_first() {
    let stage = Stage::new().await;
    let client = stage.client();
    stage
        .pbx()
        .change_settings(|settings| settings.pick_up = Answering::Never);

    // 101 has a desk phone and the 3CX app: the app dials by itself.
    let call = client
        .call(
            "make_call",
            json!({ "extension": "101", "destination": "0500000000" }),
        )
        .await;
    assert!(
        call.ok()["device"]["userAgent"]
            .as_str()
            .unwrap()
            .starts_with("3CX")
    );
    assert_eq!(call.ok()["status"], json!("Dialing"));
    let desk_phone = call.ok()["otherDevices"][0]["deviceId"].clone();

    // The desk phone can be asked for, and the answer says that it rings first.
    let call = client
        .call(
            "make_call",
            json!({ "extension": "101", "destination": "0500000001", "device_id": desk_phone }),
        )
        .await;
    assert_eq!(call.ok()["device"]["deviceId"], desk_phone);
    assert!(
        call.ok()["message"]
            .as_str()
            .unwrap()
            .contains("rings first"),
        "{}",
        call.text
    );

    let unknown = client
        .call(
            "make_call",
            json!({ "extension": "101", "destination": "102", "device_id": "sip:x" }),
        )
        .await;
    assert_eq!(unknown.code(), "not_found");
    assert!(
        unknown.text.contains(desk_phone.as_str().unwrap()),
        "{}",
        unknown.text
    );
}

#[tokio::test]
async fn an_extension_without_a_phone_places_no_call() {
    let stage = Stage::new().await;
    let call = stage
        .client()
        .call(
            "make_call",
            json!({ "extension": "110", "destination": "101" }),
        )
        .await;
    assert_eq!(call.code(), "pbx_rejected");
    assert!(call.text.contains("no phone signed in"), "{}", call.text);
    assert_eq!(stage.pbx().calls_placed_to("101"), 0);
}

#[tokio::test]
async fn extensions_that_do_not_exist_or_are_not_ours() {
    let stage = Stage::new().await;
    let client = stage.client();
    let arguments = |extension| json!({ "extension": extension, "destination": "101" });
    assert_eq!(
        client.call("make_call", arguments("199")).await.code(),
        "not_found"
    );
    let forbidden = client.call("make_call", arguments("113")).await;
    assert_eq!(forbidden.code(), "forbidden");
    assert!(
        forbidden.text.contains("Integrations > API"),
        "{}",
        forbidden.text
    );
    assert_eq!(
        client.call("make_call", arguments("10x")).await.code(),
        "invalid_argument"
    );
    assert_eq!(
        client
            .call("drop_call", json!({ "extension": "199" }))
            .await
            .code(),
        "not_found"
    );
    let nonsense = json!({ "extension": "100", "participant_id": "8107/../.." });
    assert_eq!(
        client.call("drop_call", nonsense).await.code(),
        "invalid_argument"
    );
}

#[tokio::test]
async fn what_the_pbx_refuses_is_no_success() {
    for numbers in [false, true] {
        let stage = Stage::new().await;
        stage
            .pbx()
            .change_settings(|settings| settings.finalstatus_numbers = numbers);
        let client = stage.client();
        for (answering, word) in [
            (Answering::Busy, "Busy"),
            (Answering::Unknown, "Unknown"),
            (Answering::Unreachable, "Reachable"),
        ] {
            stage.pbx().set_outside("+966500000000", answering);
            let call = client
                .call("make_call", json!({ "destination": "0500000000" }))
                .await;
            assert_eq!(call.code(), "pbx_rejected");
            assert!(call.text.contains(word), "{}", call.text);
        }
    }
}

#[tokio::test]
async fn several_calls_are_told_apart() {
    let stage = Stage::new().await;
    let client = stage.client();
    stage
        .pbx()
        .change_settings(|settings| settings.extensions = Answering::Never);
    for from in ["+966500000001", "+966500000002"] {
        let call = InboundCall {
            from: from.into(),
            name: None,
            to: "101".into(),
            answering: None,
        };
        stage.pbx().inbound(&call).unwrap();
    }
    let legs = until("all phones of 101 to ring", async || {
        let presence = client
            .call("get_presence", json!({ "extension": "101" }))
            .await;
        let calls = presence.ok()["calls"].as_array().unwrap().clone();
        (calls.len() >= 2).then_some(calls)
    })
    .await;
    assert!(
        legs.iter()
            .all(|leg| leg["status"] == json!("Ringing") && leg["external"] == json!(true))
    );

    let unclear = client
        .call("drop_call", json!({ "extension": "101" }))
        .await;
    assert_eq!(unclear.code(), "ambiguous_participant");
    let listed = unclear.value["error"]["details"]["participants"]
        .as_array()
        .unwrap();
    let chosen = listed
        .iter()
        .find(|leg| leg["otherParty"] == json!("+966500000002"))
        .unwrap();
    client
        .call(
            "drop_call",
            json!({ "extension": "101", "participant_id": chosen["participantId"] }),
        )
        .await
        .ok();
    stage.pbx().party("+966500000001", Deed::HangUp);
}

#[tokio::test]
async fn a_second_call_costs_one_request() {
    // Without the link, whose own reads would be counted too.
    let stage = Stage::with(&[("PBX_EVENTS", "off")]).await;
    let client = stage.client();
    client
        .call("make_call", json!({ "destination": "104" }))
        .await
        .ok();
    client.call("drop_call", json!({})).await.ok();
    stage.pbx().clear_requests();
    client
        .call("make_call", json!({ "destination": "104" }))
        .await
        .ok();
    let requests = stage.pbx().requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    assert!(requests[0].path.ends_with("/makecall"));
}

#[tokio::test]
async fn a_phone_that_signed_in_anew_is_found() {
    let stage = Stage::new().await;
    let client = stage.client();
    client
        .call("make_call", json!({ "destination": "104" }))
        .await
        .ok();
    client.call("drop_call", json!({})).await.ok();
    let device = Device {
        device_id: "sip:100@pbx.example.com:5063;rinstance=another".into(),
        user_agent: "3CX Desktop App".into(),
        direct_control: true,
    };
    let change = NumberChange {
        devices: Some(vec![device.clone()]),
        ..NumberChange::default()
    };
    assert!(stage.pbx().change_number("100", change));
    let call = client
        .call("make_call", json!({ "destination": "104" }))
        .await;
    assert_eq!(call.ok()["device"]["deviceId"], json!(device.device_id));
    assert_eq!(stage.pbx().calls_placed_to("104"), 2);
}

#[tokio::test]
async fn an_unclear_outcome_is_looked_up_and_never_repeated() {
    let html = || Fault::Html;
    let error = || Fault::Status {
        status: 503,
        body: String::new(),
        content_type: None,
        headers: std::collections::BTreeMap::new(),
    };
    // Carried out or not: in each case nobody told us.
    for (fault, placed) in [
        (Fault::ResetAfter, 1),
        (Fault::Truncate, 1),
        (Fault::Reset, 0),
        (html(), 0),
        (error(), 0),
        (Fault::Empty, 0),
    ] {
        let stage = Stage::new().await;
        let client = stage.client();
        stage.pbx().set_outside("+966500000000", Answering::Never);
        stage
            .pbx()
            .add_fault(Rule::once("/makecall", fault.clone()));
        let call = client
            .call("make_call", json!({ "destination": "0500000000" }))
            .await;
        assert_eq!(call.code(), "outcome_unknown", "{fault:?}: {}", call.text);
        assert_eq!(call.value["error"]["retryable"], json!(false));
        assert_eq!(stage.requests("/makecall"), 1, "{fault:?}");
        assert_eq!(
            stage.pbx().calls_placed_to("+966500000000"),
            placed,
            "{fault:?}"
        );
        let seen = call.value["error"]["details"]["calls"].as_array().unwrap();
        assert_eq!(seen.len(), placed, "{fault:?}: {}", call.text);
    }
}

#[tokio::test]
async fn an_unclear_hanging_up_is_looked_up() {
    for (fault, requests) in [(Fault::ResetAfter, 1), (Fault::Reset, 2)] {
        let stage = Stage::new().await;
        let client = stage.client();
        client
            .call("make_call", json!({ "destination": "0500000000" }))
            .await
            .ok();
        stage.pbx().add_fault(Rule::once("/drop", fault));
        client.call("drop_call", json!({})).await.ok();
        assert_eq!(stage.requests("/drop"), requests);
        let presence = client.call("get_presence", json!({})).await;
        assert_eq!(presence.ok()["calls"], json!([]));
    }
}
