//! Streams as cqrs-es and its stock programs see them.

use std::collections::HashMap;
use std::time::Duration;

use caseledger_log::{Database, Log, LogError, LogStore, NewEvent};
use cqrs_es::persist::{EventUpcaster, PersistedEventStore, SemanticVersionEventUpcaster};
use cqrs_es::{AggregateContext, AggregateError, CqrsFramework, EventStore};
use postgres_es::PostgresEventRepository;
use serde_json::json;
use sqlite_es::SqliteEventRepository;

use crate::support::{Store, Tally, TallyEvent, added, append, key, whole};

/// What a stock program makes of a stream: its state, and its events' sequences and payloads.
async fn stock_load(store: &impl EventStore<Tally>, id: &str) -> (Tally, Vec<(usize, TallyEvent)>) {
    let events = store.load_events(id).await.unwrap();
    let mut context = store.load_aggregate(id).await.unwrap();
    let tally = context.aggregate().clone();
    (tally, events.into_iter().map(|event| (event.sequence, event.payload)).collect())
}

pub async fn a_stock_program_loads_our_streams(store: Store) {
    let log = store.open().await;
    let ours = log.store::<Tally>(vec![]);
    let context = ours.load("a").await.unwrap();
    let metadata = HashMap::from([("actor".to_owned(), "Zoë".to_owned())]);
    ours.record(context, vec![added(1), added(2)], metadata, None).await.unwrap();
    let expected = (Tally { total: 3 }, vec![(1, added(1)), (2, added(2))]);
    match log.database() {
        Database::Sqlite(pool) => {
            let repository = SqliteEventRepository::new(pool.clone());
            let stock = PersistedEventStore::<_, Tally>::new_event_store(repository);
            assert_eq!(stock_load(&stock, "a").await, expected);
        }
        Database::Postgres(pool) => {
            let repository = PostgresEventRepository::new(pool.clone());
            let stock = PersistedEventStore::<_, Tally>::new_event_store(repository);
            assert_eq!(stock_load(&stock, "a").await, expected);
        }
    }
    assert_eq!(stock_load(&ours, "a").await, expected);
}

pub async fn a_stock_program_can_not_write_past_the_log(store: Store) {
    let log = store.open().await;
    log.append(append("a", Some(0), &[1])).await.unwrap();
    let refused = match log.database() {
        Database::Sqlite(pool) => {
            sqlite_es::sqlite_cqrs::<Tally>(pool.clone(), vec![], ()).execute("a", 5).await
        }
        Database::Postgres(pool) => {
            postgres_es::postgres_cqrs::<Tally>(pool.clone(), vec![], ()).execute("a", 5).await
        }
    };
    assert!(refused.is_err(), "an event without a position must not get in");
    assert_eq!(whole(&log).await.len(), 1);
}

pub async fn the_cqrs_framework_runs_on_the_log(store: Store) {
    let log = store.open().await;
    let framework = CqrsFramework::new(log.store::<Tally>(vec![]), vec![], ());
    framework.execute("a", 2).await.unwrap();
    framework.execute("a", 3).await.unwrap();
    assert!(matches!(framework.execute("a", 0).await, Err(AggregateError::UserError(_))));
    let tally = log.store::<Tally>(vec![]).load("a").await.unwrap();
    assert_eq!((tally.state().total, tally.version()), (5, 2));
}

pub async fn events_of_old_shapes_are_upcast(store: Store) {
    let log = store.open().await;
    let mut old = append("a", Some(0), &[]);
    old.events = vec![NewEvent::new("Added", "1", &json!({"Added": {"by": 7}})).unwrap()];
    log.append(old).await.unwrap();
    log.append(append("a", Some(1), &[1])).await.unwrap();
    let upcaster = SemanticVersionEventUpcaster::new(
        "Added",
        "2",
        Box::new(|payload| json!({"Added": {"amount": payload["Added"]["by"]}})),
    );
    let upcasters: Vec<Box<dyn EventUpcaster>> = vec![Box::new(upcaster)];
    let tallies = log.store::<Tally>(upcasters);
    assert_eq!(tallies.load("a").await.unwrap().state().total, 8);
    assert_eq!(tallies.load_events("a").await.unwrap()[0].payload, added(7));
    assert_eq!(
        log.read_after(0, 1).await.unwrap()[0].payload,
        r#"{"Added":{"by":7}}"#,
        "the log keeps what it was told"
    );
}

