//! Noticing where the log ends, whoever has written to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::time::Duration;

use sqlx::postgres::{PgListener, PgPool};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tracing::debug;

use crate::engine::CHANNEL;
use crate::{Database, Position};

/// How often another process' appends to a SQLite file are looked for. Our own are known at once.
const SQLITE_POLL: Duration = Duration::from_millis(500);

/// How often PostgreSQL is asked, should a notification be lost with a connection.
const POSTGRES_POLL: Duration = Duration::from_secs(5);

/// How long to wait before listening again after an error.
const PAUSE: Duration = Duration::from_secs(1);

/// What this process has seen of the log.
#[derive(Clone)]
pub(crate) struct Seen {
    head: watch::Sender<Position>,
    /// Where the log ended when the writer last committed.
    own: Arc<AtomicU64>,
    /// Where the log will end when the writer's batch has been committed: a reader may see that before the writer is told.
    begun: Arc<AtomicU64>,
    /// Grows when another process is seen to have written: states that are cached since before may be old.
    others: Arc<AtomicU64>,
    /// The writer's process in PostgreSQL.
    pub backend: Arc<AtomicI32>,
}

impl Seen {
    pub fn new(head: Position) -> Self {
        Self {
            head: watch::Sender::new(head),
            own: Arc::new(AtomicU64::new(head)),
            begun: Arc::default(),
            others: Arc::default(),
            backend: Arc::default(),
        }
    }

    pub fn watch(&self) -> watch::Receiver<Position> {
        self.head.subscribe()
    }

    /// Which of the writes of others have been seen, as a number that grows.
    pub fn others(&self) -> u64 {
        self.others.load(Ordering::Acquire)
    }

    /// Our writer is about to commit up to there.
    pub fn begin(&self, position: Position) {
        self.begun.store(position, Ordering::Release);
    }

    /// The writer's batch was not committed, or it is not known whether it was: what was seen meanwhile may be of others.
    pub fn lapse(&self) {
        self.begun.store(0, Ordering::Release);
        self.others.fetch_add(1, Ordering::AcqRel);
    }

    /// Our writer has committed.
    pub fn publish_own(&self, position: Position) {
        self.own.fetch_max(position, Ordering::AcqRel);
        self.advance(position);
    }

    /// The log was seen to end there.
    pub fn publish(&self, position: Position) {
        if position <= self.begun.load(Ordering::Acquire) {
            return self.advance(position);
        }
        if position > self.own.fetch_max(position, Ordering::AcqRel) {
            self.publish_others(position);
        }
    }

    fn publish_others(&self, position: Position) {
        self.others.fetch_add(1, Ordering::AcqRel);
        self.advance(position);
    }

    fn advance(&self, position: Position) {
        self.head.send_if_modified(|head| {
            let further = position > *head;
            *head = position.max(*head);
            further
        });
    }
}

/// Follows the log until the task is aborted.
pub(crate) async fn follow(database: Database, seen: Seen) {
    match database {
        Database::Sqlite(_) => poll(&database, &seen).await,
        Database::Postgres(ref pool) => listen(pool, &database, &seen).await,
    }
}

async fn poll(database: &Database, seen: &Seen) {
    loop {
        sleep(SQLITE_POLL).await;
        look(database, seen).await;
    }
}

async fn listen(pool: &PgPool, database: &Database, seen: &Seen) {
    loop {
        if let Err(error) = listen_once(pool, database, seen).await {
            debug!(%error, "listening to the log was interrupted");
        }
        sleep(PAUSE).await;
    }
}

async fn listen_once(pool: &PgPool, database: &Database, seen: &Seen) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    look(database, seen).await; // what came before we listened
    loop {
        match timeout(POSTGRES_POLL, listener.try_recv()).await {
            Ok(Ok(Some(told))) if told.process_id() == seen.backend.load(Ordering::Acquire) as u32 => {}
            Ok(Ok(Some(told))) => match told.payload().parse() {
                Ok(position) => {
                    seen.own.fetch_max(position, Ordering::AcqRel);
                    seen.publish_others(position);
                }
                Err(_) => look(database, seen).await,
            },
            Ok(Ok(None)) | Err(_) => look(database, seen).await,
            Ok(Err(error)) => return Err(error),
        }
    }
}

async fn look(database: &Database, seen: &Seen) {
    match database.head().await {
        Ok(head) => seen.publish(head.position),
        Err(error) => debug!(%error, "the log's head could not be read"),
    }
}
