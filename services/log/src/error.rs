//! What can go wrong with the log.

use crate::Position;

/// Why the log didn't do what it was asked.
///
/// No variant carries a payload or a row: databases put whole rows into the details of their errors, so only their
/// messages are kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// The stream has moved on since the caller looked at it. Nothing was written; decide again on fresh state.
    #[error("the stream is at version {actual}, not {expected}")]
    Conflict {
        /// The version that the caller decided on.
        expected: u64,
        /// The version that the stream has.
        actual: u64,
    },
    /// The idempotency key was used before, for another request. Nothing was written.
    #[error("the idempotency key was used before, for another request")]
    KeyReused,
    /// More appends wait than the log takes. Nothing was written; try again in a moment.
    #[error("too many appends are waiting")]
    Busy,
    /// The log was closed. Nothing was written.
    #[error("the log is closed")]
    Closed,
    /// The append can't be stored as it is. Nothing was written.
    #[error("{0}")]
    Invalid(String),
    /// The store's address is of no known kind.
    #[error("'{0}' is not a store: use sqlite:PATH or postgres://HOST/DATABASE")]
    UnknownStore(String),
    /// A newer program has changed the tables.
    #[error("the database has log schema {found}, and this program knows up to {known}: use a newer program")]
    NewerSchema {
        /// The database's version.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// The database's tables are older than this program, and it was opened without migrating.
    #[error("the database has log schema {found}, and this program needs {needed}: migrate it first")]
    OlderSchema {
        /// The database's version; 0 when it holds no log.
        found: i64,
        /// The version that this program needs.
        needed: i64,
    },
    /// The database can't be reached, or the connection broke. An append may have been written or not: repeat it with
    /// its idempotency key.
    #[error("the database can't be reached: {0}")]
    Unavailable(String),
    /// The database refused.
    #[error("the database refused: {0}")]
    Database(String),
    /// A stored event can't be read.
    #[error("the stored event can't be read: {0}")]
    Unreadable(String),
    /// The head of the log is not where its events end: someone has changed the tables by hand.
    #[error("the log's tables don't agree about position {0}: they have been changed by hand")]
    Damaged(Position),
}

impl LogError {
    /// Whether the same request may succeed a moment later without any change.
    pub fn passes(&self) -> bool {
        matches!(self, Self::Busy | Self::Unavailable(_))
    }
}

impl From<sqlx::Error> for LogError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error::{Io, PoolClosed, PoolTimedOut, Protocol, Tls, WorkerCrashed};
        match &error {
            Io(_) | Tls(_) | PoolTimedOut | PoolClosed | WorkerCrashed | Protocol(_) => {
                Self::Unavailable(error.to_string())
            }
            sqlx::Error::Database(refusal) if is_absence(refusal.code().as_deref().unwrap_or_default()) => {
                Self::Unavailable(refusal.message().to_owned())
            }
            sqlx::Error::Database(refusal) => Self::Database(refusal.message().to_owned()),
            _ => Self::Database(error.to_string()),
        }
    }
}

/// PostgreSQL's codes for a server that is stopping, starting, out of connections or standing by; SQLite's for a database
/// that another process holds.
fn is_absence(code: &str) -> bool {
    code.starts_with("08")
        || code.starts_with("53")
        || code.starts_with("57P")
        || matches!(code, "25006" | "5" | "6" | "261")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_passes_is_worth_repeating() {
        assert!(LogError::Busy.passes());
        assert!(LogError::from(sqlx::Error::PoolTimedOut).passes());
        assert!(!LogError::Conflict { expected: 1, actual: 2 }.passes());
        assert!(!LogError::Database("disk full".to_owned()).passes());
    }
}
