//! What is asked of the pipeline.

use caseledger_commands::{CommandSet, Timestamp};
use serde_json::Value;
use uuid::Uuid;

/// One command as a client sent it.
///
/// The message is untyped because the pipeline's door is the same for HTTP, the command line, the demonstration and
/// imports. [`Request::of`] makes one from a typed command.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The aggregate's plural, as it stands in paths: `cases`.
    pub collection: String,
    /// The command's name: `receive-referral`.
    pub command: String,
    /// The aggregate's id. May be left out of a command that opens a stream, and of an aggregate that has only one.
    pub id: Option<Uuid>,
    /// The message: a flat JSON object. Its reserved member `occurred_at` is taken out before it is decoded, and counts
    /// before [`Self::occurred_at`].
    pub message: Value,
    /// When what the command tells of happened. Now, when left out.
    pub occurred_at: Option<Timestamp>,
    /// The client's promise that a request with this key is the same one sent again.
    pub idempotency_key: Option<String>,
    /// The stream's version that the client has seen, when it cares.
    pub expected_version: Option<u64>,
    /// One id for all that follows from one request. The pipeline makes one when left out.
    pub correlation: Option<String>,
    /// What this follows from; the correlation when left out.
    pub causation: Option<String>,
    /// The W3C trace context of the request.
    pub traceparent: Option<String>,
    /// Where an imported record came from: file, sheet and row. An import may tell of any time in the past; no outside
    /// client can set this.
    pub provenance: Option<String>,
    /// Whether it is one of many that were sent together. What somebody waits for goes first, and leaves these a share.
    pub in_bulk: bool,
}

impl Request {
    /// A request for a typed command.
    pub fn of<C: CommandSet>(command: &C) -> Self {
        Self {
            collection: C::COLLECTION.to_owned(),
            command: command.name().to_owned(),
            message: command.message(),
            ..Self::default()
        }
    }

    /// The same, for the aggregate of that id.
    #[must_use]
    pub fn on(self, id: impl Into<Uuid>) -> Self {
        Self { id: Some(id.into()), ..self }
    }

    /// The same, of something that happened then.
    #[must_use]
    pub fn at(self, occurred_at: Timestamp) -> Self {
        Self { occurred_at: Some(occurred_at), ..self }
    }

    /// The same, with an idempotency key.
    #[must_use]
    pub fn with_key(self, key: impl Into<String>) -> Self {
        Self { idempotency_key: Some(key.into()), ..self }
    }
}
