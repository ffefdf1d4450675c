//! What every request passes on its way in and out: an id, a span without personal data, limits, identity.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, State};
use axum::http::{HeaderValue, Request, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use caseledger_access::IdentityError;
use futures::FutureExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tracing::Instrument;

use crate::circumstances::RequestId;
use crate::kinds::KINDS;
use crate::problem::Problem;
use crate::{Api, Settings};

/// The places for requests that are under way.
pub struct Places {
    all: Arc<Semaphore>,
    each: usize,
    /// How many each subject holds. A subject that holds none has no entry.
    held: Arc<Mutex<HashMap<String, usize>>>,
}

impl Places {
    pub fn new(settings: &Settings) -> Self {
        Self {
            all: Arc::new(Semaphore::new(settings.under_way)),
            each: settings.under_way_each,
            held: Arc::default(),
        }
    }

    fn take(&self) -> Option<Place> {
        Arc::clone(&self.all).try_acquire_owned().ok().map(|permit| Place { _permit: Arc::new(permit) })
    }

    fn take_for(&self, subject: &str) -> Option<Turn> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let number = held.entry(subject.to_owned()).or_default();
        if *number >= self.each {
            return None;
        }
        *number += 1;
        Some(Turn { _held: Arc::new(Held { subject: subject.to_owned(), held: Arc::clone(&self.held) }) })
    }
}

/// One of all places, in the request's extensions: an answer that goes on after its headers holds on to it.
#[derive(Clone)]
pub struct Place {
    _permit: Arc<OwnedSemaphorePermit>,
}

/// One of the places of one subject, likewise.
#[derive(Clone)]
pub struct Turn {
    _held: Arc<Held>,
}

/// Gives a subject's place back when it is dropped.
struct Held {
    subject: String,
    held: Arc<Mutex<HashMap<String, usize>>>,
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = held.get_mut(&self.subject) {
            *number -= 1;
            if *number == 0 {
                held.remove(&self.subject);
            }
        }
    }
}

/// Gives the request an id and a span, counts it, sheds what is more than can be answered, and turns a panic into a problem.
/// The span and the metrics hold the route and never the address, which has ids in it.
pub async fn observed(State(api): State<Api>, mut request: Request<Body>, next: Next) -> Response {
    let started = Instant::now();
    let id = api.dispatcher.new_id().to_string();
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let method = method_label(request.method());
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = tracing::info_span!("request", request_id = %id, method, route);
    let answered = async {
        let response = match api.places.take() {
            Some(place) => {
                request.extensions_mut().insert(place.clone());
                let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
                drop(place);
                answer.unwrap_or_else(|_| {
                    tracing::error!("a handler panicked");
                    Problem::of(&KINDS.internal).into_response()
                })
            }
            None => {
                api.metrics.shed();
                Problem::of(&KINDS.overloaded).into_response()
            }
        };
        let (status, took) = (response.status().as_u16(), started.elapsed());
        // The metrics count what went well; a line for each would cost more than many a request.
        if status >= 400 {
            tracing::info!(
                status,
                milliseconds = took.as_millis(),
                "answered {method} {route} with {status}"
            );
        } else {
            tracing::debug!(
                status,
                milliseconds = took.as_millis(),
                "answered {method} {route} with {status}"
            );
        }
        api.metrics.answered(method, &route, status, took);
        response
    };
    let mut response = answered.instrument(span).await;
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert("x-request-id", id);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    response
}

/// Methods that nobody has heard of would make a label each.
fn method_label(method: &axum::http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// Finds out who asks, keeps one client from taking every place, and refuses a client that can't read what would be answered.
/// One layer for all three: each costs every request a copy of all those within.
pub async fn admitted(State(api): State<Api>, request: Request<Body>, next: Next) -> Response {
    let_in(&api, request, |request| next.run(request)).await
}

/// The same, and answers in time, if only that it can't. A command that is being written at that moment is written all the same.
pub async fn admitted_in_time(State(api): State<Api>, request: Request<Body>, next: Next) -> Response {
    let in_time = |request| async {
        let response = timeout(api.settings.longest_request, next.run(request)).await;
        response.unwrap_or_else(|_| Problem::of(&KINDS.timed_out).into_response())
    };
    let_in(&api, request, in_time).await
}

async fn let_in<F: Future<Output = Response>>(
    api: &Api,
    mut request: Request<Body>,
    answer: impl FnOnce(Request<Body>) -> F,
) -> Response {
    match admit(api, &mut request).await {
        Ok(turn) => {
            let response = answer(request).await;
            drop(turn);
            response
        }
        Err(problem) => problem.into_response(),
    }
}

async fn admit(api: &Api, request: &mut Request<Body>) -> Result<Turn, Problem> {
    let (token, person) = (text(request, "authorization"), text(request, "on-behalf-of"));
    let actor = api.authenticator.authenticate(token.as_deref(), person.as_deref()).await;
    let actor = actor.map_err(unidentified)?;
    let turn = api.places.take_for(&actor.subject).ok_or_else(|| Problem::of(&KINDS.too_many_requests))?;
    if !reads_what_is_answered(request) {
        return Err(Problem::of(&KINDS.not_acceptable));
    }
    request.extensions_mut().insert(actor);
    request.extensions_mut().insert(turn.clone());
    Ok(turn)
}

fn text(request: &Request<Body>, header: &str) -> Option<String> {
    request.headers().get(header).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn unidentified(error: IdentityError) -> Problem {
    let kind = match error {
        IdentityError::ProviderUnavailable => &KINDS.unavailable,
        IdentityError::MayNotActForOthers => &KINDS.forbidden,
        IdentityError::SubjectUnreadable => &KINDS.bad_parameter,
        _ => &KINDS.unauthenticated,
    };
    let problem = Problem::of(kind).detail(error.to_string()).with("rule", error.name());
    match error {
        IdentityError::Missing => problem.header(header::WWW_AUTHENTICATE, "Bearer"),
        _ if kind.status == 401 => problem.header(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\""),
        _ => problem,
    }
}

/// Whether a client takes some form that something is answered in.
fn reads_what_is_answered(request: &Request<Body>) -> bool {
    let accepted = request.headers().get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut accepted = accepted.flat_map(|value| value.split(',')).map(media_range).peekable();
    let readable = [
        "*/*",
        "application/*",
        "application/json",
        "application/problem+json",
        crate::bulk::MEDIA_TYPE,
        caseledger_exports::XLSX,
        "text/*",
        "text/csv",
    ];
    accepted.peek().is_none() || accepted.any(|range| readable.contains(&range))
}

/// A media range without its parameters; with a quality of nought it is none.
fn media_range(text: &str) -> &str {
    let mut parts = text.split(';').map(str::trim);
    let range = parts.next().unwrap_or_default();
    if parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000")) { "" } else { range }
}

/// Where there is nothing.
pub async fn no_such_route() -> Problem {
    Problem::of(&KINDS.no_such_route)
}

/// Where there is something, but not for that method.
pub async fn method_not_allowed() -> Problem {
    Problem::of(&KINDS.method_not_allowed)
}
