//! The one writer of a log: it takes all that wait, and commits them together.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hashlink::LruCache;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};
use tracing::{debug, warn};

use crate::engine::{Engine, Look};
use crate::follow::Seen;
use crate::log::Counters;
use crate::plan::{Head, KeptKeys, Plan, Prepared, StreamId, plan};
use crate::queue::Queue;
use crate::{Clock, LogError, Observer, Receipt, fault_point, observe};

/// How long a batch may take. A database that takes longer is one that does not answer, and those who wait are told so.
const LONGEST_COMMIT: Duration = Duration::from_secs(20);

/// How soon it is tried again after a batch could not be written, when nobody asks.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// For how long it is not believed that writing works again when only a batch can tell.
const DISBELIEVED: Duration = Duration::from_secs(10);

/// How many streams' versions are remembered.
const REMEMBERED_STREAMS: usize = 100_000;

/// How often a batch is planned without the lock, when other processes write too, before the lock is taken.
const UNLOCKED_ATTEMPTS: usize = 2;

/// An append that waits, with the one who waits for its answer.
pub(crate) struct Waiting {
    pub prepared: Prepared,
    pub answer: oneshot::Sender<Result<Receipt, LogError>>,
}

/// The writer's state.
pub(crate) struct Writer {
    pub engine: Engine,
    pub clock: Arc<dyn Clock>,
    pub seen: Seen,
    pub counters: Arc<Counters>,
    pub observer: Option<Arc<dyn Observer>>,
    pub trouble: Trouble,
    touched: Touched,
    known: Known,
}

/// Whether it was by writing nothing new that the last trouble was found to be over. A full disk may have room for that, in a
/// journal that was begun anew, and for no batch.
#[derive(Default)]
struct Touched {
    is_why: bool,
    disbelieved_until: Option<Instant>,
}

/// Why the last batch could not be written, until one can.
#[derive(Clone, Default)]
pub(crate) struct Trouble(Arc<Mutex<Option<LogError>>>);

impl Trouble {
    /// What it is, if there is any.
    pub fn get(&self) -> Option<LogError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn is_there(&self) -> bool {
        self.get().is_some()
    }

    fn set(&self, error: &LogError) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
    }

    fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// What is known of the log without asking: true as long as the log ends at `head`.
struct Known {
    head: Option<Head>,
    versions: LruCache<StreamId, u64>,
}

impl Writer {
    pub fn new(engine: Engine, clock: Arc<dyn Clock>, seen: Seen, counters: Arc<Counters>) -> Self {
        let known = Known { head: None, versions: LruCache::new(REMEMBERED_STREAMS) };
        let (trouble, touched) = (Trouble::default(), Touched::default());
        Self { engine, clock, seen, counters, observer: None, trouble, touched, known }
    }

    /// Works until the queue is closed and empty.
    pub async fn run(mut self, mut queue: Queue) {
        let mut closers = vec![];
        loop {
            let jobs = match self.trouble.is_there() {
                false => queue.take().await,
                // Nobody may come while we are known not to be able to write: find out ourselves when it is over.
                true => match timeout(TRY_AGAIN_AFTER, queue.take()).await {
                    Ok(jobs) => jobs,
                    Err(_) => {
                        self.try_again().await;
                        continue;
                    }
                },
            };
            if jobs.is_empty() {
                break;
            }
            let mut batch = Batch::default();
            let mut probes = vec![];
            for job in jobs {
                match job {
                    Job::Append(append) => batch.push(*append),
                    Job::Probe(known) => probes.push(known),
                    Job::Close(closed) => {
                        queue.close();
                        closers.push(closed);
                    }
                }
            }
            self.work(batch).await;
            if !probes.is_empty() {
                self.try_again().await;
            }
            for known in probes {
                let _gone = known.send(());
            }
        }
        self.engine.disconnect();
        for closed in closers {
            let _gone = closed.send(());
        }
    }

    async fn work(&mut self, batch: Batch) {
        if batch.appends.is_empty() {
            return;
        }
        let started = Instant::now();
        let outcome = match timeout(LONGEST_COMMIT, self.commit(&batch.appends)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(LogError::Unavailable("it does not answer".to_owned())),
        };
        self.count(&batch, &outcome, started.elapsed());
        let answers = match outcome {
            Ok(answers) => {
                self.trouble.clear();
                self.touched = Touched::default();
                answers
            }
            Err(error) => {
                warn!(%error, appends = batch.appends.len(), "the log could not write a batch");
                self.engine.disconnect();
                self.known.forget();
                self.seen.lapse();
                self.trouble.set(&error);
                if std::mem::take(&mut self.touched.is_why) {
                    self.touched.disbelieved_until = Some(Instant::now() + DISBELIEVED);
                }
                vec![Err(error); batch.appends.len()]
            }
        };
        for (waits, answer) in batch.answers.into_iter().zip(answers) {
            let _gone = waits.send(answer);
        }
    }

    /// Writes nothing new, and so finds out whether writing works again.
    async fn try_again(&mut self) {
        match timeout(LONGEST_COMMIT, self.engine.touch()).await {
            Ok(Ok(())) if self.touched.disbelieved_until.is_some_and(|until| Instant::now() < until) => {}
            Ok(Ok(())) => {
                self.touched.is_why |= self.trouble.is_there();
                self.trouble.clear();
            }
            Ok(Err(error)) => {
                self.engine.disconnect();
                self.trouble.set(&error);
            }
            Err(_) => {
                self.engine.disconnect();
                self.trouble.set(&LogError::Unavailable("it does not answer".to_owned()));
            }
        }
    }

