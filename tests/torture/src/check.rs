//! What must hold when the round is over.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use caseledger_log::{Clock, Database, Log, Options, Recorded};
use caseledger_projections::ALL;
use caseledger_projections::sql::{Db, Value};
use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use crate::book::{Asked, Book, Receipt};
use crate::reader;

/// How many events are read at a time.
const PAGE: usize = 5_000;

/// Nothing is written here, so nobody asks for the time.
pub struct NoClock;

impl Clock for NoClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

/// A kept idempotency key: where its events stand.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Kept {
    version: u64,
    positions: Option<(u64, u64)>,
    recorded_at: Timestamp,
}

/// What was found in the store.
struct Found {
    events: Vec<Recorded>,
    keys: HashMap<(String, String), Kept>,
    checkpoints: Vec<(String, u64, Option<String>)>,
}

/// Looks at a store that nobody runs on any more; answers everything that does not hold, and how many events there are.
///
/// # Errors
/// When the store can't be read.
pub async fn store(
    store: &str,
    service: &Path,
    folder: &Path,
    book: &Book,
    seen: &[Recorded],
) -> Result<(Vec<String>, usize), String> {
    let mut wrong = vec![];
    let found = read(store).await.map_err(|error| format!("the store can't be read: {error}"))?;
    order(&found.events, &mut wrong);
    streams(&found.events, &mut wrong);
    wrong.extend(reader::compare(seen, &found.events));
    let asked = book.asked();
    for (key, asked) in &asked {
        acknowledged(key, asked, &found, &mut wrong);
        unanswered(key, asked, &found, &mut wrong);
    }
    once(&asked, &found, &mut wrong);
    consequences(&found, &mut wrong);
    let head = found.events.len() as u64;
    for (projection, position, stopped) in &found.checkpoints {
        if *position != head {
            wrong.push(format!(
                "projection {projection} stands at {position} and the log ends at {head}: {stopped:?}"
            ));
        }
    }
    rebuilt(store, service, folder, &mut wrong).await?;
    Ok((wrong, found.events.len()))
}

/// Waits until every projection and every process has come to the end of the log.
///
/// # Errors
/// Who has not, when the limit is over.
pub async fn everybody_caught_up(store: &str, limit: Duration) -> Result<(), String> {
    let told = |error: &dyn std::fmt::Display| format!("the store can't be read: {error}");
    let options = Options { migrate: false, ..Options::new(Arc::new(NoClock)) };
    let log = Log::open(store, options).await.map_err(|error| told(&error))?;
    let end = Instant::now() + limit;
    let outcome = loop {
        let head = log.head().await.map_err(|error| told(&error))?;
        let Some((who, at)) = behind(&log, head).await.map_err(|error| told(&error))? else { break Ok(()) };
        if Instant::now() > end {
            break Err(format!("after {limit:?} the {who} stands at {at} of {head}"));
        }
        sleep(Duration::from_millis(50)).await;
    };
    log.close().await;
    outcome
}

/// Somebody who has not come to a position, and where they stand: a projection, or a process.
async fn behind(
    log: &Log,
    position: u64,
) -> Result<Option<(String, u64)>, Box<dyn std::error::Error + Send + Sync>> {
    let sql = "SELECT name, position FROM projection_checkpoint WHERE suffix = '' AND position < $1";
    if let Some(row) = Db::of(log).fetch_first(sql, &[Value::count(position)]).await? {
        return Ok(Some((format!("projection {}", row.text("name")?), row.count("position")?)));
    }
    let sql = "SELECT name, position FROM process_checkpoints WHERE position < $1";
    let position = i64::try_from(position)?;
    let found: Option<(String, i64)> = match log.database() {
        Database::Sqlite(pool) => sqlx::query_as(sql).bind(position).fetch_optional(pool).await?,
        Database::Postgres(pool) => sqlx::query_as(sql).bind(position).fetch_optional(pool).await?,
    };
    Ok(found.map(|(name, at)| (format!("process {name}"), u64::try_from(at).unwrap_or_default())))
}

async fn read(store: &str) -> Result<Found, Box<dyn std::error::Error + Send + Sync>> {
    let log = Log::open(store, Options { migrate: false, ..Options::new(Arc::new(NoClock)) }).await?;
    let mut events: Vec<Recorded> = vec![];
    loop {
        let page = log.read_after(events.last().map_or(0, |event| event.position), PAGE).await?;
        let is_last = page.len() < PAGE;
        events.extend(page);
        if is_last {
            break;
        }
    }
    let keys = keys(&log).await?;
    let sql =
        "SELECT name, position, stopped_reason FROM projection_checkpoint WHERE suffix = '' ORDER BY name";
    let mut checkpoints = vec![];
    for row in Db::of(&log).fetch(sql, &[]).await? {
        checkpoints.push((row.text("name")?, row.count("position")?, row.maybe_text("stopped_reason")?));
    }
    log.close().await;
    Ok(Found { events, keys, checkpoints })
}

