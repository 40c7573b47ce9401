//! How a message is doing: in the carrier's words, and never backwards.
//!
//! Reports overtake each other and the answer to the request itself, so each is only taken if it goes on
//! from what is known.

use crate::time::Millis;

/// The intent is on record, and the carrier has not answered: shown as `sending`.
pub const INTENT: &str = "";
/// It came from outside.
pub const RECEIVED: &str = "received";
/// The carrier said no.
pub const FAILED: &str = "failed";
/// It may or may not have been sent; a report would settle it.
pub const UNKNOWN: &str = "unknown";

/// How far along; what is not known is no way along.
fn rank(status: &str) -> u8 {
    match status {
        "accepted" | "scheduled" => 1,
        "queued" => 2,
        "sending" => 3,
        "sent" => 4,
        "delivered" => 5,
        "read" => 6,
        _ => 0,
    }
}

/// It did not arrive, and will not.
fn is_lost(status: &str) -> bool {
    matches!(status, FAILED | "undelivered" | "canceled")
}

/// Whether `new` goes on from `known`.
pub fn goes_on(known: &str, new: &str) -> bool {
    if is_lost(known) || known == RECEIVED {
        return false;
    }
    if is_lost(new) {
        return rank(known) < rank("delivered");
    }
    if new == UNKNOWN {
        return known == INTENT;
    }
    rank(new) > rank(known)
}

/// Nothing will come after it, but that it was read.
pub fn is_final(status: &str) -> bool {
    is_lost(status) || matches!(status, "delivered" | "read")
}

/// As it is shown of a message that is so old. What nobody has heard of for a while was begun by a Worker that
/// is no more.
pub fn shown(status: &str, age: Millis) -> &str {
    const LONGEST_MS: Millis = 2 * 60 * 1000;
    match status {
        INTENT if age > LONGEST_MS => UNKNOWN,
        INTENT => "sending",
        status => status,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAY: [&str; 7] = [
        INTENT,
        "accepted",
        "queued",
        "sending",
        "sent",
        "delivered",
        "read",
    ];

    #[test]
    fn a_status_only_goes_on() {
        for (place, known) in WAY.iter().enumerate() {
            for (next, new) in WAY.iter().enumerate() {
                assert_eq!(goes_on(known, new), next > place, "{known:?} -> {new:?}");
            }
            assert!(!goes_on(known, "something new"));
            for lost in [FAILED, "undelivered", "canceled"] {
                assert!(!goes_on(lost, known), "{lost} -> {known:?}");
                assert_eq!(goes_on(known, lost), place < 5, "{known:?} -> {lost}");
            }
        }
        assert!(!goes_on(FAILED, "undelivered") && !goes_on(RECEIVED, "read"));
    }

    #[test]
    fn what_was_unclear_is_settled_by_a_report() {
        assert!(goes_on(INTENT, UNKNOWN));
        assert!(!goes_on("sent", UNKNOWN) && !goes_on(FAILED, UNKNOWN));
        for new in ["queued", "delivered", FAILED] {
            assert!(goes_on(UNKNOWN, new), "{new}");
        }
    }

    #[test]
    fn an_intent_that_nobody_followed_up_is_unknown() {
        assert_eq!(shown(INTENT, 0), "sending");
        assert_eq!(shown(INTENT, 120_001), UNKNOWN);
        assert_eq!(shown("queued", Millis::MAX), "queued");
    }

    /// Whatever the order in which they come, and however often.
    #[test]
    fn the_order_of_reports_does_not_matter() {
        let reports = ["queued", "sent", "delivered"];
        for first in 0..3 {
            for second in 0..3 {
                let order = [first, second, 0, 1, 2];
                let mut known = INTENT;
                for report in order.map(|place| reports[place]) {
                    if goes_on(known, report) {
                        known = report;
                    }
                }
                assert_eq!(known, "delivered");
            }
        }
    }
}
