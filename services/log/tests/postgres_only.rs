//! What only a server can do: lose connections, tell roles apart.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use caseledger_log::{Append, Clock, Database, IdempotencyKey, Log, LogError, NewEvent, Options};
use caseledger_test_postgres::{Durability, Postgres};
use jiff::Timestamp;

struct Standing;

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

async fn open(url: &str) -> Log {
    Log::open(url, Options::new(Arc::new(Standing))).await.unwrap()
}

fn append(id: &str) -> Append {
    Append {
        aggregate_type: "Tally".to_owned(),
        aggregate_id: id.to_owned(),
        expected: Some(0),
        events: vec![NewEvent::new("Added", "1", &1).unwrap()],
        metadata: HashMap::new(),
        key: None,
    }
}

#[tokio::test]
async fn the_writer_outlives_its_connection() {
    let server = Postgres::shared();
    let url = server.fresh_database();
    let log = open(&url).await;
    log.append(append("a")).await.unwrap();
    let database = url.split(['/', '?']).nth(3).unwrap();
    server.psql(
        "postgres",
        &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"),
    );
    // The batch that meets the dead connection is told so; the next has a new one.
    if let Err(error) = log.append(append("b")).await {
        assert!(matches!(error, LogError::Unavailable(_)) && error.passes(), "{error:?}");
        log.append(append("b")).await.unwrap();
    }
    let events = log.read_after(0, 10).await.unwrap();
    assert_eq!(events.iter().map(|event| event.position).collect::<Vec<_>>(), [1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_is_said_to_be_away_and_is_used_again_when_it_is_back() {
    let server = Postgres::start_with(Durability::On);
    let log = open(&server.fresh_database()).await;
    log.append(append("a")).await.unwrap();
    server.kill();
    let soon = Duration::from_secs(20); // far less than a client waits for an answer
    // The server's children outlive it for a moment, and may answer until they notice.
    let readers_hear = async {
        loop {
            if let Err(error) = log.head().await {
                break error;
            }
        }
    };
    let writers_hear = async {
        for number in 0.. {
            if let Err(error) = log.append(append(&format!("b{number}"))).await {
                return error;
            }
        }
        unreachable!("there is no last number");
    };
    let read = tokio::time::timeout(soon, readers_hear).await.expect("readers hear of it soon");
    let written = tokio::time::timeout(soon, writers_hear).await.expect("writers too");
    assert!(read.passes() && written.passes(), "{read:?} {written:?}");
    assert!(log.trouble().is_some(), "it knows that it can't write");
    server.start_again();
    let asks_itself = async {
        while log.trouble().is_some() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(soon, asks_itself)
        .await
        .expect("it finds out that it can write again, though nobody writes");
    log.append(append("c")).await.unwrap();
    let events = log.read_after(0, 10_000).await.unwrap();
    assert_eq!(events.first().map(|event| event.aggregate_id.as_str()), Some("a"));
    assert_eq!(events.last().map(|event| event.aggregate_id.as_str()), Some("c"));
    let positions: Vec<u64> = events.iter().map(|event| event.position).collect();
    assert_eq!(positions, (1..=events.len() as u64).collect::<Vec<_>>());
}

/// The plan of a look is made while the table of keys is known to be empty, and kept.
#[tokio::test]
async fn the_writer_finds_keys_without_reading_all_of_them() {
    let server = Postgres::shared();
    let url = server.fresh_database();
    let database = url.split(['/', '?']).nth(3).unwrap();
    let log = open(&url).await;
    server.psql(database, "VACUUM ANALYZE idempotency_keys");
    for number in 0..20 {
        // Nothing is known of the stream's version: the database is asked, for the key too.
        let key = IdempotencyKey { scope: "posting".to_owned(), key: number.to_string(), digest: [0; 32] };
        let append = Append { expected: None, key: Some(key), ..append(&number.to_string()) };
        log.append(append).await.unwrap();
    }
    log.close().await;
    // The server counts what a connection has done when that has ended.
    let looked =
        "SELECT idx_scan + seq_scan >= 20 FROM pg_stat_user_tables WHERE relname = 'idempotency_keys'";
    assert!((0..200).any(|_| server.psql(database, looked) == "t"), "no key was looked up");
    let read = "SELECT idx_tup_read + seq_tup_read FROM pg_stat_user_tables t JOIN pg_stat_user_indexes i USING (relid) \
                WHERE t.relname = 'idempotency_keys'";
    assert_eq!(server.psql(database, read), "0", "none of the keys was there when it was looked for");
}

#[tokio::test]
async fn a_transaction_that_nobody_goes_on_with_ends_by_itself() {
    let log = open(&Postgres::shared().fresh_database()).await;
    let Database::Postgres(pool) = log.database() else { panic!("PostgreSQL") };
    let limit: String = sqlx::query_scalar("SELECT current_setting('idle_in_transaction_session_timeout')")
        .fetch_one(pool)
        .await
        .unwrap();
    assert_eq!(limit, "1min");
}

#[tokio::test]
async fn the_service_may_append_and_nothing_else() {
    let server = Postgres::shared();
    let url = server.fresh_database();
    server.psql("postgres", "CREATE ROLE caseledger_app LOGIN; CREATE ROLE caseledger_reader LOGIN");
    let app = url.replace("user=postgres", "user=caseledger_app");
    // Who makes the log owns it, and the service must not.
    server.psql(url.split(['/', '?']).nth(3).unwrap(), "GRANT CREATE ON SCHEMA public TO caseledger_app");
    assert!(matches!(Log::migrate(&app).await, Err(LogError::OlderSchema { found: 0, .. })));
    Log::migrate(&url).await.unwrap();

    let log = open(&app).await;
    log.append(append("a")).await.unwrap();
    assert_eq!(log.head().await, Ok(1));
    let Database::Postgres(app) = log.database() else { panic!("a server was asked for") };
    for statement in [
        "UPDATE events SET event_type = 'X'",
        "DELETE FROM events",
        "TRUNCATE events",
        "DROP TABLE events",
        "ALTER TABLE events DISABLE TRIGGER ALL",
        "DELETE FROM log_head",
        "UPDATE idempotency_keys SET version = 0",
    ] {
        assert!(sqlx::query(statement).execute(app).await.is_err(), "{statement}");
    }

    let reader = url.replace("user=postgres", "user=caseledger_reader");
    let reader = sqlx::PgPool::connect(&reader).await.unwrap();
    let read: i64 =
        sqlx::query_scalar("SELECT count(*) FROM readable_events").fetch_one(&reader).await.unwrap();
    assert_eq!(read, 1);
    assert!(sqlx::query("UPDATE log_head SET position = 0").execute(&reader).await.is_err());
}
