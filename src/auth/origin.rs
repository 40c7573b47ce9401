//! Which web pages may speak to this server.
//!
//! A browser puts the page's origin on its requests. Streamable HTTP servers must check it
//! (MCP, "Security warning" of the transport), or any page a person opens could drive a server on
//! that person's own machine.
//!
//! Allowed are, in this order:
//! - no `Origin` at all: not a browser;
//! - the server's own origins, if they are https or loopback. A plain-http origin does not count
//!   only because it equals the `Host`: after DNS rebinding `http://evil.example.com` does;
//! - the origins of `MCP_ALLOWED_ORIGINS`, compared exactly;
//! - loopback origins of any port, only while `MCP_ALLOWED_ORIGINS` is unset.
//!
//! Not here: the answer (403), and CORS headers.

use std::fmt;

use super::loopback::is_loopback_host;

/// A web origin: scheme, host and port (RFC 6454), in lower case and with the default port known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    scheme: String,
    host: String,
    port: Option<u16>,
}

/// The text is no origin such as `https://app.example.com`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an origin such as https://app.example.com: scheme, host, maybe port")]
pub struct NotAnOrigin {
    /// What was given.
    pub text: String,
}

/// A page that may not speak to this server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OriginRefusal {
    /// `null`, or not to be read: sandboxed frames and files send `null`.
    #[error("the Origin header names no web origin")]
    Opaque,
    /// Not one of the allowed origins.
    #[error("this origin may not use this server; MCP_ALLOWED_ORIGINS lists those that may")]
    Foreign,
}

/// The operator's choice of origins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OriginRules {
    /// `None`: `MCP_ALLOWED_ORIGINS` is unset and loopback origins are allowed.
    listed: Option<Vec<Origin>>,
}

impl Origin {
    /// Reads an origin. A path, query, user name or trailing slash makes it something else.
    ///
    /// # Errors
    /// [`NotAnOrigin`].
    pub fn parse(text: &str) -> Result<Self, NotAnOrigin> {
        Self::read(text).ok_or_else(|| NotAnOrigin {
            text: text.to_owned(),
        })
    }

    fn read(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let (scheme, authority) = lower.split_once("://")?;
        let (host, port) = split_port(authority)?;
        let default = match scheme {
            "http" => Some(80),
            "https" => Some(443),
            _ => None,
        };
        (is_scheme(scheme) && is_host(host)).then(|| Self {
            scheme: scheme.to_owned(),
            host: host.to_owned(),
            port: port.or(default),
        })
    }

    /// Whether it is a page on this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        matches!(self.scheme.as_str(), "http" | "https") && is_loopback_host(&self.host)
    }

    /// Whether the host in it can be believed: over https a certificate vouches for the name.
    fn is_trustworthy(&self) -> bool {
        self.scheme == "https" || self.is_loopback()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        match (self.scheme.as_str(), self.port) {
            ("http", Some(80)) | ("https", Some(443)) | (_, None) => Ok(()),
            (_, Some(port)) => write!(f, ":{port}"),
        }
    }
}

impl OriginRules {
    /// From the text of `MCP_ALLOWED_ORIGINS`: origins with commas between. Unset or blank, the
    /// default holds: the server's own origins and loopback. Set, it replaces loopback.
    ///
    /// # Errors
    /// [`NotAnOrigin`] for the first entry that is none.
    pub fn from_setting(text: Option<&str>) -> Result<Self, NotAnOrigin> {
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
            return Ok(Self::default());
        };
        let listed = text.split(',').map(|entry| Origin::parse(entry.trim()));
        Ok(Self {
            listed: Some(listed.collect::<Result<_, _>>()?),
        })
    }

    /// Judges the `Origin` header of a request. `own` are the origins under which the server is
    /// reached: the request's, and that of `MCP_PUBLIC_URL`. Those that cannot be read are passed
    /// over.
    ///
    /// # Errors
    /// The [`OriginRefusal`], to be answered with 403.
    pub fn check(&self, origin: Option<&str>, own: &[&str]) -> Result<(), OriginRefusal> {
        let Some(text) = origin else { return Ok(()) };
        let origin = Origin::parse(text).map_err(|_| OriginRefusal::Opaque)?;
        let is_own = origin.is_trustworthy()
            && own
                .iter()
                .any(|own| Origin::parse(own).is_ok_and(|own| own == origin));
        let is_allowed = match &self.listed {
            Some(listed) => listed.contains(&origin),
            None => origin.is_loopback(),
        };
        if is_own || is_allowed {
            Ok(())
        } else {
            Err(OriginRefusal::Foreign)
        }
    }
}

/// `host`, `host:port`, `[v6]` or `[v6]:port`.
pub(super) fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let in_brackets = authority.starts_with('[');
    match authority.rsplit_once(':') {
        Some((host, port)) if !in_brackets || host.ends_with(']') => {
            let is_plain = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
            let port = port.parse().ok().filter(|_| is_plain)?;
            Some((host, Some(port)))
        }
        _ => Some((authority, None)),
    }
}

pub(super) fn is_scheme(scheme: &str) -> bool {
    scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

pub(super) fn is_host(host: &str) -> bool {
    let bracketed = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    match bracketed {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        }
    }
}

#[cfg(test)]
mod tests;
