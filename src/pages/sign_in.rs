//! The pages of signing in: what an assistant asks for, or what is wrong with that.
//!
//! Not here: what is asked, and what an answer leads to (`auth::oauth`).

mod words;

use std::fmt::Write;

use self::words::Words;
use super::frame::{escape, other_language, page, warning};
use super::language::Language;
use crate::auth::Scope;
use crate::auth::oauth::{Asked, Form, Trouble, shown, ticked};

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
    let words = Words::of(language);
    let mut body = String::new();
    if let Some(query) = query {
        // The language comes last, where the link ends.
        let link = ["/authorize?", &query.with("ui_locales", "")].concat();
        body += &other_language(language, &link);
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
        body += &warning(text_of(trouble, words));
    }
    let _ = write!(
        body,
        "<form method=post action=\"/authorize\"><input type=hidden name=request value=\"{}\">\
         <input type=hidden name=language value={}><fieldset><legend>{}</legend>",
        escape(sealed),
        language.code(),
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
    page(language, words.title, &body)
}

const fn text_of(trouble: Trouble, words: &Words) -> &'static str {
    match trouble {
        Trouble::WrongKey => words.wrong_key,
        Trouble::NothingGranted => words.nothing_granted,
    }
}

/// The page that says why a request cannot be put to anybody. Nobody is sent anywhere: who asks is not
/// known. `None`: the answer came too late.
#[must_use]
pub fn problem_page(language: Language, problem: Option<&str>) -> String {
    let words = Words::of(language);
    let problem = match problem {
        // For whoever made the client.
        Some(problem) => format!("<p lang=en dir=ltr>{}</p>", escape(problem)),
        None => format!("<p>{}</p>", words.too_late),
    };
    let body = format!(
        "<h1>{}</h1>{problem}<p>{}</p>",
        words.problem, words.start_again
    );
    page(language, words.problem, &body)
}
