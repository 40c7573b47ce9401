//! Those who follow live events, each a stream of this object.
//!
//! Not here: what they are told (`events`).

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::Stream;
use worker::wasm_bindgen_futures::spawn_local;
use worker::{Delay, Response, Result};

use super::Inner;
use crate::edge::clock;
use crate::events::Full;
use crate::pbx::live::Input;
use crate::session::Follow;

/// How often followers get a sign of life, so that nobody between takes the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);

impl Inner {
    /// A stream of what happens from now on.
    pub(super) fn add_follower(self: &Rc<Self>, follow: Follow) -> Result<Response> {
        self.feed(Input::Demand);
        let key = match self.events.borrow_mut().follow(follow, clock::now()) {
            Ok(key) => key,
            Err(Full::House) => return Response::error("too many follow", 503),
            Err(Full::Caller) => return Response::error("too many of this caller follow", 429),
        };
        if !self.is_beating.replace(true) {
            spawn_local(Rc::clone(self).beat());
        }
        Response::from_stream(Follower {
            owner: Rc::clone(self),
            key,
        })
    }

    /// As long as anybody follows.
    async fn beat(self: Rc<Self>) {
        loop {
            Delay::from(HEARTBEAT).await;
            if !self.events.borrow_mut().beat() {
                break;
            }
            // Whoever follows wants the link.
            self.feed(Input::Demand);
        }
        self.is_beating.set(false);
    }
}

/// One who follows; dropped = gone.
struct Follower {
    owner: Rc<Inner>,
    key: u64,
}

impl Stream for Follower {
    type Item = Result<String>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut events = self.owner.events.borrow_mut();
        events
            .read(self.key, context.waker())
            .map(|text| text.map(Ok))
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.owner.events.borrow_mut().leave(self.key);
    }
}
