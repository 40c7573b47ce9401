//! The gate before anything is started or moved: caps, and handles that say yes.
//!
//! One synchronous step from looking to writing, so that a cap cannot be overrun and a yes cannot be
//! used twice, however many requests come at once.

use worker::{Result, SqlStorageValue};

use super::Inner;
use super::store::{Store, integers, random_name, texts};
use crate::edge::clock;
use crate::json;
use crate::policy::{
    Ask, Consent, HANDLE_LIVES_MS, Offer, Permission, Reached, SPENT_KEPT_MS, Verdict, Worth, worth,
};
use crate::time::Millis;

/// So long after a call was let through it may not be in the live table yet.
const UNSEEN_MS: Millis = 2_000;

impl Inner {
    /// Judges, and writes what follows from it.
    pub(super) fn permit(&self, ask: &Ask) -> Result<Permission> {
        let now = clock::now();
        let store = &self.store;
        store.forget_spent(now)?;
        if let Some(reader) = &ask.reader
            && store.has_opted_out(reader)?
        {
            return Ok(Permission::OptedOut);
        }
        if let Some(reached) = self.reached(ask, now)? {
            return Ok(Permission::Limited(reached));
        }
        if let Some(by) = ask.needs_yes {
            let offer = match &ask.handle {
                Some(handle) => store.handle(handle)?,
                None => None,
            };
            let handle = ask.handle.clone().unwrap_or_default();
            match worth(offer.as_ref(), &ask.consent, by, now) {
                Worth::Yes => store.forget_handle(&handle)?,
                Worth::Open => return Ok(Permission::Open { handle }),
                Worth::No => return Ok(Permission::Declined),
                Worth::Nothing => {
                    return Ok(Permission::NeedsYes {
                        handle: store.give_handle(&ask.consent, now)?,
                        was_worthless: ask.handle.is_some(),
                    });
                }
            }
        }
        store.spend(ask, now)?;
        Ok(Permission::Granted)
    }

    fn reached(&self, ask: &Ask, now: Millis) -> Result<Option<Reached>> {
        let store = &self.store;
        if let Some(counted) = ask.counted {
            let by = texts(&[&ask.consent.caller, counted.as_str()]);
            let spent = store.spent("caller = ? AND counted = ?", by)?;
            if let Some(reached) = ask.caps.reached(counted, &spent, now) {
                return Ok(Some(reached));
            }
        }
        if let Some(outside) = &ask.outside {
            let spent = store.spent("outside = ?", texts(&[outside]))?;
            if let Some(reached) = ask.caps.called_too_often(&spent, now) {
                return Ok(Some(reached));
            }
        }
        match &ask.extension {
            Some(extension) => Ok(ask.caps.busy(self.calls_of(extension, now)?)),
            None => Ok(None),
        }
    }

    /// Calls of an extension: those in the table, and those let through that cannot be there yet. While
    /// the link is down only the latter are known.
    fn calls_of(&self, extension: &str, now: Millis) -> Result<usize> {
        let recent = now.saturating_sub(UNSEEN_MS);
        let let_through = self.store.spent("extension = ?", texts(&[extension]))?;
        let let_through = let_through.iter().filter(|at| **at > recent).count();
        let link = self.link.borrow();
        if !link.freshness().live {
            return Ok(let_through);
        }
        let (seen, new) =
            link.table()
                .legs(extension)
                .fold((0_usize, 0_usize), |(all, new), leg| {
                    let is_new = leg.first_seen > recent;
                    (
                        all.saturating_add(1),
                        new.saturating_add(usize::from(is_new)),
                    )
                });
        Ok(seen.saturating_add(let_through.saturating_sub(new)))
    }
}

/// What was let through.
impl Store {
    fn forget_spent(&self, now: Millis) -> Result<()> {
        let oldest = now.saturating_sub(SPENT_KEPT_MS);
        self.run("DELETE FROM spent WHERE at <= ?", integers(&[oldest])?)
    }

    /// When something was let through, oldest first.
    fn spent(&self, which: &str, values: Vec<SqlStorageValue>) -> Result<Vec<Millis>> {
        let query = format!("SELECT at FROM spent WHERE {which} ORDER BY at");
        let mut rows = self.rows(&query, values)?;
        Ok(rows.iter_mut().map(super::store::Row::whole).collect())
    }

    fn spend(&self, ask: &Ask, now: Millis) -> Result<()> {
        let Some(counted) = ask.counted else {
            return Ok(());
        };
        let mut values = integers(&[now])?;
        values.extend(texts(&[
            &ask.consent.caller,
            counted.as_str(),
            ask.outside.as_deref().unwrap_or_default(),
            ask.extension.as_deref().unwrap_or_default(),
        ]));
        self.run(
            "INSERT INTO spent (at, caller, counted, outside, extension) VALUES (?, ?, ?, ?, ?)",
            values,
        )
    }
}

/// Handles.
impl Store {
    /// Gives one out, and forgets those that are too old.
    fn give_handle(&self, consent: &Consent, now: Millis) -> Result<String> {
        let oldest = now.saturating_sub(HANDLE_LIVES_MS);
        self.run(
            "DELETE FROM handles WHERE offered_at < ?",
            integers(&[oldest])?,
        )?;
        let handle = random_name()?;
        let mut values = texts(&[
            &handle,
            &serde_json::to_string(consent)?,
            verdict(Verdict::Open),
        ]);
        values.extend(integers(&[now])?);
        self.run(
            "INSERT INTO handles (handle, consent, verdict, offered_at) VALUES (?, ?, ?, ?)",
            values,
        )?;
        Ok(handle)
    }

    /// One that was given out and not used yet.
    pub(super) fn handle(&self, handle: &str) -> Result<Option<Offer>> {
        let query = "SELECT offered_at, consent, verdict FROM handles WHERE handle = ?";
        let mut rows = self.rows(query, texts(&[handle]))?;
        Ok(rows.first_mut().and_then(|row| {
            let offered_at = row.whole();
            let consent = json::read(row.text()?.as_bytes()).ok()?;
            let said = row.text()?;
            let all = [Verdict::Open, Verdict::Yes, Verdict::No];
            Some(Offer {
                consent,
                offered_at,
                verdict: all.into_iter().find(|one| verdict(*one) == said)?,
            })
        }))
    }

    /// A person's word on one; that of whoever came first counts.
    pub(super) fn judge(&self, handle: &str, said: Verdict) -> Result<Verdict> {
        let statement = "UPDATE handles SET verdict = ? WHERE handle = ? AND verdict = ?";
        self.run(
            statement,
            texts(&[verdict(said), handle, verdict(Verdict::Open)]),
        )?;
        Ok(self
            .handle(handle)?
            .map_or(Verdict::No, |offer| offer.verdict))
    }

    fn forget_handle(&self, handle: &str) -> Result<()> {
        self.run("DELETE FROM handles WHERE handle = ?", texts(&[handle]))
    }
}

const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Open => "open",
        Verdict::Yes => "yes",
        Verdict::No => "no",
    }
}
