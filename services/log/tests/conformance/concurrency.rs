//! Many at once, in one process and in several. A second handle on a store is a second process to the first: they share
//! nothing but the database.

use std::time::Duration;

use caseledger_log::{Log, LogError};
use futures::future::join_all;
use tokio::time::timeout;

use crate::support::{Store, append, whole};

/// Adds to a stream until it is accepted, as a command is retried on fresh state.
async fn add_until_accepted(log: Log, id: String) {
    let mut version = 0;
    loop {
        match log.append(append(&id, Some(version), &[1])).await {
            Ok(_) => return,
            Err(LogError::Conflict { actual, .. }) => version = actual,
            Err(error) => panic!("{error}"),
        }
    }
}

async fn add_from_many_tasks(logs: &[&Log], tasks: usize, streams: usize) {
    let tasks = (0..tasks).map(|task| {
        let log = logs[task % logs.len()].clone();
        tokio::spawn(add_until_accepted(log, format!("stream-{}", task % streams)))
    });
    for task in join_all(tasks).await {
        task.unwrap();
    }
}

pub async fn many_tasks_lose_and_repeat_nothing(store: Store) {
    let log = store.open().await;
    add_from_many_tasks(&[&log], 200, 7).await;
    assert_eq!(whole(&log).await.len(), 200);
}

pub async fn waiting_appends_are_committed_together(store: Store) {
    let log = store.open().await;
    let answers = join_all((0..300).map(|id| log.append(append(&id.to_string(), Some(0), &[1])))).await;
    assert!(answers.iter().all(Result::is_ok));
    let stats = log.stats();
    assert_eq!((stats.appends, stats.events, stats.batches), (300, 300, 1));
}

pub async fn two_processes_share_one_order(store: Store) {
    let (one, other) = (store.open().await, store.open().await);
    add_from_many_tasks(&[&one, &other], 120, 5).await;
    let events = whole(&one).await;
    assert_eq!(events.len(), 120);
    assert_eq!(whole(&other).await, events);
}

pub async fn two_processes_never_both_win(store: Store) {
    let (one, other) = (store.open().await, store.open().await);
    for version in 0..30 {
        let (ours, theirs) = futures::join!(
            one.append(append("a", Some(version), &[1])),
            other.append(append("a", Some(version), &[2]))
        );
        let conflict = LogError::Conflict { expected: version, actual: version + 1 };
        assert!(
            (ours.is_ok() && theirs.as_ref() == Err(&conflict))
                || (theirs.is_ok() && ours.as_ref() == Err(&conflict)),
            "{ours:?} {theirs:?}"
        );
    }
    assert_eq!(whole(&one).await.len(), 30);
}

pub async fn what_another_process_writes_is_noticed(store: Store) {
    let (one, other) = (store.open().await, store.open().await);
    let mut watch = other.watch();
    for version in 0..3 {
        one.append(append("a", Some(version), &[1])).await.unwrap();
        let noticed = watch.wait_for(|position| *position > version);
        timeout(Duration::from_secs(20), noticed).await.expect("noticed within moments").unwrap();
    }
}

pub async fn people_go_before_bulk_and_leave_it_a_share(store: Store) {
    const PEOPLE: usize = 1_500;
    const BULK: usize = 2_500;
    let log = store.open().await;
    let bulk = (0..BULK).map(|id| log.append_in_bulk(append(&format!("bulk-{id}"), Some(0), &[1])));
    let people = (0..PEOPLE).map(|id| log.append(append(&format!("person-{id}"), Some(0), &[1])));
    // Bulk was there first, and all of it waits before the writer takes anything.
    let (bulk, people) = futures::join!(join_all(bulk), join_all(people));
    assert!(bulk.iter().chain(&people).all(Result::is_ok));
    let events = whole(&log).await;
    let is_bulk = |place: usize| events[place].aggregate_id.starts_with("bulk");
    let last_person = (0..events.len()).rev().find(|place| !is_bulk(*place)).unwrap();
    assert!(last_person < PEOPLE + BULK / 4, "people went first: the last of them is at {last_person}");
    let early = (0..PEOPLE).filter(|place| is_bulk(*place)).count();
    assert!(early > PEOPLE / 20, "bulk got on meanwhile: {early}");
}
