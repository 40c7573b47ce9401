//! Many calls while MasterLinc is dead, slow, lying or flapping: each ends in a decision or the default in
//! time, with one action. 50 calls; 500 with `npm run soak`.

use std::time::Duration;

use pbx_sim::Deed;
use serde_json::json;

use super::{is_up, moves, ring, says, variables};
use crate::harness::{Manner, MasterLinc, Stage, soaked, until};

/// Phones that ring.
const CALLED: [&str; 7] = ["100", "102", "103", "105", "107", "108", "111"];
/// Where MasterLinc sends them, where it says something.
const DECIDED: &str = "109";
/// Where they go otherwise.
const DEFAULT: &str = "104";
/// From the moment a call comes in.
const LIMIT_MS: u64 = 2_500;

fn decided() -> serde_json::Value {
    json!({ "action": "transfer", "destination": DECIDED })
}

/// So many calls, so many at once; what became of them, printed.
async fn crowd(what: &str, calls: usize, at_once: usize, manner: Option<Manner>) {
    let linc = MasterLinc::start().await;
    let url = linc.url.clone();
    let mut variables = variables(&url);
    let default = format!("transfer:{DEFAULT}");
    variables.push(("MASTERLINC_DEFAULT_ACTION", &default));
    let stage = Stage::with(&variables).await;
    is_up(&stage.client()).await;
    let linc = manner.map(|manner| {
        linc.is(manner);
        linc
    });
    let mut took = Vec::new();
    let mut by_linc = 0;
    for wave in 0..calls.div_ceil(at_once) {
        let numbers: Vec<String> = (wave * at_once..calls.min((wave + 1) * at_once))
            .map(|call| format!("+9665000{call:05}"))
            .collect();
        let ringing: Vec<u32> = numbers
            .iter()
            .zip(CALLED.iter().cycle())
            .map(|(from, to)| ring(stage.pbx(), from, to))
            .collect();
        for callid in &ringing {
            until("a call to be sent on", async || {
                (!moves(stage.pbx(), *callid).is_empty()).then_some(())
            })
            .await;
        }
        // Once its end is on record, nothing more is done with a call.
        until("all ends to be on record", async || {
            let query = json!({ "tool": "masterlinc", "limit": ringing.len() });
            let log = stage.client().call("get_audit_log", query).await;
            let entries = log.ok()["entries"].as_array().unwrap().clone();
            let has_ended = |callid: &u32| {
                let name = format!("\"call\":\"{callid}\"");
                let mut of_it = entries
                    .iter()
                    .filter(|it| it["arguments"].as_str().unwrap().contains(&name));
                of_it.any(|it| it["outcome"] == json!("ok"))
            };
            ringing.iter().all(has_ended).then_some(())
        })
        .await;
        let history = stage.pbx().history();
        for callid in ringing {
            let came = history.iter().find(|it| it.callid == callid).unwrap();
            let moved = moves(stage.pbx(), callid);
            assert_eq!(moved.len(), 1, "{what}: {moved:?}");
            assert!(
                [DECIDED, DEFAULT].contains(&moved[0].to.as_str()),
                "{moved:?}"
            );
            by_linc += usize::from(moved[0].to == DECIDED);
            took.push(moved[0].at_ms - came.at_ms);
        }
        for number in &numbers {
            stage.pbx().party(number, Deed::HangUp);
        }
    }
    took.sort_unstable();
    let asked = linc.as_ref().map_or(0, |linc| linc.told("call.incoming"));
    println!(
        "MasterLinc {what}: {} calls, asked about {asked}, {by_linc} decided by it, {} by the default; \
         one action each; median {} ms, slowest {} ms",
        took.len(),
        took.len() - by_linc,
        took[took.len() / 2],
        took[took.len() - 1]
    );
    assert_eq!(took.len(), calls);
    assert!(took[took.len() - 1] <= LIMIT_MS, "{what}: {took:?}");
}

#[tokio::test]
async fn every_call_ends_in_a_decision_or_the_default_in_time() {
    let calls = soaked(500);
    let (dead, slow, lying) = (calls / 4, calls / 4, calls / 4);
    let flapping = calls - dead - slow - lying;
    crowd("dead", dead, 10, None).await;
    crowd(
        "slow",
        slow,
        10,
        Some(Manner::Slow(Duration::from_secs(5), decided())),
    )
    .await;
    let lies = Manner::Turns(vec![
        says(&json!({ "action": "hang_up" })),
        says(&decided()),
        Manner::Sends(200, "<html>welcome</html>".to_owned()),
        says(&json!({ "action": "transfer", "destination": "+971500000000" })),
        says(&json!({ "action": "queue", "destination": "109" })),
        Manner::Sends(200, "[".repeat(20_000)),
    ]);
    crowd("lying", lying, 10, Some(lies)).await;
    let flaps = Manner::Turns(vec![
        says(&decided()),
        Manner::Hangs,
        says(&decided()),
        Manner::Sends(503, String::new()),
        Manner::Slow(Duration::from_millis(1_500), decided()),
        Manner::Breaks,
    ]);
    // Few at once, so that it is not found dead: between its failures it works.
    crowd("flapping", flapping, 2, Some(flaps)).await;
}
