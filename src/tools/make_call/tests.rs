//! `make_call` where everything is against it.

use futures::executor::block_on;

use crate::desk::testing::World;
use crate::pbx::TransportError;
use crate::policy::LEASE_MS;
use crate::tools;

const PHONES: &str = r#"[{"dn":"100","device_id":"sip:100@127.0.0.1","user_agent":"3CX"}]"#;

fn call(world: &World, arguments: &str) -> String {
    let answer = block_on(tools::call("make_call", arguments, &world.desk()));
    answer.expect("a tool").structured.expect("JSON")
}

#[test]
fn without_the_session_object_the_pbx_is_not_even_asked() {
    let world = World::new(|_, _| World::says(500, ""), &[]);
    world.is_down.set(true);
    for arguments in [
        r#"{"extension":"100","destination":"104"}"#,
        r#"{"extension":"100","destination":"104","idempotency_key":"k"}"#,
        r#"{"extension":"100","destination":"0500000000","confirm":"yes"}"#,
    ] {
        let answer = call(&world, arguments);
        assert!(answer.contains("pbx_unreachable"), "{answer}");
        assert!(answer.contains("nothing was done"), "{answer}");
    }
    assert_eq!(world.requests.borrow().len(), 0);
}

/// A remembered phone that is gone, the next one that rings to the end and loses the answer, a look at
/// the extension; everything takes as long as it may.
#[test]
fn the_lease_of_a_key_is_longer_than_the_longest_call() {
    let world = World::new(
        |request, before| match (request.path.as_str(), before) {
            (path, 0) if path.ends_with("/makecall") => World::says(422, ""),
            (path, _) if path.ends_with("/devices") => World::says(200, PHONES),
            _ => Err(TransportError::Timeout(request.timeout)),
        },
        &[],
    );
    let phones = serde_json::from_str(PHONES).unwrap();
    world.memory.keep_devices("100", phones, 0);
    let answer = call(
        &world,
        r#"{"extension":"100","destination":"0500000000","timeout_seconds":120,"idempotency_key":"k"}"#,
    );
    assert!(answer.contains("outcome_unknown"), "{answer}");
    let paths: Vec<String> = world
        .requests
        .take()
        .into_iter()
        .map(|request| request.path)
        .collect();
    assert_eq!(paths.len(), 4, "{paths:?}");
    let longest = i64::try_from(world.taken.get().as_millis()).unwrap();
    assert!(longest < LEASE_MS, "{longest} ms, lease {LEASE_MS} ms");
}
