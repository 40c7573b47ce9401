//! What the providers answer, how fast, and what goes wrong.

use std::collections::VecDeque;
use std::fmt;

use serde_json::Value;

use crate::book::Provider;
use crate::mind::Reply;

/// How fast a provider is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pace {
    /// Before the head of the answer.
    pub head_ms: u64,
    /// Before each piece of the body.
    pub piece_ms: u64,
}

/// What goes wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// 429, with `retry-after` where it is given.
    RateLimited(Option<u64>),
    /// 429 that waiting does not mend: the account's limit of spending is reached.
    SpendLimit,
    /// This status with the provider's usual body: 500, 503, 529, 401 …
    Status(u16),
    /// No answer at all, ever.
    Hang,
    /// The connection is cut after so many hundredths of the answer.
    Cut(u8),
    /// Nothing more comes after so many hundredths of the answer; the connection stays.
    Stall(u8),
    /// An error event in a stream that began well. Only of the mind; otherwise 500.
    ErrorInside,
    /// The sound ends in half a sample. Only of speech; otherwise 500.
    OddBytes,
    /// 200 with the page of a proxy.
    Garbage,
    /// 200 with nothing in it.
    Empty,
    /// Works, but so many milliseconds later.
    Late(u64),
}

/// When something goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// With whom.
    pub provider: Provider,
    /// So many requests pass first.
    pub skip: u32,
    /// Then so many fail.
    pub times: u32,
    /// How.
    pub trouble: Trouble,
}

/// What chooses a reply by the body of the request.
type Choice = Box<dyn FnMut(&Value) -> Reply + Send>;

/// What the providers do.
pub struct Script {
    /// What the next requests for a transcription hear, in order.
    pub transcripts: VecDeque<String>,
    /// What the others hear.
    pub transcript: String,
    /// What the next requests to the mind are answered, in order.
    pub replies: VecDeque<Reply>,
    /// What the others are answered.
    pub reply: Choice,
    /// How long a letter of speech is.
    pub ms_per_letter: u32,
    /// Hearing, mind, speech.
    pub paces: [Pace; 3],
    /// Pieces of the mind's answer begin and end where they like: inside lines and letters.
    pub splits: bool,
    /// What goes wrong.
    pub rules: Vec<Rule>,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            transcripts: VecDeque::new(),
            transcript: String::new(),
            replies: VecDeque::new(),
            reply: Box::new(|_| Reply::text("How can I help you?")),
            ms_per_letter: 40,
            paces: [Pace::default(); 3],
            splits: true,
            rules: Vec::new(),
        }
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Script")
            .field("transcripts", &self.transcripts)
            .field("replies", &self.replies)
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

impl Script {
    pub(crate) fn pace(&self, provider: Provider) -> Pace {
        self.paces[provider as usize]
    }

    /// What goes wrong with the next request; uses it up.
    pub(crate) fn trouble_of(&mut self, provider: Provider) -> Option<Trouble> {
        let mut rules = self.rules.iter_mut();
        let rule = rules.find(|rule| rule.provider == provider)?;
        if rule.skip > 0 {
            rule.skip -= 1;
            return None;
        }
        rule.times = rule.times.saturating_sub(1);
        let trouble = rule.trouble.clone();
        self.rules.retain(|rule| rule.times > 0);
        Some(trouble)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_used_up_in_their_order() {
        let mut script = Script::default();
        let rule = |skip, times, trouble| Rule {
            provider: Provider::Mind,
            skip,
            times,
            trouble,
        };
        script.rules = vec![rule(1, 2, Trouble::Hang), rule(0, 1, Trouble::SpendLimit)];
        assert_eq!(script.trouble_of(Provider::Speech), None);
        let seen: Vec<_> = (0..5).map(|_| script.trouble_of(Provider::Mind)).collect();
        let hang = Some(Trouble::Hang);
        assert_eq!(
            seen,
            [None, hang.clone(), hang, Some(Trouble::SpendLimit), None]
        );
    }
}
