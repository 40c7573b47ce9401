//! Which resource a URI names.

use crate::auth::Scope;

/// A whole view, listed by `resources/list`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The calls of this moment.
    ActiveCalls,
    /// Past calls.
    CallHistory,
    /// Everybody.
    Extensions,
    /// Messages that the PBX has seen.
    Messages,
    /// The calls that Basma answered.
    Calls,
    /// Who asked this server for what.
    Audit,
}

impl View {
    /// All of them, in the order of the list.
    pub const ALL: &'static [Self] = &[
        Self::ActiveCalls,
        Self::CallHistory,
        Self::Extensions,
        Self::Messages,
        Self::Calls,
        Self::Audit,
    ];

    /// What a caller must be allowed to see it.
    pub const fn scope(self) -> Scope {
        match self {
            Self::ActiveCalls | Self::CallHistory | Self::Extensions | Self::Messages => {
                Scope::Read
            }
            Self::Calls => Scope::Record,
            Self::Audit => Scope::Admin,
        }
    }

    /// The part after `threecx://`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ActiveCalls => "active-calls",
            Self::CallHistory => "call-history",
            Self::Extensions => "extensions",
            Self::Messages => "messages",
            Self::Calls => "calls",
            Self::Audit => "audit",
        }
    }

    /// For people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::ActiveCalls => "Active calls",
            Self::CallHistory => "Call history",
            Self::Extensions => "Extensions",
            Self::Messages => "Messages",
            Self::Calls => "Calls that Basma answered",
            Self::Audit => "Audit log",
        }
    }

    /// For models.
    pub const fn description(self) -> &'static str {
        match self {
            Self::ActiveCalls => {
                "The calls that are going on now: who calls whom, ringing or connected, since when."
            }
            Self::CallHistory => {
                "The newest past calls of the last seven days: who called whom, answered or missed."
            }
            Self::Messages => {
                "The newest messages that the phone system has seen: chats, SMS, website chats."
            }
            Self::Calls => {
                "The calls that the voice assistant Basma answered, newest first, each with the URI of \
                 its transcript."
            }
            Self::Audit => {
                "The newest entries of the audit log: who asked this server for what, and how it ended."
            }
            Self::Extensions => {
                "Everybody on the phone system: number, name, e-mail, department, profile, and \
                 whether a phone is signed in."
            }
        }
    }
}

/// What a URI names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A whole view.
    View(View),
    /// `threecx://extensions/{number}`.
    Extension(String),
    /// `threecx://calls/{id}/transcript`.
    Transcript(i64),
}

impl Address {
    /// What a caller must be allowed to see it.
    pub const fn scope(&self) -> Scope {
        match self {
            Self::View(view) => view.scope(),
            Self::Extension(_) => Scope::Read,
            Self::Transcript(_) => Scope::Record,
        }
    }

    /// Reads `threecx://…` or its alias `3cx://…`. RFC 3986 §3.1: schemes know no case.
    pub fn parse(uri: &str) -> Option<Self> {
        let (scheme, rest) = uri.split_once("://")?;
        if !scheme.eq_ignore_ascii_case("threecx") && scheme != "3cx" && scheme != "3CX" {
            return None;
        }
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        match rest.split_once('/') {
            None => View::ALL
                .iter()
                .find(|view| view.name() == rest)
                .copied()
                .map(Self::View),
            Some(("extensions", number)) if is_number(number) => {
                Some(Self::Extension(number.to_owned()))
            }
            Some(("calls", rest)) => {
                let id = rest.strip_suffix("/transcript")?;
                is_number(id).then(|| id.parse().ok().map(Self::Transcript))?
            }
            Some(_) => None,
        }
    }
}

fn is_number(text: &str) -> bool {
    (1..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::transcript_uri;

    #[test]
    fn both_schemes_name_the_same() {
        let check = |uri: &str, expected: Option<Address>| {
            assert_eq!(Address::parse(uri), expected, "{uri}");
        };
        let extensions = Some(Address::View(View::Extensions));
        check("threecx://extensions", extensions.clone());
        check("3cx://extensions", extensions.clone());
        check("THREECX://extensions/", extensions);
        check(
            "3cx://extensions/100",
            Some(Address::Extension("100".into())),
        );
        check(
            "threecx://extensions/100/",
            Some(Address::Extension("100".into())),
        );
        check(&transcript_uri(12), Some(Address::Transcript(12)));
        for uri in [
            "threecx://nothing",
            "http://extensions",
            "threecx:extensions",
            "extensions",
            "",
            "threecx://extensions/../users",
            "threecx://extensions/1?x=1",
            "threecx://extensions/123456789",
            "4cx://extensions",
            "threecx://calls/12",
            "threecx://calls//transcript",
            "threecx://calls/-1/transcript",
            "threecx://calls/12/transcript/x",
        ] {
            check(uri, None);
        }
    }
}
