//! Why a command was not accepted. Each door (HTTP, command line) has its own words and codes for these.

use caseledger_commands::Violation;

/// Why a command was not accepted. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// No command has that name, or it is one that only a process of caseledger may send.
    #[error("There is no such command.")]
    UnknownCommand,
    /// The message is wrong by itself, whatever it is for.
    #[error("The message breaks the rules for its fields: {}", list(.0))]
    InvalidInput(Vec<Violation>),
    /// A rule forbids it as things stand.
    #[error("{message} {remedy}")]
    Refused {
        /// The rule's stable, kebab-case name.
        rule: &'static str,
        /// The field of the message that the rule is about, if one.
        field: Option<String>,
        /// The fact that stands against it.
        message: String,
        /// What to do instead.
        remedy: String,
    },
    /// The actor may not do this.
    #[error("This is not yours to do: {reason}")]
    Forbidden {
        /// Which policy stands against it, in words.
        reason: String,
    },
    /// There is no such thing, or the actor may not know that there is.
    #[error("There is no such thing.")]
    NotFound,
    /// The stream has moved on from the version that the client named.
    #[error("It has changed since you read it: you named version {expected}, and it is at version {actual}.")]
    Conflict {
        /// The version that the client named.
        expected: u64,
        /// The version that the stream is at.
        actual: u64,
    },
    /// The idempotency key was used before, with another request.
    #[error("This idempotency key was used before, for another request.")]
    KeyReused,
    /// Others kept changing the same stream. Trying again is safe and likely to succeed.
    #[error("Others are changing this at the same moment. Please try again.")]
    Busy,
    /// The log can't be reached or can't write. Trying again is safe, with an idempotency key.
    #[error("The record can't be reached just now. Please try again.")]
    Unavailable,
}

impl Rejection {
    /// A short, stable name for the kind of rejection: a metric's label, a log's field.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::UnknownCommand => "unknown-command",
            Self::InvalidInput(_) => "invalid-input",
            Self::Refused { .. } => "refused",
            Self::Forbidden { .. } => "forbidden",
            Self::NotFound => "not-found",
            Self::Conflict { .. } => "conflict",
            Self::KeyReused => "key-reused",
            Self::Busy => "busy",
            Self::Unavailable => "unavailable",
        }
    }

    /// One violation of the rules for fields.
    pub(crate) fn invalid(field: &str, rule: &'static str, detail: impl Into<String>) -> Self {
        Self::InvalidInput(vec![Violation { field: field.to_owned(), rule, detail: detail.into() }])
    }
}

fn list(violations: &[Violation]) -> String {
    violations
        .iter()
        .map(|violation| format!("{}: {}", violation.field, violation.detail))
        .collect::<Vec<_>>()
        .join(" ")
}
