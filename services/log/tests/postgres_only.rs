//! What only a server can do: lose connections, tell roles apart.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use std::collections::HashMap;
use std::sync::Arc;

use caseledger_log::{Append, Clock, Database, Log, LogError, NewEvent, Options};
use caseledger_test_postgres::Postgres;
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
