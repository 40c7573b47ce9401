//! `GET /`: what this is, whether it works, and what to paste into each assistant.

mod words;

use self::words::Words;
use super::clients::{CLIENTS, Client, KEY, URL};
use super::frame::{escape, other_language, page, prose, put};
use super::health::{Health, Problem};
use super::language::{Language, one_of};

/// What the page is made of.
#[derive(Debug, Clone, Copy)]
pub struct Front<'a> {
    /// In which language.
    pub language: Language,
    /// Under which address people reach this server, without a slash at the end.
    pub origin: &'a str,
    /// How things are.
    pub health: &'a Health,
    /// Whether assistants can sign in by themselves (OAuth).
    pub signs_in: bool,
}

impl Front<'_> {
    /// The page.
    #[must_use]
    pub fn html(&self) -> String {
        let words = Words::of(self.language);
        let sign_in = if self.signs_in {
            words.signs_in
        } else {
            words.no_sign_in
        };
        let url = [self.origin, "/mcp"].concat();
        let mut body = other_language(self.language, "/?lang=");
        put(
            &mut body,
            &["<h1>", words.title, "</h1><p>", words.lead, "</p>"],
        );
        self.put_health(&mut body, words);
        put(
            &mut body,
            &[
                "<h2>",
                words.connect,
                "</h2><h3>",
                words.address,
                "</h3><pre><code>",
                &escape(&url),
                "</code></pre><h3>",
                words.key,
                "</h3><p>",
                &prose(words.key_text),
                "</p><p>",
                &prose(sign_in),
                "</p><h3>",
                words.assistant,
                "</h3>",
            ],
        );
        for client in &CLIENTS {
            self.put_client(&mut body, words, client, &url);
        }
        page(self.language, words.title, &body)
    }

    fn put_health(&self, body: &mut String, words: &Words) {
        let (class, said) = match self.health.status() {
            "ok" => (" class=ok", words.ok),
            "degraded" => ("", words.degraded),
            _ => ("", words.unconfigured),
        };
        put(body, &["<section", class, "><b>", said, "</b>"]);
        let mut end = " ";
        for problem in &self.health.0 {
            put(body, &[if end == " " { "<ul><li>" } else { "<li>" }]);
            body.push_str(&match problem {
                Problem::Setting { variable, .. } => prose(&words.setting.replace("{}", variable)),
                Problem::NoPbx => prose(words.no_pbx),
                Problem::NoKeys => prose(words.no_keys),
                Problem::Refused => prose(words.refused),
                Problem::Unreachable => prose(words.unreachable),
                Problem::Silent => prose(words.silent),
            });
            end = "</ul>";
        }
        put(
            body,
            &[
                end,
                "<small><a href=\"/health\" dir=ltr>/health</a></small></section>",
            ],
        );
    }

    fn put_client(&self, body: &mut String, words: &Words, client: &Client, url: &str) {
        put(
            body,
            &[
                "<details><summary><bdi>",
                client.name,
                "</bdi> <span class=m>",
            ],
        );
        match client.place {
            "" => body.push_str(words.terminal),
            place => put(body, &["<bdi dir=ltr>", place, "</bdi>"]),
        }
        body.push_str("</span></summary>");
        let sign_in = if client.signs_in_only && !self.signs_in {
            words.needs_sign_in
        } else {
            ""
        };
        for note in [sign_in, one_of(self.language, client.note)] {
            if !note.is_empty() {
                put(body, &["<p>", &prose(note), "</p>"]);
            }
        }
        // The key's place is marked after escaping, the address is put in before.
        let code = escape(&client.code.replace(URL, url));
        let marked = code.replace(KEY, &["<mark>", KEY, "</mark>"].concat());
        put(body, &["<pre><code>", &marked, "</code></pre></details>"]);
    }
}
