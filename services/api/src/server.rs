//! Listening, until it is told to stop.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;

/// How long a client may take to send its headers, and how long a connection may lie idle.
const HEADERS: Duration = Duration::from_secs(10);

/// How long a client may take to read a stretch of its answer.
const UNREAD: Duration = Duration::from_secs(30);

/// How many connections there may be at once. A process may open 1,024 files unless it was told otherwise, and the
/// database needs some of them.
const MOST_CONNECTIONS: usize = 800;

/// How many headers a request may have, and how many bytes all of them together.
const MOST_HEADERS: usize = 64;
const LARGEST_HEADERS: usize = 64 * 1024;

/// What a client hears for whom there is no connection left.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// Answers on the listener until `stop` is ready; then takes no new connections, and answers what is under way, for at
/// most `patience`.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()>,
    patience: Duration,
) {
    serve_at_most(MOST_CONNECTIONS, listener, router, stop, patience).await;
}

/// Answers on the listener until `ready` is, and leaves it to what is served then: who connects while a service starts
/// hears so, instead of waiting in a queue that nobody reads.
pub async fn serve_meanwhile(listener: &TcpListener, router: Router, ready: impl Future<Output = ()>) {
    let under_way = accept(MOST_CONNECTIONS, listener, &router, ready).await;
    // Whoever has connected and asked nothing yet must not keep the others waiting.
    tokio::spawn(end(under_way, UNREAD));
}

/// As [`serve`], over at most so many connections at once.
pub async fn serve_at_most(
    connections: usize,
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()>,
    patience: Duration,
) {
    let under_way = accept(connections, &listener, &router, stop).await;
    drop(listener);
    end(under_way, patience).await;
}

/// Takes connections until `stop` is ready.
async fn accept(
    connections: usize,
    listener: &TcpListener,
    router: &Router,
    stop: impl Future<Output = ()>,
) -> GracefulShutdown {
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEADERS);
    server.max_headers(MOST_HEADERS).max_buf_size(LARGEST_HEADERS);
    let under_way = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(connections));
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => return under_way,
        };
        let Ok((stream, _)) = accepted.inspect_err(|error| tracing::warn!(%error, "a connection was lost"))
        else {
            // Out of file descriptors, most likely: let some connections end.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let Ok(place) = Arc::clone(&room).try_acquire_owned() else {
            turn_away(stream).await;
            continue;
        };
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(UNREAD));
        let service = TowerToHyperService::new(router.clone());
        let connection = server.serve_connection(TokioIo::new(Box::pin(stream)), service);
        let watched = under_way.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = watched.await {
                tracing::debug!(%error, "a connection broke");
            }
            drop(place);
        });
    }
}

/// Lets what is under way be answered, for at most `patience`.
async fn end(under_way: GracefulShutdown, patience: Duration) {
    if tokio::time::timeout(patience, under_way.shutdown()).await.is_err() {
        tracing::warn!("some requests were still under way when the patience for them ended");
    }
}

/// Says that there is no room. The little that is said fits into the system's buffer, so nobody is waited for.
async fn turn_away(mut stream: TcpStream) {
    // Whoever has gone in the meantime need not hear it.
    let _ = stream.write_all(FULL).await;
    let _ = stream.shutdown().await;
    // What was sent and not read would make the system take back what was just said.
    let _ = stream.try_read(&mut [0; 8 * 1024]);
}
