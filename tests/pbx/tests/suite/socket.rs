//! The event socket: handshake, numbering, visibility, request frames, levers.

use std::time::Duration;

use crate::common::{Pbx, keys, pbx_with, sample};
use futures_util::{SinkExt as _, StreamExt as _};
use pbx_sim::{Answering, InboundCall, Settings};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Error, Message, client::IntoClientRequest as _};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

pub(crate) async fn connect(pbx: &Pbx, token: &str) -> Result<Socket, u16> {
    let url = format!("ws://{}/callcontrol/ws", pbx.sim.address());
    let mut request = url.into_client_request().unwrap();
    let bearer = format!("Bearer {token}").parse().unwrap();
    request.headers_mut().insert("authorization", bearer);
    match connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(other) => panic!("{other}"),
    }
}

pub(crate) async fn next(socket: &mut Socket) -> Option<Value> {
    let frame = tokio::time::timeout(Duration::from_secs(5), socket.next()).await;
    match frame.expect("a frame in time") {
        Some(Ok(Message::Text(text))) => serde_json::from_str(&text).ok(),
        _ => None,
    }
}

fn call(to: &str) -> InboundCall {
    InboundCall {
        from: "+966500000001".to_owned(),
        name: None,
        to: to.to_owned(),
        answering: Some(Answering::Never),
    }
}

#[tokio::test]
async fn events_in_order_and_only_of_visible_numbers() {
    let pbx = pbx_with(Settings {
        duplicate_every: 0,
        ..Settings::fast()
    })
    .await;
    assert_eq!(connect(&pbx, "nonsense").await.err(), Some(401));
    let mut socket = connect(&pbx, &pbx.token).await.expect("a socket");
    // A new token does not close the open socket, but the old one opens no other.
    let old = pbx.token.clone();
    pbx.mint().await;
    assert_eq!(connect(&pbx, &old).await.err(), Some(401));

    pbx.sim.control().inbound(&call("113")).unwrap();
    pbx.sim.control().inbound(&call("104")).unwrap();
    let upsert = next(&mut socket).await.unwrap();
    let expected = sample("ws_event_upsert");
    assert_eq!(keys(&upsert), keys(&expected));
    assert_eq!(keys(&upsert["event"]), keys(&expected["event"]));
    assert_eq!(upsert["sequence"], 1);
    let entity = upsert["event"]["entity"].as_str().unwrap();
    assert!(
        entity.starts_with("/callcontrol/104/participants/"),
        "{entity}"
    );
    assert_eq!(upsert["event"]["attached_data"], Value::Null);
    pbx.sim.control().party("104", pbx_sim::Deed::Decline);
    let remove = next(&mut socket).await.unwrap();
    assert_eq!(remove["sequence"], 2);
    assert_eq!(
        remove["event"],
        json!({ "event_type": 1, "entity": entity, "attached_data": null })
    );
}

#[tokio::test]
async fn duplicates_gaps_raw_frames_and_the_end() {
    let pbx = pbx_with(Settings {
        duplicate_every: 1,
        ..Settings::fast()
    })
    .await;
    let mut socket = connect(&pbx, &pbx.token).await.expect("a socket");
    pbx.sim.control().inbound(&call("104")).unwrap();
    let (first, second) = (
        next(&mut socket).await.unwrap(),
        next(&mut socket).await.unwrap(),
    );
    assert_eq!(first["event"], second["event"]);
    assert_eq!(
        (&first["sequence"], &second["sequence"]),
        (&json!(1), &json!(2))
    );
    pbx.sim.control().skip_sequence(5);
    pbx.sim
        .control()
        .send_event("104", 2, "/x", json!({ "dtmf_input": "1" }));
    assert_eq!(next(&mut socket).await.unwrap()["sequence"], 8);
    pbx.sim.control().send_frame("{\"sequence\":1}");
    assert_eq!(next(&mut socket).await.unwrap(), json!({ "sequence": 1 }));
    pbx.sim.control().close_sockets();
    assert!(next(&mut socket).await.is_none());
}

#[tokio::test]
async fn request_frames() {
    let pbx = pbx_with(Settings {
        duplicate_every: 0,
        ..Settings::fast()
    })
    .await;
    let mut socket = connect(&pbx, &pbx.token).await.expect("a socket");
    let mut ask = sample("ws_request");
    ask["Path"] = json!("/callcontrol/100/makecall");
    socket
        .send(Message::Text(ask.to_string().into()))
        .await
        .unwrap();
    let reply = loop {
        let frame = next(&mut socket).await.unwrap();
        if frame["event"]["event_type"] == 4 {
            break frame;
        }
    };
    let expected = sample("ws_event_response_shape");
    assert_eq!(
        keys(&reply["event"]["attached_data"]),
        keys(&expected["event"]["attached_data"])
    );
    assert_eq!(reply["event"]["attached_data"]["RequestID"], "r-1");
    assert_eq!(
        reply["event"]["attached_data"]["Response"]["finalstatus"],
        "Success"
    );
}
