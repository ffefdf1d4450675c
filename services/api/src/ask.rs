//! One frame for every query: parameters that are known and nothing else, waiting for a position, paging, ETag.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

use axum::RequestExt;
use axum::body::Body;
use axum::extract::{Query as QueryString, RawPathParams};
use axum::handler::Handler;
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use caseledger_commands::Actor;
use caseledger_projections::{Cursor, PageRequest, RunnerError};
use futures::future::BoxFuture;
use serde_json::Value;

use crate::forms::{Accepted, FORMAT, Form};
use crate::kinds::KINDS;
use crate::layers::Admitted;
use crate::problem::Problem;
use crate::{Api, body};

/// A query of the table: what it answers, and how it is documented.
pub struct Query {
    /// A stable name: `case-timeline`.
    pub id: &'static str,
    /// GET, or POST where what is asked is personal and must not stand in an address.
    pub method: Method,
    /// Its path, as RFC 6570 and axum write it.
    pub path: &'static str,
    /// The heading under which it is documented.
    pub tag: &'static str,
    /// What it answers, in a line.
    pub title: &'static str,
    /// More about it.
    pub doc: &'static str,
    /// Parameters of the query string, besides those that follow from `paged` and `projection`.
    pub parameters: &'static [Parameter],
    /// Whether it answers page by page.
    pub paged: bool,
    /// The projection that it reads, which `after` waits for.
    pub projection: Option<&'static str>,
    /// An example of the body that it takes.
    pub asks: Option<fn() -> Value>,
    /// An example of what it answers.
    pub example: fn() -> Value,
    /// Answers it.
    pub answer: Answering,
}

/// A query's handler.
pub type Answering = for<'a> fn(&'a Api, &'a Ask) -> BoxFuture<'a, Result<Answer, Problem>>;

/// How a query is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
}

/// A parameter of a query string.
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub doc: &'static str,
    /// A value, for the documentation.
    pub example: &'static str,
}

/// `after`, of every query that reads a projection.
pub const AFTER: Parameter = Parameter {
    name: "after",
    doc: "A log position, from a receipt: the answer waits, within a limit, until it tells of that event.",
    example: "1204",
};
/// `cursor`, of every list.
pub const CURSOR: Parameter = Parameter {
    name: "cursor",
    doc: "Where the page begins: taken from the Link header of the one before.",
    example: "WyJ0Il0",
};
/// `limit`, of every list.
pub const LIMIT: Parameter = Parameter {
    name: "limit",
    doc: "How many rows a page has at most: 50 when left out, never more than 500.",
    example: "50",
};

impl Method {
    /// A route that answers this method.
    pub fn route<H: Handler<T, Api>, T: 'static>(self, handler: H) -> MethodRouter<Api> {
        match self {
            Self::Get => get(handler),
            Self::Post => post(handler),
        }
    }
}

impl Query {
    /// All parameters of its query string.
    pub fn all_parameters(&self) -> impl Iterator<Item = &Parameter> {
        let paging: &[Parameter] = if self.paged { &[CURSOR, LIMIT] } else { &[] };
        let waiting: &[Parameter] = if self.projection.is_some() { &[AFTER] } else { &[] };
        self.parameters.iter().chain(paging).chain(waiting)
    }
}

/// What is asked.
pub struct Ask {
    /// Who asks.
    pub actor: Arc<Actor>,
    /// The body, where the query takes one.
    pub body: Option<Value>,
    path: Vec<(String, String)>,
    parameters: BTreeMap<String, String>,
    accepted: Accepted,
}

/// What is answered.
pub struct Answer {
    body: Content,
    version: Option<u64>,
    is_todays: bool,
    next: Option<String>,
    negotiated: bool,
}

/// The form of an answer.
enum Content {
    /// JSON, written once: answers may be long.
    Json(String),
    File {
        name: String,
        media_type: &'static str,
        bytes: Vec<u8>,
    },
}

impl Answer {
    /// An answer that is a file, to be saved under that name. The name holds nothing personal.
    pub fn file(name: String, media_type: &'static str, bytes: impl Into<Vec<u8>>) -> Self {
        let body = Content::File { name, media_type, bytes: bytes.into() };
        Self { body, version: None, is_todays: false, next: None, negotiated: false }
    }

