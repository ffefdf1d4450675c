//! The log's tables, by version. A migration that was once released is never edited.

use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::LogError;

const SQLITE: &[&str] = &[include_str!("../migrations/sqlite/0001-log.sql")];
const POSTGRES: &[&str] = &[include_str!("../migrations/postgres/0001-log.sql")];

/// The version of the tables that this program reads and writes.
pub const SCHEMA_VERSION: i64 = SQLITE.len() as i64;

/// Any number that no other program locks in the same database: it lets one process migrate at a time.
const MIGRATION_LOCK: i64 = 0x0043_6173_656c_6564;

const CREATE_VERSIONS: &str = "CREATE TABLE IF NOT EXISTS log_schema (version bigint NOT NULL PRIMARY KEY)";
const SQLITE_VERSIONS: &str =
    "CREATE TABLE IF NOT EXISTS log_schema (version integer NOT NULL PRIMARY KEY) STRICT";
const VERSION: &str = "SELECT coalesce(max(version), 0) FROM log_schema";
const IS_SERVICE: &str = "SELECT current_user = 'caseledger_app'";
const ADVANCE: &str = "INSERT INTO log_schema (version) VALUES ($1)";

/// Brings the tables to [`SCHEMA_VERSION`], in one transaction.
pub(crate) async fn migrate_sqlite(connection: &mut SqliteConnection) -> Result<(), LogError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query(SQLITE_VERSIONS).execute(&mut *transaction).await?;
    let found: i64 = sqlx::query_scalar(VERSION).fetch_one(&mut *transaction).await?;
    for (version, migration) in missing(SQLITE, found)? {
        sqlx::raw_sql(migration).execute(&mut *transaction).await?;
        sqlx::query(ADVANCE).bind(version).execute(&mut *transaction).await?;
    }
    Ok(transaction.commit().await?)
}

/// Brings the tables to [`SCHEMA_VERSION`], in one transaction, while other processes wait.
pub(crate) async fn migrate_postgres(connection: &mut PgConnection) -> Result<(), LogError> {
    let found = version_postgres(connection).await?;
    if found == SCHEMA_VERSION {
        return Ok(()); // an instance that may only append opens a log that is up to date
    }
    // The service's role must not come to own the log: it could then change events.
    let service: bool = sqlx::query_scalar(IS_SERVICE).fetch_one(&mut *connection).await?;
    if service {
        return check(found);
    }
    let mut transaction = connection.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(MIGRATION_LOCK).execute(&mut *transaction).await?;
    sqlx::query(CREATE_VERSIONS).execute(&mut *transaction).await?;
    let found: i64 = sqlx::query_scalar(VERSION).fetch_one(&mut *transaction).await?;
    for (version, migration) in missing(POSTGRES, found)? {
        sqlx::raw_sql(migration).execute(&mut *transaction).await?;
        sqlx::query(ADVANCE).bind(version).execute(&mut *transaction).await?;
    }
    Ok(transaction.commit().await?)
}

/// The version of the tables; 0 where there are none.
pub(crate) async fn version_sqlite(connection: &mut SqliteConnection) -> Result<i64, LogError> {
    let there = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'log_schema'";
    match sqlx::query_scalar::<_, i64>(there).fetch_one(&mut *connection).await? {
        0 => Ok(0),
        _ => Ok(sqlx::query_scalar(VERSION).fetch_one(connection).await?),
    }
}

/// The version of the tables; 0 where there are none.
pub(crate) async fn version_postgres(connection: &mut PgConnection) -> Result<i64, LogError> {
    let there = "SELECT to_regclass('log_schema') IS NOT NULL";
    match sqlx::query_scalar::<_, bool>(there).fetch_one(&mut *connection).await? {
        false => Ok(0),
        true => Ok(sqlx::query_scalar(VERSION).fetch_one(connection).await?),
    }
}

/// Refuses tables that this program doesn't know how to use.
pub(crate) fn check(found: i64) -> Result<(), LogError> {
    match found {
        SCHEMA_VERSION => Ok(()),
        _ if found > SCHEMA_VERSION => Err(LogError::NewerSchema { found, known: SCHEMA_VERSION }),
        _ => Err(LogError::OlderSchema { found, needed: SCHEMA_VERSION }),
    }
}

/// The migrations after the version that was found, with their versions.
fn missing(
    migrations: &'static [&'static str],
    found: i64,
) -> Result<impl Iterator<Item = (i64, &'static str)>, LogError> {
    match check(found) {
        Err(newer @ LogError::NewerSchema { .. }) => Err(newer),
        _ => Ok((1..).zip(migrations.iter().copied()).filter(move |(version, _)| *version > found)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_engines_are_of_one_version() {
        assert_eq!(SQLITE.len(), POSTGRES.len());
    }
}
