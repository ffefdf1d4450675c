//! What goes wrong, told as RFC 9457 problem details.
//!
//! The pipeline knows no status codes: this is where a [`Rejection`] gets one. What each kind means for a user, an
//! operator and support stands in [`KINDS`], from which the pages under `/problems` and the OpenAPI document are made.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use caseledger_commands::Violation;
use caseledger_dispatch::Rejection;
use serde_json::{Map, Value, json};

use crate::kinds::{KINDS, Kind};

/// The media type of problem details.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A problem on its way out.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    body: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// A problem of one of the [`KINDS`].
    pub fn of(kind: &'static Kind) -> Self {
        let mut body = Map::new();
        body.insert("type".to_owned(), json!(format!("/problems/{}", kind.slug)));
        body.insert("title".to_owned(), json!(kind.title));
        body.insert("status".to_owned(), json!(kind.status));
        let status = StatusCode::from_u16(kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let problem = Self { status, body, headers: vec![] };
        match kind.retry_after {
            Some(seconds) => problem.header(header::RETRY_AFTER, &seconds.to_string()),
            None => problem,
        }
    }

    /// Says what happened this time. Never the offending value, which may be personal.
    #[must_use]
    pub fn detail(self, detail: impl Into<String>) -> Self {
        self.with("detail", detail.into())
    }

    /// Adds a member.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.body.insert(member.to_owned(), value.into());
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    /// A parameter, header or cursor that can't be read.
    pub fn parameter(name: &str, detail: impl Into<String>) -> Self {
        Self::of(&KINDS.bad_parameter).with("field", name).detail(detail)
    }

    /// Its status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The problem as one member of a longer answer: a line of a bulk answer.
    pub fn into_value(self) -> Value {
        Value::Object(self.body)
    }

    fn violations(violations: &[Violation]) -> Self {
        let problem = Self::of(&KINDS.invalid_input)
            .detail(format!("{} to put right; see violations.", count(violations.len(), "field")))
            .with("violations", json!(violations));
        // The first one also stands at the top, where a refusal by rule has its field.
        match violations.first() {
            Some(first) => problem.with("rule", first.rule).with("field", first.field.clone()),
            None => problem,
        }
    }

    fn refused(rule: &str, field: Option<String>, message: String, remedy: String) -> Self {
        let problem = Self::of(&KINDS.refused)
            .with("type", format!("/problems/{rule}"))
            .detail(message)
            .with("rule", rule);
        let problem = match field {
            Some(field) => problem.with("field", field),
            None => problem,
        };
        problem.with("remedy", remedy)
    }
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Self {
        let words = rejection.to_string();
        match rejection {
            Rejection::UnknownCommand => Self::of(&KINDS.no_such_command),
            Rejection::InvalidInput(violations) => Self::violations(&violations),
            Rejection::Refused { rule, field, message, remedy } => {
                Self::refused(rule, field, message, remedy)
            }
            Rejection::Forbidden { reason } => Self::of(&KINDS.forbidden).detail(reason),
            Rejection::NotFound => Self::of(&KINDS.not_found),
            Rejection::Conflict { expected, actual } => Self::of(&KINDS.stale_version)
                .detail(words)
                .with("expected_version", expected)
                .with("actual_version", actual)
                .header(header::ETAG, &format!("\"{actual}\"")),
            Rejection::KeyReused => Self::of(&KINDS.key_reused),
            Rejection::Busy => Self::of(&KINDS.busy),
            Rejection::Unavailable => Self::of(&KINDS.unavailable),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let text = Value::Object(self.body).to_string();
        let mut response = (self.status, [(header::CONTENT_TYPE, MEDIA_TYPE)], text).into_response();
        for (name, value) in self.headers {
            response.headers_mut().insert(name, value);
        }
        response
    }
}
