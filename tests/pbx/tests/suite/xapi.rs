//! XAPI: OData options, strictness, secrets, edits.

use crate::common::{Pbx, encode, pbx};
use serde_json::{Value, json};

async fn check(pbx: &Pbx, query: &str, expected: Option<&[&str]>) {
    let (status, body) = pbx.get(&format!("/xapi/v1/Users?{query}")).await;
    let numbers = body["value"].as_array().map(|rows| {
        rows.iter()
            .filter_map(|row| row["Number"].as_str())
            .collect::<Vec<_>>()
    });
    assert_eq!(
        status,
        if expected.is_some() { 200 } else { 400 },
        "{query}: {body}"
    );
    assert_eq!(numbers.as_deref(), expected, "{query}");
}

#[tokio::test]
async fn query_options() {
    let pbx = pbx().await;
    let filter = |text: &str| format!("$select=Number&$filter={}", encode(text));
    check(&pbx, "$select=Number&$top=2", Some(&["100", "101"])).await;
    check(
        &pbx,
        "$select=Number&$skip=12&$top=100",
        Some(&["112", "113"]),
    )
    .await;
    check(
        &pbx,
        "$select=Number&$orderby=Number%20desc&$top=1",
        Some(&["113"]),
    )
    .await;
    check(&pbx, "$select=Number&$search=brien", Some(&["103"])).await;
    check(&pbx, &filter("LastName eq 'O''Brien'"), Some(&["103"])).await;
    check(
        &pbx,
        &filter("contains(tolower(FirstName),'سارة')"),
        Some(&[]),
    )
    .await;
    check(
        &pbx,
        &filter("contains(LastName,'الغامدي')"),
        Some(&["105"]),
    )
    .await;
    check(
        &pbx,
        &filter("CurrentProfileName eq 'Custom 1'"),
        Some(&["102"]),
    )
    .await;
    check(
        &pbx,
        "$select=Number&$filter=Number+eq+'104'",
        Some(&["104"]),
    )
    .await;
    check(
        &pbx,
        &filter("IsRegistered eq false"),
        Some(&["106", "110"]),
    )
    .await;
    check(&pbx, &filter("LastName eq 'O'Brien'"), None).await;
    check(&pbx, "$top=101", None).await;
    check(&pbx, "$top=-1", None).await;
    check(&pbx, "$select=Number,Nothing", None).await;
    check(&pbx, "$orderby=Nothing", None).await;
    check(&pbx, "$apply=x", None).await;
    let (_, counted) = pbx
        .get("/xapi/v1/Users?$select=Id&$count=true&$top=1")
        .await;
    assert_eq!(
        (
            &counted["@odata.count"],
            counted["value"].as_array().unwrap().len()
        ),
        (&json!(14), 1)
    );
}

#[tokio::test]
async fn without_select_secrets_come_out() {
    let pbx = pbx().await;
    let (_, whole) = pbx.get("/xapi/v1/Users(Number='100')").await;
    assert_eq!(whole["AuthPassword"], "SECRET-AuthPassword-100");
    assert!(
        whole.get("Groups").is_none(),
        "navigation only when expanded"
    );
    let (_, narrow) = pbx
        .get("/xapi/v1/Users(Number='100')?$select=Id&$expand=Groups")
        .await;
    assert!(!narrow.to_string().contains("SECRET"), "{narrow}");
    assert_eq!(narrow["Groups"][0]["GroupId"], 31);
    let (_, members) = pbx.get("/xapi/v1/Groups(32)/Members?$select=Number").await;
    assert_eq!(members["value"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn paths_and_version() {
    let pbx = pbx().await;
    for (path, expected) in [
        ("/xapi/v1/Users(201)?$select=Id", 200),
        ("/xapi/v1/Users(100)", 404),
        ("/xapi/v1/Extensions", 404),
        ("/xapi/v1/users", 404),
        ("/xapi/v1/Parkings(Number='SP100')", 200),
        ("/xapi/v1/Parkings(Number='SP999')", 404),
        ("/xapi/v1/Peers?$filter=Type%20eq%20'Queue'", 200),
        ("/xapi/v1/MyUser", 404),
        ("/webapi/anything", 404),
    ] {
        assert_eq!(pbx.get(path).await.0, expected, "{path}");
    }
    let answer = pbx.http.get(pbx.url("/xapi/v1/Defs")).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.headers()["x-3cx-version"], "20.0.9.994");
}

#[tokio::test]
async fn edits() {
    let pbx = pbx().await;
    let good = json!({ "CurrentProfileName": "Away", "QueueStatus": "LoggedOut" });
    assert_eq!(
        pbx.patch("/xapi/v1/Users(201)", good).await,
        (reqwest::StatusCode::NO_CONTENT, Value::Null)
    );
    let (_, user) = pbx
        .get("/xapi/v1/Users(201)?$select=CurrentProfileName,QueueStatus")
        .await;
    assert_eq!(
        (&user["CurrentProfileName"], &user["QueueStatus"]),
        (&json!("Away"), &json!("LoggedOut"))
    );
    for bad in [
        json!({ "CurrentProfileName": "Lunch" }),
        json!({ "QueueStatus": "Paused" }),
        json!({ "RecordCalls": "yes" }),
        json!({ "Number": "999" }),
        json!({ "Nothing": 1 }),
        json!([]),
    ] {
        assert_eq!(
            pbx.patch("/xapi/v1/Users(201)", bad.clone()).await.0,
            400,
            "{bad}"
        );
    }
    let away = json!({ "CurrentProfileName": "Away" });
    assert_eq!(pbx.patch("/xapi/v1/Users(9)", away.clone()).await.0, 404);
    assert_eq!(pbx.patch("/xapi/v1/Users(Number='100')", away).await.0, 405);
}
