//! The log, read and decoded once for all projections.

use std::collections::VecDeque;
use std::sync::Arc;

use caseledger_log::{Log, LogError, Position};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use super::rebuild::joined;
use crate::projection::{Delivered, Window};

/// How many events a projection is given at a time. Few in tests, so that a short log has several stretches.
const STRIDE: usize = if cfg!(debug_assertions) { 256 } else { 4096 };
/// How many of the latest events are kept for the projections that come behind.
const KEPT: usize = 2 * STRIDE;
/// How many stretches of the log a rebuild has read at the same time, the one that it waits for among them: to fetch one from the
/// database and to decode it takes longer than to fold it.
const READ_AHEAD: usize = 3;

/// Reads the log for everybody.
pub(super) struct Source {
    pub log: Log,
    /// The events that were read last, without a gap.
    recent: Mutex<VecDeque<Arc<Delivered>>>,
}

impl Source {
    pub(super) fn new(log: Log) -> Self {
        Self { log, recent: Mutex::default() }
    }

    /// The events after a position, a whole stretch of them where there are as many, with those of some aggregates read
    /// already: for a rebuild, which reads ahead.
    async fn decoded(&self, position: Position, aggregates: &[&str]) -> Result<Window, LogError> {
        let window = self.read(position).await?;
        for delivered in window.iter().filter(|one| aggregates.contains(&one.aggregate_type.as_str())) {
            delivered.entry();
        }
        Ok(window)
    }

    /// The events after a position; empty at the log's end.
    pub(super) async fn after(&self, position: Position) -> Result<Window, LogError> {
        let mut recent = self.recent.lock().await;
        let known = recent.front().zip(recent.back()).map(|(first, last)| (first.position, last.position));
        let window = match known {
            // What is known is taken as it is: what came since is found by the next look.
            Some((first, last)) if position + 1 >= first && position < last => {
                let start = recent.partition_point(|delivered| delivered.position <= position);
                return Ok(recent.iter().skip(start).take(STRIDE).cloned().collect());
            }
            // Who is far behind must not take from the others what they share.
            Some((first, _)) if position + 1 < first => return self.read(position).await,
            _ => self.read(position).await?,
        };
        if known.is_some_and(|(_, last)| last != position) {
            recent.clear();
        }
        recent.extend(window.iter().cloned());
        let surplus = recent.len().saturating_sub(KEPT);
        recent.drain(..surplus);
        Ok(window)
    }

    async fn read(&self, position: Position) -> Result<Window, LogError> {
        let events = self.log.read_after(position, STRIDE).await?;
        Ok(events.into_iter().map(|recorded| Arc::new(Delivered::new(recorded))).collect())
    }
}

/// The log's next stretches, which are read and decoded while one is folded.
pub(super) struct Ahead {
    source: Arc<Source>,
    /// The types of the aggregates whose events are decoded.
    folded: Arc<[&'static str]>,
    /// What is being read, each with the position after which it begins.
    reads: VecDeque<(Position, JoinHandle<Result<Window, LogError>>)>,
}

impl Ahead {
    /// From the log's first event on.
    pub fn new(source: Arc<Source>, folded: Arc<[&'static str]>) -> Self {
        Self { source, folded, reads: VecDeque::new() }
    }

    /// The stretch after a position.
    pub async fn after(&mut self, position: Position) -> Result<Window, LogError> {
        // The log has no gaps, so that it is known where a whole stretch ends; one at the log's end may have been shorter.
        if self.reads.front().is_some_and(|(after, _)| *after != position) {
            self.give_up();
        }
        while self.reads.len() < READ_AHEAD {
            let after = position + (self.reads.len() * STRIDE) as u64;
            let (source, folded) = (Arc::clone(&self.source), Arc::clone(&self.folded));
            let read = async move { source.decoded(after, &folded).await };
            self.reads.push_back((after, tokio::spawn(read)));
        }
        match self.reads.pop_front() {
            Some((_, read)) => joined(read.await),
            None => Ok(Window::default()),
        }
    }

    fn give_up(&mut self) {
        for (_, read) in self.reads.drain(..) {
            read.abort();
        }
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.give_up();
    }
}
