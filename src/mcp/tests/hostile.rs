//! Bodies nobody should send: the answer is always one of the documented ones, and always JSON.

use serde_json::{Value, json};

use super::row::{Row, envelope, raw, request};
use crate::mcp::MAX_BODY_BYTES;

/// Sends a body in every lane and returns the statuses; none may be unheard of.
fn statuses(body: &[u8]) -> Vec<u16> {
    let row = |body: &[u8]| raw("hostile", body);
    let lanes: [Row; 4] = [
        row(body),
        row(body).version("2025-06-18"),
        row(body)
            .version("2026-07-28")
            .mcp_method("tools/call")
            .mcp_name("add"),
        row(body).version("\u{0}").mcp_method("=?base64?/?="),
    ];
    lanes.iter().map(checked_status).collect()
}

fn checked_status(row: &Row) -> u16 {
    let response = row.send();
    assert!(
        [200, 202, 400, 404, 413].contains(&response.status),
        "status {}",
        response.status
    );
    match response.body {
        None => assert_eq!(response.status, 202),
        Some(body) => {
            let answer: Value = serde_json::from_slice(&body).expect("answers are JSON");
            assert!(answer.is_object() || answer.is_array());
        }
    }
    response.status
}

fn code(body: &[u8]) -> Value {
    let response = raw("hostile", body).send();
    let answer: Value = serde_json::from_slice(&response.body.unwrap()).unwrap();
    answer["error"]["code"].clone()
}

/// `depth` openings, what is inside, `depth` endings.
fn nested(open: &str, inside: &str, close: &str, depth: usize) -> String {
    format!("{}{inside}{}", open.repeat(depth), close.repeat(depth))
}

#[test]
fn depth_costs_nothing() {
    let deep = nested("[", "", "]", 1_000_000);
    assert_eq!(code(deep.as_bytes()), -32600);
    assert_eq!(code("[".repeat(1_000_000).as_bytes()), -32700);
    assert_eq!(code(r#"{"a":"#.repeat(700_000).as_bytes()), -32700);
    let objects = nested(r#"{"a":"#, "1", "}", 500_000);
    assert_eq!(code(objects.as_bytes()), -32600);
    for body in [deep.as_bytes(), objects.as_bytes()] {
        assert_eq!(statuses(body), [400; 4]);
    }
}

#[test]
fn depth_in_any_member_is_judged_by_its_type() {
    let deep = nested("[", "", "]", 100_000);
    let object = nested(r#"{"a":"#, "1", "}", 100_000);
    let message = |member: &str, value: &str| {
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","{member}":{value}}}"#)
    };
    assert_eq!(code(message("extra", &deep).as_bytes()), -32602);
    assert_eq!(code(message("params", &deep).as_bytes()), -32600);
    assert_eq!(code(message("params", &object).as_bytes()), -32602);
    for (method, member) in [
        ("tools/call", "name"),
        ("tools/call", "arguments"),
        ("resources/read", "uri"),
        ("prompts/get", "arguments"),
        ("completion/complete", "ref"),
        ("completion/complete", "argument"),
        ("initialize", "protocolVersion"),
    ] {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{"{member}":{deep}}}}}"#
        );
        assert_eq!(code(body.as_bytes()), -32602, "{method} {member}");
    }
    let body = message(
        "params",
        &format!(r#"{{"name":"add","arguments":{object}}}"#),
    );
    assert_eq!(
        code(body.as_bytes()),
        Value::Null,
        "the tool answers, with isError"
    );
    let body = message("params", &format!(r#"{{"_meta":{object},"name":"add"}}"#));
    assert_eq!(statuses(body.as_bytes()), [200, 200, 400, 400]);
}

#[test]
fn long_texts_are_not_repeated_in_messages() {
    let long = "ü".repeat(500_000);
    for params in [
        json!({"name": long}),
        json!({"name": "add", "arguments": {"a": long}}),
    ] {
        let body = request("tools/call", params).to_string();
        let response = raw("long", body).send();
        assert!(response.body.unwrap().len() < 1_000);
    }
    let response = raw("long method", request(&long, json!({})).to_string()).send();
    assert!(response.body.unwrap().len() < 1_000);
    statuses(format!("\"{long}\"").as_bytes());
    statuses(format!(r#"{{"jsonrpc":"2.0","id":"{long}","method":"ping"}}"#).as_bytes());
    statuses(&vec![b'0'; MAX_BODY_BYTES + 1]);
    statuses(format!("[{}0]", "0,".repeat(2_000_000)).as_bytes());
    statuses(format!(r#"{{{}"a":0}}"#, r#""a":0,"#.repeat(600_000)).as_bytes());
}

#[test]
fn encodings() {
    assert_eq!(code(b"\xff\xfe"), -32700);
    assert_eq!(
        code(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"x\":\"\xc3\"}"),
        -32700
    );
    assert_eq!(code("\u{feff}{}".as_bytes()), -32700);
    assert_eq!(
        code(br#"{"jsonrpc":"2.0","id":1,"method":"\ud800"}"#),
        -32600
    );
    let lonely_id = raw("id", br#"{"jsonrpc":"2.0","id":"\ud800","method":"ping"}"#).send();
    assert_eq!(lonely_id.status, 200, "an id is echoed, not read");
}

#[test]
fn repeated_members_are_refused() {
    for body in [
        r#"{"jsonrpc":"2.0","jsonrpc":"2.0","id":1,"method":"ping"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{},"params":{}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{},"_meta":{}}}"#,
    ] {
        assert_eq!(code(body.as_bytes()), -32600, "{body}");
        statuses(body.as_bytes());
    }
}

#[test]
fn every_prefix_of_a_request() {
    let params = json!({"name": "add", "arguments": {"a": 1, "b": 2}, "_meta": envelope()});
    let body = request("tools/call", params).to_string();
    for end in 0..body.len() {
        assert_eq!(statuses(&body.as_bytes()[..end]), [400; 4], "{end} bytes");
    }
}

#[test]
fn random_bytes_and_random_damage() {
    let mut random = XorShift(0x9E37_79B9_7F4A_7C15);
    let params = json!({"name": "add", "arguments": {"a": 1, "b": 2}, "_meta": envelope()});
    let request = request("tools/call", params).to_string().into_bytes();
    for _ in 0..2_000 {
        let length = random.below(64);
        let noise: Vec<u8> = (0..length).map(|_| random.byte()).collect();
        statuses(&noise);
        let mut damaged = request.clone();
        for _ in 0..=random.below(3) {
            let position = random.below(damaged.len());
            damaged[position] = random.byte();
        }
        statuses(&damaged);
        let mut tokens = String::new();
        for _ in 0..random.below(24) {
            tokens.push_str(TOKENS[random.below(TOKENS.len())]);
        }
        statuses(tokens.as_bytes());
    }
}

const TOKENS: [&str; 18] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"jsonrpc\"",
    "\"2.0\"",
    "\"id\"",
    "1",
    "null",
    "\"method\"",
    "\"ping\"",
    "\"params\"",
    "\"_meta\"",
    "\"tools/call\"",
    " ",
    "-1e999",
];

/// Marsaglia's generator: the same bytes in every run.
struct XorShift(u64);

impl XorShift {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn byte(&mut self) -> u8 {
        self.next().to_be_bytes()[0]
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }
}
