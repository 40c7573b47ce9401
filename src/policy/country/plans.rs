//! One row per supported country: prefixes, plausible lengths, premium prefixes, emergency numbers.
//!
//! Source: libphonenumber metadata and short-number metadata of each country.
//! Saudi Arabia's kinds of numbers and short codes are in `policy::saudi`; the other rows are
//! plausibility checks, a little wider than the metadata.
//! Not here: a table of the whole world.

use std::ops::RangeInclusive;

/// One row of the table.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// ISO 3166-1 alpha-2, upper case: what `HOME_COUNTRY` names.
    pub(super) iso: &'static str,
    /// For messages.
    pub(super) name: &'static str,
    /// Without plus.
    pub(super) calling_code: &'static str,
    /// What is dialled before a number of another country.
    pub(super) international_prefix: &'static str,
    /// What is written before a national number inside the country; empty if nothing is.
    pub(super) trunk_prefix: &'static str,
    /// The first digits of national numbers before which the trunk prefix is written.
    pub(super) trunk_before: &'static str,
    /// How national numbers begin that are also written with no prefix at all.
    pub(super) bare_starts: &'static [&'static str],
    /// Digits of a national number.
    pub(super) lengths: RangeInclusive<usize>,
    /// How premium-rate national numbers begin.
    pub(super) premium: &'static [&'static str],
    /// Emergency numbers, beside 112 and 911 which are taken for such everywhere.
    pub(super) emergency: &'static [&'static str],
}

const ANY_DIGIT: &str = "123456789";
const ANY_START: &[&str] = &[""];

/// A country with international prefix 00, trunk prefix 0, and nothing else said.
const TRUNK_ZERO: Plan = Plan {
    iso: "",
    name: "",
    calling_code: "",
    international_prefix: "00",
    trunk_prefix: "0",
    trunk_before: ANY_DIGIT,
    bare_starts: &[],
    lengths: 7..=12,
    premium: &[],
    emergency: &[],
};

/// A country with international prefix 00 whose national numbers are written as they are.
const NO_TRUNK: Plan = Plan {
    trunk_prefix: "",
    trunk_before: "",
    bare_starts: ANY_START,
    ..TRUNK_ZERO
};

pub(super) static SAUDI_ARABIA: Plan = Plan {
    iso: "SA",
    name: "Saudi Arabia",
    calling_code: "966",
    trunk_before: "15",
    bare_starts: &["5", "800", "92"],
    lengths: 9..=10,
    premium: &["925"],
    ..TRUNK_ZERO
};

pub(super) static OTHERS: [Plan; 10] = [
    Plan {
        iso: "AE",
        name: "the United Arab Emirates",
        calling_code: "971",
        lengths: 8..=12,
        premium: &["900"],
        emergency: &["996", "997", "998", "999"],
        ..TRUNK_ZERO
    },
    Plan {
        iso: "BH",
        name: "Bahrain",
        calling_code: "973",
        lengths: 8..=8,
        premium: &["87", "90", "91", "92", "93", "94", "95", "96", "97", "98"],
        emergency: &["199", "999"],
        ..NO_TRUNK
    },
    Plan {
        iso: "DE",
        name: "Germany",
        calling_code: "49",
        lengths: 6..=13,
        premium: &["137", "900"],
        emergency: &["110", "116111"],
        ..TRUNK_ZERO
    },
    Plan {
        iso: "EG",
        name: "Egypt",
        calling_code: "20",
        lengths: 8..=10,
        premium: &["900"],
        emergency: &["122", "123", "180"],
        ..TRUNK_ZERO
    },
    Plan {
        iso: "GB",
        name: "the United Kingdom",
        calling_code: "44",
        lengths: 7..=10,
        premium: &["90", "91", "98"],
        emergency: &["999", "116111"],
        ..TRUNK_ZERO
    },
    Plan {
        iso: "JO",
        name: "Jordan",
        calling_code: "962",
        lengths: 8..=9,
        premium: &["9"],
        emergency: &["191", "192", "197"],
        ..TRUNK_ZERO
    },
    Plan {
        iso: "KW",
        name: "Kuwait",
        calling_code: "965",
        lengths: 7..=8,
        ..NO_TRUNK
    },
    Plan {
        iso: "OM",
        name: "Oman",
        calling_code: "968",
        lengths: 7..=9,
        premium: &["900"],
        emergency: &["1444", "9999"],
        ..NO_TRUNK
    },
    Plan {
        iso: "QA",
        name: "Qatar",
        calling_code: "974",
        lengths: 7..=9,
        emergency: &["999"],
        ..NO_TRUNK
    },
    Plan {
        iso: "US",
        name: "the United States",
        calling_code: "1",
        international_prefix: "011",
        trunk_prefix: "1",
        trunk_before: "23456789",
        bare_starts: &["2", "3", "4", "5", "6", "7", "8", "9"],
        lengths: 10..=10,
        premium: &["900"],
        emergency: &["988"],
    },
];
