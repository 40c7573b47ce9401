//! How much, when, and with whose yes.

use super::{SettingError, Variables};
use crate::policy::{Caps, Confirm, ConfirmBy, QuietHours};

/// What limits every caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// `CALLS_PER_MINUTE`, `CALLS_PER_DAY`, `MESSAGES_PER_DAY`, `CALLS_PER_NUMBER`, `CALLS_AT_ONCE`.
    pub caps: Caps,
    /// `QUIET_HOURS`.
    pub quiet: Option<QuietHours>,
    /// `CONFIRM`.
    pub confirm: Confirm,
    /// `CONFIRM_BY`.
    pub confirm_by: ConfirmBy,
    /// `RETENTION_DAYS`: audit and message log.
    pub retention_days: u32,
    /// `AUDIT_NUMBERS=full`: numbers in the audit are whole, not masked.
    pub audits_whole_numbers: bool,
}

/// Longer than any audit is kept.
const MOST_DAYS: u32 = 3_650;

impl Limits {
    /// Reads every variable; the first that cannot be used is named.
    pub fn read(variables: &dyn Variables) -> Result<Self, SettingError> {
        let usual = Caps::default();
        let number = |name: &'static str, usual: u32| {
            word(variables, name, "a whole number such as 10", |text| {
                text.parse().ok()
            })
            .map(|found| found.unwrap_or(usual))
        };
        let calls_per_minute = number("CALLS_PER_MINUTE", usual.calls_per_minute)?;
        let retention_days = number("RETENTION_DAYS", 90)?;
        if !(1..=MOST_DAYS).contains(&retention_days) {
            let problem = format!("must be 1 to {MOST_DAYS}");
            return Err(SettingError::new("RETENTION_DAYS", problem));
        }
        let numbers = |text: &str| match text {
            "masked" => Some(false),
            "full" => Some(true),
            _ => None,
        };
        Ok(Self {
            caps: Caps {
                calls_per_minute,
                calls_per_day: number("CALLS_PER_DAY", usual.calls_per_day)?,
                messages_per_day: number("MESSAGES_PER_DAY", usual.messages_per_day)?,
                // Whoever lets more calls through wants these to let them through, too.
                calls_per_number: number(
                    "CALLS_PER_NUMBER",
                    calls_per_minute
                        .saturating_mul(2)
                        .max(usual.calls_per_number),
                )?,
                calls_at_once: number("CALLS_AT_ONCE", calls_per_minute.max(usual.calls_at_once))?,
            },
            quiet: word(
                variables,
                "QUIET_HOURS",
                "a stretch such as 21:00-08:00",
                |text| QuietHours::parse(text).ok(),
            )?,
            confirm: word(
                variables,
                "CONFIRM",
                "never, outside or always",
                Confirm::parse,
            )?
            .unwrap_or_default(),
            confirm_by: word(variables, "CONFIRM_BY", "handle or human", ConfirmBy::parse)?
                .unwrap_or_default(),
            retention_days,
            audits_whole_numbers: word(variables, "AUDIT_NUMBERS", "masked or full", numbers)?
                .unwrap_or_default(),
        })
    }
}

fn word<T>(
    variables: &dyn Variables,
    name: &'static str,
    rule: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, SettingError> {
    let Some(text) = variables.filled(name) else {
        return Ok(None);
    };
    match parse(&text) {
        Some(value) => Ok(Some(value)),
        None => Err(SettingError::new(name, format!("`{text}` is not {rule}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Given;
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Limits, String> {
        Limits::read(&Given::new(pairs)).map_err(|error| error.to_string())
    }

    #[test]
    fn defaults_are_the_careful_ones() {
        let limits = read(&[]).unwrap();
        assert_eq!(
            (limits.confirm, limits.confirm_by),
            (Confirm::Outside, ConfirmBy::Handle)
        );
        assert_eq!(limits.caps, Caps::default());
        assert_eq!(
            (limits.retention_days, limits.audits_whole_numbers),
            (90, false)
        );
        assert!(limits.quiet.is_none());
    }

    #[test]
    fn what_cannot_be_meant_is_named() {
        for (name, value) in [
            ("CALLS_PER_MINUTE", "many"),
            ("CALLS_PER_DAY", "-1"),
            ("MESSAGES_PER_DAY", "1.5"),
            ("QUIET_HOURS", "night"),
            ("CONFIRM", "true"),
            ("CONFIRM_BY", "model"),
            ("RETENTION_DAYS", "0"),
            ("AUDIT_NUMBERS", "yes"),
        ] {
            let error = read(&[(name, value)]).unwrap_err();
            assert!(error.starts_with(&format!("{name}: ")), "{error}");
        }
        let limits = read(&[("QUIET_HOURS", "21:00-08:00"), ("CONFIRM", "never")]).unwrap();
        assert_eq!(limits.quiet.unwrap().to_string(), "21:00-08:00");
        assert_eq!(limits.confirm, Confirm::Never);
    }
}
