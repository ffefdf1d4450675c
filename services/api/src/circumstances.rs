//! What a request says besides its body: who, under which key, seen at which version, within which trace.

use std::sync::Arc;

use axum::http::{HeaderMap, Request, header};
use caseledger_commands::Actor;
use caseledger_dispatch::{self as dispatch, LONGEST_KEY};

use crate::kinds::KINDS;
use crate::layers::{Admitted, UnderWay};
use crate::problem::Problem;

/// What a request says besides its body.
#[derive(Clone, Debug)]
pub struct Circumstances {
    /// Who asks.
    pub actor: Arc<Actor>,
    /// The idempotency key.
    pub key: Option<String>,
    /// The version that the client has seen.
    pub expected_version: Option<u64>,
    correlation: Option<String>,
    traceparent: Option<String>,
}

impl Circumstances {
    /// Reads them from an authenticated request's headers.
    pub fn of<B>(request: &Request<B>) -> Result<Self, Problem> {
        let (headers, extensions) = (request.headers(), request.extensions());
        let admitted = extensions.get::<Admitted>().ok_or_else(|| Problem::of(&KINDS.unauthenticated))?;
        Ok(Self {
            actor: Arc::clone(&admitted.actor),
            key: key(headers)?,
            expected_version: expected_version(headers)?,
            correlation: extensions.get::<UnderWay>().map(|under_way| under_way.id.to_string()),
            traceparent: text(headers, "traceparent")?.filter(|text| is_traceparent(text)).map(str::to_owned),
        })
    }

    /// The start of a request to the pipeline.
    pub fn request(&self) -> dispatch::Request {
        dispatch::Request {
            idempotency_key: self.key.clone(),
            expected_version: self.expected_version,
            correlation: self.correlation.clone(),
            traceparent: self.traceparent.clone(),
            ..dispatch::Request::default()
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Problem> {
    let value = headers.get(name).map(|value| value.to_str());
    value
        .transpose()
        .map_err(|_| Problem::parameter(name, format!("The header '{name}' holds something else than text.")))
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(key) = text(headers, "idempotency-key")? else { return Ok(None) };
    // The draft writes the key as a structured-field string, in quotes; most clients leave them out. Both name one key.
    let key = key.trim();
    let key = key.strip_prefix('"').and_then(|key| key.strip_suffix('"')).unwrap_or(key);
    if key.is_empty() || key.len() > LONGEST_KEY {
        let detail = format!("An Idempotency-Key has 1 to {LONGEST_KEY} characters.");
        return Err(Problem::parameter("Idempotency-Key", detail));
    }
    Ok(Some(key.to_owned()))
}

/// `If-Match: "7"`. `*` asks only that there is something, which the rules of each command check anyway.
fn expected_version(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(tag) = text(headers, header::IF_MATCH.as_str())?.map(str::trim) else { return Ok(None) };
    if tag == "*" {
        return Ok(None);
    }
    let version =
        tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).and_then(|tag| tag.parse().ok());
    let detail = "If-Match takes the ETag of an earlier answer, such as \"7\", with its quotation marks.";
    version.map(Some).ok_or_else(|| Problem::parameter("If-Match", detail))
}

/// Whether it is a trace context of version 00. Anything else is dropped, as W3C asks, and the request goes on.
fn is_traceparent(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let hex = |part: &str, length| {
        part.len() == length && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    matches!(parts[..], ["00", trace, span, flags] if hex(trace, 32) && hex(span, 16) && hex(flags, 2)
        && trace.bytes().any(|b| b != b'0') && span.bytes().any(|b| b != b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_trace_context_is_dropped() {
        assert!(is_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
        for wrong in ["", "00", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", "00-0-0-0"] {
            assert!(!is_traceparent(wrong), "{wrong}");
        }
        assert!(!is_traceparent(&format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32))));
    }

    #[test]
    fn a_key_means_the_same_with_and_without_quotation_marks() {
        let headers = |value: &'static str| {
            HeaderMap::from_iter([("idempotency-key".parse().unwrap(), value.parse().unwrap())])
        };
        assert_eq!(key(&headers("\"a-1\"")).unwrap(), Some("a-1".to_owned()));
        assert_eq!(key(&headers("a-1")).unwrap(), Some("a-1".to_owned()));
        assert!(key(&headers("\"\"")).is_err());
    }

    #[test]
    fn if_match_takes_an_etag() {
        let headers =
            |value: &'static str| HeaderMap::from_iter([(header::IF_MATCH, value.parse().unwrap())]);
        assert_eq!(expected_version(&headers("\"7\"")).unwrap(), Some(7));
        assert_eq!(expected_version(&headers("*")).unwrap(), None);
        for wrong in ["7", "W/\"7\"", "\"seven\"", "\"99999999999999999999999\""] {
            assert!(expected_version(&headers(wrong)).is_err(), "{wrong}");
        }
    }
}
