//! `/approve/{id}`: where a person says yes or no to what an assistant is about to do.

use worker::{Env, Method, Request, Response, Result};

use super::own_page::is_own_page;
use crate::auth::oauth::Form;
use crate::edge::address::Address;
use crate::edge::body::read_body;
use crate::edge::isolate::Isolate;
use crate::edge::session_client::SessionClient;
use crate::edge::{clock, door, reply};
use crate::pages::{Approval, ApprovalState, CONTENT_SECURITY_POLICY, Language};
use crate::policy::{HANDLE_LIVES_MS, Offer, Verdict, may_judge};
use crate::tools;

/// A key and an answer.
const MOST_BYTES: usize = 4 * 1024;

/// The page, or what the person on it said.
pub(super) async fn answer(
    id: &str,
    mut request: Request,
    url: &Address,
    env: &Env,
    isolate: &Isolate,
) -> Result<Response> {
    let address = door::address(request.headers())?;
    if let Some(wait) = door::too_many(isolate, address.as_deref()) {
        return wait.page();
    }
    let session = SessionClient::new(env, isolate);
    let offer = session.offered(id).await?;
    let offer =
        offer.filter(|offer| clock::now() < offer.offered_at.saturating_add(HANDLE_LIVES_MS));
    let accepted = request.headers().get("accept-language")?;
    let shown = Language::choose(
        Form::parse(url.query().as_bytes()).first("lang"),
        accepted.as_deref(),
    );
    let Some(offer) = offer else {
        return page(404, shown, ApprovalState::Gone);
    };
    match request.method() {
        Method::Get => page(200, shown, state(&offer, false)),
        Method::Post => {
            let Some(body) = read_body(&mut request, MOST_BYTES).await? else {
                return reply::refusal(413, "the body is too large");
            };
            let form = Form::parse(&body);
            let language = Language::choose(form.first("language"), accepted.as_deref());
            let access = isolate.settings.access.as_ref().ok();
            let public = access.and_then(|access| access.public_url.as_deref());
            if !is_own_page(
                request.headers(),
                &[url.origin(), public.unwrap_or_default()],
            )? {
                return reply::refusal(403, "this answer was not sent from this server's own page");
            }
            let judge = access
                .and_then(|access| access.auth.keys.find(form.first("key").unwrap_or_default()));
            let scope = tools::scope_of(&offer.consent.tool);
            if !judge.is_some_and(|judge| may_judge(judge, &offer.consent, scope)) {
                if judge.is_none()
                    && let Some(wait) = door::failed(env, isolate, address.as_deref()).await
                {
                    return wait.page();
                }
                return page(403, language, state(&offer, true));
            }
            let verdict = match form.first("answer") {
                Some("yes") => Verdict::Yes,
                _ => Verdict::No,
            };
            // Whoever answered first has decided.
            let offer = Offer {
                verdict: session.judge(id, verdict).await?,
                ..offer
            };
            page(200, language, state(&offer, false))
        }
        _ => reply::refusal(405, "open this address in a browser"),
    }
}

fn state(offer: &Offer, refused: bool) -> ApprovalState<'_> {
    match offer.verdict {
        Verdict::Yes => ApprovalState::Yes,
        Verdict::No => ApprovalState::No,
        Verdict::Open => ApprovalState::Open {
            caller: &offer.consent.caller,
            would: &offer.consent.would,
            refused,
        },
    }
}

fn page(status: u16, language: Language, state: ApprovalState<'_>) -> Result<Response> {
    let mut response = reply::page(status, Approval { language, state }.html())?;
    let headers = response.headers_mut();
    headers.set("content-security-policy", CONTENT_SECURITY_POLICY)?;
    // Not `no-referrer`: browsers would hide from our own form where it comes from.
    headers.set("referrer-policy", "same-origin")?;
    headers.set("x-frame-options", "DENY")?;
    Ok(response)
}
