//! The one place that knows which database engine the read models live in.
//!
//! Everything else writes one SQL text for both: `$1` placeholders, upserts, common table expressions, window functions;
//! calendar days as ISO text, moments as microseconds since 1970 UTC in a `bigint`. What can't be said in that shared
//! subset (arrays of keys, multi-row upserts, table definitions) is in [`bulk`] and [`table`].

mod behind;
mod bulk;
mod copy;
pub(crate) mod readers;
mod table;
mod value;

use std::sync::Arc;

use caseledger_log::{Database, Log, WriteTurn};
use sqlx::{Postgres, Sqlite, Transaction};
use tokio::sync::Mutex;

pub(crate) use behind::{Behind, Done, Work};
pub(crate) use copy::MANY;
pub use readers::figures_columns;
pub(crate) use table::view_of;
pub use table::{Column, Kind, Table, current_view};
pub use value::{Row, Value};

/// A database call that failed.
#[derive(Debug, thiserror::Error)]
#[error("the database of the read models failed: {0}")]
pub struct SqlError(#[from] sqlx::Error);

impl SqlError {
    /// Whether others held what a transaction in a hurry asked for.
    pub(crate) fn is_lock_timeout(&self) -> bool {
        const LOCK_NOT_AVAILABLE: &str = "55P03";
        let code = self.0.as_database_error().and_then(sqlx::error::DatabaseError::code);
        code.is_some_and(|code| code == LOCK_NOT_AVAILABLE)
    }
}

/// The database of the read models, beside the log. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    log: Log,
    /// The transaction that everything is read in; otherwise each query sees what is there at its time.
    snapshot: Option<Arc<Mutex<Tx>>>,
}

/// A transaction on it.
pub struct Tx {
    db: Db,
    begun: Option<Begun>,
}

