//! What is answered between the moment when the addresses are taken and the moment when there is something to serve:
//! tables are being made, a short log is being told of, or another instance holds what this one waits for.

use axum::Router;
use axum::routing::get;

use crate::kinds::KINDS;
use crate::ops::{Check, alive, readiness};
use crate::problem::Problem;

/// 503 with `Retry-After` for everybody.
pub fn starting_router() -> Router {
    Router::new().fallback(async || not_yet())
}

/// `/livez` answers, so that nobody takes a long start for a dead process; `/readyz` says that it is not ready.
pub fn starting_ops_router() -> Router {
    Router::new()
        .route("/livez", get(alive))
        .route("/readyz", get(async || readiness(&[start()])))
        .fallback(async || not_yet())
}

fn not_yet() -> Problem {
    Problem::of(&KINDS.unavailable).detail("The service is starting.")
}

fn start() -> Check {
    let detail = "the store is being opened, and what is new in it told of".to_owned();
    Check { name: "start".to_owned(), ok: false, needed: true, detail }
}
