//! How far each projection has come: one row each, moved in the transaction of its rows.

use std::collections::HashMap;

use caseledger_aggregates::Authority;
use caseledger_log::Position;

use super::RunnerError;
use crate::RETIRED;
use crate::projection::Spec;
use crate::sql::{Db, Row, SqlError, Tx, Value, readers, view_of};

/// How far a projection has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Checkpoint {
    /// The last event that its rows tell of.
    pub position: Position,
    /// How often the rows were begun anew. What is kept in memory belongs to one epoch.
    pub epoch: u64,
    /// The event that it could not fold, and why.
    pub stopped: Option<(Position, String)>,
    /// When the log learned of the last event that the rows tell of, in microseconds; 0 before the first.
    pub recorded_at: i64,
    /// Whether people read this version: it has caught up once.
    pub shown: bool,
}

const TABLE: &str = "CREATE TABLE IF NOT EXISTS projection_checkpoint (
    name text NOT NULL,
    version bigint NOT NULL,
    suffix text NOT NULL,
    position bigint NOT NULL,
    epoch bigint NOT NULL,
    stopped_at bigint,
    stopped_reason text,
    recorded_at bigint NOT NULL,
    shown boolean NOT NULL,
    tables text NOT NULL,
    settings text NOT NULL,
    PRIMARY KEY (name, version, suffix))";

const COLUMNS: &str = "position, epoch, stopped_at, stopped_reason, recorded_at, shown";

