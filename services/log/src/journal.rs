//! Taking a SQLite file's journal into the file, beside those who write.
//!
//! What is committed goes to the end of a write-ahead log, here called the journal, and from there into the file: a
//! checkpoint, by SQLite's word. SQLite lets whoever commits do that when the journal has become long, and wait for the disk
//! twice; and it keeps to itself that it failed.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{Executor, Sqlite, SqlitePool};
use tokio::time::sleep;
use tracing::warn;

use crate::Database;
use crate::beside::Turn;

/// How often what was written is taken into the file.
const EVERY: Duration = Duration::from_secs(1);

/// How many pages the journal may have before it is begun anew: 64 MiB. Half of that again comes while they are taken into
/// the file.
const LONG: i64 = 16_384;

/// How long those who write wait for those who still read in the journal, before it is begun anew another time.
const PATIENCE: &str = "PRAGMA busy_timeout = 50";

/// The journal of one file of a store.
pub(crate) struct Journal {
    readers: SqlitePool,
    writers: SqlitePool,
    turn: Turn,
}

/// What a checkpoint answers: whether it had to leave something out, how many pages the journal has, and how many of them are
/// in the file.
type Checkpoint = (i64, i64, i64);

impl Journal {
    /// The journal of a database, if it has one to look after: PostgreSQL looks after its own.
    pub fn of(readers: &Database, writers: &Database, turn: &Turn) -> Option<Self> {
        let (Database::Sqlite(readers), Database::Sqlite(writers)) = (readers, writers) else { return None };
        Some(Self { readers: readers.clone(), writers: writers.clone(), turn: turn.clone() })
    }

    /// Keeps the journal short until the task is aborted.
    pub async fn keep_short(self) {
        let mut taken_in = 0;
        loop {
            sleep(EVERY).await;
            let turns = self.turn.count().await;
            if turns == taken_in {
                continue;
            }
            match self.take_in().await {
                Ok(()) => taken_in = turns,
                Err(sqlx::Error::PoolClosed) => return,
                Err(error) => {
                    warn!(%error, "a store's journal can't be taken into its file, and grows until it can");
                }
            }
        }
    }

    async fn take_in(&self) -> Result<(), sqlx::Error> {
        let sql = "PRAGMA wal_checkpoint(PASSIVE)";
        let (_, pages, taken): Checkpoint = sqlx::query_as(sql).fetch_one(&self.readers).await?;
        // Somebody who reads what is old holds the rest back: nobody need wait for them.
        let is_held = pages - taken > LONG / 8;
        if pages >= LONG && !is_held { self.begin_anew().await } else { Ok(()) }
    }

    /// Takes in the little that has come meanwhile, and lets the next commit begin the journal anew, while nobody writes. Over
    /// the connection that writes: it believes that a file has changed whose journal another has begun anew, and would read
    /// every page again.
    async fn begin_anew(&self) -> Result<(), sqlx::Error> {
        let _turn = self.turn.take().await;
        let mut connection = self.writers.acquire().await?;
        let done = begin_anew(&mut connection).await;
        if done.is_err() {
            connection.close_on_drop();
        }
        done
    }
}

async fn begin_anew(connection: &mut PoolConnection<Sqlite>) -> Result<(), sqlx::Error> {
    let usual: i64 = sqlx::query_scalar("PRAGMA busy_timeout").fetch_one(&mut **connection).await?;
    connection.execute(PATIENCE).await?;
    let sql = "PRAGMA wal_checkpoint(RESTART)";
    let _: Checkpoint = sqlx::query_as(sql).fetch_one(&mut **connection).await?;
    connection.execute(format!("PRAGMA busy_timeout = {usual}").as_str()).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address;

    const WRITE: &str = "INSERT INTO t VALUES (zeroblob(80000000)); DELETE FROM t";

    async fn pages(journal: &Journal) -> i64 {
        let sql = "PRAGMA wal_checkpoint(PASSIVE)";
        sqlx::query_as::<_, Checkpoint>(sql).fetch_one(&journal.readers).await.unwrap().1
    }

    #[tokio::test]
    async fn a_long_journal_is_begun_anew_as_soon_as_nobody_reads_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = format!("sqlite:{}", folder.path().join("store.sqlite").display());
        let address::Address::Sqlite(file) = address::Address::parse(&store).unwrap() else {
            panic!("{store}")
        };
        let journal = Journal {
            readers: address::sqlite_pool(file.clone(), 2).await.unwrap(),
            writers: address::sqlite_writer(file).await.unwrap(),
            turn: Turn::default(),
        };
        journal.writers.execute("CREATE TABLE t (b blob); INSERT INTO t VALUES (1)").await.unwrap();
        let mut reading = journal.readers.begin().await.unwrap();
        reading.execute("SELECT count(*) FROM t").await.unwrap();
        journal.writers.execute(WRITE).await.unwrap();
        journal.take_in().await.unwrap();
        journal.writers.execute("INSERT INTO t VALUES (2)").await.unwrap();
        assert!(pages(&journal).await > LONG, "what is read stays");
        reading.rollback().await.unwrap();
        journal.take_in().await.unwrap();
        journal.writers.execute("INSERT INTO t VALUES (3)").await.unwrap();
        assert!(pages(&journal).await < 10, "begun anew");
        let usual: i64 = sqlx::query_scalar("PRAGMA busy_timeout").fetch_one(&journal.writers).await.unwrap();
        assert_eq!(usual, 10_000, "who writes waits for others as before");
    }
}
