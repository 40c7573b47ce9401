//! The ledger of calls placed under a key: begun once, waited for, ended.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use futures::channel::oneshot;
use worker::Result;

use super::Inner;
use crate::edge::clock;
use crate::edge::upstream::within;
use crate::policy::{Begun, Claim, Ended, judge};

/// How long a repeated request waits for the one that is under way.
const PATIENCE: Duration = Duration::from_secs(15);

/// Caller, tool and key: what a claim is found by.
type Row = (String, String, String);

/// Who waits for the end of which claim.
#[derive(Default)]
pub(super) struct Waiting(RefCell<HashMap<Row, Vec<oneshot::Sender<()>>>>);

impl Waiting {
    fn join(&self, claim: &Claim) -> oneshot::Receiver<()> {
        let (done, wait) = oneshot::channel();
        self.0
            .borrow_mut()
            .entry(row(claim))
            .or_default()
            .push(done);
        wait
    }

    fn wake(&self, claim: &Claim) {
        let waiters = self.0.borrow_mut().remove(&row(claim)).unwrap_or_default();
        for waiter in waiters {
            // Whoever waited may have gone.
            let _ = waiter.send(());
        }
    }
}

fn row(claim: &Claim) -> Row {
    (claim.caller.clone(), claim.tool.clone(), claim.key.clone())
}

impl Inner {
    /// Begins, or says why not.
    pub(super) async fn begin(&self, claim: &Claim) -> Result<Begun> {
        let begun = self.judge_and_begin(claim)?;
        if begun != Begun::Running {
            return Ok(begun);
        }
        // An end, or patience running out, or a sender that vanished: look again in each case.
        let _ = within(self.waiting.join(claim), PATIENCE).await;
        self.judge_and_begin(claim)
    }

    /// Looks and writes without a pause between.
    fn judge_and_begin(&self, claim: &Claim) -> Result<Begun> {
        let now = clock::now();
        self.store.forget_old_claims(now)?;
        let begun = judge(self.store.claim(claim)?.as_ref(), &claim.intent, now);
        if begun == Begun::Fresh {
            self.store.write_claim(claim, now)?;
        }
        Ok(begun)
    }

    /// Records how it ended and wakes those who wait for it.
    pub(super) fn end(&self, claim: &Claim, ended: &Ended) -> Result<()> {
        match ended {
            Ended::Answered { answer } => self.store.answer_claim(claim, answer)?,
            Ended::NotDone => self.store.forget_claim(claim)?,
        }
        self.waiting.wake(claim);
        Ok(())
    }
}
