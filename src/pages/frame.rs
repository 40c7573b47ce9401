//! The frame of every page: its style, what it may load, and how text gets into it.
//!
//! Invariant: everything that came from outside passes through [`escape`].

use super::language::Language;

/// Goes with every page. Nothing is loaded, nothing runs, nobody frames it; the one style is named by
/// its digest, so that no other is possible. No `form-action`: browsers hold it against the redirects that
/// follow a form, too, and where those end is the client's business.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; \
    style-src 'sha256-HpFdpGvcA8pi8IsKgA1ddgAHj/sxIqWw7tGSJSVNLFk='; base-uri 'none'; \
    frame-ancestors 'none'";

/// Light and dark, narrow and wide, from either side.
pub(super) const STYLE: &str = ":root{color-scheme:light dark;--a:#0b6b61;--b:#fff;--c:#f5f6f4;--d:#d9dcd6;\
--t:#1b1f1d;--m:#5b635f;--g:#16825d;--w:#a65f00}\
@media(prefers-color-scheme:dark){:root{--a:#5fc9b8;--b:#1b1f1e;--c:#121514;--d:#353b39;--t:#e8ebe9;\
--m:#9ba5a0;--g:#4cc38a;--w:#f0a94a}}\
*{box-sizing:border-box}body{margin:0;background:var(--c);color:var(--t);\
font:1rem/1.65 system-ui,-apple-system,\"Segoe UI\",\"Noto Sans\",\"Noto Sans Arabic\",sans-serif}\
[lang=ar]{line-height:1.85}main{max-width:46rem;margin:0 auto;padding:1.2rem 1.1rem 4rem}\
a{color:var(--a)}nav{display:flex;justify-content:space-between;gap:1rem;color:var(--m);font-size:.95rem}\
h1{font-size:clamp(1.5rem,5vw,2.1rem);line-height:1.3;margin:1.6rem 0 .6rem;text-wrap:balance}\
h2{font-size:1.25rem;margin:2.4rem 0 .6rem}h3{font-size:1rem;margin:1.3rem 0 .2rem}p{margin:.4rem 0}\
small,.m{color:var(--m)}\
section,details{background:var(--b);border:1px solid var(--d);border-radius:.7rem}\
section{padding:.8rem 1.1rem;margin:1.4rem 0;border-inline-start:.35rem solid var(--w)}.ok{border-inline-start-color:var(--g)}\
section ul{margin:.3rem 0;padding-inline-start:1.2rem}\
details{margin:.5rem 0}summary{padding:.6rem 1rem;cursor:pointer;font-weight:600}\
summary span{font-weight:400;font-size:.92em;margin-inline-start:.5rem}summary bdi{display:inline-block}[lang=ar] bdi{text-align:right}\
details>p,details>pre{margin:.2rem 1rem .9rem}\
code,pre{font-size:.92em;font-family:ui-monospace,\"SF Mono\",Menlo,Consolas,monospace}\
code{overflow-wrap:anywhere}:not(pre)>code{background:var(--d);padding:.08em .35em;border-radius:.3em}\
pre{direction:ltr;text-align:left;overflow:auto;padding:.75rem .9rem;margin:.4rem 0;background:var(--c);\
border:1px solid var(--d);border-radius:.5rem;line-height:1.5}\
pre code{font-size:inherit;overflow-wrap:normal}mark{background:none;color:var(--w);font-weight:700}\
form{margin:1.4rem 0}dt,legend{font-weight:600}dd{margin:0 0 .7rem}\
fieldset{background:var(--b);border:1px solid var(--d);border-radius:.7rem;margin:1rem 0;padding:.6rem 1.1rem}\
label{display:block;padding:.2rem 0}fieldset label{display:flex;gap:.5rem;align-items:baseline}\
input[type=password]{display:block;width:100%;font:inherit;padding:.5rem;margin:.3rem 0;color:inherit;\
background:var(--b);border:1px solid var(--d);border-radius:.5rem}\
button{font:inherit;padding:.5rem 1.6rem;margin:1rem 0;margin-inline-end:.6rem;border-radius:.5rem;\
border:1px solid var(--m);background:none;color:inherit}\
.y{background:var(--a);border-color:var(--a);color:var(--b)}";

/// A whole page.
pub(super) fn page(language: Language, title: &str, body: &str) -> String {
    let (code, direction) = (language.code(), language.direction());
    let mut page =
        String::with_capacity(STYLE.len().saturating_add(body.len()).saturating_add(512));
    put(
        &mut page,
        &[
            "<!doctype html><html lang=",
            code,
            " dir=",
            direction,
            "><meta charset=utf-8><meta name=viewport content=\"width=device-width,initial-scale=1\">\
             <meta name=robots content=noindex><title>",
            title,
            "</title><style>",
            STYLE,
            "</style><main>",
            body,
            "</main></html>",
        ],
    );
    page
}

/// Appends several texts: one function instead of many formats.
pub(super) fn put(page: &mut String, parts: &[&str]) {
    page.extend(parts.iter().copied());
}

/// Prose of a table of words: what stands between backticks is code, which reads from the left.
pub(super) fn prose(text: &str) -> String {
    let mut html = String::new();
    for (index, part) in escape(text).split('`').enumerate() {
        match index % 2 {
            1 => put(&mut html, &["<code dir=ltr>", part, "</code>"]),
            _ => html.push_str(part),
        }
    }
    html
}

/// The way to the same page in the other language.
pub(super) fn other_language(language: Language, link: &str) -> String {
    let other = language.other();
    let code = other.code();
    let mut nav = String::new();
    put(
        &mut nav,
        &[
            "<nav><span dir=ltr>3CX MCP Server</span><a href=\"",
            &escape(link),
            code,
            "\" lang=",
            code,
            " hreflang=",
            code,
            ">",
            other.name(),
            "</a></nav>",
        ],
    );
    nav
}

/// A sentence that must not be passed over.
pub(super) fn warning(text: &str) -> String {
    ["<section role=alert>", text, "</section>"].concat()
}

/// Text that stays text, also inside quotes.
pub(super) fn escape(text: &str) -> String {
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
