//! What the tests of this crate share: a clock that ticks, logs on both engines, and events to put into them.

#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod history;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use caseledger_aggregates::person::Person;
use caseledger_aggregates::{Authority, Context, Decider, Event, Facts, Metadata};
use caseledger_commands::person::RegisterPerson;
use caseledger_commands::{Actor, CaseId, CaseReference, Command, Role, Timestamp};
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
        Self { engine, _folder: folder, ..Self::on(&url, &clock).await }
    }

    /// On a store, at a time.
    pub async fn on(url: &str, clock: &Arc<Ticking>) -> Self {
        let log = Log::open(url, Options::new(clock.clone())).await.unwrap();
        Self { engine: "a store", url: url.to_owned(), log, clock: clock.clone(), _folder: None }
    }

    /// People who are registered, on one morning.
    pub async fn register(&self, people: impl Iterator<Item = Uuid>) {
        let now = "2017-01-02T09:00:00Z".parse().unwrap();
        for id in people {
            self.append("Person", id, now, vec![registered(id, now)]).await;
        }
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

/// The event of somebody's registration, as the person's aggregate decides it.
fn registered(id: Uuid, now: Timestamp) -> NewEvent {
    let actor = Actor { roles: vec![Role::Practitioner], ..Actor::process("test") };
    let (authority, facts) = (Authority::default(), Facts::default());
    let context = Context { id, authority: &authority, actor: &actor, now, occurred_at: now, facts: &facts };
    let event = Person::default().decide(&RegisterPerson::example().into(), &context).unwrap().remove(0);
    NewEvent::new(event.name(), event.version(), &event).unwrap()
}