    /// An answer.
    pub fn of(body: impl serde::Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_string(&body).map_err(|error| {
            tracing::error!(%error, "an answer has no JSON");
            Problem::of(&KINDS.internal)
        })?;
        Ok(Self::written(body))
    }

    /// An answer whose JSON is written already.
    pub fn written(body: String) -> Self {
        Self { body: Content::Json(body), version: None, is_todays: false, next: None, negotiated: false }
    }

    /// The same, as it was at that version of its stream.
    pub fn at_version(self, version: u64) -> Self {
        Self { version: Some(version), ..self }
    }

    /// The same, at that version, but with something that depends on the day or the reader: what is overdue, what may be
    /// done. It is never left out because the client knows the version.
    pub fn todays_at_version(self, version: u64) -> Self {
        Self { version: Some(version), is_todays: true, ..self }
    }

    /// The same, in one of the forms that [`Ask::form`] chose from.
    pub fn negotiated(self) -> Self {
        Self { negotiated: true, ..self }
    }

    /// The same, with the cursor of the page after it.
    pub fn followed_by(self, next: Option<String>) -> Self {
        Self { next, ..self }
    }
}

impl Ask {
    /// A part of the path.
    pub fn path<T: FromStr>(&self, name: &str) -> Result<T, Problem> {
        let text = self.path.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
        // What is no id can't be the id of anything.
        text.and_then(|text| text.parse().ok()).ok_or_else(|| Problem::of(&KINDS.not_found))
    }

    /// A parameter, where it is given.
    pub fn parameter<T: FromStr>(&self, name: &str, expected: &str) -> Result<Option<T>, Problem> {
        let Some(text) = self.parameters.get(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| Problem::parameter(name, format!("'{name}' takes {expected}.")))
    }

    /// In which form the answer is wanted: the parameter `format` says so, or else the header `Accept`. Without a word, or
    /// where all are as welcome, JSON.
    pub fn form(&self) -> Result<Form, Problem> {
        match self.parameters.get(FORMAT.name).map(String::as_str) {
            None => Ok(self.accepted.favourite()),
            Some("json") => Ok(Form::Json),
            Some("csv") => Ok(Form::Csv),
            Some("xlsx") => Ok(Form::Xlsx),
            Some(_) => Err(Problem::parameter(FORMAT.name, "'format' takes json, csv or xlsx.")),
        }
    }

    /// Which page.
    pub fn page(&self) -> Result<PageRequest, Problem> {
        let cursor = self.parameters.get(CURSOR.name).map(|text| Cursor::parse(text));
        let cursor =
            cursor.transpose().map_err(|error| Problem::parameter(CURSOR.name, error.to_string()))?;
        let limit = self.parameter::<u32>(LIMIT.name, "a whole number from 1 to 500")?;
        if limit == Some(0) {
            return Err(Problem::parameter(LIMIT.name, "'limit' takes a whole number from 1 to 500."));
        }
        Ok(PageRequest { cursor, limit })
    }
}

/// Answers a query.
pub async fn answer(api: &Api, query: &'static Query, request: Request<Body>) -> Result<Response, Problem> {
    let known = request.headers().get_all(header::IF_NONE_MATCH).iter().cloned().collect::<Vec<_>>();
    let address = request.uri().clone();
    let ask = read(api, query, request).await?;
    if let (Some(projection), Some(position)) =
        (query.projection, ask.parameter(AFTER.name, "a log position")?)
    {
        caught_up(api, projection, position).await?;
    }
    if let Some(projection) = query.projection {
        built(api, projection).await?;
    }
    let answer = (query.answer)(api, &ask).await?;
    Ok(respond(answer, &ask, address.path(), &known))
}

