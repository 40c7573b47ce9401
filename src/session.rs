//! What the Durable Object `PbxSession` can be asked, and how it answers.
//!
//! One object per PBX holds what must exist once: the token, and the ledger of calls placed under a
//! key. Caller (`edge::session_client`) and object (`edge::line`) share these types; nothing
//! else crosses between them. Answers travel as the JSON of the type named at each command.

use std::time::Duration;

use futures::future::LocalBoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::auth::Visitor;
use crate::messaging::{Entry, MessageQuery, Report};
use crate::pbx::live::{DnView, Freshness};
use crate::policy::{
    Ask, AuditQuery, CallLedger, Claim, Ended, Gate, LedgerDown, Mark, ParkedCall, ParkingLot,
    Recorded, Verdict,
};
use crate::time::Millis;

/// How long the object is waited for: longer than it waits for anything itself.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// What goes to the object: a question, and what is to be put on record before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Marks of the audit, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
    /// The question.
    pub command: Command,
}

/// One question to the object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// A token that works → `Result<TokenRecord, SignInError>`.
    Token {
        /// The generation that the PBX refused with 401, if that is why.
        instead_of: Option<u64>,
    },
    /// Live calls → [`LiveAnswer`].
    Live {
        /// Of one DN; of every DN where something is going on if left out.
        dn: Option<String>,
    },
    /// Begin something that must happen once → `Begun`.
    Begin {
        /// Who wants what, under which key.
        claim: Claim,
    },
    /// Record how it ended → `()`.
    End {
        /// The claim that was fresh.
        claim: Claim,
        /// How it ended.
        ended: Ended,
    },
    /// Reserve a free slot for a call → `Option<String>`.
    Reserve {
        /// The slots that would do, in order.
        slots: Vec<String>,
        /// The call.
        call: ParkedCall,
    },
    /// The call is in its slot → `()`.
    Parked {
        /// The slot.
        slot: String,
    },
    /// The slot is free again → `()`.
    Release {
        /// The slot.
        slot: String,
    },
    /// Every call on hold, oldest first → `Vec<ParkedCall>`.
    OnHold,
    /// May this be done? → `Permission`.
    Permit {
        /// What.
        ask: Ask,
    },
    /// What a handle was given out for → `Option<Offer>`.
    Offered {
        /// The handle.
        handle: String,
    },
    /// A person says yes or no to it → `Verdict`, that of whoever came first.
    Judge {
        /// The handle.
        handle: String,
        /// What they say.
        verdict: Verdict,
    },
    /// Keep a note; an empty one is none → `()`.
    Remember {
        /// Its name.
        name: String,
        /// The note.
        value: String,
    },
    /// A note → `Option<String>`.
    Recall {
        /// Its name.
        name: String,
    },
    /// Entries of the audit, newest first → `Vec<Recorded>`.
    Audit {
        /// Which.
        query: AuditQuery,
    },
    /// Somebody was wrong about a key or a code → `Millis`: closed until then.
    Failed {
        /// Who.
        visitor: Visitor,
    },
    /// Keep a message; one from outside counts for opting out, and goes to the PBX → `bool`: it is new.
    Log {
        /// The message.
        entry: Entry,
    },
    /// What became of a message → `bool`: that goes on from what was known.
    Settle {
        /// What is known of it.
        report: Report,
    },
    /// Messages of the log, newest first → `Vec<Entry>`.
    Messages {
        /// Which.
        query: MessageQuery,
    },
    /// Nothing but the marks that came with it → `()`.
    Record,
    /// Which agents of MasterLinc got which calls of the last day → `Vec<Routed>`.
    Agents,
    /// How asking MasterLinc goes → `Option<String>`: nothing where it is not asked.
    Coordination,
    /// Calls that Basma answered, newest first → `Vec<VoiceCall>`.
    VoiceCalls {
        /// Of one call of the PBX; all of them if left out.
        callid: Option<i64>,
    },
    /// Live events from now on → server-sent events; 503 where too many follow, 429 where too many of this
    /// caller do.
    Follow {
        /// Which.
        follow: Follow,
    },
    /// How things are → [`Status`].
    Status,
}

/// What somebody would like to hear of as it happens. The Worker has seen to it that they may.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Follow {
    /// Who, as the audit has it.
    #[serde(default)]
    pub caller: String,
    /// Entries as an administrator writes them; every extension if left out.
    pub extensions: Option<Vec<String>>,
    /// The id of the last event that they had.
    pub after: Option<String>,
    /// Not the events themselves, but that something changed of these; the events if empty.
    pub watches: Vec<Watch>,
    /// What is sent first.
    pub opening: String,
    /// What is sent last, where the object ends it.
    pub ending: String,
}

