//! The log against a model of it that fits on a page: random commands from two processes, with restarts and a clock that
//! goes both ways, and after each of them the same answer and the same log.

use std::collections::HashMap;

use caseledger_log::{Append, IdempotencyKey, Log, LogError, Receipt};
use futures::future::join_all;
use jiff::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::{Store, append, key, keyed, whole};

/// Streams and keys that the commands choose from: few, so that they meet.
const STREAMS: u8 = 4;
const KEYS: u8 = 6;

/// What happens next.
#[derive(Clone, Debug)]
enum Step {
    /// One process appends; several at once wait for the writer together, in this order.
    Append { process: usize, batch: Vec<Asked> },
    /// The clock says something else.
    Clock(i64),
    /// A process stops and starts again.
    Restart { process: usize },
    /// A process looks up what it answered to a key.
    LookUp { process: usize, key: u8, digest: u8 },
    /// A process reads on from a position.
    Read { process: usize, after: u64, limit: usize },
}

/// An append, in terms of what the model knows.
#[derive(Clone, Debug)]
struct Asked {
    stream: u8,
    expected: Expected,
    events: usize,
    key: Option<(u8, u8)>,
}

#[derive(Clone, Copy, Debug)]
enum Expected {
    Anything,
    Current,
    Version(u64),
}

fn asked() -> impl Strategy<Value = Asked> {
    let expected = prop_oneof![
        1 => Just(Expected::Anything),
        4 => Just(Expected::Current),
        2 => (0_u64..6).prop_map(Expected::Version),
    ];
    let key = proptest::option::weighted(0.5, (0..KEYS, 0_u8..2));
    (0..STREAMS, expected, 0_usize..4, key).prop_map(|(stream, expected, events, key)| Asked {
        stream,
        expected,
        events,
        key,
    })
}

fn step() -> impl Strategy<Value = Step> {
    let process = 0_usize..2;
    prop_oneof![
        10 => (process.clone(), vec(asked(), 1..5)).prop_map(|(process, batch)| Step::Append { process, batch }),
        2 => (-1_000_i64..100_000).prop_map(Step::Clock),
        1 => process.clone().prop_map(|process| Step::Restart { process }),
        2 => (process.clone(), 0..KEYS, 0_u8..2)
            .prop_map(|(process, key, digest)| Step::LookUp { process, key, digest }),
        2 => (process, 0_u64..40, 0_usize..9)
            .prop_map(|(process, after, limit)| Step::Read { process, after, limit }),
    ]
}

/// The log as it should be.
#[derive(Default)]
struct Model {
    now: i64,
    newest: Option<Timestamp>,
    /// The stream of each event, in order of position, and when it was recorded.
    events: Vec<(u8, Timestamp)>,
    versions: HashMap<u8, u64>,
    keys: HashMap<u8, (u8, Receipt)>,
}

impl Model {
    fn version(&self, stream: u8) -> u64 {
        self.versions.get(&stream).copied().unwrap_or_default()
    }

    fn append(&mut self, asked: &Asked, expected: Option<u64>) -> Result<Receipt, LogError> {
        if let Some((key, digest)) = asked.key
            && let Some(answer) = self.look_up(key, digest)
        {
            return answer;
        }
        let actual = self.version(asked.stream);
        if let Some(expected) = expected.filter(|expected| *expected != actual) {
            return Err(LogError::Conflict { expected, actual });
        }
        let now = Timestamp::from_second(self.now).unwrap();
        let recorded_at = self.newest.map_or(now, |newest| newest.max(now));
        let first = self.events.len() as u64 + 1;
        self.events.extend(vec![(asked.stream, recorded_at); asked.events]);
        if asked.events > 0 {
            self.newest = Some(recorded_at);
        }
        let version = actual + asked.events as u64;
        self.versions.insert(asked.stream, version);
        let positions = (asked.events > 0).then_some((first, self.events.len() as u64));
        let receipt = Receipt { version, positions, recorded_at, repeated: false };
        if let Some((key, digest)) = asked.key {
            self.keys.insert(key, (digest, receipt.clone()));
        }
        Ok(receipt)
    }