/// Creates what is missing of the checkpoints and the projections' tables, and empties those that were folded with other
/// settings.
pub(super) async fn set_up(
    db: &Db,
    specs: &[&'static Spec],
    authority: &Authority,
) -> Result<(), RunnerError> {
    if let Some(mut tx) = db.begin_where_they_were().await? {
        remove_all(&mut tx).await?;
        tx.commit().await?;
    }
    let mut tx = db.begin().await?;
    tx.alone().await?;
    tx.execute(TABLE, &[]).await?;
    if !tx.is_postgres() && tells_of_another_log(db, &mut tx).await? {
        tracing::warn!(
            "the read models are of another log than the one that they lie beside: they are made anew"
        );
        remove_all(&mut tx).await?;
        tx.execute(TABLE, &[]).await?;
    }
    for spec in specs {
        let sql =
            "SELECT settings FROM projection_checkpoint WHERE name = $1 AND version = $2 AND suffix = $3";
        match tx.fetch(sql, &key(spec, "")).await?.first() {
            None => {
                for table in spec.tables {
                    table.create(&mut tx, "").await?;
                    table.create_indexes(&mut tx, "", 0).await?;
                }
                insert(&mut tx, spec, authority, "", 0).await?;
            }
            Some(row) if row.text("settings")? != fingerprint(spec, authority) => {
                begin_anew(&mut tx, spec, authority).await?;
            }
            Some(_) => {}
        }
    }
    // The deployment may have made the roles since the views were.
    readers::grant(&mut tx, specs.iter().flat_map(|spec| spec.tables)).await?;
    Ok(tx.commit().await?)
}

/// Whether some rows were folded from other events than the log has. A file beside a log may be older or newer than that: the
/// log was restored, or one of the two was put in its place by hand. Where a checkpoint stands the log has an event, and learned
/// of it in the same microsecond.
async fn tells_of_another_log(db: &Db, tx: &mut Tx) -> Result<bool, RunnerError> {
    let sql = "SELECT DISTINCT position, recorded_at FROM projection_checkpoint WHERE position > 0";
    for row in tx.fetch(sql, &[]).await? {
        let (position, recorded_at) = (row.count("position")?, row.int("recorded_at")?);
        let found = db.log().read_after(position.saturating_sub(1), 1).await?;
        if found.first().is_none_or(|event| event.recorded_at.as_microsecond() != recorded_at) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Removes every read model, and the checkpoints.
async fn remove_all(tx: &mut Tx) -> Result<(), SqlError> {
    for row in tx.fetch("SELECT suffix, tables FROM projection_checkpoint", &[]).await? {
        remove_tables(tx, &row, true).await?;
    }
    tx.execute("DROP TABLE projection_checkpoint", &[]).await?;
    Ok(())
}

/// Removes the tables of a checkpoint's row, and the views of them that people read if these are not of another version.
async fn remove_tables(tx: &mut Tx, row: &Row, with_views: bool) -> Result<(), SqlError> {
    let suffix = row.text("suffix")?;
    for table in row.text("tables")?.split_whitespace() {
        if with_views {
            tx.execute(&format!("DROP VIEW IF EXISTS {}", view_of(table)), &[]).await?;
        }
        tx.execute(&format!("DROP TABLE IF EXISTS {table}{suffix}"), &[]).await?;
    }
    Ok(())
}

/// Empties the rows of a projection, so that it is folded from the log's first event.
pub(super) async fn begin_anew(tx: &mut Tx, spec: &Spec, authority: &Authority) -> Result<(), SqlError> {
    for table in spec.tables {
        tx.execute(&format!("DELETE FROM {}", table.name), &[]).await?;
    }
    let [name, version, suffix] = key(spec, "");
    tx.execute(
        "UPDATE projection_checkpoint SET position = 0, epoch = epoch + 1, stopped_at = NULL, stopped_reason = NULL, \
         recorded_at = 0, shown = $1, settings = $2 WHERE name = $3 AND version = $4 AND suffix = $5",
        &[Value::from(false), Value::Text(Some(fingerprint(spec, authority))), name, version, suffix],
    )
    .await?;
    Ok(())
}

/// A digest of the settings that the rows follow from (FNV-1a): it only tells whether they have changed.
fn fingerprint(spec: &Spec, authority: &Authority) -> String {
    let settings = (spec.settings)(authority);
    let digest = settings.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |digest, byte| {
        (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{digest:016x}")
}

/// Whether people read a newer version of the projection already.
pub(super) async fn newer_is_shown(tx: &mut Tx, spec: &Spec) -> Result<bool, SqlError> {
    let sql = "SELECT version FROM projection_checkpoint WHERE name = $1 AND version > $2 AND shown = $3";
    let values = [Value::text(spec.name), Value::Int(Some(spec.version.into())), Value::from(true)];
    Ok(!tx.fetch(sql, &values).await?.is_empty())
}

/// Removes the tables and checkpoints of versions that are older than those of these projections and that nobody reads
/// any more, and of projections that were retired; answers which.
pub(super) async fn discard_older(db: &Db, specs: &[&'static Spec]) -> Result<Vec<String>, SqlError> {
    let mut tx = db.begin().await?;
    tx.alone().await?;
    let mut discarded = vec![];
    for name in RETIRED {
        let sql = "SELECT version, suffix, tables FROM projection_checkpoint WHERE name = $1";
        for row in tx.fetch(sql, &[Value::from(*name)]).await? {
            remove_tables(&mut tx, &row, true).await?;
            discarded.push(format!("{name} version {}", row.int("version")?));
        }
        tx.execute("DELETE FROM projection_checkpoint WHERE name = $1", &[Value::from(*name)]).await?;
    }
    for spec in specs {
        let key = [Value::text(spec.name), Value::Int(Some(spec.version.into())), Value::from(true)];
        let shown =
            "SELECT 1 AS there FROM projection_checkpoint WHERE name = $1 AND version = $2 AND shown = $3";
        if tx.fetch(shown, &key).await?.is_empty() {
            continue;
        }
        let older =
            "SELECT version, suffix, tables FROM projection_checkpoint WHERE name = $1 AND version < $2";
        for row in tx.fetch(older, &key[..2]).await? {
            remove_tables(&mut tx, &row, false).await?;
            discarded.push(format!("{} version {}", spec.name, row.int("version")?));
        }
        tx.execute("DELETE FROM projection_checkpoint WHERE name = $1 AND version < $2", &key[..2]).await?;
    }
    tx.commit().await?;
    Ok(discarded)
}

/// Begins a checkpoint at the start of the log.
pub(super) async fn insert(
    tx: &mut Tx,
    spec: &Spec,
    authority: &Authority,
    suffix: &str,
    epoch: u64,
) -> Result<(), SqlError> {
    let tables: Vec<&str> = spec.tables.iter().map(|table| table.name).collect();
    tx.execute(
        "INSERT INTO projection_checkpoint (name, version, suffix, position, epoch, recorded_at, shown, tables, \
         settings) VALUES ($1, $2, $3, 0, $4, 0, $5, $6, $7)",
        &[
            Value::text(spec.name),
            Value::Int(Some(spec.version.into())),
            Value::text(suffix),
            Value::count(epoch),
            Value::from(false),
            Value::text(tables.join(" ")),
            Value::text(fingerprint(spec, authority)),
        ],
    )
    .await?;
    Ok(())
}

/// Removes a checkpoint.
pub(super) async fn remove(tx: &mut Tx, spec: &Spec, suffix: &str) -> Result<(), SqlError> {
    let sql = "DELETE FROM projection_checkpoint WHERE name = $1 AND version = $2 AND suffix = $3";
    tx.execute(sql, &key(spec, suffix)).await?;
    Ok(())
}

fn key(spec: &Spec, suffix: &str) -> [Value; 3] {
    [Value::text(spec.name), Value::Int(Some(spec.version.into())), Value::text(suffix)]
}

impl Checkpoint {
    fn of(row: &Row) -> Result<Self, SqlError> {
        let stopped_at = row.maybe_int("stopped_at")?.and_then(|at| Position::try_from(at).ok());
        Ok(Self {
            position: row.count("position")?,
            epoch: row.count("epoch")?,
            stopped: stopped_at.zip(row.maybe_text("stopped_reason")?),
            recorded_at: row.int("recorded_at")?,
            shown: row.bool("shown")?,
        })
    }

    /// Reads a checkpoint; one that is missing stands at the start.
    pub(super) async fn read(db: &Db, spec: &Spec, suffix: &str) -> Result<Self, SqlError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM projection_checkpoint WHERE name = $1 AND version = $2 AND suffix = $3"
        );
        match db.fetch_first(&sql, &key(spec, suffix)).await? {
            Some(row) => Self::of(&row),
            None => Ok(Self::default()),
        }
    }

    /// Reads the checkpoints of all these projections, in their order; one that is missing stands at the start.
    pub(super) async fn read_all(db: &Db, specs: impl Iterator<Item = &Spec>) -> Result<Vec<Self>, SqlError> {
        let sql = format!("SELECT name, version, {COLUMNS} FROM projection_checkpoint WHERE suffix = $1");
        let mut known = HashMap::new();
        for row in db.fetch(&sql, &[Value::text("")]).await? {
            known.insert((row.text("name")?, row.int("version")?), Self::of(&row)?);
        }
        let of = |spec: &Spec| known.remove(&(spec.name.to_owned(), i64::from(spec.version)));
        Ok(specs.map(of).map(Option::unwrap_or_default).collect())
    }

    /// Takes the checkpoint for the length of a transaction; `None` when another instance has it.
    pub(super) async fn take(tx: &mut Tx, spec: &Spec, suffix: &str) -> Result<Option<Self>, SqlError> {
        let lock = if tx.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" };
        Self::locked(tx, spec, suffix, lock).await
    }

    /// Takes the checkpoint, waiting for whoever has it.
    pub(super) async fn wait(tx: &mut Tx, spec: &Spec, suffix: &str) -> Result<Option<Self>, SqlError> {
        let lock = if tx.is_postgres() { " FOR UPDATE" } else { "" };
        Self::locked(tx, spec, suffix, lock).await
    }

    async fn locked(tx: &mut Tx, spec: &Spec, suffix: &str, lock: &str) -> Result<Option<Self>, SqlError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM projection_checkpoint WHERE name = $1 AND version = $2 AND suffix = $3{lock}"
        );
        tx.fetch(&sql, &key(spec, suffix)).await?.first().map(Self::of).transpose()
    }

    /// Writes the checkpoint over one that was read before the transaction may have begun; says whether it was still there.
    /// What was folded with another one must not be committed.
    pub(super) async fn write_over(
        &self,
        tx: &mut Tx,
        spec: &Spec,
        suffix: &str,
        old: &Self,
    ) -> Result<bool, SqlError> {
        if !tx.is_postgres() {
            tx.begin_now().await?;
            if Self::take(tx, spec, suffix).await?.as_ref() != Some(old) {
                return Ok(false);
            }
        }
        self.write(tx, spec, suffix, old.position).await
    }

    /// Writes the checkpoint over the one that was at `old`; says whether it was still there.
    pub(super) async fn write(
        &self,
        tx: &mut Tx,
        spec: &Spec,
        suffix: &str,
        old: Position,
    ) -> Result<bool, SqlError> {
        let [name, version, suffix] = key(spec, suffix);
        let (stopped_at, reason) = self.stopped.clone().unzip();
        let changed = tx
            .execute(
                "UPDATE projection_checkpoint SET position = $1, epoch = $2, stopped_at = $3, stopped_reason = $4, \
                 recorded_at = $5, shown = $6 WHERE name = $7 AND version = $8 AND suffix = $9 AND position = $10",
                &[
                    Value::count(self.position),
                    Value::count(self.epoch),
                    Value::Int(stopped_at.and_then(|at| i64::try_from(at).ok())),
                    Value::Text(reason),
                    Value::Int(Some(self.recorded_at)),
                    Value::from(self.shown),
                    name,
                    version,
                    suffix,
                    Value::count(old),
                ],
            )
            .await?;
        Ok(changed == 1)
    }
}
