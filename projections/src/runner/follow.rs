//! Following the log: one step takes a projection over one stretch of it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use caseledger_log::{Position, fault_point};
use futures::FutureExt;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::{Checkpoint, Inner, Projections, Run, RunnerError, Worker, checkpoint, poison, raise};
use crate::projection::{Delivered, Entry, Failed, Fold, Tables};
use crate::sql::Tx;

/// How long a projection sleeps when nothing wakes it: another process may have appended, or have died while folding.
const AT_LEAST_EVERY: Duration = Duration::from_millis(500);
/// How long events gather, so that under load a projection has few and full transactions.
const GATHER: Duration = Duration::from_millis(50);
/// The same on SQLite, which writes whole pages, however little of each has changed: the longer, the more often a page has
/// changed that is written once.
const GATHER_EMBEDDED: Duration = Duration::from_millis(400);
/// How many steps a projection may take before it lets events gather: what one person does in a moment is told at once.
const AT_ONCE: u32 = 4;
/// How many events behind the log's end a projection doesn't wait for more.
const FAR: u64 = 4096;
/// How long an instance that was overtaken leaves a projection to the other: longer than a step takes under load, so that who
/// folds goes on folding with what it remembers, and no longer than somebody waits to read what they just did.
const STAND_BACK: Duration = Duration::from_millis(400);
/// How long a projection waits after the database failed.
const AFTER_A_FAILURE: Duration = Duration::from_secs(1);

/// The reason of an event at which the program itself is at fault. The panic's own message is in the log.
const PANICKED: &str = "the fold panicked at it";

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The rows tell of more than before.
    Moved(Position),
    /// Another instance has folded what this one was about to: the rows tell of as much.
    Overtaken(Position),
    /// There is nothing to tell of.
    AtTheEnd(Position),
    /// Another instance is folding.
    Elsewhere,
    /// It stands still at an event that it can't fold.
    Stopped,
}

impl Projections {
    /// Follows the log until the future is dropped: every projection in a task of its own.
    pub async fn run(&self) {
        let mut tasks = JoinSet::new();
        for index in 0..self.inner.runs.len() {
            let inner = self.inner.clone();
            tasks.spawn(async move { inner.follow(index).await });
        }
        let watching = self.clone();
        tasks.spawn(async move { watching.show_gauges().await });
        while tasks.join_next().await.is_some() {}
    }

    async fn show_gauges(&self) {
        loop {
            if let Err(error) = self.status().await {
                tracing::warn!(%error, "the state of the projections can't be read");
            }
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
    }

    /// Brings every projection to the log's present end, and answers then.
    ///
    /// # Errors
    /// [`RunnerError::Stopped`] for the first that can't get there; the others have got there nevertheless.
    pub async fn catch_up(&self) -> Result<(), RunnerError> {
        let head = self.inner.source.log.head().await?;
        let mut tasks = JoinSet::new();
        for index in 0..self.inner.runs.len() {
            let inner = self.inner.clone();
            tasks.spawn(async move { inner.reach(index, head).await });
        }
        let mut answer = Ok(());
        while let Some(finished) = tasks.join_next().await {
            // A panic of a fold is a fault of the program: let it be seen here too.
            let finished = finished.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
            answer = answer.and(finished);
        }
        answer
    }

    /// Lets a stopped projection try again.
    ///
    /// # Errors
    /// [`RunnerError::Unknown`], or the database failed.
    pub async fn resume(&self, name: &str) -> Result<(), RunnerError> {
        let run = &self.inner.runs[self.find(name)?];
        self.inner.clear_stop(run).await?;
        run.resumed.notify_waiters();
        Ok(())
    }
}

impl Inner {
    async fn follow(&self, index: usize) {
        let run = &self.runs[index];
        let mut head = self.source.log.watch();
        // A new start is a new program, perhaps one that can fold what stopped the last.
        if let Err(error) = self.clear_stop(run).await {
            tracing::warn!(projection = run.spec.name, %error, "the projection's checkpoint can't be read");
        }
        let gather = if self.db.is_shared() { GATHER } else { GATHER_EMBEDDED };
        let saved = gather * AT_ONCE;
        let mut spent = Instant::now();
        loop {
            let now = Instant::now();
            // Steps that others have asked for don't add up to more than one time of gathering.
            spent = spent.clamp(now, now + saved) + gather;
            let until = spent.checked_sub(saved);
            match self.step(run).await {
                Ok(Step::Moved(at)) if *head.borrow_and_update() >= at + FAR => {}
                Ok(Step::Moved(at)) => {
                    if *head.borrow() <= at {
                        let _ = tokio::time::timeout(AT_LEAST_EVERY, head.changed()).await;
                    }
                    Self::gather(run, until).await;
                }
                Ok(Step::Overtaken(_)) => tokio::time::sleep(STAND_BACK).await,
                Ok(Step::AtTheEnd(_) | Step::Elsewhere) => {
                    let _ = tokio::time::timeout(AT_LEAST_EVERY, head.changed()).await;
                    Self::gather(run, until).await;
                }
                Ok(Step::Stopped) => {
                    let _ = tokio::time::timeout(AT_LEAST_EVERY, run.resumed.notified()).await;
                }
                Err(error) => {
                    tracing::warn!(projection = run.spec.name, %error, "a projection waits for its database");
                    tokio::time::sleep(AFTER_A_FAILURE).await;
                }
            }
        }
    }

