//! Order, density, expected versions, group commit.

use caseledger_log::{LogError, NewEvent, Options};
use futures::future::join_all;

use crate::support::{Store, append, sql, whole};

pub async fn positions_are_dense_and_in_the_order_of_commits(store: Store) {
    let log = store.open().await;
    let first = log.append(append("a", Some(0), &[1, 2])).await.unwrap();
    let second = log.append(append("b", Some(0), &[3])).await.unwrap();
    let third = log.append(append("a", Some(2), &[4])).await.unwrap();
    let got =
        [first, second, third].map(|receipt| (receipt.version, receipt.positions.unwrap(), receipt.repeated));
    assert_eq!(got, [(2, (1, 2), false), (1, (3, 3), false), (3, (4, 4), false)]);
    let events = whole(&log).await;
    let places: Vec<_> = events.iter().map(|event| (event.aggregate_id.as_str(), event.sequence)).collect();
    assert_eq!(places, [("a", 1), ("a", 2), ("b", 1), ("a", 3)]);
    assert_eq!(events[0].entry("actor").as_deref(), Some("Zoë"));
    assert_eq!(log.watch().borrow().to_owned(), 4);
}

pub async fn a_stale_append_is_told_both_versions_and_writes_nothing(store: Store) {
    let log = store.open().await;
    log.append(append("a", Some(0), &[1, 2])).await.unwrap();
    let stale = log.append(append("a", Some(1), &[3])).await;
    assert_eq!(stale, Err(LogError::Conflict { expected: 1, actual: 2 }));
    let ahead = log.append(append("a", Some(7), &[3])).await;
    assert_eq!(ahead, Err(LogError::Conflict { expected: 7, actual: 2 }));
    assert_eq!(whole(&log).await.len(), 2);
    assert_eq!(log.append(append("a", None, &[3])).await.unwrap().version, 3);
}

pub async fn a_stream_that_must_not_exist_is_checked_without_having_been_seen(store: Store) {
    let log = store.open().await;
    log.append(append("a", Some(0), &[1])).await.unwrap();
    log.close().await;
    let log = store.open().await;
    log.append(append("b", Some(0), &[1])).await.unwrap();
    let opened_again = log.append(append("a", Some(0), &[1])).await;
    assert_eq!(opened_again, Err(LogError::Conflict { expected: 0, actual: 1 }));
    assert_eq!(whole(&log).await.len(), 2);
}

pub async fn one_stale_command_does_not_spoil_its_batch(store: Store) {
    let log = store.open().await;
    log.append(append("a", Some(0), &[1])).await.unwrap();
    let batch = [append("b", Some(0), &[1]), append("a", Some(0), &[2]), append("c", None, &[3])];
    let answers = join_all(batch.map(|append| log.append(append))).await;
    assert_eq!(answers[0].as_ref().unwrap().positions, Some((2, 2)));
    assert_eq!(answers[1], Err(LogError::Conflict { expected: 0, actual: 1 }));
    assert_eq!(answers[2].as_ref().unwrap().positions, Some((3, 3)));
    assert_eq!(log.stats().batches, 2);
    assert_eq!(whole(&log).await.len(), 3);
}

pub async fn one_stream_twice_in_a_batch_is_in_order(store: Store) {
    let log = store.open().await;
    let batch = [append("a", Some(0), &[1, 2]), append("a", Some(2), &[3]), append("a", Some(2), &[4])];
    let answers = join_all(batch.map(|append| log.append(append))).await;
    assert_eq!(answers[1].as_ref().unwrap().version, 3);
    assert_eq!(answers[2], Err(LogError::Conflict { expected: 2, actual: 3 }));
    assert_eq!(log.stats().batches, 1);
    assert_eq!(whole(&log).await.len(), 3);
}

pub async fn a_large_batch_is_written_whole(store: Store) {
    let log = store.open().await;
    let amounts: Vec<i64> = (0..5_000).collect();
    let receipt = log.append(append("a", Some(0), &amounts)).await.unwrap();
    assert_eq!(receipt.positions, Some((1, 5_000)));
    let long = "x".repeat(300_000);
    let appends = (0..60).map(|number| {
        let mut append = append(&format!("long-{number}"), Some(0), &[]);
        append.events = vec![NewEvent::new("Added", "2", &long).unwrap()];
        log.append(append)
    });
    for answer in join_all(appends).await {
        answer.unwrap();
    }
    let events = whole(&log).await;
    assert_eq!(events.len(), 5_060);
    assert_eq!(events[5_059].payload.len(), long.len() + 2);
}

