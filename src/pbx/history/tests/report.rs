//! A PBX in a few lines: answers requests for history from rows, with faults where a test wants.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ops::ControlFlow;

use futures::executor::block_on;
use futures::future::{FutureExt, LocalBoxFuture, ready};

use super::*;
use crate::pbx::{
    HttpRequest, HttpResponse, Pbx, PbxError, SignInError, Token, TokenSource, Transport,
    TransportError,
};

pub(super) type Fault = dyn Fn(&str, usize) -> Option<Result<(u16, &'static str), TransportError>>;

/// The PBX, the cache and the clock of a test.
pub(super) struct Report {
    pub(super) rows: RefCell<Vec<Value>>,
    /// Looks at path and number of a request before the PBX does.
    pub(super) fault: RefCell<Box<Fault>>,
    /// How long an answer takes.
    pub(super) takes_ms: Cell<Millis>,
    pub(super) now: Cell<Millis>,
    pub(super) paths: RefCell<Vec<String>>,
    pub(super) kept: RefCell<HashMap<String, Vec<u8>>>,
    busy: Cell<usize>,
    pub(super) most_busy: Cell<usize>,
}

impl Report {
    pub(super) fn new(now: Millis, rows: Vec<Value>) -> Self {
        Self {
            rows: RefCell::new(rows),
            fault: RefCell::new(Box::new(|_, _| None)),
            takes_ms: Cell::new(10),
            now: Cell::new(now),
            paths: RefCell::default(),
            kept: RefCell::default(),
            busy: Cell::default(),
            most_busy: Cell::default(),
        }
    }

    pub(super) fn fail(
        &self,
        fault: impl Fn(&str, usize) -> Option<Result<(u16, &'static str), TransportError>> + 'static,
    ) {
        *self.fault.borrow_mut() = Box::new(fault);
    }

    /// How many requests there were since the last time it was asked.
    pub(super) fn requests(&self) -> usize {
        self.paths.take().len()
    }

    /// Reads whole days: the calls, newest first.
    pub(super) fn read(
        &self,
        days: &[UtcDay],
        route: Option<Route>,
        open: &[OpenDay],
    ) -> Result<(Vec<CallRecord>, ReadOutcome), PbxError> {
        let mut calls = Vec::new();
        let mut visit = |day: Vec<CallRecord>| {
            calls.extend(day);
            ControlFlow::Continue(())
        };
        let outcome = self.read_to(days, route, open, &mut visit)?;
        Ok((calls, outcome))
    }

    pub(super) fn read_to(
        &self,
        days: &[UtcDay],
        route: Option<Route>,
        open: &[OpenDay],
        visit: &mut dyn FnMut(Vec<CallRecord>) -> ControlFlow<()>,
    ) -> Result<ReadOutcome, PbxError> {
        let clock = || self.now.get();
        let reader = HistoryReader {
            pbx: Pbx::new(self, self),
            cache: self,
            account: "test",
            clock: &clock,
        };
        block_on(reader.read(days.to_vec(), route, open, Some(7), visit))
    }

    fn answer(&self, path: &str) -> (u16, String) {
        let field = if path.contains("GetCallLogData") {
            "StartTime"
        } else {
            "SegmentStartTime"
        };
        let (from, to) = if field == "StartTime" {
            (after(path, "periodFrom="), after(path, "periodTo="))
        } else {
            (after(path, "%20ge%20"), after(path, "%20le%20") + "T99")
        };
        let number = |name| after(path, name).parse::<usize>().unwrap();
        let (top, skip) = (number("$top="), number("$skip="));
        let rows = self.rows.borrow();
        let mut rows: Vec<_> = rows
            .iter()
            .filter(|row| {
                // Inclusive at both ends.
                let started = row[field].as_str().unwrap();
                from.as_str() <= started && started <= to.as_str()
            })
            .collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row[field].as_str().unwrap().to_owned()));
        let rows: Vec<_> = rows.into_iter().skip(skip).take(top).collect();
        (200, json!({"@odata.count": 1, "value": rows}).to_string())
    }
}

fn after(path: &str, mark: &str) -> String {
    let rest = path
        .split_once(mark)
        .unwrap_or_else(|| panic!("{mark} in {path}"))
        .1;
    rest.split([',', ')', '&', '%']).next().unwrap().to_owned()
}

impl Transport for Report {
    fn send(
        &self,
        request: HttpRequest,
    ) -> LocalBoxFuture<'_, Result<HttpResponse, TransportError>> {
        async move {
            let number = self.paths.borrow().len();
            self.paths.borrow_mut().push(request.path.clone());
            self.busy.set(self.busy.get() + 1);
            self.most_busy
                .set(self.most_busy.get().max(self.busy.get()));
            // Long enough for the others to begin.
            let mut waited = 0;
            futures::future::poll_fn(|context| {
                waited += 1;
                context.waker().wake_by_ref();
                if waited > 8 {
                    std::task::Poll::Ready(())
                } else {
                    std::task::Poll::Pending
                }
            })
            .await;
            self.busy.set(self.busy.get() - 1);
            self.now.set(self.now.get() + self.takes_ms.get());
            let fault = (self.fault.borrow())(&request.path, number);
            let (status, body) = match fault {
                Some(fault) => fault.map(|(status, body)| (status, body.to_owned()))?,
                None => self.answer(&request.path),
            };
            Ok(HttpResponse {
                status,
                body: body.into_bytes(),
                date: None,
            })
        }
        .boxed_local()
    }
}

impl TokenSource for Report {
    fn token(&self) -> LocalBoxFuture<'_, Result<Token, SignInError>> {
        ready(Ok(Token::lasting())).boxed_local()
    }

    fn replace<'a>(&'a self, _: &'a Token) -> LocalBoxFuture<'a, Result<Token, SignInError>> {
        self.token()
    }

    fn client(&self) -> &'static str {
        "client"
    }
}

impl DayCache for Report {
    fn get<'a>(&'a self, key: &'a str) -> LocalBoxFuture<'a, Option<Vec<u8>>> {
        ready(self.kept.borrow().get(key).cloned()).boxed_local()
    }

    fn put<'a>(&'a self, key: &'a str, bytes: Vec<u8>) -> LocalBoxFuture<'a, ()> {
        self.kept.borrow_mut().insert(key.to_owned(), bytes);
        ready(()).boxed_local()
    }
}
