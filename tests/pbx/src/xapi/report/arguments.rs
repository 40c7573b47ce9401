//! `Pbx.GetCallLogData(periodFrom=...,...)`: eleven parameters, in this order, by these names.
//!
//! A name that is missing, wrong or elsewhere is no such function (404); a value that is not of
//! its type is 500 without a body. Names and types from the OpenAPI document of XAPI 20.0.10.

use crate::clock;
use crate::percent;
use crate::settings::{ReportForm, ReportStrictness, Settings};
use crate::xapi::refusal::Refusal;

const NAMES: [&str; 11] = [
    "periodFrom",
    "periodTo",
    "sourceType",
    "sourceFilter",
    "destinationType",
    "destinationFilter",
    "callsType",
    "callTimeFilterType",
    "callTimeFilterFrom",
    "callTimeFilterTo",
    "hidePcalls",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    /// What is written since Update 6.
    New,
    /// What was written before.
    Old,
}

/// What a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Period {
    /// Both ends in microseconds.
    Given(u64, u64),
    /// The period was not understood and is ignored.
    Today,
}

#[derive(Debug)]
pub(super) struct Arguments {
    pub(super) period: Period,
    /// No parameter asks for a selection that nobody knows the meaning of.
    pub(super) selects_all: bool,
}

impl Function {
    /// The function and its values as sent; `None` where name or parameters are others.
    pub(super) fn parse(text: &str) -> Option<(Self, [String; 11])> {
        // The function's own signs may come encoded; values are looked at as they were sent.
        let signs = [
            ("%27", "'"),
            ("%28", "("),
            ("%29", ")"),
            ("%2C", ","),
            ("%3D", "="),
        ];
        let text = signs.iter().fold(text.to_owned(), |text, (code, sign)| {
            text.replace(code, sign).replace(&code.to_lowercase(), sign)
        });
        let (name, rest) = text.split_once('(')?;
        let function = match name {
            "Pbx.GetCallLogData" => Self::New,
            "Pbx.GetOldCallLogData" => Self::Old,
            _ => return None,
        };
        let mut quoted = false;
        let separator = |letter: char| {
            quoted ^= letter == '\'';
            letter == ',' && !quoted
        };
        let mut values: [String; 11] = Default::default();
        let mut parts = rest.strip_suffix(')')?.split(separator);
        for (name, value) in NAMES.iter().zip(&mut values) {
            let (given, text) = parts.next()?.split_once('=')?;
            *value = (given == *name).then(|| text.to_owned())?;
        }
        parts.next().is_none().then_some((function, values))
    }
}

impl Arguments {
    pub(super) fn parse(values: &[String; 11], settings: &Settings) -> Result<Self, Refusal> {
        let [
            from,
            to,
            source,
            source_text,
            destination,
            destination_text,
            ..,
        ] = values;
        let [.., calls, time, time_from, time_to, hide] = values;
        let period = period(from, to, settings)?;
        let mut selects_all = true;
        for number in [source, destination, calls, time] {
            let number: i32 = number.parse().map_err(|_| Refusal::Silent500)?;
            selects_all &= number == 0;
        }
        for text in [source_text, destination_text, time_from, time_to] {
            nullable(text)?;
        }
        if !["true", "false"].contains(&hide.as_str()) {
            return Err(Refusal::Silent500);
        }
        let nulls = [time_from, time_to].map(|text| text == "null");
        let accepted = match settings.report_form {
            ReportForm::Both => true,
            ReportForm::Times => nulls == [false, false],
            ReportForm::Nulls => nulls == [true, true],
        };
        if !accepted {
            return Err(Refusal::Bare(settings.report_form_status));
        }
        Ok(Self {
            period,
            selects_all,
        })
    }
}

/// `'...'` with inner quotes doubled, or `null`.
fn nullable(text: &str) -> Result<(), Refusal> {
    let text = percent::decode(text).ok_or(Refusal::Silent500)?;
    let inner = text
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''));
    let fits = text == "null" || inner.is_some_and(|it| !it.replace("''", "").contains('\''));
    if fits {
        Ok(())
    } else {
        Err(Refusal::Silent500)
    }
}

fn period(from: &str, to: &str, settings: &Settings) -> Result<Period, Refusal> {
    let mut ends = [0; 2];
    let mut plain = true;
    for (end, text) in ends.iter_mut().zip([from, to]) {
        let decoded = percent::decode(text).ok_or(Refusal::Silent500)?;
        *end = clock::parse_iso(&decoded).ok_or(Refusal::Silent500)?;
        plain &= !text.contains(['%', '.']);
    }
    match settings.report_strictness {
        _ if plain => Ok(Period::Given(ends[0], ends[1])),
        ReportStrictness::IgnorePeriod => Ok(Period::Today),
        ReportStrictness::Error500 => Err(Refusal::Silent500),
    }
}
