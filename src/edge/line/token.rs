//! The one token of the PBX: fetched under a lock, kept over restarts.

use serde_json::json;

use super::Inner;
use crate::edge::upstream::Upstream;
use crate::edge::{clock, log};
use crate::pbx::{Ask, Decision, Grant, SignInError, Token, sign_in};
use crate::session::{Status, Trouble};

impl Inner {
    /// A token, or why there is none.
    pub(super) async fn token(&self, ask: Ask) -> Result<Token, SignInError> {
        if let Some(settled) = self.settled(ask) {
            return settled;
        }
        let _turn = self.signing_in.lock().await;
        // Whoever had the lock before may have signed in, or failed to.
        if let Some(settled) = self.settled(ask) {
            return settled;
        }
        let outcome = self.sign_in().await;
        let now = clock::now();
        let outcome = {
            let mut keeper = self.keeper.borrow_mut();
            match outcome {
                Ok(grant) => Ok(keeper.granted(grant, now)),
                Err(error) => {
                    log::error("sign_in_failed", json!({ "error": error.to_string() }));
                    keeper.failed(error, now)
                }
            }
        };
        self.store.save_keeper(&self.keeper.borrow());
        outcome
    }

    /// What can be answered without the PBX.
    fn settled(&self, ask: Ask) -> Option<Result<Token, SignInError>> {
        match self.keeper.borrow_mut().decide(ask, clock::now()) {
            Decision::Use(token) => Some(Ok(token)),
            Decision::Refuse(error) => Some(Err(error)),
            Decision::SignIn => None,
        }
    }

    async fn sign_in(&self) -> Result<Grant, SignInError> {
        let settings = match &self.settings.pbx {
            Ok(Some(settings)) => settings,
            Ok(None) => {
                return Err(SignInError::Unreachable {
                    said: "PBX_FQDN is not set".into(),
                });
            }
            Err(error) => {
                return Err(SignInError::Unreachable {
                    said: error.to_string(),
                });
            }
        };
        let upstream = Upstream::new(&settings.base_url, &self.env);
        let grant = sign_in(&upstream, &settings.credentials).await?;
        log::info("signed_in", json!({}));
        Ok(grant)
    }

    /// How signing in is going.
    pub(super) fn status(&self) -> Status {
        let keeper = self.keeper.borrow();
        let trouble = keeper.trouble().map(|error| {
            if error.is_refusal() {
                Trouble::Refused
            } else {
                Trouble::Unreachable
            }
        });
        let live = self.link.borrow().freshness().live;
        Status {
            signed_in: keeper.holds_token(clock::now()),
            trouble,
            live,
        }
    }
}
