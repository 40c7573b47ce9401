//! Which destinations may be called: `DIAL_ALLOW`, `DIAL_DENY`, `HOME_COUNTRY`.
//!
//! Owns the order of judgement: emergency and premium never; then `DIAL_DENY`; then `DIAL_ALLOW`,
//! or where that is unset, internal numbers and the home country.
//! Invariants: a deny wins over an allow; an empty `DIAL_ALLOW` closes all outside calls; a
//! setting that cannot be read gives no rules at all, so that nothing opens by a typing error.
//! Not here: caps, quiet hours and confirmations.

use super::country::Country;
use super::destination::Destination;
use super::e164::E164;
use super::extension::ExtensionNumber;
use super::line::{Class, ShortCodeKind};
use super::pattern::Pattern;
use super::refusal::{Refusal, Rejection};
use super::short_code::ShortCode;

/// The operator's rules, read once from the settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DialRules {
    /// `None`: `DIAL_ALLOW` is unset and the default holds.
    allow: Option<Vec<Pattern>>,
    /// Wins over `allow`.
    deny: Vec<Pattern>,
    /// Whose way of writing numbers is understood, and whose numbers the default permits.
    home: Country,
}

/// A setting that cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {problem}")]
pub struct ConfigProblem {
    /// The variable to mend.
    pub variable: &'static str,
    /// What is wrong with it, naming the entry and the rule it breaks.
    pub problem: String,
}

impl DialRules {
    /// From the texts of `DIAL_ALLOW`, `DIAL_DENY` and `HOME_COUNTRY`; `None` where one is unset.
    /// `DIAL_ALLOW` set to an empty text means: no outside calls.
    ///
    /// # Errors
    /// [`ConfigProblem`] for the first entry that cannot be used.
    pub fn from_settings(
        allow: Option<&str>,
        deny: Option<&str>,
        home_country: Option<&str>,
    ) -> Result<Self, ConfigProblem> {
        let home = match home_country.map(str::trim) {
            None | Some("") => Country::default(),
            Some(code) => Country::from_iso(code).map_err(|problem| ConfigProblem {
                variable: "HOME_COUNTRY",
                problem: problem.to_string(),
            })?,
        };
        Ok(Self {
            allow: allow.map(|text| patterns("DIAL_ALLOW", text)).transpose()?,
            deny: patterns("DIAL_DENY", deny.unwrap_or_default())?,
            home,
        })
    }

    /// The home country.
    #[must_use]
    pub const fn home(&self) -> Country {
        self.home
    }

    /// Reads a destination and judges it: the one way from text to a number that may be dialled.
    ///
    /// # Errors
    /// [`Rejection::Malformed`] if it cannot be read, [`Rejection::Refused`] if it may not be
    /// called.
    pub fn admit(&self, text: &str) -> Result<Destination, Rejection> {
        let destination = Destination::parse(text, self.home)?;
        self.check(&destination)?;
        Ok(destination)
    }

    /// Judges a destination.
    ///
    /// # Errors
    /// The [`Refusal`], if it may not be called.
    pub fn check(&self, destination: &Destination) -> Result<(), Refusal> {
        match destination {
            Destination::Service(code) if code.kind() == ShortCodeKind::Emergency => {
                Err(Refusal::Emergency(code.clone()))
            }
            Destination::External(number) if destination.class(self.home) == Class::Premium => {
                Err(Refusal::Premium(number.clone()))
            }
            _ => {
                self.check_deny(destination)?;
                match destination {
                    Destination::Internal(extension) => self.check_internal(extension),
                    Destination::External(number) => self.check_outside(number),
                    Destination::Service(code) => self.check_service(code),
                }
            }
        }
    }

    fn check_deny(&self, destination: &Destination) -> Result<(), Refusal> {
        let number = destination.as_str();
        match self.deny.iter().find(|pattern| pattern.matches(number)) {
            Some(pattern) => Err(Refusal::Denied {
                number: number.to_owned(),
                pattern: pattern.clone(),
            }),
            None => Ok(()),
        }
    }

    /// Internal numbers are open until the list speaks of them.
    fn check_internal(&self, extension: &ExtensionNumber) -> Result<(), Refusal> {
        let open = !self
            .listed()
            .any(|pattern| self.is_about_extensions(pattern));
        if open || self.allows(extension.as_str()) {
            Ok(())
        } else {
            Err(Refusal::InternalNotListed(extension.clone()))
        }
    }

    fn check_outside(&self, number: &E164) -> Result<(), Refusal> {
        match &self.allow {
            None if number.country() == Some(self.home) => Ok(()),
            None => Err(Refusal::Abroad {
                number: number.clone(),
                country: self.home.name(),
            }),
            Some(_) if self.allows(number.as_str()) => Ok(()),
            Some(list) if list.is_empty() => Err(Refusal::OutsideClosed(number.clone())),
            Some(_) => Err(Refusal::OutsideNotListed(number.clone())),
        }
    }

    /// Service codes must be listed digit by digit: `9??` for extensions does not open them.
    fn check_service(&self, code: &ShortCode) -> Result<(), Refusal> {
        if self
            .listed()
            .any(|pattern| pattern.literal() == Some(code.as_str()))
        {
            Ok(())
        } else {
            Err(Refusal::ServiceCode(code.clone()))
        }
    }

    /// An internal pattern, other than one that lists a public short code.
    fn is_about_extensions(&self, pattern: &Pattern) -> bool {
        let code = pattern
            .literal()
            .and_then(|number| self.home.short_code(number));
        !pattern.is_outside() && code.is_none()
    }

    fn allows(&self, number: &str) -> bool {
        self.listed().any(|pattern| pattern.matches(number))
    }

    fn listed(&self) -> impl Iterator<Item = &Pattern> {
        self.allow.iter().flatten()
    }
}

fn patterns(variable: &'static str, text: &str) -> Result<Vec<Pattern>, ConfigProblem> {
    Pattern::parse_list(text).map_err(|(entry, problem)| ConfigProblem {
        variable,
        problem: format!("the pattern {entry:?} cannot be used: {problem}"),
    })
}
