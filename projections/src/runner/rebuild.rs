//! Beginning a projection anew: beside the rows that people read meanwhile, or in their place.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use caseledger_log::Position;
use futures::{StreamExt, TryStreamExt};
use tokio::sync::oneshot;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::Instant;

use super::follow::{Step, moved};
use super::pace::{LOOK_AGAIN, Live, Pace};
use super::source::Ahead;
use super::{Checkpoint, Projections, RunnerError, Worker, checkpoint, poison};
use crate::projection::{Delivered, Failed, Fold, Spec, Tables};
use crate::sql::{Behind, Done, Table, Tx};

/// What a rebuild adds to the names of the tables that it fills.
const BESIDE: &str = "_rebuild";
/// Of how many tables the indexes are made at the same time.
const INDEXED_AT_A_TIME: usize = 2;

/// What is answered to a rebuild whose tables are another's now.
fn taken_over(spec: &Spec, position: Position) -> RunnerError {
    let reason = "another rebuild has taken its place".to_owned();
    RunnerError::Stopped { projection: spec.name, position, reason }
}

/// Takes the rebuild's checkpoint for the length of a transaction, if the rebuild still has it.
async fn held(tx: &mut Tx, spec: &'static Spec, own: &Checkpoint) -> Result<(), RunnerError> {
    match Checkpoint::take(tx, spec, BESIDE).await? {
        Some(held) if held == *own => Ok(()),
        _ => Err(taken_over(spec, own.position)),
    }
}

/// Those that go on; the others stand at an event that they can't fold, which is noted.
fn going_on<R>(
    results: Vec<Result<R, RunnerError>>,
    stopped: &mut Vec<RunnerError>,
) -> Result<Vec<R>, RunnerError> {
    let mut going_on = Vec::with_capacity(results.len());
    for result in results {
        match result {
            Ok(one) => going_on.push(one),
            Err(stands @ RunnerError::Stopped { .. }) => stopped.push(stands),
            Err(error) => return Err(error),
        }
    }
    Ok(going_on)
}

/// A projection that is built beside the one that people read.
struct Build {
    index: usize,
    /// With the checkpoint as it will be once everything has been written.
    worker: Worker,
    epoch: u64,
    /// The stretch that is being written while the next one is folded.
    writing: Option<JoinHandle<Result<(), RunnerError>>>,
    /// Told once the stretch before that one has been written.
    begun: Option<oneshot::Receiver<()>>,
}

impl Build {
    /// Itself, once what was folded has been written.
    async fn written(mut self) -> Result<Self, RunnerError> {
        if let Some(writing) = self.writing.take() {
            joined(writing.await)?;
        }
        Ok(self)
    }
}

/// What a task answered. A panic of a fold is a fault of the program: let it be seen here too.
pub(super) fn joined<T>(answer: Result<T, JoinError>) -> T {
    answer.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}

/// How a projection is begun anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Into tables of its own, which take the place of the old ones when they have caught up.
    Beside,
    /// The rows are emptied first: half the room, and people read an incomplete projection until it has caught up.
    InPlace,
}

/// How far a rebuild has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The last event that the new rows tell of.
    pub position: Position,
    /// The log's end when the rebuild was begun.
    pub of: Position,
}

impl Projections {
    /// Builds a projection anew from the log's first event, telling how far it has come.
    ///
    /// # Errors
    /// [`RunnerError::Stopped`] at an event that can't be folded: the rows that people read stay as they were when it
    /// was built beside.
    pub async fn rebuild(
        &self,
        name: &str,
        manner: Manner,
        mut tell: impl FnMut(Progress) + Send,
    ) -> Result<(), RunnerError> {
        match manner {
            Manner::Beside => {
                let stopped = self.rebuild_together(&[name], tell).await?;
                stopped.into_iter().next().map_or(Ok(()), Err)
            }
            Manner::InPlace => {
                let index = self.find(name)?;
                let of = self.inner.source.log.head().await?;
                self.rebuild_in_place(index, of, &mut tell).await
            }
        }
    }

