//! Shared parking: the nearest thing 3CX has to holding a call by API.
//!
//! `/Parkings` lists the shared parking DNs (XAPI). A call is put into one with `transferto` and taken
//! out by calling it; its leg ends at the extension meanwhile.

use serde::Deserialize;

use super::client::Pbx;
use super::error::PbxError;
use super::odata::{Collection, MAX_PAGE, Query};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parking {
    number: Option<String>,
}

impl Pbx<'_> {
    /// The numbers of the shared parking DNs, such as `SP100`.
    pub async fn parking_slots(&self) -> Result<Vec<String>, PbxError> {
        let path = Query::new("Parkings")
            .option("$select", "Id,Number")
            .option("$top", &MAX_PAGE.to_string())
            .build();
        let page: Collection<Parking> = self.read(path).await?;
        Ok(page
            .value
            .into_iter()
            .filter_map(|parking| parking.number)
            .collect())
    }
}
