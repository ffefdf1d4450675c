//! The events of a case, straight from the log.

use caseledger_aggregates::Metadata;
use caseledger_commands::{CaseId, Timestamp};
use caseledger_log::{Position, Recorded};
use serde::Serialize;
use serde_json::Value;

use super::QueryError;
use crate::cursor::{Cursor, Page, PageRequest};
use crate::sql::Db;

/// An event as the log holds it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EventView {
    /// Where it stands in the log.
    pub position: Position,
    /// Where it stands in its stream, from 1.
    pub sequence: u64,
    /// Its name.
    pub event: String,
    /// The version of its shape.
    pub version: String,
    /// When it happened.
    pub occurred_at: Option<Timestamp>,
    /// When the log learned of it.
    pub recorded_at: Timestamp,
    /// The subject who did or recorded it.
    pub actor: Option<String>,
    /// The person for whom a service did it.
    pub on_behalf_of: Option<String>,
    /// One id for all that followed from one request.
    pub correlation: Option<String>,
    /// What it follows from.
    pub causation: Option<String>,
    /// For an imported event, where it came from.
    pub provenance: Option<String>,
    /// What it says.
    pub payload: Value,
}

const LIST: &str = "case-events";

/// A page of a case's events, in order. Always up to date: no projection is asked.
///
/// # Errors
/// [`QueryError`] when the cursor is not one of this list, or the log can't be read.
pub async fn case_events(db: &Db, case: CaseId, page: &PageRequest) -> Result<Page<EventView>, QueryError> {
    let after = page.cursor.as_ref().map(|cursor| cursor.number(LIST)).transpose()?.unwrap_or(0);
    let limit = page.limit();
    let stream = db.log().read_stream("Case", &case.to_string()).await?;
    let after = u64::try_from(after).unwrap_or(0);
    let rest = stream.into_iter().filter(|recorded| recorded.sequence > after).take(limit + 1);
    let items = rest.map(EventView::of).collect();
    Ok(Page::from_surplus(items, limit, |last: &EventView| Cursor::after(LIST, [last.sequence.to_string()])))
}

impl EventView {
    fn of(recorded: Recorded) -> Self {
        let metadata = Metadata::read(&recorded.metadata);
        let payload: Value = serde_json::from_str(&recorded.payload).unwrap_or_default();
        // The payload stands under the event's name, which the view gives already.
        let payload = match payload {
            Value::Object(mut named) if named.len() == 1 && named.contains_key(&recorded.event_type) => {
                named.remove(&recorded.event_type).unwrap_or_default()
            }
            other => other,
        };
        let from = |take: fn(&Metadata) -> Option<String>| metadata.as_ref().and_then(take);
        Self {
            position: recorded.position,
            sequence: recorded.sequence,
            event: recorded.event_type,
            version: recorded.event_version,
            occurred_at: metadata.as_ref().map(|metadata| metadata.occurred_at),
            recorded_at: recorded.recorded_at,
            actor: from(|metadata| Some(metadata.actor.clone())),
            on_behalf_of: from(|metadata| metadata.on_behalf_of.clone()),
            correlation: from(|metadata| Some(metadata.correlation.clone())),
            causation: from(|metadata| Some(metadata.causation.clone())),
            provenance: from(|metadata| metadata.provenance.clone()),
            payload,
        }
    }
}
