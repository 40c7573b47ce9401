//! What a test does to the PBX from behind: everything `/_sim` can do, as methods.
//!
//! Methods never wait: they change the state and return; what follows from it comes in its own
//! time, so tests poll with a deadline.

mod audio;
mod calls;
mod directory;
pub(crate) mod http;
mod messages;
mod records;
mod sockets;

use serde_json::Value;

use crate::calls::Placed;
use crate::directory::Answering;
use crate::faults::Rule;
use crate::record::Entry;
use crate::settings::Settings;
use crate::shared::Shared;
use crate::sign_in::ApiClient;
use crate::world::{Counters, World};

pub use calls::{Deed, LiveParticipant};
pub use directory::NumberChange;

/// The control interface of a running PBX.
#[derive(Clone)]
pub struct Control {
    shared: Shared,
}

impl Control {
    pub(crate) fn new(shared: Shared) -> Self {
        Self { shared }
    }

    /// The settings as they are.
    pub fn settings(&self) -> Settings {
        self.shared.with(|world| world.settings.clone())
    }

    /// Changes settings in place.
    pub fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        self.shared.with(|world| change(&mut world.settings));
    }

    /// Merges a partial JSON object over the settings.
    pub fn patch_settings(&self, patch: &Value) -> Result<Settings, String> {
        self.shared.with(|world| {
            world.settings = world.settings.patched(patch)?;
            Ok(world.settings.clone())
        })
    }

    /// Back to the demo clinic: no calls, tokens, faults, record or history; sockets close.
    /// Past calls and messages are those of the demo again.
    pub fn reset(&self, settings: Settings) {
        self.shared.with(|world| world.reset(settings));
    }

    /// Adds a fault rule behind those there are.
    pub fn add_fault(&self, rule: Rule) {
        self.shared.with(|world| world.faults.push(rule));
    }

    /// Rules that are not used up.
    pub fn faults(&self) -> Vec<Rule> {
        self.shared.with(|world| world.faults.clone())
    }

    /// Forgets all fault rules.
    pub fn clear_faults(&self) {
        self.shared.with(|world| world.faults.clear());
    }

    /// Every request since the start or the last clear.
    pub fn requests(&self) -> Vec<Entry> {
        self.shared.with(|world| world.record.clone())
    }

    /// Forgets the recorded requests.
    pub fn clear_requests(&self) {
        self.shared.with(World::forget_requests);
    }

    /// Every request since the start, whatever was cleared or reset: for checks that hold always.
    pub fn every_request(&self) -> Vec<Entry> {
        self.shared
            .with(|world| [world.forgotten.as_slice(), &world.record].concat())
    }

    /// Counters since the start or the last reset.
    pub fn counters(&self) -> Counters {
        let sockets_open = self.shared.sockets_open();
        let counters = self.shared.with(|world| world.counters);
        Counters {
            sockets_open,
            ..counters
        }
    }

    /// Every attempt to bring somebody into a call, oldest first.
    pub fn history(&self) -> Vec<Placed> {
        self.shared.with(|world| world.history.clone())
    }

    /// Forgets the attempts.
    pub fn clear_history(&self) {
        self.shared.with(|world| world.history.clear());
    }

    /// Calls the API placed to a destination (diverts and transfers not counted).
    pub fn calls_placed_to(&self, destination: &str) -> usize {
        let placed = |entry: &&Placed| entry.to == destination && entry.how.starts_with("makecall");
        self.shared
            .with(|world| world.history.iter().filter(placed).count())
    }

    /// All tokens die, as when another holder of the client minted one.
    pub fn kill_tokens(&self) {
        self.shared.with(|world| world.sessions.clear());
    }

    /// Adds an API client, or replaces the one of the same id, and gives it a route point.
    pub fn set_client(&self, client: ApiClient) {
        self.shared.with(|world| world.set_client(client));
    }

    /// API clients there are.
    pub fn clients(&self) -> Vec<ApiClient> {
        self.shared.with(|world| world.clients.clone())
    }

    /// What an outside number (or a pattern ending in `*`) does; later rules come first.
    pub fn set_outside(&self, number: &str, answering: Answering) {
        let rule = crate::directory::OutsideRule {
            number: number.to_owned(),
            answering,
        };
        self.shared.with(|world| world.outside.insert(0, rule));
    }
}
