//! A PBX that is reached through the service binding `PBX`: a tunnel into a private network.

use serde_json::json;

use crate::harness::Stage;

#[tokio::test]
async fn everything_goes_through_the_tunnel() {
    let stage = Stage::behind_a_tunnel().await;
    let client = stage.client();
    assert_eq!(
        client.call("get_extensions", json!({})).await.ok()["count"],
        json!(14)
    );
    client
        .call("make_call", json!({ "destination": "104" }))
        .await
        .ok();
    assert_eq!(stage.pbx().calls_placed_to("104"), 1);
    assert_eq!(stage.pbx().counters().token_requests, 1);
}
