//! For those who run it: is it alive, is it ready, what does it count? On a listener of its own, without identity.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use caseledger_dispatch::Dispatcher;
use caseledger_projections::Projections;
use prometheus::{Registry, TextEncoder};
use serde::Serialize;

/// What the operator's door opens to.
#[derive(Clone)]
pub struct Ops {
    /// For the log's database.
    pub dispatcher: Dispatcher,
    /// For the projections' lag.
    pub projections: Projections,
    /// Everything that is counted.
    pub registry: Registry,
    /// How far a projection may lag before the instance is not ready, in seconds.
    pub longest_lag_seconds: f64,
}

/// One thing that readiness looks at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What.
    pub name: String,
    /// Whether it is as it should be.
    pub ok: bool,
    /// What is found, in words.
    pub detail: String,
}

/// `/livez`, `/readyz`, `/metrics`.
pub fn ops_router(ops: Ops) -> Router {
    Router::new()
        .route("/livez", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(Arc::new(ops))
}

impl Ops {
    /// Looks at everything that an answer depends on.
    pub async fn checks(&self) -> Vec<Check> {
        let head = self.dispatcher.log().head().await;
        let mut checks = vec![Check {
            name: "database".to_owned(),
            ok: head.is_ok(),
            detail: match head {
                Ok(head) => format!("the log ends at position {head}"),
                Err(error) => error.to_string(),
            },
        }];
        match self.projections.status().await {
            Ok(projections) => checks.extend(projections.iter().map(|status| self.check_of(status))),
            Err(error) => {
                checks.push(Check { name: "projections".to_owned(), ok: false, detail: error.to_string() });
            }
        }
        checks
    }

    fn check_of(&self, status: &caseledger_projections::Status) -> Check {
        let detail = match status.stopped_at {
            Some(position) => format!("stopped at position {position}; 'caseledger doctor' says why"),
            None => format!("{} events and {:.1} seconds behind", status.lag_events, status.lag_seconds),
        };
        let ok = status.stopped_at.is_none() && status.lag_seconds <= self.longest_lag_seconds;
        Check { name: format!("projection {}", status.name), ok, detail }
    }
}

async fn ready(State(ops): State<Arc<Ops>>) -> Response {
    let checks = ops.checks().await;
    let ready = checks.iter().all(|check| check.ok);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(serde_json::json!({ "ready": ready, "checks": checks }))).into_response()
}

async fn metrics(State(ops): State<Arc<Ops>>) -> Response {
    match TextEncoder::new().encode_to_string(&ops.registry.gather()) {
        Ok(text) => ([(header::CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics can't be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