async fn add(tallies: &LogStore<Tally>, id: &str, amount: i64) -> Result<u64, LogError> {
    let mut context = tallies.load(id).await?;
    context.aggregate().total += amount; // as a handler does, on the scratch copy
    Ok(tallies.record(context, vec![added(amount)], HashMap::new(), None).await?.version)
}

pub async fn a_cached_state_is_applied_once(store: Store) {
    let log = store.open().await;
    let tallies = log.store::<Tally>(vec![]);
    assert!(!tallies.load("a").await.unwrap().is_cached());
    for version in 1..=5 {
        assert_eq!(add(&tallies, "a", 10).await, Ok(version));
    }
    let cached = tallies.load("a").await.unwrap();
    assert!(cached.is_cached());
    assert_eq!((cached.state().total, cached.version(), cached.id()), (50, 5, "a"));
    let fresh = tallies.load_fresh("a").await.unwrap();
    assert_eq!((fresh.state().total, fresh.version(), fresh.is_cached()), (50, 5, false));
    let replay = tallies.record(cached, vec![added(1)], HashMap::new(), Some(key("k", 1))).await.unwrap();
    let again = tallies.record(fresh, vec![added(1)], HashMap::new(), Some(key("k", 1))).await.unwrap();
    assert_eq!((replay.version, again.version, again.repeated), (6, 6, true));
    assert_eq!(tallies.load("a").await.unwrap().state().total, 51);
}

pub async fn a_stale_state_is_forgotten(store: Store) {
    let log = store.open().await;
    let tallies = log.store::<Tally>(vec![]);
    add(&tallies, "a", 1).await.unwrap();
    // Written past the cache, which knows nothing of it.
    log.append(append("a", Some(1), &[10])).await.unwrap();
    assert_eq!(add(&tallies, "a", 100).await, Err(LogError::Conflict { expected: 1, actual: 2 }));
    assert_eq!(add(&tallies, "a", 100).await, Ok(3));
    assert_eq!(tallies.load("a").await.unwrap().state().total, 111);
}

pub async fn a_cached_state_catches_up_with_another_process(store: Store) {
    let (one, other) = (store.open().await, store.open().await);
    let (ours, theirs): (LogStore<Tally>, LogStore<Tally>) = (one.store(vec![]), other.store(vec![]));
    add(&ours, "a", 1).await.unwrap();
    wait_for(&other, 1).await;
    add(&theirs, "a", 10).await.unwrap();
    assert_eq!(ours.load_fresh("a").await.unwrap().state().total, 11);
    add(&theirs, "a", 100).await.unwrap();
    wait_for(&one, 3).await;
    assert_eq!(ours.load("a").await.unwrap().state().total, 111);
    assert_eq!(add(&ours, "a", 1_000).await, Ok(4));
}

/// Whoever has read a stream need not look again before appending to it: the write itself finds out.
pub async fn what_was_read_before_another_process_wrote_is_a_conflict(store: Store) {
    let (one, other) = (store.open().await, store.open().await);
    let (ours, theirs): (LogStore<Tally>, LogStore<Tally>) = (one.store(vec![]), other.store(vec![]));
    add(&theirs, "a", 1).await.unwrap();
    add(&theirs, "b", 1).await.unwrap();
    let (stale, newest) = (ours.load("a").await.unwrap(), ours.load("b").await.unwrap());
    add(&theirs, "a", 10).await.unwrap();
    let record = async |context| {
        let key = Some(key("k", 1));
        ours.record(context, vec![added(5)], HashMap::new(), key).await.map(|receipt| receipt.version)
    };
    assert_eq!(record(stale).await, Err(LogError::Conflict { expected: 1, actual: 2 }));
    assert_eq!(record(newest).await, Ok(2), "a conflict does not use up the key");
    assert_eq!(whole(&one).await.len(), 4);
}

