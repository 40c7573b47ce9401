//! What one isolate keeps between requests: settings, what it remembers of the PBX, a token.
//!
//! Values only, never futures: awaiting what another request began would end in a deadlock. All of
//! it can vanish at any moment (a deploy, a panic elsewhere) and is then read again.

use std::cell::RefCell;
use std::rc::Rc;

use worker::Env;

use super::log;
use super::variables::EnvVariables;
use crate::desk::RecentHistory;
use crate::pbx::{Memory, Token};
use crate::settings::Settings;

thread_local! {
    static ISOLATE: RefCell<Option<Rc<Isolate>>> = const { RefCell::new(None) };
}

/// The isolate's own.
pub(super) struct Isolate {
    /// What an administrator set; cannot change while an isolate lives.
    pub(super) settings: Settings,
    /// Devices and departments.
    pub(super) memory: Memory,
    /// Days of call history that are not over.
    pub(super) history: RecentHistory,
    token: RefCell<Option<Token>>,
}

impl Isolate {
    /// The isolate that this request runs in; the first request reads the settings.
    pub(super) fn of(env: &Env) -> Rc<Self> {
        if let Some(isolate) = ISOLATE.with_borrow(Clone::clone) {
            return isolate;
        }
        let isolate = Rc::new(Self {
            settings: Settings::read(&EnvVariables(env)),
            memory: Memory::default(),
            history: RecentHistory::default(),
            token: RefCell::new(None),
        });
        for fault in isolate.settings.faults() {
            log::error(
                "setting_refused",
                serde_json::json!({ "fault": fault.to_string() }),
            );
        }
        ISOLATE.set(Some(Rc::clone(&isolate)));
        isolate
    }

    /// The token that the object handed out last, if there was one.
    pub(super) fn token(&self) -> Option<Token> {
        self.token.borrow().clone()
    }

    /// Keeps a token for the next request.
    pub(super) fn keep_token(&self, token: &Token) {
        *self.token.borrow_mut() = Some(token.clone());
    }
}
