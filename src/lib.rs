//! 3CX MCP Server at the edge: a Cloudflare Worker that lets AI assistants run a company's 3CX
//! telephone system.
//!
//! The house, and which way its arrows point:
//!
//! | room | what for | knows |
//! |---|---|---|
//! | [`time`] | how time is counted and written | nobody |
//! | `json`, `sorted` | how JSON is read into types, small maps: each once, because each way costs code | nobody |
//! | [`mcp`] | the protocol: JSON-RPC, both eras, Streamable HTTP rules | `json` |
//! | [`auth`] | who a caller is: API keys, OAuth, origins, secrets that do not print | `time` |
//! | [`messaging`] | SMS, WhatsApp, chat: how long, how sent, how signed, what is kept | `auth` |
//! | [`policy`] | what may be done: numbers, caps, quiet hours, a yes, one call a key, the audit | `auth` |
//! | [`pbx`] | 3CX as a library: requests, wire types, tokens | `auth` |
//! | [`linc`] | MasterLinc: what it is asked, what its reply means | `auth`, `policy`, `pbx` |
//! | [`settings`] | what an administrator set | `auth`, `policy`, `pbx`, `linc` |
//! | [`desk`] | what every tool and resource works with | all above |
//! | [`tools`] | one file a tool | `desk` |
//! | [`resources`] | one file a resource | `desk` |
//! | [`prompts`] | what people start with | `mcp` |
//! | [`server`] | tools, resources and prompts behind the protocol | all above |
//! | [`pages`] | pages for people, and how things are | `settings`, `session` |
//! | [`events`] | what happens, told once and followed by many | `desk`, `pbx`, `session` |
//! | [`session`] | what the Durable Object can be asked | `auth`, `pbx`, `policy` |
//! | `edge` | Cloudflare: router, Durable Objects, fetch, clock (wasm32 only) | everybody |
//!
//! Everything but `edge` is pure and is tested on the host: no I/O, no clock, no randomness.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::arithmetic_side_effects,
        clippy::print_stdout,
        reason = "a test that fails should say where, at once"
    )
)]
// Each WebAssembly module of the Worker leaves rooms of the others unused.
#![cfg_attr(
    not(all(feature = "phone", feature = "line", feature = "lobby")),
    allow(dead_code, unused_imports, reason = "what the other modules are for")
)]

pub mod auth;
pub mod basma;
pub mod desk;
#[cfg(target_arch = "wasm32")]
mod edge;
pub mod events;
mod json;
pub mod linc;
pub mod mcp;
pub mod messaging;
pub mod pages;
pub mod pbx;
pub mod policy;
pub mod prompts;
pub mod resources;
pub mod server;
pub mod session;
pub mod settings;
mod sorted;
pub mod time;
pub mod tools;
