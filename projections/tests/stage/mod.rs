//! What the tests of this crate share: a clock that ticks, logs on both engines, and events to put into them.

#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod history;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use caseledger_aggregates::Metadata;
use caseledger_commands::{CaseId, CaseReference, Timestamp};
use caseledger_log::{Append, Clock, Log, NewEvent, Options};
use caseledger_test_postgres::Postgres;
use tempfile::TempDir;
use uuid::Uuid;

/// A clock that goes on by a second whenever it is looked at.
#[derive(Debug)]
pub struct Ticking(AtomicI64);

impl Ticking {
    pub fn from(text: &str) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(text.parse::<Timestamp>().unwrap().as_second())))
    }

    pub fn set(&self, moment: Timestamp) {
        self.0.store(moment.as_second(), Ordering::Relaxed);
    }
}

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.fetch_add(1, Ordering::Relaxed)).unwrap()
    }
}

/// A log and what it needs to live.
pub struct Stage {
    pub engine: &'static str,
    pub url: String,
    pub log: Log,
    pub clock: Arc<Ticking>,
    _folder: Option<TempDir>,
}

impl Stage {
    pub async fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}", folder.path().join("log.db").display());
        Self::open("sqlite", url, Some(folder)).await
    }

    pub async fn postgres() -> Self {
        Self::open("postgres", Postgres::shared().fresh_database(), None).await
    }

    pub async fn both() -> [Self; 2] {
        [Self::sqlite().await, Self::postgres().await]
    }

    /// On a database that is there already.
    pub async fn at(url: String) -> Self {
        Self::open("postgres", url, None).await
    }

    async fn open(engine: &'static str, url: String, folder: Option<TempDir>) -> Self {
        let clock = Ticking::from("2017-01-02T09:00:00Z");
        let log = Log::open(&url, Options::new(clock.clone())).await.unwrap();
        Self { engine, url, log, clock, _folder: folder }
    }

    /// Another process on the same database.
    pub async fn another(&self) -> Log {
        Log::open(&self.url, Options::new(self.clock.clone())).await.unwrap()
    }

    pub async fn append(
        &self,
        aggregate: &str,
        id: Uuid,
        occurred_at: Timestamp,
        events: Vec<NewEvent>,
    ) -> u64 {
        let metadata = Metadata {
            authority: "northshire".to_owned(),
            case: (aggregate == "Case").then(|| CaseReference::of(CaseId::from(id))),
            actor: "practitioner-1".to_owned(),
            on_behalf_of: None,
            occurred_at,
            correlation: id.to_string(),
            causation: "request".to_owned(),
            traceparent: None,
            provenance: None,
        };
        self.append_raw(aggregate, id, metadata.to_map(), events).await
    }

    pub async fn append_raw(
        &self,
        aggregate: &str,
        id: Uuid,
        metadata: HashMap<String, String>,
        events: Vec<NewEvent>,
    ) -> u64 {
        let append = Append {
            aggregate_type: aggregate.to_owned(),
            aggregate_id: id.to_string(),
            expected: None,
            events,
            metadata,
            key: None,
        };
        let receipt = self.log.append(append).await.unwrap();
        receipt.positions.map_or(0, |(_, last)| last)
    }
}
