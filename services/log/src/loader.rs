//! Loading streams: whoever comes while the database is being asked is asked for together with all others that came.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::{Semaphore, oneshot};

use crate::reader::Payload;
use crate::{Database, LogError};

/// How many questions are on their way at the same time.
const AT_THE_SAME_TIME: usize = 2;
/// For how many streams one question asks at most.
pub(crate) const MOST: usize = 128;

/// Loads streams of one type.
pub(crate) struct Loader {
    aggregate_type: &'static str,
    wanted: Mutex<Vec<Wanted>>,
    turns: Semaphore,
}

/// What one load waits for.
struct Wanted {
    id: String,
    after: u64,
    answer: oneshot::Sender<Result<Vec<Payload>, LogError>>,
}

impl Loader {
    pub fn new(aggregate_type: &'static str) -> Self {
        Self { aggregate_type, wanted: Mutex::default(), turns: Semaphore::new(AT_THE_SAME_TIME) }
    }

    /// What a stream's state is folded from, after a version, in order.
    ///
    /// Whoever has a turn asks for everybody; when they leave in the middle of it, those whom they asked for ask again.
    pub async fn load(&self, database: &Database, id: &str, after: u64) -> Result<Vec<Payload>, LogError> {
        loop {
            let (answer, mut answered) = oneshot::channel();
            self.with(|wanted| wanted.push(Wanted { id: id.to_owned(), after, answer }));
            let turn = tokio::select! {
                biased;
                told = &mut answered => match told {
                    Ok(told) => return told,
                    Err(_) => continue,
                },
                turn = self.turns.acquire() => turn,
            };
            let ours = self.with(|wanted| wanted.drain(..wanted.len().min(MOST)).collect::<Vec<_>>());
            if !ours.is_empty() {
                self.ask(database, ours).await;
            }
            drop(turn);
            // Somebody else may be asking for us.
            if let Ok(told) = answered.await {
                return told;
            }
        }
    }

    /// Asks once for all of them, and tells each.
    async fn ask(&self, database: &Database, wanted: Vec<Wanted>) {
        let streams: Vec<(&str, u64)> = wanted.iter().map(|one| (one.id.as_str(), one.after)).collect();
        let told = database.payloads(self.aggregate_type, &streams).await;
        let mut told = told.map(|found| {
            let mut by_place: HashMap<i64, Vec<Payload>> = HashMap::new();
            for payload in found {
                by_place.entry(payload.place).or_default().push(payload);
            }
            by_place
        });
        for (one, place) in wanted.into_iter().zip(0..) {
            let payloads = told.as_mut().map(|found| found.remove(&place).unwrap_or_default());
            let _gone = one.answer.send(payloads.map_err(|error| error.clone()));
        }
    }

    fn with<T>(&self, change: impl FnOnce(&mut Vec<Wanted>) -> T) -> T {
        change(&mut self.wanted.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
