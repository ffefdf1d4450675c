//! The timeline of a case: everything that happened, in plain words, told from the log whenever somebody asks (decision 0047).

use std::collections::BTreeMap;

use caseledger_aggregates::case::CaseEvent;
use caseledger_aggregates::{AnyEvent, Event, Metadata};
use caseledger_commands::case::CaseCommand;
use caseledger_commands::{CaseId, CommandSet, Timestamp};
use caseledger_log::{LogError, Position, Recorded};
use serde::{Deserialize, Serialize};

use super::QueryError;
use crate::cursor::{Cursor, CursorError, Page, PageRequest};
use crate::projection::Entry;
use crate::sql::Db;
use crate::words;

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

/// A page of a case's timeline, in the order in which things happened: an entry made late stands where it belongs. Always up
/// to date: no projection is asked.
///
/// # Errors
/// [`QueryError`] when the cursor is not one of this list in this order, or the log can't be read.
pub async fn timeline(
    db: &Db,
    case: CaseId,
    order: Order,
    page: &PageRequest,
) -> Result<Page<TimelineEntry>, QueryError> {
    let list = match order {
        Order::OldestFirst => "timeline",
        Order::NewestFirst => "timeline-newest",
    };
    let last = page.cursor.as_ref().map(|cursor| place_of(cursor.key(list)?)).transpose()?;
    let stream = db.log().read_stream(CaseCommand::AGGREGATE, &case.to_string()).await?;
    let mut happened: Vec<Happened> = stream.into_iter().map(Happened::read).collect::<Result<_, _>>()?;
    let mut corrections: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for it in &happened {
        if let CaseEvent::RecordCorrected(correction) = &it.event {
            corrections.entry(correction.sequence).or_default().push(it.recorded.sequence);
        }
    }
    happened.sort_by_key(Happened::place);
    if order == Order::NewestFirst {
        happened.reverse();
    }
    let is_later = |it: &Happened| match (order, last) {
        (_, None) => true,
        (Order::OldestFirst, Some(last)) => it.place() > last,
        (Order::NewestFirst, Some(last)) => it.place() < last,
    };
    let limit = page.limit();
    let rest = happened.into_iter().filter(is_later).take(limit + 1);
    let told = rest.map(|it| {
        let corrections = corrections.remove(&it.recorded.sequence).unwrap_or_default();
        it.told(corrections)
    });
    Ok(Page::from_surplus(told.collect(), limit, |last: &TimelineEntry| {
        Cursor::after(list, [last.occurred_at.as_microsecond().to_string(), last.sequence.to_string()])
    }))
}

/// What a timeline is ordered by: when something happened, in microseconds, and its place in the stream.
type Place = (i64, u64);

/// The place after which a page begins.
fn place_of([occurred_at, sequence]: [&str; 2]) -> Result<Place, CursorError> {
    let occurred_at = occurred_at.parse().map_err(|_| CursorError::Unreadable)?;
    Ok((occurred_at, sequence.parse().map_err(|_| CursorError::Unreadable)?))
}

/// An event of the case.
struct Happened {
    recorded: Recorded,
    event: CaseEvent,
    metadata: Metadata,
}

impl Happened {
    fn read(recorded: Recorded) -> Result<Self, LogError> {
        let position = recorded.position;
        match Entry::read(recorded) {
            Ok(Entry { recorded, event: AnyEvent::Case(event), metadata }) => {
                Ok(Self { recorded, event, metadata })
            }
            Ok(_) => Err(LogError::Unreadable(format!("the event at position {position} is of no case"))),
            Err(error) => Err(LogError::Unreadable(format!("the event at position {position}: {error}"))),
        }
    }

    fn place(&self) -> Place {
        (self.metadata.occurred_at.as_microsecond(), self.recorded.sequence)
    }

    fn told(self, corrections: Vec<u64>) -> TimelineEntry {
        let Self { recorded, event, metadata } = self;
        TimelineEntry {
            sequence: recorded.sequence,
            position: recorded.position,
            occurred_at: metadata.occurred_at,
            recorded_at: recorded.recorded_at,
            actor: metadata.actor,
            on_behalf_of: metadata.on_behalf_of,
            event: event.name().to_owned(),
            title: words::title(&event).to_owned(),
            summary: words::summary(&event),
            imported: metadata.provenance.is_some() || matches!(event, CaseEvent::CaseImported(_)),
            provenance: metadata.provenance,
            corrected: !corrections.is_empty(),
            corrections,
        }
    }
}
