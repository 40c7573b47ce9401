//! `check_pbx`: each thing that an administrator can get wrong is found, and how to mend it is said.

use pbx_sim::{ApiClient, Fault, Rule};
use serde_json::{Value, json};

use crate::harness::{Client, Stage, status, until};

/// The findings by what was looked at, and whether all is well.
async fn examine(client: &Client) -> (bool, Vec<Value>) {
    let answer = client.call("check_pbx", json!({})).await;
    let answer = answer.ok();
    let findings = answer["findings"].as_array().unwrap().clone();
    for finding in &findings {
        let is_well = finding["state"] == json!("ok");
        assert!(is_well || finding["mend"].is_string(), "{finding}");
    }
    (answer["ok"] == json!(true), findings)
}

#[track_caller]
fn finds(findings: &[Value], check: &str, state: &str, words: &str) {
    let found = findings.iter().find(|it| it["check"] == json!(check));
    let found = found.unwrap_or_else(|| panic!("no {check} in {findings:?}"));
    assert_eq!(found["state"], json!(state), "{found}");
    assert!(found.to_string().contains(words), "{words:?}: {found}");
}

/// The clinic with another API client than the demo's.
async fn with_client(change: impl FnOnce(&mut ApiClient)) -> Stage {
    let stage = Stage::new().await;
    let mut client = stage.pbx().clients().remove(0);
    change(&mut client);
    stage.pbx().set_client(client);
    stage
}

#[tokio::test]
async fn a_clinic_in_order() {
    let stage = Stage::new().await;
    let client = stage.client();
    let findings = until("the link to be up", async || {
        let (is_well, findings) = examine(&client).await;
        assert!(is_well, "{findings:?}");
        let is_up = |it: &&Value| it["check"] == "live link" && it["state"] == "ok";
        findings.iter().find(is_up)?;
        Some(findings)
    })
    .await;
    finds(&findings, "clock", "ok", "agree");
    finds(&findings, "parking", "ok", "2 parking slots");
    finds(&findings, "configuration API", "ok", "14 extensions");
    // 113 is not in the list of the demo's client.
    finds(&findings, "call control", "warning", "113");
}

#[tokio::test]
async fn a_role_that_is_too_low_cannot_read_reports() {
    let stage = with_client(|client| client.role = "system_admins".into()).await;
    let (_, findings) = examine(&stage.client()).await;
    finds(&findings, "reports", "warning", "System Owner");
}

#[tokio::test]
async fn without_call_control_the_licence_and_the_tick_are_named() {
    let stage = with_client(|client| client.call_control = false).await;
    let (is_well, findings) = examine(&stage.client()).await;
    assert!(!is_well);
    finds(&findings, "call control", "problem", "Enterprise");
    finds(
        &findings,
        "call control",
        "problem",
        "Call Control API Access",
    );
    finds(&findings, "live link", "warning", "WebSocket");
}

#[tokio::test]
async fn without_the_configuration_api_it_is_named() {
    let stage = with_client(|client| client.xapi = false).await;
    let (is_well, findings) = examine(&stage.client()).await;
    assert!(!is_well);
    let check = "configuration API";
    finds(&findings, check, "problem", "Configuration API Access");
}

#[tokio::test]
async fn a_client_that_sees_nobody_is_in_the_wrong_department() {
    let stage = Stage::new().await;
    let nobody = || status(200, r#"{"value":[],"@odata.count":0}"#);
    stage
        .pbx()
        .add_fault(Rule::once("/xapi/v1/Users", nobody()));
    stage.pbx().add_fault(Rule::once("/Parkings", nobody()));
    let (_, findings) = examine(&stage.client()).await;
    finds(&findings, "configuration API", "warning", "department");
    finds(&findings, "parking", "warning", "Parking");
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_found() {
    let stage = Stage::new().await;
    let yesterday = Fault::Status {
        status: 200,
        body: r#"{"Version":"20.0.9.994"}"#.into(),
        content_type: Some("application/json".into()),
        headers: [("date".into(), "Sun, 06 Nov 1994 08:49:37 GMT".into())].into(),
    };
    stage
        .pbx()
        .add_fault(Rule::once("/SystemStatus", yesterday));
    let (_, findings) = examine(&stage.client()).await;
    finds(&findings, "clock", "warning", "NTP");
}

#[tokio::test]
async fn without_a_connection_nothing_else_is_guessed() {
    let stage = Stage::with(&[("PBX_CLIENT_SECRET", "not-the-secret")]).await;
    let (is_well, findings) = examine(&stage.client()).await;
    assert!(!is_well);
    assert_eq!(findings.len(), 1, "{findings:?}");
    finds(&findings, "connection", "problem", "PBX_CLIENT_SECRET");
    assert!(!format!("{findings:?}").contains("not-the-secret"));

    let stage = Stage::with(&[("PBX_BASE_URL", ""), ("HOME_COUNTRY", "XX")]).await;
    let (is_well, findings) = examine(&stage.client()).await;
    assert!(!is_well);
    finds(&findings, "settings", "problem", "HOME_COUNTRY");
    let text = format!("{findings:?}");
    assert!(text.contains("PBX_FQDN"), "{text}");
}

#[tokio::test]
async fn one_thing_that_is_wrong_is_one_problem() {
    let stage = Stage::new().await;
    let checked = async || stage.client().call("check_pbx", json!({})).await;
    let healthy = checked().await;
    assert_eq!(healthy.ok()["ok"], json!(true), "{}", healthy.text);
    assert_eq!(
        healthy.value["version"],
        json!(stage.pbx().settings().version)
    );
    assert_eq!(stage.requests("/xapi/v1/SystemStatus"), 1);

    stage
        .pbx()
        .add_fault(Rule::once("/xapi/v1/Users", status(403, "")));
    let ill = checked().await;
    assert_eq!(ill.ok()["ok"], json!(false), "{}", ill.text);
    let findings = ill.value["findings"].as_array().expect("findings");
    let problems: Vec<_> = findings
        .iter()
        .filter(|finding| finding["state"] == "problem")
        .collect();
    assert_eq!(problems.len(), 1, "{}", ill.text);
    assert_eq!(problems[0]["check"], json!("configuration API"));
}
