//! Read models of a SQLite store lie in a file beside the log (decision 0049).

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod stage;

use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use caseledger_log::{BESIDE, BOOT, Log, Options, copy_sqlite, sqlite_file};
use caseledger_projections::sql::Value;
use caseledger_projections::{ALL, Projections};
use prometheus::Registry;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, Executor, SqliteConnection};
use stage::{Stage, Ticking};
use uuid::Uuid;

async fn opened(log: &Log, clock: &Arc<Ticking>) -> Projections {
    let projections = Projections::open(log, Arc::default(), clock.clone(), &Registry::new()).await.unwrap();
    projections.catch_up().await.unwrap();
    projections
}

/// Every row of every read model.
async fn told(projections: &Projections) -> String {
    let mut text = String::new();
    for table in ALL.iter().flat_map(|spec| spec.tables) {
        text.push_str(&table.dump(projections.db()).await.unwrap());
    }
    text
}

/// A store of some people, registered on a day, and what is told of them.
async fn store(folder: &Path, name: &str, day: u8, people: Range<u128>) -> (PathBuf, String) {
    let file = folder.join(name);
    let clock = Ticking::from(&format!("2017-01-{day:02}T09:00:00Z"));
    let url = format!("sqlite:{}", file.display());
    let stage = Stage::on(&url, &clock).await;
    stage.register(people.map(Uuid::from_u128)).await;
    let told = told(&opened(&stage.log, &clock).await).await;
    stage.log.close().await;
    (file, told)
}

/// What is told of a store that is there.
async fn told_again(file: &Path) -> String {
    let (url, clock) = (format!("sqlite:{}", file.display()), Ticking::from("2017-02-01T09:00:00Z"));
    let log = Log::open(&url, Options::new(clock.clone())).await.unwrap();
    let again = told(&opened(&log, &clock).await).await;
    log.close().await;
    again
}

async fn beside(store: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(sqlite_file(store, BESIDE));
    SqliteConnection::connect_with(&options).await.unwrap()
}

#[tokio::test]
async fn read_models_of_another_log_are_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (three, of_three) = store(folder.path(), "three.sqlite", 2, 0..3).await;
    let (two, _) = store(folder.path(), "two.sqlite", 3, 3..5).await;
    let (five, _) = store(folder.path(), "five.sqlite", 4, 5..10).await;
    for (told_by, made_anew) in [(&two, true), (&five, true), (&three, false)] {
        let name = format!("beside-{}", told_by.file_name().unwrap().display());
        let mixed = folder.path().join(name);
        copy_sqlite(&three, &mixed).await.unwrap();
        let mut from = beside(told_by).await;
        from.execute("UPDATE projection_checkpoint SET epoch = 7").await.unwrap();
        let to = sqlite_file(&mixed, BESIDE);
        sqlx::query("VACUUM INTO $1").bind(to.to_str()).execute(&mut from).await.unwrap();
        assert_eq!(told_again(&mixed).await, of_three, "{}", told_by.display());
        let epochs = "SELECT DISTINCT epoch FROM projection_checkpoint";
        let epochs: Vec<i64> = sqlx::query_scalar(epochs).fetch_all(&mut beside(&mixed).await).await.unwrap();
        assert_eq!(epochs, [if made_anew { 0 } else { 7 }], "{}", told_by.display());
    }
}

#[tokio::test]
async fn read_models_that_the_end_of_the_system_has_torn_are_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (file, of_three) = store(folder.path(), "torn.sqlite", 2, 0..3).await;
    let note = || std::fs::read_to_string(sqlite_file(&file, BOOT)).unwrap();
    assert_eq!(note(), "", "who closes a store has synced it");
    std::fs::write(sqlite_file(&file, BOOT), "another boot of the system").unwrap();
    let mut torn = std::fs::OpenOptions::new().write(true).open(sqlite_file(&file, BESIDE)).unwrap();
    torn.write_all(&[7; 10_000]).unwrap();
    assert_eq!(told_again(&file).await, of_three);
    assert_eq!(note(), "");
}

#[tokio::test]
async fn read_models_that_were_in_the_logs_file_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let (file, of_three) = store(folder.path(), "log.sqlite", 2, 0..3).await;
    let url = format!("sqlite:{}", file.display());
    let mut log = SqliteConnection::connect(&url).await.unwrap();
    let old = "CREATE TABLE person_v1 (id text); CREATE VIEW person AS SELECT id FROM person_v1;
               CREATE TABLE projection_checkpoint (suffix text, tables text);
               INSERT INTO projection_checkpoint VALUES ('', 'person_v1 gone_v1')";
    log.execute(old).await.unwrap();
    assert_eq!(told_again(&file).await, of_three);
    let left =
        "SELECT count(*) FROM sqlite_schema WHERE name IN ('person_v1', 'person', 'projection_checkpoint')";
    assert_eq!(sqlx::query_scalar::<_, i64>(left).fetch_one(&mut log).await.unwrap(), 0);
    let events = "SELECT count(*) FROM events";
    assert_eq!(sqlx::query_scalar::<_, i64>(events).fetch_one(&mut log).await.unwrap(), 3);
}

#[tokio::test]
async fn commands_do_not_wait_for_those_who_fold() {
    for stage in Stage::both().await {
        let projections = opened(&stage.log, &stage.clock).await;
        let mut folding = projections.db().begin().await.unwrap();
        let sql = "UPDATE projection_checkpoint SET epoch = epoch + $1";
        assert!(folding.execute(sql, &[Value::count(1)]).await.unwrap() > 0);
        let written = stage.register([Uuid::from_u128(1)].into_iter());
        tokio::time::timeout(Duration::from_secs(60), written).await.expect("a command is written meanwhile");
        folding.commit().await.unwrap();
        projections.catch_up().await.unwrap();
    }
}
