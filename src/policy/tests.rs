//! Reading and judging numbers, story by story.

mod properties;

use super::*;

/// `expected` is the destination written out and its class, or the beginning of the error.
fn check(home: &str, text: &str, expected: Result<(&str, Class), &str>) {
    let home = Country::from_iso(home).unwrap();
    match (Destination::parse(text, home), expected) {
        (Ok(actual), Ok((number, class))) => {
            assert_eq!(
                (actual.as_str(), actual.class(home)),
                (number, class),
                "text {text:?}"
            );
        }
        (Err(actual), Err(part)) => {
            assert!(actual.to_string().contains(part), "text {text:?}: {actual}");
            assert!(!actual.hint().is_empty());
        }
        (actual, expected) => panic!("text {text:?}: {actual:?}, expected {expected:?}"),
    }
}

fn good(text: &str, number: &str, class: Class) {
    check("SA", text, Ok((number, class)));
}

fn bad(text: &str, part: &str) {
    check("SA", text, Err(part));
}

#[test]
fn saudi_forms() {
    for text in [
        "+966501234567",
        "00966501234567",
        "966501234567",
        "0501234567",
        "501234567",
        "+966 (0) 50 123 4567",
        "0096605 0123 4567",
        "9660501234567",
        "٠٥٠١٢٣٤٥٦٧",
        "۰۵۰۱۲۳۴۵۶۷",
        "\u{202D}+966\u{A0}50\u{2011}123\u{2014}4567\u{202C}",
        "050/123.4567\n",
    ] {
        good(text, "+966501234567", Class::Mobile);
    }
    for text in [
        "0112345678",
        "+966112345678",
        "966112345678",
        "+9660112345678",
    ] {
        good(text, "+966112345678", Class::Fixed);
    }
    for text in [
        "8001234567",
        "+9668001234567",
        "9668001234567",
        "009668001234567",
    ] {
        good(text, "+9668001234567", Class::TollFree);
    }
    for text in ["920012345", "+966920012345", "966920012345"] {
        good(text, "+966920012345", Class::SharedCost);
    }
    for text in [
        "925012345",
        "+966925012345",
        "00966925012345",
        "966925012345",
    ] {
        good(text, "+966925012345", Class::Premium);
    }
}

#[test]
fn saudi_forms_that_are_not_repaired() {
    bad("+00966501234567", "twice");
    bad("0000966501234567", "twice");
    bad("+966966501234567", "twice");
    bad("966966501234567", "twice");
    bad("+96600966501234567", "twice");
    bad("+0501234567", "none begins with 0");
    bad("0920012345", "not a number of Saudi Arabia");
    bad("08001234567", "not a number of Saudi Arabia");
    bad("+9660920012345", "not a number of Saudi Arabia");
    bad("+966521234567", "not a number of Saudi Arabia");
    bad("0521234567", "not a number of Saudi Arabia");
    bad("05012345678", "not a number of Saudi Arabia");
    bad("112345678", "not a number of Saudi Arabia");
    bad("12345678", "not a number of Saudi Arabia");
    bad("2345678", "local number without its area code");
    bad("", "empty");
    bad("\u{200F} ", "empty");
    bad("5", "too short");
    bad("00", "too short");
}

#[test]
fn internal_numbers_stay_internal() {
    for text in ["10", "100", "12310", "966501", "500123", "٩١٠"] {
        let plain = ExtensionNumber::parse(text).unwrap();
        good(text, plain.as_str(), Class::Extension);
    }
}

#[test]
fn text_that_dials_more_than_digits() {
    bad("*21*0501234567#", "feature code");
    bad("100#", "feature code");
    bad("100,,1", "pause");
    bad("100;ext=2", "pause");
    bad("sip:100@pbx.example.com", "address");
    bad("reception", "letter");
    bad("1-800-FLOWERS", "letter");
    bad(&"1".repeat(65), "too long");
    bad("0096650123456789012345", "too long");
}