    /// Lets events gather until then, if that is to come, unless somebody waits to read what they just did.
    async fn gather(run: &Run, until: Option<Instant>) {
        let Some(until) = until.filter(|until| *until > Instant::now()) else { return };
        let _ = tokio::time::timeout_at(until, run.wanted.notified()).await;
    }

    /// Steps until the position is reached, whoever takes the steps.
    pub(super) async fn reach(&self, index: usize, position: Position) -> Result<(), RunnerError> {
        let run = &self.runs[index];
        loop {
            match self.step(run).await? {
                Step::Moved(at) | Step::Overtaken(at) | Step::AtTheEnd(at) if at >= position => return Ok(()),
                Step::Moved(_) | Step::Overtaken(_) => {}
                Step::AtTheEnd(_) | Step::Elsewhere => tokio::time::sleep(Duration::from_millis(10)).await,
                Step::Stopped => {
                    let checkpoint = Checkpoint::read(&self.db, run.spec, "").await?;
                    if let Some((position, reason)) = checkpoint.stopped {
                        return Err(RunnerError::Stopped { projection: run.spec.name, position, reason });
                    }
                }
            }
        }
    }

    async fn clear_stop(&self, run: &Run) -> Result<(), RunnerError> {
        let mut worker = run.worker.lock().await;
        let mut tx = self.db.begin().await?;
        if let Some(checkpoint) = Checkpoint::wait(&mut tx, run.spec, "").await?
            && checkpoint.stopped.is_some()
        {
            worker.forget();
            let cleared = Checkpoint { stopped: None, ..checkpoint };
            cleared.write(&mut tx, run.spec, "", cleared.position).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Takes the live projection one step.
    async fn step(&self, run: &Run) -> Result<Step, RunnerError> {
        let mut worker = run.worker.lock().await;
        let mut step = self.advance(run, &mut worker).await;
        if matches!(&step, Err(RunnerError::Sql(error)) if error.is_lock_timeout()) {
            worker.forget();
            step = Ok(Step::Elsewhere); // people were reading what was about to change
        }
        match &step {
            Ok(Step::Moved(at) | Step::Overtaken(at) | Step::AtTheEnd(at)) => {
                run.passed.send_if_modified(|passed| raise(passed, *at));
            }
            Ok(_) => {}
            Err(_) => {
                worker.forget();
                // A server that crashed may have lost the latest rows; whoever waits looks at the checkpoint itself.
                run.passed.send_replace(0);
            }
        }
        step
    }

    /// Takes a projection over the next stretch of the log.
    pub(super) async fn advance(&self, run: &Run, worker: &mut Worker) -> Result<Step, RunnerError> {
        let believed = match &worker.checkpoint {
            Some(checkpoint) => checkpoint.clone(),
            None => Checkpoint::read(&self.db, run.spec, worker.suffix).await?,
        };
        let window = self.source.after(believed.position).await?;
        if window.is_empty() && believed.shown {
            return self.at_the_end(run, worker, believed).await;
        }
        let mut tx = self.db.begin_late().await?;
        let Some(held) = Checkpoint::take(&mut tx, run.spec, worker.suffix).await? else {
            return Ok(Step::Elsewhere);
        };
        if held.stopped.is_some() {
            return Ok(Step::Stopped);
        }
        if held != believed {
            worker.forget();
            worker.checkpoint = Some(held.clone());
            return Ok(Step::Overtaken(held.position));
        }
        if window.is_empty() {
            return self.show_empty(run, worker, held, tx).await;
        }
        fault_point!("projection.before-rows");
        let mut next = match self.fold(run, worker, Tables::Now(&mut tx), &window).await {
            Ok(()) => moved(&held, &window, None),
            Err(failed) => {
                let (mut position, reason) = poison(failed)?;
                drop(tx);
                if reason == PANICKED {
                    position = self.culprit(run, worker, &window).await?.unwrap_or(position);
                }
                return self.stop_before(run, worker, &held, &window, (position, reason)).await;
            }
        };
        if !next.shown && worker.suffix.is_empty() && next.position >= *self.source.log.watch().borrow() {
            show(run, &mut tx).await?;
            next.shown = true;
        }
        fault_point!("projection.between-rows-and-checkpoint");
        if !next.write_over(&mut tx, run.spec, worker.suffix, &held).await? {
            worker.forget();
            return Ok(Step::Elsewhere);
        }
        fault_point!("projection.before-commit");
        // Whether a failed commit took place or not is seen when the checkpoint is read again.
        if let Err(error) = tx.commit().await {
            worker.forget();
            return Err(error.into());
        }
        fault_point!("projection.after-commit");
        worker.checkpoint = Some(next.clone());
        Ok(Step::Moved(next.position))
    }

    /// Nothing is left to tell of; but what this process remembers may be of an earlier epoch.
    async fn at_the_end(
        &self,
        run: &Run,
        worker: &mut Worker,
        believed: Checkpoint,
    ) -> Result<Step, RunnerError> {
        if self.db.is_shared() {
            let held = Checkpoint::read(&self.db, run.spec, worker.suffix).await?;
            if held != believed {
                let position = held.position;
                worker.forget();
                worker.checkpoint = Some(held);
                return Ok(Step::Overtaken(position));
            }
        }
        let position = believed.position;
        let stopped = believed.stopped.is_some();
        worker.checkpoint = Some(believed);
        Ok(if stopped { Step::Stopped } else { Step::AtTheEnd(position) })
    }

    /// The projection has caught up for the first time without a batch of its own.
    async fn show_empty(
        &self,
        run: &Run,
        worker: &mut Worker,
        held: Checkpoint,
        mut tx: Tx,
    ) -> Result<Step, RunnerError> {
        let position = held.position;
        if !worker.suffix.is_empty() {
            worker.checkpoint = Some(held);
            return Ok(Step::AtTheEnd(position));
        }
        show(run, &mut tx).await?;
        let next = Checkpoint { shown: true, ..held };
        next.write(&mut tx, run.spec, worker.suffix, position).await?;
        tx.commit().await?;
        worker.checkpoint = Some(next);
        Ok(Step::AtTheEnd(position))
    }

    /// Folds what can be folded, and writes down where and why it stops.
    async fn stop_before(
        &self,
        run: &Run,
        worker: &mut Worker,
        held: &Checkpoint,
        window: &[Arc<Delivered>],
        stops: (Position, String),
    ) -> Result<Step, RunnerError> {
        worker.forget();
        let before = window.partition_point(|delivered| delivered.position < stops.0);
        let window = &window[..before];
        let mut tx = self.db.begin().await?;
        match Checkpoint::take(&mut tx, run.spec, worker.suffix).await? {
            Some(now) if now == *held => {}
            _ => return Ok(Step::Elsewhere),
        }
        match self.fold(run, worker, Tables::Now(&mut tx), window).await {
            Ok(()) => {}
            // An earlier event is at fault after all: the next step will find it first.
            Err(failed) => {
                let earlier = poison(failed)?;
                drop(tx);
                return Box::pin(self.stop_before(run, worker, held, window, earlier)).await;
            }
        }
        tracing::error!(
            projection = run.spec.name,
            position = stops.0,
            reason = stops.1,
            "a projection stopped at an event that it can't fold"
        );
        let next = moved(held, window, Some(stops));
        if next.write(&mut tx, run.spec, worker.suffix, held.position).await? {
            tx.commit().await?;
            run.passed.send_if_modified(|passed| worker.suffix.is_empty() && raise(passed, next.position));
        }
        worker.forget();
        Ok(Step::Stopped)
    }

    /// The first event of a stretch at which folding panics, found by folding one at a time; nothing of it is kept.
    async fn culprit(
        &self,
        run: &Run,
        worker: &mut Worker,
        window: &[Arc<Delivered>],
    ) -> Result<Option<Position>, RunnerError> {
        worker.forget();
        let mut tx = self.db.begin().await?;
        for one in window.chunks(1) {
            match self.fold(run, worker, Tables::Now(&mut tx), one).await {
                Ok(()) => {}
                Err(failed) => return poison(failed).map(|(position, _)| Some(position)),
            }
        }
        Ok(None)
    }

    /// Gives the projection what it folds of a stretch.
    pub(super) async fn fold(
        &self,
        run: &Run,
        worker: &mut Worker,
        tables: Tables<'_>,
        window: &[Arc<Delivered>],
    ) -> Result<(), Failed> {
        let mut batch: Vec<&Entry> = Vec::with_capacity(window.len());
        for delivered in window.iter().filter(|one| run.spec.folds.contains(&one.aggregate_type.as_str())) {
            match delivered.entry() {
                Ok(entry) => batch.push(entry),
                Err(reason) => {
                    return Err(Failed::Poison { position: delivered.position, reason: reason.clone() });
                }
            }
        }
        if batch.is_empty() {
            return Ok(());
        }
        let first = batch[0].recorded.position;
        let mut fold = Fold { tables, suffix: worker.suffix, defers: worker.defers };
        // What the projection remembers is forgotten and its transaction lost when it stops: nothing half done is left.
        let folded = AssertUnwindSafe(worker.projection.apply(&mut fold, &batch)).catch_unwind().await;
        folded.unwrap_or_else(|_| Err(Failed::Poison { position: first, reason: PANICKED.to_owned() }))
    }
}

/// The projection has caught up for the first time: people read this version from now on.
async fn show(run: &Run, tx: &mut Tx) -> Result<(), RunnerError> {
    if !checkpoint::newer_is_shown(tx, run.spec).await? {
        tx.hurry().await?;
        for table in run.spec.tables {
            table.show(tx).await?;
        }
    }
    Ok(())
}

/// The checkpoint after a stretch.
pub(super) fn moved(
    held: &Checkpoint,
    window: &[Arc<Delivered>],
    stopped: Option<(Position, String)>,
) -> Checkpoint {
    let last = window.last();
    Checkpoint {
        position: last.map_or(held.position, |delivered| delivered.position),
        recorded_at: last.map_or(held.recorded_at, |delivered| delivered.recorded_at.as_microsecond()),
        stopped,
        ..held.clone()
    }
}
