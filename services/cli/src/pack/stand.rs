//! What a pack is made from: one position of the log, and what was known there.

use caseledger_aggregates::calendar::{civil_date, civil_time};
use caseledger_commands::{Date, Timestamp};
use caseledger_log::Position;
use caseledger_web::words;

use crate::exit::Failure;
use crate::tasks::replay::moment;
use crate::wire::Station;

/// Where the read models stand. Two that are the same have the same rows between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stand {
    /// The last event that is told of.
    pub position: Position,
    /// When the record learned of it; `None` of an empty log.
    pub known_at: Option<Timestamp>,
    /// Where each of them stands, in an order that does not change.
    all: Vec<Position>,
}

impl Stand {
    /// Where they stand now.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] when the store can't be read, [`Failure::Failed`] when one of them has stopped.
    pub async fn now(station: &Station) -> Result<Self, Failure> {
        let status = station.projections.status().await.map_err(Failure::unavailable)?;
        if let Some(stopped) = status.iter().find(|one| one.stopped_at.is_some()) {
            return Err(Failure::Failed(format!(
                "The read model '{}' stands still: 'caseledger doctor' says why.",
                stopped.name
            )));
        }
        let all: Vec<Position> = status.iter().map(|one| one.position).collect();
        let position = all.iter().copied().max().unwrap_or_default();
        let known_at = match position.checked_sub(1) {
            Some(before) => {
                let last = station.log.read_after(before, 1).await.map_err(Failure::unavailable)?;
                last.first().map(|event| event.recorded_at)
            }
            None => None,
        };
        Ok(Self { position, known_at, all })
    }

    /// Whether all tell of the same events.
    pub fn is_level(&self) -> bool {
        self.all.iter().all(|position| *position == self.position)
    }

    /// The moment that files are said to be made at: no clock's, so that the same record gives the same bytes.
    ///
    /// # Errors
    /// [`Failure::Failed`] for a day that has no end.
    pub fn made(&self, to: Date) -> Result<Timestamp, Failure> {
        self.known_at.map_or_else(|| end_of(to), Ok)
    }

    /// What stands at the foot of each page.
    pub fn foot(&self, to: Date) -> String {
        format!(
            "As at the end of {}, told from the record up to event {}{}.",
            words::day(to),
            words::count(self.position),
            self.known_at.map_or_else(String::new, |at| format!(", as known on {}", in_england(at)))
        )
    }

    /// The same, name by name.
    pub fn in_words(&self, to: Date) -> Vec<(&'static str, String)> {
        let known = self.known_at.map_or_else(|| "Nothing is recorded yet.".to_owned(), in_england);
        vec![
            ("As at", format!("the end of {}", words::day(to))),
            ("As known on", known),
            ("Last event told of", format!("position {} of the log", words::count(self.position))),
            ("Program", format!("caseledger {}", env!("CARGO_PKG_VERSION"))),
        ]
    }
}

/// The end of a day in England.
///
/// # Errors
/// [`Failure::Failed`] for a day that has none.
pub fn end_of(day: Date) -> Result<Timestamp, Failure> {
    moment(&day.to_string())
}

fn in_england(at: Timestamp) -> String {
    format!("{} at {}", words::day(civil_date(at)), civil_time(at).strftime("%H:%M"))
}
