//! The keeper through an hour of trouble.

use super::*;
use crate::auth::Secret;

const NOW: Millis = 1_760_000_000_000;
const MINUTE: Millis = 60_000;

fn grant() -> Grant {
    Grant {
        access_token: Secret::new("token".to_owned()),
        expires_in: Some(3600),
    }
}

fn holding() -> TokenKeeper {
    let mut keeper = TokenKeeper::default();
    assert!(matches!(keeper.decide(Ask::Any, NOW), Decision::SignIn));
    keeper.granted(grant(), NOW);
    keeper
}

fn used(decision: Decision) -> u64 {
    match decision {
        Decision::Use(token) => token.generation,
        other => panic!("expected a token, got {other:?}"),
    }
}

fn unreachable() -> SignInError {
    SignInError::Unreachable {
        said: "HTTP 503".to_owned(),
    }
}

fn refused() -> SignInError {
    SignInError::Refused {
        name: "mcp".into(),
        way: "client_credentials".into(),
        said: "no".into(),
    }
}

#[test]
fn a_token_serves_until_five_minutes_before_its_end() {
    let mut keeper = holding();
    assert_eq!(used(keeper.decide(Ask::Any, NOW + 54 * MINUTE)), 1);
    assert!(matches!(
        keeper.decide(Ask::Any, NOW + 55 * MINUTE),
        Decision::SignIn
    ));
}

#[test]
fn a_refused_token_is_replaced_once_however_many_ask() {
    let mut keeper = holding();
    assert!(matches!(
        keeper.decide(Ask::InsteadOf(1), NOW),
        Decision::SignIn
    ));
    keeper.granted(grant(), NOW);
    // The others were refused with the same old token: they get the new one.
    for _ in 0..100 {
        assert_eq!(used(keeper.decide(Ask::InsteadOf(1), NOW)), 2);
    }
}

#[test]
fn two_programs_that_end_each_others_tokens_do_not_fight_forever() {
    let mut keeper = holding();
    for generation in 1..=3 {
        assert!(matches!(
            keeper.decide(Ask::InsteadOf(generation), NOW),
            Decision::SignIn
        ));
        keeper.granted(grant(), NOW);
    }
    let Decision::Refuse(error) = keeper.decide(Ask::InsteadOf(4), NOW + 1000) else {
        panic!("must wait");
    };
    assert!(error.to_string().contains("next try in 59 s"), "{error}");
    assert!(matches!(
        keeper.decide(Ask::Any, NOW + MINUTE),
        Decision::SignIn
    ));
}

#[test]
fn failures_back_off_with_a_ceiling() {
    let mut keeper = TokenKeeper::default();
    let mut now = NOW;
    let mut pauses = Vec::new();
    for _ in 0..9 {
        assert!(matches!(keeper.decide(Ask::Any, now), Decision::SignIn));
        assert!(keeper.failed(refused(), now).is_err());
        assert!(matches!(keeper.decide(Ask::Any, now), Decision::Refuse(_)));
        let until = keeper.failures.as_ref().unwrap().until;
        pauses.push((until - now) / 1000);
        now = until;
    }
    assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
    keeper.granted(grant(), now);
    assert!(keeper.trouble().is_none());
}

#[test]
fn the_old_token_works_on_while_renewal_fails() {
    let mut keeper = holding();
    let late = NOW + 57 * MINUTE;
    assert!(matches!(keeper.decide(Ask::Any, late), Decision::SignIn));
    assert_eq!(keeper.failed(unreachable(), late).unwrap().generation, 1);
    assert_eq!(used(keeper.decide(Ask::Any, late + 1)), 1);
    let over = NOW + 61 * MINUTE;
    assert!(matches!(keeper.decide(Ask::Any, over), Decision::SignIn));
    assert_eq!(
        keeper.failed(unreachable(), over).unwrap_err(),
        unreachable()
    );
}

#[test]
fn a_restart_keeps_the_token_and_the_pause() {
    let mut keeper = holding();
    keeper.decide(Ask::InsteadOf(1), NOW);
    let _ = keeper.failed(refused(), NOW);
    let text = serde_json::to_string(&keeper.record()).unwrap();
    let mut back = TokenKeeper::from(serde_json::from_str::<KeeperRecord>(&text).unwrap());
    assert!(matches!(
        back.decide(Ask::Any, NOW + 1),
        Decision::Refuse(_)
    ));
    assert!(!back.holds_token(NOW));
    assert_eq!(back.granted(grant(), NOW).generation, 2);
}
