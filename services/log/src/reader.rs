//! Reading the log.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::{FromRow, PgPool, SqlitePool};
use tokio::time::{sleep, timeout};
use tracing::warn;

use crate::engine::{KEY_COLUMNS, KeyColumns, head};
use crate::plan::{Head, KeptKey, timestamp};
use crate::{IdempotencyKey, LogError, Position, Recorded};

/// How long whoever closes a store waits for connections that are still at work.
const LONGEST_CLOSE: Duration = Duration::from_secs(10);

/// A database: the one that holds the log, or the one beside it.
///
/// Whoever writes takes a [`WriteTurn`](crate::WriteTurn) first, and writes over a connection that is made for it:
/// [`Log::writers`](crate::Log::writers), [`Beside::writers`](crate::Beside::writers).
#[derive(Clone, Debug)]
pub enum Database {
    /// One file.
    Sqlite(SqlitePool),
    /// One database of a server.
    Postgres(PgPool),
}

/// Runs a query on whichever database it is.
macro_rules! on {
    ($database:expr, |$pool:ident| $query:expr) => {
        match $database {
            Database::Sqlite($pool) => $query,
            Database::Postgres($pool) => $query,
        }
    };
}

const COLUMNS: &str = "position, aggregate_type, aggregate_id, sequence, event_type, event_version, recorded_at, \
                       CAST(payload AS text) AS payload, CAST(metadata AS text) AS metadata";

impl Database {
    pub(crate) async fn head(&self) -> Result<Head, LogError> {
        let sql = "SELECT position, recorded_at FROM log_head";
        let row: (i64, i64) = on!(self, |pool| sqlx::query_as(sql).fetch_one(pool).await)?;
        Ok(head(row))
    }

    pub(crate) async fn read_after(&self, after: Position, limit: usize) -> Result<Vec<Recorded>, LogError> {
        let sql = format!("SELECT {COLUMNS} FROM events WHERE position > $1 ORDER BY position LIMIT $2");
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows: Vec<Row> =
            on!(self, |pool| sqlx::query_as(&sql).bind(after).bind(limit).fetch_all(pool).await)?;
        rows.into_iter().map(Row::read).collect()
    }

    pub(crate) async fn read_some_after(
        &self,
        after: Position,
        event_types: &[&str],
        limit: usize,
    ) -> Result<Vec<Recorded>, LogError> {
        if event_types.is_empty() {
            return Ok(vec![]);
        }
        let places: Vec<String> = (3..event_types.len() + 3).map(|place| format!("${place}")).collect();
        let sql = format!(
            "SELECT {COLUMNS} FROM events WHERE position > $1 AND event_type IN ({}) ORDER BY position LIMIT $2",
            places.join(", ")
        );
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows: Vec<Row> = on!(self, |pool| {
            let query = sqlx::query_as(&sql).bind(after).bind(limit);
            event_types.iter().fold(query, |query, name| query.bind(*name)).fetch_all(pool).await
        })?;
        rows.into_iter().map(Row::read).collect()
    }

