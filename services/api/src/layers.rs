//! What every request passes on its way in and out: an id, a span without personal data, limits, identity.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, State};
use axum::http::{HeaderName, HeaderValue, Request, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use caseledger_access::IdentityError;
use caseledger_commands::Actor;
use futures::{FutureExt, poll};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tracing::Instrument;

use crate::kinds::KINDS;
use crate::problem::Problem;
use crate::{Api, Settings};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

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

    fn take(&self, id: &Arc<str>) -> Option<UnderWay> {
        let permit = Arc::clone(&self.all).try_acquire_owned().ok()?;
        Some(UnderWay { id: Arc::clone(id), _permit: Arc::new(permit) })
    }

    fn take_for(&self, actor: Actor) -> Option<Admitted> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let number = held.entry(actor.subject.clone()).or_default();
        if *number >= self.each {
            return None;
        }
        *number += 1;
        let actor = Arc::new(actor);
        let held = Held { actor: Arc::clone(&actor), held: Arc::clone(&self.held) };
        Some(Admitted { actor, _held: Arc::new(held) })
    }
}

/// A request that has one of all places, in its extensions: an answer that goes on after its headers holds on to it.
#[derive(Clone)]
pub struct UnderWay {
    /// Its id: made by the service, answered as `X-Request-Id`, logged, and the correlation of what follows.
    pub id: Arc<str>,
    _permit: Arc<OwnedSemaphorePermit>,
}

/// Who asks, with one of their places, likewise.
#[derive(Clone)]
pub struct Admitted {
    /// Who it is.
    pub actor: Arc<Actor>,
    _held: Arc<Held>,
}

/// Gives a subject's place back when it is dropped.
struct Held {
    actor: Arc<Actor>,
    held: Arc<Mutex<HashMap<String, usize>>>,
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = held.get_mut(&self.actor.subject) {
            *number -= 1;
            if *number == 0 {
                held.remove(&self.actor.subject);
            }
        }
    }
}

/// Gives the request an id and a span, counts it, sheds what is more than can be answered, and turns a panic into a problem.
/// The span and the metrics hold the route and never the address, which has ids in it.
pub async fn observed(State(api): State<Api>, mut request: Request<Body>, next: Next) -> Response {
    let started = Instant::now();
    let id: Arc<str> = api.dispatcher.new_id().to_string().into();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or("unmatched", MatchedPath::as_str);
    let method = method_label(request.method());
    let span = tracing::info_span!("request", request_id = %id, method, route);
    let answered = async {
        let response = match api.places.take(&id) {
            Some(under_way) => {
                request.extensions_mut().insert(under_way.clone());
                let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
                drop(under_way);
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
        api.metrics.answered(method, route, status, took);
        response
    };
    let mut response = answered.instrument(span).await;
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(X_REQUEST_ID, id);
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

/// Finds out who asks, keeps one client from taking every place, refuses a client that can't read what would be answered, and
/// has the others answered. What routes call first, and no layer around them: a layer costs every request a copy of all that
/// is within.
pub async fn admitted<A: IntoResponse>(
    api: &Api,
    mut request: Request<Body>,
    answer: impl AsyncFnOnce(Request<Body>) -> A,
) -> Response {
    match admit(api, &mut request).await {
        Ok(admitted) => {
            let response = answer(request).await.into_response();
            drop(admitted);
            response
        }
        Err(problem) => problem.into_response(),
    }
}

/// The same, and answers in time, if only that it can't. A command that is being written at that moment is written all the same.
pub async fn admitted_in_time<A: IntoResponse>(
    api: &Api,
    request: Request<Body>,
    answer: impl AsyncFnOnce(Request<Body>) -> A,
) -> Response {
    let in_time = async |request| {
        let mut answered = pin!(answer(request));
        // Many are answered at once, and need no timer.
        if let Poll::Ready(answer) = poll!(answered.as_mut()) {
            return answer.into_response();
        }
        match timeout(api.settings.longest_request, answered).await {
            Ok(answer) => answer.into_response(),
            Err(_) => Problem::of(&KINDS.timed_out).into_response(),
        }
    };
    admitted(api, request, in_time).await
}

async fn admit(api: &Api, request: &mut Request<Body>) -> Result<Admitted, Problem> {
    let headers = request.headers();
    let text = |header| headers.get(header).and_then(|value| value.to_str().ok());
    let (token, person) = (text("authorization"), text("on-behalf-of"));
    let actor = api.authenticator.authenticate(token, person).await.map_err(unidentified)?;
    let admitted = api.places.take_for(actor).ok_or_else(|| Problem::of(&KINDS.too_many_requests))?;
    if !reads_what_is_answered(request) {
        return Err(Problem::of(&KINDS.not_acceptable));
    }
    request.extensions_mut().insert(admitted.clone());
    Ok(admitted)
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
