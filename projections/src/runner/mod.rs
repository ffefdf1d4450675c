//! The runner: it feeds the log to the projections.
//!
//! Rows and checkpoint commit in one transaction, and the checkpoint moves only from where it was read: exactly once in
//! effect, also when two runners meet. A projection that meets an event it can't fold stops there, visibly, and the
//! others go on.

mod checkpoint;
mod follow;
mod metrics;
mod pace;
mod rebuild;
mod source;
mod status;
mod warm;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use caseledger_aggregates::Authority;
use caseledger_log::{Clock, Log, Position};
use tokio::sync::{Mutex, Notify, watch};

use crate::projection::{Failed, Projection, Spec};
use crate::sql::{Db, SqlError};

pub use rebuild::{Manner, Progress};
pub use status::Status;

use checkpoint::Checkpoint;
use metrics::Gauges;
use source::Source;

/// Why a projection could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// No projection has that name.
    #[error("no projection is called '{0}'")]
    Unknown(String),
    /// The projection stands still at an event that it can't fold.
    #[error("the projection '{projection}' stopped before position {position}: {reason}")]
    Stopped {
        /// Which.
        projection: &'static str,
        /// The event that can't be folded.
        position: Position,
        /// What is wrong with it.
        reason: String,
    },
    /// The projection has not passed the position within the limit.
    #[error("the projection '{projection}' stands at {at} and has not passed position {position} in time")]
    Late {
        /// Which.
        projection: &'static str,
        /// Where it stands.
        at: Position,
        /// Where it should stand.
        position: Position,
    },
    /// The log can't be read.
    #[error("the log can't be read: {0}")]
    Log(#[from] caseledger_log::LogError),
    /// The database failed.
    #[error(transparent)]
    Sql(#[from] SqlError),
}

/// The event that a fold stopped at, and what is wrong with it; or what failed.
fn poison(failed: Failed) -> Result<(Position, String), RunnerError> {
    match failed {
        Failed::Poison { position, reason } => Ok((position, reason)),
        Failed::Sql(error) => Err(error.into()),
    }
}

/// All projections of one log. Cheap to clone.
#[derive(Clone)]
pub struct Projections {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    source: Arc<Source>,
    authority: Arc<Authority>,
    clock: Arc<dyn Clock>,
    gauges: Gauges,
    runs: Vec<Run>,
}

/// One projection and where this process believes it stands.
struct Run {
    spec: &'static Spec,
    worker: Mutex<Worker>,
    /// Where it stands, as far as this process knows; never goes back but by a rebuild.
    passed: watch::Sender<Position>,
    /// Whether people read this version, as far as this process knows.
    shown: AtomicBool,
    /// Woken when a stopped projection may try again.
    resumed: Notify,
    /// Woken when somebody waits to read what they just did.
    wanted: Notify,
}

/// Who folds: a projection, its memory, and the checkpoint that the memory belongs to.
struct Worker {
    projection: Box<dyn Projection>,
    suffix: &'static str,
    /// Whether rows may be written later, because nobody reads them yet.
    defers: bool,
    checkpoint: Option<Checkpoint>,
}

impl Worker {
    fn new(spec: &Spec, authority: &Arc<Authority>, suffix: &'static str) -> Self {
        Self { projection: (spec.make)(authority), suffix, defers: false, checkpoint: None }
    }

    fn forget(&mut self) {
        self.projection.forget();
        self.checkpoint = None;
    }
}

impl Projections {
    /// Prepares the tables of all projections of this program.
    ///
    /// # Errors
    /// [`RunnerError`] when the database refuses a table, or the metrics are registered already.
    pub async fn open(
        log: &Log,
        authority: Arc<Authority>,
        clock: Arc<dyn Clock>,
        registry: &prometheus::Registry,
    ) -> Result<Self, RunnerError> {
        Self::with(log, authority, clock, registry, crate::ALL).await
    }

    /// Prepares the tables of some projections.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn with(
        log: &Log,
        authority: Arc<Authority>,
        clock: Arc<dyn Clock>,
        registry: &prometheus::Registry,
        specs: &[&'static Spec],
    ) -> Result<Self, RunnerError> {
        let db = Db::of(log);
        checkpoint::set_up(&db, specs, &authority).await?;
        let gauges = Gauges::register(registry);
        let runs = specs
            .iter()
            .map(|spec| Run {
                spec,
                worker: Mutex::new(Worker::new(spec, &authority, "")),
                passed: watch::Sender::new(0),
                shown: AtomicBool::new(false),
                resumed: Notify::new(),
                wanted: Notify::new(),
            })
            .collect();
        Ok(Self {
            inner: Arc::new(Inner {
                db,
                source: Arc::new(Source::new(log.clone())),
                authority,
                clock,
                gauges,
                runs,
            }),
        })
    }

    /// The database of the read models, for queries.
    pub fn db(&self) -> &Db {
        &self.inner.db
    }

    /// What each projection is.
    pub fn specs(&self) -> impl Iterator<Item = &'static Spec> + '_ {
        self.inner.runs.iter().map(|run| run.spec)
    }

    fn find(&self, name: &str) -> Result<usize, RunnerError> {
        let found = self.inner.runs.iter().position(|run| run.spec.name == name);
        found.ok_or_else(|| RunnerError::Unknown(name.to_owned()))
    }

    /// Whether the projection has caught up once. Until then its rows are not all there, and nobody should be answered
    /// from them.
    ///
    /// # Errors
    /// [`RunnerError::Unknown`], or the database failed.
    pub async fn is_shown(&self, name: &str) -> Result<bool, RunnerError> {
        let run = &self.inner.runs[self.find(name)?];
        if run.shown.load(Ordering::Acquire) {
            return Ok(true);
        }
        let shown = Checkpoint::read(&self.inner.db, run.spec, "").await?.shown;
        run.shown.store(shown, Ordering::Release);
        Ok(shown)
    }

    /// Waits until the projection has passed the position, so that people see what they just did.
    ///
    /// # Errors
    /// [`RunnerError::Late`] after the limit; [`RunnerError::Stopped`] when it will not get there.
    pub async fn wait_for(&self, name: &str, position: Position, limit: Duration) -> Result<(), RunnerError> {
        let run = &self.inner.runs[self.find(name)?];
        let mut passed = run.passed.subscribe();
        let arrive = async {
            loop {
                if *passed.borrow_and_update() >= position {
                    return Ok(());
                }
                // Another instance may be the one that folds: its steps are seen in the table only.
                let checkpoint = Checkpoint::read(&self.inner.db, run.spec, "").await?;
                if checkpoint.position >= position {
                    run.passed.send_if_modified(|at| raise(at, checkpoint.position));
                    return Ok(());
                }
                if let Some((position, reason)) = checkpoint.stopped {
                    return Err(RunnerError::Stopped { projection: run.spec.name, position, reason });
                }
                run.wanted.notify_one();
                let _ = tokio::time::timeout(Duration::from_millis(25), passed.changed()).await;
            }
        };
        let answer = tokio::time::timeout(limit, arrive).await;
        answer.unwrap_or_else(|_| {
            let at = *run.passed.borrow();
            Err(RunnerError::Late { projection: run.spec.name, at, position })
        })
    }
}

/// Raises a position, never lowers it; says whether it changed.
fn raise(at: &mut Position, to: Position) -> bool {
    let higher = to > *at;
    *at = to.max(*at);
    higher
}
