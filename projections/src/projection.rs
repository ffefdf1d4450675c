//! What a projection is, and what it may do while it folds.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use async_trait::async_trait;
use caseledger_aggregates::{AnyEvent, Authority, Metadata};
use caseledger_log::{Position, Recorded, StreamId};

use crate::sql::{Behind, MANY, Row, SqlError, Table, Tx, Value, Work};

/// One event, read back: what the log holds and what it means.
#[derive(Clone, Debug)]
pub struct Entry {
    /// As the log holds it.
    pub recorded: Recorded,
    /// What happened.
    pub event: AnyEvent,
    /// Who did it, when, and why it follows from what.
    pub metadata: Metadata,
}

impl Entry {
    /// What an event of the log means; or why this program can't read it.
    pub(crate) fn read(recorded: Recorded) -> Result<Self, String> {
        let event = AnyEvent::read(
            &recorded.aggregate_type,
            &recorded.event_type,
            &recorded.event_version,
            &recorded.payload,
        );
        match (event, Metadata::read(&recorded.metadata)) {
            (Ok(event), Some(metadata)) => Ok(Self { recorded, event, metadata }),
            (Err(error), _) => Err(error.to_string()),
            (Ok(_), None) => Err("its metadata lacks an entry, or one can't be read".to_owned()),
        }
    }
}

/// Why a fold stopped.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The event at that position can't be folded. The projection stops there until a program comes that can.
    #[error("the event at position {position} can't be folded: {reason}")]
    Poison {
        /// Where the event stands in the log.
        position: Position,
        /// What is wrong with it. Holds nothing of the event's content, which may be personal.
        reason: String,
    },
    /// The database failed; the same fold is tried again.
    #[error(transparent)]
    Sql(#[from] SqlError),
}

/// A read model and how it follows from the log.
///
/// Only the events and the projection's own tables may be read while folding, and nothing else done: a rebuild must give
/// the same bytes. What is kept in memory between batches must follow from the tables alone.
#[async_trait]
pub trait Projection: Send {
    /// What it is and what it owns.
    fn spec(&self) -> &'static Spec;

    /// Folds a batch of events, in order. The runner commits the rows and the checkpoint in one transaction.
    ///
    /// # Errors
    /// [`Failed::Poison`] for an event that can't be folded; [`Failed::Sql`] when the database failed.
    async fn apply(&mut self, fold: &mut Fold<'_>, batch: &[&Entry]) -> Result<(), Failed>;

    /// Loads ahead what events of these streams will ask for. Without it all is as true, and the first batches take longer.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    async fn load_ahead(&mut self, _fold: &mut Fold<'_>, _streams: &[StreamId]) -> Result<(), Failed> {
        Ok(())
    }

    /// Forgets what is kept in memory between batches: a transaction was lost, or somebody else has folded meanwhile.
    fn forget(&mut self) {}
}

/// What a projection is: data, so that tables, status and documentation are made from it.
#[derive(Debug)]
pub struct Spec {
    /// Its name: `cases`.
    pub name: &'static str,
    /// Its version. Another version has tables of its own, and is built beside this one.
    pub version: u32,
    /// What it tells.
    pub doc: &'static str,
    /// The types of the aggregates whose events it folds.
    pub folds: &'static [&'static str],
    /// The tables that it alone owns.
    pub tables: &'static [Table],
    /// Makes one that remembers nothing.
    pub make: fn(&Arc<Authority>) -> Box<dyn Projection>,
    /// Which of the authority's settings the rows follow from besides the events, as text. When it is another than the
    /// one that the rows were folded with, they are folded anew.
    pub settings: fn(&Authority) -> String,
}

/// For a projection whose rows follow from the events alone.
pub fn no_settings(_: &Authority) -> String {
    String::new()
}

/// The projection's own tables, for the length of one batch.
pub struct Fold<'a> {
    pub(crate) tables: Tables<'a>,
    pub(crate) suffix: &'static str,
    /// Whether rows may be written later: nobody reads them, and the same row need not be written for every event.
    pub(crate) defers: bool,
}

