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
        let (first, is_awaited) = tokio::select! {
            biased;
            Some(job) = self.people.recv() => (job, true),
            Some(job) = self.bulk.recv() => (job, false),
            else => return vec![],
        };
        taken.push(first);
        taken.fill(&mut self.people, LARGEST_BATCH - BULK_SHARE);
        let people_wait = is_awaited || taken.jobs.len() > 1;
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

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use tokio::sync::oneshot;

    use super::*;
    use crate::plan::Prepared;
    use crate::writer::Waiting;
    use crate::{Append, NewEvent};

    fn job(id: &str) -> Job {
        let append = Append {
            aggregate_type: "Case".to_owned(),
            aggregate_id: id.to_owned(),
            expected: None,
            events: vec![NewEvent::new("Noted", "1", &"x").unwrap()],
            metadata: HashMap::new(),
            key: None,
        };
        let (answer, _) = oneshot::channel();
        Job::Append(Box::new(Waiting { prepared: Prepared::new(append).unwrap(), answer }))
    }

    /// How many of a batch are people's and how many bulk, people first.
    async fn taken(queue: &mut Queue) -> (usize, usize) {
        let jobs = queue.take().await;
        let is_bulk =
            |job: &Job| matches!(job, Job::Append(waiting) if waiting.prepared.stream.aggregate_id == "bulk");
        let people = jobs.iter().take_while(|job| !is_bulk(job)).count();
        assert!(jobs[people..].iter().all(is_bulk), "people go first");
        (people, jobs.len() - people)
    }

    #[tokio::test]
    async fn bulk_has_an_eighth_while_people_wait_and_everything_else() {
        let (entrance, mut queue) = queue(5_000);
        for _ in 0..3_000 {
            entrance.bulk.try_send(job("bulk")).ok().unwrap();
        }
        for _ in 0..1_000 {
            entrance.people.try_send(job("person")).ok().unwrap();
        }
        assert_eq!(entrance.waiting(), 4_000);
        assert_eq!(taken(&mut queue).await, (LARGEST_BATCH - BULK_SHARE, BULK_SHARE));
        assert_eq!(taken(&mut queue).await, (BULK_SHARE, BULK_SHARE));
        assert_eq!(taken(&mut queue).await, (0, LARGEST_BATCH));
        entrance.people.try_send(job("person")).ok().unwrap();
        assert_eq!(taken(&mut queue).await, (1, BULK_SHARE), "one person is enough");
    }

    #[tokio::test]
    async fn a_queue_that_is_full_takes_no_more_and_a_closed_one_ends() {
        let (entrance, mut queue) = queue(2);
        for _ in 0..2 {
            entrance.bulk.try_send(job("bulk")).ok().unwrap();
        }
        assert!(entrance.bulk.try_send(job("bulk")).is_err());
        entrance.people.try_send(job("person")).ok().unwrap();
        queue.close();
        assert!(entrance.people.try_send(job("person")).is_err());
        assert_eq!(taken(&mut queue).await, (1, 2));
        assert!(queue.take().await.is_empty());
    }
}
