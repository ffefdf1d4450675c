//! The timeline of a case.

use caseledger_commands::{CaseId, Timestamp};
use caseledger_log::Position;
use serde::{Deserialize, Serialize};

use super::QueryError;
use crate::cursor::{Cursor, CursorError, Page, PageRequest};
use crate::sql::{Db, Row, SqlError, Value};

/// Which end a timeline begins at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// As it happened.
    #[default]
    OldestFirst,
    /// What happened last.
    NewestFirst,
}

/// An entry of a case's timeline.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimelineEntry {
    /// Where the event stands among the case's own, from 1.
    pub sequence: u64,
    /// Where it stands in the log.
    pub position: Position,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When the log learned of it.
    pub recorded_at: Timestamp,
    /// The subject who did or recorded it.
    pub actor: String,
    /// The person for whom a service did it.
    pub on_behalf_of: Option<String>,
    /// The event's name.
    pub event: String,
    /// What happened, in plain words.
    pub title: String,
    /// What is to be known of it; may be blank.
    pub summary: String,
    /// Whether it was brought in from another record.
    pub imported: bool,
    /// For an imported entry, where it came from.
    pub provenance: Option<String>,
    /// Whether a later entry says that something in it is wrong.
    pub corrected: bool,
    /// The sequences of those entries.
    pub corrections: Vec<u64>,
}

/// A page of a case's timeline, in the order in which things happened: an entry made late stands where it belongs.
///
/// # Errors
/// [`QueryError`] when the cursor is not one of this list in this order, or the database can't answer.
pub async fn timeline(
    db: &Db,
    case: CaseId,
    order: Order,
    page: &PageRequest,
) -> Result<Page<TimelineEntry>, QueryError> {
    let (list, direction, compare) = match order {
        Order::OldestFirst => ("timeline", "ASC", ">"),
        Order::NewestFirst => ("timeline-newest", "DESC", "<"),
    };
    let limit = page.limit();
    let mut values = vec![Value::text(case), Value::count(limit as u64 + 1)];
    let mut after = String::new();
    if let Some(cursor) = &page.cursor {
        let [occurred_at, sequence] = cursor.key(list)?;
        values.push(Value::Int(Some(occurred_at.parse().map_err(|_| CursorError::Unreadable)?)));
        values.push(Value::Int(Some(sequence.parse().map_err(|_| CursorError::Unreadable)?)));
        after = format!("AND (occurred_at, sequence) {compare} ($3, $4)");
    }
    let sql = format!(
        "SELECT sequence, position, occurred_at, recorded_at, actor, on_behalf_of, event, title, summary, imported, \
         provenance, corrections FROM timeline_entry_v1 WHERE case_id = $1 {after} \
         ORDER BY occurred_at {direction}, sequence {direction} LIMIT $2"
    );
    let rows = db.fetch(&sql, &values).await?;
    let items = rows.iter().map(TimelineEntry::of).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_surplus(items, limit, |last| {
        Cursor::after(list, [last.occurred_at.as_microsecond().to_string(), last.sequence.to_string()])
    }))
}

impl TimelineEntry {
    fn of(row: &Row) -> Result<Self, SqlError> {
        let corrections: Vec<u64> = row
            .text("corrections")?
            .split_whitespace()
            .filter_map(|sequence| sequence.parse().ok())
            .collect();
        Ok(Self {
            sequence: row.count("sequence")?,
            position: row.count("position")?,
            occurred_at: row.moment("occurred_at")?,
            recorded_at: row.moment("recorded_at")?,
            actor: row.text("actor")?,
            on_behalf_of: row.maybe_text("on_behalf_of")?,
            event: row.text("event")?,
            title: row.text("title")?,
            summary: row.text("summary")?,
            imported: row.bool("imported")?,
            provenance: row.maybe_text("provenance")?,
            corrected: !corrections.is_empty(),
            corrections,
        })
    }
}
