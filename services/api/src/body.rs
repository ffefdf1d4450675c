//! Reading bodies: media type, size and JSON, each with a problem of its own.

use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use caseledger_commands::read_json;
use futures::StreamExt;
use serde_json::Value;

use crate::kinds::KINDS;
use crate::problem::Problem;

/// How much of a body that is too large is read past the limit, in bytes, and thrown away. A client that is still sending
/// when the connection is cut sees a broken connection and not the answer that says why; past this, it may.
const READ_PAST: usize = 8 * 1024 * 1024;

/// Reads a JSON body of at most `limit` bytes.
pub async fn json(request: Request<Body>, limit: usize) -> Result<Value, Problem> {
    expect_media_type(request.headers(), &["application/json"])?;
    let said =
        request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if said.is_some_and(|length: usize| length > limit.saturating_add(READ_PAST)) {
        // Before any of it has come: nobody reads that much for a refusal to arrive.
        return Err(too_large(limit).header(header::CONNECTION, "close"));
    }
    parse(&read(request.into_body(), limit).await?)
}

/// Reads a body, and holds no more of it than the limit.
async fn read(body: Body, limit: usize) -> Result<Vec<u8>, Problem> {
    let mut chunks = body.into_data_stream();
    let (mut held, mut length) = (vec![], 0_usize);
    while let Some(chunk) = chunks.next().await {
        let broken = |_| Problem::of(&KINDS.unreadable_json).detail("The body broke off before its end.");
        let chunk = chunk.map_err(broken)?;
        length = length.saturating_add(chunk.len());
        if length <= limit {
            held.extend_from_slice(&chunk);
        } else if length <= limit.saturating_add(READ_PAST) {
            held = vec![];
        } else {
            return Err(too_large(limit).header(header::CONNECTION, "close"));
        }
    }
    if length > limit { Err(too_large(limit)) } else { Ok(held) }
}

fn too_large(limit: usize) -> Problem {
    Problem::of(&KINDS.body_too_large).detail(format!("At most {limit} bytes are taken."))
}

/// Reads JSON text, naming the place where it goes wrong.
pub fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    read_json(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        // serde_json's messages about syntax quote nothing of what was sent.
        let problem = Problem::of(&KINDS.unreadable_json).detail(format!("{error}."));
        problem.with("line", line).with("column", column)
    })
}

/// Refuses a body of another media type, and one that is compressed. Parameters (`; charset=utf-8`) are looked over.
pub fn expect_media_type(headers: &HeaderMap, taken: &[&str]) -> Result<(), Problem> {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let sent = sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !taken.contains(&sent.as_str()) {
        let detail = format!("Send {}, with a Content-Type that says so.", taken.join(" or "));
        let problem = Problem::of(&KINDS.unsupported_media_type).detail(detail);
        return Err(problem.header(header::ACCEPT, &taken.join(", ")));
    }
    let coded = headers.get_all(header::CONTENT_ENCODING).iter().any(|coding| coding != "identity");
    if coded {
        let detail = "Send the body as it is, without a Content-Encoding such as gzip.";
        let problem = Problem::of(&KINDS.unsupported_media_type).detail(detail);
        return Err(problem.header(header::ACCEPT_ENCODING, "identity"));
    }
    Ok(())
}
