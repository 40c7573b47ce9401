//! Addresses that strangers name: where a client wants people sent, and where it says it is described.
//!
//! Read strictly and by hand. What any two parsers might read differently (white space, backslashes,
//! user names, fragments, odd hosts) is refused, so that what was checked is what is used.
//!
//! Not here: what a host name resolves to. From Cloudflare's network private addresses cannot be
//! reached; with `global_fetch_strictly_public` neither can what stands behind our own zone.

use super::Site;
use crate::auth::is_loopback_host;
use crate::auth::origin::{is_host, is_scheme, split_port};

/// Longer addresses are refused.
const MOST_BYTES: usize = 2000;

/// An address taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WebAddress<'a> {
    /// Lower case.
    pub(super) scheme: &'a str,
    /// Without port; `[::1]` keeps its brackets.
    pub(super) host: &'a str,
    pub(super) port: Option<u16>,
    /// Path and query, as they stand.
    pub(super) rest: &'a str,
}

impl<'a> WebAddress<'a> {
    /// Reads `scheme://host[:port][/path][?query]`.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"#<>\\^`{|}".contains(&byte);
        if text.len() > MOST_BYTES || !text.bytes().all(plain) {
            return None;
        }
        let (scheme, rest) = text.split_once("://")?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(end)?;
        let (host, port) = split_port(authority)?;
        (is_scheme(scheme) && is_host(host)).then_some(Self {
            scheme,
            host,
            port,
            rest,
        })
    }

    fn is_loopback(&self) -> bool {
        self.scheme == "http" && is_loopback_host(self.host)
    }
}

/// Private schemes without a dot in their name that are known to belong to MCP clients. RFC 8252 §7.1
/// wants a reversed domain name there.
const APPS: [&str; 3] = ["cursor", "vscode", "vscode-insiders"];

/// Whether people may be sent there: https, a program on this machine, or an app's own scheme.
pub(super) fn is_redirect(text: &str) -> bool {
    WebAddress::parse(text).is_some_and(|address| match address.scheme {
        "https" => true,
        "http" => address.is_loopback(),
        app => app.contains('.') || APPS.contains(&app),
    })
}

/// Whether the address that a request names is the one that the client listed: the same text, but for
/// the port of a program on this machine (RFC 8252 §7.3).
pub(super) fn is_listed(listed: &str, asked: &str) -> bool {
    if listed == asked {
        return true;
    }
    match (WebAddress::parse(listed), WebAddress::parse(asked)) {
        (Some(listed), Some(asked)) => {
            listed.is_loopback()
                && asked.is_loopback()
                && (listed.host, listed.rest) == (asked.host, asked.rest)
        }
        _ => false,
    }
}

/// The host that a person is told, and whether it is this machine.
pub(crate) fn shown(text: &str) -> (&str, bool) {
    match WebAddress::parse(text) {
        Some(address) if address.scheme == "https" => (address.host, false),
        Some(address) if address.is_loopback() => (address.host, true),
        // An app: its scheme says more than what follows.
        Some(address) => (address.scheme, true),
        None => ("", false),
    }
}

/// Names under these are nobody's on the internet.
const PRIVATE_ENDINGS: [&str; 13] = [
    "arpa",
    "corp",
    "example",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localhost",
    "onion",
    "private",
    "test",
];

/// The host of a client's own document (Client ID Metadata Document), if it may be fetched.
///
/// Https at a public name other than ours, on the usual port. Only where this Worker itself is reached
/// on a loopback host, which never happens on Cloudflare, a document on the same machine will do, so
/// that clients can be developed there.
pub(super) fn document_host<'a>(site: &Site, text: &'a str) -> Result<&'a str, &'static str> {
    let address = WebAddress::parse(text).ok_or("it is not an address that can be read")?;
    let path = address.rest.split('?').next().unwrap_or_default();
    if matches!(path, "" | "/") {
        return Err("it has no path");
    }
    if path.split('/').any(is_dots) {
        return Err("its path has dots for a segment");
    }
    if site.is_loopback && address.is_loopback() {
        let own = WebAddress::parse(&site.issuer).and_then(|own| own.port);
        return if address.port == own {
            Err("it is on this server itself")
        } else {
            Ok(address.host)
        };
    }
    if address.scheme != "https" {
        return Err("it does not begin with https://");
    }
    if address.port.is_some() {
        return Err("it names a port");
    }
    if !is_public_name(address.host) {
        return Err("its host is not a public name");
    }
    if address.host.eq_ignore_ascii_case(&site.host) {
        return Err("it is on this server itself");
    }
    Ok(address.host)
}

fn is_dots(segment: &str) -> bool {
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    matches!(plain.as_str(), "." | "..")
}

