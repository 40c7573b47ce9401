//! The PBX as a whole: its version, and its clock.

use serde::Deserialize;

use super::client::Pbx;
use super::error::PbxError;
use super::odata::Query;
use crate::time::Millis;

/// What `SystemStatus` says (XAPI).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SystemStatus {
    /// The build, such as `20.0.9.994`.
    pub version: String,
    /// What the PBX takes the time to be, to the second, if it said so.
    pub clock: Option<Millis>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wire {
    #[serde(default)]
    version: Option<String>,
}

impl Pbx<'_> {
    /// The version and the clock.
    pub async fn system_status(&self) -> Result<SystemStatus, PbxError> {
        // Always selected: without it the answer holds the licence key.
        let path = Query::new("SystemStatus")
            .option("$select", "Version")
            .build();
        let (wire, clock): (Wire, _) = self.read_dated(path).await?;
        Ok(SystemStatus {
            version: wire.version.unwrap_or_default(),
            clock,
        })
    }
}
