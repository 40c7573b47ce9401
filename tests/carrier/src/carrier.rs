//! A running carrier: the listener, what a test tells it, and what a test asks.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::answer::{self, Answer};
use crate::book::{Accepted, Book, Delivery};
use crate::fate::{Course, Fate, Report};
use crate::messages::{self, Request};
use crate::server;
use crate::webhook::{self, Inbound, Parameters};

/// A webhook that is not there is called so often, with a pause between.
const TRIES: usize = 100;
const PAUSE: Duration = Duration::from_millis(50);

/// A carrier on 127.0.0.1 with one customer. Dropping it stops it and closes its connections.
pub struct Carrier {
    address: SocketAddr,
    shared: Shared,
    listening: JoinHandle<()>,
}

/// A cheap handle. Invariant: the lock is never held across an `.await`.
#[derive(Clone)]
pub(crate) struct Shared {
    book: Arc<Mutex<Book>>,
    pub(crate) http: reqwest::Client,
}

/// What is to be answered, and how.
pub(crate) struct Outcome {
    pub(crate) answer: Answer,
    pub(crate) fate: Option<Fate>,
}

impl Carrier {
    /// Listens in the background of the present tokio runtime. `senders` may stand in `From`.
    pub async fn start(account: &str, token: &str, senders: &[&str]) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        // No pool: a Worker that was restarted must not be taken for one that does not answer.
        let http = reqwest::Client::builder().pool_max_idle_per_host(0);
        let shared = Shared {
            book: Arc::new(Mutex::new(Book::new(account, token, senders))),
            http: http.build().map_err(io::Error::other)?,
        };
        let listening = tokio::spawn(server::serve(listener, shared.clone()));
        Ok(Self {
            address,
            shared,
            listening,
        })
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next so many requests to this number (all numbers: `None`) end like this.
    pub fn decree(&self, to: Option<&str>, times: usize, fate: Fate) {
        self.shared.with(|book| book.decree(to, times, fate));
    }

    /// Forgets what was decreed.
    pub fn forget_fates(&self) {
        self.shared.with(Book::forget_fates);
    }

    /// What is reported of messages to this number (all numbers: `None`); the last course counts.
    pub fn set_course(&self, to: Option<&str>, course: Course) {
        self.shared.with(|book| book.set_course(to, course));
    }

    /// This number wrote STOP: nothing is sent to it any more.
    pub fn unsubscribe(&self, number: &str) {
        self.shared
            .with(|book| book.unsubscribed.push(number.to_owned()));
    }

    /// Webhooks whose URL begins with `public` are really served at `actual`.
    pub fn finds(&self, public: &str, actual: &str) {
        let served = Some((public.to_owned(), actual.to_owned()));
        self.shared.with(|book| book.served = served);
    }

    /// Every message that was accepted, oldest first.
    pub fn accepted(&self) -> Vec<Accepted> {
        self.shared.with(|book| book.accepted.clone())
    }

    /// Requests of any kind.
    pub fn requests(&self) -> usize {
        self.shared.with(|book| book.requests)
    }

    /// How many requests had a fate.
    pub fn played(&self) -> usize {
        self.shared.with(|book| book.played)
    }

    /// Webhooks that were answered, oldest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.shared.with(|book| book.deliveries.clone())
    }

    /// Courses that are not at their end.
    pub fn underway(&self) -> usize {
        self.shared.with(|book| book.underway)
    }

    /// Reports a status now; what the webhook answered.
    pub async fn report(&self, sid: &str, report: &Report) -> Option<u16> {
        let message = self.shared.with(|book| book.message(sid).cloned())?;
        self.shared.report(&message, report).await
    }

    /// Hands a message from outside to a webhook; what it answered.
    pub async fn deliver(&self, url: &str, message: &Inbound) -> Option<u16> {
        let account = self.shared.with(|book| book.account.clone());
        webhook::post(&self.shared, url, &message.parameters(&account)).await
    }

    /// Posts any form with a right signature; what the webhook answered.
    pub async fn post(&self, url: &str, parameters: &Parameters) -> Option<u16> {
        webhook::post(&self.shared, url, parameters).await
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Shared {
    pub(crate) fn with<T>(&self, change: impl FnOnce(&mut Book) -> T) -> T {
        // A panic elsewhere leaves a usable book: every change is small.
        change(&mut self.book.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes a request: what is wrong is refused first, then its fate decides.
    pub(crate) async fn take(&self, request: &Request) -> Outcome {
        let read = self.with(|book| {
            book.requests += 1;
            messages::read(book, request)
        });
        let message = match read {
            Ok(message) => message,
            Err(answer) => return Outcome { answer, fate: None },
        };
        let fate = self.with(|book| book.due(&message.to));
        if let Some(Fate::Refuse(code)) = fate {
            return Outcome {
                answer: answer::error(code, &message.to),
                fate,
            };
        }
        if fate.as_ref().is_some_and(|fate| !fate.accepts()) {
            return Outcome {
                answer: answer::error(20_404, ""),
                fate,
            };
        }
        let (answer, message, course) = self.with(|book| {
            let message = book.accept(message);
            let course = book.course(&message.to);
            book.underway += usize::from(!course.reports.is_empty());
            (answer::message(&book.account, &message), message, course)
        });
        if !course.reports.is_empty() {
            let (shared, is_early) = (self.clone(), course.before_answer);
            // In a task of its own: whoever asked may leave, and reports go on.
            let reporting = tokio::spawn(async move { shared.run(&message, &course).await });
            if is_early {
                let _ = reporting.await;
            }
        }
        Outcome { answer, fate }
    }

    /// Reports everything of a course, one after the other.
    async fn run(&self, message: &Accepted, course: &Course) {
        for report in &course.reports {
            for _ in 0..1 + usize::from(course.twice) {
                self.insist(message, report).await;
            }
        }
        self.with(|book| book.underway = book.underway.saturating_sub(1));
    }

    /// Until the webhook takes it, as an account may ask for (`#rp=all`).
    async fn insist(&self, message: &Accepted, report: &Report) {
        for _ in 0..TRIES {
            if matches!(self.report(message, report).await, Some(200..=499)) {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn report(&self, message: &Accepted, report: &Report) -> Option<u16> {
        let url = message.callback.as_deref()?;
        let account = self.with(|book| book.account.clone());
        let parameters = webhook::report_parameters(&account, message, report);
        webhook::post(self, url, &parameters).await
    }
}
