//! What is answered to an accepted command.

use caseledger_commands::{CaseReference, Timestamp};
use caseledger_log::Position;
use serde::Serialize;
use uuid::Uuid;

/// The receipt of an accepted command. Its events are durable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// The id of the aggregate that the command was for; the service made it where the request held none.
    pub id: Uuid,
    /// The case's short reference, for commands on a case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<CaseReference>,
    /// The stream's version after the command: the sequence of its last event.
    pub version: u64,
    /// The positions of the first and last event; absent when the command was already satisfied and nothing was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub positions: Option<(Position, Position)>,
    /// When the log learned of it.
    pub recorded_at: Timestamp,
    /// Whether this is the answer that was given earlier to the same idempotency key.
    pub repeated: bool,
    /// The names of the events that followed, in order.
    pub events: Vec<String>,
}
