//! Where each projection stands, for `projections status`, `doctor`, `/readyz` and the metrics.

use caseledger_log::Position;
use serde::{Deserialize, Serialize};

use super::{Checkpoint, Projections, RunnerError};
use crate::sql::Db;

/// Where a projection stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// What it tells.
    pub about: String,
    /// The last event that its rows tell of.
    pub position: Position,
    /// How many events are in the log that it has not told of.
    pub lag_events: u64,
    /// How long the first of them has been in the log, in seconds.
    pub lag_seconds: f64,
    /// Whether this version has caught up once, so that people read it.
    pub shown: bool,
    /// The event that it can't fold, if it stands still at one.
    pub stopped_at: Option<Position>,
    /// What is wrong with that event.
    pub reason: Option<String>,
}

impl Projections {
    /// Where each projection stands by a database that may be a snapshot, in an order that does not change.
    ///
    /// # Errors
    /// [`RunnerError`] when the database can't be read.
    pub async fn positions(&self, db: &Db) -> Result<Vec<Position>, RunnerError> {
        let checkpoints = Checkpoint::read_all(db, self.specs()).await?;
        Ok(checkpoints.into_iter().map(|checkpoint| checkpoint.position).collect())
    }

    /// Where each projection stands now, by the database.
    ///
    /// # Errors
    /// [`RunnerError`] when the log or the database can't be read.
    pub async fn status(&self) -> Result<Vec<Status>, RunnerError> {
        let head = self.inner.source.log.head().await?;
        let now = self.inner.clock.now();
        let mut all = Vec::with_capacity(self.inner.runs.len());
        let checkpoints = Checkpoint::read_all(&self.inner.db, self.specs()).await?;
        for (run, checkpoint) in self.inner.runs.iter().zip(checkpoints) {
            let waiting = if checkpoint.position < head {
                self.inner.source.log.read_after(checkpoint.position, 1).await?.into_iter().next()
            } else {
                None
            };
            let seconds =
                waiting.map_or(0.0, |event| now.duration_since(event.recorded_at).as_secs_f64().max(0.0));
            let (stopped_at, reason) = checkpoint.stopped.unzip();
            let status = Status {
                shown: checkpoint.shown,
                name: run.spec.name.to_owned(),
                version: run.spec.version,
                about: run.spec.doc.to_owned(),
                position: checkpoint.position,
                lag_events: head.saturating_sub(checkpoint.position),
                lag_seconds: seconds,
                stopped_at,
                reason,
            };
            self.inner.gauges.show(&status);
            all.push(status);
        }
        Ok(all)
    }
}
