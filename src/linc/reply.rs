//! What MasterLinc says: `{action, agent?, destination?, message?}`.
//!
//! Whatever is in it was written by somebody outside: it is small or it is refused, an unknown action is
//! none, and nothing of it is repeated but a short agent name. `message` is not used.

use super::Fault;
use crate::json::Tree;

/// A reply that is larger is refused.
pub const MOST_BYTES: usize = 8 * 1024;
/// Longer names are cut.
const MOST_AGENT_CHARS: usize = 60;
/// Longer than any number.
const MOST_DESTINATION_CHARS: usize = 40;

/// What to do with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Pick up where that is possible, else let it ring.
    Answer,
    /// Send it to an extension or number.
    Transfer,
    /// Let the caller leave a message.
    Voicemail,
    /// Basma takes it.
    AiHandle,
    /// Send it to a queue.
    Queue,
    /// Let it ring; in the settings only.
    Ring,
}

impl Action {
    /// Reads an action of the contract.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "answer" => Self::Answer,
            "transfer" => Self::Transfer,
            "voicemail" => Self::Voicemail,
            "ai_handle" => Self::AiHandle,
            "queue" => Self::Queue,
            _ => return None,
        })
    }

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Transfer => "transfer",
            Self::Voicemail => "voicemail",
            Self::AiHandle => "ai_handle",
            Self::Queue => "queue",
            Self::Ring => "ring",
        }
    }
}

/// What somebody wants done with a call: MasterLinc, or the settings where it says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// What.
    pub action: Action,
    /// By which agent.
    pub agent: Option<String>,
    /// Where to.
    pub destination: Option<String>,
}

/// Reads a reply.
pub fn read_reply(body: &[u8]) -> Result<Wish, Fault> {
    if body.len() > MOST_BYTES {
        return Err(Fault::TooLarge);
    }
    // Too deep is refused, too.
    let reply = Tree::parse(body).map_err(|_| Fault::Garbled)?;
    let action = reply.member("action").and_then(Tree::text);
    let action = Action::parse(action.ok_or(Fault::Garbled)?).ok_or(Fault::UnknownAction)?;
    Ok(Wish {
        action,
        agent: word(&reply, "agent", MOST_AGENT_CHARS),
        destination: word(&reply, "destination", MOST_DESTINATION_CHARS),
    })
}

/// A member that is a text, or a number that should have been one.
fn word(reply: &Tree<'_>, name: &str, most: usize) -> Option<String> {
    let text = match reply.member(name)? {
        Tree::Text(text) => text.trim().to_owned(),
        Tree::Integer(number) => number.to_string(),
        _ => return None,
    };
    let text: String = text
        .chars()
        .filter(|c| !c.is_control())
        .take(most)
        .collect();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: Result<(Action, Option<&str>, Option<&str>), Fault>) {
        let actual = read_reply(body.as_bytes());
        let shown = actual.as_ref().map(|wish| {
            (
                wish.action,
                wish.agent.as_deref(),
                wish.destination.as_deref(),
            )
        });
        assert_eq!(shown.map_err(|fault| *fault), expected, "{body}");
    }

    #[test]
    fn the_five_actions() {
        check(r#"{"action":"answer"}"#, Ok((Action::Answer, None, None)));
        check(
            r#"{"action":"transfer","agent":"doctorlinc","destination":"104","message":"hello"}"#,
            Ok((Action::Transfer, Some("doctorlinc"), Some("104"))),
        );
        check(
            r#"{"action":"voicemail"}"#,
            Ok((Action::Voicemail, None, None)),
        );
        check(
            r#"{"action":"ai_handle"}"#,
            Ok((Action::AiHandle, None, None)),
        );
        check(
            r#"{"action":"queue","destination":800,"agent":null}"#,
            Ok((Action::Queue, None, Some("800"))),
        );
    }

    /// K1, K2.
    #[test]
    fn nonsense() {
        for body in [
            "",
            "null",
            "[]",
            "{}",
            "<html>521: Web server is down</html>",
            r#"{"action":7}"#,
            r#"{"action":"answer""#,
            r#"{"action":"answer"} trailing"#,
        ] {
            check(body, Err(Fault::Garbled));
        }
        for body in [
            r#"{"action":"hang_up"}"#,
            r#"{"action":"Answer"}"#,
            r#"{"action":"ring"}"#,
            r#"{"action":""}"#,
        ] {
            check(body, Err(Fault::UnknownAction));
        }
    }

    /// K7.
    #[test]
    fn large_and_deep_replies_are_refused() {
        let padded = |bytes: usize| {
            let bare = r#"{"action":"answer","message":""}"#.len();
            format!(
                r#"{{"action":"answer","message":"{}"}}"#,
                "x".repeat(bytes - bare)
            )
        };
        check(&padded(MOST_BYTES), Ok((Action::Answer, None, None)));
        check(&padded(MOST_BYTES + 1), Err(Fault::TooLarge));
        let deep = format!(
            r#"{{"action":"answer","x":{}{}}}"#,
            "[".repeat(2_000),
            "]".repeat(2_000)
        );
        check(&deep, Err(Fault::Garbled));
    }

    #[test]
    fn words_are_short_and_plain() {
        let reply = read_reply(
            format!(
                r#"{{"action":"answer","agent":"a\u0000\n{}"}}"#,
                "b".repeat(500)
            )
            .as_bytes(),
        );
        let agent = reply.unwrap().agent.unwrap();
        assert!(agent.starts_with("ab") && agent.len() == MOST_AGENT_CHARS);
    }
}
