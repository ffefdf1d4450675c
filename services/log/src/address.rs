//! Where a log lives, and how it is connected to.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Executor, SqliteConnection, SqlitePool};

use crate::beside::{BESIDE, sqlite_file};
use crate::engine::WORK_AS_APP;
use crate::{Database, LogError, schema};

/// How long a reader waits for a connection. The pool keeps trying for as long when there is no database: whoever asks is
/// to hear of that while they still listen.
const LONGEST_WAIT_FOR_A_CONNECTION: Duration = Duration::from_secs(3);

/// An instance that hangs, or whose machine is gone, must not hold a projection or the processes for ever: others take
/// over. Keepalives notice the machine, the timeout a process that stands still in the middle of its work.
///
/// A report of a large authority costs so much by PostgreSQL's reckoning that it would be compiled to machine code first,
/// which takes longer than the report. And it has some ten thousand units to sort or to hash, which should stay in memory.
const SESSION: &str = "
SET jit = off;
SET work_mem = '16MB';
SET idle_in_transaction_session_timeout = '60s';
SET tcp_keepalives_idle = 20;
SET tcp_keepalives_interval = 5;
SET tcp_keepalives_count = 3";

/// A connection that lay idle for longer is tried before it is trusted with a question.
const TRUSTED: Duration = Duration::from_secs(5);

/// How long the first connection to a file waits for others that are making it.
const LONGEST_WAIT_FOR_A_FILE: Duration = Duration::from_secs(10);

/// How many statements a connection keeps prepared. The projections alone have more than the hundred that are usual, and each
/// that is pushed out is parsed and planned again.
const STATEMENTS: usize = 500;

/// How much of a SQLite file the connection that writes keeps, in KiB below zero as the pragma has it: 16 MiB. Nobody else
/// changes the file, so that what it keeps stays true. What others keep is old at each commit: SQLite's own 2 MiB are enough.
const SQLITE_WRITERS_CACHE: &str = "-16384";

/// Connects to a file that another process may be making at this moment. A change of a file's journal to a write-ahead log
/// doesn't wait for other connections as every other statement does: SQLite answers at once that the file is locked.
pub(crate) async fn connect_sqlite(file: &SqliteConnectOptions) -> Result<SqliteConnection, LogError> {
    let patience = tokio::time::sleep(LONGEST_WAIT_FOR_A_FILE);
    tokio::pin!(patience);
    loop {
        match file.connect().await.map_err(LogError::from) {
            Err(refused @ LogError::Unavailable(_)) => tokio::select! {
                () = &mut patience => return Err(refused),
                () = tokio::time::sleep(Duration::from_millis(5)) => {}
            },
            done => return done,
        }
    }
}

/// Where a log lives.
pub(crate) enum Address {
    Sqlite(SqliteConnectOptions),
    Postgres(PgConnectOptions),
}

