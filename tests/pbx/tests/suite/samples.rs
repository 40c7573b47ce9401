//! Every document has the shape of the published sample: the same keys, none more.

use crate::common::{Pbx, keys, pbx, sample};
use pbx_sim::{Answering, InboundCall};
use reqwest::Method;
use serde_json::{Value, json};

fn same_keys(actual: &Value, expected: &Value, what: &str) {
    assert_eq!(keys(actual), keys(expected), "{what}: {actual}");
}

async fn ring(pbx: &Pbx, to: &str) {
    let call = InboundCall {
        from: "0500000001".to_owned(),
        name: Some("+966500000001".to_owned()),
        to: to.to_owned(),
        answering: Some(Answering::Never),
    };
    pbx.sim.control().inbound(&call).expect("rings");
    pbx.until(to, &["Ringing"]).await;
}

#[tokio::test]
async fn token_documents() {
    let pbx = pbx().await;
    let good =
        "client_id=assistant&client_secret=demo-secret-not-real&grant_type=client_credentials";
    let token: Value = pbx.token_response(good).await.json().await.unwrap();
    let expected = sample("token_response_v20_0_9");
    same_keys(&token, &expected, "token");
    assert_eq!(token["expires_in"], expected["expires_in"]);
    assert_eq!(token["refresh_token"], Value::Null);
    let bad = "client_id=assistant&client_secret=x&grant_type=client_credentials";
    let refused = pbx.token_response(bad).await;
    assert_eq!(refused.status(), 401);
    assert_eq!(
        refused.json::<Value>().await.unwrap(),
        sample("token_error_401")
    );
}

#[tokio::test]
async fn participants_inbound_and_outbound() {
    let pbx = pbx().await;
    ring(&pbx, "104").await;
    let inbound = pbx.participants("104").await[0].clone();
    let expected = sample("participant_inbound_ringing");
    same_keys(&inbound, &expected, "inbound");
    for same in [
        "status",
        "party_caller_name",
        "party_caller_id",
        "party_did",
        "party_dn_type",
        "direct_control",
        "originated_by_dn",
        "originated_by_type",
        "referred_by_dn",
        "referred_by_type",
        "on_behalf_of_dn",
        "on_behalf_of_type",
    ] {
        assert_eq!(inbound[same], expected[same], "{same}");
    }
    assert_eq!(inbound["party_dn"], "10000");

    let (_, result) = pbx.dial("100", 0, "0500000001").await;
    let expected = sample("participant_outbound_dialing");
    let outbound = &result["result"];
    same_keys(outbound, &expected, "outbound");
    for same in [
        "status",
        "party_caller_id",
        "party_caller_name",
        "party_dn_type",
        "legid",
    ] {
        assert_eq!(outbound[same], expected[same], "{same}");
    }

    let (_, list) = pbx.get("/callcontrol").await;
    let expected = sample("callcontrol_list");
    same_keys(&list[0], &expected[0], "DNInfo");
    let own = list
        .as_array()
        .unwrap()
        .iter()
        .find(|dn| dn["dn"] == "104")
        .unwrap();
    same_keys(&own["devices"][0], &expected[0]["devices"][0], "DNDevice");
    same_keys(
        &own["participants"][0],
        &expected[0]["participants"][0],
        "CallParticipant",
    );
}

#[tokio::test]
async fn xapi_documents() {
    let pbx = pbx().await;
    let select = "$select=Id,Number,FirstName,LastName,EmailAddress";
    let (_, users) = pbx.get(&format!("/xapi/v1/Users?{select}&$top=1")).await;
    let expected = sample("users_list");
    same_keys(&users, &expected, "collection");
    assert_eq!(users["@odata.context"], expected["@odata.context"]);
    same_keys(&users["value"][0], &expected["value"][0], "user");

    let (status, error) = pbx.get("/xapi/v1/Users?$top=101").await;
    assert_eq!(status, 400);
    assert_eq!(error, sample("odata_error_shape"));

    let (_, queue) = pbx.get("/xapi/v1/Queues(Number='800')").await;
    for key in keys(&sample("queue")) {
        assert!(!queue[&key].is_null(), "Queue.{key}");
    }
    let (_, agents) = pbx.get("/xapi/v1/Queues(301)/Agents").await;
    same_keys(&agents["value"][0], &sample("queue_agent"), "agent");
    let (_, status) = pbx.get("/xapi/v1/SystemStatus").await;
    for key in keys(&sample("systemstatus")) {
        assert!(!status[&key].is_null(), "SystemStatus.{key}");
    }

    let body = json!({ "dn": "100", "destination": "0500000001" });
    let (_, made) = pbx.post("/xapi/v1/Users/Pbx.MakeCall", body).await;
    let expected = sample("xapi_makecall_result_shape");
    same_keys(&made, &expected, "MakeCall");
    same_keys(&made["Result"], &expected["Result"], "MakeCall.Result");
    let (_, calls) = pbx.get("/xapi/v1/ActiveCalls").await;
    same_keys(
        &calls["value"][0],
        &sample("activecalls_rows")["value"][0],
        "ActiveCall",
    );
    let id = calls["value"][0]["Id"].clone();
    assert_eq!(id, made["Result"]["CallId"]);
    let dropped = pbx
        .post(
            &format!("/xapi/v1/ActiveCalls({id})/Pbx.DropCall"),
            json!({}),
        )
        .await;
    assert_eq!(dropped.0, 204);
}

#[tokio::test]
async fn web_client_documents() {
    let pbx = pbx().await;
    let login = async |user: &str, code: &str| {
        let body = json!({
            "SecurityCode": code, "Username": user, "Password": "demo-password",
            "ReCaptchaResponse": null,
        });
        let request = pbx.request(Method::POST, "/webclient/api/Login/GetAccessToken");
        request.json(&body).send().await.unwrap()
    };
    let answer = login("100", "").await;
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(
        cookie.starts_with("RefreshTokenCookie=") && cookie.contains("HttpOnly"),
        "{cookie}"
    );
    let body: Value = answer.json().await.unwrap();
    let expected = sample("user_login_success");
    same_keys(&body, &expected, "login");
    same_keys(&body["Token"], &expected["Token"], "login token");
    let missing: Value = login("111", "").await.json().await.unwrap();
    assert_eq!(missing, sample("user_login_required2fa"));
    assert_eq!(login("111", "000000").await.status(), 401);
    assert_eq!(login("111", "246810").await.status(), 200);
}