/// The transaction in which the tables are read and written.
pub(crate) enum Tables<'a> {
    /// A statement is done when it has been asked for.
    Now(&'a mut Tx),
    /// It is done while the fold goes on.
    Behind(&'a mut Behind),
}

impl Fold<'_> {
    /// The rows of a table whose column holds one of the texts.
    ///
    /// # Errors
    /// [`SqlError`] when the database can't answer.
    pub async fn load(
        &mut self,
        table: &'static Table,
        column: &'static str,
        keys: Vec<String>,
    ) -> Result<Vec<Row>, SqlError> {
        match &mut self.tables {
            _ if keys.is_empty() => Ok(vec![]),
            Tables::Now(tx) => tx.load(table, self.suffix, column, &keys).await,
            Tables::Behind(behind) => behind.load(table, column, keys).await,
        }
    }

    /// The same, of rows that a rebuild has not written with this batch or the one before: they are read while that one is
    /// being written still. What is asked for must be known by [`HeldBack`](crate::held_back::HeldBack) to be settled.
    ///
    /// # Errors
    /// [`SqlError`] when the database can't answer.
    pub(crate) async fn load_settled(
        &mut self,
        table: &'static Table,
        column: &'static str,
        keys: Vec<String>,
    ) -> Result<Vec<Row>, SqlError> {
        match &self.tables {
            Tables::Behind(behind) => behind.db().load_beside(table, self.suffix, column, &keys).await,
            Tables::Now(_) => self.load(table, column, keys).await,
        }
    }

    /// Writes rows, in the order of the table's columns, over those with the same key. No two may have one key.
    ///
    /// # Errors
    /// [`SqlError`] when the database refuses them, or what was written before.
    pub async fn upsert(&mut self, table: &'static Table, rows: Vec<Vec<Value>>) -> Result<(), SqlError> {
        if rows.is_empty() { Ok(()) } else { self.work(Work::Upsert(table, rows)).await }
    }

    /// Writes rows, in the order of the table's columns, of which the table has none with the same key.
    ///
    /// # Errors
    /// [`SqlError`] when the database refuses them, or has one of them, or refuses what was written before.
    pub async fn insert(&mut self, table: &'static Table, rows: Vec<Vec<Value>>) -> Result<(), SqlError> {
        let work = match &self.tables {
            _ if rows.is_empty() => return Ok(()),
            Tables::Now(_) => Work::Insert(table, rows),
            // The task that works behind always comes to its end.
            Tables::Behind(_) => Work::InsertMany(table, rows),
        };
        self.work(work).await
    }

    /// Writes rows of which some are over those with the same key, and the table has none with the key of the others. One
    /// statement for all, unless there are many new ones: a second one costs more than it spares.
    ///
    /// # Errors
    /// As [`upsert`](Self::upsert) and [`insert`](Self::insert).
    pub(crate) async fn write(
        &mut self,
        table: &'static Table,
        changed: Vec<Vec<Value>>,
        mut new: Vec<Vec<Value>>,
    ) -> Result<(), SqlError> {
        if changed.is_empty() || new.len() >= MANY {
            self.insert(table, new).await?;
            return self.upsert(table, changed).await;
        }
        new.extend(changed);
        self.upsert(table, new).await
    }

    /// Removes the rows whose column holds one of the texts.
    ///
    /// # Errors
    /// [`SqlError`] when the database refuses it, or what was written before.
    pub async fn remove(
        &mut self,
        table: &'static Table,
        column: &'static str,
        keys: Vec<String>,
    ) -> Result<(), SqlError> {
        if keys.is_empty() { Ok(()) } else { self.work(Work::Remove(table, column, keys)).await }
    }

    /// Removes the rows with these keys: each a value for every column of the table's key, in its order.
    ///
    /// # Errors
    /// [`SqlError`] when the database refuses it, or what was written before.
    pub async fn remove_rows(
        &mut self,
        table: &'static Table,
        keys: Vec<Vec<Value>>,
    ) -> Result<(), SqlError> {
        if keys.is_empty() { Ok(()) } else { self.work(Work::RemoveRows(table, keys)).await }
    }

    async fn work(&mut self, work: Work) -> Result<(), SqlError> {
        match &mut self.tables {
            Tables::Now(tx) => work.done(tx, self.suffix).await,
            Tables::Behind(behind) => behind.give(work).await,
        }
    }
}

/// An event of the log as the runner hands it on. It is read when the first projection folds it, and once for all.
#[derive(Debug)]
pub(crate) struct Delivered {
    pub position: Position,
    pub aggregate_type: String,
    pub recorded_at: caseledger_commands::Timestamp,
    unread: Mutex<Option<Recorded>>,
    entry: OnceLock<Result<Entry, String>>,
}

impl Delivered {
    /// An event of the log.
    pub(crate) fn new(recorded: Recorded) -> Self {
        Self {
            position: recorded.position,
            aggregate_type: recorded.aggregate_type.clone(),
            recorded_at: recorded.recorded_at,
            unread: Mutex::new(Some(recorded)),
            entry: OnceLock::new(),
        }
    }

    /// What it means; or why this program can't read it.
    pub(crate) fn entry(&self) -> &Result<Entry, String> {
        self.entry.get_or_init(|| {
            let unread = self.unread.lock().unwrap_or_else(PoisonError::into_inner).take();
            unread.map_or_else(|| Err("it could not be read before".to_owned()), Entry::read)
        })
    }
}

/// A stretch of the log.
pub(crate) type Window = Arc<[Arc<Delivered>]>;
