//! For those who run it: is it alive, is it ready, what does it count? On a listener of its own, without identity.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use caseledger_dispatch::Dispatcher;
use caseledger_projections::Projections;
use prometheus::{Registry, TextEncoder};
use serde::Serialize;

/// How long it may take to find out whether an instance is ready. Whoever asks gives up soon, and a database that takes
/// longer is as good as none.
const LONGEST_LOOK: Duration = Duration::from_secs(2);

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
    /// Whether the instance is of no use without it. What all instances share and most requests do without, such as one
    /// projection that stands still, is told and doesn't count: else one poison event would take the whole service away.
    pub needed: bool,
    /// What is found, in words.
    pub detail: String,
}

/// `/livez`, `/readyz`, `/metrics`.
pub fn ops_router(ops: Ops) -> Router {
    Router::new()
        .route("/livez", get(alive))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(Arc::new(ops))
}

impl Ops {
    /// Looks at everything that an answer depends on.
    pub async fn checks(&self) -> Vec<Check> {
        let log = self.dispatcher.log();
        let head = log.head().await;
        let mut checks = vec![Check {
            name: "database".to_owned(),
            ok: head.is_ok(),
            needed: true,
            detail: match head {
                Ok(head) => format!("the log ends at position {head}"),
                Err(error) => error.to_string(),
            },
        }];
        let trouble = log.trouble();
        checks.push(Check {
            name: "log".to_owned(),
            ok: trouble.is_none(),
            needed: true,
            detail: trouble.map_or_else(
                || "commands can be written".to_owned(),
                |error| format!("commands can't be written: {error}"),
            ),
        });
        match self.projections.status().await {
            Ok(projections) => checks.extend(projections.iter().map(|status| self.check_of(status))),
            Err(error) => checks.push(Check {
                name: "projections".to_owned(),
                ok: false,
                needed: true,
                detail: error.to_string(),
            }),
        }
        checks
    }

    fn check_of(&self, status: &caseledger_projections::Status) -> Check {
        let detail = match status.stopped_at {
            Some(position) => format!("stopped at position {position}; 'caseledger doctor' says why"),
            None if !status.shown => {
                format!("being built for the first time: {} events to go", status.lag_events)
            }
            None => format!("{} events and {:.1} seconds behind", status.lag_events, status.lag_seconds),
        };
        let is_near = status.stopped_at.is_none() && status.lag_seconds <= self.longest_lag_seconds;
        // Until a version has caught up once, this instance would answer from rows that are not all there. Another
        // instance, of the version before, goes on answering meanwhile.
        let ok = is_near && status.shown;
        Check { name: format!("projection {}", status.name), ok, needed: !status.shown, detail }
    }
}

/// What `/livez` says, from the first moment on.
pub async fn alive() -> &'static str {
    "alive\n"
}

async fn ready(State(ops): State<Arc<Ops>>) -> Response {
    let checks = tokio::time::timeout(LONGEST_LOOK, ops.checks()).await.unwrap_or_else(|_| {
        let detail = format!("no answer within {} seconds", LONGEST_LOOK.as_secs());
        vec![Check { name: "database".to_owned(), ok: false, needed: true, detail }]
    });
    readiness(&checks)
}

/// What `/readyz` says of what was found.
pub fn readiness(checks: &[Check]) -> Response {
    let ready = checks.iter().all(|check| check.ok || !check.needed);
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
