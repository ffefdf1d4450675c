//! How folds find their rows on PostgreSQL: by keys, whatever the server believes of tables that it has not counted.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod stage;

use std::sync::Arc;
use std::time::Duration;

use caseledger_projections::{ALL, Projections};
use prometheus::Registry;
use sqlx::{Connection, PgConnection};
use stage::Stage;
use tokio::time::timeout;
use uuid::Uuid;

/// How many people come: several stretches of the log, with so many in each that PostgreSQL, which has not counted the tables,
/// believes that nearly all rows are asked for.
const PEOPLE: u128 = 1_500;

/// Of a table, since it was made: how many rows were read by reading all of it, and how often its indexes were asked.
async fn read(connection: &mut PgConnection, table: &str) -> (i64, i64) {
    let sql = "SELECT seq_tup_read, idx_scan FROM pg_stat_user_tables WHERE relname = $1";
    sqlx::query_as(sql).bind(table).fetch_one(connection).await.unwrap()
}

/// Waits until nobody else is connected: a server process tells what it has read before it is gone.
async fn alone(connection: &mut PgConnection) {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
               AND backend_type = 'client backend'";
    let gone =
        async { while sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut *connection).await.unwrap() > 0 {} };
    timeout(Duration::from_secs(30), gone).await.unwrap();
}

#[tokio::test]
async fn folds_read_no_table_as_a_whole() {
    for rebuilt in [false, true] {
        let stage = Stage::postgres().await;
        stage.register((0..PEOPLE).map(Uuid::from_u128)).await;
        let registry = Registry::new();
        let opened = Projections::open(&stage.log, Arc::default(), stage.clock.clone(), &registry);
        let projections = opened.await.unwrap();
        if rebuilt {
            let names: Vec<&str> = projections.specs().map(|spec| spec.name).collect();
            assert!(projections.rebuild_together(&names, |_| ()).await.unwrap().is_empty());
        } else {
            projections.catch_up().await.unwrap();
        }
        let url = stage.url.clone();
        stage.log.close().await;
        drop((projections, stage));
        let mut connection = PgConnection::connect(&url).await.unwrap();
        alone(&mut connection).await;
        let mut looked_up = 0;
        // An index is made by reading all of its table.
        for table in ALL.iter().flat_map(|spec| spec.tables).filter(|table| table.indexes.is_empty()) {
            let (whole, by_key) = read(&mut connection, table.name).await;
            assert_eq!(whole, 0, "{} was read as a whole, rebuilt: {rebuilt}", table.name);
            looked_up += by_key;
        }
        assert!(looked_up > 0, "nothing was looked up, rebuilt: {rebuilt}");
    }
}
