//! The frame of a page.

use super::words::{Words, words};
use crate::auth::oauth::{Language, escape};

/// Goes with every page. Nothing is loaded, nothing runs, nobody frames it; the one style is named by
/// its digest, so that no other is possible.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; \
    style-src 'sha256-BL7LeT25AQ6XSSA9glr8NvV4DhLWyIaJFFFlfDvXXNI='; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

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
pre code{font-size:inherit;overflow-wrap:normal}mark{background:none;color:var(--w);font-weight:700}";

/// A whole page.
pub(super) fn page(language: Language, title: &str, body: &str) -> String {
    let Words {
        code, direction, ..
    } = words(language);
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
