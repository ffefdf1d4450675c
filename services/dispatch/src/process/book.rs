//! Where processes write down how far they are, and what was refused them.

use caseledger_commands::Timestamp;
use caseledger_log::{Database, Log, Position};
use serde::Serialize;
use sqlx::{PgConnection, Postgres, Transaction};

use super::Halted;
use crate::Rejection;

/// The tables of processes, the same for both engines.
pub const SCHEMA: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS process_checkpoints (name TEXT PRIMARY KEY, position BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS process_refusals (process TEXT NOT NULL, position BIGINT NOT NULL, \
     command TEXT NOT NULL, target TEXT NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL, at TEXT NOT NULL, \
     PRIMARY KEY (process, position, command, target))",
];

/// The key of PostgreSQL's advisory lock that one instance's runner holds while it works: 'processes' in ASCII, cut to 8.
const LOCK: i64 = 0x7072_6f63_6573_7365;

/// A command of a process that was refused. Somebody has to look at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The process.
    pub process: String,
    /// The event that the command followed from.
    pub position: Position,
    /// The command's name.
    pub command: String,
    /// The id of the aggregate that it was for.
    pub target: String,
    /// The kind of rejection.
    pub kind: String,
    /// Why.
    pub detail: String,
    /// When.
    pub at: Timestamp,
}

/// The right to run processes, for one round; on PostgreSQL other instances wait for the next.
pub struct Turn {
    lock: Option<Transaction<'static, Postgres>>,
}

/// The tables, behind either engine.
pub struct Book {
    log: Log,
}

impl Book {
    /// Makes the tables where there are none.
    pub async fn open(log: Log) -> Result<Self, Halted> {
        let _turn = log.write_turn().await;
        for statement in SCHEMA {
            match log.writers() {
                Database::Sqlite(pool) => {
                    sqlx::query(statement).execute(pool).await?;
                }
                Database::Postgres(pool) => make(pool, statement).await?,
            }
        }
        Ok(Self { log: log.clone() })
    }

    /// Takes the right to run, unless another instance has it.
    pub async fn turn(&self) -> Result<Option<Turn>, Halted> {
        let Database::Postgres(pool) = self.log.database() else { return Ok(Some(Turn { lock: None })) };
        // Held by a transaction, so that it goes when this instance or this future does.
        let mut lock = pool.begin_with("BEGIN; SET LOCAL synchronous_commit = off").await?;
        let taken: bool = sqlx::query_scalar("SELECT pg_try_advisory_xact_lock($1)")
            .bind(LOCK)
            .fetch_one(&mut *lock)
            .await?;
        Ok(taken.then_some(Turn { lock: Some(lock) }))
    }

    /// How far the process is; 0 at its start.
    pub async fn position(&self, process: &str) -> Result<Position, Halted> {
        let sql = "SELECT position FROM process_checkpoints WHERE name = $1";
        let position: Option<i64> = match self.log.database() {
            Database::Sqlite(pool) => sqlx::query_scalar(sql).bind(process).fetch_optional(pool).await?,
            Database::Postgres(pool) => sqlx::query_scalar(sql).bind(process).fetch_optional(pool).await?,
        };
        Ok(position.and_then(|position| u64::try_from(position).ok()).unwrap_or_default())
    }

    /// Notes how far processes are. It need not wait for the disk: what is followed twice has its effect once.
    pub async fn note_positions(&self, turn: &mut Turn, reached: &[(&str, Position)]) -> Result<(), Halted> {
        if reached.is_empty() {
            return Ok(());
        }
        let places: Vec<String> =
            (0..reached.len()).map(|at| format!("(${}, ${})", 2 * at + 1, 2 * at + 2)).collect();
        let sql = format!(
            "INSERT INTO process_checkpoints (name, position) VALUES {} \
             ON CONFLICT (name) DO UPDATE SET position = excluded.position",
            places.join(", ")
        );
        macro_rules! insert {
            ($executor:expr) => {{
                let mut query = sqlx::query(&sql);
                for (process, position) in reached {
                    query = query.bind(*process).bind(i64::try_from(*position).unwrap_or(i64::MAX));
                }
                query.execute($executor).await?;
            }};
        }
        match (self.log.writers(), &mut turn.lock) {
            (Database::Sqlite(pool), _) => {
                let _turn = self.log.write_turn().await;
                insert!(pool);
            }
            (Database::Postgres(_), Some(lock)) => insert!(&mut **lock),
            (Database::Postgres(pool), None) => insert!(pool),
        }
        Ok(())
    }

    /// Notes a refusal; a second time changes nothing.
    pub async fn note_refusal(&self, refused: &Refused) -> Result<(), Halted> {
        let sql = "INSERT INTO process_refusals (process, position, command, target, kind, detail, at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
        let position = i64::try_from(refused.position).unwrap_or(i64::MAX);
        let at = refused.at.to_string();
        let _turn = self.log.write_turn().await;
        macro_rules! insert {
            ($pool:expr) => {
                sqlx::query(sql)
                    .bind(&refused.process)
                    .bind(position)
                    .bind(&refused.command)
                    .bind(&refused.target)
                    .bind(&refused.kind)
                    .bind(&refused.detail)
                    .bind(at)
                    .execute($pool)
                    .await
                    .map(drop)?
            };
        }
        match self.log.writers() {
            Database::Sqlite(pool) => insert!(pool),
            Database::Postgres(pool) => insert!(pool),
        }
        Ok(())
    }

    /// The newest refusals first, `limit` at most.
    pub async fn refusals(&self, limit: u32) -> Result<Vec<Refused>, Halted> {
        type Columns = (String, i64, String, String, String, String, String);
        let sql = "SELECT process, position, command, target, kind, detail, at FROM process_refusals \
                   ORDER BY position DESC, process, command, target LIMIT $1";
        let rows: Vec<Columns> = match self.log.database() {
            Database::Sqlite(pool) => sqlx::query_as(sql).bind(i64::from(limit)).fetch_all(pool).await?,
            Database::Postgres(pool) => sqlx::query_as(sql).bind(i64::from(limit)).fetch_all(pool).await?,
        };
        let read = |(process, position, command, target, kind, detail, at): Columns| Refused {
            process,
            position: u64::try_from(position).unwrap_or_default(),
            command,
            target,
            kind,
            detail,
            at: at.parse().unwrap_or(Timestamp::UNIX_EPOCH),
        };
        Ok(rows.into_iter().map(read).collect())
    }
}

impl Turn {
    /// Gives the turn back, and makes durable what was noted under it.
    pub async fn end(self) -> Result<(), Halted> {
        match self.lock {
            Some(lock) => Ok(lock.commit().await?),
            None => Ok(()),
        }
    }
}

impl Refused {
    pub(super) fn of(
        process: &str,
        position: Position,
        command: &str,
        target: String,
        why: &Rejection,
        at: Timestamp,
    ) -> Self {
        Self {
            process: process.to_owned(),
            position,
            command: command.to_owned(),
            target,
            kind: match why {
                Rejection::Refused { rule, .. } => (*rule).to_owned(),
                other => other.kind().to_owned(),
            },
            detail: why.to_string(),
            at,
        }
    }
}

/// Two instances that start together would collide in PostgreSQL's catalogue: they make tables one after the other.
async fn make(pool: &sqlx::PgPool, statement: &str) -> Result<(), Halted> {
    let mut transaction = pool.begin().await?;
    let connection: &mut PgConnection = &mut transaction;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK + 1).execute(&mut *connection).await?;
    sqlx::query(statement).execute(&mut *connection).await?;
    Ok(transaction.commit().await?)
}
