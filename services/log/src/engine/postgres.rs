//! Writing to PostgreSQL: one statement locks and moves the head, inserts all events and all keys, and tells the others;
//! it commits by itself. One round trip for a batch, and the lock is never held while the client thinks.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor, PgConnection};
use tokio::time::Instant;

use super::{KEY_COLUMNS, KeyColumns, TOUCH, head, is_taken, stored};
use crate::plan::{Head, Plan, StreamId};
use crate::{LogError, fault_point};

/// The channel on which instances tell each other where the log ends. Its payload is a position.
pub(crate) const CHANNEL: &str = "caseledger_log";

/// A connection that lay idle for longer is tried before it is trusted with a batch.
const IDLE: Duration = Duration::from_secs(5);

/// Whoever opens the log in order to use it works as the service's role, where there is one that may: what an operator
/// makes with the owner's or a superuser's rights (a rebuilt read model) the service could not replace later. Only
/// migrations are done as the one who logs in.
pub(crate) const WORK_AS_APP: &str = "
SELECT set_config('role', rolname, false) FROM pg_roles
WHERE rolname = 'caseledger_app' AND rolname <> current_user AND pg_has_role(oid, 'MEMBER')
  AND has_schema_privilege(oid, current_schema()::text, 'CREATE')
  AND coalesce(has_table_privilege(oid, to_regclass('events'), 'INSERT'), false)";

const LOOK: &str = "
SELECT h.position, h.recorded_at,
       ARRAY(SELECT coalesce((SELECT max(e.sequence) FROM events e
                              WHERE e.aggregate_type = s.aggregate_type AND e.aggregate_id = s.aggregate_id), 0)
             FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS s (aggregate_type, aggregate_id, place)
             ORDER BY s.place)
FROM log_head h";
/// Arrays are taken apart in the list of what is selected: `FROM unnest(…)` puts each of them into a store of its own first,
/// which takes a third longer (docs/performance.md).
const WRITE: &str = "
WITH head AS
  (UPDATE log_head SET position = $1, recorded_at = $2 WHERE position = $3 RETURNING position),
written AS
  (INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, position,
                       recorded_at)
   SELECT aggregate_type, aggregate_id, sequence, event_type, event_version, payload::json, metadata::json, $3 + place, $2
   FROM (SELECT unnest($4::text[]) AS aggregate_type, unnest($5::text[]) AS aggregate_id, unnest($6::bigint[]) AS sequence,
                unnest($7::text[]) AS event_type, unnest($8::text[]) AS event_version, unnest($9::text[]) AS payload,
                unnest($10::text[]) AS metadata, generate_subscripts($4::text[], 1) AS place
         FROM head) AS e),
kept AS
  (INSERT INTO idempotency_keys (scope, key, digest, version, first_position, last_position, recorded_at)
   SELECT unnest($11::text[]), unnest($12::text[]), unnest($13::bytea[]), unnest($14::bigint[]), unnest($15::bigint[]),
          unnest($16::bigint[]), unnest($17::bigint[])
   FROM head)
SELECT CASE WHEN position > $3 THEN pg_notify('caseledger_log', position::text)::text END FROM head";

/// The writer looks rows up by their keys and needs no other way. Left to itself, PostgreSQL keeps the plan that it made
/// while a table was empty (read all of it), until it has counted the table again: a minute, or more. The price that it
/// then sees in the table of one row must not lead it to compile the plan.
const BY_KEYS: &str = "SET enable_seqscan = off; SET jit = off";

/// PostgreSQL's writer.
pub(crate) struct PostgresEngine {
    options: PgConnectOptions,
    connection: Option<PgConnection>,
    used: Instant,
    /// The server process of the connection, by which the writer's own notifications are told from those of others.
    backend: Arc<AtomicI32>,
}

impl PostgresEngine {
    pub fn new(options: PgConnectOptions, backend: Arc<AtomicI32>) -> Self {
        Self { options, connection: None, used: Instant::now(), backend }
    }

    async fn connection(&mut self) -> Result<&mut PgConnection, LogError> {
        let rested = self.used.elapsed() > IDLE;
        self.used = Instant::now();
        let connection = match self.connection.take() {
            Some(connection) if !rested => connection,
            Some(mut connection) => match connection.ping().await {
                Ok(()) => connection,
                Err(_) => self.connect().await?,
            },
            None => self.connect().await?,
        };
        Ok(self.connection.insert(connection))
    }

    async fn connect(&mut self) -> Result<PgConnection, LogError> {
        let mut connection = self.options.connect().await?;
        let (backend, durability): (i32, String) =
            sqlx::query_as("SELECT pg_backend_pid(), current_setting('synchronous_commit')")
                .fetch_one(&mut connection)
                .await?;
        if durability == "off" {
            connection.execute("SET synchronous_commit = on").await?; // an answer follows fsync
        }
        connection.execute(WORK_AS_APP).await?;
        connection.execute(BY_KEYS).await?;
        // An instance that hangs while it holds the lock must not stop the others for ever.
        connection.execute("SET idle_in_transaction_session_timeout = '10s'").await?;
        self.backend.store(backend, Ordering::Release);
        Ok(connection)
    }

