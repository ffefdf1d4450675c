//! What was once written stays.

use caseledger_log::{Database, Log, LogError, NewEvent, Options, SCHEMA_VERSION};

use crate::support::{Store, append, sql, whole};

pub async fn the_database_refuses_to_change_events(store: Store) {
    let log = store.open().await;
    log.append(append("a", Some(0), &[1, 2])).await.unwrap();
    let before = whole(&log).await;
    let columns = "(position, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, \
                   recorded_at)";
    let row = |position: u64, sequence: u64| {
        format!("{columns} VALUES ({position}, 'Tally', 'a', {sequence}, 'Added', '2', 'null', '{{}}', 0)")
    };
    let mut refused = vec![
        "UPDATE events SET event_type = 'Removed'".to_owned(),
        "UPDATE events SET position = 9 WHERE position = 1".to_owned(),
        "DELETE FROM events".to_owned(),
        format!("INSERT INTO events {}", row(2, 9)),
        format!("INSERT INTO events {}", row(3, 2)),
    ];
    match store.is_postgres() {
        true => refused.extend([
            "TRUNCATE events".to_owned(),
            "DELETE FROM events WHERE position = 999".to_owned(),
            format!("INSERT INTO events {} ON CONFLICT (position) DO UPDATE SET event_type = 'X'", row(2, 2)),
        ]),
        false => refused.extend([
            format!("INSERT OR REPLACE INTO events {}", row(2, 2)),
            format!("INSERT OR REPLACE INTO events {}", row(3, 2)),
            format!("INSERT INTO events {}", row(4, 3)),
        ]),
    }
    for statement in refused {
        assert!(sql(&log, &statement).await.is_err(), "{statement}");
    }
    assert_eq!(whole(&log).await, before);
}

/// Whoever serves a log finds out before the first command, and not by it.
pub async fn a_log_that_can_only_be_read_says_so_when_it_is_asked(store: Store) {
    let log = store.open().await;
    log.append(append("a", Some(0), &[1])).await.unwrap();
    log.probe().await;
    assert!(log.trouble().is_none());
    let before = whole(&log).await;

    let refusals: &[&str] = match store.is_postgres() {
        true => &[
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'read only'; END $$",
            "CREATE TRIGGER read_only BEFORE UPDATE ON log_head FOR EACH ROW EXECUTE FUNCTION refuse()",
        ],
        false => &[
            "CREATE TRIGGER read_only BEFORE UPDATE ON log_head BEGIN SELECT RAISE(ABORT, 'read only'); END",
        ],
    };
    for statement in refusals {
        sql(&log, statement).await.unwrap();
    }
    log.probe().await;
    assert!(
        log.trouble().is_some_and(|error| error.to_string().contains("read only")),
        "{:?}",
        log.trouble()
    );
    sql(
        &log,
        if store.is_postgres() { "DROP TRIGGER read_only ON log_head" } else { "DROP TRIGGER read_only" },
    )
    .await
    .unwrap();
    log.probe().await;
    assert!(log.trouble().is_none());
    assert_eq!(whole(&log).await, before);
}

/// On a full disk there may be room for an empty write and none for a batch.
pub async fn an_empty_write_that_a_batch_has_contradicted_is_not_believed(store: Store) {
    let log = store.open().await;
    log.append(append("a", Some(0), &[1])).await.unwrap();
    sql(&log, "ALTER TABLE events RENAME TO gone").await.unwrap();
    let tried = async || log.append(append("a", Some(1), &[2])).await;
    tried().await.unwrap_err();
    log.probe().await;
    assert!(log.trouble().is_none(), "the first time it may be over");
    tried().await.unwrap_err();
    log.probe().await;
    assert!(log.trouble().is_some(), "only a batch can tell");
    sql(&log, "ALTER TABLE gone RENAME TO events").await.unwrap();
    tried().await.unwrap();
    assert!(log.trouble().is_none());
}