async fn keys(
    log: &Log,
) -> Result<HashMap<(String, String), Kept>, Box<dyn std::error::Error + Send + Sync>> {
    type Row = (String, String, i64, Option<i64>, Option<i64>, i64);
    let sql = "SELECT scope, key, version, first_position, last_position, recorded_at FROM idempotency_keys";
    let rows: Vec<Row> = match log.database() {
        Database::Sqlite(pool) => sqlx::query_as(sql).fetch_all(pool).await?,
        Database::Postgres(pool) => sqlx::query_as(sql).fetch_all(pool).await?,
    };
    let mut keys = HashMap::new();
    for (scope, key, version, first, last, recorded_at) in rows {
        let positions = match (first, last) {
            (Some(first), Some(last)) => Some((u64::try_from(first)?, u64::try_from(last)?)),
            _ => None,
        };
        let recorded_at = Timestamp::from_microsecond(recorded_at)?;
        keys.insert((scope, key), Kept { version: u64::try_from(version)?, positions, recorded_at });
    }
    Ok(keys)
}

/// Positions are dense, and the log's time never goes back along them.
fn order(events: &[Recorded], wrong: &mut Vec<String>) {
    for (place, event) in (1..).zip(events) {
        if event.position != place {
            wrong.push(format!("position {} stands where {place} should", event.position));
            return;
        }
    }
    for pair in events.windows(2) {
        if pair[1].recorded_at < pair[0].recorded_at {
            wrong.push(format!("the log's time goes back at position {}", pair[1].position));
        }
    }
}

/// Sequences are without gaps in each stream.
fn streams(events: &[Recorded], wrong: &mut Vec<String>) {
    let mut next: HashMap<(&str, &str), u64> = HashMap::new();
    for event in events {
        let next = next.entry((&event.aggregate_type, &event.aggregate_id)).or_insert(1);
        if event.sequence != *next {
            wrong.push(format!(
                "{} {} has sequence {} at position {}, where {next} should be",
                event.aggregate_type, event.aggregate_id, event.sequence, event.position
            ));
        }
        *next = event.sequence + 1;
    }
}

/// What was acknowledged is in the log, as it was acknowledged; and everybody who asked again heard the same.
fn acknowledged(key: &str, asked: &Asked, found: &Found, wrong: &mut Vec<String>) {
    let Some(first) = asked.answers.first() else { return };
    for answer in &asked.answers[1..] {
        if (Receipt { repeated: first.repeated, ..answer.clone() }) != *first || !answer.repeated {
            wrong.push(format!("{key} was answered {first:?}, and then {answer:?}"));
        }
    }
    let Some(kept) = found.keys.get(&(asked.subject.clone(), key.to_owned())) else {
        wrong.push(format!("{key} was acknowledged, and its key is not kept: {first:?}"));
        return;
    };
    let recorded_at = first.recorded_at.parse::<Timestamp>().ok();
    if kept.positions != first.positions
        || kept.version != first.version
        || recorded_at != Some(kept.recorded_at)
    {
        wrong.push(format!("{key} was acknowledged as {first:?}, and is kept as {kept:?}"));
    }
    let Some((from, to)) = first.positions else { return };
    let events = slice(&found.events, from, to);
    if events.len() != first.events.len() {
        wrong.push(format!(
            "{key} was acknowledged at {from} to {to}, and the log holds {} of that",
            events.len()
        ));
        return;
    }
    for (nth, event) in (0..).zip(events) {
        let sequence = first.version + 1 + nth - events.len() as u64;
        let is_right = event.aggregate_type == asked.aggregate_type
            && event.aggregate_id == first.id.to_string()
            && event.sequence == sequence
            && event.event_type == first.events[nth as usize]
            && event.entry("actor").is_some_and(|actor| actor == asked.subject);
        if !is_right {
            wrong.push(format!(
                "{key} was acknowledged as {first:?}, and position {} holds another event",
                event.position
            ));
        }
    }
}

/// What was never answered is there as a whole, with its key, or not at all.
fn unanswered(key: &str, asked: &Asked, found: &Found, wrong: &mut Vec<String>) {
    if !asked.answers.is_empty() {
        return;
    }
    let Some(Kept { positions: Some((from, to)), version, .. }) =
        found.keys.get(&(asked.subject.clone(), key.to_owned()))
    else {
        return; // nothing of it may be there, which `once` looks at
    };
    let events = slice(&found.events, *from, *to);
    let is_whole =
        events.len() as u64 == to + 1 - from && events.last().is_some_and(|last| last.sequence == *version);
    if !is_whole {
        wrong.push(format!(
            "{key} was not answered, and is kept for {from} to {to}, which are not its events"
        ));
    }
}