    /// Builds projections anew beside what people read, side by side: the log is read once for all of them. One that stops
    /// at an event that it can't fold leaves the others to go on; answers a [`RunnerError::Stopped`] for each such.
    ///
    /// # Errors
    /// [`RunnerError::Unknown`] before anything is done, or log or database failed.
    pub async fn rebuild_together(
        &self,
        names: &[&str],
        mut tell: impl FnMut(Progress) + Send,
    ) -> Result<Vec<RunnerError>, RunnerError> {
        let of = self.inner.source.log.head().await?;
        let found: Vec<usize> = names.iter().map(|name| self.find(name)).collect::<Result<_, _>>()?;
        let (mut builds, mut stopped) = (vec![], vec![]);
        for index in found {
            builds.push(self.begin_beside(index).await?);
        }
        let folded: Arc<[&str]> =
            builds.iter().flat_map(|build| self.inner.runs[build.index].spec.folds).copied().collect();
        let (mut position, mut pace, mut live) = (0, Pace::default(), self.live().await?);
        let mut ahead = Ahead::new(Arc::clone(&self.inner.source), folded);
        while position < of && !builds.is_empty() {
            let window = ahead.after(position).await?;
            let Some(last) = window.last() else { break };
            position = last.position;
            while pace.must_wait(live) {
                tokio::time::sleep(LOOK_AGAIN).await;
                live = self.live().await?;
            }
            let begun = Instant::now();
            let folded = self.each(builds, |projections, mut build| {
                let window = window.clone();
                async move { projections.fold_beside(&mut build, &window).await.map(|()| build) }
            });
            let (folded, now) = tokio::join!(folded, self.live());
            builds = going_on(folded, &mut stopped)?;
            live = now?;
            tell(Progress { position: position.min(of), of });
            if pace.must_rest(live) {
                // Writing is work too, and others wait for it.
                let written = self.each(builds, |_, build| build.written());
                builds = going_on(written.await, &mut stopped)?;
                tokio::time::sleep(begun.elapsed()).await;
            }
        }
        drop(ahead);
        let finished = self.each(builds, |projections, build| async move {
            projections.finish_beside(build).await.map(|()| position)
        });
        going_on(finished.await, &mut stopped)?;
        tell(Progress { position: of, of });
        Ok(stopped)
    }

    /// Does something with each of them, side by side.
    async fn each<T, R, F>(&self, all: Vec<T>, work: impl Fn(Self, T) -> F) -> Vec<Result<R, RunnerError>>
    where
        R: Send + 'static,
        F: Future<Output = Result<R, RunnerError>> + Send + 'static,
    {
        let tasks: Vec<_> = all.into_iter().map(|one| tokio::spawn(work(self.clone(), one))).collect();
        let mut results = Vec::with_capacity(tasks.len());
        for task in tasks {
            results.push(joined(task.await));
        }
        results
    }

    /// Removes what earlier versions of the program folded, where this version's rows are read already. An instance of
    /// the old program must not be running any more. Answers what was removed.
    ///
    /// # Errors
    /// [`RunnerError::Sql`] when the database refuses it.
    pub async fn discard_older(&self) -> Result<Vec<String>, RunnerError> {
        let specs: Vec<&'static Spec> = self.specs().collect();
        Ok(checkpoint::discard_older(&self.inner.db, &specs).await?)
    }

    /// Makes the tables that a rebuild fills.
    async fn begin_beside(&self, index: usize) -> Result<Build, RunnerError> {
        let run = &self.inner.runs[index];
        let epoch = Checkpoint::read(&self.inner.db, run.spec, "").await?.epoch + 1;
        let mut tx = self.inner.db.begin().await?;
        tx.alone().await?;
        checkpoint::remove(&mut tx, run.spec, BESIDE).await?;
        for table in run.spec.tables {
            table.drop(&mut tx, BESIDE).await?;
            table.create(&mut tx, BESIDE).await?;
            // A fold looks rows up by key; the first index may help it too, the others wait for the rows.
        }
        checkpoint::insert(&mut tx, run.spec, &self.inner.authority, BESIDE, epoch).await?;
        let held = Checkpoint::take(&mut tx, run.spec, BESIDE).await?;
        tx.commit().await?;
        let mut worker = Worker::new(run.spec, &self.inner.authority, BESIDE);
        worker.defers = true;
        worker.checkpoint = held;
        Ok(Build { index, worker, epoch, writing: None, begun: None })
    }

    /// Folds a stretch into the tables beside. It is written while the next one is folded, and no more than one waits for
    /// that: a database that is slower than the fold must not fill the memory with rows.
    async fn fold_beside(&self, build: &mut Build, window: &[Arc<Delivered>]) -> Result<(), RunnerError> {
        let run = &self.inner.runs[build.index];
        let Some(own) = build.worker.checkpoint.clone() else { return Err(taken_over(run.spec, 0)) };
        if let Some(begun) = build.begun.take() {
            // Where it never begins, the end of this stretch tells why.
            let _failed = begun.await;
        }
        let (mut behind, done) = self.behind(build, &own);
        let folded = self.inner.fold(run, &mut build.worker, Tables::Behind(&mut behind), window).await;
        drop(behind);
        if let Err(failed) = folded {
            return Err(self.given_up(build.index, own, done, failed).await);
        }
        let (spec, next) = (run.spec, moved(&own, window, None));
        build.worker.checkpoint = Some(next.clone());
        build.writing = Some(tokio::spawn(async move {
            let mut written = joined(done.await)?;
            if !next.write_over(&mut written.tx, spec, BESIDE, &own).await? {
                return Err(taken_over(spec, own.position));
            }
            Ok(written.commit().await?)
        }));
        Ok(())
    }

