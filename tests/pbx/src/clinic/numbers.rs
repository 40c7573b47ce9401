//! Every internal number of the demo clinic, as the directory holds it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::directory::{Device, Dn, Kind};
use crate::settings::Settings;

use super::people::{PEOPLE, Person, Phones};
use super::{DEPARTMENTS, membership};

/// All numbers: people, queue, ring group, receptionist, parking, trunk, menu, route point.
pub(crate) fn numbers(settings: &Settings) -> BTreeMap<String, Dn> {
    let mut all: Vec<Dn> = PEOPLE
        .iter()
        .map(|person| extension(person, settings))
        .collect();
    all.extend([
        queue(),
        with_members(
            Dn::new(311, "801", Kind::RingGroup, "Nurses"),
            &["104", "105", "106"],
        ),
        Dn::new(321, "802", Kind::Ivr, "Welcome menu"),
        Dn::new(331, "SP100", Kind::Parking, "Shared parking 100"),
        Dn::new(332, "SP101", Kind::Parking, "Shared parking 101"),
        Dn::new(341, "10000", Kind::ExternalLine, "Main trunk"),
        Dn::new(351, "888", Kind::SpecialMenu, "Voicemail menu"),
        Dn::new(361, &settings.client_id, Kind::RoutePoint, "Assistant"),
    ]);
    all.into_iter().map(|dn| (dn.number.clone(), dn)).collect()
}

fn with_members(mut dn: Dn, members: &[&str]) -> Dn {
    dn.members = members.iter().map(|&member| member.to_owned()).collect();
    dn.entity.insert("Name".to_owned(), json!(dn.name));
    dn
}

fn extension(person: &Person, settings: &Settings) -> Dn {
    let mut dn = Dn::new(
        person.id,
        person.number,
        Kind::Extension,
        &person.spoken_name(),
    );
    dn.devices = devices(person, &settings.fqdn);
    dn.registered = person.phones != Phones::DeskOff;
    let department = DEPARTMENTS.iter().find(|(id, ..)| *id == person.department);
    let department_name = department.map_or("", |(_, _, name)| name);
    let number = person.number;
    let properties = json!({
        "FirstName": person.first, "LastName": person.last,
        "DisplayName": person.display_name(),
        "EmailAddress": format!("{}@example.com", person.mail), "Mobile": "",
        "Enabled": true, "Internal": false, "Language": "EN",
        "CurrentProfileName": person.profile, "QueueStatus": person.queue,
        "PrimaryGroupId": person.department, "OutboundCallerID": "",
        "RecordCalls": false, "RecordExternalCallsOnly": false, "ForbidRecording": false,
        "AllowOwnRecordings": true, "VMEnabled": true, "VMEmailOptions": "Notification",
        "VMPlayMsgDateTime": "None", "SRTPMode": "SRTPDisabled", "TranscriptionMode": "Inherit",
        "Enable2FA": number == "111", "Require2FA": number == "111",
        "CallUsRequirement": "None", "Tags": [], "OfficeHoursProps": [],
        "Groups": [membership(person.department, department_name, person)],
        "ForwardingProfiles": person.forwarding_profiles(),
        "ForwardingExceptions": [], "Greetings": [],
    });
    dn.entity
        .extend(properties.as_object().cloned().unwrap_or_default());
    dn.entity
        .extend(secrets(person).as_object().cloned().unwrap_or_default());
    dn
}

/// What must never leave the PBX, in a form that a test can search for.
fn secrets(person: &Person) -> Value {
    let number = person.number;
    json!({
        "AuthID": format!("SECRET-AuthID-{number}"),
        "AuthPassword": format!("SECRET-AuthPassword-{number}"),
        "DeskphonePassword": format!("SECRET-DeskphonePassword-{number}"),
        "AccessPassword": format!("SECRET-AccessPassword-{number}"),
        "VMPIN": format!("SECRET-VMPIN-{number}"),
        "SIPID": format!("SECRET-SIPID-{number}"),
        "Phones": [{
            "Id": person.id * 100, "Name": "Desk phone", "MacAddress": "00155D000000",
            "Interface": "", "TemplateName": "", "Settings": null,
            "ProvisioningLinkExt": format!("SECRET-ProvisioningLinkExt-{number}"),
            "ProvisioningLinkLocal": format!("SECRET-ProvisioningLinkLocal-{number}"),
        }],
    })
}

fn devices(person: &Person, fqdn: &str) -> Vec<Device> {
    let number = person.number;
    let desk = || Device {
        device_id: format!("sip:{number}@127.0.0.1:5{number}"),
        user_agent: "Yealink SIP-T54W 96.86.0.100".to_owned(),
        direct_control: false,
    };
    let app = || Device {
        device_id: format!("sip:{number}@{fqdn}:5063;rinstance=c2a75fd2f1ca{number}"),
        user_agent: "3CX Desktop App".to_owned(),
        direct_control: true,
    };
    match person.phones {
        Phones::None => Vec::new(),
        Phones::Desk | Phones::DeskOff => vec![desk()],
        Phones::App => vec![app()],
        Phones::Both => vec![desk(), app()],
    }
}

fn queue() -> Dn {
    let mut dn = Dn::new(301, "800", Kind::Queue, "Appointments");
    let members = ["100", "104", "109", "112"];
    let dn_members = PEOPLE
        .iter()
        .filter(|person| members.contains(&person.number));
    let agents: Vec<Value> = dn_members
        .map(|person| {
            json!({
                "Id": person.id, "Number": person.number, "Name": person.display_name(),
                "SkillGroup": "1", "Tags": [],
            })
        })
        .collect();
    dn = with_members(dn, &members);
    let properties = json!({
        "IsRegistered": true, "PollingStrategy": "RingAll", "RingTimeout": 30,
        "MasterTimeout": 60, "SLATime": 0, "AnnounceQueuePosition": false,
        "AnnouncementInterval": 60, "WrapUpTime": 2, "MaxCallersInQueue": 0,
        "PriorityQueue": false, "EnableIntro": false, "IntroFile": "",
        "OnHoldFile": "onhold.wav", "GreetingFile": "", "Recording": "Disabled",
        "CallbackEnableTime": -1, "CallbackPrefix": "", "AgentAvailabilityMode": false,
        "TranscriptionMode": "Inherit", "Agents": agents, "Managers": [], "Groups": [],
    });
    dn.entity
        .extend(properties.as_object().cloned().unwrap_or_default());
    dn
}
