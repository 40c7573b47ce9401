//! Any number of followers, reading whenever they like, against what they should have heard.

use proptest::prelude::*;

use super::*;
use crate::auth::ExtensionSet;

#[derive(Debug, Clone)]
enum Step {
    /// So many calls ring, one after another, at extensions from here on.
    Ring(u16, u8),
    /// Somebody reads once.
    Read(u8),
    /// Somebody reads all there is.
    ReadAll(u8),
    /// Somebody goes away and comes back with the last id they had.
    Back(u8),
    Beat,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1..400_u16, any::<u8>()).prop_map(|(count, from)| Step::Ring(count, from)),
        4 => any::<u8>().prop_map(Step::Read),
        4 => any::<u8>().prop_map(Step::ReadAll),
        2 => any::<u8>().prop_map(Step::Back),
        1 => Just(Step::Beat),
    ]
}

const FILTERS: [Option<&[&str]>; 4] = [
    None,
    Some(&["100-109"]),
    Some(&["105", "110-119"]),
    Some(&["900"]),
];

fn dn(number: i64, from: u8) -> String {
    format!("1{:02}", (number + i64::from(from)) % 20)
}

/// A reader, and from which call on it is owed everything.
struct Owed {
    reader: Reader,
    filter: usize,
    from: usize,
    last_id: String,
}

impl Owed {
    fn follow(filter: usize, after: Option<&str>) -> Follow {
        let entries = FILTERS[filter].map(|all| all.iter().map(|&one| one.to_owned()).collect());
        Follow {
            extensions: entries,
            after: after.map(str::to_owned),
            ..Follow::default()
        }
    }

    fn note(&mut self) {
        if let Some(last) = self
            .reader
            .text
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix("id: "))
        {
            last.clone_into(&mut self.last_id);
        }
    }

    /// What it has heard is the beginning of what it is owed, with nothing left out; and all of it
    /// if it has read to the end.
    fn check(&self, rung: &[String], is_done: bool) -> Result<(), TestCaseError> {
        let all = ExtensionSet::Everything;
        let set = FILTERS[self.filter].map_or(all, |entries| {
            ExtensionSet::parse(entries.iter().copied()).unwrap()
        });
        let mut owed = (self.from..rung.len()).filter(|&call| set.contains(&rung[call]));
        for call in calls(&self.reader.heard) {
            prop_assert_eq!(
                owed.next().map(|call| i64::try_from(call).unwrap()),
                Some(call)
            );
        }
        if is_done {
            prop_assert_eq!(owed.next(), None, "something was not told");
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn everybody_hears_what_is_theirs_in_order_or_is_told_why_not(
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let mut fanout = Fanout::new(NOW);
        // The extension of each call.
        let mut rung: Vec<String> = Vec::new();
        let mut all: Vec<Owed> = (0..FILTERS.len() * 2)
            .map(|at| {
                let filter = at % FILTERS.len();
                let reader = Reader::follow(&mut fanout, Owed::follow(filter, None));
                Owed { reader, filter, from: 0, last_id: String::new() }
            })
            .collect();
        let many = all.len();
        for step in steps {
            match step {
                Step::Ring(count, from) => for _ in 0..count {
                    let number = i64::try_from(rung.len()).unwrap();
                    let dn = dn(number, from);
                    ring(&mut fanout, &dn, number);
                    rung.push(dn);
                },
                Step::Read(who) => {
                    let owed = &mut all[usize::from(who) % many];
                    owed.reader.read_once(&mut fanout);
                    owed.note();
                    let is_dropped = owed.reader.heard.iter().any(|event| event.kind == "dropped");
                    owed.check(&rung, false)?;
                    prop_assert!(!is_dropped || rung.len() > KEPT / 2, "dropped without need");
                }
                Step::ReadAll(who) => {
                    let owed = &mut all[usize::from(who) % many];
                    owed.reader.read(&mut fanout);
                    owed.note();
                    owed.check(&rung, !owed.reader.is_over)?;
                }
                Step::Back(who) => {
                    let owed = &mut all[usize::from(who) % many];
                    fanout.leave(owed.reader.key);
                    let after = Some(owed.last_id.as_str()).filter(|id| !id.is_empty());
                    let mut back = Reader::follow(&mut fanout, Owed::follow(owed.filter, after));
                    // The opening: whether it goes on, or begins anew.
                    back.read_once(&mut fanout);
                    let is_reset = back.heard[0].kind == "reset";
                    if after.is_some() && !is_reset {
                        // What it heard before counts.
                        let mut before = std::mem::take(&mut owed.reader.heard);
                        before.append(&mut back.heard);
                        before.retain(|event| event.kind != "dropped");
                        back.heard = before;
                    } else {
                        prop_assert!(after.is_none() || rung.len() > KEPT / 2, "reset without need");
                        owed.from = rung.len();
                    }
                    owed.reader = back;
                    owed.note();
                }
                Step::Beat => {
                    fanout.beat();
                    // Nobody stalls for a minute here.
                    for owed in &mut all {
                        owed.reader.read_once(&mut fanout);
                        owed.note();
                    }
                }
            }
        }
        prop_assert!(fanout.followers() <= many);
        for owed in &mut all {
            owed.reader.read(&mut fanout);
            owed.check(&rung, !owed.reader.is_over)?;
        }
    }
}