pub async fn the_log_is_there_after_a_restart(store: Store) {
    let log = store.open().await;
    log.append(append("a", Some(0), &[1, 2])).await.unwrap();
    let before = whole(&log).await;
    log.close().await;
    let log = store.open().await;
    assert_eq!(log.watch().borrow().to_owned(), 2);
    assert_eq!(whole(&log).await, before);
    assert_eq!(log.append(append("a", Some(2), &[3])).await.unwrap().positions, Some((3, 3)));
}

pub async fn reading_goes_on_from_a_position(store: Store) {
    let log = store.open().await;
    assert!(log.read_after(0, 10).await.unwrap().is_empty());
    log.append(append("a", Some(0), &[1, 2, 3])).await.unwrap();
    let page = log.read_after(1, 1).await.unwrap();
    assert_eq!(page.iter().map(|event| event.position).collect::<Vec<_>>(), [2]);
    assert!(log.read_after(3, 10).await.unwrap().is_empty());
    assert!(log.read_stream("Tally", "nobody").await.unwrap().is_empty());
    assert!(log.read_stream("Case", "a").await.unwrap().is_empty());
}

pub async fn a_newer_schema_is_refused(store: Store) {
    let log = store.open().await;
    sql(&log, "INSERT INTO log_schema (version) VALUES (999)").await.unwrap();
    log.close().await;
    let newer = LogError::NewerSchema { found: 999, known: SCHEMA_VERSION };
    assert_eq!(Log::open(&store.url, store.options()).await.err(), Some(newer.clone()));
    assert_eq!(Log::migrate(&store.url).await, Err(newer));
}

pub async fn a_log_is_not_made_unasked(store: Store) {
    let options = || Options { migrate: false, ..store.options() };
    let missing = LogError::OlderSchema { found: 0, needed: SCHEMA_VERSION };
    assert_eq!(Log::open(&store.url, options()).await.err(), Some(missing));
    Log::migrate(&store.url).await.unwrap();
    let log = Log::open(&store.url, options()).await.unwrap();
    assert_eq!(log.head().await, Ok(0));
}

pub async fn migrating_twice_changes_nothing(store: Store) {
    let (one, other) = futures::join!(Log::migrate(&store.url), Log::migrate(&store.url));
    one.unwrap();
    other.unwrap();
    let log = store.open().await;
    log.append(append("a", Some(0), &[1])).await.unwrap();
    Log::migrate(&store.url).await.unwrap();
    assert_eq!(whole(&log).await.len(), 1);
}

pub async fn a_batch_that_the_database_refuses_fails_alone(store: Store) {
    let log = store.open().await;
    log.append(append("a", Some(0), &[1])).await.unwrap();
    let refuse_poison = match store.is_postgres() {
        true => "ALTER TABLE events ADD CHECK (event_type <> 'Poison')",
        false => {
            "CREATE TRIGGER no_poison BEFORE INSERT ON events WHEN NEW.event_type = 'Poison'
             BEGIN SELECT RAISE(ABORT, 'poison'); END"
        }
    };
    sql(&log, refuse_poison).await.unwrap();
    let mut poison = append("a", Some(1), &[]);
    poison.events = vec![NewEvent::new("Poison", "1", &"what Mum said").unwrap()];
    let error = log.append(poison).await.unwrap_err();
    assert!(matches!(error, LogError::Database(_) | LogError::Damaged(_)), "{error:?}");
    assert!(!format!("{error:?} {error}").contains("Mum"), "an error must not tell what was said");
    assert_eq!(log.append(append("a", Some(1), &[2])).await.unwrap().positions, Some((2, 2)));
    assert_eq!(whole(&log).await.len(), 2);
}

pub async fn people_can_read_the_times(store: Store) {
    let log = store.open().await;
    store.clock.set(1_514_764_800);
    log.append(append("a", Some(0), &[1])).await.unwrap();
    let sql = "SELECT CAST(recorded_at AS text) FROM readable_events";
    let read: String = match log.database() {
        Database::Sqlite(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.unwrap(),
        Database::Postgres(pool) => {
            let utc = "SELECT CAST(recorded_at AT TIME ZONE 'UTC' AS text) FROM readable_events";
            sqlx::query_scalar(utc).fetch_one(pool).await.unwrap()
        }
    };
    assert!(read.starts_with("2018-01-01") && read.contains("00:00:00"), "{read}");
}