/// Every event that a client caused belongs to one key, and no key has its text in the log twice.
fn once(asked: &BTreeMap<String, Asked>, found: &Found, wrong: &mut Vec<String>) {
    let mut owners: HashMap<u64, &str> = HashMap::new();
    for ((scope, key), kept) in &found.keys {
        let Some((from, to)) = kept.positions else { continue };
        for position in from..=to {
            if let Some(other) = owners.insert(position, key) {
                wrong.push(format!("position {position} belongs to {key} of {scope} and to {other}"));
            }
        }
    }
    let mut marked: HashMap<&str, Vec<u64>> = HashMap::new();
    for event in &found.events {
        if let Some(mark) = mark(&event.payload) {
            marked.entry(mark).or_default().push(event.position);
        }
        let is_ours = event.entry("actor").is_some_and(|actor| actor.starts_with("demo:"));
        if is_ours && !owners.contains_key(&event.position) {
            wrong.push(format!(
                "position {} ({}) belongs to no idempotency key",
                event.position, event.event_type
            ));
        }
    }
    for (key, positions) in marked {
        let owner = positions.first().and_then(|position| owners.get(position)).copied();
        if positions.len() != 1 || owner != Some(key) || !asked.contains_key(key) {
            wrong.push(format!("the text of {key} stands at {positions:?}, which belongs to {owner:?}"));
        }
    }
}

/// The key that a client wrote into an event's text.
fn mark(payload: &str) -> Option<&str> {
    let start = payload.find("\"[")? + 2;
    let length = payload[start..].find("]\"")?;
    Some(&payload[start..start + length])
}

/// Everything that follows from an event was done, once: a case that a supervision discussed says so.
fn consequences(found: &Found, wrong: &mut Vec<String>) {
    let process = "supervision-on-case";
    let mut causes: HashMap<u64, usize> = HashMap::new();
    let mut seen = HashSet::new();
    for event in found.events.iter().filter(|event| event.event_type == "CaseDiscussedInSupervision") {
        let cause = event.entry("causation").and_then(|cause| cause.strip_prefix("event:")?.parse().ok());
        let Some(cause) = cause else {
            wrong.push(format!("position {} does not say what it follows from", event.position));
            continue;
        };
        *causes.entry(cause).or_default() += 1;
        if !seen.insert((cause, &event.aggregate_id)) {
            wrong.push(format!("{process} wrote twice into a case what follows from position {cause}"));
        }
    }
    for event in found.events.iter().filter(|event| event.event_type == "SupervisionRecorded") {
        let discussed = event.payload.matches("\"threshold_reason\"").count();
        let written = causes.remove(&event.position).unwrap_or_default();
        if written != discussed {
            let position = event.position;
            wrong.push(format!(
                "{process}: position {position} discusses {discussed} cases, and {written} know of it"
            ));
        }
    }
}

/// Every projection equals its rebuild, byte for byte.
async fn rebuilt(store: &str, service: &Path, folder: &Path, wrong: &mut Vec<String>) -> Result<(), String> {
    let before = dump(store).await?;
    let output = Command::new(service)
        .args(["projections", "rebuild", "--json", "--store", store])
        .current_dir(folder)
        .output()
        .map_err(|error| format!("the rebuild can't be started: {error}"))?;
    if !output.status.success() {
        wrong.push(format!("the rebuild failed: {}", String::from_utf8_lossy(&output.stderr)));
        return Ok(());
    }
    let after = dump(store).await?;
    for ((table, before), (_, after)) in before.iter().zip(&after) {
        if before != after {
            let differs = before.lines().zip(after.lines()).find(|(before, after)| before != after);
            let (before, after) = differs.unwrap_or(("fewer or more rows", ""));
            wrong.push(format!("{table} is not what its rebuild gives:\n    {before}\n    {after}"));
        }
    }
    Ok(())
}

async fn dump(store: &str) -> Result<Vec<(&'static str, String)>, String> {
    let told = |error: &dyn std::fmt::Display| format!("the read models can't be read: {error}");
    let options = Options { migrate: false, ..Options::new(Arc::new(NoClock)) };
    let log = Log::open(store, options).await.map_err(|error| told(&error))?;
    let db = Db::of(&log);
    let mut tables = vec![];
    for table in ALL.iter().flat_map(|spec| spec.tables) {
        tables.push((table.name, table.dump(&db).await.map_err(|error| told(&error))?));
    }
    log.close().await;
    Ok(tables)
}

fn slice(events: &[Recorded], from: u64, to: u64) -> &[Recorded] {
    let place = |position: u64| usize::try_from(position).unwrap_or(usize::MAX).min(events.len());
    events.get(place(from.saturating_sub(1))..place(to)).unwrap_or_default()
}
