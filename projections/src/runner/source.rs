//! Stretches of the log, read and decoded once for all projections.

use caseledger_log::{Log, LogError, Position};
use tokio::sync::Mutex;

use crate::projection::{Delivered, Window};

/// Stretches end at multiples of this, so that projections that have fallen apart fall into step again.
const STRIDE: u64 = 4096;
/// How many stretches are kept for the projections that come behind.
const KEPT: usize = 4;

/// Reads the log for everybody.
pub(super) struct Source {
    pub log: Log,
    recent: Mutex<Vec<(Position, Window)>>,
}

impl Source {
    pub(super) fn new(log: Log) -> Self {
        Self { log, recent: Mutex::new(vec![]) }
    }

    /// The events after a position, a whole stretch of them where there are as many, with those of some aggregates read
    /// already: for a rebuild, which reads ahead.
    pub(super) async fn decoded(&self, position: Position, aggregates: &[&str]) -> Result<Window, LogError> {
        let events = self.log.read_after(position, STRIDE as usize).await?;
        let window: Window = events.into_iter().map(Delivered::new).collect();
        for delivered in window.iter().filter(|one| aggregates.contains(&one.aggregate_type.as_str())) {
            delivered.entry();
        }
        Ok(window)
    }

    /// The events after a position, up to the next multiple of the stride; empty at the log's end.
    pub(super) async fn after(&self, position: Position) -> Result<Window, LogError> {
        let mut recent = self.recent.lock().await;
        let limit = STRIDE - position % STRIDE;
        // A stretch that was short of its limit may have grown. Whoever comes to its start takes it as it is, and finds
        // what came since in the next: so all of them go by the same stretches, and each is read once.
        if let Some((_, window)) = recent.iter().find(|(start, _)| *start == position) {
            return Ok(window.clone());
        }
        let events = self.log.read_after(position, limit as usize).await?;
        let window: Window = events.into_iter().map(Delivered::new).collect();
        if !window.is_empty() {
            recent.push((position, window.clone()));
        }
        if recent.len() > KEPT {
            recent.remove(0);
        }
        Ok(window)
    }
}
