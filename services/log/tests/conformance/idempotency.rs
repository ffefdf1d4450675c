//! The same request sent again.

use caseledger_log::{IdempotencyKey, LogError, Receipt};
use futures::future::join_all;

use crate::support::{Store, append, key, keyed, whole};

pub async fn a_request_sent_again_gets_the_first_answer(store: Store) {
    let log = store.open().await;
    let request = keyed(append("a", Some(0), &[1, 2]), &key("k", 1));
    assert_eq!(log.receipt_for(&key("k", 1)).await, Ok(None));
    store.clock.set(5);
    let first = log.append(request.clone()).await.unwrap();
    log.append(append("a", Some(2), &[3])).await.unwrap();
    store.clock.set(9);
    let again = Receipt { repeated: true, ..first };
    assert_eq!(log.append(request.clone()).await, Ok(again.clone()));
    assert_eq!(log.receipt_for(&key("k", 1)).await, Ok(Some(again.clone())));
    log.close().await;
    let log = store.open().await;
    assert_eq!(log.append(request).await, Ok(again));
    assert_eq!(whole(&log).await.len(), 3);
}

pub async fn a_key_with_another_request_is_refused(store: Store) {
    let log = store.open().await;
    log.append(keyed(append("a", Some(0), &[1]), &key("k", 1))).await.unwrap();
    let other = log.append(keyed(append("b", Some(0), &[1]), &key("k", 2))).await;
    assert_eq!(other, Err(LogError::KeyReused));
    assert_eq!(log.receipt_for(&key("k", 2)).await, Err(LogError::KeyReused));
    assert_eq!(whole(&log).await.len(), 1);
}

pub async fn keys_of_different_scopes_do_not_meet(store: Store) {
    let log = store.open().await;
    let theirs = IdempotencyKey { scope: "school".to_owned(), ..key("k", 2) };
    log.append(keyed(append("a", Some(0), &[1]), &key("k", 1))).await.unwrap();
    let receipt = log.append(keyed(append("b", Some(0), &[1]), &theirs)).await.unwrap();
    assert!(!receipt.repeated);
}

pub async fn a_command_without_events_keeps_its_key(store: Store) {
    let log = store.open().await;
    log.append(append("a", Some(0), &[1])).await.unwrap();
    let satisfied = keyed(append("a", Some(1), &[]), &key("k", 1));
    let first = log.append(satisfied.clone()).await.unwrap();
    assert_eq!((first.version, first.positions, first.repeated), (1, None, false));
    log.append(append("a", Some(1), &[2])).await.unwrap();
    assert_eq!(log.append(satisfied).await, Ok(Receipt { repeated: true, ..first }));
    let stale = log.append(keyed(append("a", Some(1), &[]), &key("l", 1))).await;
    assert_eq!(stale, Err(LogError::Conflict { expected: 1, actual: 2 }));
    assert_eq!(whole(&log).await.len(), 2);
}

pub async fn a_conflict_does_not_use_up_the_key(store: Store) {
    let log = store.open().await;
    log.append(append("a", Some(0), &[1])).await.unwrap();
    let stale = log.append(keyed(append("a", Some(0), &[2]), &key("k", 1))).await;
    assert_eq!(stale, Err(LogError::Conflict { expected: 0, actual: 1 }));
    assert_eq!(log.receipt_for(&key("k", 1)).await, Ok(None));
    let retried = log.append(keyed(append("a", Some(1), &[2]), &key("k", 1))).await.unwrap();
    assert!(!retried.repeated);
}

pub async fn the_same_key_at_the_same_time_is_written_once(store: Store) {
    let (one, other) = (store.open().await, store.open().await);
    let request = keyed(append("a", Some(0), &[1]), &key("k", 1));
    let logs = [&one, &other, &one, &other, &one, &other];
    let answers = join_all(logs.map(|log| log.append(request.clone()))).await;
    let receipts: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
    assert_eq!(receipts.iter().filter(|receipt| !receipt.repeated).count(), 1);
    assert!(receipts.iter().all(|receipt| receipt.positions == Some((1, 1))));
    assert_eq!(whole(&one).await.len(), 1);
}

pub async fn a_key_used_in_another_process_is_known(store: Store) {
    let (one, other) = (store.open().await, store.open().await);
    other.append(append("b", Some(0), &[1])).await.unwrap();
    one.append(keyed(append("a", Some(0), &[1]), &key("k", 1))).await.unwrap();
    let again = other.append(keyed(append("a", Some(0), &[1]), &key("k", 1))).await.unwrap();
    assert!(again.repeated);
    one.append(keyed(append("b", Some(1), &[]), &key("l", 1))).await.unwrap();
    let again = other.append(keyed(append("b", Some(1), &[2]), &key("l", 2))).await;
    assert_eq!(again, Err(LogError::KeyReused));
}
