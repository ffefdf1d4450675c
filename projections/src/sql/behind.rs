//! A transaction that a task of its own works on, so that whoever makes rows need not wait until they are written.
//!
//! It may begin after another has ended, while rows for it are made already.

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::{Db, Row, SqlError, Table, Tx, Value};

/// How many statements may wait to be done.
const WAITING: usize = 32;

/// What is done to a table within the transaction.
pub(crate) enum Work {
    /// As [`Tx::load`].
    Load(&'static Table, &'static str, Vec<String>, oneshot::Sender<Vec<Row>>),
    /// As [`Tx::upsert`].
    Upsert(&'static Table, Vec<Vec<Value>>),
    /// As [`Tx::insert`].
    Insert(&'static Table, Vec<Vec<Value>>),
    /// As [`Tx::insert_many`].
    InsertMany(&'static Table, Vec<Vec<Value>>),
    /// As [`Tx::remove`].
    Remove(&'static Table, &'static str, Vec<String>),
    /// As [`Tx::remove_rows`].
    RemoveRows(&'static Table, Vec<Vec<Value>>),
}

impl Work {
    pub(crate) async fn done(self, tx: &mut Tx, suffix: &str) -> Result<(), SqlError> {
        match self {
            Self::Load(table, column, keys, asked) => {
                let rows = tx.load(table, suffix, column, &keys).await?;
                let _nobody_waits_any_more = asked.send(rows);
                Ok(())
            }
            Self::Upsert(table, rows) => tx.upsert(table, suffix, &rows).await,
            Self::Insert(table, rows) => tx.insert(table, suffix, &rows).await,
            Self::InsertMany(table, rows) => tx.insert_many(table, suffix, &rows).await,
            Self::Remove(table, column, keys) => tx.remove(table, suffix, column, &keys).await,
            Self::RemoveRows(table, keys) => tx.remove_rows(table, suffix, &keys).await,
        }
    }
}

/// The one end of it: what it is given is done in order.
pub(crate) struct Behind {
    work: mpsc::Sender<Work>,
    db: Db,
}

/// The other end: the transaction once all is done, or why it could not be.
pub(crate) type Done<E> = JoinHandle<Result<Tx, E>>;

impl Behind {
    /// Begins a transaction once there is something to do, when it can be, and works on tables with that suffix until this end
    /// is dropped. Everything is undone unless the other end commits it. Who reads before they write holds no connection
    /// while they wait for another.
    pub(crate) fn new<E: From<SqlError> + Send + 'static>(
        db: Db,
        begin: impl Future<Output = Result<Tx, E>> + Send + 'static,
        suffix: &'static str,
    ) -> (Self, Done<E>) {
        let (work, mut waiting) = mpsc::channel::<Work>(WAITING);
        let done = tokio::spawn(async move {
            let mut next = waiting.recv().await;
            let mut tx = begin.await?;
            while let Some(work) = next {
                work.done(&mut tx, suffix).await?;
                next = waiting.recv().await;
            }
            Ok(tx)
        });
        (Self { work, db }, done)
    }

    /// The database, outside of the transaction.
    pub(crate) fn db(&self) -> &Db {
        &self.db
    }

    /// Has something done, after all that it was given before.
    ///
    /// # Errors
    /// That something has failed: the other end knows what.
    pub(crate) async fn give(&mut self, work: Work) -> Result<(), SqlError> {
        self.work.send(work).await.map_err(|_| broken())
    }

    /// Rows, as they are after all that was given before.
    ///
    /// # Errors
    /// As [`give`](Self::give).
    pub(crate) async fn load(
        &mut self,
        table: &'static Table,
        column: &'static str,
        keys: Vec<String>,
    ) -> Result<Vec<Row>, SqlError> {
        let (answer, rows) = oneshot::channel();
        self.give(Work::Load(table, column, keys, answer)).await?;
        rows.await.map_err(|_| broken())
    }
}

fn broken() -> SqlError {
    SqlError::from(sqlx::Error::WorkerCrashed)
}
