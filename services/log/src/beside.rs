//! Where what follows from the log is kept.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::Database;

/// The files of a SQLite store, as what is added to its name: first those of what follows from the log, then the log's
/// journal, and the log itself, which bears the name, last.
pub const SQLITE_FILES: [&str; 6] = ["-views-wal", "-views-shm", BESIDE, "-wal", "-shm", ""];

/// What is added to a SQLite store's name for the file of what follows from its log.
pub const BESIDE: &str = "-views";

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
}

impl Beside {
    pub(crate) fn new(database: Database, writers: Database) -> Self {
        Self { database, writers, turn: Turn::default() }
    }

    /// The database, for reading.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The same, for transactions that write. They do not wait for the disk: what is kept here follows from the log, and what a
    /// power cut takes away is made again. On SQLite it is always the same connection.
    pub fn writers(&self) -> &Database {
        &self.writers
    }

    /// Waits for the right to write. Hold it for one transaction.
    pub async fn write_turn(&self) -> WriteTurn {
        self.turn.of(&self.writers).await
    }

    pub(crate) async fn close(&self) {
        self.writers.close().await;
        self.database.close().await;
    }
}

/// The right to write to a database.
///
/// SQLite has one writer at a time, and those who wait for it sleep and try again; with a turn they queue in order. On
/// PostgreSQL it is nothing.
#[must_use = "the turn ends when it is dropped"]
pub struct WriteTurn(#[expect(dead_code, reason = "held, not read")] Option<OwnedMutexGuard<()>>);

/// Who queues for a SQLite file.
#[derive(Clone, Default)]
pub(crate) struct Turn(Arc<Mutex<()>>);

impl Turn {
    pub async fn of(&self, database: &Database) -> WriteTurn {
        WriteTurn(match database {
            Database::Sqlite(_) => Some(self.take().await),
            Database::Postgres(_) => None,
        })
    }

    pub async fn take(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.0).lock_owned().await
    }
}

/// The name of a file that lies beside a SQLite store under its name: of one of [`SQLITE_FILES`], say.
pub fn sqlite_file(store: &Path, added: &str) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(added);
    name.into()
}
