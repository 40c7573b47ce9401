//! Days of call history in KV: written once when they are over, read-mostly, nothing that has to be
//! consistent. A Worker without the binding works, and reads each day from the PBX.

use futures::FutureExt;
use futures::future::LocalBoxFuture;
use serde_json::json;
use worker::{Env, KvStore};

use crate::edge::log;
use crate::pbx::history::DayCache;

/// The binding.
const BINDING: &str = "CDR_CACHE";
/// A day that nobody has asked for in this time is forgotten: 400 days, in seconds.
const LIVES_S: u64 = 400 * 24 * 60 * 60;

/// KV as a cache of days.
pub(super) struct KvDays<'a>(&'a Env);

impl<'a> KvDays<'a> {
    /// The namespace that is bound, if one is.
    pub(super) fn of(env: &'a Env) -> Self {
        Self(env)
    }

    /// Looked up when a day is asked for, not for every request.
    fn store(&self) -> Option<KvStore> {
        self.0.kv(BINDING).ok()
    }
}

impl DayCache for KvDays<'_> {
    fn get<'a>(&'a self, key: &'a str) -> LocalBoxFuture<'a, Option<Vec<u8>>> {
        async move {
            let read = self.store()?.get(key).bytes().await;
            read.unwrap_or_else(|error| {
                log::error("day_not_read", json!({ "error": error.to_string() }));
                None
            })
        }
        .boxed_local()
    }

    fn put<'a>(&'a self, key: &'a str, bytes: Vec<u8>) -> LocalBoxFuture<'a, ()> {
        async move {
            let Some(kv) = self.store() else { return };
            let written = match kv.put_bytes(key, &bytes) {
                Ok(put) => put.expiration_ttl(LIVES_S).execute().await,
                Err(error) => Err(error),
            };
            if let Err(error) = written {
                log::error("day_not_kept", json!({ "error": error.to_string() }));
            }
        }
        .boxed_local()
    }
}
