//! Copies of a SQLite log: taken while it is written to, and ended earlier.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use caseledger_log::{
    Append, Clock, IdempotencyKey, Log, LogError, NewEvent, Options, Recorded, Until, copy_sqlite,
    copy_sqlite_until,
};
use jiff::Timestamp;
use tempfile::TempDir;

/// A second passes between looks.
#[derive(Default)]
struct Ticking(AtomicI64);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.fetch_add(1, Ordering::Relaxed)).unwrap()
    }
}

async fn open(file: &Path) -> Log {
    let clock = Arc::new(Ticking::default());
    Log::open(&format!("sqlite:{}", file.display()), Options::new(clock)).await.unwrap()
}

fn append(id: &str, events: usize) -> Append {
    Append {
        aggregate_type: "Tally".to_owned(),
        aggregate_id: id.to_owned(),
        expected: Some(0),
        events: (0..events).map(|number| NewEvent::new("Added", "1", &number).unwrap()).collect(),
        metadata: HashMap::new(),
        key: Some(IdempotencyKey { scope: "test".to_owned(), key: id.to_owned(), digest: [7; 32] }),
    }
}

async fn all(log: &Log) -> Vec<Recorded> {
    log.read_after(0, 100_000).await.unwrap()
}

#[tokio::test]
async fn a_copy_taken_while_it_is_written_to_is_a_prefix() {
    let folder = TempDir::new().unwrap();
    let (file, copy) = (folder.path().join("log.sqlite"), folder.path().join("copy.sqlite"));
    let log = open(&file).await;
    log.append(append("first", 1)).await.unwrap();
    let writing = tokio::spawn({
        let log = log.clone();
        async move {
            for number in 0.. {
                if log.append(append(&format!("{number}"), 2)).await.is_err() {
                    return;
                }
            }
        }
    });
    let before = log.head().await.unwrap();
    let end = copy_sqlite(&file, &copy).await.unwrap();
    writing.abort();
    assert!(end >= before && end <= log.head().await.unwrap());
    let copied = all(&open(&copy).await).await;
    assert_eq!(copied.len() as u64, end);
    assert!(all(&log).await.starts_with(&copied));
    assert!(!folder.path().join("copy.sqlite.partial").exists());
}

#[tokio::test]
async fn a_copy_may_end_earlier_but_never_within_a_commit() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("log.sqlite");
    let log = open(&file).await;
    for id in ["a", "b", "c"] {
        log.append(append(id, 2)).await.unwrap();
    }
    let events = all(&log).await;
    let moment = events[3].recorded_at;
    let cases = [
        (Until::Position(4), 4),
        (Until::Position(3), 2),
        (Until::Position(99), 6),
        (Until::Position(0), 0),
        (Until::Time(moment), 4),
        (Until::Time(Timestamp::MIN), 0),
        (Until::End, 6),
    ];
    for (number, (until, expected)) in cases.into_iter().enumerate() {
        let copy = folder.path().join(format!("{number}.sqlite"));
        assert_eq!(copy_sqlite_until(&file, &copy, until).await, Ok(expected), "{until:?}");
        let copied = open(&copy).await;
        assert_eq!(all(&copied).await, events[..expected as usize], "{until:?}");
        // What was answered up to there is answered again, and what was not kept is done anew.
        let again = copied.append(append("a", 2)).await.unwrap();
        assert_eq!(again.repeated, expected >= 2, "{until:?}");
        let receipt = copied.append(append("c", 2)).await.unwrap();
        assert_eq!(receipt.repeated, expected == 6, "{until:?}");
    }
}

#[tokio::test]
async fn nothing_is_overwritten_and_nothing_is_made_of_nothing() {
    let folder = TempDir::new().unwrap();
    let (file, copy) = (folder.path().join("log.sqlite"), folder.path().join("copy.sqlite"));
    assert!(matches!(copy_sqlite(&file, &copy).await, Err(LogError::Invalid(_))));
    assert!(!file.exists() && !copy.exists());
    let log = open(&file).await;
    log.append(append("a", 1)).await.unwrap();
    copy_sqlite(&file, &copy).await.unwrap();
    assert!(matches!(copy_sqlite(&file, &copy).await, Err(LogError::Invalid(_))));
    std::fs::write(folder.path().join("no.sqlite"), "not a database, whatever it is called").unwrap();
    let told = copy_sqlite(&folder.path().join("no.sqlite"), &folder.path().join("x.sqlite")).await;
    assert!(told.is_err());
    assert!(!folder.path().join("x.sqlite").exists() && !folder.path().join("x.sqlite.partial").exists());
}