    pub async fn look(
        &mut self,
        streams: &[&StreamId],
        keys: &[(&str, &str)],
    ) -> Result<(Head, Vec<i64>, Vec<KeyColumns>), LogError> {
        let connection = self.connection().await?;
        let (types, ids): (Vec<_>, Vec<_>) = streams
            .iter()
            .map(|stream| (stream.aggregate_type.as_str(), stream.aggregate_id.as_str()))
            .unzip();
        let (position, recorded_at, versions): (i64, i64, Vec<i64>) =
            sqlx::query_as(LOOK).bind(types).bind(ids).fetch_one(&mut *connection).await?;
        let kept = match keys {
            [] => vec![],
            _ => {
                // One key after the other: an offset keeps PostgreSQL from joining them in another order.
                let sql = format!(
                    "SELECT {KEY_COLUMNS} FROM unnest($1::text[], $2::text[]) AS w (scope, key)
                     CROSS JOIN LATERAL (SELECT * FROM idempotency_keys
                                         WHERE scope = w.scope AND key = w.key OFFSET 0) AS k"
                );
                let (scopes, keys): (Vec<_>, Vec<_>) = keys.iter().copied().unzip();
                sqlx::query_as(&sql).bind(scopes).bind(keys).fetch_all(&mut *connection).await?
            }
        };
        Ok((head((position, recorded_at)), versions, kept))
    }

    pub async fn write(&mut self, plan: &Plan<'_>) -> Result<bool, LogError> {
        let connection = self.connection().await?;
        match insert(connection, plan).await {
            Ok(written) => Ok(written),
            Err(error) if is_taken(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    pub async fn lock(&mut self) -> Result<(), LogError> {
        let connection = self.connection().await?;
        connection.execute("BEGIN").await?;
        connection.execute("SELECT position FROM log_head FOR UPDATE").await?;
        Ok(())
    }

    pub async fn write_locked(&mut self, plan: &Plan<'_>) -> Result<bool, LogError> {
        let written = self.write(plan).await?;
        fault_point!("log.before-commit");
        self.end(if written { "COMMIT" } else { "ROLLBACK" }).await?;
        Ok(written)
    }

    pub async fn unlock(&mut self) -> Result<(), LogError> {
        self.end("ROLLBACK").await
    }

    async fn end(&mut self, how: &'static str) -> Result<(), LogError> {
        self.connection().await?.execute(how).await?;
        Ok(())
    }

    pub async fn touch(&mut self) -> Result<(), LogError> {
        self.connection().await?.execute(TOUCH).await?;
        Ok(())
    }

    pub fn disconnect(&mut self) {
        self.connection = None;
    }
}

/// Executes [`WRITE`]; says whether the head was where the plan begins.
async fn insert(connection: &mut PgConnection, plan: &Plan<'_>) -> Result<bool, sqlx::Error> {
    let streams = || plan.rows.iter().map(|row| &row.append.stream);
    let events = || plan.rows.iter().map(|row| &row.append.append.events[row.event]);
    let keys = || plan.keys.iter().map(|row| row.key);
    let receipts = || plan.keys.iter().map(|row| &row.receipt);
    let moved = sqlx::query(WRITE)
        .bind(stored(plan.new.position))
        .bind(plan.new.recorded_at)
        .bind(stored(plan.old.position))
        .bind(streams().map(|stream| stream.aggregate_type.as_str()).collect::<Vec<_>>())
        .bind(streams().map(|stream| stream.aggregate_id.as_str()).collect::<Vec<_>>())
        .bind(plan.rows.iter().map(|row| stored(row.sequence)).collect::<Vec<_>>())
        .bind(events().map(|event| event.event_type()).collect::<Vec<_>>())
        .bind(events().map(|event| event.event_version()).collect::<Vec<_>>())
        .bind(events().map(|event| event.payload()).collect::<Vec<_>>())
        .bind(plan.rows.iter().map(|row| row.append.metadata.as_str()).collect::<Vec<_>>())
        .bind(keys().map(|key| key.scope.as_str()).collect::<Vec<_>>())
        .bind(keys().map(|key| key.key.as_str()).collect::<Vec<_>>())
        .bind(keys().map(|key| key.digest.as_slice()).collect::<Vec<_>>())
        .bind(receipts().map(|receipt| stored(receipt.version)).collect::<Vec<_>>())
        .bind(receipts().map(|receipt| receipt.positions.map(|(first, _)| stored(first))).collect::<Vec<_>>())
        .bind(receipts().map(|receipt| receipt.positions.map(|(_, last)| stored(last))).collect::<Vec<_>>())
        .bind(receipts().map(|receipt| receipt.recorded_at.as_microsecond()).collect::<Vec<_>>())
        .fetch_optional(connection)
        .await?;
    Ok(moved.is_some())
}