#[test]
fn other_countries() {
    good("+971501234567", "+971501234567", Class::Foreign);
    good("00442079460000", "+442079460000", Class::Foreign);
    good("+33123456789", "+33123456789", Class::Foreign);
    good("+449011234567", "+449011234567", Class::Premium);
    bad("+33123", "7 to 15 digits");
    bad("+3312345678901234", "7 to 15 digits");
    bad("971501234567", "not a number of Saudi Arabia");
}

#[test]
fn other_homes() {
    check(
        "GB",
        "020 7946 0000",
        Ok(("+442079460000", Class::National)),
    );
    check(
        "GB",
        "0044 20 7946 0000",
        Ok(("+442079460000", Class::National)),
    );
    check("GB", "442079460000", Ok(("+442079460000", Class::National)));
    check(
        "GB",
        "2079460000",
        Err("not a number of the United Kingdom"),
    );
    check("GB", "+966501234567", Ok(("+966501234567", Class::Foreign)));
    check("GB", "+966925012345", Ok(("+966925012345", Class::Premium)));
    check("GB", "+966997", Ok(("+966997", Class::Emergency)));
    check("GB", "997", Ok(("997", Class::Extension)));
    check("GB", "999", Ok(("999", Class::Emergency)));
    check(
        "US",
        "(212) 555-1234",
        Ok(("+12125551234", Class::National)),
    );
    check(
        "US",
        "1 212 555 1234",
        Ok(("+12125551234", Class::National)),
    );
    check(
        "US",
        "011 966 50 123 4567",
        Ok(("+966501234567", Class::Foreign)),
    );
    check("US", "900 555 1234", Ok(("+19005551234", Class::Premium)));
    check("US", "5551234", Err("local number"));
    check("KW", "51234567", Ok(("+96551234567", Class::National)));
    check("KW", "96551234567", Ok(("+96551234567", Class::National)));
    check("AE", "050 123 4567", Ok(("+971501234567", Class::National)));
    check(
        "AE",
        "+971 0 50 123 4567",
        Ok(("+971501234567", Class::National)),
    );
    check(
        "EG",
        "010 1234 5678",
        Ok(("+201012345678", Class::National)),
    );
    check("JO", "079 123 4567", Ok(("+962791234567", Class::National)));
    check("DE", "030 1234567", Ok(("+49301234567", Class::National)));
    check("BH", "36001234", Ok(("+97336001234", Class::National)));
    check("QA", "33123456", Ok(("+97433123456", Class::National)));
    check("OM", "92123456", Ok(("+96892123456", Class::National)));
}

/// `expected`: `None` if it may be called, else a part of the refusal.
fn judge(rules: &DialRules, text: &str, expected: Option<&str>) {
    match (rules.admit(text), expected) {
        (Ok(_), None) => {}
        (Err(Rejection::Refused(refusal)), Some(part)) => {
            assert!(
                refusal.to_string().contains(part),
                "text {text:?}: {refusal}"
            );
            assert!(!refusal.hint().is_empty());
        }
        (actual, expected) => panic!("text {text:?}: {actual:?}, expected {expected:?}"),
    }
}

fn rules(allow: Option<&str>, deny: Option<&str>) -> DialRules {
    DialRules::from_settings(allow, deny, None).unwrap()
}

#[test]
fn default_rules() {
    let rules = DialRules::default();
    judge(&rules, "100", None);
    judge(&rules, "0501234567", None);
    judge(&rules, "0112345678", None);
    judge(&rules, "8001234567", None);
    judge(&rules, "920012345", None);
    judge(&rules, "+971501234567", Some("outside Saudi Arabia"));
    judge(&rules, "+33123456789", Some("outside Saudi Arabia"));
    judge(&rules, "901", Some("service code"));

    let is_refusal = |text: &str| rules.admit(text).unwrap_err().is_refusal();
    assert!(is_refusal("997") && is_refusal("+33123456789") && is_refusal("*72"));
    assert!(!is_refusal("x") && !is_refusal("2345678"));
}