    /// Commits a batch and tells what each append of it is answered.
    async fn commit(&mut self, batch: &[Prepared]) -> Result<Vec<Result<Receipt, LogError>>, LogError> {
        for attempt in 0..UNLOCKED_ATTEMPTS {
            let guesses = batch.iter().any(|prepared| self.known.lacks(prepared));
            let kept = match attempt > 0 || guesses {
                true => Some(self.look(batch).await?),
                false => None,
            };
            let unlooked = kept.is_none();
            let mut planned = self.plan(batch, &kept.unwrap_or_default())?;
            if unlooked && (planned.refuses() || planned.is_empty()) {
                // What no write will confirm is told only of what the database says.
                let kept = self.look(batch).await?;
                planned = self.plan(batch, &kept)?;
            }
            if planned.is_empty() {
                return Ok(planned.answers);
            }
            fault_point!("log.before-write");
            self.seen.begin(planned.new.position);
            if self.engine.write(&planned).await? {
                fault_point!("log.after-commit");
                return Ok(self.learn(planned));
            }
            self.seen.lapse();
            debug!(appends = batch.len(), "another process moved the log on; planning again");
            self.known.forget();
        }
        self.commit_locked(batch).await
    }

    /// As [`commit`](Self::commit), while others can't write.
    async fn commit_locked(
        &mut self,
        batch: &[Prepared],
    ) -> Result<Vec<Result<Receipt, LogError>>, LogError> {
        self.engine.lock().await?;
        let kept = self.look(batch).await?;
        let planned = self.plan(batch, &kept)?;
        if planned.is_empty() {
            self.engine.unlock().await?;
            return Ok(planned.answers);
        }
        self.seen.begin(planned.new.position);
        match self.engine.write_locked(&planned).await? {
            true => Ok(self.learn(planned)),
            false => Err(LogError::Damaged(planned.old.position)),
        }
    }

    /// Asks the database about the batch, and remembers.
    async fn look(&mut self, batch: &[Prepared]) -> Result<KeptKeys, LogError> {
        let Look { head, versions, kept } = self.engine.look(batch).await?;
        if self.known.head != Some(head) {
            self.known.forget();
            self.known.head = Some(head);
            self.seen.publish(head.position);
        }
        for (stream, version) in versions {
            self.known.versions.insert(stream, version);
        }
        Ok(kept)
    }

    fn plan<'a>(&mut self, batch: &'a [Prepared], kept: &KeptKeys) -> Result<Plan<'a>, LogError> {
        let head =
            self.known.head.ok_or_else(|| LogError::Unavailable("the log's head is unknown".to_owned()))?;
        let versions = &mut self.known.versions;
        Ok(plan(batch, head, |stream| versions.get(stream).copied(), kept, self.clock.now()))
    }

    /// Remembers what was committed, tells who follows the log, and gives the answers.
    fn learn(&mut self, planned: Plan<'_>) -> Vec<Result<Receipt, LogError>> {
        self.known.head = Some(planned.new);
        for (stream, version) in planned.versions {
            self.known.versions.insert(stream.clone(), version);
        }
        self.counters.events.fetch_add(planned.rows.len() as u64, Ordering::Relaxed);
        self.seen.publish_own(planned.new.position);
        planned.answers
    }

    fn count(
        &self,
        batch: &Batch,
        outcome: &Result<Vec<Result<Receipt, LogError>>, LogError>,
        took: Duration,
    ) {
        let counters = &self.counters;
        let add = |counter: &std::sync::atomic::AtomicU64, count: usize| {
            counter.fetch_add(count as u64, Ordering::Relaxed);
        };
        add(&counters.batches, 1);
        add(&counters.appends, batch.appends.len());
        counters.busy_microseconds.fetch_add(took.as_micros() as u64, Ordering::Relaxed);
        let appends = batch.appends.len();
        let (refused, failed) = match outcome {
            Ok(answers) => (answers.iter().filter(|answer| answer.is_err()).count(), 0),
            Err(_) => (0, appends),
        };
        add(&counters.refused, refused);
        add(&counters.failed, failed);
        if let Some(observer) = &self.observer {
            let accepted = appends - refused - failed;
            observer.wrote(observe::Batch { appends, accepted, refused, failed, took });
        }
    }
}

impl Known {
    fn forget(&mut self) {
        self.head = None;
        self.versions.clear();
    }

    /// Whether the database must be asked before the append can be planned.
    fn lacks(&self, prepared: &Prepared) -> bool {
        self.head.is_none() || (prepared.rests_on_guess() && self.versions.peek(&prepared.stream).is_none())
    }
}

/// What the writer finds in its queue.
pub(crate) enum Job {
    Append(Box<Waiting>),
    /// Find out whether writing works, and say when that is known.
    Probe(oneshot::Sender<()>),
    /// Take nothing more, finish what waits, and say so.
    Close(oneshot::Sender<()>),
}

impl Job {
    /// How many bytes of payload it brings.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Append(waiting) => {
                waiting.prepared.append.events.iter().map(|event| event.payload().len()).sum()
            }
            Self::Probe(_) | Self::Close(_) => 0,
        }
    }
}

#[derive(Default)]
struct Batch {
    appends: Vec<Prepared>,
    answers: Vec<oneshot::Sender<Result<Receipt, LogError>>>,
}

impl Batch {
    fn push(&mut self, waiting: Waiting) {
        self.appends.push(waiting.prepared);
        self.answers.push(waiting.answer);
    }
}
