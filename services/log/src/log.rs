//! The log's handle.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cqrs_es::persist::EventUpcaster;
use sqlx::sqlite::SqliteSynchronous;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::AbortHandle;

use crate::address::{self, Address};
use crate::beside::Turn;
use crate::engine::{Engine, PostgresEngine, SqliteEngine};
use crate::follow::{Seen, follow};
use crate::journal::Journal;
use crate::plan::Prepared;
use crate::queue::{Entrance, queue};
use crate::writer::{Job, Trouble, Waiting, Writer};
use crate::{
    Append, Beside, Clock, Database, IdempotencyKey, LogError, LogStore, Observer, Position, Receipt,
    Recorded, Urgency, WriteTurn,
};

/// How a log is opened.
#[derive(Clone)]
pub struct Options {
    /// Where the writer takes the time from.
    pub clock: Arc<dyn Clock>,
    /// Whether tables that are missing or older are brought up to date.
    pub migrate: bool,
    /// How many appends may wait for the writer, and as many in bulk; more are answered [`LogError::Busy`].
    pub queue: usize,
    /// How many connections read at the same time: from PostgreSQL in all, from each of the two files of a SQLite store. At
    /// least 2.
    pub connections: u32,
    /// How many aggregates' states each [`LogStore`] remembers.
    pub cached_states: usize,
    /// Who is told how the writer works.
    pub observer: Option<Arc<dyn Observer>>,
}

impl Options {
    /// The defaults, with the clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, migrate: true, queue: 8_192, connections: 8, cached_states: 12_000, observer: None }
    }
}

/// An authority's log. Cheap to clone; all clones share one writer.
#[derive(Clone)]
pub struct Log {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    writers: Database,
    queue: Entrance,
    seen: Seen,
    turn: Turn,
    beside: Beside,
    counters: Arc<Counters>,
    trouble: Trouble,
    cached_states: usize,
    helpers: Vec<AbortHandle>,
}

impl Inner {
    fn dismiss_helpers(&self) {
        self.helpers.iter().for_each(AbortHandle::abort);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.dismiss_helpers();
    }
}

/// What the log has done since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Batches committed or tried.
    pub batches: u64,
    /// Appends taken from the queue.
    pub appends: u64,
    /// Events written.
    pub events: u64,
    /// Appends refused: conflicts and keys that were used before.
    pub refused: u64,
    /// Appends that failed with the database.
    pub failed: u64,
    /// How long the writer has worked.
    pub busy: Duration,
    /// Appends that wait now.
    pub waiting: usize,
}

#[derive(Default)]
pub(crate) struct Counters {
    pub batches: AtomicU64,
    pub appends: AtomicU64,
    pub events: AtomicU64,
    pub refused: AtomicU64,
    pub failed: AtomicU64,
    pub busy_microseconds: AtomicU64,
}

