//! Listening and stopping.

#[allow(dead_code, reason = "each test binary uses its own part of the support")]
mod support;

use std::time::Duration;

use support::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

#[tokio::test]
async fn what_is_under_way_when_it_is_told_to_stop_is_answered() {
    let app = TestApp::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let stopping = async move {
        let _told = stopped.await;
    };
    let router = app.router.clone();
    let serving = tokio::spawn(async move {
        caseledger_api::serve(listener, router, stopping, Duration::from_secs(20)).await
    });

    // The request is half sent when the server is told to stop.
    let body = referral().to_string();
    let mut client = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /v1/cases/receive-referral HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
        app.token("school-referrer"),
        body.len()
    );
    client.write_all(head.as_bytes()).await.unwrap();
    let mut first = [0; 12];
    client.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 100", "the handler waits for the body");
    stop.send(()).unwrap();
    client.write_all(body.as_bytes()).await.unwrap();

    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("HTTP/1.1 201 Created"), "{answer}");
    serving.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
    assert_eq!(app.dispatcher.log().head().await.unwrap(), FAMILY + 1);
}