    fn look_up(&self, key: u8, digest: u8) -> Option<Result<Receipt, LogError>> {
        let (used_with, receipt) = self.keys.get(&key)?;
        Some(match *used_with == digest {
            true => Ok(Receipt { repeated: true, ..receipt.clone() }),
            false => Err(LogError::KeyReused),
        })
    }
}

fn named(stream: u8) -> String {
    format!("stream-{stream}")
}

fn idempotency(number: u8, digest: u8) -> IdempotencyKey {
    key(&number.to_string(), digest)
}

fn request(asked: &Asked, expected: Option<u64>) -> Append {
    let amounts = vec![1; asked.events];
    let append = append(&named(asked.stream), expected, &amounts);
    match asked.key {
        Some((number, digest)) => keyed(append, &idempotency(number, digest)),
        None => append,
    }
}

async fn play(store: &Store, steps: Vec<Step>) {
    let mut logs = [store.open().await, store.open().await];
    let mut model = Model::default();
    store.clock.set(0);
    for step in steps {
        match step {
            Step::Append { process, batch } => append_both(&logs[process], &mut model, &batch).await,
            Step::Clock(second) => {
                store.clock.set(second);
                model.now = second;
            }
            Step::Restart { process } => {
                logs[process].close().await;
                logs[process] = store.open().await;
            }
            Step::LookUp { process, key, digest } => {
                let found = logs[process].receipt_for(&idempotency(key, digest)).await.transpose();
                assert_eq!(found, model.look_up(key, digest));
            }
            Step::Read { process, after, limit } => {
                let read = logs[process].read_after(after, limit).await.unwrap();
                let read: Vec<u64> = read.iter().map(|event| event.position).collect();
                let end = model.events.len() as u64;
                assert_eq!(read, (after + 1..=end).take(limit).collect::<Vec<_>>());
            }
        }
    }
    for log in &logs {
        agree(log, &model).await;
        log.close().await;
    }
}

/// Asks the log and the model the same, and compares what they answer.
async fn append_both(log: &Log, model: &mut Model, batch: &[Asked]) {
    // What the caller believes of a stream: its version now, or what those before it in the batch make of it.
    let mut believed: HashMap<u8, u64> = HashMap::new();
    let mut requests = vec![];
    let mut expectations = vec![];
    for asked in batch {
        let version = *believed.entry(asked.stream).or_insert_with(|| model.version(asked.stream));
        let expected = match asked.expected {
            Expected::Anything => None,
            Expected::Current => Some(version),
            Expected::Version(version) => Some(version),
        };
        let answer = model.append(asked, expected);
        believed.insert(asked.stream, model.version(asked.stream));
        requests.push(log.append(request(asked, expected)));
        expectations.push(answer);
    }
    assert_eq!(join_all(requests).await, expectations, "{batch:?}");
}

/// The whole log is the model's.
async fn agree(log: &Log, model: &Model) {
    let events = whole(log).await;
    let found: Vec<_> = events.iter().map(|event| (event.aggregate_id.clone(), event.recorded_at)).collect();
    let expected: Vec<_> = model.events.iter().map(|(stream, at)| (named(*stream), *at)).collect();
    assert_eq!(found, expected);
    for stream in 0..STREAMS {
        let read = log.read_stream("Tally", &named(stream)).await.unwrap();
        let versions: Vec<u64> = read.iter().map(|event| event.sequence).collect();
        assert_eq!(versions, (1..=model.version(stream)).collect::<Vec<_>>());
    }
}

fn holds_for(store: fn() -> Store, cases: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let outcome = TestRunner::new(config).run(&vec(step(), 1..40), |steps| {
        runtime.block_on(play(&store(), steps));
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn the_log_is_as_its_model_on_sqlite() {
    holds_for(Store::sqlite, 40);
}

#[test]
fn the_log_is_as_its_model_on_postgres() {
    holds_for(Store::postgres, 24);
}
