//! What the tests are told with: a store, a clock that they set, a small aggregate.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use caseledger_log::{Append, Clock, Database, IdempotencyKey, Log, LogError, NewEvent, Options, Recorded};
use caseledger_test_postgres::Postgres;
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where a log is kept for one test.
pub struct Store {
    pub url: String,
    pub clock: Arc<TestClock>,
    _folder: Option<tempfile::TempDir>,
}

impl Store {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("log.sqlite").display());
        Self { url, clock: Arc::default(), _folder: Some(folder) }
    }

    pub fn postgres() -> Self {
        Self { url: Postgres::shared().fresh_database(), clock: Arc::default(), _folder: None }
    }

    pub fn is_postgres(&self) -> bool {
        self.url.starts_with("postgres")
    }

    pub fn options(&self) -> Options {
        Options { connections: 4, ..Options::new(self.clock.clone()) }
    }

    pub async fn open(&self) -> Log {
        Log::open(&self.url, self.options()).await.unwrap()
    }
}

/// A clock that stands still until it is set.
#[derive(Default)]
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn set(&self, second: i64) {
        self.0.store(second, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// A tally that is only ever added to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    pub total: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TallyEvent {
    Added { amount: i64 },
}

impl DomainEvent for TallyEvent {
    fn event_type(&self) -> String {
        "Added".to_owned()
    }

    fn event_version(&self) -> String {
        "2".to_owned()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("a tally is not added nothing to")]
pub struct Nothing;

impl Aggregate for Tally {
    const TYPE: &'static str = "Tally";
    type Command = i64;
    type Event = TallyEvent;
    type Error = Nothing;
    type Services = ();

    async fn handle(&mut self, amount: i64, _services: &(), sink: &EventSink<Self>) -> Result<(), Nothing> {
        match amount {
            0 => Err(Nothing),
            amount => {
                sink.write(added(amount), self).await;
                Ok(())
            }
        }
    }

    fn apply(&mut self, TallyEvent::Added { amount }: TallyEvent) {
        self.total += amount;
    }
}

pub fn added(amount: i64) -> TallyEvent {
    TallyEvent::Added { amount }
}

/// An append of so many events.
pub fn append(id: &str, expected: Option<u64>, amounts: &[i64]) -> Append {
    let event = |amount: &i64| NewEvent::new("Added", "2", &added(*amount)).unwrap();
    Append {
        aggregate_type: "Tally".to_owned(),
        aggregate_id: id.to_owned(),
        expected,
        events: amounts.iter().map(event).collect(),
        metadata: HashMap::from([("actor".to_owned(), "Zoë".to_owned())]),
        key: None,
    }
}

pub fn keyed(mut append: Append, key: &IdempotencyKey) -> Append {
    append.key = Some(key.clone());
    append
}

pub fn key(key: &str, digest: u8) -> IdempotencyKey {
    IdempotencyKey { scope: "posting".to_owned(), key: key.to_owned(), digest: [digest; 32] }
}

/// The whole log, seen to be dense.
pub async fn whole(log: &Log) -> Vec<Recorded> {
    let events = log.read_after(0, 1_000_000).await.unwrap();
    let positions: Vec<_> = events.iter().map(|event| event.position).collect();
    assert_eq!(positions, (1..=events.len() as u64).collect::<Vec<_>>());
    assert_eq!(log.head().await.unwrap(), events.len() as u64);
    for (id, sequences) in sequences(&events) {
        assert_eq!(sequences, (1..=sequences.len() as u64).collect::<Vec<_>>(), "stream {id}");
    }
    events
}

fn sequences(events: &[Recorded]) -> HashMap<&str, Vec<u64>> {
    let mut sequences = HashMap::<_, Vec<_>>::new();
    for event in events {
        sequences.entry(event.aggregate_id.as_str()).or_default().push(event.sequence);
    }
    sequences
}

/// Runs SQL beside the log.
pub async fn sql(log: &Log, sql: &str) -> Result<(), LogError> {
    match log.database() {
        Database::Sqlite(pool) => sqlx::raw_sql(sql).execute(pool).await.map(drop)?,
        Database::Postgres(pool) => sqlx::raw_sql(sql).execute(pool).await.map(drop)?,
    }
    Ok(())
}
