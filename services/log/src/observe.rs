//! Telling how the writer works, to whoever counts.

use std::time::Duration;

/// A batch that the writer has dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// How many appends it held.
    pub appends: usize,
    /// How many of them were written or answered from what was kept.
    pub accepted: usize,
    /// How many of them were refused: conflicts, and keys that were used for another request.
    pub refused: usize,
    /// How many of them failed with the database.
    pub failed: usize,
    /// How long the writer worked on it, fsync included.
    pub took: Duration,
}

/// Is told of every batch, by the writer itself: it must be quick.
pub trait Observer: Send + Sync + 'static {
    /// The writer has dealt with a batch.
    fn wrote(&self, batch: Batch);
}