/// A name such as `client.example.com`; no address in whatever notation, since their last label
/// begins with a digit.
fn is_public_name(host: &str) -> bool {
    let lower = host.to_ascii_lowercase();
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let Some((_, ending)) = lower.rsplit_once('.') else {
        return false;
    };
    lower.split('.').all(is_label)
        && ending.starts_with(|first: char| first.is_ascii_alphabetic())
        && !PRIVATE_ENDINGS.contains(&ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects() {
        for good in [
            "https://claude.ai/api/mcp/auth_callback",
            "https://client.example.com:8443/cb?x=1",
            "http://localhost/callback",
            "http://127.0.0.1:33418",
            "http://127.9.9.9:1/",
            "http://[::1]:5000/cb",
            "cursor://anysphere.cursor-mcp/oauth/callback",
            "com.example.app://oauth/cb",
        ] {
            assert!(is_redirect(good), "{good}");
        }
        for bad in [
            "",
            "https://",
            "https:///cb",
            "http://client.example.com/cb",
            "http://localhost.evil.com/cb",
            "http://127.0.0.1.evil.com/",
            "http://user@localhost/cb",
            "https://client.example.com@evil.com/cb",
            "https://client.example.com\\@evil.com/cb",
            "https://client.example.com/cb#fragment",
            "https://client.example.com/cb evil",
            "https://client.example.com/cb\r\nLocation: x",
            "https://client.example.com:x/cb",
            "https://клиент.example.com/cb",
            "HTTPS://client.example.com/cb",
            "javascript://client.example.com/%0aalert(1)",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "ftp://client.example.com/cb",
            "urn:ietf:wg:oauth:2.0:oob",
        ] {
            assert!(!is_redirect(bad), "{bad}");
        }
    }

    #[test]
    fn listed_redirects() {
        let web = "https://client.example.com/cb";
        let local = "http://127.0.0.1:1000/cb";
        let check = |listed: &str, asked: &str, expected: bool| {
            assert_eq!(is_listed(listed, asked), expected, "{listed} {asked}");
        };
        check(web, web, true);
        for other in [
            "https://client.example.com/cb/",
            "https://client.example.com/cb/../evil",
            "https://client.example.com/cb?x=1",
            "https://client.example.com/CB",
            "https://CLIENT.example.com/cb",
            "https://client.example.com:443/cb",
            "https://client.example.com.evil.com/cb",
            "https://client.example.com@evil.com/cb",
            "https://client.example.com/cb#x",
            "https://client.example.com/%63b",
            "http://client.example.com/cb",
            "https://evil.com/https://client.example.com/cb",
        ] {
            check(web, other, false);
        }
        check(local, "http://127.0.0.1:2000/cb", true);
        check(local, "http://127.0.0.1/cb", true);
        check("http://localhost/cb", "http://localhost:3000/cb", true);
        check("http://[::1]/cb", "http://[::1]:3000/cb", true);
        for other in [
            "http://127.0.0.1:2000/other",
            "http://127.0.0.1:2000/cb?x",
            "http://127.0.0.2:2000/cb",
            "http://localhost:1000/cb",
            "https://127.0.0.1:1000/cb",
            "http://127.0.0.1:2000@evil.com/cb",
            "http://127.0.0.1.evil.com:1000/cb",
        ] {
            check(local, other, false);
        }
    }

    #[test]
    fn what_is_shown() {
        assert_eq!(shown("https://claude.ai/cb"), ("claude.ai", false));
        assert_eq!(shown("http://localhost:5/cb"), ("localhost", true));
        assert_eq!(shown("cursor://x.y/cb"), ("cursor", true));
    }

    #[test]
    fn documents() {
        let site = Site::new(Some("https://phone.example.com"), "").unwrap();
        let good = "https://client.example.com/oauth/metadata.json";
        assert_eq!(document_host(&site, good), Ok("client.example.com"));
        for bad in [
            "http://client.example.com/m.json",
            "https://client.example.com",
            "https://client.example.com/",
            "https://client.example.com?m.json",
            "https://client.example.com/?m.json",
            "https://client.example.com/a/../m.json",
            "https://client.example.com/./m.json",
            "https://client.example.com/a/%2e%2E/m.json",
            "https://client.example.com/m.json#x",
            "https://client.example.com:8443/m.json",
            "https://user@client.example.com/m.json",
            "https://client.example.com\\.evil.com/m.json",
            "https://phone.example.com/m.json",
            "https://PHONE.example.com/m.json",
            "https://localhost/m.json",
            "https://app.localhost/m.json",
            "http://localhost/m.json",
            "https://127.0.0.1/m.json",
            "https://127.1/m.json",
            "https://2130706433/m.json",
            "https://0x7f000001/m.json",
            "https://0x7f.0.0.1/m.json",
            "https://0177.0.0.1/m.json",
            "https://10.0.0.1/m.json",
            "https://169.254.169.254/latest/meta-data",
            "https://192.168.1.1/m.json",
            "https://8.8.8.8/m.json",
            "https://[::1]/m.json",
            "https://[fd00::1]/m.json",
            "https://[::ffff:127.0.0.1]/m.json",
            "https://pbx/m.json",
            "https://pbx.local/m.json",
            "https://metadata.google.internal/computeMetadata/v1",
            "https://pbx.lan/m.json",
            "https://client.example.com./m.json",
            "https://client..example.com/m.json",
            "https://-client.example.com/m.json",
            "https://client_1.example.com/m.json",
            "ftp://client.example.com/m.json",
            "https://client.example.com/m .json",
        ] {
            assert!(document_host(&site, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn documents_on_this_machine_only_while_the_worker_is_on_it_too() {
        let document = "http://127.0.0.1:9000/m.json";
        let here = Site::new(None, "http://127.0.0.1:8787").unwrap();
        assert_eq!(document_host(&here, document), Ok("127.0.0.1"));
        for own in [
            "http://127.0.0.1:8787/m.json",
            "http://localhost:8787/m.json",
        ] {
            assert!(document_host(&here, own).is_err(), "{own}");
        }
        for other in ["http://10.0.0.1:9000/m.json", "http://pbx.local/m.json"] {
            assert!(document_host(&here, other).is_err(), "{other}");
        }
        // The public URL decides, whatever host the request came to.
        let public = Site::new(Some("https://phone.example.com"), "http://127.0.0.1:8787");
        assert!(document_host(&public.unwrap(), document).is_err());
    }
}
