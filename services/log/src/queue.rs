//! What waits for the writer. What people wait for goes before what comes in bulk; neither is kept waiting by the other for
//! ever, and no queue is longer than it may be.

use tokio::sync::mpsc;

use crate::writer::Job;

/// How many appends a batch holds at most.
pub(crate) const LARGEST_BATCH: usize = 1_000;

/// How many of them may come from bulk while people wait: enough to get on, few enough not to be felt.
pub(crate) const BULK_SHARE: usize = LARGEST_BATCH / 8;

/// How many bytes of payload a batch holds, after the first append.
const HEAVIEST_BATCH: usize = 8 * 1024 * 1024;

/// Where appends are handed in.
pub(crate) struct Entrance {
    /// For what somebody waits for.
    pub people: mpsc::Sender<Job>,
    /// For what comes in bulk.
    pub bulk: mpsc::Sender<Job>,
}

/// Where the writer takes them.
pub(crate) struct Queue {
    people: mpsc::Receiver<Job>,
    bulk: mpsc::Receiver<Job>,
}

/// A queue for so many appends of each kind.
pub(crate) fn queue(length: usize) -> (Entrance, Queue) {
    let (to_people, people) = mpsc::channel(length.max(1));
    let (to_bulk, bulk) = mpsc::channel(length.max(1));
    (Entrance { people: to_people, bulk: to_bulk }, Queue { people, bulk })
}

impl Entrance {
    /// How many appends wait.
    pub fn waiting(&self) -> usize {
        [&self.people, &self.bulk].map(|queue| queue.max_capacity() - queue.capacity()).into_iter().sum()
    }
}

impl Queue {
    /// Waits for something to do and takes what one batch is made of; nothing when the queue is closed and empty.
    pub async fn take(&mut self) -> Vec<Job> {
        let mut taken = Taken::default();
        let first = tokio::select! {
            biased;
            Some(job) = self.people.recv() => job,
            Some(job) = self.bulk.recv() => job,
            else => return vec![],
        };
        taken.push(first);
        let before = taken.jobs.len();
        taken.fill(&mut self.people, LARGEST_BATCH - BULK_SHARE);
        let people_wait = taken.jobs.len() > before || !self.people.is_empty();
        let room = if people_wait { taken.jobs.len() + BULK_SHARE } else { LARGEST_BATCH };
        taken.fill(&mut self.bulk, room.min(LARGEST_BATCH));
        taken.fill(&mut self.people, LARGEST_BATCH);
        taken.jobs
    }

    /// Takes nothing more in; what waits is still taken.
    pub fn close(&mut self) {
        self.people.close();
        self.bulk.close();
    }
}

/// What was taken for a batch.
#[derive(Default)]
struct Taken {
    jobs: Vec<Job>,
    bytes: usize,
}

impl Taken {
    fn push(&mut self, job: Job) {
        self.bytes += job.bytes();
        self.jobs.push(job);
    }

    /// Takes from a queue until the batch holds so many.
    fn fill(&mut self, queue: &mut mpsc::Receiver<Job>, most: usize) {
        while self.jobs.len() < most && self.bytes <= HEAVIEST_BATCH {
            let Ok(job) = queue.try_recv() else { return };
            self.push(job);
        }
    }
}
