//! Properties of `Pbx.DialCodeSettings`: codes that are dialled.
//!
//! Taken from the OpenAPI document that 3CX publishes with XAPI 20.0.10.

use super::Kind::{self, *};

/// Name and kind of every property.
pub(crate) const PROPERTIES: &[(&str, Kind)] = &[
    ("DialCodeBillingCode", Text),
    ("DialCodeHideCallerID", Text),
    ("DialCodeHotdesking", Text),
    ("DialCodeHotelAccess", Text),
    ("DialCodeIntercom", Text),
    ("DialCodeLoggedInQueue", Text),
    ("DialCodeLoggedOutQueue", Text),
    ("DialCodeOutOffice", Text),
    ("DialCodePark", Text),
    ("DialCodePickup", Text),
    ("DialCodeProfileStatus", Text),
    ("DialCodeUnpark", Text),
    ("DialCodeVMail", Text),
];
