//! Writing to SQLite: `BEGIN IMMEDIATE`, a statement for the head, a few for all events and all keys, `COMMIT`.
//!
//! On the one connection that also writes how far processes have come: a page that another connection has written is read
//! again by everybody else.

use serde_json::json;
use sqlx::pool::PoolConnection;
use sqlx::{Executor, Sqlite, SqlitePool};
use tokio::sync::OwnedMutexGuard;

use super::{KEY_COLUMNS, KeyColumns, TOUCH, head, is_taken, stored};
use crate::beside::Turn;
use crate::plan::{Head, Plan, StreamId};
use crate::values::sqlite_values;
use crate::{LogError, fault_point};

const HEAD: &str = "SELECT position, recorded_at FROM log_head";
const VERSIONS: &str = "
SELECT (SELECT coalesce(max(sequence), 0) FROM events
        WHERE aggregate_type = j.value ->> 0 AND aggregate_id = j.value ->> 1)
FROM json_each($1) AS j ORDER BY j.key";
const MOVE_HEAD: &str = "UPDATE log_head SET position = $1, recorded_at = $2 WHERE position = $3";
const INSERT_EVENTS: &str = "
INSERT INTO events (position, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
                    recorded_at) ";
const INSERT_KEYS: &str = "
INSERT INTO idempotency_keys (scope, key, digest, version, first_position, last_position, recorded_at) ";

/// An answer follows fsync. How far processes have come need not: what is followed twice has its effect once.
const BEGIN: &str = "PRAGMA synchronous = FULL; BEGIN IMMEDIATE";
const COMMIT: &str = "COMMIT; PRAGMA synchronous = NORMAL";
const ROLLBACK: &str = "ROLLBACK; PRAGMA synchronous = NORMAL";

/// SQLite's writer.
pub(crate) struct SqliteEngine {
    /// The only connection that writes.
    writers: SqlitePool,
    /// It, while the writer works with it.
    connection: Option<PoolConnection<Sqlite>>,
    /// Whoever has it finds the connection free.
    turn: Turn,
    held: Option<OwnedMutexGuard<u64>>,
    /// Whether something failed since the journal was last known to be whole on disk.
    is_suspect: bool,
}

impl SqliteEngine {
    pub fn new(writers: SqlitePool, turn: Turn) -> Self {
        Self { writers, connection: None, turn, held: None, is_suspect: false }
    }

