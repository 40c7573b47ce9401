//! Pages: filter, order, cursor, and what is left out.

use super::*;

fn selection(limit: usize, after: Option<Cursor>) -> Selection {
    let filter = CallFilter {
        window: Window {
            from: 0,
            to: 100_000,
        },
        extension: None,
        direction: None,
    };
    Selection::new(filter, limit, after)
}

fn calls(numbers: impl IntoIterator<Item = i64>) -> Vec<CallRecord> {
    let rows: Vec<_> = numbers
        .into_iter()
        .map(|number| {
            row(
                &format!("call-{number:03}"),
                &number.to_string(),
                number / 2 * 1000,
            )
        })
        .collect();
    group(&rows)
}

fn ids(page: &Page) -> Vec<&str> {
    page.calls.iter().map(|call| &*call.id).collect()
}

#[test]
fn a_page_is_stable_while_new_calls_come() {
    let mut first = selection(3, None);
    first.offer(calls(0..10));
    assert!(first.is_full());
    let first = first.finish();
    assert_eq!(ids(&first), ["call-009", "call-008", "call-007"]);
    assert_eq!(first.left_out_at_least, 7);
    let cursor = Cursor::parse(&first.next.unwrap().write()).unwrap();

    let mut next = selection(7, Some(cursor.clone()));
    assert_eq!(next.window(), Window { from: 0, to: 3_001 });
    next.offer(calls(0..20));
    assert!(!next.is_full());
    let next = next.finish();
    assert_eq!(
        ids(&next).first(),
        Some(&"call-006"),
        "of the same second as the cursor's"
    );
    assert_eq!(next.calls.len(), 7);
    assert_eq!((next.next, next.left_out_at_least), (None, 0));
}

#[test]
fn many_calls_in_any_order_keep_one_page() {
    let mut selection = selection(100, None);
    for number in [5, 3, 9, 1, 7] {
        selection.offer(calls(
            (0..1000).filter(|call| call % 10 == number && *call < 200),
        ));
    }
    let page = selection.finish();
    assert_eq!(page.calls.len(), 100);
    assert_eq!(page.next, None);
    assert_eq!(ids(&page)[..2], ["call-199", "call-197"]);
}

#[test]
fn filters() {
    let outbound = json!({"Direction": "Outbound", "CallType": "External", "SourceDn": "105"});
    let rows = [
        row("in", "1", 1_000),
        row_with(row("out", "2", 2_000), outbound),
        row("late", "3", 100_000),
    ];
    let check = |extension: Option<&str>, direction, expected: &[&str]| {
        let filter = CallFilter {
            window: Window {
                from: 0,
                to: 100_000,
            },
            extension: extension.map(str::to_owned),
            direction,
        };
        let mut selection = Selection::new(filter, 20, None);
        selection.offer(group(&rows));
        assert_eq!(
            ids(&selection.finish()),
            expected,
            "{extension:?} {direction:?}"
        );
    };
    check(None, None, &["out", "in"]);
    check(Some("101"), None, &["in"]);
    check(Some("105"), None, &["out"]);
    check(Some("10000"), None, &[]);
    check(None, Some(Direction::Inbound), &["in"]);
    check(Some("101"), Some(Direction::Internal), &[]);
}

#[test]
fn cursors_of_somebody_else() {
    for text in ["", "after-20", "?", "bm90IG9uZQ", "AAAA"] {
        assert_eq!(Cursor::parse(text), Err(CursorError), "{text:?}");
    }
}
