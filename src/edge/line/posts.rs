//! What the PBX's SMS webhook has to be told: messages that came in, and what became of those that it handed
//! to us.
//!
//! Each is in SQLite until the PBX has taken it, so that neither a PBX that is down nor a restart loses one. Of
//! one message they go in their order; others do not wait for them. An answer that was lost is asked for
//! again: better twice in a chat than never. After a good day it is given up; the message stays in the log.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use serde_json::json;
use worker::wasm_bindgen_futures::spawn_local;
use worker::{Delay, Result};

use super::Inner;
use super::store::{Row, Store, integers, texts};
use crate::edge::upstream::Upstream;
use crate::edge::{clock, log};
use crate::messaging::next_try;
use crate::pbx::{Body, HttpRequest, Method, Transport};
use crate::settings::Settings;
use crate::time::Millis;

/// For the PBX's answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// After so long whoever was on the way is taken for dead.
const RESCUE_MS: Millis = 30_000;

/// Where posts go, and what is under way.
pub(super) struct Postman {
    /// Base address and path; nothing is posted where there is none.
    to: Option<(String, String)>,
    is_out: Cell<bool>,
    /// When they go out again by themselves.
    wakes_at: Cell<Millis>,
}

/// One post.
struct Post {
    place: i64,
    failures: i64,
    body: String,
}

impl Postman {
    pub(super) fn new(settings: &Settings) -> Self {
        let messages = settings.messages.as_ref().ok();
        let webhook = messages.and_then(|messages| messages.pbx_webhook.clone());
        let pbx = settings.pbx.as_ref().ok().and_then(Option::as_ref);
        Self {
            to: webhook.and_then(|webhook| {
                let own = || pbx.map(|pbx| pbx.base_url.clone());
                Some((webhook.base_url.or_else(own)?, webhook.path))
            }),
            is_out: Cell::new(false),
            wakes_at: Cell::new(Millis::MAX),
        }
    }
}

impl Inner {
    /// Keeps a post about a message, to go out in `wait`.
    pub(super) fn post(self: &Rc<Self>, message: &str, body: &str, wait: Millis) -> Result<()> {
        if self.postman.to.is_none() {
            return Ok(());
        }
        let due = clock::now().saturating_add(wait);
        self.store.put_post(message, body, due)?;
        self.deliver_posts();
        Ok(())
    }

    /// When the next post is due, if there is one.
    pub(super) fn next_post(&self) -> Option<Millis> {
        self.store.next_post().ok().flatten()
    }

    /// Sets the posts going that are due.
    pub(super) fn deliver_posts(self: &Rc<Self>) {
        if self.postman.to.is_some() && !self.postman.is_out.replace(true) {
            spawn_local(Rc::clone(self).go_round());
        }
    }

    async fn go_round(self: Rc<Self>) {
        while let Ok(Some(post)) = self.store.due_post(clock::now()) {
            // Should this object die on its way, somebody goes again.
            self.wake_by(clock::now().saturating_add(RESCUE_MS)).await;
            let outcome = self.hand_in(&post).await;
            if let Err(error) = self.store.handed_in(&post, outcome, clock::now()) {
                log::error("post_not_kept", json!({ "error": error.to_string() }));
                break;
            }
        }
        self.postman.is_out.set(false);
        let Some(due) = self.next_post() else { return };
        // Two clocks: this one is prompt, the alarm outlives the object.
        self.wake_by(due).await;
        let now = clock::now();
        if self.postman.wakes_at.get() > now && self.postman.wakes_at.get() <= due {
            return;
        }
        self.postman.wakes_at.set(due);
        let wait = u64::try_from(due.saturating_sub(now)).unwrap_or_default();
        Delay::from(Duration::from_millis(wait.max(100))).await;
        self.deliver_posts();
    }

    /// Sees to it that the alarm comes no later than this; the link's own time stays where it is earlier.
    async fn wake_by(&self, due: Millis) {
        let storage = self.state.storage();
        let set = storage.get_alarm().await;
        if matches!(set, Ok(Some(at)) if at <= due) {
            return;
        }
        let wait = due.saturating_sub(clock::now()).max(0);
        if let Err(error) = storage.set_alarm(wait).await {
            log::error("alarm_not_set", json!({ "error": error.to_string() }));
        }
    }

    /// Posts it; `Err` says why it was not taken, and whether the PBX answered at all.
    async fn hand_in(&self, post: &Post) -> std::result::Result<(), Option<u16>> {
        let Some((base_url, path)) = &self.postman.to else {
            return Err(None);
        };
        let request = HttpRequest {
            method: Method::Post,
            path: path.clone(),
            bearer: None,
            body: Some(Body::Json(post.body.clone().into_bytes())),
            timeout: PATIENCE,
        };
        match Upstream::new(base_url, &self.env).send(request).await {
            Ok(response) if response.is_success() => Ok(()),
            Ok(response) => Err(Some(response.status)),
            Err(_) => Err(None),
        }
    }
}

impl Store {
    fn put_post(&self, message: &str, body: &str, due: Millis) -> Result<()> {
        let mut values = texts(&[message, body]);
        values.extend(integers(&[due])?);
        self.run(
            "INSERT INTO posts (message, body, failures, next_at) VALUES (?, ?, 0, ?)",
            values,
        )
    }

    /// The oldest that is due, and first of its message.
    fn due_post(&self, now: Millis) -> Result<Option<Post>> {
        let query = "SELECT place, failures, body FROM posts AS post WHERE next_at <= ? AND NOT EXISTS \
            (SELECT 1 FROM posts WHERE message = post.message AND place < post.place) \
            ORDER BY place LIMIT 1";
        let mut rows = self.rows(query, integers(&[now])?)?;
        Ok(rows.first_mut().map(|row| Post {
            place: row.whole(),
            failures: row.whole(),
            body: row.text().unwrap_or_default(),
        }))
    }

    fn next_post(&self) -> Result<Option<Millis>> {
        let query = "SELECT MIN(next_at) FROM posts AS post WHERE NOT EXISTS \
            (SELECT 1 FROM posts WHERE message = post.message AND place < post.place)";
        let mut rows = self.rows(query, Vec::new())?;
        Ok(rows.first_mut().map(Row::whole).filter(|at| *at > 0))
    }

    /// Notes how it went.
    fn handed_in(
        &self,
        post: &Post,
        outcome: std::result::Result<(), Option<u16>>,
        now: Millis,
    ) -> Result<()> {
        let failures = post.failures.saturating_add(1);
        let wait = match outcome {
            Ok(()) => None,
            Err(status) => {
                let wait = next_try(failures);
                if failures == 1 || wait.is_none() {
                    let fields = json!({ "status": status, "given_up": wait.is_none() });
                    log::error("pbx_webhook_failed", fields);
                }
                wait
            }
        };
        let Some(wait) = wait else {
            let statement = "DELETE FROM posts WHERE place = ?";
            return self.run(statement, integers(&[post.place])?);
        };
        let again = now.saturating_add(wait);
        if outcome == Err(None) {
            // Nobody there: the others need not find that out one by one.
            let statement = "UPDATE posts SET next_at = MAX(next_at, ?)";
            self.run(statement, integers(&[again])?)?;
        }
        let statement = "UPDATE posts SET failures = ?, next_at = ? WHERE place = ?";
        self.run(statement, integers(&[failures, again, post.place])?)
    }
}
