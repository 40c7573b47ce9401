//! Forms, senders, and every kind of answer.

use super::*;

fn draft<'a>(channel: Channel, sender: &'a Sender, text: &'a str) -> Draft<'a> {
    Draft {
        channel,
        sender,
        to: "+966500000000",
        text,
        callback: "https://a.example/webhooks/twilio?m=x",
    }
}

#[test]
fn forms() {
    let number = Sender::sms("+966500000001").unwrap();
    assert_eq!(
        form(&draft(Channel::Sms, &number, "a b&c=é")),
        "To=%2B966500000000&From=%2B966500000001&Body=a%20b%26c%3D%C3%A9\
         &StatusCallback=https%3A%2F%2Fa.example%2Fwebhooks%2Ftwilio%3Fm%3Dx"
    );
    let whatsapp = Sender::whatsapp("whatsapp:+966500000002").unwrap();
    let form_of = form(&draft(Channel::Whatsapp, &whatsapp, "x"));
    assert!(
        form_of
            .starts_with("To=whatsapp%3A%2B966500000000&From=whatsapp%3A%2B966500000002&Body=x&")
    );
    let service = Sender::sms(&format!("MG{}", "0".repeat(32))).unwrap();
    assert!(form(&draft(Channel::Sms, &service, "x")).contains("&MessagingServiceSid=MG000"));
    assert_eq!(path("AC0"), "/2010-04-01/Accounts/AC0/Messages.json");
}

#[test]
fn senders() {
    for good in ["+966500000000", "Clinic", "Clinic-AD", "BRAINSAIT 1"] {
        assert!(Sender::sms(good).is_some(), "{good}");
    }
    for bad in [
        "",
        "0500000000",
        "966500000000",
        "+12",
        "A name too long",
        "عيادة",
        "whatsapp:+966500000000",
        "12345",
    ] {
        assert!(Sender::sms(bad).is_none(), "{bad}");
    }
    for good in [
        "+966500000000",
        "whatsapp:+966500000000",
        "whatsapp: +966500000000",
    ] {
        assert_eq!(Sender::whatsapp(good).unwrap().as_str(), "+966500000000");
    }
    assert!(Sender::whatsapp("Clinic").is_none());
}

#[test]
fn answers() {
    let taken = |status: &str| Answer::Taken {
        sid: "SM1".into(),
        status: status.into(),
    };
    let check = |http, body: &str, expected| {
        assert_eq!(answer(http, body.as_bytes()), expected, "{body}");
    };
    check(
        201,
        r#"{"sid":"SM1","status":"queued","error_code":null,"body":"x"}"#,
        taken("queued"),
    );
    check(
        201,
        r#"{"sid":"SM1","status":"accepted"}"#,
        taken("accepted"),
    );
    // What only a report may say is not taken from the answer.
    for status in [
        r#""delivered""#,
        r#""read""#,
        "7",
        "null",
        r#""something new""#,
    ] {
        check(
            201,
            &format!(r#"{{"sid":"SM1","status":{status}}}"#),
            taken("accepted"),
        );
    }
    for (http, body) in [
        (201, ""),
        (200, "<html>"),
        (201, r#"{"sid":""}"#),
        (201, "{}"),
        (500, r#"{"code":20500,"message":"x"}"#),
        (503, ""),
        (408, ""),
        (499, r#"{"code":1}"#),
        (101, ""),
    ] {
        assert!(
            matches!(answer(http, body.as_bytes()), Answer::Unclear(_)),
            "{http} {body}"
        );
    }
}

#[test]
fn refusals_carry_advice() {
    let check = |http, body: &str, words: &str, is_about_number| {
        let Answer::Refused(refused) = answer(http, body.as_bytes()) else {
            panic!("{http} {body}");
        };
        assert!(refused.advice.contains(words), "{body}: {}", refused.advice);
        assert_eq!(refused.is_about_number, is_about_number, "{body}");
        assert_eq!(refused.is_too_much, http == 429);
    };
    let code = |code: u32| format!(r#"{{"code":{code},"message":"so","status":400}}"#);
    check(400, &code(21_614), "no mobile number", true);
    check(400, &code(21_610), "opted out", true);
    check(400, &code(63_016), "24 hours", false);
    check(400, &code(21_606), "TWILIO_SMS_FROM", false);
    check(400, &code(21_659), "TWILIO_SMS_FROM", false);
    check(400, &code(21_212), "TWILIO_SMS_FROM", false);
    check(400, &code(21_211), "check it", true);
    check(403, &code(21_408), "Geo permissions", true);
    check(401, &code(20_003), "TWILIO_AUTH_TOKEN", false);
    check(401, "", "TWILIO_AUTH_TOKEN", false);
    check(429, &code(20_429), "wait", false);
    check(429, "<html>", "wait", false);
    check(400, "not JSON", "error dictionary", false);
    check(302, "", "error dictionary", false);
    check(
        201,
        r#"{"sid":"SM1","status":"failed","error_code":30006}"#,
        "no mobile",
        true,
    );
}