    pub(crate) async fn read_stream(
        &self,
        aggregate_type: &str,
        id: &str,
    ) -> Result<Vec<Recorded>, LogError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM events WHERE aggregate_type = $1 AND aggregate_id = $2 ORDER BY sequence"
        );
        let rows: Vec<Row> =
            on!(self, |pool| sqlx::query_as(&sql).bind(aggregate_type).bind(id).fetch_all(pool).await)?;
        rows.into_iter().map(Row::read).collect()
    }

    /// What states are folded from: of each stream, by its id, what came after a version. Each says of which it is, and
    /// those of one are in order.
    pub(crate) async fn payloads(
        &self,
        aggregate_type: &str,
        wanted: &[(&str, u64)],
    ) -> Result<Vec<Payload>, LogError> {
        let number = |after: u64| i64::try_from(after).unwrap_or(i64::MAX);
        let mut found: Vec<Payload> = match self {
            Self::Sqlite(pool) => {
                let wanted: Vec<_> = wanted.iter().map(|(id, after)| (id, number(*after))).collect();
                let wanted = serde_json::to_string(&wanted);
                let wanted = wanted.map_err(|error| LogError::Unreadable(error.to_string()))?;
                sqlx::query_as(PAYLOADS_SQLITE).bind(aggregate_type).bind(wanted).fetch_all(pool).await?
            }
            Self::Postgres(pool) => {
                let (ids, after): (Vec<&str>, Vec<i64>) =
                    wanted.iter().map(|(id, after)| (*id, number(*after))).unzip();
                let query = sqlx::query_as(PAYLOADS_POSTGRES).bind(aggregate_type).bind(ids).bind(after);
                query.fetch_all(pool).await?
            }
        };
        found.sort_by_key(|payload| (payload.place, payload.sequence));
        Ok(found)
    }

    pub(crate) async fn kept_key(&self, key: &IdempotencyKey) -> Result<Option<KeptKey>, LogError> {
        let sql =
            format!("SELECT {KEY_COLUMNS} FROM idempotency_keys AS k WHERE k.scope = $1 AND k.key = $2");
        let row: Option<KeyColumns> = on!(self, |pool| {
            sqlx::query_as(&sql).bind(&key.scope).bind(&key.key).fetch_optional(pool).await
        })?;
        Ok(row.map(KeyColumns::read).transpose()?.map(|(_, kept)| kept))
    }

    /// Closes every connection, and waits for those that are at work. A pool itself forgets that some are, after it has closed
    /// others that were idle, and leaves them open.
    pub(crate) async fn close(&self) {
        on!(self, |pool| {
            let all = async {
                pool.close().await;
                while pool.size() > 0 {
                    sleep(Duration::from_millis(1)).await;
                    pool.close().await;
                }
            };
            if timeout(LONGEST_CLOSE, all).await.is_err() {
                warn!("a connection to the store was still at work when the patience for it ended");
            }
        });
    }
}

/// One stream after the other by its key: what is ordered is not joined in another order.
const PAYLOADS_POSTGRES: &str = "
SELECT w.place - 1 AS place, e.sequence, e.event_type, e.event_version, e.payload
FROM unnest($2::text[], $3::bigint[]) WITH ORDINALITY AS w (id, after, place)
CROSS JOIN LATERAL (SELECT sequence, event_type, event_version, payload::text FROM events
                    WHERE aggregate_type = $1 AND aggregate_id = w.id AND sequence > w.after ORDER BY sequence) AS e";
const PAYLOADS_SQLITE: &str = "
SELECT w.key AS place, e.sequence, e.event_type, e.event_version, e.payload
FROM json_each($2) AS w
CROSS JOIN events AS e ON e.aggregate_type = $1 AND e.aggregate_id = w.value ->> 0 AND e.sequence > w.value ->> 1";

/// What happened, as it is stored, without who did it and when.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct Payload {
    /// Which of the streams that were asked for it belongs to.
    pub place: i64,
    pub sequence: i64,
    pub event_type: String,
    pub event_version: String,
    pub payload: String,
}

/// A row of `events`.
#[derive(FromRow)]
struct Row {
    position: i64,
    aggregate_type: String,
    aggregate_id: String,
    sequence: i64,
    event_type: String,
    event_version: String,
    payload: String,
    metadata: String,
    recorded_at: i64,
}

impl Row {
    fn read(self) -> Result<Recorded, LogError> {
        let wrong = |what: &str| LogError::Unreadable(format!("the {what} at position {}", self.position));
        let recorded_at: Timestamp = timestamp(self.recorded_at)?;
        Ok(Recorded {
            position: u64::try_from(self.position).map_err(|_| wrong("position"))?,
            sequence: u64::try_from(self.sequence).map_err(|_| wrong("sequence"))?,
            aggregate_type: self.aggregate_type,
            aggregate_id: self.aggregate_id,
            event_type: self.event_type,
            event_version: self.event_version,
            payload: self.payload,
            metadata: self.metadata,
            recorded_at,
        })
    }
}
