//! Tokens: one live one per client, units, life times, refusals, roles.

use crate::common::{Pbx, keys, pbx, pbx_with};
use pbx_sim::{ApiClient, ExpiresIn, Settings};
use reqwest::Method;
use serde_json::{Value, json};

const GOOD: &str =
    "client_id=assistant&client_secret=demo-secret-not-real&grant_type=client_credentials";

#[tokio::test]
async fn a_second_token_kills_the_first() {
    let mut pbx = pbx().await;
    assert_eq!(pbx.get("/callcontrol").await.0, 200);
    let second = pbx.mint().await;
    assert_ne!(second, pbx.token);
    assert_eq!(pbx.get("/callcontrol").await.0, 401);
    assert_eq!(pbx.get("/xapi/v1/Defs?$select=Id").await.0, 401);
    pbx.token = second;
    assert_eq!(pbx.get("/xapi/v1/Defs?$select=Id").await.0, 200);
    pbx.sim.control().kill_tokens();
    assert_eq!(pbx.get("/callcontrol").await.0, 401);
    assert_eq!(pbx.sim.control().counters().token_requests, 2);
}

#[tokio::test]
async fn units_and_life_time() {
    let settings = Settings {
        expires_in: ExpiresIn::Minutes,
        ..Settings::fast()
    };
    let pbx = pbx_with(settings).await;
    let token: Value = pbx.token_response(GOOD).await.json().await.unwrap();
    assert_eq!(token["expires_in"], 60);
    let claims = |token: &Value| {
        use base64::Engine as _;
        let text = token["access_token"]
            .as_str()
            .unwrap()
            .split('.')
            .nth(1)
            .unwrap()
            .to_owned();
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(text)
            .unwrap();
        serde_json::from_slice::<Value>(&bytes).unwrap()
    };
    assert!(claims(&token)["exp"].is_u64());
    let patch = json!({ "token_exp_claim": false, "token_lifetime_s": 0 });
    pbx.sim.control().patch_settings(&patch).unwrap();
    let token: Value = pbx.token_response(GOOD).await.json().await.unwrap();
    assert!(!keys(&claims(&token)).contains(&"exp".to_owned()));
    let dead = token["access_token"].as_str().unwrap();
    let answer = pbx
        .http
        .get(pbx.url("/callcontrol"))
        .bearer_auth(dead)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 401);
}

#[tokio::test]
async fn grants_and_bodies() {
    let pbx = pbx().await;
    for form in [
        "",
        "grant_type=password&username=100&password=demo-password",
        "grant_type=x",
    ] {
        let answer = pbx.token_response(form).await;
        assert_eq!(answer.status(), 400, "{form}");
        assert_eq!(answer.text().await.unwrap(), "", "{form}");
    }
    let multipart = "--B\r\nContent-Disposition: form-data; name=\"client_id\"\r\n\r\nassistant\r\n\
        --B\r\nContent-Disposition: form-data; name=\"client_secret\"\r\n\r\ndemo-secret-not-real\r\n\
        --B\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\nclient_credentials\r\n--B--\r\n";
    let request = pbx.http.post(pbx.url("/connect/token")).body(multipart);
    let request = request.header("content-type", "multipart/form-data; boundary=B");
    assert_eq!(request.send().await.unwrap().status(), 200);
    let record = pbx.sim.control().requests();
    assert!(
        record
            .iter()
            .all(|entry| !entry.body.contains("demo-secret")),
        "secrets recorded"
    );

    pbx.sim.control().change_settings(|settings| {
        settings.unauthorized_body = false;
        settings.blacklist_after = Some(1);
    });
    let refused = pbx
        .token_response("grant_type=client_credentials&client_id=a")
        .await;
    assert_eq!(refused.status(), 401);
    assert_eq!(refused.text().await.unwrap(), "");
    assert_eq!(pbx.token_response(GOOD).await.status(), 403);
}

#[tokio::test]
async fn rights() {
    let mut pbx = pbx().await;
    let check = async |pbx: &mut Pbx, xapi, call_control, role: &str, expected: [u16; 3]| {
        let client = ApiClient {
            xapi,
            call_control,
            role: role.to_owned(),
            ..pbx.sim.control().clients()[0].clone()
        };
        pbx.sim.control().set_client(client);
        let mut seen = Vec::new();
        for path in ["/callcontrol", "/xapi/v1/Defs", "/xapi/v1/Users?$select=Id"] {
            seen.push(pbx.get(path).await.0.as_u16());
        }
        assert_eq!(
            seen, expected,
            "xapi {xapi} call control {call_control} {role}"
        );
    };
    check(&mut pbx, true, true, "system_admins", [200, 200, 200]).await;
    check(&mut pbx, true, true, "users", [200, 200, 403]).await;
    check(&mut pbx, false, true, "system_owners", [200, 403, 403]).await;
    check(&mut pbx, true, false, "system_owners", [403, 200, 200]).await;
}

#[tokio::test]
async fn refresh_tokens_rotate_and_dislike_bearers() {
    let pbx = pbx().await;
    let body = json!({ "SecurityCode": "", "Username": "104", "Password": "demo-password" });
    let login = pbx
        .http
        .post(pbx.url("/webclient/api/Login/GetAccessToken"))
        .json(&body);
    let token: Value = login.send().await.unwrap().json().await.unwrap();
    let refresh = async |cookie: &Value, bearer: bool| {
        let request = pbx.http.post(pbx.url("/connect/token"));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let cookie = format!("RefreshTokenCookie={}", cookie.as_str().unwrap());
        let request = request.header("cookie", cookie);
        let request = if bearer {
            request.bearer_auth("x")
        } else {
            request
        };
        crate::common::open(request.body("client_id=Webclient&grant_type=refresh_token")).await
    };
    let first = token["Token"]["refresh_token"].clone();
    assert_eq!(refresh(&first, true).await.0, 401);
    let (status, second) = refresh(&first, false).await;
    assert_eq!(status, 200);
    assert_eq!(refresh(&first, false).await.0, 401);
    let access = second["access_token"].as_str().unwrap();
    for (path, expected) in [
        ("/xapi/v1/MyUser?$select=Number", 200),
        ("/xapi/v1/Users", 403),
    ] {
        let request = pbx
            .http
            .request(Method::GET, pbx.url(path))
            .bearer_auth(access);
        assert_eq!(request.send().await.unwrap().status(), expected, "{path}");
    }
}