pub async fn payloads_are_kept_byte_for_byte(store: Store) {
    let log = store.open().await;
    let payloads = [
        r#"{"b" : 1, "a":"Siân said: “ça va” 👩‍👧 \u00e9 \\u0000 \n"}"#,
        r#"{"a":1,"a":2,"number":123456789012345678901234567890.10}"#,
        r#""it's a 'quote' -- ; $1 ?""#,
        "null",
    ];
    let mut it = append("løpenummer 7/ß", Some(0), &[]);
    let event = |payload: &&str| NewEvent::from_json("Sagt", "1", (*payload).to_owned()).unwrap();
    it.events = payloads.iter().map(event).collect();
    log.append(it).await.unwrap();
    let events = log.read_stream("Tally", "løpenummer 7/ß").await.unwrap();
    let read: Vec<_> = events.iter().map(|event| event.payload.as_str()).collect();
    assert_eq!(read, payloads);
}

pub async fn what_no_database_could_keep_is_refused_before_the_batch(store: Store) {
    let log = store.open().await;
    for id in ["", "a\0b", "x".repeat(5_000).as_str()] {
        assert!(matches!(log.append(append(id, None, &[1])).await, Err(LogError::Invalid(_))));
    }
    let mut with_nul = append("a", None, &[1]);
    with_nul.metadata.insert("actor".to_owned(), "\0".to_owned());
    assert!(matches!(log.append(with_nul).await, Err(LogError::Invalid(_))));
    assert_eq!(log.stats().batches, 0);
}

pub async fn sequences_go_up_to_the_end_of_a_bigint(store: Store) {
    let log = store.open().await;
    let last_but_one = i64::MAX - 1;
    let seed = format!(
        "INSERT INTO events (position, aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
                             metadata, recorded_at)
         VALUES (1, 'Tally', 'a', {last_but_one}, 'Added', '2', 'null', '{{}}', 0);
         UPDATE log_head SET position = 1, recorded_at = 0"
    );
    sql(&log, &seed).await.unwrap();
    let last = log.append(append("a", Some(last_but_one as u64), &[1])).await.unwrap();
    assert_eq!(last.version, i64::MAX as u64);
    assert!(matches!(log.append(append("a", None, &[1])).await, Err(LogError::Invalid(_))));
    let events = log.read_stream("Tally", "a").await.unwrap();
    assert_eq!(events[1].sequence, i64::MAX as u64);
    assert!(log.read_after(u64::MAX, usize::MAX).await.unwrap().is_empty());
}

pub async fn the_time_never_goes_back_along_positions(store: Store) {
    let log = store.open().await;
    for (second, id) in [(100, "a"), (50, "b"), (99, "c"), (200, "d")] {
        store.clock.set(second);
        log.append(append(id, Some(0), &[1])).await.unwrap();
    }
    log.close().await;
    store.clock.set(10);
    let log = store.open().await;
    let receipt = log.append(append("e", Some(0), &[1])).await.unwrap();
    assert_eq!(receipt.recorded_at.as_second(), 200);
    let times: Vec<_> = whole(&log).await.iter().map(|event| event.recorded_at.as_second()).collect();
    assert_eq!(times, [100, 100, 100, 200, 200]);
}

pub async fn a_full_queue_is_said_to_be_busy(store: Store) {
    let log = caseledger_log::Log::open(&store.url, Options { queue: 2, ..store.options() }).await.unwrap();
    let answers = join_all(["a", "b", "c"].map(|id| log.append(append(id, Some(0), &[1])))).await;
    assert!(answers[0].is_ok() && answers[1].is_ok());
    assert_eq!(answers[2], Err(LogError::Busy));
    assert_eq!(log.append(append("c", Some(0), &[1])).await.unwrap().version, 1);
}

pub async fn closing_answers_those_who_wait(store: Store) {
    let log = store.open().await;
    let appends = join_all((0..50).map(|number| log.append(append(&number.to_string(), Some(0), &[1]))));
    let closing = log.clone();
    let (answers, ()) = futures::join!(appends, async move { closing.close().await });
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(log.append(append("late", Some(0), &[1])).await, Err(LogError::Closed));
    log.close().await;
    assert_eq!(whole(&store.open().await).await.len(), 50);
}
