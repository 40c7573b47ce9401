//! The one handle on the PBX: the lock, the event channel and the timer tasks.
//!
//! Invariant: the lock is never held across an `.await`; everything that takes time becomes a
//! [`Timer`](crate::calls::Timer) that comes back through [`Shared::with`].

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::broadcast;

use crate::calls::Timer;
use crate::settings::Settings;
use crate::world::{Event, World};

/// Events a slow socket may lag behind before it loses some.
const EVENT_BACKLOG: usize = 4_096;

/// A cheap, cloneable handle.
#[derive(Clone)]
pub(crate) struct Shared {
    world: Arc<Mutex<World>>,
    events: broadcast::Sender<Event>,
    /// Kept so that control methods also work on threads that are not the runtime's.
    runtime: Handle,
    /// Event sockets open now. Outside the world, because a reset does not close them at once.
    sockets: Arc<AtomicU64>,
}

/// One open event socket, counted as long as it lives.
pub(crate) struct OpenSocket(Arc<AtomicU64>);

impl Drop for OpenSocket {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Shared {
    /// A fresh PBX. Must be called inside a tokio runtime.
    pub(crate) fn new(settings: Settings) -> Self {
        let (events, _) = broadcast::channel(EVENT_BACKLOG);
        let world = Arc::new(Mutex::new(World::new(settings)));
        Self {
            world,
            events,
            runtime: Handle::current(),
            sockets: Arc::default(),
        }
    }

    /// Runs `change` under the lock, then sends the events and starts the timers it asked for.
    pub(crate) fn with<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        // A panic elsewhere leaves a usable world: every change is small, and this is a test aid.
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = change(&mut world);
        let timers = std::mem::take(&mut world.timers);
        // Sent under the lock, so that the order of events is the order of changes.
        for event in world.outbox.drain(..) {
            let _ = self.events.send(event);
        }
        drop(world);
        for (after, timer) in timers {
            self.start(after, timer);
        }
        answer
    }

    fn start(&self, after: Duration, timer: Timer) {
        let shared = self.clone();
        self.runtime.spawn(async move {
            tokio::time::sleep(after).await;
            shared.with(|world| timer.fire(world));
        });
    }

    /// Counts a socket until the guard is dropped.
    pub(crate) fn open_socket(&self) -> OpenSocket {
        self.sockets.fetch_add(1, Ordering::Relaxed);
        OpenSocket(self.sockets.clone())
    }

    pub(crate) fn sockets_open(&self) -> u64 {
        self.sockets.load(Ordering::Relaxed)
    }

    /// Events from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }
}
