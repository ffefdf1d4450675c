//! A reader that follows the log from outside while it is written to, as a subscriber does: it must never pass an event
//! that comes later, and never see one that is not there in the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use caseledger_log::{Log, Options, Recorded};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::check::NoClock;

/// How many events are read at a time: few, so that many reads meet a log that is moving.
const PAGE: usize = 50;

/// Follows until it is told that it is over.
pub struct Reader {
    over: Arc<AtomicBool>,
    task: JoinHandle<Result<Vec<Recorded>, String>>,
}

impl Reader {
    /// Begins at the log's first event.
    ///
    /// # Errors
    /// When the store can't be opened.
    pub async fn of(store: &str) -> Result<Self, String> {
        let options = Options { migrate: false, connections: 2, ..Options::new(Arc::new(NoClock)) };
        let log =
            Log::open(store, options).await.map_err(|error| format!("the reader can't begin: {error}"))?;
        let over = Arc::<AtomicBool>::default();
        let task = tokio::spawn(follow(log, Arc::clone(&over)));
        Ok(Self { over, task })
    }

    /// Everything that it has read, in the order in which it came.
    ///
    /// # Errors
    /// When an event came that was not the next.
    pub async fn stop(self) -> Result<Vec<Recorded>, String> {
        self.over.store(true, Ordering::Relaxed);
        self.task.await.map_err(|error| format!("the reader failed: {error}"))?
    }
}

async fn follow(log: Log, over: Arc<AtomicBool>) -> Result<Vec<Recorded>, String> {
    let mut read: Vec<Recorded> = vec![];
    while !over.load(Ordering::Relaxed) {
        let last = read.last().map_or(0, |event| event.position);
        // The database may be away: the reader goes on where it was.
        let page = log.read_after(last, PAGE).await.unwrap_or_default();
        if page.is_empty() {
            sleep(Duration::from_millis(5)).await;
        }
        for event in page {
            let expected = read.last().map_or(1, |event| event.position + 1);
            if event.position != expected {
                return Err(format!("a reader came from {} to {}", expected - 1, event.position));
            }
            read.push(event);
        }
    }
    log.close().await;
    Ok(read)
}

/// What a reader saw that is not in the log, or not as it saw it.
pub fn compare(seen: &[Recorded], events: &[Recorded]) -> Option<String> {
    let differs = seen.iter().enumerate().find(|(place, event)| events.get(*place) != Some(*event));
    differs.map(|(_, event)| {
        format!(
            "a reader saw {} at position {}, and the log holds something else there",
            event.event_type, event.position
        )
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn event(position: u64, payload: &str) -> Recorded {
        Recorded {
            position,
            aggregate_type: "Case".to_owned(),
            aggregate_id: "a".to_owned(),
            sequence: position,
            event_type: "Noted".to_owned(),
            event_version: "1".to_owned(),
            payload: payload.to_owned(),
            metadata: "{}".to_owned(),
            recorded_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_was_seen_must_be_there() {
        let log = [event(1, "a"), event(2, "b")];
        assert_eq!(compare(&log[..1], &log), None);
        assert!(compare(&[event(1, "a"), event(2, "other")], &log).is_some());
        assert!(compare(&[event(1, "a"), event(2, "b"), event(3, "c")], &log).is_some());
    }
}
