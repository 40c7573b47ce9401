//! Basma on the telephone: a caller who hears and speaks, the simulated PBX with its sound, stand-ins for
//! the three providers, and the running Worker between them.
//!
//! In real time, because telephones are: sentences are kept short. What was heard is a recording, in
//! which every sentence of the stand-in is a tone of its own pitch.

mod afterwards;
mod caller;
mod chaos;
mod closed;
mod ear;
mod handed;
mod lines;
mod long;
mod talk;
mod troubles;
mod words;

use std::path::Path;
use std::time::{Duration, Instant};

use provider_sim::{ANTHROPIC_KEY, OPENAI_KEY, Provider, Providers, Reply, Script};
use serde_json::{Value, json};

use crate::harness::{R2, Stage, until};

use caller::Caller;

/// The route point of the demo's API client: where Basma answers.
const DESK: &str = "assistant";
/// Where a person is.
const PERSON: &str = "104";
/// Somebody else, whom a caller may want.
const PHARMACY: &str = "105";

/// The words of the house in a language.
struct Words {
    /// As the transcription is told.
    code: &'static str,
    greeting: &'static str,
    consent: &'static str,
    /// The file of what the caller says.
    voice: &'static str,
    question: &'static str,
    answer: &'static str,
    /// Long enough to be interrupted.
    story: &'static str,
    /// What brings the story.
    more: &'static str,
    /// What brings the caller to somebody else.
    other: &'static str,
    farewell: &'static str,
}

const ENGLISH: Words = Words {
    code: "en",
    greeting: "Hello, this is Basma.",
    consent: "A machine listens to this call.",
    voice: "english.wav",
    question: "Good morning. When are you open today?",
    answer: "We are open from eight in the morning to four.",
    story: "Let me tell you all of it from the beginning because it is a rather long story about our \
            clinic and everybody who works there by day and by night and on holidays as well",
    more: "Tell me more about the clinic.",
    other: "I would like to speak to the pharmacy.",
    farewell: "I put you through to the pharmacy now.",
};

const ARABIC: Words = Words {
    code: "ar",
    greeting: "مرحبا، معك بسمة من العيادة.",
    consent: "يستمع حاسوب إلى هذه المكالمة.",
    voice: "arabic.wav",
    question: "مرحبا، أريد أن أحجز موعدا.",
    answer: "العيادة مفتوحة من الثامنة صباحا حتى الرابعة.",
    story: "دعني أخبرك بكل شيء من البداية لأنها قصة طويلة عن عيادتنا وعن كل من يعمل فيها ليلا ونهارا \
            وفي أيام العطل أيضا وعن كل ما يحدث هنا",
    more: "أخبرني أكثر عن العيادة.",
    other: "أريد أن أتحدث مع الصيدلية.",
    farewell: "سأحولك الآن إلى الصيدلية يا أخي.",
};

/// Whether the Worker has a voice at all; says so if not.
fn is_built() -> bool {
    let wrangler = Path::new(env!("CARGO_MANIFEST_DIR")).join("wrangler.toml");
    let wrangler = std::fs::read_to_string(wrangler).expect("wrangler.toml is there");
    let is_built = wrangler.contains("VOICE_CALL");
    if !is_built {
        println!("wrangler.toml binds no VOICE_CALL: stories of the voice are skipped");
    }
    is_built
}

/// A stage with providers. When it goes, every request that the providers saw is checked.
struct Scene {
    stage: Stage,
    providers: Providers,
    variables: Vec<(String, String)>,
}

impl Scene {
    /// Basma as she is meant to be, in a language.
    async fn in_language(words: &Words) -> Self {
        Self::with(words, &[]).await
    }

    /// The same with other variables; "" leaves one out.
    async fn with(words: &Words, changes: &[(&str, &str)]) -> Self {
        Self::beside(words, changes, None).await
    }

