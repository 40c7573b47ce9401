//! A simulated 3CX V20 PBX for tests and demonstrations.
//!
//! It speaks plain HTTP on 127.0.0.1 and stands in for the parts of a real PBX the project
//! drives: sign-in, the Call Control API with its event socket, and XAPI with its call log. It is written from
//! public descriptions alone (3CX's API pages, 3cx/xapi-tutorial, 3cx/call-control-examples, the
//! OpenAPI document of XAPI 20.0.10, captures published by third parties) and shares no code
//! with the project, so that a wrong guess cannot agree with itself.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use pbx_sim::{Fault, Rule, Settings, Simulator};
//!
//! let pbx = Simulator::start(Settings::fast()).await?;
//! pbx.control().add_fault(Rule::once("/makecall", Fault::ResetAfter));
//! println!("{}", pbx.url());
//! # Ok(())
//! # }
//! ```
//!
//! # Control routes
//!
//! The methods of [`Control`] as JSON, without a token, on the same port:
//!
//! | Route | Body or answer |
//! |---|---|
//! | `GET /_sim/state` | settings, counters, faults, calls, history, numbers |
//! | `GET /_sim/settings`, `PUT` | [`Settings`]; `PUT` merges, `{"ring_ms":5}` |
//! | `POST /_sim/reset` | empty: settings stay; `{"answer_ms":20}`: defaults with these |
//! | `GET`, `POST`, `DELETE /_sim/faults` | [`Rule`] or a list: `{"method":"POST","path":"/makecall","times":1,"fault":{"kind":"reset_after"}}` |
//! | `GET`, `DELETE /_sim/requests` | list of [`Entry`] |
//! | `GET /_sim/counters` | [`Counters`] |
//! | `GET /_sim/calls` | live calls with participants |
//! | `GET`, `DELETE /_sim/history` | list of [`Placed`] |
//! | `POST /_sim/inbound` | [`InboundCall`]: `{"from":"+966500000001","name":"Huda","to":"100"}` gives `{"callid":8105}` |
//! | `POST /_sim/party` | `{"who":"100","does":"answer"}`, `decline`, `hang_up`; `who` may be an outside number |
//! | `PUT /_sim/outside` | [`OutsideRule`]: `{"number":"+9665*","answering":{"does":"busy"}}` |
//! | `GET /_sim/numbers` | every number |
//! | `PUT /_sim/numbers/{number}` | [`NumberChange`]: `{"registered":false}`, `{"incoming":{"does":"never"}}`, `{"properties":{"CurrentProfileName":"Away"}}`, `{"devices":[{"device_id":"sip:100@127.0.0.1:5060","user_agent":"x","direct_control":true}]}` |
//! | `GET`, `PUT /_sim/clients` | [`ApiClient`], all fields |
//! | `DELETE /_sim/tokens` | every token dies |
//! | `POST /_sim/seed_history` | `{"days":30,"calls_per_day":1000,"seed":7}` gives `{"calls":30120,"rows":43210}`, all rows there are now |
//! | `GET /_sim/history_truth` | list of [`CallTruth`] |
//! | `POST`, `DELETE /_sim/call_records` | [`CallRecord`]: `{"rows":[{"start":"2026-09-13T18:11:27Z","status":"Unanswered","direction":"Inbound","source":{"dn":"10000","number":"+966500000001","external":true},"destination":{"dn":"100"}}]}` gives its ids |
//! | `GET`, `POST`, `DELETE /_sim/chats` | [`Chat`]: `{"kind":"SMS","from":{"number":"+966500000001"},"to":["100"],"text":"..."}` gives `{"id":21}` |
//! | `GET`, `POST /_sim/sms` | list of [`SmsEvent`]; [`AgentSms`] gives what 3CX posts to its SMS provider |
//! | `POST /_sim/chat_faults` | [`ChatFault`] of the next chat message: `"lie"`, `{"refuse":32}` |
//! | `GET /_sim/truth?client=assistant` | [`LiveParticipant`]s by number |
//! | `POST /_sim/socket` | `{"frame":"text"}`, `{"garbage":true}`, `{"skip_sequence":3}`, `{"drop":2}` (gap), `{"swallow":2}` (no gap), `{"repeat":2}`, `{"cut":1}`, `{"deaf":true}`, `{"refuse":{"times":2,"status":401}}`, `{"close":true}`, `{"close":1012}`, `{"event":{"dn":"100","event_type":2,"entity":"/callcontrol/100/participants/1","attached_data":{"dtmf_input":"1"}}}` |
//!
//! | `GET /_sim/audio` | list of [`CallAudio`]: calls that rang at a route point |
//! | `GET /_sim/audio/{callid}` | one of them, with what was said, and what was heard: gaps, clipping, loudness by 20 ms |
//! | `GET /_sim/audio/{callid}/heard` | WAV file: what the caller heard, in real time |
//! | `GET /_sim/audio/{callid}/pieces/{after_us}` | what came for the caller's ear after a moment: list of `[at_us, samples, loudness]` |
//! | `POST /_sim/audio/{callid}/say` | WAV file, 8 kHz, 16 bits, mono: gives [`Said`] |
//! | `POST /_sim/audio/{callid}/press` | `{"digits":"0"}` gives `{"participants":1}` |
//! | `POST /_sim/audio/{callid}/break` | `{"stream":"listening","how":"reset"}`; `talking`; `close`, `stall` |
//! | `POST /_sim/stream_faults` | [`StreamFault`] of the next stream: `{"stream":"talking","after_ms":500,"how":"stall"}` |
//!
//! # Not here
//!
//! Audio of recordings, MyPhone but chat, reports but the call log, TLS.

mod audio;
mod call_control;
mod call_log;
mod calls;
mod chats;
mod clinic;
mod clock;
mod connection;
mod control;
mod directory;
mod faults;
mod my_phone;
mod percent;
mod record;
mod settings;
mod shared;
mod sign_in;
mod simulator;
mod sms;
mod world;
mod xapi;

pub use audio::{
    Breaking, CallAudio, Chunk, Played, Said, Stream, StreamEnd, StreamFault, StreamLog, Taken,
    Underrun,
};
pub use call_log::{CallRecord, CallRow, CallTruth, LogParty, TruthParty};
pub use calls::{InboundCall, Placed, PlacedOutcome};
pub use chats::{Chat, ChatKind, Sender};
pub use control::{Control, Deed, LiveParticipant, NumberChange};
pub use directory::{Answering, Device, Kind, OutsideRule};
pub use faults::{Fault, Rule};
pub use my_phone::ChatFault;
pub use record::Entry;
pub use settings::{
    CallSources, ExpiresIn, OccupiedParking, ReportCount, ReportForm, ReportOmits,
    ReportStrictness, Settings,
};
pub use sign_in::ApiClient;
pub use simulator::Simulator;
pub use sms::{AgentSms, SmsEvent};
pub use world::Counters;