/// Something that may change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// Of one extension; of any if empty.
    pub extension: String,
    /// What is sent when it has changed.
    pub frame: String,
}

/// How the object is doing; safe to show to anyone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// A token is held that should work.
    pub signed_in: bool,
    /// Signing in is failing: `refused` by the PBX, or `unreachable`.
    pub trouble: Option<Trouble>,
    /// Whether live calls are known as they happen.
    pub live: bool,
}

/// Live calls, as far as the link knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveAnswer {
    /// Whether they are true now. If not, read the PBX.
    pub freshness: Freshness,
    /// The DNs that were asked for and are known.
    pub lines: Vec<DnView>,
    /// Which agents of MasterLinc got which calls, by `callid`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<(i64, String)>,
}

/// A call that MasterLinc gave to an agent: number of the caller, when it came in, the agent.
pub type Routed = (String, Millis, String);

/// A call that Basma answered, or answers now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoiceCall {
    /// Names the object of its own that holds what was said.
    pub name: String,
    /// The route point.
    pub dn: String,
    /// The participant there.
    pub id: i64,
    /// The call it was part of.
    pub callid: i64,
    /// Who called.
    pub caller: String,
    /// When it rang.
    pub since: Millis,
}

/// Why signing in fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// The PBX answers and says no.
    Refused,
    /// The PBX does not answer.
    Unreachable,
}

/// What must be remembered once for all isolates, as tools see it.
pub trait Session: CallLedger + ParkingLot + Gate {
    /// Live calls of one DN, or of all.
    fn live<'a>(
        &'a self,
        dn: Option<&'a str>,
    ) -> LocalBoxFuture<'a, Result<LiveAnswer, LedgerDown>>;

    /// A new name for something on record.
    fn new_id(&self) -> String;

    /// Takes a mark of the audit along: it is on record before the next question is answered, or a moment
    /// after the request.
    fn note(&self, mark: Mark);

    /// Takes the mark of a read, which nobody waits for: it goes a moment later, with many others.
    fn note_read(&self, mark: Mark);

    /// Puts on record what was noted and has not gone yet.
    fn flush(&self) -> LocalBoxFuture<'_, Result<(), LedgerDown>>;

    /// Which agents of MasterLinc got which calls of the last day.
    fn agents(&self) -> LocalBoxFuture<'_, Result<Vec<Routed>, LedgerDown>>;

    /// How asking MasterLinc goes; nothing where it is not asked.
    fn coordination(&self) -> LocalBoxFuture<'_, Result<Option<String>, LedgerDown>>;

    /// Calls that Basma answered, newest first; those of one call of the PBX, or all.
    fn voice_calls(
        &self,
        callid: Option<i64>,
    ) -> LocalBoxFuture<'_, Result<Vec<VoiceCall>, LedgerDown>>;

    /// Asks the object of such a call something, in JSON; its answer.
    fn ask_voice<'a>(
        &'a self,
        name: &'a str,
        command: &'a str,
    ) -> LocalBoxFuture<'a, Result<Value, LedgerDown>>;

    /// Entries of the audit, newest first.
    fn audit<'a>(
        &'a self,
        query: &'a AuditQuery,
    ) -> LocalBoxFuture<'a, Result<Vec<Recorded>, LedgerDown>>;

    /// Keeps a message; whether it was new.
    fn log<'a>(&'a self, entry: &'a Entry) -> LocalBoxFuture<'a, Result<bool, LedgerDown>>;

    /// Notes what became of a message; whether that was new.
    fn settle<'a>(&'a self, report: &'a Report) -> LocalBoxFuture<'a, Result<bool, LedgerDown>>;

    /// Messages of the log, newest first.
    fn messages<'a>(
        &'a self,
        query: &'a MessageQuery,
    ) -> LocalBoxFuture<'a, Result<Vec<Entry>, LedgerDown>>;

    /// Waits, where something takes its time to show.
    fn rest(&self, time: Duration) -> LocalBoxFuture<'_, ()>;

    /// Keeps a note; an empty one is none.
    fn remember<'a>(
        &'a self,
        name: &'a str,
        value: &'a str,
    ) -> LocalBoxFuture<'a, Result<(), LedgerDown>>;

    /// A note that was kept.
    fn recall<'a>(
        &'a self,
        name: &'a str,
    ) -> LocalBoxFuture<'a, Result<Option<String>, LedgerDown>>;
}