    /// The same with a bucket for recordings.
    async fn beside(words: &Words, changes: &[(&str, &str)], bucket: Option<&R2>) -> Self {
        let providers = Providers::start().await.expect("the providers start");
        let (anthropic, openai) = (providers.anthropic_base_url(), providers.openai_base_url());
        let mut variables = vec![
            ("BASMA_DN", DESK),
            ("BASMA_FALLBACK_EXTENSION", PERSON),
            ("BASMA_GREETING", words.greeting),
            ("BASMA_CONSENT", words.consent),
            ("ANTHROPIC_API_KEY", ANTHROPIC_KEY),
            ("ANTHROPIC_BASE_URL", &anthropic),
            ("OPENAI_API_KEY", OPENAI_KEY),
            ("OPENAI_BASE_URL", &openai),
        ];
        variables.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        variables.extend(changes);
        let stage = match bucket {
            Some(bucket) => Stage::with_bucket(&variables, bucket).await,
            None => Stage::with(&variables).await,
        };
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let variables = variables.iter().map(owned).collect();
        let scene = Self {
            stage,
            providers,
            variables,
        };
        scene.link_is_up().await;
        scene
    }

    /// All memory is lost: the runtime ends, and starts again on the same state.
    async fn restart(&mut self) {
        let variables: Vec<(&str, &str)> = self
            .variables
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.stage.restart(&variables).await;
    }

    /// She learns of calls over the link.
    async fn link_is_up(&self) {
        let has_door = self
            .variables
            .iter()
            .any(|(name, _)| name == "MCP_API_KEYS");
        let client = if has_door {
            self.stage.client_with(afterwards::KEY)
        } else {
            self.stage.client()
        };
        until("the link to come up", async || {
            let active = client.call("get_active_calls", json!({})).await;
            (active.ok()["live"] == json!(true)).then_some(())
        })
        .await;
    }

    /// Somebody calls her.
    async fn call(&self, from: &str) -> Caller<'_> {
        Caller::ring(self, from).await
    }

    /// Changes what the providers do.
    fn script(&self, change: impl FnOnce(&mut Script)) {
        self.providers.script(change);
    }

    /// Everything that is said is the question, and is answered.
    fn always_answers(&self) {
        self.script(|script| {
            ENGLISH.question.clone_into(&mut script.transcript);
            script.reply = Box::new(|_| Reply::text(ENGLISH.answer));
        });
    }

    /// How often each provider was asked during calls: ears, mind, voice.
    fn asked(&self) -> [usize; 3] {
        let [ears, voice] =
            [Provider::Hearing, Provider::Speech].map(|it| self.providers.count(it));
        [ears, self.thoughts(), voice]
    }

    /// How often the mind was asked during calls, not afterwards.
    fn thoughts(&self) -> usize {
        let asked = self.providers.asked(Provider::Mind);
        let is_talking = |body: &Value| !body["tools"].is_null();
        asked.iter().filter(|it| is_talking(&it.body)).count()
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        let faults = self.providers.faults();
        if faults.is_empty() {
            return;
        }
        let faults = format!(
            "requests that providers do not take:\n{}",
            faults.join("\n")
        );
        // A story that fails already can only be told more.
        if std::thread::panicking() {
            println!("{faults}");
        } else {
            panic!("{faults}");
        }
    }
}

/// Words, and the tool of this request whose name holds `part`, with its first required argument.
fn reply_with_tool(body: &Value, words: &str, part: &str, argument: &str) -> Reply {
    // Afterwards, asked to sum up, it has none.
    let Some(tools) = body["tools"].as_array() else {
        return Reply::text(words);
    };
    let holds = |tool: &&Value| tool["name"].as_str().is_some_and(|it| it.contains(part));
    let tool = tools.iter().find(holds).expect("the tool");
    let mut input = json!({});
    if let Some(name) = tool["input_schema"]["required"][0].as_str() {
        input[name] = json!(argument);
    }
    Reply::text(words).with_tool(tool["name"].as_str().expect("a name"), input)
}

/// The words of the last message of a request to the mind.
fn last_words(body: &Value) -> String {
    let messages = body["messages"].as_array().map(Vec::as_slice);
    let last = messages.unwrap_or_default().last();
    last.map(|it| words_of(&it["content"])).unwrap_or_default()
}

/// The words of a message.
fn words_of(content: &Value) -> String {
    let blocks = content.as_array().map(Vec::as_slice).unwrap_or_default();
    let texts = blocks.iter().filter_map(|it| it["text"].as_str());
    let texts: Vec<&str> = content.as_str().into_iter().chain(texts).collect();
    texts.join(" ")
}

/// Polls until `check` gives something, for what takes as long as talking does.
async fn within<T>(
    limit: Duration,
    what: &str,
    mut check: impl FnMut() -> Option<T>,
) -> Result<T, String> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = check() {
            return Ok(found);
        }
        if Instant::now() > deadline {
            return Err(format!("waited in vain for {what}"));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
