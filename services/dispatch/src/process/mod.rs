//! What follows from events: processes turn events of one aggregate into commands on another.
//!
//! A process is a pure function from an event to commands, [`Process::follow`]. The [`Runner`] reads the log in order and
//! sends the commands through the pipeline like anybody else's, under the idempotency key `process:<name>:<position>`:
//! an event that is read twice after a crash has its effect once. A command that is refused is written down where people
//! look for it, and the next event goes on.

mod book;
mod follow;
mod runner;

use caseledger_aggregates::{AnyEvent, Metadata};
use caseledger_log::{LogError, Position, Recorded};

pub use book::{Refused, SCHEMA};
pub use follow::PROCESSES;
pub use runner::Runner;

use crate::Request;

/// Something that happened, as a process reads it.
#[derive(Clone, Copy, Debug)]
pub struct Happening<'a> {
    /// As the log holds it.
    pub recorded: &'a Recorded,
    /// What happened.
    pub event: &'a AnyEvent,
    /// Who did it, when, and why.
    pub metadata: &'a Metadata,
}

/// A rule that commands follow from events.
pub struct Process {
    /// Its name: part of idempotency keys, so it is never changed.
    pub name: &'static str,
    /// What it does, for the documentation.
    pub doc: &'static str,
    /// The names of the events that it follows.
    pub events: &'static [&'static str],
    /// The commands that follow from an event. Pure.
    pub follow: fn(&Happening<'_>) -> Vec<Request>,
}

/// Why processes can't go on.
#[derive(Debug, thiserror::Error)]
pub enum Halted {
    /// The log can't be read or written just now. The runner tries again.
    #[error(transparent)]
    Log(#[from] LogError),
    /// An event can't be read: a newer program wrote it. Processes wait there for a program that can.
    #[error("the event at position {position} can't be read: {reason}")]
    Unreadable {
        /// Where it stands.
        position: Position,
        /// What is wrong with it.
        reason: String,
    },
}

impl From<sqlx::Error> for Halted {
    fn from(error: sqlx::Error) -> Self {
        Self::Log(error.into())
    }
}
