//! What one isolate keeps between requests: settings, what it remembers of the PBX, a token.
//!
//! Values only, never futures: awaiting what another request began would end in a deadlock. All of
//! it can vanish at any moment (a deploy, a panic elsewhere) and is then read again.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use worker::Env;

use super::address::Address;
use super::log;
use super::variables::EnvVariables;
use crate::auth::Door;
use crate::auth::oauth::Site;
use crate::desk::RecentHistory;
use crate::pbx::{Memory, Token};
use crate::policy::Mark;
use crate::settings::{Access, Settings};

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
    /// Who was wrong too often.
    pub(super) door: RefCell<Door>,
    token: RefCell<Option<Token>>,
    /// The site of the last request, by its origin.
    site: RefCell<Option<(String, Rc<Site>)>>,
    /// Marks of the audit that have not gone to the object yet.
    marks: RefCell<Vec<Mark>>,
    /// Marks of reads, which wait for each other.
    reads: RefCell<Vec<Mark>>,
    /// Somebody will see to it that they go.
    flush_is_due: Cell<bool>,
}

/// More marks than this are not kept while the object cannot be reached: the oldest go.
const MOST_MARKS: usize = 1_000;

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
            door: RefCell::default(),
            token: RefCell::new(None),
            site: RefCell::new(None),
            marks: RefCell::default(),
            reads: RefCell::default(),
            flush_is_due: Cell::new(false),
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

    /// The site that is served at `url`, where tokens can be had for it; worked out once for an origin.
    pub(super) fn site(&self, access: &Access, url: &Address) -> Option<Rc<Site>> {
        let known = self.site.borrow();
        if let Some((origin, site)) = known.as_ref()
            && origin == url.origin()
        {
            return Some(Rc::clone(site));
        }
        drop(known);
        let site = Rc::new(Site::new(access.public_url.as_deref(), url.origin())?);
        let origin = url.origin().to_owned();
        *self.site.borrow_mut() = Some((origin, Rc::clone(&site)));
        Some(site)
    }

    /// Keeps a mark for the next question to the object.
    pub(super) fn put_mark(&self, mark: Mark) {
        self.marks.borrow_mut().push(mark);
    }

    /// Keeps the mark of a read until there is time for it.
    pub(super) fn put_read(&self, mark: Mark) {
        self.reads.borrow_mut().push(mark);
    }

    /// The marks of reads go with the next letter, too.
    pub(super) fn release_reads(&self) {
        self.marks.borrow_mut().append(&mut self.reads.borrow_mut());
    }

    /// Whether marks are waiting.
    pub(super) fn has_marks(&self) -> bool {
        !self.marks.borrow().is_empty()
    }

    /// The marks that are waiting, to be sent.
    pub(super) fn take_marks(&self) -> Vec<Mark> {
        self.marks.take()
    }

    /// They could not be sent: before those that came meanwhile.
    pub(super) fn put_marks_back(&self, mut marks: Vec<Mark>) {
        let mut waiting = self.marks.borrow_mut();
        marks.append(&mut waiting);
        let surplus = marks.len().saturating_sub(MOST_MARKS);
        marks.drain(..surplus);
        *waiting = marks;
    }

    /// Whether somebody has to see to it that waiting marks go; whoever is told so does it, once.
    pub(super) fn must_flush(&self) -> bool {
        let is_waiting = self.has_marks() || !self.reads.borrow().is_empty();
        is_waiting && !self.flush_is_due.replace(true)
    }

    /// It was seen to.
    pub(super) fn flushed(&self) {
        self.flush_is_due.set(false);
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
