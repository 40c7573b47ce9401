//! What is lost: the link, the object, a reader that does not read.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use super::*;
use crate::harness::Build;

#[tokio::test]
async fn the_link_goes_and_comes_back_and_the_stream_stays() {
    let stage = live_stage().await;
    let mut stream = stage.client().events(None).await;
    begins(&mut stream).await;
    ring(stage.pbx(), HUDA, "100");
    stream.until(|event| event.kind == "presence.changed").await;
    stage.pbx().refuse_handshakes(1, 503);
    stage.pbx().close_sockets();
    assert_eq!(stream.expect("link").await["live"], json!(false));
    // Nobody looks on.
    does(stage.pbx(), HUDA, Deed::HangUp).await;
    // Whoever comes now is told that nothing is known as it happens.
    let mut late = stage.client().events(None).await;
    let first = late.next().await.unwrap();
    assert_eq!(first.kind, "link");
    stream.expect("call.ended").await;
    stream.expect("presence.changed").await;
    assert_eq!(stream.expect("link").await["live"], json!(true));
}

#[tokio::test]
async fn after_a_restart_whoever_comes_back_is_told_to_read_anew() {
    let mut stage = live_stage().await;
    let mut stream = stage.client().events(None).await;
    begins(&mut stream).await;
    ring(stage.pbx(), HUDA, "100");
    let event = stream.next().await.unwrap();
    stage.restart(&[]).await;
    while stream.next().await.is_some() {}
    let mut stream = stage.client().events(Some(&event.id)).await;
    assert_eq!(stream.expect("reset").await["reason"], json!("restarted"));
    stream.expect("link").await;
    ring(stage.pbx(), "+966500000002", "104");
    stream
        .until(|event| event.data["extension"] == json!("104"))
        .await;
    let mut again = stage.client().events(Some(&stream.id)).await;
    assert_eq!(again.expect("link").await["live"], json!(true), "no reset");
}

#[tokio::test]
async fn the_object_panics_and_its_streams_end() {
    for isolate in [0, 1] {
        let stage = Stage::running(Build::Drill, &[], 2).await;
        let clients = stage.runtime.clients();
        is_up(&clients[0]).await;
        let mut streams = Vec::new();
        for client in &clients {
            let mut stream = client.events(None).await;
            begins(&mut stream).await;
            streams.push(stream);
        }
        let panicked = clients[isolate]
            .send("GET", "/drill/object/panic", None)
            .await;
        assert_eq!(panicked.status, 500);
        for (stream, client) in streams.iter_mut().zip(&clients) {
            assert_eq!(stream.next().await, None, "nobody waits in vain");
            let mut back = client.events(Some(&stream.id)).await;
            assert_eq!(back.expect("reset").await["reason"], json!("restarted"));
            back.until(|event| event.data["live"] == json!(true)).await;
        }
    }
}

#[tokio::test]
#[ignore = "takes half a minute: `npm run soak`"]
async fn a_silent_stream_shows_signs_of_life() {
    let stage = live_stage().await;
    let mut stream = stage.client().events(None).await;
    begins(&mut stream).await;
    assert!(stream.is_silent_for(Duration::from_secs(32)).await);
    assert_eq!(stream.comments, 2);
}

/// A reader with as little room for what it does not read as there can be.
async fn stalled(stage: &Stage) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(2_048).unwrap();
    let address = stage.runtime.url().trim_start_matches("http://");
    let mut stream = socket.connect(address.parse().unwrap()).await.unwrap();
    let request = format!("GET /events HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn a_reader_that_stalls_loses_only_itself() {
    let stage = live_stage().await;
    let mut stalled = stalled(&stage).await;
    let mut reader = stage.client().events(None).await;
    begins(&mut reader).await;
    // A number so long that the connection and the log hold few events.
    let from = format!("+9665{}", "0".repeat(20_000));
    let mut heard = 0;
    while heard < 1_000 {
        heard += visit(stage.pbx(), &from, "104", &mut reader).await.len();
    }
    let mut text = Vec::new();
    let rest = stalled.read_to_end(&mut text);
    let read = tokio::time::timeout(Duration::from_secs(20), rest).await;
    read.expect("the stream ends").unwrap();
    println!(
        "{heard} events while one reader stalled, who had {} bytes",
        text.len()
    );
    let text = String::from_utf8_lossy(&text);
    let end = text.rsplit("event: ").next().unwrap();
    assert!(
        end.starts_with("dropped\ndata: {\"reason\":\"too slow\"}"),
        "{end:.200}"
    );
}
