//! Where what follows from the log is kept.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use sqlx::Connection;
use sqlx::sqlite::SqliteConnectOptions;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tracing::warn;

use crate::journal::Journal;
use crate::unsynced::InUse;
use crate::{Database, LogError, address};

/// The files of a SQLite store, as what is added to its name: first those of what follows from the log, then the log's
/// journal, and the log itself, which bears the name, last.
pub const SQLITE_FILES: [&str; 7] = [JOURNAL_BESIDE, "-views-shm", BESIDE, BOOT, "-wal", "-shm", ""];

/// What is added to a SQLite store's name for the file of what follows from its log.
pub const BESIDE: &str = "-views";

/// The same for that file's journal.
pub(crate) const JOURNAL_BESIDE: &str = "-views-wal";

/// The same for the note whether that file can be believed: see [`InUse`].
pub const BOOT: &str = "-views-boot";

/// The bytes that the files of a SQLite store take.
pub fn sqlite_bytes(store: &Path) -> u64 {
    let length = |added: &&str| std::fs::metadata(sqlite_file(store, added)).map_or(0, |file| file.len());
    SQLITE_FILES.iter().map(length).sum()
}

/// Where what follows from the log is kept, with how far it has come: on PostgreSQL in the same database, on SQLite in a file
/// beside it. A SQLite file has one writer at a time, and a page that one connection has changed is read again by all others:
/// with a file for each, the log and those who fold keep neither waiting.
#[derive(Clone)]
pub struct Beside {
    database: Database,
    writers: Database,
    turn: Turn,
    in_use: Arc<std::sync::Mutex<Option<(SqliteConnectOptions, InUse)>>>,
}

impl Beside {
    /// In the log's own database.
    pub(crate) fn with(log: &Database) -> Self {
        let (database, writers) = (log.clone(), log.clone());
        Self { database, writers, turn: Turn::default(), in_use: Arc::default() }
    }

    /// In a file beside the log's, which so many connections read.
    pub(crate) async fn file(log: &SqliteConnectOptions, connections: u32) -> Result<Self, LogError> {
        let store = log.get_filename().to_owned();
        let in_use = on_disk(move || InUse::begin(&store)).await?;
        let file = address::beside(log);
        address::connect_sqlite(&file).await?.close().await?;
        Ok(Self {
            database: Database::Sqlite(address::sqlite_pool(file.clone(), connections).await?),
            writers: Database::Sqlite(address::sqlite_writer(file.clone()).await?),
            turn: Turn::default(),
            in_use: Arc::new(std::sync::Mutex::new(Some((file, in_use)))),
        })
    }

    /// The database, for reading.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The same, for transactions that write. They do not wait for the disk: what is kept here follows from the log, and what a
    /// power cut takes away is made again. On SQLite it is always the same connection, and the file is not synced at all while
    /// it is in use: after a power cut it is made anew.
    pub fn writers(&self) -> &Database {
        &self.writers
    }

    /// Waits for the right to write. Hold it for one transaction.
    pub async fn write_turn(&self) -> WriteTurn {
        self.turn.of(&self.writers).await
    }

    pub(crate) fn journal(&self) -> Option<Journal> {
        Journal::of(&self.database, &self.writers, &self.turn)
    }

    pub(crate) async fn close(&self) {
        self.writers.close().await;
        self.database.close().await;
        let in_use = self.in_use.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((file, in_use)) = in_use
            && let Err(error) = end(&file, in_use).await
        {
            warn!(%error, "read models could not be synced: they are made anew after the system's next start");
        }
    }
}

async fn end(file: &SqliteConnectOptions, in_use: InUse) -> Result<(), LogError> {
    // The last connection that closes takes the journal into the file. Two that close at once take each other for one that stays.
    if in_use.has_journal() {
        address::connect_sqlite(file).await?.close().await?;
    }
    on_disk(move || in_use.end()).await
}

/// Does what may wait for the disk or for other processes.
async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, LogError> {
    let done = tokio::task::spawn_blocking(work).await.map_err(std::io::Error::other);
    done.flatten().map_err(|error| LogError::Unavailable(format!("the file of the read models: {error}")))
}

/// The right to write to a database.
///
/// SQLite has one writer at a time, and those who wait for it sleep and try again; with a turn they queue in order. On
/// PostgreSQL it is nothing.
#[must_use = "the turn ends when it is dropped"]
pub struct WriteTurn(#[expect(dead_code, reason = "held, not read")] Option<OwnedMutexGuard<u64>>);

/// Who queues for a SQLite file, and how many have had their turn.
#[derive(Clone, Default)]
pub(crate) struct Turn(Arc<Mutex<u64>>);

impl Turn {
    pub async fn of(&self, database: &Database) -> WriteTurn {
        WriteTurn(match database {
            Database::Sqlite(_) => Some(self.take().await),
            Database::Postgres(_) => None,
        })
    }

    pub async fn take(&self) -> OwnedMutexGuard<u64> {
        let mut turn = Arc::clone(&self.0).lock_owned().await;
        *turn += 1;
        turn
    }

    /// How many have taken it so far, whoever has it now included.
    pub async fn count(&self) -> u64 {
        *self.0.lock().await
    }
}

/// The name of a file that lies beside a SQLite store under its name: of one of [`SQLITE_FILES`], say.
pub fn sqlite_file(store: &Path, added: &str) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(added);
    name.into()
}
