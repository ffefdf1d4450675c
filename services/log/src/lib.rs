//! The event log: append-only, totally ordered by a dense position. It knows streams and bytes, and no domain.
//!
//! [`Log`] is the log, over SQLite or PostgreSQL; [`LogStore`] is one aggregate's streams in it, as cqrs-es sees them.
//!
//! A command's events go to one writer, which takes all that wait, checks each stream's expected version and
//! idempotency key, gives positions, and answers after the commit (`plan`, `writer`, `engine`).
//!
//! What follows from the log is kept beside it (`beside`): on SQLite in a file of its own, which is not synced while it is in
//! use (`unsynced`).

mod address;
mod append;
mod beside;
mod copy;
mod engine;
mod error;
#[cfg(feature = "faults")]
pub mod faults;
mod follow;
mod journal;
mod loader;
mod log;
mod observe;
mod plan;
mod queue;
mod reader;
mod recent;
mod schema;
mod store;
mod unsynced;
mod values;
mod writer;

/// A place at which a build for the torture harness may die. Nothing in this build.
#[cfg(not(feature = "faults"))]
#[macro_export]
macro_rules! fault_point {
    ($name:literal) => {};
}

use jiff::Timestamp;
use std::collections::HashMap;

pub use append::{Append, LONGEST_PAYLOAD, NewEvent};
pub use beside::{BESIDE, BOOT, Beside, SQLITE_FILES, WriteTurn, sqlite_bytes, sqlite_file};
pub use copy::{Until, copy_sqlite, copy_sqlite_until};
pub use error::LogError;
pub use log::{Log, Options, Stats};
pub use observe::{Batch, Observer};
pub use plan::StreamId;
pub use reader::Database;
pub use schema::SCHEMA_VERSION;
pub use store::{LogContext, LogStore, Urgency};
pub use values::sqlite_values;

/// Where an event stands in the authority's log: 1, 2, 3 … without a gap.
pub type Position = u64;

/// Where the writer takes the time from. A demonstration and an import play an earlier time; clients can't.
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// One event as the log holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Where it stands in the log.
    pub position: Position,
    /// The type of its stream's aggregate: `Case`.
    pub aggregate_type: String,
    /// The id of its stream's aggregate.
    pub aggregate_id: String,
    /// Where it stands in its stream, from 1.
    pub sequence: u64,
    /// Its name: `ReferralReceived`.
    pub event_type: String,
    /// The version of its shape.
    pub event_version: String,
    /// Its JSON text, as it was written.
    pub payload: String,
    /// What came with it: the JSON text of an object of texts, as it was written.
    pub metadata: String,
    /// When the log learned of it. Never goes back along positions.
    pub recorded_at: Timestamp,
}

impl Recorded {
    /// One entry of its metadata.
    pub fn entry(&self, name: &str) -> Option<String> {
        let mut entries: HashMap<String, String> = serde_json::from_str(&self.metadata).ok()?;
        entries.remove(name)
    }
}

/// What the log answers for a commit.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Receipt {
    /// The stream's version after it: the sequence of its last event.
    pub version: u64,
    /// The positions of its first and last event; `None` when nothing had to be written.
    pub positions: Option<(Position, Position)>,
    /// When the log learned of it.
    pub recorded_at: Timestamp,
    /// Whether this is the answer given earlier to the same idempotency key.
    pub repeated: bool,
}

/// The client's promise that a request is the same one sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Whose key it is: keys of different clients don't meet.
    pub scope: String,
    /// The key.
    pub key: String,
    /// A digest of the whole request. The same key with another digest is refused.
    pub digest: [u8; 32],
}