pub async fn many_streams_that_are_loaded_at_once_are_each_whole(store: Store) {
    let log = store.open().await;
    let id = |number: i64| format!("stream {number}");
    for number in 0..200 {
        let amounts: Vec<i64> = (0..number % 7).collect();
        log.append(append(&id(number), Some(0), &amounts)).await.unwrap();
    }
    let again = store.open().await;
    let tallies: LogStore<Tally> = again.store(vec![]);
    // Each three times, and some that there are not.
    let loads = (0..3).flat_map(|_| 0..230).map(async |number| {
        let context = tallies.load(&id(number)).await.unwrap();
        (number, context.state().total, context.version())
    });
    for (number, total, version) in futures::future::join_all(loads).await {
        let events = if number < 200 { number % 7 } else { 0 };
        assert_eq!((total, version), ((0..events).sum::<i64>(), events as u64), "stream {number}");
    }
}

pub async fn a_load_that_is_given_up_leaves_others_theirs(store: Store) {
    let log = store.open().await;
    for number in 0..40 {
        log.append(append(&format!("{number}"), Some(0), &[number, 1])).await.unwrap();
    }
    let again = store.open().await;
    let tallies: LogStore<Tally> = again.store(vec![]);
    let ids: Vec<String> = (0..40).map(|number| format!("{number}")).collect();
    let mut waiting = vec![];
    for (number, id) in (0..).zip(&ids) {
        let mut load = Box::pin(tallies.load(id));
        // A database in a thread of its own may have answered by now.
        if futures::poll!(&mut load).is_pending() {
            waiting.push(async move { (number, load.await) });
        }
    }
    // Among those who go are the first, who ask the database for everybody.
    let kept = waiting.split_off(waiting.len() / 2);
    assert!(!waiting.is_empty());
    drop(waiting);
    for (number, context) in futures::future::join_all(kept).await {
        assert_eq!(context.unwrap().state().total, number + 1);
    }
}

pub async fn streams_are_loaded_ahead(store: Store) {
    let log = store.open().await;
    for id in ["a", "b", "c", "a"] {
        log.append(append(id, None, &[1])).await.unwrap();
    }
    let tallies: LogStore<Tally> = log.store(vec![]);
    tallies
        .load_ahead(&["b".to_owned(), "a".to_owned(), "nobody".to_owned()], tokio::time::Instant::now())
        .await
        .unwrap();
    let total = |id| tallies.remembered(id).map(|tally| tally.total);
    assert_eq!((total("a"), total("b"), total("c"), total("nobody")), (Some(2), Some(1), None, None));
    assert!(tallies.load("a").await.unwrap().is_cached());
}

async fn wait_for(log: &Log, position: u64) {
    let mut watch = log.watch();
    let noticed = watch.wait_for(|seen| *seen >= position);
    tokio::time::timeout(Duration::from_secs(20), noticed).await.expect("noticed within moments").unwrap();
}

pub async fn an_event_that_cannot_be_read_is_named(store: Store) {
    let log = store.open().await;
    let mut odd = append("a", Some(0), &[]);
    odd.events = vec![NewEvent::new("Subtracted", "9", &json!({"Subtracted": "secret"})).unwrap()];
    log.append(odd).await.unwrap();
    match log.store::<Tally>(vec![]).load("a").await.err() {
        Some(LogError::Unreadable(text)) => assert!(text.starts_with("Subtracted 1 of a"), "{text}"),
        other => panic!("{other:?}"),
    }
}
