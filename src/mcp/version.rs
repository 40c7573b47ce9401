//! Protocol versions and the two eras they fall into.
//!
//! Invariant: era and version are decided per request from what the request says; nothing remembers
//! an earlier choice. Not here: negotiation (`handshake`) and the refusal of a bad header (`legacy`,
//! `envelope`).

/// The two ways of speaking MCP that share the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Era {
    /// A connection begins with `initialize`; 2025-03-26 to 2025-11-25.
    Legacy,
    /// Every request carries its own envelope; 2026-07-28.
    Modern,
}

/// A protocol version that is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProtocolVersion {
    /// Streamable HTTP and batches.
    V2025_03_26,
    /// Structured tool output, titles, the version header.
    V2025_06_18,
    /// The last one with `initialize`.
    V2025_11_25,
    /// Stateless.
    V2026_07_28,
}

impl ProtocolVersion {
    /// What a client gets that asks `initialize` for a version unknown here.
    pub const LATEST_LEGACY: Self = Self::V2025_11_25;

    /// What a legacy request without a version header speaks (MCP 2025-06-18 §Transports).
    pub const WITHOUT_HEADER: Self = Self::V2025_03_26;

    /// Legacy versions, newest first, as refusals list them.
    pub(super) const LEGACY: [Self; 3] = [Self::V2025_11_25, Self::V2025_06_18, Self::V2025_03_26];

    /// The version as it is written on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2025_03_26 => "2025-03-26",
            Self::V2025_06_18 => "2025-06-18",
            Self::V2025_11_25 => "2025-11-25",
            Self::V2026_07_28 => MODERN,
        }
    }

    /// The era this version belongs to.
    #[must_use]
    pub fn era(self) -> Era {
        match self {
            Self::V2026_07_28 => Era::Modern,
            _ => Era::Legacy,
        }
    }

    /// Reads a version that opens with `initialize`; the modern one is not among them.
    pub(super) fn parse_legacy(text: &str) -> Option<Self> {
        Self::LEGACY
            .into_iter()
            .find(|version| version.as_str() == text)
    }
}

/// The modern version, and the first date that counts as modern.
pub(super) const MODERN: &str = "2026-07-28";

/// All that `server/discover` offers, and all that `-32022` names.
pub(super) const MODERN_VERSIONS: [&str; 1] = [MODERN];

/// The era of a message: its envelope decides, then the `MCP-Protocol-Version` header.
pub(super) fn era_of(header: Option<&str>, claims_modern: bool) -> Era {
    if claims_modern || header.is_some_and(is_modern) {
        Era::Modern
    } else {
        Era::Legacy
    }
}

/// Whether a header value is a date at or after the first modern version. Versions are ISO dates, so
/// the order of texts is the order of days.
pub(super) fn is_modern(header: &str) -> bool {
    let header = header.trim();
    is_date(header) && header >= MODERN
}

fn is_date(text: &str) -> bool {
    const SHAPE: &[u8] = b"dddd-dd-dd";
    text.len() == SHAPE.len()
        && text.bytes().zip(SHAPE).all(|(byte, shape)| match shape {
            b'd' => byte.is_ascii_digit(),
            _ => byte == *shape,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modern_headers_are_dates_from_the_first_modern_version_on() {
        for (header, expected) in [
            ("2026-07-28", true),
            (" 2026-07-28 ", true),
            ("2099-01-01", true),
            ("2026-07-27", false),
            ("2025-11-25", false),
            ("draft", false),
            ("v999.0.0", false),
            ("2026-07-281", false),
            ("", false),
        ] {
            assert_eq!(is_modern(header), expected, "header {header:?}");
        }
    }

    #[test]
    fn only_handshake_versions_parse_as_legacy() {
        for version in ProtocolVersion::LEGACY {
            assert_eq!(
                ProtocolVersion::parse_legacy(version.as_str()),
                Some(version)
            );
        }
        assert_eq!(ProtocolVersion::parse_legacy(MODERN), None);
        assert_eq!(ProtocolVersion::parse_legacy("2024-11-05"), None);
    }
}
