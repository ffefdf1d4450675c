//! `backup` and `restore`: copies of a SQLite store, taken while the service writes, and a store made of one.

use std::path::Path;

use caseledger_dispatch::process;
use caseledger_log::{LogError, Position, Until, copy_sqlite, copy_sqlite_until};
use jiff::Timestamp;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor, SqliteConnection};

use crate::args::{BackupArgs, RestoreArgs};
use crate::exit::Failure;
use crate::output::tell;
use crate::settings::Settings;
use crate::wire;

/// Where a process may go on: what it did after the end of the copy is not there, and is done again.
const GO_ON: &str = "
INSERT INTO process_checkpoints (name, position)
SELECT name, max(0, min(position, $1, coalesce(
         (SELECT min(CAST(substr(k.key, length('process:' || name || ':') + 1) AS integer)) - 1
          FROM kept.idempotency_keys AS k
          WHERE substr(k.key, 1, length('process:' || name || ':')) = 'process:' || name || ':'
            AND k.first_position > $1), $1)))
FROM kept.process_checkpoints";
const KEEP_REFUSALS: &str =
    "INSERT INTO process_refusals SELECT * FROM kept.process_refusals WHERE position <= $1";

/// `backup`.
///
/// # Errors
/// [`Failure::Usage`] for a store that is none of ours to copy; [`Failure::Unavailable`] when it can't be copied.
pub async fn backup(settings: &Settings, args: &BackupArgs, json: bool) -> Result<(), Failure> {
    let store =
        sqlite_file(&settings.store, "A store on PostgreSQL is backed up with PostgreSQL's own tools")?;
    wire::must_be_there(&settings.store)?;
    let position = copy_sqlite(store, &args.to).await.map_err(|error| failure(&error))?;
    told(json, "backup", &args.to, position)
}

/// `restore`.
///
/// # Errors
/// [`Failure::Usage`] when the new store is there already or is none of ours to make; [`Failure::NotFound`] without a
/// backup; [`Failure::Unavailable`] when it can't be made.
pub async fn restore(settings: &Settings, args: &RestoreArgs, json: bool) -> Result<(), Failure> {
    let store =
        sqlite_file(&settings.store, "A store on PostgreSQL is restored with PostgreSQL's own tools")?;
    if !args.from.is_file() {
        return Err(Failure::NotFound(format!("There is no backup at {}.", args.from.display())));
    }
    let until = match (args.until, args.until_position) {
        (Some(moment), _) => Until::Time(moment),
        (None, Some(position)) => Until::Position(position),
        (None, None) => Until::End,
    };
    wire::make_folder(&settings.store)?;
    let position = copy_sqlite_until(&args.from, store, until).await.map_err(|error| failure(&error))?;
    if until != Until::End {
        let went_on = let_processes_go_on(store, &args.from, position).await;
        went_on.map_err(|error| Failure::Unavailable(format!("{}: {error}", store.display())))?;
    }
    told(json, "store", store, position)
}

/// Reads a moment as RFC 3339 writes it.
///
/// # Errors
/// What to write instead.
pub fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| format!("'{text}' is not a moment such as 2018-01-24T09:30:00Z"))
}

fn sqlite_file<'a>(store: &'a str, otherwise: &str) -> Result<&'a Path, Failure> {
    wire::sqlite_path(store)
        .ok_or_else(|| Failure::Usage(format!("{otherwise}: see deploy/postgres/README.md.")))
}

async fn let_processes_go_on(store: &Path, backup: &Path, position: Position) -> Result<(), sqlx::Error> {
    let mut copy = SqliteConnectOptions::new().filename(store).connect().await?;
    for statement in process::SCHEMA {
        copy.execute(*statement).await?;
    }
    let backup = backup.to_str().ok_or(sqlx::Error::Protocol("the backup's name is not UTF-8".to_owned()))?;
    sqlx::query("ATTACH $1 AS kept").bind(backup).execute(&mut copy).await?;
    if has_processes(&mut copy).await? {
        let end = i64::try_from(position).unwrap_or(i64::MAX);
        for statement in [GO_ON, KEEP_REFUSALS] {
            sqlx::query(statement).bind(end).execute(&mut copy).await?;
        }
    }
    copy.close().await
}

async fn has_processes(copy: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    let sql = "SELECT count(*) = 2 FROM kept.sqlite_schema WHERE name IN ('process_checkpoints', 'process_refusals')";
    sqlx::query_scalar(sql).fetch_one(copy).await
}

fn failure(error: &LogError) -> Failure {
    match error {
        LogError::Invalid(told) => Failure::Usage(format!("{told}.")),
        other => Failure::Unavailable(other.to_string()),
    }
}

fn told(json: bool, what: &str, path: &Path, position: Position) -> Result<(), Failure> {
    if json {
        return super::print_json(&serde_json::json!({ what: path, "position": position }));
    }
    tell!("{} holds the log up to position {position}, and was checked.", path.display());
    Ok(())
}
