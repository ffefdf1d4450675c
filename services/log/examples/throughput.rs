//! How many appends a second become durable: `cargo run --release --example throughput -- STORE [CALLERS] [SECONDS]`.
//!
//! A smoke test, not a benchmark: only figures of runs side by side on one machine may be compared.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use caseledger_log::{Append, Clock, Log, LogError, NewEvent, Options};
use futures::future::join_all;
use jiff::Timestamp;

struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "an example is its own place of wiring")]
        Timestamp::now()
    }
}

#[tokio::main]
async fn main() -> Result<(), LogError> {
    let mut arguments = std::env::args().skip(1);
    let store = arguments.next().unwrap_or_else(|| "sqlite:throughput.sqlite".to_owned());
    let callers = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(64);
    let seconds = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(5);
    let log = Log::open(&store, Options::new(Arc::new(MachineClock))).await?;
    let (start, before) = (Instant::now(), log.head().await?);
    let end = start + Duration::from_secs(seconds);
    let tasks = (0..callers).map(|caller| tokio::spawn(call(log.clone(), format!("{before}-{caller}"), end)));
    for task in join_all(tasks).await {
        task.map_err(|error| LogError::Unavailable(error.to_string()))??;
    }
    let stats = log.stats();
    let rate = stats.events as f64 / start.elapsed().as_secs_f64();
    let batch = stats.appends as f64 / stats.batches.max(1) as f64;
    println!("{rate:.0} appends a second from {callers} callers, {batch:.1} to a batch");
    log.close().await;
    Ok(())
}

/// Appends one event after the other to one stream.
async fn call(log: Log, id: String, end: Instant) -> Result<(), LogError> {
    let mut version = 0;
    while Instant::now() < end {
        let append = Append {
            aggregate_type: "Tally".to_owned(),
            aggregate_id: id.clone(),
            expected: Some(version),
            events: vec![NewEvent::new("Noted", "1", &"x".repeat(480))?],
            metadata: HashMap::from([("actor".to_owned(), "y".repeat(170))]),
            key: None,
        };
        version = log.append(append).await?.version;
    }
    Ok(())
}
