//! Who is calling, once that is known.
//!
//! Owns the answer of authentication: a name for the audit and the caps, the scopes, and the
//! extensions the caller may act for.
//! Invariant: holds no secret, so that it may be printed.
//! Not here: how the caller proved it (`key`, `bearer`), and whether a deed is allowed.

use super::extension_set::ExtensionSet;
use super::scope::{Scope, Scopes};

/// A caller that authentication vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Names the caller in the audit log, and is what caps are counted by.
    pub name: String,
    /// What the caller may do.
    pub scopes: Scopes,
    /// For which extensions.
    pub extensions: ExtensionSet,
    /// How the caller got in.
    pub kind: CallerKind,
    /// By which program, as far as it is known: an OAuth client's name, and its host where that is
    /// certain. Said by the client itself, so it is for reading only.
    pub client: Option<String>,
    /// What the caller could get by asking for it: with OAuth, everything that the key permits which
    /// the person signed in with. Nothing where asking does not help.
    pub within_reach: Scopes,
}

/// How a caller got in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallerKind {
    /// `MCP_AUTH=none` on a loopback host: whoever sits at this machine.
    Local,
    /// With a key of `MCP_API_KEYS`.
    ApiKey,
    /// With an OAuth access token.
    OAuth,
    /// Over a service binding, which cannot be reached from outside.
    Binding,
    /// The PBX itself, with `SMS_GATEWAY_KEY`.
    Pbx,
}

impl Caller {
    /// The developer at their own machine: everything is permitted.
    #[must_use]
    pub fn local() -> Self {
        Self {
            name: "local".to_owned(),
            scopes: Scopes::ALL,
            extensions: ExtensionSet::Everything,
            kind: CallerKind::Local,
            client: None,
            within_reach: Scopes::NONE,
        }
    }

    /// The PBX, which hands over what somebody wrote in 3CX.
    #[must_use]
    pub fn pbx() -> Self {
        Self {
            name: "3cx".to_owned(),
            scopes: Scopes::NONE.with(Scope::Message),
            kind: CallerKind::Pbx,
            ..Self::local()
        }
    }

    /// Basma, on behalf of whoever called.
    #[must_use]
    pub fn basma() -> Self {
        Self {
            name: "basma".to_owned(),
            scopes: Scopes::NONE.with(Scope::Read).with(Scope::Control),
            kind: CallerKind::Pbx,
            ..Self::local()
        }
    }

    /// Whether the caller lacks `scope` only because nobody asked for it yet.
    #[must_use]
    pub const fn could_get(&self, scope: Scope) -> bool {
        !self.may(scope) && self.within_reach.contains(scope)
    }

    /// Whether the caller holds `scope`.
    #[must_use]
    pub const fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(scope)
    }

    /// Whether the caller may act for `extension`, given as plain digits.
    #[must_use]
    pub fn may_act_for(&self, extension: &str) -> bool {
        self.extensions.contains(extension)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_may_everything() {
        let caller = Caller::local();
        assert_eq!(caller.name, "local");
        assert!(Scope::ALL.into_iter().all(|scope| caller.may(scope)));
        assert!(caller.may_act_for("100"));
    }

    #[test]
    fn a_listed_caller_may_only_what_is_listed() {
        let caller = Caller {
            scopes: Scopes::NONE.with(Scope::Read),
            extensions: ExtensionSet::parse(["100"]).unwrap(),
            ..Caller::local()
        };
        assert!(caller.may(Scope::Read) && !caller.may(Scope::Control));
        assert!(caller.may_act_for("100") && !caller.may_act_for("101"));
    }

    #[test]
    fn what_asking_would_bring() {
        let caller = Caller {
            scopes: Scopes::NONE.with(Scope::Read),
            within_reach: Scopes::NONE.with(Scope::Read).with(Scope::Control),
            ..Caller::local()
        };
        assert!(caller.could_get(Scope::Control));
        assert!(!caller.could_get(Scope::Read), "it has that");
        assert!(
            !caller.could_get(Scope::Admin),
            "the key does not permit that"
        );
    }
}
