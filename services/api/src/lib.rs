//! The HTTP door of a caseledger.
//!
//! [`router`] gives the whole of it as a service: commands from the one table, queries, many commands at once, the
//! OpenAPI document and a page to read it. [`ops_router`] is for those who run it, and listens elsewhere. Neither listens
//! by itself; [`serve`] does, until it is told to stop.

mod ask;
mod body;
mod bulk;
mod circumstances;
mod commands;
mod forms;
mod kinds;
mod layers;
mod metrics;
mod openapi;
mod ops;
mod pages;
mod problem;
mod queries;
mod server;
mod starting;
mod told;
mod views;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::Request;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get, post};
use caseledger_access::{Access, Authenticator};
use caseledger_dispatch::{Dispatcher, registry};
use caseledger_projections::Projections;

pub use kinds::{KINDS, Kind, Kinds};
pub use metrics::Metrics;
pub use openapi::openapi;
pub use ops::{Check, Ops, ops_router};
pub use problem::Problem;
pub use server::{serve, serve_at_most, serve_meanwhile};
pub use starting::{starting_ops_router, starting_router};
pub use told::ToldFigures;

/// Limits of the door. What they protect stands in the answers that name them.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The largest body of one command, and the longest line of many, in bytes.
    pub largest_body: usize,
    /// Whether every command needs an `Idempotency-Key`.
    pub require_idempotency_key: bool,
    /// How long one request may take. Many commands at once may take longer.
    pub longest_request: Duration,
    /// How many requests may be under way at once, over all clients.
    pub under_way: usize,
    /// How many requests one client may have under way at once.
    pub under_way_each: usize,
    /// How long a query with `after` waits for its projection.
    pub longest_wait: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            largest_body: 1024 * 1024,
            require_idempotency_key: false,
            longest_request: Duration::from_secs(30),
            under_way: 512,
            under_way_each: 64,
            longest_wait: Duration::from_secs(5),
        }
    }
}

/// What the door opens to.
pub struct Parts {
    /// Takes commands.
    pub dispatcher: Dispatcher,
    /// Answers queries.
    pub projections: Projections,
    /// Decides who may; the same policies as the dispatcher's.
    pub access: Arc<Access>,
    /// Says who asks.
    pub authenticator: Arc<Authenticator>,
    /// Counts requests.
    pub metrics: Metrics,
    /// Limits.
    pub settings: Settings,
}

/// The state of the door. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    inner: Arc<Inner>,
}

/// What all requests share.
pub struct Inner {
    dispatcher: Dispatcher,
    projections: Projections,
    access: Arc<Access>,
    authenticator: Arc<Authenticator>,
    metrics: Metrics,
    settings: Settings,
    places: layers::Places,
    views: views::Views,
    document: serde_json::Value,
}

impl std::ops::Deref for Api {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.inner
    }
}

impl Api {
    /// A door to these parts.
    pub fn new(parts: Parts) -> Self {
        let Parts { dispatcher, projections, access, authenticator, metrics, settings } = parts;
        let places = layers::Places::new(&settings);
        let (document, views) = (openapi(), views::Views::default());
        let inner = Inner {
            dispatcher,
            projections,
            access,
            authenticator,
            metrics,
            settings,
            places,
            views,
            document,
        };
        Self { inner: Arc::new(inner) }
    }
}

/// Everything that users and their systems reach.
pub fn router(api: Api) -> Router {
    router_with(api, Router::new().route("/", get(pages::front)))
}

/// The same, with routes of other doors behind the same limits and under the same watch: the pages. What is at `/` is
/// theirs to say.
pub fn router_with(api: Api, others: Router) -> Router {
    let mut timed: Router<Api> = Router::new();
    for entry in registry::public_commands() {
        let handler = move |State(api): State<Api>, request: Request<Body>| async move {
            let answer = async |request| commands::post(&api, entry, request).await;
            layers::admitted_in_time(&api, request, answer).await
        };
        if entry.takes_id() {
            timed = timed.route(&entry.path(true), post(handler));
        }
        if entry.works_without_id() {
            timed = timed.route(&entry.path(false), post(handler));
        }
    }
    for query in queries::table() {
        let handler = move |State(api): State<Api>, request: Request<Body>| async move {
            let answer = async |request| ask::answer(&api, query, request).await;
            layers::admitted_in_time(&api, request, answer).await
        };
        timed = timed.route(query.path, query.method.route(handler));
    }
    let bulk = async |State(api): State<Api>, request: Request<Body>| {
        layers::admitted(&api, request, async |request| bulk::post(&api, request)).await
    };
    Router::new()
        .route("/openapi.json", get(pages::document))
        .route("/docs", get(pages::docs))
        .route("/docs/style.css", get(pages::style))
        .route("/problems", get(pages::problems))
        .route("/problems/{kind}", get(pages::problem))
        .merge(timed)
        .route("/v1/commands", post(bulk))
        .merge(others.with_state(()))
        .fallback(any(layers::no_such_route))
        .method_not_allowed_fallback(layers::method_not_allowed)
        .layer(from_fn_with_state(api.clone(), layers::observed))
        .with_state(api)
}
