//! Copies of a SQLite log: one taken while it is written to, and one that ends earlier. A log on PostgreSQL is copied by
//! PostgreSQL's own tools.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Executor};

use crate::schema::{self, SCHEMA_VERSION};
use crate::{LogError, Position};

/// How far a copy reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// To the end of what is copied.
    End,
    /// What the log had learned of at that moment, and nothing later.
    Time(Timestamp),
    /// That position at most. What was committed together is kept together, so it may be a few positions less.
    Position(Position),
}

/// Copies a SQLite log as it stands at this moment, with how far processes have come, while others read and write it. Read models
/// are not copied: they follow from it. The copy is checked and is on disk before it gets its name; a file of that name is never
/// overwritten. Answers where its log ends.
///
/// # Errors
/// [`LogError::Invalid`] when there is a file of that name, or none to be copied; [`LogError::Damaged`] when the copy's log
/// has a gap; those of database and disk.
pub async fn copy_sqlite(file: &Path, to: &Path) -> Result<Position, LogError> {
    let partial = Partial::of(to)?;
    let mut source = open_existing(file).await?;
    let copied = sqlx::query("VACUUM INTO $1").bind(partial.name()?).execute(&mut source).await;
    source.close().await?;
    copied?;
    partial.finish(to).await
}

/// Copies the log of a SQLite file, up to a point, into a new one, as [`copy_sqlite`] does. Answers where the new log ends.
///
/// # Errors
/// As [`copy_sqlite`]; [`LogError::OlderSchema`] or [`LogError::NewerSchema`] when the file is of another version.
pub async fn copy_sqlite_until(file: &Path, to: &Path, until: Until) -> Result<Position, LogError> {
    if until == Until::End {
        return copy_sqlite(file, to).await;
    }
    let partial = Partial::of(to)?;
    let mut source = open_existing(file).await?;
    schema::check(schema::version_sqlite(&mut source).await?)?;
    source.close().await?;
    let mut copy = options(&partial.path).create_if_missing(true).connect().await?;
    schema::migrate_sqlite(&mut copy).await?;
    sqlx::query("ATTACH $1 AS kept").bind(name_of(file)?).execute(&mut copy).await?;
    let end = end_of(&mut copy, until).await?;
    let mut transaction = copy.begin().await?;
    for statement in [
        "INSERT INTO events SELECT * FROM kept.events WHERE position <= $1 ORDER BY position",
        "INSERT INTO idempotency_keys SELECT * FROM kept.idempotency_keys AS k \
         WHERE coalesce(k.last_position <= $1, \
           k.recorded_at <= (SELECT recorded_at FROM kept.events WHERE position = $1))",
        "UPDATE log_head SET (position, recorded_at) = \
         (SELECT position, recorded_at FROM kept.events WHERE position = $1) WHERE $1 > 0",
    ] {
        sqlx::query(statement).bind(end).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    copy.execute("DETACH kept").await?;
    copy.close().await?;
    partial.finish(to).await
}

/// The last position of the copy, as the database counts.
async fn end_of(copy: &mut SqliteConnection, until: Until) -> Result<i64, LogError> {
    Ok(match until {
        Until::End => sqlx::query_scalar("SELECT position FROM kept.log_head").fetch_one(copy).await?,
        Until::Time(moment) => {
            let sql = "SELECT coalesce(max(position), 0) FROM kept.events WHERE recorded_at <= $1";
            sqlx::query_scalar(sql).bind(moment.as_microsecond()).fetch_one(copy).await?
        }
        Until::Position(position) => {
            // What has the same moment as the first event that is left out may have been committed with it.
            let sql = "SELECT coalesce(max(position), 0) FROM kept.events WHERE position <= $1 AND recorded_at IS NOT \
                       (SELECT recorded_at FROM kept.events WHERE position = $1 + 1)";
            let position = i64::try_from(position).unwrap_or(i64::MAX - 1);
            sqlx::query_scalar(sql).bind(position).fetch_one(copy).await?
        }
    })
}

/// A file that has not got its name yet. It goes when it never gets it.
struct Partial {
    path: PathBuf,
}

impl Partial {
    fn of(to: &Path) -> Result<Self, LogError> {
        if to.exists() {
            return Err(LogError::Invalid(format!(
                "{} is there already, and is not overwritten",
                to.display()
            )));
        }
        let mut path = to.to_owned().into_os_string();
        path.push(".partial");
        let partial = Self { path: path.into() };
        partial.remove();
        Ok(partial)
    }

    fn name(&self) -> Result<&str, LogError> {
        name_of(&self.path)
    }

    /// Checks the copy, sees to it that it is on disk, and gives it its name.
    async fn finish(self, to: &Path) -> Result<Position, LogError> {
        let mut copy = options(&self.path).connect().await?;
        let position = check(&mut copy).await;
        copy.close().await?;
        let position = position?;
        let disk = |error: io::Error| LogError::Unavailable(format!("{}: {error}", to.display()));
        File::open(&self.path).and_then(|file| file.sync_all()).map_err(disk)?;
        // Never over a file that has come meanwhile.
        fs::hard_link(&self.path, to).map_err(disk)?;
        fs::remove_file(&self.path).map_err(disk)?;
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(disk)?;
        Ok(position)
    }

    fn remove(&self) {
        for beside in ["", "-wal", "-shm", "-journal"] {
            let mut path = self.path.clone().into_os_string();
            path.push(beside);
            // Most of them are never there.
            let _ = fs::remove_file(path);
        }
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Whether a copy is sound and its log without a gap; answers where it ends.
async fn check(copy: &mut SqliteConnection) -> Result<Position, LogError> {
    let version = schema::version_sqlite(copy).await?;
    if version == 0 || version > SCHEMA_VERSION {
        schema::check(version)?;
    }
    let sound: String = sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&mut *copy).await?;
    if sound != "ok" {
        return Err(LogError::Unreadable(format!("the copy is damaged: {sound}")));
    }
    let sql = "SELECT (SELECT position FROM log_head), count(*), coalesce(max(position), 0) FROM events";
    let (head, events, last): (i64, i64, i64) = sqlx::query_as(sql).fetch_one(copy).await?;
    let position = Position::try_from(head).unwrap_or_default();
    if head == events && head == last { Ok(position) } else { Err(LogError::Damaged(position)) }
}

async fn open_existing(file: &Path) -> Result<SqliteConnection, LogError> {
    if !file.is_file() {
        return Err(LogError::Invalid(format!("{} is not there", file.display())));
    }
    Ok(options(file).connect().await?)
}

fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(Duration::from_secs(30))
        .disable_statement_logging()
}

fn name_of(path: &Path) -> Result<&str, LogError> {
    path.to_str().ok_or_else(|| LogError::Invalid(format!("{} is not a name in UTF-8", path.display())))
}
