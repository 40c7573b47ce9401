//! The phones of an extension, and which of them places a call.
//!
//! A device says nothing of what can be done with it (`direct_control` stands on calls only), so
//! 3CX's own apps come first: they dial by themselves, where a desk phone is rung before.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Code, Desk, ToolError};
use crate::json;
use crate::pbx::{Device, Pbx, PbxError};
use crate::policy::ExtensionNumber;

/// 3CX's demo names a device that is not signed in so.
const NOT_REGISTERED: &str = "not_registered_dev";

/// One phone of an extension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Phone {
    /// Names this phone in make_call
    pub device_id: String,
    /// What the phone calls itself
    pub user_agent: String,
}

impl Phone {
    /// For a sentence.
    pub(crate) fn shown(&self) -> String {
        if self.user_agent.is_empty() {
            "the phone".to_owned()
        } else {
            format!("the phone \"{}\"", self.user_agent)
        }
    }

    fn dials_by_itself(&self) -> bool {
        self.user_agent.starts_with("3CX")
    }
}

/// Reads the phones of `dn` and remembers them.
pub(crate) async fn read_phones(
    desk: &Desk<'_>,
    pbx: &Pbx<'_>,
    dn: &str,
) -> Result<Vec<Device>, ToolError> {
    desk.memory.forget_devices(dn);
    let devices = match pbx.devices(dn).await {
        Ok(devices) => devices,
        Err(PbxError::NotFound { .. }) => {
            let message = format!("the PBX has no extension {dn}");
            return Err(ToolError::new(Code::NotFound, message)
                .hint("get_extensions lists those there are"));
        }
        Err(error) => return Err(error.into()),
    };
    desk.memory.keep_devices(dn, devices.clone(), desk.now);
    Ok(devices)
}

/// The phone to call from and the others; no phone where the extension has none, and the PBX then
/// decides.
pub(crate) fn choose_phone(
    extension: &ExtensionNumber,
    devices: Vec<Device>,
    wanted: Option<&str>,
) -> Result<(Option<Phone>, Vec<Phone>), ToolError> {
    let mut phones: Vec<Phone> = devices
        .into_iter()
        .filter(|device| !device.device_id.is_empty() && device.device_id != NOT_REGISTERED)
        .map(|device| Phone {
            device_id: device.device_id,
            user_agent: device.user_agent,
        })
        .collect();
    let position = match wanted {
        Some(id) => match phones.iter().position(|phone| phone.device_id == id.trim()) {
            Some(position) => position,
            None => return Err(no_such_phone(extension, &phones)),
        },
        None if phones.is_empty() => return Ok((None, phones)),
        None => phones.iter().position(Phone::dials_by_itself).unwrap_or(0),
    };
    let chosen = phones.remove(position);
    Ok((Some(chosen), phones))
}

fn no_such_phone(extension: &ExtensionNumber, phones: &[Phone]) -> ToolError {
    let message = format!("extension {extension} has no phone with this device_id");
    let hint = if phones.is_empty() {
        "no phone is signed in; leave device_id out to let the PBX decide".to_owned()
    } else {
        let ids: Vec<&str> = phones
            .iter()
            .map(|phone| phone.device_id.as_str())
            .collect();
        format!("its phones: {}; or leave device_id out", ids.join(", "))
    };
    ToolError::new(Code::NotFound, message)
        .hint(hint)
        .details(json!({ "devices": json::value(&phones) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(agents: &[&str], wanted: Option<&str>) -> Result<Option<String>, Code> {
        let device = |(index, agent): (usize, &&str)| Device {
            device_id: format!("sip:{index}"),
            user_agent: (*agent).to_owned(),
        };
        let devices = agents.iter().enumerate().map(device).collect();
        let extension = ExtensionNumber::parse("100").unwrap();
        choose_phone(&extension, devices, wanted)
            .map(|(phone, _)| phone.map(|phone| phone.device_id))
            .map_err(|error| error.code)
    }

    #[test]
    fn apps_come_before_desk_phones() {
        assert_eq!(
            chosen(&["Yealink T46", "3CX Desktop"], None),
            Ok(Some("sip:1".into()))
        );
        assert_eq!(
            chosen(&["Yealink T46", "Fanvil"], None),
            Ok(Some("sip:0".into()))
        );
        assert_eq!(
            chosen(&["Yealink T46", "3CX Desktop"], Some("sip:0")),
            Ok(Some("sip:0".into()))
        );
        assert_eq!(chosen(&["Yealink T46"], Some("sip:9")), Err(Code::NotFound));
        assert_eq!(chosen(&[], None), Ok(None));
        assert_eq!(chosen(&[], Some("sip:0")), Err(Code::NotFound));
    }
}