impl Log {
    /// Opens the log at `sqlite:PATH` or `postgres://…`, and makes it where there is none.
    ///
    /// # Errors
    /// [`LogError::UnknownStore`], [`LogError::NewerSchema`], [`LogError::OlderSchema`] when it may not migrate, and those
    /// of the database.
    pub async fn open(store: &str, options: Options) -> Result<Self, LogError> {
        let turn = Turn::default();
        let address = Address::parse(store)?;
        address.prepare(options.migrate).await?;
        let connections = options.connections.max(2);
        let database = address.pool(connections).await?;
        let seen = Seen::new(database.head().await?.position);
        let (writers, beside, engine) = match address {
            Address::Sqlite(file) => {
                let beside = Beside::file(&file, connections).await?;
                // Only the log's commits wait for the disk, and say so.
                let writer = address::sqlite_writer(file.synchronous(SqliteSynchronous::Normal)).await?;
                let engine = SqliteEngine::new(writer.clone(), turn.clone());
                (Database::Sqlite(writer), beside, Engine::Sqlite(engine))
            }
            Address::Postgres(server) => {
                let engine = PostgresEngine::new(server, Arc::clone(&seen.backend));
                let beside = Beside::with(&database);
                (database.clone(), beside, Engine::Postgres(Box::new(engine)))
            }
        };
        let counters = Arc::<Counters>::default();
        let (queue, jobs) = queue(options.queue);
        let mut writer = Writer::new(engine, options.clock, seen.clone(), Arc::clone(&counters));
        writer.observer = options.observer;
        let trouble = writer.trouble.clone();
        tokio::spawn(writer.run(jobs));
        let follower = tokio::spawn(follow(database.clone(), seen.clone()));
        let journals = [Journal::of(&database, &writers, &turn), beside.journal()].into_iter().flatten();
        let journals = journals.map(|journal| tokio::spawn(journal.keep_short()));
        let helpers = std::iter::once(follower).chain(journals).map(|task| task.abort_handle()).collect();
        let cached_states = options.cached_states;
        Ok(Self {
            inner: Arc::new(Inner {
                database,
                writers,
                queue,
                seen,
                turn,
                beside,
                counters,
                trouble,
                cached_states,
                helpers,
            }),
        })
    }

