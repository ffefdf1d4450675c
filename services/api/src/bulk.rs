//! Many commands in one request: a command a line in, a result a line out, in the same order.
//!
//! Lines are taken up as they arrive and answered as they are done; however long the body, only some thousand lines
//! are held at a time, because reading waits for the client to take the answers. Commands for different streams run
//! side by side; those for one stream run in the order of their lines.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::http::{Request, header};
use axum::response::{IntoResponse, Response};
use caseledger_commands::{Actor, Timestamp};
use caseledger_dispatch as dispatch;
use futures::StreamExt;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use uuid::Uuid;

use crate::Api;
use crate::body;
use crate::circumstances::Circumstances;
use crate::kinds::KINDS;
use crate::layers::{Admitted, UnderWay};
use crate::problem::Problem;

/// The media type of lines of JSON.
pub const MEDIA_TYPE: &str = "application/x-ndjson";
/// Streams worked on side by side: as many as make a batch for the log's writer that is worth its wait for the disk.
const LANES: usize = 256;
/// Lines that wait in one lane.
const WAITING: usize = 2;
/// Results that wait for the client to take them.
const UNTAKEN: usize = 1024;

/// One line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    collection: String,
    command: String,
    #[serde(default)]
    id: Option<Uuid>,
    #[serde(default)]
    idempotency_key: Option<String>,
    #[serde(default)]
    occurred_at: Option<Timestamp>,
    #[serde(deserialize_with = "caseledger_commands::strict_json")]
    message: Value,
}

/// A command on its way through a lane, and where its result is awaited.
type Job = (u64, dispatch::Request, oneshot::Sender<Value>);

/// `POST /v1/commands`.
pub fn post(api: &Api, request: Request<Body>) -> Response {
    if let Err(problem) = body::expect_media_type(request.headers(), &[MEDIA_TYPE]) {
        return problem.into_response();
    }
    let circumstances = match Circumstances::of(&request).and_then(of_no_single_command) {
        Ok(circumstances) => circumstances,
        Err(problem) => return problem.into_response(),
    };
    let (results, awaited) = mpsc::channel(UNTAKEN);
    // The answer goes on after its headers, and so does the room that it takes.
    let extensions = request.extensions();
    let room = (extensions.get::<UnderWay>().cloned(), extensions.get::<Admitted>().cloned());
    let reading = read(api.clone(), circumstances, request.into_body().into_data_stream(), results);
    tokio::spawn(async move {
        reading.await;
        drop(room);
    });
    let lines =
        futures::stream::unfold(awaited, |mut awaited: mpsc::Receiver<oneshot::Receiver<Value>>| async {
            let result = awaited.recv().await?.await;
            let broken = || json!({ "status": 500, "problem": Problem::of(&KINDS.internal).into_value() });
            let result = result.unwrap_or_else(|_| broken());
            Some((Ok::<_, std::convert::Infallible>(format!("{result}\n")), awaited))
        });
    ([(header::CONTENT_TYPE, MEDIA_TYPE)], Body::from_stream(lines)).into_response()
}

/// Refuses what a client can only have meant for one command. Looked over, it would be a promise that nobody keeps.
fn of_no_single_command(circumstances: Circumstances) -> Result<Circumstances, Problem> {
    if circumstances.key.is_some() {
        let detail = "Each line has an 'idempotency_key' of its own; a key for all of them is none.";
        return Err(Problem::parameter("Idempotency-Key", detail));
    }
    if circumstances.expected_version.is_some() {
        let detail = "Lines are decided on what the record holds when they arrive; a version goes with a single command.";
        return Err(Problem::parameter("If-Match", detail));
    }
    Ok(circumstances)
}

