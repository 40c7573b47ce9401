//! Short names for what the simulated PBX is told to do wrong.

use std::collections::BTreeMap;

use pbx_sim::Fault;

/// This status and body instead of the real answer; the request is not carried out.
pub(crate) fn status(status: u16, body: &str) -> Fault {
    Fault::Status {
        status,
        body: body.into(),
        content_type: None,
        headers: BTreeMap::new(),
    }
}
