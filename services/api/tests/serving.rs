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

/// Serves the app until the test is over.
async fn serving(app: &TestApp) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let address = listener.local_addr().expect("loopback");
    let router = app.router.clone();
    tokio::spawn(caseledger_api::serve(listener, router, std::future::pending(), Duration::ZERO));
    address
}

/// What is answered to those bytes, until the connection is closed.
async fn answer_to(address: std::net::SocketAddr, bytes: &[u8]) -> String {
    let mut client = TcpStream::connect(address).await.expect("loopback");
    // The server may close before it has read all of it.
    let _cut = client.write_all(bytes).await;
    let mut answer = vec![];
    let _reset = client.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_flood_of_headers_is_cut() {
    let app = TestApp::new().await;
    let address = serving(&app).await;
    let many: String = (0..200).map(|number| format!("x-{number}: 1\r\n")).collect();
    let answer = answer_to(address, format!("GET / HTTP/1.1\r\nhost: a\r\n{many}\r\n").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    let large = "a".repeat(1_000_000);
    let answer =
        answer_to(address, format!("GET / HTTP/1.1\r\nhost: a\r\nx: {large}\r\n\r\n").as_bytes()).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

#[tokio::test]
async fn a_body_that_says_it_is_huge_is_not_read() {
    let app = TestApp::new().await;
    let address = serving(&app).await;
    let head = format!(
        "POST /v1/cases/receive-referral HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: 900000000000\r\n\r\n",
        app.token("school-referrer")
    );
    let answer = answer_to(address, head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test]
async fn more_connections_than_there_is_room_for_hear_so_at_once() {
    let app = TestApp::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (router, never) = (app.router.clone(), std::future::pending());
    tokio::spawn(caseledger_api::serve_at_most(3, listener, router, never, Duration::ZERO));
    let mut held = vec![];
    for _ in 0..3 {
        held.push(TcpStream::connect(address).await.unwrap());
    }
    let answer = answer_to(address, b"").await;
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("retry-after: 2"), "{answer}");

    // As soon as one goes, there is room for another.
    drop(held.pop());
    let ask = b"GET /problems HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let mut answer = String::new();
    while !answer.starts_with("HTTP/1.1 200 ") {
        answer = answer_to(address, ask).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 200 ") || answer.contains("retry-after: 2"),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_bulk_body_that_stands_still_is_given_up() {
    let settings =
        caseledger_api::Settings { longest_request: Duration::from_millis(50), ..Default::default() };
    let app = TestApp::with(settings).await;
    let address = serving(&app).await;
    let head = format!(
        "POST /v1/commands HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\nconnection: close\r\n\
         content-type: application/x-ndjson\r\ncontent-length: 1000\r\n\r\n{{",
        app.token("school-referrer")
    );
    let answer = answer_to(address, head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("/problems/timed-out"), "{answer}");
}
