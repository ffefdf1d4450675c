//! The ceiling: the service's HTTP stack with nothing behind it. JSON in is parsed, JSON out is ready.

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;

/// Answers every POST whose body is JSON with 201, and every GET with `view`.
///
/// # Errors
/// When the address is taken.
pub async fn serve(address: SocketAddr, view: Bytes) -> Result<(), Box<dyn Error>> {
    let router = Router::new().fallback(move |method: Method, body: Bytes| {
        let view = view.clone();
        async move { answer(&method, &body, view) }
    });
    let listener = TcpListener::bind(address).await?;
    caseledger_api::serve(listener, router, std::future::pending(), Duration::ZERO).await;
    Ok(())
}

fn answer(method: &Method, body: &[u8], view: Bytes) -> Response {
    const RECEIPT: &str = r#"{"id":"01890a5d-ac96-774b-bcce-b302099a8057","reference":"4KQ-7TD-93X","version":7,"positions":[1204,1204],"recorded_at":"2017-05-09T15:40:12.118204Z","repeated":false,"events":["ContactRecorded"]}"#;
    let json = [(header::CONTENT_TYPE, "application/json")];
    if method == Method::GET {
        return (json, view).into_response();
    }
    match serde_json::from_slice::<serde_json::Value>(body) {
        Ok(_) => (StatusCode::CREATED, json, RECEIPT).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}
