//! After a start: what the first events will ask for is loaded before they come.

use caseledger_log::StreamId;
use futures::future::join_all;
use tokio::time::Instant;

use super::{Checkpoint, Inner, Projections, Run, RunnerError, Worker, poison};
use crate::projection::{Fold, Tables};
use crate::queries::being_worked;

/// How many cases are loaded: fewer than a projection remembers, so that none of them makes room for another.
const CASES: usize = 11_000;
/// How many of them at a time.
const AT_A_TIME: usize = 500;

impl Projections {
    /// The cases that are being worked, as many as are worth remembering: the one that was written to last first.
    ///
    /// # Errors
    /// The database can't answer, or has not been told of any case yet.
    pub async fn being_worked(&self) -> Result<Vec<StreamId>, RunnerError> {
        Ok(being_worked(&self.inner.db, CASES).await?)
    }

    /// Remembers what is known of streams until the time is up. A projection that another instance folds meanwhile, or that
    /// can't load, begins without.
    pub async fn warm_up(&self, streams: &[StreamId], until: Instant) {
        let warmed = self.inner.runs.iter().map(|run| self.inner.warm_up(run, streams, until));
        for (run, warmed) in self.inner.runs.iter().zip(join_all(warmed).await) {
            if let Err(error) = warmed {
                tracing::debug!(projection = run.spec.name, %error, "a projection begins without its memory");
            }
        }
    }
}

impl Inner {
    /// Makes the memory beside the worker's own, which it replaces once it is known to be of the same checkpoint.
    async fn warm_up(&self, run: &Run, streams: &[StreamId], until: Instant) -> Result<(), RunnerError> {
        let before = Checkpoint::read(&self.db, run.spec, "").await?;
        let mut warm = Worker::new(run.spec, &self.authority, "");
        for streams in streams.chunks(AT_A_TIME) {
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