/// A transaction that has begun.
enum Begun {
    /// Embedded. One that writes holds the file's only write lock from its start, and the turn that queues for it.
    Sqlite(Transaction<'static, Sqlite>, Option<WriteTurn>),
    /// Shared.
    Postgres(Transaction<'static, Postgres>),
}

/// Whoever writes begins with this. The lock is taken at once: a transaction that reads first may find itself unable to write
/// later.
const BEGIN_SQLITE: &str = "BEGIN IMMEDIATE";
/// The same on PostgreSQL. A checkpoint and its rows commit together, so a commit that a power cut takes away is folded again
/// from the log: these transactions need not wait for the disk, as the log's own do. They find rows by their keys and need no
/// other way: of a table that it has not counted since it was short, PostgreSQL would read all for a few rows, each time.
const BEGIN_POSTGRES: &str = "BEGIN; SET LOCAL synchronous_commit = off; SET LOCAL enable_seqscan = off";
/// Whoever reads what was there at one time, for as long as it takes, begins with this.
const BEGIN_SNAPSHOT: &str =
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0";

/// A query with its values bound, for whichever engine the place asks.
macro_rules! bound {
    ($sql:expr, $values:expr) => {{
        let mut query = sqlx::query($sql);
        for value in $values {
            query = match value {
                Value::Int(value) => query.bind(*value),
                Value::Real(value) => query.bind(*value),
                Value::Bool(value) => query.bind(*value),
                Value::Text(value) => query.bind(value.as_deref()),
            };
        }
        query
    }};
}
use bound;

impl Db {
    /// The database beside the log.
    pub fn of(log: &Log) -> Self {
        Self { log: log.clone(), snapshot: None }
    }

    /// The same, as it stands from its first query on, whatever is written meanwhile. It holds a connection until it and its
    /// clones are dropped, and answers one query at a time.
    ///
    /// # Errors
    /// [`SqlError`] when the database can't begin to.
    pub async fn snapshot(&self) -> Result<Self, SqlError> {
        let tx = match self.log.beside().database() {
            // A transaction that has not read yet sees nothing yet: the first query decides.
            Database::Sqlite(pool) => Begun::Sqlite(pool.begin_with("BEGIN").await?, None),
            Database::Postgres(pool) => Begun::Postgres(pool.begin_with(BEGIN_SNAPSHOT).await?),
        };
        let tx = Tx { db: Self::of(&self.log), begun: Some(tx) };
        Ok(Self { log: self.log.clone(), snapshot: Some(Arc::new(Mutex::new(tx))) })
    }

    /// The log.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Runs a query outside of a transaction, or in that of the snapshot.
    ///
    /// # Errors
    /// [`SqlError`] when the database can't answer.
    pub async fn fetch(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, SqlError> {
        if let Some(snapshot) = &self.snapshot {
            return snapshot.lock().await.fetch(sql, values).await;
        }
        self.fetch_now(sql, values).await
    }

    async fn fetch_now(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, SqlError> {
        Ok(match self.log.beside().database() {
            Database::Sqlite(pool) => {
                bound!(sql, values).fetch_all(pool).await?.into_iter().map(Row::Sqlite).collect()
            }
            Database::Postgres(pool) => {
                bound!(sql, values).fetch_all(pool).await?.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// Runs a query of which one row is wanted.
    ///
    /// # Errors
    /// [`SqlError`] when the database can't answer.
    pub async fn fetch_first(&self, sql: &str, values: &[Value]) -> Result<Option<Row>, SqlError> {
        if self.snapshot.is_some() {
            return Ok(self.fetch(sql, values).await?.into_iter().next());
        }
        Ok(match self.log.beside().database() {
            Database::Sqlite(pool) => bound!(sql, values).fetch_optional(pool).await?.map(Row::Sqlite),
            Database::Postgres(pool) => bound!(sql, values).fetch_optional(pool).await?.map(Row::Postgres),
        })
    }

    /// Begins a transaction that will write.
    ///
    /// # Errors
    /// [`SqlError`] when the database can't begin one.
    pub async fn begin(&self) -> Result<Tx, SqlError> {
        let mut tx = Tx { db: self.clone(), begun: None };
        tx.begun().await?;
        Ok(tx)
    }

    /// The same; on SQLite it begins with its first write, so that nobody waits for its lock while others reckon what to
    /// write. Whoever reads before that asks again afterwards whether what they read still holds.
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    pub(crate) async fn begin_late(&self) -> Result<Tx, SqlError> {
        match self.is_shared() {
            true => self.begin().await,
            false => Ok(Tx { db: self.clone(), begun: None }),
        }
    }

    /// The same, if a connection is free at this moment: for whoever has one already, and must not wait for another. On SQLite,
    /// which has one writer at a time, there is none.
    pub(crate) async fn begin_if_free(&self) -> Result<Option<Tx>, SqlError> {
        let Database::Postgres(pool) = self.log.beside().writers() else { return Ok(None) };
        let tx = pool.try_begin_with(BEGIN_POSTGRES).await?;
        Ok(tx.map(|tx| Tx { db: self.clone(), begun: Some(Begun::Postgres(tx)) }))
    }

    /// Begins a transaction that will write in a SQLite log's own file, where read models were before they had theirs
    /// (decision 0049), if they still are there.
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    pub(crate) async fn begin_where_they_were(&self) -> Result<Option<Tx>, SqlError> {
        let (Database::Sqlite(readers), Database::Sqlite(writers)) =
            (self.log.database(), self.log.writers())
        else {
            return Ok(None);
        };
        let sql = "SELECT count(*) FROM sqlite_schema WHERE name = 'projection_checkpoint'";
        if sqlx::query_scalar::<_, i64>(sql).fetch_one(readers).await? == 0 {
            return Ok(None);
        }
        let turn = self.log.write_turn().await;
        let tx = writers.begin_with(BEGIN_SQLITE).await?;
        Ok(Some(Tx { db: self.clone(), begun: Some(Begun::Sqlite(tx, Some(turn))) }))
    }

    /// Whether the engine is shared by several instances.
    pub fn is_shared(&self) -> bool {
        matches!(self.log.database(), Database::Postgres(_))
    }
}

impl Tx {
    /// The transaction itself, which begins now if it has not.
    async fn begun(&mut self) -> Result<&mut Begun, SqlError> {
        let begun = match self.begun.take() {
            Some(begun) => begun,
            None => {
                let beside = self.db.log.beside();
                let turn = beside.write_turn().await;
                match beside.writers() {
                    Database::Sqlite(pool) => Begun::Sqlite(pool.begin_with(BEGIN_SQLITE).await?, Some(turn)),
                    Database::Postgres(pool) => Begun::Postgres(pool.begin_with(BEGIN_POSTGRES).await?),
                }
            }
        };
        Ok(self.begun.insert(begun))
    }

    /// Begins it, if it has not begun: what is read from now on holds until it ends.
    ///
    /// # Errors
    /// As [`Db::begin`].
    pub(crate) async fn begin_now(&mut self) -> Result<(), SqlError> {
        self.begun().await.map(drop)
    }

    /// Whether it is PostgreSQL's.
    pub(crate) fn is_postgres(&self) -> bool {
        self.db.is_shared()
    }

    /// Runs a statement; answers how many rows it changed.
    ///
    /// # Errors
    /// [`SqlError`] when the database refuses it.
    pub async fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, SqlError> {
        Ok(match self.begun().await? {
            Begun::Sqlite(tx, _) => bound!(sql, values).execute(&mut **tx).await?.rows_affected(),
            Begun::Postgres(tx) => bound!(sql, values).execute(&mut **tx).await?.rows_affected(),
        })
    }

    /// Runs a query.
    ///
    /// # Errors
    /// [`SqlError`] when the database can't answer.
    pub async fn fetch(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, SqlError> {
        Ok(match &mut self.begun {
            None => self.db.fetch_now(sql, values).await?,
            Some(Begun::Sqlite(tx, _)) => {
                bound!(sql, values).fetch_all(&mut **tx).await?.into_iter().map(Row::Sqlite).collect()
            }
            Some(Begun::Postgres(tx)) => {
                bound!(sql, values).fetch_all(&mut **tx).await?.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// Waits, within the transaction, for everybody else who sets tables up. SQLite's transactions exclude each other
    /// anyway.
    ///
    /// # Errors
    /// [`SqlError`] when the database can't answer.
    pub async fn alone(&mut self) -> Result<(), SqlError> {
        if self.is_postgres() {
            // The key is this purpose's alone within the database: 'projecti' as bytes.
            self.fetch(
                "SELECT pg_advisory_xact_lock($1) IS NULL AS locked",
                &[Value::from(0x7072_6f6a_6563_7469_i64)],
            )
            .await?;
        }
        Ok(())
    }

    /// Keeps tables from being vacuumed for the length of the transaction; people read and write them meanwhile. PostgreSQL ends
    /// an autovacuum that somebody has waited for, for a second. Whoever is in a hurry does not wait so long, and would come
    /// again and again until a large table has been vacuumed, which takes minutes.
    ///
    /// # Errors
    /// [`SqlError`] when the database can't answer.
    pub(crate) async fn keep_from_vacuum(&mut self, tables: &[String]) -> Result<(), SqlError> {
        if self.is_postgres() && !tables.is_empty() {
            let sql = format!("LOCK TABLE {} IN SHARE UPDATE EXCLUSIVE MODE", tables.join(", "));
            self.execute(&sql, &[]).await?;
        }
        Ok(())
    }

    /// From now on the transaction gives up when it has to wait for others. Whoever changes tables that people read says
    /// so first: readers who came before it would otherwise wait behind it while it waits for them, and PostgreSQL would
    /// end that by refusing one of the readers. SQLite's readers wait for nobody.
    ///
    /// # Errors
    /// [`SqlError`] when the database can't answer.
    pub(crate) async fn hurry(&mut self) -> Result<(), SqlError> {
        if self.is_postgres() {
            // Well below deadlock_timeout, which is a second unless somebody has changed it.
            self.execute("SET LOCAL lock_timeout = '200ms'", &[]).await?;
        }
        Ok(())
    }

    /// Makes the transaction's changes last.
    ///
    /// # Errors
    /// [`SqlError`] when the database could not; nothing was changed then.
    pub async fn commit(self) -> Result<(), SqlError> {
        match self.begun {
            Some(Begun::Sqlite(tx, _turn)) => tx.commit().await?,
            Some(Begun::Postgres(tx)) => tx.commit().await?,
            None => {}
        }
        Ok(())
    }
}