    /// A transaction for what is folded next. It begins when what was folded before has been written.
    fn behind(&self, build: &mut Build, own: &Checkpoint) -> (Behind, Done<RunnerError>) {
        let spec = self.inner.runs[build.index].spec;
        let (before, db, own) = (build.writing.take(), self.inner.db.clone(), own.clone());
        let (tell, begun) = oneshot::channel();
        build.begun = Some(begun);
        let begin = async move {
            if let Some(before) = before {
                joined(before.await)?;
            }
            let mut tx = db.begin_late().await?;
            held(&mut tx, spec, &own).await?;
            let _nobody_waits = tell.send(());
            Ok(tx)
        };
        Behind::new(self.inner.db.clone(), begin, spec.tables, BESIDE)
    }

    /// Why a rebuild can't go on: what failed while it was written comes first. Gives its room back if it stands at an event.
    async fn given_up(
        &self,
        index: usize,
        own: Checkpoint,
        done: Done<RunnerError>,
        failed: Failed,
    ) -> RunnerError {
        let stopped = async {
            drop(joined(done.await)?);
            let (position, reason) = poison(failed)?;
            self.abandon(index, own).await?;
            let projection = self.inner.runs[index].spec.name;
            Ok(RunnerError::Stopped { projection, position, reason })
        };
        stopped.await.unwrap_or_else(|error| error)
    }

    /// Gives back the room of a rebuild that can't go on, if it is not another's by now.
    async fn abandon(&self, index: usize, own: Checkpoint) -> Result<(), RunnerError> {
        let spec = self.inner.runs[index].spec;
        let mut tx = self.inner.db.begin().await?;
        tx.alone().await?;
        // The transaction that failed may be ending still, and holds the checkpoint until it has.
        if Checkpoint::wait(&mut tx, spec, BESIDE).await? != Some(own) {
            return Ok(());
        }
        for table in spec.tables {
            table.drop(&mut tx, BESIDE).await?;
        }
        checkpoint::remove(&mut tx, spec, BESIDE).await?;
        Ok(tx.commit().await?)
    }

    /// Writes what was held back, makes the indexes, and puts the rows in their place.
    async fn finish_beside(&self, mut build: Build) -> Result<(), RunnerError> {
        let run = &self.inner.runs[build.index];
        let Some(own) = build.worker.checkpoint.clone() else { return Err(taken_over(run.spec, 0)) };
        build.worker.defers = false;
        let (mut behind, done) = self.behind(&mut build, &own);
        let mut fold = Fold { tables: Tables::Behind(&mut behind), suffix: BESIDE, defers: false };
        let folded = build.worker.projection.apply(&mut fold, &[]).await;
        drop(behind);
        if let Err(failed) = folded {
            return Err(self.given_up(build.index, own, done, failed).await);
        }
        let mut written = joined(done.await)?;
        if !own.write_over(&mut written.tx, run.spec, BESIDE, &own).await? {
            return Err(taken_over(run.spec, own.position));
        }
        written.commit().await?;
        let tables = futures::stream::iter(run.spec.tables).map(Ok::<_, RunnerError>);
        let indexed = tables.try_for_each_concurrent(INDEXED_AT_A_TIME, |table| {
            let (projections, own) = (self.clone(), &own);
            async move { projections.index_beside(table, run.spec, build.epoch, own).await }
        });
        indexed.await?;
        self.take_over(build.index, build.worker, own.position).await
    }

    /// Makes the indexes of a table, if the rebuild still has it. What stands in it has been committed, so that several
    /// connections can work at it.
    async fn index_beside(
        &self,
        table: &Table,
        spec: &'static Spec,
        epoch: u64,
        own: &Checkpoint,
    ) -> Result<(), RunnerError> {
        // Asked before the transaction has a connection: nobody who has one waits for another.
        if Checkpoint::read(&self.inner.db, spec, BESIDE).await? != *own {
            return Err(taken_over(spec, own.position));
        }
        let mut tx = self.inner.db.begin().await?;
        table.create_indexes(&mut tx, BESIDE, epoch).await?;
        Ok(tx.commit().await?)
    }

