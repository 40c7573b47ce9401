//! `/token`, `/revoke` and `/register`: what programs ask for.

use serde_json::json;
use worker::{Headers, Response, Result};

use super::{Desk, Route, failure, random};
use crate::auth::oauth::{self, Client, Command, Form, NotAClient, TokenError};
use crate::edge::{clock, log, reply};

impl Desk<'_> {
    /// `POST /token`.
    pub(super) async fn token(&self, headers: &Headers, form: &Form) -> Result<Response> {
        let random = [random()?, random()?];
        let [first, second] = &random;
        let exchange = match oauth::exchange(&self.site, self.key, form, [first, second]) {
            Ok(exchange) => exchange,
            Err(error) => return self.refused(headers, error, true).await,
        };
        let stored = self.store(&exchange.command).await?;
        let keys = &self.access.auth.keys;
        match oauth::issue(&exchange, &stored, self.key, keys, clock::now()) {
            Ok(tokens) => reply::json(200, &tokens),
            Err((error, revoke)) => {
                if let Some(revoke) = revoke {
                    self.store(&revoke).await?;
                }
                // A refresh token got here only if we made it: it has ended, and is no guess.
                let is_code = form.first("grant_type") == Some("authorization_code");
                self.refused(headers, error, is_code).await
            }
        }
    }

    /// A token request that is refused; a guess, if what it brought was wrong and could be one.
    async fn refused(
        &self,
        headers: &Headers,
        error: TokenError,
        may_be_guess: bool,
    ) -> Result<Response> {
        if may_be_guess
            && error.error == "invalid_grant"
            && let Some(wait) = self.failed(headers).await?
        {
            return Self::shut(Route::Token, &wait);
        }
        log::info(
            "token_refused",
            json!({ "error": error.error, "why": error.description }),
        );
        reply::json(error.status(), &error.body())
    }

    /// `POST /revoke`: also for what is not ours the answer is that it is no longer good.
    pub(super) async fn revoke(&self, form: &Form) -> Result<Response> {
        if let Some(command) = oauth::revocation(self.key, form) {
            self.store(&command).await?;
        }
        reply::json(200, &json!({}))
    }

    /// `POST /register`.
    pub(super) async fn register(&self, body: &[u8]) -> Result<Response> {
        match Client::from_registration(body, &random()?) {
            Ok(client) => {
                self.store(&Command::register(&client)).await?;
                reply::json(201, &client.registration(clock::now().div_euclid(1000)))
            }
            Err(NotAClient { code, problem }) => failure(400, code, &problem),
        }
    }
}
