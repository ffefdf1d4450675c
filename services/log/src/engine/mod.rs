//! How each database writes a batch. One connection, which only the writer uses.

mod postgres;
mod sqlite;

use std::collections::HashMap;

pub(crate) use postgres::{CHANNEL, PostgresEngine, WORK_AS_APP};
pub(crate) use sqlite::SqliteEngine;

use crate::plan::{Head, KeptKey, KeptKeys, Plan, Prepared, StreamId, timestamp};
use crate::{LogError, Receipt};

/// What the database knows about a batch.
#[derive(Debug)]
pub(crate) struct Look {
    /// Read before the rest: if the log still ends there at the time of the write, the rest holds as well.
    pub head: Head,
    /// The version of every stream of the batch.
    pub versions: HashMap<StreamId, u64>,
    /// The batch's idempotency keys that are kept already.
    pub kept: KeptKeys,
}

/// One of the two databases. After an error the caller disconnects, which undoes what was not committed.
pub(crate) enum Engine {
    Sqlite(SqliteEngine),
    Postgres(Box<PostgresEngine>),
}

impl Engine {
    /// Reads what must be known to plan the batch.
    pub async fn look(&mut self, batch: &[Prepared]) -> Result<Look, LogError> {
        let streams = distinct(batch.iter().map(|prepared| &prepared.stream));
        let keys = batch.iter().filter_map(|prepared| prepared.append.key.as_ref());
        let keys: Vec<_> = keys.map(|key| (key.scope.as_str(), key.key.as_str())).collect();
        let (head, versions, rows) = match self {
            Self::Sqlite(engine) => engine.look(&streams, &keys).await?,
            Self::Postgres(engine) => engine.look(&streams, &keys).await?,
        };
        let found = versions.into_iter().map(|version| u64::try_from(version).unwrap_or_default());
        let versions = streams.into_iter().cloned().zip(found).collect();
        let kept = rows.into_iter().map(KeyColumns::read).collect::<Result<_, _>>()?;
        Ok(Look { head, versions, kept })
    }

    /// Commits the plan if the log still ends where the plan begins, and says whether it did.
    pub async fn write(&mut self, plan: &Plan<'_>) -> Result<bool, LogError> {
        match self {
            Self::Sqlite(engine) => {
                engine.lock().await?;
                engine.write_locked(plan).await
            }
            Self::Postgres(engine) => engine.write(plan).await,
        }
    }

    /// Stops all other writers until [`write_locked`](Self::write_locked) or [`unlock`](Self::unlock).
    pub async fn lock(&mut self) -> Result<(), LogError> {
        match self {
            Self::Sqlite(engine) => engine.lock().await,
            Self::Postgres(engine) => engine.lock().await,
        }
    }

    /// Commits the plan under the lock, and lets others write again.
    pub async fn write_locked(&mut self, plan: &Plan<'_>) -> Result<bool, LogError> {
        match self {
            Self::Sqlite(engine) => engine.write_locked(plan).await,
            Self::Postgres(engine) => engine.write_locked(plan).await,
        }
    }

    /// Lets others write again; nothing was written.
    pub async fn unlock(&mut self) -> Result<(), LogError> {
        match self {
            Self::Sqlite(engine) => engine.unlock().await,
            Self::Postgres(engine) => engine.unlock().await,
        }
    }

    /// Writes the head as it is, durably: nothing changes, and it only works when writing does.
    pub async fn touch(&mut self) -> Result<(), LogError> {
        match self {
            Self::Sqlite(engine) => engine.touch().await,
            Self::Postgres(engine) => engine.touch().await,
        }
    }

    /// Forgets the connection. The next use makes another.
    pub fn disconnect(&mut self) {
        match self {
            Self::Sqlite(engine) => engine.disconnect(),
            Self::Postgres(engine) => engine.disconnect(),
        }
    }
}

/// Whether the write met an event or a key that is there already: the plan was made on something stale.
fn is_taken(error: &sqlx::Error) -> bool {
    const SQLITE_CONSTRAINT_TRIGGER: &str = "1811";
    let Some(refusal) = error.as_database_error() else { return false };
    refusal.is_unique_violation() || refusal.code().is_some_and(|code| code == SQLITE_CONSTRAINT_TRIGGER)
}

/// Writes the head as it is.
const TOUCH: &str = "UPDATE log_head SET position = position";

fn distinct<'a>(streams: impl Iterator<Item = &'a StreamId>) -> Vec<&'a StreamId> {
    let mut seen = std::collections::HashSet::new();
    streams.filter(|stream| seen.insert(*stream)).collect()
}

/// A row of `idempotency_keys`.
#[derive(sqlx::FromRow)]
pub(crate) struct KeyColumns {
    scope: String,
    key: String,
    digest: Vec<u8>,
    version: i64,
    first_position: Option<i64>,
    last_position: Option<i64>,
    recorded_at: i64,
}

/// The columns of [`KeyColumns`].
pub(crate) const KEY_COLUMNS: &str =
    "k.scope, k.key, k.digest, k.version, k.first_position, k.last_position, k.recorded_at";

impl KeyColumns {
    /// The row with its key.
    pub fn read(self) -> Result<((String, String), KeptKey), LogError> {
        let wrong = |what: &str| LogError::Unreadable(format!("{what} of idempotency key '{}'", self.key));
        let digest = self.digest.as_slice().try_into().map_err(|_| wrong("the digest"))?;
        let number = |value: i64| u64::try_from(value).map_err(|_| wrong("a number"));
        let positions = match (self.first_position, self.last_position) {
            (Some(first), Some(last)) => Some((number(first)?, number(last)?)),
            _ => None,
        };
        let version = number(self.version)?;
        let receipt =
            Receipt { version, positions, recorded_at: timestamp(self.recorded_at)?, repeated: false };
        Ok(((self.scope, self.key), KeptKey { digest, receipt }))
    }
}

/// The head's row.
pub(crate) fn head((position, recorded_at): (i64, i64)) -> Head {
    Head { position: u64::try_from(position).unwrap_or_default(), recorded_at }
}

/// A number as the databases keep it. The plan has seen to it that it fits.
fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
