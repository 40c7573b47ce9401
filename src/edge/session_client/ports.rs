//! What the core asks of the object: each port is a few commands.
//!
//! The token and the marks are kept in the isolate, so that not every question goes to the object.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::future::{FutureExt, LocalBoxFuture};
use serde_json::Value;
use worker::Delay;

use super::{SessionClient, failed};
use crate::edge::clock;
use crate::edge::object::ask_voice;
use crate::edge::upstream::within;
use crate::messaging::{Entry, MessageQuery, Report};
use crate::pbx::{SignInError, Token, TokenSource};
use crate::policy::{
    Ask, AuditQuery, Begun, CallLedger, Claim, Ended, Gate, LedgerDown, Mark, ParkedCall,
    ParkingLot, Permission, Recorded,
};
use crate::session::{Command, LiveAnswer, PATIENCE, Routed, Session, VoiceCall};

impl TokenSource for SessionClient<'_> {
    fn token(&self) -> LocalBoxFuture<'_, Result<Token, SignInError>> {
        async {
            match self
                .isolate
                .token()
                .filter(|token| token.is_fresh(clock::now()))
            {
                Some(token) => Ok(token),
                None => self.fetch_token(None).await,
            }
        }
        .boxed_local()
    }

    fn replace<'a>(&'a self, refused: &'a Token) -> LocalBoxFuture<'a, Result<Token, SignInError>> {
        async {
            // Another request of this isolate may have replaced it meanwhile.
            match self
                .isolate
                .token()
                .filter(|token| token.generation > refused.generation)
            {
                Some(token) => Ok(token),
                None => self.fetch_token(Some(refused.generation)).await,
            }
        }
        .boxed_local()
    }

    fn client(&self) -> &str {
        &self.client
    }
}

impl CallLedger for SessionClient<'_> {
    fn begin<'a>(&'a self, claim: &'a Claim) -> LocalBoxFuture<'a, Result<Begun, LedgerDown>> {
        self.record(Command::Begin {
            claim: claim.clone(),
        })
    }

    fn end<'a>(
        &'a self,
        claim: &'a Claim,
        ended: Ended,
    ) -> LocalBoxFuture<'a, Result<(), LedgerDown>> {
        self.record(Command::End {
            claim: claim.clone(),
            ended,
        })
    }
}

impl ParkingLot for SessionClient<'_> {
    fn reserve<'a>(
        &'a self,
        slots: &'a [String],
        call: &'a ParkedCall,
    ) -> LocalBoxFuture<'a, Result<Option<String>, LedgerDown>> {
        self.record(Command::Reserve {
            slots: slots.to_vec(),
            call: call.clone(),
        })
    }

    fn parked<'a>(&'a self, slot: &'a str) -> LocalBoxFuture<'a, Result<(), LedgerDown>> {
        self.record(Command::Parked {
            slot: slot.to_owned(),
        })
    }

    fn release<'a>(&'a self, slot: &'a str) -> LocalBoxFuture<'a, Result<(), LedgerDown>> {
        self.record(Command::Release {
            slot: slot.to_owned(),
        })
    }

    fn on_hold(&self) -> LocalBoxFuture<'_, Result<Vec<ParkedCall>, LedgerDown>> {
        self.record(Command::OnHold)
    }
}

impl Gate for SessionClient<'_> {
    fn permit<'a>(&'a self, ask: &'a Ask) -> LocalBoxFuture<'a, Result<Permission, LedgerDown>> {
        self.record(Command::Permit { ask: ask.clone() })
    }
}

impl Session for SessionClient<'_> {
    fn live<'a>(
        &'a self,
        dn: Option<&'a str>,
    ) -> LocalBoxFuture<'a, Result<LiveAnswer, LedgerDown>> {
        self.record(Command::Live {
            dn: dn.map(str::to_owned),
        })
    }

    fn new_id(&self) -> String {
        let mut random = [0_u8; 12];
        // Without randomness two entries may share a name; the record keeps the first.
        let _ = getrandom::fill(&mut random);
        URL_SAFE_NO_PAD.encode(random)
    }

    fn note(&self, mark: Mark) {
        self.isolate.put_mark(mark);
    }

    fn note_read(&self, mark: Mark) {
        self.isolate.put_read(mark);
    }

    fn flush(&self) -> LocalBoxFuture<'_, Result<(), LedgerDown>> {
        if self.isolate.has_marks() {
            self.record(Command::Record)
        } else {
            async { Ok(()) }.boxed_local()
        }
    }

    fn agents(&self) -> LocalBoxFuture<'_, Result<Vec<Routed>, LedgerDown>> {
        self.record(Command::Agents)
    }

    fn coordination(&self) -> LocalBoxFuture<'_, Result<Option<String>, LedgerDown>> {
        self.record(Command::Coordination)
    }

    fn voice_calls(
        &self,
        callid: Option<i64>,
    ) -> LocalBoxFuture<'_, Result<Vec<VoiceCall>, LedgerDown>> {
        self.record(Command::VoiceCalls { callid })
    }

    fn ask_voice<'b>(
        &'b self,
        name: &'b str,
        command: &'b str,
    ) -> LocalBoxFuture<'b, Result<Value, LedgerDown>> {
        async move {
            let asked = ask_voice(self.env, name, command);
            let answer = match within(asked, PATIENCE).await {
                Some(answer) => answer.map_err(|error| failed(&error)),
                None => Err(failed(&"no answer in time")),
            };
            answer.map_err(LedgerDown)
        }
        .boxed_local()
    }

    fn audit<'a>(
        &'a self,
        query: &'a AuditQuery,
    ) -> LocalBoxFuture<'a, Result<Vec<Recorded>, LedgerDown>> {
        self.record(Command::Audit {
            query: query.clone(),
        })
    }

    fn log<'a>(&'a self, entry: &'a Entry) -> LocalBoxFuture<'a, Result<bool, LedgerDown>> {
        let entry = entry.clone();
        self.record(Command::Log { entry })
    }

    fn settle<'a>(&'a self, report: &'a Report) -> LocalBoxFuture<'a, Result<bool, LedgerDown>> {
        let report = report.clone();
        self.record(Command::Settle { report })
    }

    fn messages<'a>(
        &'a self,
        query: &'a MessageQuery,
    ) -> LocalBoxFuture<'a, Result<Vec<Entry>, LedgerDown>> {
        let query = query.clone();
        self.record(Command::Messages { query })
    }

    fn rest(&self, time: Duration) -> LocalBoxFuture<'_, ()> {
        Delay::from(time).boxed_local()
    }

    fn remember<'a>(
        &'a self,
        name: &'a str,
        value: &'a str,
    ) -> LocalBoxFuture<'a, Result<(), LedgerDown>> {
        self.record(Command::Remember {
            name: name.to_owned(),
            value: value.to_owned(),
        })
    }

    fn recall<'a>(
        &'a self,
        name: &'a str,
    ) -> LocalBoxFuture<'a, Result<Option<String>, LedgerDown>> {
        self.record(Command::Recall {
            name: name.to_owned(),
        })
    }
}
