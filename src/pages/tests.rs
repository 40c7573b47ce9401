//! The front page as a person and a browser see it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::frame::{STYLE, escape};
use super::{
    CONTENT_SECURITY_POLICY, Front, Health, Language, Problem, consent_page, problem_page,
};
use crate::auth::oauth::{Client, Form, Site, Trouble, consider};
use crate::settings::Settings;
use crate::settings::testing::Given;

const BOTH: [Language; 2] = [Language::English, Language::Arabic];

fn html(language: Language, problems: &[Problem], signs_in: bool) -> String {
    Front {
        language,
        origin: "https://phone.example.com",
        health: &Health(problems.to_vec()),
        signs_in,
    }
    .html()
}

/// What a browser shows of it, roughly.
fn text(html: &str) -> String {
    let body = html.split("<main>").nth(1).unwrap();
    let tags = body
        .split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    let text: String = tags.collect();
    text.replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

#[test]
fn the_only_style_is_the_one_that_the_policy_names() {
    let digest = STANDARD.encode(Sha256::digest(STYLE));
    let allowed = format!("style-src 'sha256-{digest}';");
    assert!(CONTENT_SECURITY_POLICY.contains(&allowed), "now: {allowed}");
    for language in BOTH {
        let page = html(language, &[Problem::NoPbx], true);
        assert!(page.contains(&format!("<style>{STYLE}</style>")));
        for forbidden in ["style=", "<script", "src=", "http-equiv", " on"] {
            let markup: String = page
                .split('<')
                .filter_map(|tag| tag.split('>').next())
                .collect();
            assert!(!markup.contains(forbidden), "{forbidden}");
        }
    }
}

#[test]
fn each_language_reads_from_its_side_and_leads_to_the_other() {
    let english = html(Language::English, &[], false);
    assert!(english.contains("<html lang=en dir=ltr>") && english.contains("href=\"/?lang=ar\""));
    let arabic = html(Language::Arabic, &[], false);
    assert!(arabic.contains("<html lang=ar dir=rtl>") && arabic.contains("href=\"/?lang=en\""));
    assert!(text(&arabic).contains("توصيل مساعد"));
    // No English sentence is left in it; names and code are.
    assert!(!text(&arabic).contains(" the "), "{}", text(&arabic));
}

#[test]
fn every_client_of_the_readme_gets_its_configuration() {
    let readme = include_str!("../../README.md");
    let section = readme.split("## Connecting clients").nth(1).unwrap();
    let table = section.split("\n## ").next().unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| "));
    let names: Vec<_> = rows
        .filter_map(|row| row.split(" |").next())
        .filter(|name| *name != "client" && !name.starts_with("stdio"))
        .flat_map(|names| names.split(", "))
        .collect();
    assert!(names.len() >= 11, "{names:?}");
    for language in BOTH {
        let shown = text(&html(language, &[], true));
        for name in &names {
            assert!(shown.contains(name), "{name}");
        }
        assert_eq!(shown.matches("https://phone.example.com/mcp").count(), 12);
        assert!(!shown.contains("{url}"));
    }
}

#[test]
fn what_is_pasted_can_be_read() {
    let page = html(Language::Arabic, &[], false);
    let mut files = 0;
    for block in page.split("<pre><code>").skip(1) {
        let code = text(&format!(
            "<main>{}",
            block.split("</code></pre>").next().unwrap()
        ));
        if code.starts_with('{') {
            let file: serde_json::Value = serde_json::from_str(&code).unwrap();
            let servers = file.get("mcpServers").or(file.get("servers")).unwrap();
            assert!(
                servers["pbx"]
                    .to_string()
                    .contains("https://phone.example.com/mcp")
            );
            assert!(code.contains("Bearer "));
            files += 1;
        }
    }
    assert_eq!(files, 7);
}

#[test]
fn an_address_cannot_leave_its_place() {
    let page = Front {
        language: Language::English,
        origin: "https://a\"><script>'&",
        health: &Health(Vec::new()),
        signs_in: true,
    }
    .html();
    assert!(!page.contains("<script"));
    assert!(page.contains("https://a&quot;&gt;&lt;script&gt;&#39;&amp;/mcp"));
    assert_eq!(escape("<a&'\">ب"), "&lt;a&amp;&#39;&quot;&gt;ب");
}

#[test]
fn health_is_told_without_what_nobody_should_see() {
    let settings = Settings::read(&Given::new(&[("DIAL_DENY", "call +966500000000!")]));
    let health = Health::of_settings(&settings);
    assert_eq!(
        (health.status(), health.is_configured()),
        ("unconfigured", false)
    );
    for language in BOTH {
        let shown = html(language, &health.0, false);
        for variable in ["DIAL_DENY", "PBX_FQDN", "MCP_API_KEYS"] {
            assert!(
                shown.contains(&format!("<code dir=ltr>{variable}</code>")),
                "{variable}"
            );
        }
        assert!(!shown.contains("966"), "a number");
        assert!(!shown.contains("class=ok"));
    }
}

#[test]
fn what_health_answers() {
    let check = |problems: &[Problem], status: &str| {
        let answer = Health(problems.to_vec()).json("1");
        assert_eq!(answer["status"], json!(status));
        assert_eq!(answer["problems"].as_array().unwrap().len(), problems.len());
    };
    check(&[], "ok");
    check(&[Problem::Unreachable], "degraded");
    check(&[Problem::Silent, Problem::NoKeys], "unconfigured");
    let ready = html(Language::English, &[], false);
    assert!(ready.contains("<section class=ok><b>It works"));
    let troubled = html(
        Language::English,
        &[Problem::Refused, Problem::Silent],
        false,
    );
    assert_eq!(troubled.matches("<li>").count(), 2);
    assert_eq!(
        troubled.matches("<ul>").count(),
        troubled.matches("</ul>").count()
    );
}

#[test]
fn signing_in_is_offered_where_it_is_set_up() {
    let (with, without) = (
        html(Language::English, &[], true),
        html(Language::English, &[], false),
    );
    assert!(with.contains("need the address only") && !with.contains("not set up here"));
    assert_eq!(without.matches("not set up here").count(), 3);
}

#[test]
fn signing_in_keeps_strangers_words_in_their_place() {
    let site = Site::new(None, "https://phone.example.com").unwrap();
    let evil = "<script>alert(1)</script>\"' onload=x";
    let body = json!({ "client_name": evil, "redirect_uris": ["http://localhost/cb"] });
    let client = Client::from_registration(body.to_string().as_bytes(), &[2; 32]).unwrap();
    let query = Form::parse(
        b"response_type=code&client_id=x&redirect_uri=http%3A%2F%2Flocalhost%2Fcb\
          &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256\
          &ui_locales=fr&state=%3Cscript%3E%22%27+on&%22%3E%3Cb=x",
    );
    let asked = consider(&site, &client, &query).unwrap();
    for language in BOTH {
        let answer = Form::parse(b"scope=read");
        let trouble = Some((Trouble::WrongKey, &answer));
        let page = consent_page(language, &asked, "sealed", Some(&query), trouble);
        assert!(
            !page.contains("<script") && !page.contains("\"' on"),
            "{page}"
        );
        assert!(!page.contains("\"><b"), "{page}");
        assert!(page.contains("&lt;script&gt;"));
        assert_eq!(
            page.starts_with("<!doctype html><html lang=ar dir=rtl>"),
            language == Language::Arabic
        );
        let other = format!("ui_locales={}\" lang", language.other().code());
        assert!(page.contains(&other) && !page.contains("=fr"), "{page}");
        assert!(page.contains("value=read checked") && page.contains("localhost"));
        // A person who mistyped the key does not give more than they ticked.
        assert!(page.contains("value=control>"), "{page}");
        let first = consent_page(language, &asked, "sealed", Some(&query), None);
        assert!(first.contains("value=control checked"), "{first}");
        let problem = problem_page(language, Some(evil));
        assert!(!problem.contains("<script"), "{problem}");
    }
}