    /// Brings the tables at `sqlite:PATH` or `postgres://…` up to date, and makes them where there are none.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn migrate(store: &str) -> Result<(), LogError> {
        Address::parse(store)?.prepare(true).await
    }

    /// Writes a command's events, all or none, and answers once they are durable.
    ///
    /// # Errors
    /// [`LogError::Conflict`], [`LogError::KeyReused`], [`LogError::Invalid`], [`LogError::Busy`], [`LogError::Closed`], and
    /// those of the database: after these it may have been written, and is repeated with its key.
    pub async fn append(&self, append: Append) -> Result<Receipt, LogError> {
        self.hand_in(Prepared::new(append)?, Urgency::Awaited).await
    }

    /// As [`append`](Self::append), for one of many that nobody waits for in person: those of [`append`](Self::append)
    /// go first, and leave these a share.
    ///
    /// # Errors
    /// As [`append`](Self::append).
    pub async fn append_in_bulk(&self, append: Append) -> Result<Receipt, LogError> {
        self.hand_in(Prepared::new(append)?, Urgency::Bulk).await
    }

    /// As [`append`](Self::append), or in bulk, of events that were decided on a state which was read from the log.
    pub(crate) async fn append_decided(&self, append: Append, urgency: Urgency) -> Result<Receipt, LogError> {
        self.hand_in(Prepared::new(append)?.decided_on_what_was_read(), urgency).await
    }

    async fn hand_in(&self, prepared: Prepared, urgency: Urgency) -> Result<Receipt, LogError> {
        let queue = match urgency {
            Urgency::Awaited => &self.inner.queue.people,
            Urgency::Bulk => &self.inner.queue.bulk,
        };
        let (answer, answered) = oneshot::channel();
        queue.try_send(Job::Append(Box::new(Waiting { prepared, answer }))).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => LogError::Busy,
            mpsc::error::TrySendError::Closed(_) => LogError::Closed,
        })?;
        answered.await.map_err(|_| LogError::Unavailable("the writer has stopped".to_owned()))?
    }

    /// What was answered to the same idempotency key before, if it was used.
    ///
    /// # Errors
    /// [`LogError::KeyReused`] when it was used for another request.
    pub async fn receipt_for(&self, key: &IdempotencyKey) -> Result<Option<Receipt>, LogError> {
        self.inner.database.kept_key(key).await?.map(|kept| kept.answer(key)).transpose()
    }

    /// The events after a position, in order, `limit` at most.
    ///
    /// # Errors
    /// Those of the database; [`LogError::Unreadable`] when a row is not what this program writes.
    pub async fn read_after(&self, position: Position, limit: usize) -> Result<Vec<Recorded>, LogError> {
        self.inner.database.read_after(position, limit).await
    }

    /// The events of some types after a position, in order, `limit` at most.
    ///
    /// # Errors
    /// As [`read_after`](Self::read_after).
    pub async fn read_some_after(
        &self,
        position: Position,
        event_types: &[&str],
        limit: usize,
    ) -> Result<Vec<Recorded>, LogError> {
        self.inner.database.read_some_after(position, event_types, limit).await
    }

    /// A stream's events, in order; none when it doesn't exist.
    ///
    /// # Errors
    /// As [`read_after`](Self::read_after).
    pub async fn read_stream(
        &self,
        aggregate_type: &str,
        aggregate_id: &str,
    ) -> Result<Vec<Recorded>, LogError> {
        self.inner.database.read_stream(aggregate_type, aggregate_id).await
    }

    /// Where the log ends, as the database says now; 0 when it is empty.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn head(&self) -> Result<Position, LogError> {
        let head = self.inner.database.head().await?;
        self.inner.seen.publish(head.position);
        Ok(head.position)
    }

    /// Where the log ends, as far as this process has noticed: at once for its own appends, within moments for those of
    /// other processes.
    pub fn watch(&self) -> watch::Receiver<Position> {
        self.inner.seen.watch()
    }

    /// The database that holds the log.
    pub fn database(&self) -> &Database {
        &self.inner.database
    }

    /// The same, for the few who write to it beside the log: on SQLite over the log's own connection, whose pages stay true.
    /// But for the log's own commits it does not wait for the disk.
    pub fn writers(&self) -> &Database {
        &self.inner.writers
    }

    /// Waits for the right to write to the database that holds the log. Hold it for one transaction.
    pub async fn write_turn(&self) -> WriteTurn {
        self.inner.turn.of(&self.inner.writers).await
    }

    /// Where what follows from the log is kept.
    pub fn beside(&self) -> &Beside {
        &self.inner.beside
    }

    /// One aggregate's streams, as cqrs-es sees them. Make it once and clone it: its cache of states is its own.
    pub fn store<A: cqrs_es::Aggregate + Clone>(
        &self,
        upcasters: Vec<Box<dyn EventUpcaster>>,
    ) -> LogStore<A> {
        LogStore::new(self.clone(), upcasters, self.inner.cached_states)
    }

    /// What the log has done since it was opened.
    pub fn stats(&self) -> Stats {
        let counters = &self.inner.counters;
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            batches: read(&counters.batches),
            appends: read(&counters.appends),
            events: read(&counters.events),
            refused: read(&counters.refused),
            failed: read(&counters.failed),
            busy: Duration::from_micros(read(&counters.busy_microseconds)),
            waiting: self.inner.queue.waiting(),
        }
    }

    /// Finds out whether commands can be written, without writing any; [`trouble`](Self::trouble) tells. Until somebody has
    /// tried, a log that can only be read looks like any other.
    pub async fn probe(&self) {
        let (known, answered) = oneshot::channel();
        if self.inner.queue.people.send(Job::Probe(known)).await.is_ok() {
            let _stopped = answered.await;
        }
    }

    /// Why the last batch could not be written; nothing as soon as one can. The log finds out by itself, asked or not.
    pub fn trouble(&self) -> Option<LogError> {
        self.inner.trouble.get()
    }

    /// Takes no more appends, answers those that wait, and lets go of the database. Safe to call twice.
    pub async fn close(&self) {
        let (done, drained) = oneshot::channel();
        if self.inner.queue.people.send(Job::Close(done)).await.is_ok() {
            let _stopped = drained.await;
        }
        self.inner.queue.people.closed().await;
        self.inner.dismiss_helpers();
        self.inner.beside.close().await;
        self.inner.writers.close().await;
        self.inner.database.close().await;
    }

    /// How many aggregates' states a store remembers.
    pub(crate) fn cached_states(&self) -> usize {
        self.inner.cached_states
    }

    /// Which of the writes of others have been seen, as a number that grows.
    pub(crate) fn others(&self) -> u64 {
        self.inner.seen.others()
    }
}
