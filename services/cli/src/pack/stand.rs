//! What a pack is made from: one position of the log, and what was known there.

use std::time::{Duration, Instant};

use caseledger_aggregates::calendar::{civil_date, civil_time};
use caseledger_commands::{Date, Timestamp};
use caseledger_log::Position;
use caseledger_projections::RunnerError;
use caseledger_projections::sql::Db;
use caseledger_web::words;

use crate::exit::Failure;
use crate::tasks::replay::moment;
use crate::wire::Station;

/// How long it is waited for a moment at which all read models tell of the same events: one between two entries.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long it is waited between two looks.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The read models as they stand together, whatever is written meanwhile.
pub struct Stand {
    /// Reads them.
    pub db: Db,
    /// The last event that is told of.
    pub position: Position,
    /// When the record learned of it; `None` of an empty log.
    pub known_at: Option<Timestamp>,
}

impl Stand {
    /// Takes them as they stand now. People go on working: each read model follows the log by itself, so it may take some
    /// looks until all tell of the same events.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] when the store can't be read, or there is no such moment; [`Failure::Failed`] when one of them
    /// has stopped.
    pub async fn now(station: &Station) -> Result<Self, Failure> {
        let began = Instant::now();
        loop {
            station.projections.catch_up().await.map_err(|error| match error {
                RunnerError::Stopped { projection, .. } => Failure::Failed(format!(
                    "The read model '{projection}' stands still: 'caseledger doctor' says why."
                )),
                other => Failure::unavailable(other),
            })?;
            let db = station.projections.db().snapshot().await.map_err(Failure::unavailable)?;
            let all = station.projections.positions(&db).await.map_err(Failure::unavailable)?;
            let position = all.iter().copied().max().unwrap_or_default();
            if all.iter().all(|one| *one == position) {
                let known_at = known_at(station, position).await?;
                return Ok(Self { db, position, known_at });
            }
            if began.elapsed() > PATIENCE {
                return Err(Failure::Unavailable(
                    "So much is written that the read models never tell of the same events. Make the pack when less is \
                     written, or from a copy: 'caseledger backup', and --store with the copy."
                        .to_owned(),
                ));
            }
            drop(db);
            tokio::time::sleep(LOOK_AGAIN).await;
        }
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

/// When the record learned of an event.
async fn known_at(station: &Station, position: Position) -> Result<Option<Timestamp>, Failure> {
    let Some(before) = position.checked_sub(1) else { return Ok(None) };
    let last = station.log.read_after(before, 1).await.map_err(Failure::unavailable)?;
    Ok(last.first().map(|event| event.recorded_at))
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
