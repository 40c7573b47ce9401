//! Whatever way rows come (shuffled, repeated, in two windows, over days), the calls are the same.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

const DAY: Millis = 86_400_000;

/// (call, offset of the row in ms, which machine or phone, whether answered, talk in ms)
type Leg = (u8, u32, u8, bool, u16);

fn legs() -> impl Strategy<Value = Vec<Leg>> {
    prop::collection::vec(
        (
            0..12_u8,
            0..7_200_000_u32,
            0..4_u8,
            any::<bool>(),
            any::<u16>(),
        ),
        0..60,
    )
}

/// Calls begin here and there, two hours around a midnight.
fn start_of(leg: &Leg) -> Millis {
    5 * DAY - 3_600_000 + i64::from(leg.1)
}

fn row_of(at: usize, leg: &Leg) -> Value {
    let kind = ["Extension", "External", "Queue", "System"][usize::from(leg.2)];
    let changes = json!({
        "CallType": kind,
        "Answered": leg.3,
        "Status": if leg.3 { "Answered" } else { "Unanswered" },
        "Indent": 1,
        "SegmentId": at,
        "DestinationDn": format!("{}", 100 + leg.2),
        "TalkingDuration": format!("PT{}.{:03}S", leg.4 / 1000, leg.4 % 1000),
    });
    let started = start_of(leg);
    let row = row_with(
        row(&format!("call-{}", leg.0), &format!("cdr-{at}"), started),
        changes,
    );
    let fraction = format!(".{:03}Z", started.rem_euclid(1000));
    row_with(
        row,
        json!({"StartTime": iso(started).replace('Z', &fraction)}),
    )
}

/// id → (start, answered, talk in ms): said without any of the code under test.
fn model(legs: &[Leg]) -> BTreeMap<String, (Millis, bool, u64)> {
    let mut calls = BTreeMap::new();
    for leg in legs {
        let call = calls
            .entry(format!("call-{}", leg.0))
            .or_insert((Millis::MAX, false, 0));
        let reached = leg.3 && leg.2 < 2;
        call.0 = call.0.min(start_of(leg));
        call.1 |= reached;
        call.2 += if reached { u64::from(leg.4) } else { 0 };
    }
    calls
}

proptest! {
    #[test]
    fn grouping_equals_the_model(
        legs in legs(),
        order in prop::collection::vec(any::<Index>(), 0..120),
        again in prop::collection::vec(any::<Index>(), 0..30),
    ) {
        let rows: Vec<_> = legs.iter().enumerate().map(|(at, leg)| row_of(at, leg)).collect();
        let mut shuffled = rows.clone();
        if !rows.is_empty() {
            shuffled.extend(again.iter().map(|index| index.get(&rows).clone()));
            for (at, index) in order.iter().enumerate() {
                let length = shuffled.len();
                shuffled.swap(at % length, index.index(length));
            }
        }
        let calls = group(&shuffled);
        prop_assert_eq!(&calls, &group(&rows));
        prop_assert!(calls.is_sorted_by(|one, next| one.started() >= next.started()));

        let actual: BTreeMap<_, _> = calls
            .iter()
            .map(|call| {
                let talk: u64 = call.talks.iter().map(|talk| u64::from(talk.1)).sum();
                let answered = call.status() == CallStatus::Answered;
                (call.id.to_string(), (call.started(), answered, talk))
            })
            .collect();
        prop_assert_eq!(actual, model(&legs));
    }

    /// C12: each day by itself, rows near midnight in both, is the same as all at once.
    #[test]
    fn days_joined_equal_one_day(legs in legs(), overlap_ms in 0..600_000_i64) {
        let midnight = 5 * DAY;
        let in_day = |later: bool| -> Vec<Value> {
            let wanted = |leg: &Leg| if later { start_of(leg) >= midnight - overlap_ms } else { start_of(leg) < midnight + overlap_ms };
            let rows = legs.iter().enumerate().filter(|(_, leg)| wanted(leg));
            rows.map(|(at, leg)| row_of(at, leg)).collect()
        };
        let mut join = DayJoin::default();
        let mut joined = join.older(group(&in_day(true)));
        joined.extend(join.older(group(&in_day(false))));
        joined.extend(join.finish());
        joined.sort_by(|one, other| (other.started(), &other.id).cmp(&(one.started(), &one.id)));
        let rows: Vec<_> = legs.iter().enumerate().map(|(at, leg)| row_of(at, leg)).collect();
        prop_assert_eq!(joined, group(&rows));
    }
}