impl Address {
    pub fn parse(store: &str) -> Result<Self, LogError> {
        let unknown = |_| LogError::UnknownStore(without_password(store));
        if store.starts_with("postgres://") || store.starts_with("postgresql://") {
            let server = PgConnectOptions::from_str(store).map_err(unknown)?;
            let server = server.application_name("caseledger").statement_cache_capacity(STATEMENTS);
            return Ok(Self::Postgres(server.disable_statement_logging()));
        }
        let path = store.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path));
        match path {
            // Each connection to a database in memory would see another log.
            None | Some("" | ":memory:") => Err(LogError::UnknownStore(without_password(store))),
            Some(path) => Ok(Self::Sqlite(
                SqliteConnectOptions::new()
                    .filename(path)
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .foreign_keys(true)
                    .busy_timeout(LONGEST_WAIT_FOR_A_FILE)
                    // Nobody who commits takes the journal into the file: `journal` does.
                    .pragma("wal_autocheckpoint", "0")
                    // What a statement has changed of a page is kept until it ends, in case that it fails: not in a file.
                    .pragma("temp_store", "memory")
                    .statement_cache_capacity(STATEMENTS)
                    .disable_statement_logging(),
            )),
        }
    }

    /// Sees to it that the tables are those that this program knows.
    pub async fn prepare(&self, migrate: bool) -> Result<(), LogError> {
        match self {
            Self::Sqlite(file) => {
                let mut connection = connect_sqlite(file).await?;
                if migrate {
                    schema::migrate_sqlite(&mut connection).await?;
                }
                let version = schema::version_sqlite(&mut connection).await?;
                connection.close().await?;
                schema::check(version)
            }
            Self::Postgres(server) => {
                let mut connection = server.connect().await?;
                if migrate {
                    schema::migrate_postgres(&mut connection).await?;
                }
                let version = schema::version_postgres(&mut connection).await?;
                connection.close().await?;
                schema::check(version)
            }
        }
    }

    pub async fn pool(&self, connections: u32) -> Result<Database, LogError> {
        Ok(match self {
            Self::Sqlite(file) => Database::Sqlite(sqlite_pool(file.clone(), connections).await?),
            Self::Postgres(server) => Database::Postgres(
                PgPoolOptions::new()
                    .max_connections(connections + 1) // one more, which listens
                    .acquire_timeout(LONGEST_WAIT_FOR_A_CONNECTION)
                    // Asking every time whether the server is still there would cost as much as what is asked of it.
                    .test_before_acquire(false)
                    .before_acquire(|connection, is| {
                        Box::pin(async move { Ok(is.idle_for < TRUSTED || connection.ping().await.is_ok()) })
                    })
                    .after_connect(|connection, _| {
                        Box::pin(async {
                            connection.execute(WORK_AS_APP).await?;
                            connection.execute(SESSION).await.map(drop)
                        })
                    })
                    .connect_with(server.clone())
                    .await?,
            ),
        })
    }
}

/// Connections to a file.
pub(crate) async fn sqlite_pool(
    file: SqliteConnectOptions,
    connections: u32,
) -> Result<SqlitePool, LogError> {
    let pool = SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(LONGEST_WAIT_FOR_A_CONNECTION)
        .test_before_acquire(false) // a file does not go away
        // A rollback that the disk refused leaves its connection in the transaction for good: it is closed, and the next
        // begins on a new one.
        .after_release(|connection, _| {
            Box::pin(async {
                // What was asked of the connection before has been done when this is answered.
                connection.ping().await?;
                Ok(!connection.is_in_transaction())
            })
        });
    Ok(pool.connect_with(file).await?)
}

/// The one connection to a file that writes.
pub(crate) async fn sqlite_writer(file: SqliteConnectOptions) -> Result<SqlitePool, LogError> {
    sqlite_pool(file.pragma("cache_size", SQLITE_WRITERS_CACHE), 1).await
}

/// The file beside a log's. Nobody syncs it while it is in use.
pub(crate) fn beside(log: &SqliteConnectOptions) -> SqliteConnectOptions {
    let name = sqlite_file(log.get_filename(), BESIDE);
    log.clone().filename(name).synchronous(SqliteSynchronous::Off)
}

/// A store's address as it may be shown.
fn without_password(store: &str) -> String {
    match (store.find("://"), store.rfind('@')) {
        (Some(scheme), Some(at)) if scheme + 3 < at => format!("{}://…{}", &store[..scheme], &store[at..]),
        _ => store.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_stores_are_opened() {
        assert!(matches!(Address::parse("sqlite:case.db"), Ok(Address::Sqlite(_))));
        assert!(matches!(Address::parse("sqlite:///var/lib/case.db"), Ok(Address::Sqlite(_))));
        assert!(matches!(Address::parse("postgres://u:p@h/d"), Ok(Address::Postgres(_))));
        for unknown in ["", "case.db", "sqlite:", "sqlite::memory:", "mysql://h/d"] {
            assert!(matches!(Address::parse(unknown), Err(LogError::UnknownStore(_))), "{unknown}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        assert_eq!(without_password("mysql://u:secret@h/d"), "mysql://…@h/d");
    }
}
