//! Hosts that are this very machine.
//!
//! Owns the one test on which `MCP_AUTH=none`, plain-http PBX addresses and loopback origins rely.
//! Invariant: whatever is not surely loopback is not, so `localhost.example.com`,
//! `127.0.0.1.example.com`, `127.1` and `user@localhost` are not.
//! Not here: what a host name resolves to; nobody is asked.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Whether `host`, a host name or address without port, is this machine: `localhost` and names
/// under it (RFC 6761 §6.3), 127.0.0.0/8, and `::1` with or without brackets.
#[must_use]
pub fn is_loopback_host(host: &str) -> bool {
    let name = host.to_ascii_lowercase();
    let bracketed = name
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    if let Ok(address) = bracketed.unwrap_or(&name).parse::<Ipv6Addr>() {
        return address.is_loopback();
    }
    if let Ok(address) = name.parse::<Ipv4Addr>() {
        return address.is_loopback();
    }
    match name.strip_suffix("localhost") {
        Some("") => true,
        Some(labels) => labels
            .strip_suffix('.')
            .is_some_and(|rest| rest.split('.').all(is_label)),
        None => false,
    }
}

fn is_label(label: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !label.is_empty() && label.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(host: &str, expected: bool) {
        assert_eq!(is_loopback_host(host), expected, "host {host:?}");
    }

    #[test]
    fn this_machine() {
        for host in [
            "localhost",
            "LocalHost",
            "app.localhost",
            "a.b-1.localhost",
            "127.0.0.1",
        ] {
            check(host, true);
        }
        for host in ["127.255.0.9", "[::1]", "::1", "[0:0:0:0:0:0:0:1]"] {
            check(host, true);
        }
    }

    #[test]
    fn other_machines() {
        for host in [
            "",
            "localhost.evil.com",
            "evillocalhost",
            ".localhost",
            "a..localhost",
            "evil.com/.localhost",
            "evil.com#.localhost",
            "user@localhost",
            "localhost@evil.com",
            "localhost:8787",
            "localhost.",
            "127.0.0.1.evil.com",
            "127.0.0.1:80",
            "127.1",
            "0177.0.0.1",
            "2130706433",
            "0.0.0.0",
            "10.0.0.1",
            "128.0.0.1",
            "[::]",
            "[::2]",
            "[::ffff:127.0.0.1]",
            "[127.0.0.1]",
            " localhost",
            "ⓛocalhost",
        ] {
            check(host, false);
        }
    }
}
