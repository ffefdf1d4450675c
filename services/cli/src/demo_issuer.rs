//! The demonstration's issuer over HTTP, on loopback only.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use caseledger_access::demo::DemoIssuer;
use serde_json::json;

/// Where it is served.
pub const PATH: &str = "/demo-issuer";

/// Its routes: discovery, keys, tokens, and who there is.
pub fn routes(issuer: Arc<DemoIssuer>) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/jwks", get(jwks))
        .route("/token", post(token))
        .route("/personas", get(personas))
        .with_state(issuer)
}

async fn discovery(State(issuer): State<Arc<DemoIssuer>>) -> Response {
    Json(issuer.discovery()).into_response()
}

async fn jwks(State(issuer): State<Arc<DemoIssuer>>) -> Response {
    Json(issuer.jwks()).into_response()
}

/// `client_id=team-manager` in a form, as OAuth's client credentials grant sends it.
async fn token(State(issuer): State<Arc<DemoIssuer>>, form: String) -> Response {
    let client = form.split('&').find_map(|pair| pair.strip_prefix("client_id=")).unwrap_or_default();
    match issuer.token_response(client) {
        Some(answer) => Json(answer).into_response(),
        None => (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_client" }))).into_response(),
    }
}

async fn personas(State(issuer): State<Arc<DemoIssuer>>) -> Response {
    let all: Vec<_> = issuer
        .personas()
        .iter()
        .map(|persona| json!({ "key": persona.key, "title": persona.title, "about": persona.about }))
        .collect();
    Json(all).into_response()
}
