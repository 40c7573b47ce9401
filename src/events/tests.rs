//! The fan-out by itself: order, nothing lost, coming back, falling behind.

mod following;
mod news;
mod properties;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Poll, Wake, Waker};

use super::log::KEPT;
use super::{Calls, Fanout};
use crate::pbx::Participant;
use crate::pbx::live::{Change, Leg, Table};
use crate::session::{Follow, Watch};
use crate::time::Millis;

const NOW: Millis = 1_795_356_189_000;

/// One server-sent event as a client reads it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Heard {
    id: String,
    kind: String,
    data: String,
}

/// Reads a stream as the specification has it (WHATWG HTML §9.2.6).
fn heard(text: &str) -> Vec<Heard> {
    let mut all = Vec::new();
    let mut id = String::new();
    for block in text.split("\n\n").filter(|block| !block.is_empty()) {
        let mut event = Heard::default();
        for line in block.lines() {
            match line.split_once(": ") {
                Some(("id", value)) => value.clone_into(&mut id),
                Some(("event", value)) => value.clone_into(&mut event.kind),
                Some(("data", value)) => value.clone_into(&mut event.data),
                Some(("retry", _)) => {}
                _ => assert_eq!(line, ":", "a comment"),
            }
        }
        if !event.data.is_empty() {
            event.id.clone_from(&id);
            all.push(event);
        }
    }
    assert!(text.is_empty() || text.ends_with("\n\n"), "{text:?}");
    all
}

/// Whoever waits, counting how often it is woken.
#[derive(Default)]
struct Sleeper(AtomicUsize);

impl Wake for Sleeper {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A reader of a fan-out.
struct Reader {
    key: u64,
    sleeper: Arc<Sleeper>,
    waker: Waker,
    is_over: bool,
    heard: Vec<Heard>,
    /// As it came.
    text: String,
}

impl Reader {
    fn follow(fanout: &mut Fanout, follow: Follow) -> Self {
        let key = fanout.follow(follow, NOW).unwrap();
        let sleeper = Arc::new(Sleeper::default());
        Self {
            key,
            waker: Waker::from(Arc::clone(&sleeper)),
            sleeper,
            is_over: false,
            heard: Vec::new(),
            text: String::new(),
        }
    }

    fn new(fanout: &mut Fanout) -> Self {
        Self::follow(fanout, Follow::default())
    }

    fn after(fanout: &mut Fanout, id: &str) -> Self {
        let after = Some(id.to_owned());
        Self::follow(
            fanout,
            Follow {
                after,
                ..Follow::default()
            },
        )
    }

    /// Reads once; whether there may be more.
    fn read_once(&mut self, fanout: &mut Fanout) -> bool {
        match fanout.read(self.key, &self.waker) {
            Poll::Ready(Some(text)) => {
                assert!(!text.is_empty(), "an empty chunk would close some streams");
                self.heard.extend(heard(&text));
                self.text.push_str(&text);
                true
            }
            Poll::Ready(None) => {
                self.is_over = true;
                false
            }
            Poll::Pending => false,
        }
    }

    /// Reads until there is nothing more.
    fn read(&mut self, fanout: &mut Fanout) {
        while self.read_once(fanout) {}
    }

    fn woken(&self) -> usize {
        self.sleeper.0.load(Ordering::Relaxed)
    }

    /// The kinds of what was heard since this was asked last.
    fn kinds(&mut self) -> Vec<String> {
        let heard = std::mem::take(&mut self.heard);
        heard.into_iter().map(|event| event.kind).collect()
    }
}

fn leg(dn: &str, id: i64, status: &str) -> Leg {
    Leg {
        participant: Participant {
            id,
            dn: dn.into(),
            status: status.into(),
            callid: id,
            legid: 1,
            party_caller_id: "+966500000001".into(),
            party_dn_type: "Wexternalline".into(),
            ..Participant::default()
        },
        first_seen: NOW - 5_000,
        saw_start: true,
    }
}

/// The `number`th event about `dn`: that it rings.
fn ring(fanout: &mut Fanout, dn: &str, number: i64) {
    let leg = leg(dn, number, "Ringing");
    fanout.calls(
        &[Change::Appeared { leg }],
        unrouted(&Table::default()),
        NOW,
    );
}

/// Which calls were heard ringing.
fn calls(heard: &[Heard]) -> Vec<i64> {
    heard
        .iter()
        .filter(|event| event.kind == "call.ringing")
        .map(|event| {
            let data: serde_json::Value = serde_json::from_str(&event.data).unwrap();
            data["id"].as_str().unwrap().parse().unwrap()
        })
        .collect()
}

/// Calls that nobody gave to an agent.
fn unrouted(table: &Table) -> Calls<'_> {
    Calls { table, agents: &[] }
}

fn watch(extension: &str, frame: &str) -> Watch {
    Watch {
        extension: extension.into(),
        frame: format!("{frame}\n\n"),
    }
}