    /// How those stand who follow the log, in this process and in others.
    async fn live(&self) -> Result<Live, RunnerError> {
        let head = self.inner.source.log.head().await?;
        let mut live = Live { head, last: head, sum: 0 };
        for checkpoint in Checkpoint::read_all(&self.inner.db, self.specs()).await? {
            if checkpoint.stopped.is_none() {
                live.last = live.last.min(checkpoint.position);
                live.sum += checkpoint.position;
            }
        }
        Ok(live)
    }

    /// One step of a rebuild; answers where it stands.
    async fn rebuilt(
        &self,
        index: usize,
        worker: &mut Worker,
        position: Position,
    ) -> Result<Position, RunnerError> {
        let run = &self.inner.runs[index];
        match self.inner.advance(run, worker).await? {
            Step::Moved(at) | Step::Overtaken(at) | Step::AtTheEnd(at) => Ok(at),
            Step::Elsewhere => Ok(position),
            Step::Stopped => {
                let stopped = Checkpoint::read(&self.inner.db, run.spec, BESIDE).await?.stopped;
                let (position, reason) = stopped.unwrap_or_default();
                Err(RunnerError::Stopped { projection: run.spec.name, position, reason })
            }
        }
    }

    /// Puts the new rows in the place of the old ones, once they tell of at least as much.
    async fn take_over(
        &self,
        index: usize,
        mut worker: Worker,
        mut position: Position,
    ) -> Result<(), RunnerError> {
        let run = &self.inner.runs[index];
        loop {
            match self.try_to_take_over(index, &mut worker, &mut position).await {
                Err(RunnerError::Sql(error)) if error.is_lock_timeout() => {
                    tracing::debug!(
                        projection = run.spec.name,
                        "people were reading; taking over a moment later"
                    );
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
                outcome => return outcome,
            }
        }
    }

    async fn try_to_take_over(
        &self,
        index: usize,
        worker: &mut Worker,
        position: &mut Position,
    ) -> Result<(), RunnerError> {
        let run = &self.inner.runs[index];
        // The live projection rests meanwhile, in this process by the lock, elsewhere by the checkpoint's.
        let mut live = run.worker.lock().await;
        loop {
            let mut tx = self.inner.db.begin().await?;
            tx.alone().await?;
            let Some(new) = Checkpoint::wait(&mut tx, run.spec, BESIDE).await? else {
                return Err(taken_over(run.spec, *position));
            };
            let tables = run.spec.tables.iter();
            let names = tables.flat_map(|table| ["", BESIDE].map(|suffix| format!("{}{suffix}", table.name)));
            tx.keep_from_vacuum(&names.collect::<Vec<_>>()).await?;
            let Some(old) = Checkpoint::wait(&mut tx, run.spec, "").await? else { return Ok(()) };
            if old.position > *position {
                drop(tx);
                *position = self.rebuilt(index, worker, *position).await?;
                continue;
            }
            tx.hurry().await?;
            let current = !checkpoint::newer_is_shown(&mut tx, run.spec).await?;
            for table in run.spec.tables {
                if current {
                    table.hide(&mut tx).await?;
                }
                table.replace(&mut tx, BESIDE).await?;
                if current {
                    table.show(&mut tx).await?;
                }
            }
            let next = Checkpoint { shown: true, stopped: None, ..new };
            next.write(&mut tx, run.spec, "", old.position).await?;
            checkpoint::remove(&mut tx, run.spec, BESIDE).await?;
            tx.commit().await?;
            live.forget();
            run.passed.send_replace(next.position);
            run.resumed.notify_waiters();
            return Ok(());
        }
    }

    async fn rebuild_in_place(
        &self,
        index: usize,
        of: Position,
        tell: &mut (impl FnMut(Progress) + Send),
    ) -> Result<(), RunnerError> {
        let run = &self.inner.runs[index];
        {
            let mut live = run.worker.lock().await;
            let mut tx = self.inner.db.begin().await?;
            Checkpoint::wait(&mut tx, run.spec, "").await?;
            checkpoint::begin_anew(&mut tx, run.spec, &self.inner.authority).await?;
            tx.commit().await?;
            live.forget();
            run.passed.send_replace(0);
            run.shown.store(false, Ordering::Release);
        }
        let mut position = 0;
        while position < of {
            // A stretch at a time, so that the way can be told.
            position = (position + 4096).min(of);
            self.inner.reach(index, position).await?;
            tell(Progress { position, of });
        }
        Ok(())
    }
}
