//! Documents that stand alone: what the PBX says of itself.

use serde_json::{Map, Value, json};

use crate::clock;
use crate::directory::{Dn, Kind};
use crate::world::World;

type Entity = Map<String, Value>;

fn entity(value: Value) -> Entity {
    value.as_object().cloned().unwrap_or_default()
}

/// `Pbx.SystemStatus`.
pub(super) fn status(world: &World) -> Entity {
    let people: Vec<&Dn> = world
        .dns
        .values()
        .filter(|dn| dn.kind == Kind::Extension)
        .collect();
    entity(json!({
        "Id": 0, "FQDN": world.settings.fqdn, "Version": world.settings.version,
        "Activated": true, "MaxSimCalls": 16, "LicenseActive": true, "Support": true,
        "LicenseKey": "SECRET-LicenseKey", "ProductCode": "3CXENT",
        "ExtensionsRegistered": people.iter().filter(|dn| dn.is_registered()).count(),
        "ExtensionsTotal": people.len(), "UserExtensions": people.len(),
        "TrunksRegistered": 1, "TrunksTotal": 1, "CallsActive": world.calls.len(),
        "DiskUsage": 21, "FreeDiskSpace": 23_911_714_816_u64, "TotalDiskSpace": 30_268_000_000_u64,
        "ExpirationDate": "2035-01-01T00:00:00Z", "MaintenanceExpiresAt": "2035-01-01T00:00:00Z",
        "BackupScheduled": true, "LastBackupDateTime": "2026-03-03T00:00:02Z",
        "IsAuditLogEnabled": true, "AutoUpdateEnabled": true, "OS": "Linux",
        "RecordingStopped": false, "RecordingQuotaReached": false, "RecordingUsedSpace": 0,
        "RecordingQuota": 1_000_000_000, "RemoteStorageStatus": "NotConfigured",
    }))
}

/// When the newest call began and the newest message was sent.
pub(super) fn last_timestamp(world: &World) -> Entity {
    let call = world.call_log.rows().next_back();
    let call = call.map_or(0, |row| row.content.start_us);
    let chat = world.chats.iter().map(|chat| chat.sent_us).max();
    entity(json!({
        "LastCdrStartedAt": clock::iso_us(call),
        "LastChatMessageTimeSent": chat.map(clock::iso_us),
    }))
}

/// `Pbx.CallParkingSettings`; the timeout is the setting `park_return_ms`.
pub(super) fn call_parking(world: &World) -> Entity {
    let returns = world.settings.park_return_ms;
    entity(json!({
        "MaximumParkedCalls": 64, "MusicOnHold": "onhold.wav",
        "AutoPickupEnabled": returns.is_some(),
        "AutoPickupTimeout": returns.map_or(180, |ms| ms / 1_000),
        "AutoPickupForwardType": "TransferBack", "AutoPickupForwardDN": "",
        "AutoPickupForwardExternalNumber": "",
    }))
}

/// `Pbx.DialCodeSettings` as delivered.
pub(super) fn dial_codes() -> Entity {
    entity(json!({
        "DialCodePark": "*0", "DialCodeUnpark": "*1", "DialCodePickup": "*20*",
        "DialCodeBillingCode": "**", "DialCodeHideCallerID": "*5", "DialCodeIntercom": "*9",
        "DialCodeVMail": "*4", "DialCodeOutOffice": "*61", "DialCodeProfileStatus": "*3",
        "DialCodeLoggedInQueue": "*62", "DialCodeLoggedOutQueue": "*63",
        "DialCodeHotdesking": "*77*", "DialCodeHotelAccess": "*68",
    }))
}
