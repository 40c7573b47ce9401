//! What sort of line a number leads to.
//!
//! Not here: which numbers are which; the plans of the countries say so.

use serde::Serialize;

/// What sort of line a destination is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Inside the PBX.
    Extension,
    /// A mobile of the home country.
    Mobile,
    /// A fixed line of the home country.
    Fixed,
    /// Free to the caller.
    TollFree,
    /// The caller pays part (920 in Saudi Arabia).
    SharedCost,
    /// The called party earns from the call: never dialled.
    Premium,
    /// Emergency and helplines: never dialled.
    Emergency,
    /// A carrier's or authority's service line.
    ShortCode,
    /// Of a home country whose plan is not held in detail, so mobile and fixed are not told apart.
    National,
    /// Of another country.
    Foreign,
}

/// What a short code leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ShortCodeKind {
    /// People in need call it. Never dialled from here.
    Emergency,
    /// A line of a carrier or an authority. Dialled only if the operator lists it.
    Service,
}
