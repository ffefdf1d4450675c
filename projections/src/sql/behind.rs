//! A transaction that a task of its own works on, so that whoever makes rows need not wait until they are written.
//!
//! It may begin after another has ended, while rows for it are made already. Where a connection is free, every other table is
//! written over a second one meanwhile: a server works on one connection with one processor.

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::{Db, Row, SqlError, Table, Tx, Value};

/// How many statements may wait to be done.
const WAITING: usize = 32;
/// How many of those may wait for each of two connections.
const WAITING_FOR_ONE: usize = 16;

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
    /// What it is done to.
    fn table(&self) -> &'static Table {
        match self {
            Self::Load(table, ..)
            | Self::Upsert(table, _)
            | Self::Insert(table, _)
            | Self::InsertMany(table, _)
            | Self::Remove(table, ..)
            | Self::RemoveRows(table, _) => table,
        }
    }

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

/// The other end: what was written once all is done, or why it could not be.
pub(crate) type Done<E> = JoinHandle<Result<Written, E>>;

/// What was written, of which nothing lasts yet.
pub(crate) struct Written {
    /// The transaction that was begun for it.
    pub tx: Tx,
    /// That on the second connection.
    second: Option<Tx>,
}

impl Written {
    /// Makes it last: what the first transaction says of it is true as soon as it can be read.
    pub(crate) async fn commit(self) -> Result<(), SqlError> {
        if let Some(second) = self.second {
            second.commit().await?;
        }
        self.tx.commit().await
    }
}

impl Behind {
    /// Begins a transaction once there is something to do, when it can be, and works on a projection's tables with that suffix
    /// until this end is dropped. Everything is undone unless the other end commits it. Who reads before they write holds no
    /// connection while they wait for another.
    pub(crate) fn new<E: From<SqlError> + Send + 'static>(
        db: Db,
        begin: impl Future<Output = Result<Tx, E>> + Send + 'static,
        tables: &'static [Table],
        suffix: &'static str,
    ) -> (Self, Done<E>) {
        let (work, mut waiting) = mpsc::channel::<Work>(WAITING);
        let behind = Self { work, db: db.clone() };
        let done = tokio::spawn(async move {
            let first = waiting.recv().await;
            let mut tx = begin.await?;
            // It begins after the first and ends before it, so that whatever keeps others away by the one keeps them from both.
            let mut second = db.begin_if_free().await?;
            match &mut second {
                None => work_off(&mut tx, first, waiting, suffix).await?,
                Some(second) => work_off_both([&mut tx, second], first, waiting, tables, suffix).await?,
            }
            Ok(Written { tx, second })
        });
        (behind, done)
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

/// Does what is given, in order.
async fn work_off(
    tx: &mut Tx,
    first: Option<Work>,
    mut waiting: mpsc::Receiver<Work>,
    suffix: &str,
) -> Result<(), SqlError> {
    if let Some(work) = first {
        work.done(tx, suffix).await?;
    }
    while let Some(work) = waiting.recv().await {
        work.done(tx, suffix).await?;
    }
    Ok(())
}

/// Does what is given in two transactions, each table in one of them, and what is given for a table in order. Both come to the
/// end of what they are at, whatever becomes of the other.
async fn work_off_both(
    [one, other]: [&mut Tx; 2],
    first: Option<Work>,
    mut waiting: mpsc::Receiver<Work>,
    tables: &'static [Table],
    suffix: &str,
) -> Result<(), SqlError> {
    let (for_one, of_one) = mpsc::channel(WAITING_FOR_ONE);
    let (for_other, of_other) = mpsc::channel(WAITING_FOR_ONE);
    let share_out = async move {
        let mut next = first;
        while let Some(work) = next {
            let place = tables.iter().position(|table| table.name == work.table().name);
            let its = if place.is_some_and(|place| place % 2 == 1) { &for_other } else { &for_one };
            if its.send(work).await.is_err() {
                break; // it has failed, and says why
            }
            next = waiting.recv().await;
        }
    };
    let (one, other, ()) =
        tokio::join!(work_off(one, None, of_one, suffix), work_off(other, None, of_other, suffix), share_out);
    one.and(other)
}

fn broken() -> SqlError {
    SqlError::from(sqlx::Error::WorkerCrashed)
}
