//! Stand-ins for the three providers of the voice, on 127.0.0.1: transcription and speech as OpenAI has
//! them, Claude's Messages API as Anthropic has it.
//!
//! Written from the providers' public documentation alone, and as strict as that: a request that
//! the real service would refuse is refused and kept in [`Providers::faults`]. Answers follow a
//! [`Script`]; [`Trouble`] makes them fail; every request is in [`Providers::asked`].
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use provider_sim::{Provider, Providers, Reply, Trouble};
//!
//! let providers = Providers::start().await?;
//! providers.hears("When are you open?");
//! providers.answers(Reply::text("From eight to four."));
//! providers.fails(Provider::Speech, Trouble::Hang);
//! println!("{} {}", providers.anthropic_base_url(), providers.openai_base_url());
//! # Ok(())
//! # }
//! ```
//!
//! The same as a program, `provider-sim`, with the script as JSON over HTTP: see `control`.

mod answer;
mod book;
mod control;
mod hearing;
mod mind;
mod multipart;
mod pieces;
mod script;
mod server;
mod speech;

pub use book::{Asked, Provider};
pub use mind::{Part, Reply};
pub use script::{Pace, Rule, Script, Trouble};
pub use server::{ANTHROPIC_KEY, OPENAI_KEY, Providers};
pub use speech::{PEAK, milliseconds};
