//! The pages: a request to look at, or what is wrong with one. Plain HTML that needs no script.
//!
//! Invariant: everything that came from outside passes through [`escape`]; there is one place that
//! puts a page together.
//! Not here: their texts (`words`).

use std::fmt::Write;

use super::address::shown;
use super::authorize::{Asked, Trouble, ticked};
use super::form::Form;
use super::words::{Language, Words};
use crate::auth::Scope;

/// Goes with every page. No `form-action`: browsers hold it against the redirects that follow a form,
/// too, and where those end is the client's business.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; \
                                           base-uri 'none'; frame-ancestors 'none'";

const STYLE: &str = "body{font:1rem/1.6 system-ui,sans-serif;max-width:34rem;margin:2rem auto;\
padding:0 1rem}a{color:inherit}.o{text-align:end;margin:0}h1{font-size:1.4rem}dt,legend{font-weight:600}\
dd{margin:0 0 .7rem}fieldset{border:1px solid #8886;border-radius:8px;margin:1rem 0}label{display:block;\
padding:.2rem 0}fieldset label{display:flex;gap:.5rem;align-items:baseline}.w{border-inline-start:4px solid #c60;padding:.3rem .8rem;background:#c601}\
input[type=password]{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.5rem;\
margin:.3rem 0}small{opacity:.8}button{font:inherit;padding:.5rem 1.6rem;margin:1rem 0;\
margin-inline-end:.6rem;border-radius:8px;border:1px solid #888;background:none;color:inherit}\
.y{background:#06c;border-color:#06c;color:#fff}:root{color-scheme:light dark}";

/// The page that asks a person.
///
/// `sealed` is the request as it will come back; `query` the one that led here, for the same page in
/// the other language; `trouble` what was wrong with the person's answer, and the answer: what they ticked
/// stays as they left it.
#[must_use]
pub fn consent_page(
    language: Language,
    asked: &Asked,
    sealed: &str,
    query: Option<&Form>,
    trouble: Option<(Trouble, &Form)>,
) -> String {
    let words = language.words();
    let mut body = String::new();
    if let Some(query) = query {
        let other = language.other().words();
        let link = query.with("ui_locales", other.code);
        let _ = write!(
            body,
            "<p class=o><a href=\"/authorize?{}\" lang={} dir={}>{}</a></p>",
            escape(&link),
            other.code,
            other.direction,
            words.other
        );
    }
    let (place, is_here) = shown(&asked.redirect);
    let place = format!("<bdi dir=ltr>{}</bdi>", escape(place));
    let place = if is_here {
        format!("{} ({place})", words.this_machine)
    } else {
        place
    };
    let known = match &asked.client_host {
        Some(host) => format!("<bdi dir=ltr>{}</bdi>", escape(host)),
        None => words.unknown.to_owned(),
    };
    let _ = write!(
        body,
        "<h1>{}</h1><p><b><bdi>{}</bdi></b> {}</p><dl><dt>{}</dt><dd>{known}</dd>\
         <dt>{}</dt><dd>{place}</dd></dl>",
        words.title,
        escape(&asked.client_name),
        words.asks,
        words.known_by,
        words.leads_to
    );
    if asked.is_local {
        body += &warning(words.local_warning);
    }
    if let Some((trouble, _)) = trouble {
        body += &warning(trouble.text(words));
    }
    let _ = write!(
        body,
        "<form method=post action=\"/authorize\"><input type=hidden name=request value=\"{}\">\
         <input type=hidden name=language value={}><fieldset><legend>{}</legend>",
        escape(sealed),
        words.code,
        words.may
    );
    let answered = trouble.map(|(_, answer)| ticked(answer));
    for scope in asked.scopes.iter() {
        // What is most powerful is given on purpose, never in passing.
        let is_ticked = answered.map_or(scope != Scope::Admin, |ticked| ticked.contains(scope));
        let ticked = if is_ticked { " checked" } else { "" };
        let _ = write!(
            body,
            "<label><input type=checkbox name=scope value={scope}{ticked}><span>{}</span></label>",
            words.scope(scope)
        );
    }
    let _ = write!(
        body,
        "</fieldset><label>{}<input type=password name=key dir=ltr required \
         autocomplete=current-password spellcheck=false></label><small>{}</small>\
         <div><button class=y name=answer value=allow>{}</button>\
         <button name=answer value=deny formnovalidate>{}</button></div></form>",
        words.key, words.key_hint, words.allow, words.deny
    );
    page(words, words.title, &body)
}

impl Trouble {
    const fn text(self, words: &Words) -> &'static str {
        match self {
            Self::WrongKey => words.wrong_key,
            Self::NothingGranted => words.nothing_granted,
        }
    }
}

/// The page that says why a request cannot be put to anybody. Nobody is sent anywhere: who asks is not
/// known. `None`: the answer came too late.
#[must_use]
pub fn problem_page(language: Language, problem: Option<&str>) -> String {
    let words = language.words();
    let problem = match problem {
        // For whoever made the client.
        Some(problem) => format!("<p lang=en dir=ltr>{}</p>", escape(problem)),
        None => format!("<p>{}</p>", words.too_late),
    };
    let body = format!(
        "<h1>{}</h1>{problem}<p>{}</p>",
        words.problem, words.start_again
    );
    page(words, words.problem, &body)
}

/// A sentence that must not be passed over.
pub(crate) fn warning(text: &str) -> String {
    format!("<p class=w role=alert>{text}</p>")
}

/// A page with a form.
pub(crate) fn frame(language: Language, title: &str, body: &str) -> String {
    page(language.words(), title, body)
}

fn page(words: &Words, title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang={} dir={}><meta charset=utf-8>\
         <meta name=viewport content=\"width=device-width,initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style><main>{body}</main></html>",
        words.code, words.direction
    )
}

/// Text that stays text, also inside quotes.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
