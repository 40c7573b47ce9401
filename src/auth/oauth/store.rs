//! What is kept of clients, codes and grants, and what becomes of it.
//!
//! | kind | id | ends |
//! |---|---|---|
//! | client | what `/register` gave it | 90 days after it last got a grant |
//! | code | SHA-256 of the code | after 10 minutes; a used one is remembered for a day |
//! | grant | random | 30 days after it was last used |
//!
//! A code is used once: presented again it ends the grant that came of it. A refresh token is replaced
//! at each use; the one before stays good until one of its successors is used (an answer may be lost on
//! its way). Any other token of the grant that comes back was copied, and ends the grant.
//!
//! Invariant: [`decide`] reads and writes without a pause, so two requests cannot both be first.
//! Not here: SQLite (`edge`), what a request has to look like (`token`, `authorize`).

use serde_json::Value;

use super::authorize::{Consent, scopes_of};
use super::client::Client;
use super::{member, record, set};
use crate::json;
use crate::time::Millis;

const MINUTE: Millis = 60 * 1000;
const DAY: Millis = 24 * 60 * MINUTE;
const CODE_LIVES: Millis = 10 * MINUTE;
const USED_CODE_LIVES: Millis = DAY;
const GRANT_LIVES: Millis = 30 * DAY;
const CLIENT_LIVES: Millis = 90 * DAY;
/// So many answers to one refresh token are good until one of them is used.
const MOST_SIBLINGS: usize = 8;

/// A kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A registered client.
    Client,
    /// An authorization code.
    Code,
    /// What a person granted to a client.
    Grant,
}

impl Kind {
    /// Its name in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Code => "code",
            Self::Grant => "grant",
        }
    }

    /// So many are kept; then those go that were used longest ago.
    #[must_use]
    pub const fn most(self) -> u16 {
        match self {
            Self::Client | Self::Code => 1000,
            Self::Grant => 5000,
        }
    }
}

/// The store could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreFailed(pub String);

/// Where records are kept. No method waits.
pub trait Records {
    /// A record that has not ended by `now`.
    ///
    /// # Errors
    /// [`StoreFailed`].
    fn get(&self, kind: Kind, id: &str, now: Millis) -> Result<Option<Value>, StoreFailed>;

    /// Keeps a record, in place of one with the same id. `used_at` is 0 for one that was never used.
    ///
    /// # Errors
    /// [`StoreFailed`].
    fn put(
        &self,
        kind: Kind,
        id: &str,
        value: &Value,
        used_at: Millis,
        ends_at: Millis,
    ) -> Result<(), StoreFailed>;

    /// Forgets a record.
    ///
    /// # Errors
    /// [`StoreFailed`].
    fn remove(&self, kind: Kind, id: &str) -> Result<(), StoreFailed>;
}

/// What the store can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command(Value);

impl Command {
    /// Keeps a registered client.
    #[must_use]
    pub fn register(client: &Client) -> Self {
        let mut command = record(&[("do", Some("register")), ("client", Some(&client.id))]);
        set(&mut command, "record", client.record());
        Self(command)
    }

    /// Looks a registered client up: its record, or null.
    #[must_use]
    pub fn client(id: &str) -> Self {
        Self(record(&[("do", Some("client")), ("client", Some(id))]))
    }

    /// Keeps a code.
    #[must_use]
    pub fn keep(consent: Consent) -> Self {
        let mut command = record(&[("do", Some("keep")), ("code", Some(&consent.code))]);
        set(&mut command, "record", consent.record);
        Self(command)
    }

    pub(super) fn of(texts: &[(&str, Option<&str>)]) -> Self {
        Self(record(texts))
    }

    pub(super) fn revoke(grant: &str, client: Option<&str>) -> Self {
        Self(record(&[
            ("do", Some("revoke")),
            ("grant", Some(grant)),
            ("client", client),
        ]))
    }

    /// As it travels to the store.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_string().into_bytes()
    }

    /// As it arrived there; nothing is known of it yet.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        json::any(bytes).ok().map(Self)
    }

    fn get(&self, name: &str) -> &Value {
        member(&self.0, name)
    }

    fn text(&self, name: &str) -> &str {
        self.get(name).as_str().unwrap_or_default()
    }
}

