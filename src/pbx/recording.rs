//! Recording settings of an extension. A running call cannot be recorded by API; its extension's
//! setting decides, and a change takes effect from the next call on (`PATCH /Users({Id})`, XAPI).

use serde::{Deserialize, Serialize};

use super::client::Pbx;
use super::error::PbxError;
use super::odata::{Collection, Query, literal};

/// What decides whether an extension's calls are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RecordingSetting {
    /// Calls are recorded.
    pub record_calls: bool,
    /// Only those with the outside.
    pub record_external_calls_only: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Row {
    id: i64,
    #[serde(default)]
    record_calls: Option<bool>,
    #[serde(default)]
    record_external_calls_only: Option<bool>,
}

impl Pbx<'_> {
    /// The Id of an extension, which paths take, and its recording setting.
    pub async fn recording_setting(
        &self,
        number: &str,
    ) -> Result<Option<(i64, RecordingSetting)>, PbxError> {
        let path = Query::new("Users")
            .option("$select", "Id,Number,RecordCalls,RecordExternalCallsOnly")
            .option("$filter", &format!("Number eq {}", literal(number)))
            .option("$top", "1")
            .build();
        let page: Collection<Row> = self.read(path).await?;
        Ok(page.value.into_iter().next().map(|row| {
            let setting = RecordingSetting {
                record_calls: row.record_calls.unwrap_or_default(),
                record_external_calls_only: row.record_external_calls_only.unwrap_or_default(),
            };
            (row.id, setting)
        }))
    }

    /// Changes it, from the next call on.
    pub async fn set_recording(&self, id: i64, setting: RecordingSetting) -> Result<(), PbxError> {
        let body = serde_json::to_vec(&setting).map_err(|error| {
            PbxError::NotConfigured(format!("cannot write the setting: {error}"))
        })?;
        self.change(format!("/xapi/v1/Users({id})"), body).await
    }
}