/// Reads lines and deals them out, until the body or the client ends. What was dealt out is finished in any case.
async fn read(
    api: Api,
    circumstances: Circumstances,
    mut chunks: BodyDataStream,
    results: mpsc::Sender<oneshot::Receiver<Value>>,
) {
    let lanes: Vec<_> = (0..LANES).map(|_| lane(api.clone(), Arc::clone(&circumstances.actor))).collect();
    let (limit, requires_key) = (api.settings.largest_body, api.settings.require_idempotency_key);
    // The body may be as long as it likes, and take its time; but not stand still.
    let patience = api.settings.longest_request;
    let mut lines = Lines::default();
    loop {
        let Ok(chunk) = timeout(patience, chunks.next()).await else {
            let problem = Problem::of(&KINDS.timed_out).detail("The body did not go on.");
            let _gone = deal(&lanes, lines.next_number(), Err(problem), &results, patience).await;
            return;
        };
        let (found, ended) = match &chunk {
            Some(Ok(chunk)) => (lines.push(chunk, limit), false),
            Some(Err(_)) => {
                let problem = Problem::of(&KINDS.unreadable_json).detail("The body broke off.");
                (vec![(lines.next_number(), Err(problem))], true)
            }
            None => (lines.last(), true),
        };
        for (number, line) in found {
            let is_last = line.is_err();
            let asked = line.and_then(|line| request_of(&line, &circumstances, requires_key));
            if deal(&lanes, number, asked, &results, patience).await.is_none() || is_last {
                return;
            }
        }
        if ended {
            return;
        }
    }
}

/// Deals out one line; `None` when nobody waits for results any more, or nobody has taken one for too long.
async fn deal(
    lanes: &[mpsc::Sender<Job>],
    number: u64,
    asked: Result<dispatch::Request, Problem>,
    results: &mpsc::Sender<oneshot::Receiver<Value>>,
    limit: Duration,
) -> Option<()> {
    let (answer, awaited) = oneshot::channel();
    timeout(limit, results.send(awaited)).await.ok()?.ok()?;
    match asked {
        Ok(request) => lanes[lane_of(&request, number)].send((number, request, answer)).await.ok(),
        Err(problem) => answer.send(refused(number, problem)).ok(),
    }
}

/// The result of a line that was not accepted.
fn refused(number: u64, problem: Problem) -> Value {
    json!({ "status": problem.status().as_u16(), "line": number, "problem": problem.into_value() })
}

/// Commands of one stream share a lane; a command that opens a stream of the service's own naming takes any.
fn lane_of(request: &dispatch::Request, number: u64) -> usize {
    let mut hasher = DefaultHasher::new();
    let only = dispatch::registry::find(&request.collection, &request.command)
        .and_then(|entry| entry.aggregate.only);
    match request.id.or(only) {
        Some(id) => (&request.collection, id).hash(&mut hasher),
        None => number.hash(&mut hasher),
    }
    (hasher.finish() % LANES as u64) as usize
}

fn lane(api: Api, actor: Arc<Actor>) -> mpsc::Sender<Job> {
    let (jobs, mut waiting) = mpsc::channel::<Job>(WAITING);
    tokio::spawn(async move {
        while let Some((number, request, answer)) = waiting.recv().await {
            let result = match api.dispatcher.dispatch(&actor, request).await {
                Ok(receipt) => json!({ "status": 200, "line": number, "receipt": receipt }),
                Err(rejection) => refused(number, Problem::from(rejection)),
            };
            // Nobody waits for it when the client has gone; the command stands all the same.
            drop(answer.send(result));
        }
    });
    jobs
}

