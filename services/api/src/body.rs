//! Reading bodies: media type, size and JSON, each with a problem of its own.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, header};
use serde_json::Value;

use crate::kinds::KINDS;
use crate::problem::Problem;

/// Reads a JSON body of at most `limit` bytes.
pub async fn json(request: Request<Body>, limit: usize) -> Result<Value, Problem> {
    expect_media_type(request.headers(), &["application/json"])?;
    let bytes = to_bytes(request.into_body(), limit).await.map_err(|error| unread(&error, limit))?;
    parse(&bytes)
}

/// Reads JSON text, naming the place where it goes wrong.
pub fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        // serde_json's messages about syntax quote nothing of what was sent.
        let problem = Problem::of(&KINDS.unreadable_json).detail(format!("{error}."));
        problem.with("line", line).with("column", column)
    })
}

/// The problem of a body that was not read to its end.
pub fn unread(error: &axum::Error, limit: usize) -> Problem {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.to_string().contains("length limit") {
            return Problem::of(&KINDS.body_too_large).detail(format!("At most {limit} bytes are taken."));
        }
        cause = error.source();
    }
    Problem::of(&KINDS.unreadable_json).detail("The body broke off before its end.")
}

/// Refuses a body of another media type. Parameters (`; charset=utf-8`) are looked over.
pub fn expect_media_type(headers: &HeaderMap, taken: &[&str]) -> Result<(), Problem> {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let sent = sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if taken.contains(&sent.as_str()) {
        return Ok(());
    }
    let detail = format!("Send {}, with a Content-Type that says so.", taken.join(" or "));
    Err(Problem::of(&KINDS.unsupported_media_type).detail(detail).header(header::ACCEPT, &taken.join(", ")))
}
