//! Queues: which numbers are one (XAPI). Call Control shows only those that are listed for the client.

use serde::Deserialize;

use super::client::Pbx;
use super::error::PbxError;
use super::odata::{Collection, Query, literal};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Queue {
    number: Option<String>,
}

impl Pbx<'_> {
    /// Whether a number is a queue.
    pub async fn is_queue(&self, number: &str) -> Result<bool, PbxError> {
        let path = Query::new("Queues")
            .option("$select", "Id,Number")
            .option("$filter", &format!("Number eq {}", literal(number)))
            .build();
        let page: Collection<Queue> = self.read(path).await?;
        let is_it = |queue: &Queue| queue.number.as_deref() == Some(number);
        Ok(page.value.iter().any(is_it))
    }
}