    async fn connection(&mut self) -> Result<&mut PoolConnection<Sqlite>, LogError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        Ok(self.connection.insert(connection))
    }

    /// The connection. When something failed before, it is a new one, and the journal is first written into the database
    /// file, and begun anew: after a failed sync the system believes that the journal's pages are on disk, and a later sync
    /// of what comes behind them would succeed without them. After a loss of power the journal would end there.
    async fn connect(&mut self) -> Result<PoolConnection<Sqlite>, LogError> {
        let mut connection = self.writers.acquire().await?;
        if self.is_suspect {
            let (busy, _, _): (i64, i64, i64) =
                sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut *connection).await?;
            if busy != 0 {
                return Err(LogError::Unavailable(
                    "its journal is in use and can't be renewed yet".to_owned(),
                ));
            }
            self.is_suspect = false;
        }
        Ok(connection)
    }

    pub async fn look(
        &mut self,
        streams: &[&StreamId],
        keys: &[(&str, &str)],
    ) -> Result<(Head, Vec<i64>, Vec<KeyColumns>), LogError> {
        let is_locked = self.held.is_some();
        if !is_locked {
            self.take_turn().await;
        }
        let connection = &mut **self.connection().await?;
        let found = sqlx::query_as(HEAD).fetch_one(&mut *connection).await?;
        let names: Vec<_> =
            streams.iter().map(|stream| (&stream.aggregate_type, &stream.aggregate_id)).collect();
        let versions =
            sqlx::query_scalar(VERSIONS).bind(json!(names).to_string()).fetch_all(&mut *connection).await?;
        let kept = match keys {
            [] => vec![],
            _ => {
                let sql = format!(
                    "SELECT {KEY_COLUMNS} FROM json_each($1) AS j
                     CROSS JOIN idempotency_keys AS k ON k.scope = j.value ->> 0 AND k.key = j.value ->> 1"
                );
                sqlx::query_as(&sql).bind(json!(keys).to_string()).fetch_all(&mut *connection).await?
            }
        };
        if !is_locked {
            self.let_go();
        }
        Ok((head(found), versions, kept))
    }

    pub async fn lock(&mut self) -> Result<(), LogError> {
        self.take_turn().await;
        self.connection().await?.execute(BEGIN).await?;
        Ok(())
    }

    async fn take_turn(&mut self) {
        self.held = Some(self.turn.take().await);
    }

    fn let_go(&mut self) {
        self.connection = None;
        self.held = None;
    }

    pub async fn write_locked(&mut self, plan: &Plan<'_>) -> Result<bool, LogError> {
        let written = match self.insert(plan).await {
            Ok(written) => written,
            Err(error) if is_taken(&error) => false,
            Err(error) => return Err(error.into()),
        };
        fault_point!("log.before-commit");
        self.end(if written { COMMIT } else { ROLLBACK }).await?;
        Ok(written)
    }

    pub async fn unlock(&mut self) -> Result<(), LogError> {
        self.end(ROLLBACK).await
    }

    async fn end(&mut self, how: &'static str) -> Result<(), LogError> {
        self.connection().await?.execute(how).await?;
        self.let_go();
        Ok(())
    }

    pub async fn touch(&mut self) -> Result<(), LogError> {
        self.lock().await?;
        self.connection().await?.execute(TOUCH).await?;
        self.end(COMMIT).await
    }

    pub fn disconnect(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            connection.close_on_drop();
        }
        self.let_go();
        self.is_suspect = true;
    }

    async fn insert(&mut self, plan: &Plan<'_>) -> Result<bool, sqlx::Error> {
        let Some(connection) = self.connection.as_deref_mut() else { return Err(sqlx::Error::WorkerCrashed) };
        let (old, new) = (stored(plan.old.position), stored(plan.new.position));
        let moved = sqlx::query(MOVE_HEAD).bind(new).bind(plan.new.recorded_at).bind(old);
        if moved.execute(&mut *connection).await?.rows_affected() == 0 {
            return Ok(false);
        }
        let mut positions = plan.old.position + 1..;
        for (values, rows) in sqlite_values(&plan.rows, 9) {
            let sql = [INSERT_EVENTS, &values].concat();
            let mut events = sqlx::query(&sql);
            for (row, position) in rows.iter().zip(&mut positions) {
                let event = &row.append.append.events[row.event];
                events = events
                    .bind(stored(position))
                    .bind(row.append.stream.aggregate_type.as_str())
                    .bind(row.append.stream.aggregate_id.as_str())
                    .bind(stored(row.sequence))
                    .bind(event.event_type())
                    .bind(event.event_version())
                    .bind(event.payload())
                    .bind(row.append.metadata.as_str())
                    .bind(plan.new.recorded_at);
            }
            events.execute(&mut *connection).await?;
        }
        for (values, rows) in sqlite_values(&plan.keys, 7) {
            let sql = [INSERT_KEYS, &values].concat();
            let mut keys = sqlx::query(&sql);
            for row in rows {
                let receipt = &row.receipt;
                keys = keys
                    .bind(row.key.scope.as_str())
                    .bind(row.key.key.as_str())
                    .bind(row.key.digest.as_slice())
                    .bind(stored(receipt.version))
                    .bind(receipt.positions.map(|(first, _)| stored(first)))
                    .bind(receipt.positions.map(|(_, last)| stored(last)))
                    .bind(receipt.recorded_at.as_microsecond());
            }
            keys.execute(&mut *connection).await?;
        }
        Ok(true)
    }
}