fn is_object(line: &[u8]) -> bool {
    line.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{')
}

fn read_again(line: &[u8]) -> Result<Line, Problem> {
    let value = body::parse(line)?;
    if !value.is_object() {
        return Err(Problem::of(&KINDS.invalid_input).detail("A line is a JSON object."));
    }
    serde_json::from_value(value).map_err(|error| {
        // Names of members are the only thing that serde quotes here besides ids and times; none is personal.
        Problem::of(&KINDS.invalid_input).detail(format!("The line is not of the expected shape: {error}."))
    })
}

fn request_of(
    line: &[u8],
    circumstances: &Circumstances,
    requires_key: bool,
) -> Result<dispatch::Request, Problem> {
    // Nearly every line can be read at once; one that can't is read again, to tell where its JSON goes wrong.
    let read = if is_object(line) { serde_json::from_slice(line).ok() } else { None };
    let line: Line = read.map_or_else(|| read_again(line), Ok)?;
    if requires_key && line.idempotency_key.is_none() {
        return Err(Problem::of(&KINDS.key_required).with("field", "idempotency_key"));
    }
    Ok(dispatch::Request {
        expected_version: None,
        collection: line.collection,
        command: line.command,
        id: line.id,
        message: line.message,
        occurred_at: line.occurred_at,
        idempotency_key: line.idempotency_key,
        in_bulk: true,
        ..circumstances.request()
    })
}

/// A line and its number in the body, from 1; blank lines count and are left out.
type Numbered = (u64, Result<Vec<u8>, Problem>);

/// Cuts chunks into lines, and holds at most one unfinished line.
#[derive(Default)]
struct Lines {
    unfinished: Vec<u8>,
    ended: u64,
}

impl Lines {
    /// The lines that are complete with this chunk.
    fn push(&mut self, chunk: &Bytes, limit: usize) -> Vec<Numbered> {
        let mut lines = vec![];
        let mut rest: &[u8] = chunk;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            self.unfinished.extend_from_slice(&rest[..end]);
            rest = &rest[end + 1..];
            lines.extend(self.take().map(|(number, line)| (number, within(line, limit))));
        }
        self.unfinished.extend_from_slice(rest);
        if self.unfinished.len() > limit {
            lines.extend(self.take().map(|(number, line)| (number, within(line, limit))));
        }
        lines
    }

    /// The last line, which may lack its line break.
    fn last(&mut self) -> Vec<Numbered> {
        self.take().map(|(number, line)| (number, Ok(line))).into_iter().collect()
    }

    /// The number of the line that has not ended.
    fn next_number(&self) -> u64 {
        self.ended + 1
    }

    fn take(&mut self) -> Option<(u64, Vec<u8>)> {
        self.ended += 1;
        let line = std::mem::take(&mut self.unfinished);
        if line.iter().all(u8::is_ascii_whitespace) { None } else { Some((self.ended, line)) }
    }
}

fn within(line: Vec<u8>, limit: usize) -> Result<Vec<u8>, Problem> {
    if line.len() <= limit {
        return Ok(line);
    }
    Err(Problem::of(&KINDS.body_too_large)
        .detail(format!("A line is at most {limit} bytes long. The lines after it were not read.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(chunks: &[&'static str], limit: usize) -> Vec<(u64, Result<String, u16>)> {
        let mut lines = Lines::default();
        let mut found: Vec<_> = chunks
            .iter()
            .flat_map(|chunk| lines.push(&Bytes::from_static(chunk.as_bytes()), limit))
            .collect();
        found.extend(lines.last());
        found
            .into_iter()
            .map(|(number, line)| {
                (number, line.map(|l| String::from_utf8(l).unwrap()).map_err(|p| p.status().as_u16()))
            })
            .collect()
    }

    #[test]
    fn lines_are_cut_wherever_the_chunks_break() {
        let whole = cut(&["{\"a\":1}\n\n{\"b\":2}\n{\"c\":3}"], 100);
        let lines = [(1, "{\"a\":1}"), (3, "{\"b\":2}"), (4, "{\"c\":3}")];
        assert_eq!(whole, lines.map(|(number, line)| (number, Ok(line.to_owned()))));
        assert_eq!(cut(&["{\"a\"", ":1}\n", "\n{\"b\":", "2}\n{\"c\":3}"], 100), whole);
    }

    #[test]
    fn a_line_that_never_ends_is_given_up_at_the_limit() {
        assert_eq!(cut(&["{}\n\naaaaaaaa"], 5), [(1, Ok("{}".to_owned())), (3, Err(413))]);
    }
}
