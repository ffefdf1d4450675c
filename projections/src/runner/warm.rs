//! After a start: what the first events will ask for is loaded before they come.

use caseledger_log::StreamId;
use futures::future::join_all;
use tokio::time::Instant;

use super::{Checkpoint, Inner, Projections, Run, RunnerError, Worker, poison};
use crate::projection::{Fold, Tables};

/// How many streams are loaded for: fewer than a projection remembers, so that none of them makes room for another.
const STREAMS: usize = 10_000;
/// For how many of them at a time.
const AT_A_TIME: usize = 500;

impl Projections {
    /// Remembers what is known of streams that were written to of late, the last one first, until the time is up. A
    /// projection that another instance folds meanwhile, or that can't load, begins without.
    pub async fn warm_up(&self, of_late: &[StreamId], until: Instant) {
        let of_late = &of_late[..of_late.len().min(STREAMS)];
        let warmed = self.inner.runs.iter().map(|run| self.inner.warm_up(run, of_late, until));
        for (run, warmed) in self.inner.runs.iter().zip(join_all(warmed).await) {
            if let Err(error) = warmed {
                tracing::debug!(projection = run.spec.name, %error, "a projection begins without its memory");
            }
        }
    }
}

impl Inner {
    /// Makes the memory beside the worker's own, which it replaces once it is known to be of the same checkpoint.
    async fn warm_up(&self, run: &Run, of_late: &[StreamId], until: Instant) -> Result<(), RunnerError> {
        let before = Checkpoint::read(&self.db, run.spec, "").await?;
        let mut warm = Worker::new(run.spec, &self.authority, "");
        for streams in of_late.chunks(AT_A_TIME) {
            let mut tx = self.db.begin_late().await?;
            let mut fold = Fold { tables: Tables::Now(&mut tx), suffix: "", defers: false };
            if let Err(failed) = warm.projection.load_ahead(&mut fold, streams).await {
                let (position, reason) = poison(failed)?;
                return Err(RunnerError::Stopped { projection: run.spec.name, position, reason });
            }
            if Instant::now() > until {
                break;
            }
        }
        let mut worker = run.worker.lock().await;
        let now = Checkpoint::read(&self.db, run.spec, "").await?;
        if now == before && worker.checkpoint.is_none() {
            warm.checkpoint = Some(now);
            *worker = warm;
        }
        Ok(())
    }
}