#[test]
fn emergency_and_premium_never() {
    let everything = rules(Some("*,+*,997,911,925,901"), None);
    for code in (990..=999).chain([911, 112, 937, 966, 987, 116_111]) {
        for text in [
            format!("{code}"),
            format!("0{code}"),
            format!("+966{code}"),
            format!("00966{code}"),
            format!("966{code}"),
            format!("+9660{code}"),
            format!("{code} "),
        ] {
            judge(&everything, &text, Some("emergency"));
        }
    }
    judge(&everything, "٩٩٧", Some("emergency"));
    judge(&everything, "9-9-7", Some("emergency"));
    judge(&everything, "+971999", Some("emergency"));
    judge(&everything, "925012345", Some("premium"));
    judge(&everything, "+966 925 012345", Some("premium"));
    let Err(rejection) = everything.admit("997") else {
        panic!("997 was admitted")
    };
    assert!(rejection.hint().contains("dial it by hand"));
    assert!(rejection.hint().contains("human"));
}

#[test]
fn allow_lists() {
    let gulf = rules(Some("+966*, +971*"), None);
    judge(&gulf, "0501234567", None);
    judge(&gulf, "+971501234567", None);
    judge(&gulf, "+33123456789", Some("DIAL_ALLOW permits"));
    judge(&gulf, "100", None);

    let closed = rules(Some(" "), None);
    judge(&closed, "0501234567", Some("switched off"));
    judge(&closed, "100", None);

    let reception = rules(Some("1??"), None);
    judge(&reception, "100", None);
    judge(&reception, "200", Some("internal numbers"));
    judge(&reception, "0501234567", Some("DIAL_ALLOW permits"));

    let directory = rules(Some("+966*,905,1100"), None);
    judge(&directory, "905", None);
    judge(&directory, "0905", None);
    judge(&directory, "906", Some("service code"));
    judge(&directory, "1100", None);
    judge(&directory, "100", None);

    let wide = rules(Some("9??,1???"), None);
    judge(&wide, "905", Some("service code"));
    judge(&wide, "1410", Some("service code"));
    judge(&wide, "1411", None);
}

#[test]
fn deny_wins() {
    let rules = rules(Some("+966*,905,*"), Some("+96650*,2??,905"));
    judge(&rules, "0501234567", Some("+96650* in DIAL_DENY"));
    judge(&rules, "0551234567", None);
    judge(&rules, "200", Some("2?? in DIAL_DENY"));
    judge(&rules, "905", Some("905 in DIAL_DENY"));
    judge(&rules, "100", None);
}

#[test]
fn settings_that_cannot_be_used() {
    let check = |allow, deny, home, parts: [&str; 2]| {
        let problem = DialRules::from_settings(allow, deny, home)
            .unwrap_err()
            .to_string();
        assert!(parts.iter().all(|part| problem.contains(part)), "{problem}");
    };
    check(
        Some("+966*,05*"),
        None,
        None,
        ["DIAL_ALLOW: the pattern \"05*\"", "not with 0"],
    );
    check(
        None,
        Some("+96*6"),
        None,
        ["DIAL_DENY: the pattern \"+96*6\"", "last character"],
    );
    check(
        Some("+966*,"),
        None,
        None,
        ["DIAL_ALLOW: the pattern \"\"", "commas"],
    );
    check(
        None,
        None,
        Some("XX"),
        ["HOME_COUNTRY: \"XX\"", "known: AE"],
    );
    let home = DialRules::from_settings(None, None, Some("ae"))
        .unwrap()
        .home();
    assert_eq!(home.iso(), "AE");
    assert_eq!(
        DialRules::from_settings(None, Some(""), Some(" ")),
        Ok(DialRules::default())
    );
}
