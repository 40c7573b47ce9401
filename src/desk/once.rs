//! Doing a thing once under a key, whatever the number of isolates and repetitions.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::audit::not_begun;
use super::{Code, Desk, ToolError};
use crate::json;
use crate::policy::{Begun, Claim, Ended, MAX_KEY_CHARS};

/// Runs `work` unless it was done under `key`; the answer, and whether it is an earlier one.
///
/// What certainly was not done frees the key. What was done, and what may have been done, is the
/// answer to every repetition.
pub(crate) async fn once<T: Serialize + DeserializeOwned>(
    desk: &Desk<'_>,
    tool: &str,
    key: &str,
    intent: String,
    work: impl Future<Output = Result<T, ToolError>>,
) -> Result<(T, bool), ToolError> {
    let claim = Claim {
        caller: desk.caller.name.clone(),
        tool: tool.to_owned(),
        key: checked(key)?.to_owned(),
        intent,
    };
    let begun = desk
        .session
        .begin(&claim)
        .await
        .map_err(|error| not_begun(&error).hint("try again with the same idempotency_key"))?;
    match begun {
        Begun::Fresh => {}
        Begun::Answered { answer } => return earlier(&answer).map(|output| (output, true)),
        Begun::Running => {
            return Err(ToolError::new(
                Code::OutcomeUnknown,
                "a request with this idempotency_key is still under way",
            )
            .hint("repeat it with the same key in a few seconds to learn how it ended")
            .retryable());
        }
        Begun::Unclear => {
            return Err(ToolError::new(
                Code::OutcomeUnknown,
                "a request with this idempotency_key was begun, and how it ended is not known",
            )
            .hint("look with get_presence or get_messages; use a new key only if you want to do it again"));
        }
        Begun::Conflict => {
            return Err(ToolError::invalid(
                "this idempotency_key was used before for something else",
            )
            .hint("use a new key for each thing that you want done"));
        }
    }
    let outcome = work.await;
    let ended = match &outcome {
        Err(error) if error.code != Code::OutcomeUnknown => Some(Ended::NotDone),
        outcome => serde_json::to_string(outcome)
            .ok()
            .map(|answer| Ended::Answered { answer }),
    };
    // Where the end cannot be recorded the claim stays open, and repetitions hear "not known":
    // the truth for this caller is still the outcome itself.
    if let Some(ended) = ended {
        let _ = desk.session.end(&claim, ended).await;
    }
    outcome.map(|output| (output, false))
}

fn checked(key: &str) -> Result<&str, ToolError> {
    let key = key.trim();
    let length = key.chars().count();
    if (1..=MAX_KEY_CHARS).contains(&length) && !key.chars().any(char::is_control) {
        return Ok(key);
    }
    Err(ToolError::invalid(format!(
        "idempotency_key must be 1 to {MAX_KEY_CHARS} characters without control characters"
    ))
    .hint("a UUID does well"))
}

fn earlier<T: DeserializeOwned>(answer: &str) -> Result<T, ToolError> {
    json::read::<Result<T, ToolError>>(answer.as_bytes()).unwrap_or_else(|_| {
        Err(ToolError::new(
            Code::OutcomeUnknown,
            "this was done before, but the answer on record cannot be read any more",
        )
        .hint("look with get_presence or get_messages"))
    })
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;
    use crate::desk::testing::World;

    fn world() -> World {
        World::new(|_, _| World::says(500, ""), &[])
    }

    /// How often the thing was done, and what was answered.
    fn attempt(world: &World, outcome: Result<u32, ToolError>) -> (u32, Result<u32, Code>) {
        let mut done = 0;
        let work = async {
            done += 1;
            outcome
        };
        let desk = world.desk();
        let told = once(&desk, "make_call", "k", "call".to_owned(), work);
        let told = block_on(told).map(|(output, _)| output);
        (done, told.map_err(|error| error.code))
    }

    #[test]
    fn a_ledger_that_cannot_be_reached_lets_nothing_be_done() {
        let world = world();
        world.is_down.set(true);
        assert_eq!(attempt(&world, Ok(1)), (0, Err(Code::PbxUnreachable)));
        world.is_down.set(false);
        assert_eq!(attempt(&world, Ok(1)), (1, Ok(1)));
        world.is_down.set(true);
        assert_eq!(attempt(&world, Ok(2)), (0, Err(Code::PbxUnreachable)));
    }

    #[test]
    fn an_end_that_cannot_be_recorded_is_told_and_nothing_is_done_again() {
        let world = world();
        let work = async {
            world.is_down.set(true);
            Ok::<_, ToolError>(1)
        };
        let desk = world.desk();
        let told = block_on(once(&desk, "make_call", "k", "call".to_owned(), work));
        assert_eq!(told, Ok((1, false)));
        world.is_down.set(false);
        assert_eq!(attempt(&world, Ok(2)), (0, Err(Code::OutcomeUnknown)));
    }

    #[test]
    fn what_was_not_done_may_be_tried_again_and_what_is_unclear_may_not() {
        let world = world();
        let failed = |code| Err(ToolError::new(code, "so"));
        let rejected = attempt(&world, failed(Code::PbxRejected));
        assert_eq!(rejected, (1, Err(Code::PbxRejected)));
        let unclear = attempt(&world, failed(Code::OutcomeUnknown));
        assert_eq!(unclear, (1, Err(Code::OutcomeUnknown)));
        assert_eq!(attempt(&world, Ok(1)), (0, Err(Code::OutcomeUnknown)));
    }
}
