//! Stretches of the log, read and decoded once for all projections.

use std::sync::Arc;

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

    /// The events after a position, up to the next multiple of the stride; empty at the log's end.
    pub(super) async fn after(&self, position: Position) -> Result<Window, LogError> {
        let mut recent = self.recent.lock().await;
        let limit = STRIDE - position % STRIDE;
        let known = recent.iter().find(|(start, window)| *start == position && window.len() as u64 == limit);
        if let Some((_, window)) = known {
            return Ok(window.clone());
        }
        // A stretch that was short of its limit may have grown. Its beginning is not read again if the log has not.
        let head = self.log.head().await?;
        if let Some((_, window)) =
            recent.iter().find(|(start, window)| *start == position && position + window.len() as u64 >= head)
        {
            return Ok(window.clone());
        }
        let window: Window = Arc::from(
            self.log
                .read_after(position, limit as usize)
                .await?
                .into_iter()
                .map(Delivered::read)
                .collect::<Vec<_>>(),
        );
        recent.retain(|(start, _)| *start != position);
        if !window.is_empty() {
            recent.push((position, window.clone()));
        }
        if recent.len() > KEPT {
            recent.remove(0);
        }
        Ok(window)
    }
}