async fn read(api: &Api, query: &Query, mut request: Request<Body>) -> Result<Ask, Problem> {
    let admitted = request.extensions().get::<Admitted>();
    let actor = admitted.map(|admitted| Arc::clone(&admitted.actor));
    let actor = actor.ok_or_else(|| Problem::of(&KINDS.unauthenticated))?;
    let accepted = Accepted::of(request.headers());
    let path: RawPathParams = request.extract_parts().await.map_err(|_| Problem::of(&KINDS.not_found))?;
    let path = path.iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    let given = QueryString::<Vec<(String, String)>>::try_from_uri(request.uri());
    let QueryString(given) = given.map_err(|_| Problem::parameter("?", "The query string can't be read."))?;
    let mut parameters = BTreeMap::new();
    for (name, text) in given {
        if !query.all_parameters().any(|parameter| parameter.name == name) {
            // What was typed is not repeated: it may be a name.
            let known: Vec<&str> = query.all_parameters().map(|parameter| parameter.name).collect();
            let detail = match known[..] {
                [] => "This query takes no parameters.".to_owned(),
                _ => format!("This query takes only these parameters: {}.", known.join(", ")),
            };
            return Err(Problem::parameter("?", detail));
        }
        if text.contains('\0') {
            return Err(Problem::parameter(&name, "The parameter holds a NUL character."));
        }
        parameters.insert(name, text);
    }
    let body = match query.asks {
        Some(_) => Some(body::json(request, api.settings.largest_body).await?),
        None => None,
    };
    Ok(Ask { actor, body, path, parameters, accepted })
}

async fn caught_up(api: &Api, projection: &str, position: u64) -> Result<(), Problem> {
    let waited = api.projections.wait_for(projection, position, api.settings.longest_wait).await;
    waited.map_err(|error| match error {
        RunnerError::Late { .. } | RunnerError::Stopped { .. } => {
            Problem::of(&KINDS.not_caught_up).detail(error.to_string())
        }
        error => {
            tracing::error!(%error, "a projection could not be waited for");
            Problem::of(&KINDS.unavailable)
        }
    })
}

/// Nobody is answered from rows that are not all there yet: another instance may have them, or this one will soon.
async fn built(api: &Api, projection: &str) -> Result<(), Problem> {
    match api.projections.is_shown(projection).await {
        Ok(true) => Ok(()),
        Ok(false) => {
            let detail = format!("The view '{projection}' is being built for the first time.");
            Err(Problem::of(&KINDS.not_caught_up).detail(detail))
        }
        Err(error) => {
            tracing::error!(%error, "a projection's state can't be read");
            Err(Problem::of(&KINDS.unavailable))
        }
    }
}

fn respond(answer: Answer, ask: &Ask, path: &str, known: &[HeaderValue]) -> Response {
    let mut response = HeaderMap::new();
    let mut add = |name: header::HeaderName, text: &str| {
        HeaderValue::from_str(text).map(|value| response.insert(name, value)).is_ok()
    };
    if answer.negotiated {
        add(header::VARY, header::ACCEPT.as_str());
    }
    if let Some(version) = answer.version {
        let tag = format!("\"{version}\"");
        add(header::ETAG, &tag);
        if !answer.is_todays && is_known(known, &tag) {
            return (StatusCode::NOT_MODIFIED, response).into_response();
        }
    }
    if let Some(next) = &answer.next {
        add(header::LINK, &format!("<{}>; rel=\"next\"", link(path, ask, next)));
    }
    match answer.body {
        Content::Json(body) => {
            add(header::CONTENT_TYPE, "application/json");
            (response, body).into_response()
        }
        Content::File { name, media_type, bytes } => {
            add(header::CONTENT_TYPE, media_type);
            add(header::CONTENT_DISPOSITION, &format!("attachment; filename=\"{name}\""));
            (response, bytes).into_response()
        }
    }
}

/// Whether `If-None-Match` names the tag: alone or among others, weak or strong, or says `*` (RFC 9110, 13.1.2).
fn is_known(known: &[HeaderValue], tag: &str) -> bool {
    known
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|named| named == "*" || named.strip_prefix("W/").unwrap_or(named) == tag)
}

/// The address of the next page: the same question, from the cursor on. It holds no more than the client sent.
fn link(path: &str, ask: &Ask, next: &str) -> String {
    let kept = ask.parameters.iter().filter(|(name, _)| !matches!(name.as_str(), "cursor" | "after"));
    let kept = kept.map(|(name, text)| (name.as_str(), text.as_str())).chain([("cursor", next)]);
    let pairs: Vec<String> =
        kept.map(|(name, text)| format!("{}={}", escaped(name), escaped(text))).collect();
    format!("{path}?{}", pairs.join("&"))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