/// Carries a command out.
///
/// # Errors
/// [`StoreFailed`]; nothing certain can be said about what was written then.
pub fn decide<R: Records>(
    records: &R,
    command: &Command,
    now: Millis,
) -> Result<Value, StoreFailed> {
    let client = command.text("client");
    match command.text("do") {
        "register" => {
            let ends_at = now.saturating_add(CLIENT_LIVES);
            records.put(Kind::Client, client, command.get("record"), 0, ends_at)?;
            Ok(Value::Null)
        }
        "client" => Ok(records.get(Kind::Client, client, now)?.unwrap_or_default()),
        "keep" => {
            let ends_at = now.saturating_add(CODE_LIVES);
            records.put(
                Kind::Code,
                command.text("code"),
                command.get("record"),
                now,
                ends_at,
            )?;
            Ok(Value::Null)
        }
        order @ ("redeem" | "refresh") => {
            let answer = match order {
                "redeem" => redeem(records, command, now)?,
                _ => refresh(records, command, now)?,
            };
            // A client that was forgotten must hear so here: only then does it register again, instead of
            // sending people to a page that does not know it.
            let is_refused = member(&answer, "error").as_str() == Some("invalid_grant");
            let is_registered = !client.contains(':');
            if is_refused && is_registered && records.get(Kind::Client, client, now)?.is_none() {
                return Ok(refused("invalid_client"));
            }
            Ok(answer)
        }
        "revoke" => {
            let id = command.text("grant");
            if let Some(grant) = records.get(Kind::Grant, id, now)?
                && (command.get("client").is_null()
                    || member(&grant, "client") == command.get("client"))
            {
                records.remove(Kind::Grant, id)?;
            }
            Ok(Value::Null)
        }
        other => Err(StoreFailed(format!("unknown command {other:?}"))),
    }
}

/// A code against a grant.
fn redeem<R: Records>(records: &R, command: &Command, now: Millis) -> Result<Value, StoreFailed> {
    let hash = command.text("proof");
    let Some(mut code) = records.get(Kind::Code, hash, now)? else {
        return Ok(refused("invalid_grant"));
    };
    if let Some(grant) = member(&code, "grant").as_str() {
        records.remove(Kind::Grant, grant)?;
        return Ok(refused("invalid_grant"));
    }
    if !covers(&code, command) {
        return Ok(refused("invalid_scope"));
    }
    let redirect = command.get("redirect");
    let is_bound = (redirect.is_null() || member(&code, "redirect") == redirect)
        && ["client", "challenge", "resource"]
            .iter()
            .all(|name| member(&code, name) == command.get(name));
    if !is_bound {
        // Whoever holds it is not whom it was made for: one attempt is all there is.
        records.remove(Kind::Code, hash)?;
        return Ok(refused("invalid_grant"));
    }
    let id = command.text("grant");
    let mut grant = code.clone();
    set(
        &mut grant,
        "good",
        Value::Array(vec![command.get("fresh").clone()]),
    );
    set(&mut code, "grant", Value::from(id));
    records.put(
        Kind::Code,
        hash,
        &code,
        now,
        now.saturating_add(USED_CODE_LIVES),
    )?;
    records.put(
        Kind::Grant,
        id,
        &grant,
        now,
        now.saturating_add(GRANT_LIVES),
    )?;
    let client = command.text("client");
    if let Some(record) = records.get(Kind::Client, client, now)? {
        records.put(
            Kind::Client,
            client,
            &record,
            now,
            now.saturating_add(CLIENT_LIVES),
        )?;
    }
    Ok(granted(grant))
}

/// A refresh token against the next one.
fn refresh<R: Records>(records: &R, command: &Command, now: Millis) -> Result<Value, StoreFailed> {
    let id = command.text("grant");
    let Some(mut grant) = records.get(Kind::Grant, id, now)? else {
        return Ok(refused("invalid_grant"));
    };
    if ["client", "resource"]
        .iter()
        .any(|name| member(&grant, name) != command.get(name))
    {
        return Ok(refused("invalid_grant"));
    }
    let token = command.get("proof");
    let good = member(&grant, "good")
        .as_array()
        .cloned()
        .unwrap_or_default();
    let mut next = if good.contains(token) {
        Vec::new()
    } else if member(&grant, "previous") == token {
        good
    } else {
        records.remove(Kind::Grant, id)?;
        return Ok(refused("invalid_grant"));
    };
    if !covers(&grant, command) {
        return Ok(refused("invalid_scope"));
    }
    if next.len() >= MOST_SIBLINGS {
        next.remove(0);
    }
    next.push(command.get("fresh").clone());
    set(&mut grant, "previous", token.clone());
    set(&mut grant, "good", Value::Array(next));
    records.put(
        Kind::Grant,
        id,
        &grant,
        now,
        now.saturating_add(GRANT_LIVES),
    )?;
    Ok(granted(grant))
}

/// Whether the scopes that a request names, if it names any, are among those that were granted.
fn covers(granted: &Value, command: &Command) -> bool {
    if command.get("scopes").is_null() {
        return true;
    }
    let of = |value: &Value| scopes_of(value.as_str().unwrap_or_default());
    match (of(member(granted, "scopes")), of(command.get("scopes"))) {
        (Some(granted), Some(asked)) => granted.intersection(asked) == asked,
        _ => false,
    }
}

fn granted(grant: Value) -> Value {
    let mut answer = record(&[]);
    set(&mut answer, "grant", grant);
    answer
}

fn refused(error: &str) -> Value {
    record(&[("error", Some(error))])
}
