//! PostgreSQL's roles, as the deployment makes them: who may read which read model, also after rebuilds, whoever began
//! them; and that the service can go on with what others have made.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod stage;

use std::sync::Arc;

use caseledger_aggregates::Authority;
use caseledger_log::{Log, Options};
use caseledger_projections::sql::{current_view, figures_columns};
use caseledger_projections::{ALL, Manner, Projections};
use caseledger_test_postgres::Postgres;
use sqlx::PgPool;
use stage::history::History;
use stage::{Stage, Ticking};

const ROLES: &str = include_str!("../../deploy/postgres/roles.sql");

fn name(url: &str) -> &str {
    url.split(['/', '?']).nth(3).unwrap()
}

fn as_role(url: &str, role: &str) -> String {
    url.replace("user=postgres", &format!("user={role}"))
}

async fn projections(url: &str) -> Projections {
    let clock = Ticking::from("2018-01-01T00:00:00Z");
    let log = Log::open(url, Options::new(clock.clone())).await.unwrap();
    let authority = Arc::new(Authority::default());
    Projections::open(&log, authority, clock, &prometheus::Registry::new()).await.unwrap()
}

/// One login for each group, as a deployment makes them for its people and tools.
fn logins(server: &Postgres) {
    server.psql("postgres", "CREATE ROLE inspector LOGIN IN ROLE caseledger_reader");
    server.psql("postgres", "CREATE ROLE bi_tool LOGIN IN ROLE caseledger_figures");
}

async fn allowed(pool: &PgPool, sql: &str) -> bool {
    match sqlx::query(sql).execute(pool).await {
        Ok(_) => true,
        Err(error) => {
            let code =
                error.as_database_error().and_then(|error| error.code()).unwrap_or_default().into_owned();
            assert_eq!(code, "42501", "{sql}: {error}");
            false
        }
    }
}

/// Everything that may and may not be read, by both groups.
async fn check(url: &str, when: &str) {
    let reader = PgPool::connect(&as_role(url, "inspector")).await.unwrap();
    let figures = PgPool::connect(&as_role(url, "bi_tool")).await.unwrap();
    for table in ALL.iter().flat_map(|spec| spec.tables) {
        let view = current_view(table);
        assert!(allowed(&reader, &format!("SELECT * FROM {view}")).await, "{when}: {view}");
        for role in [&reader, &figures] {
            assert!(!allowed(role, &format!("DELETE FROM {view}")).await, "{when}: {view}");
            assert!(!allowed(role, &format!("SELECT * FROM {}", table.name)).await, "{when}: {view}");
        }
        let open = figures_columns(table).unwrap_or_default();
        if !open.is_empty() {
            assert!(
                allowed(&figures, &format!("SELECT {} FROM {view}", open.join(", "))).await,
                "{when}: {view}"
            );
        }
        for column in table.columns.iter().filter(|column| !open.contains(&column.name)) {
            let sql = format!("SELECT {} FROM {view}", column.name);
            assert!(!allowed(&figures, &sql).await, "{when}: {view}.{}", column.name);
        }
    }
    assert!(allowed(&reader, "SELECT * FROM events").await, "{when}");
    for table in ["events", "readable_events", "idempotency_keys", "projection_checkpoint"] {
        assert!(!allowed(&figures, &format!("SELECT * FROM {table}")).await, "{when}: {table}");
    }
    reader.close().await;
    figures.close().await;
}

async fn rebuild_all(projections: &Projections) {
    for spec in ALL {
        projections.rebuild(spec.name, Manner::Beside, |_| {}).await.unwrap();
    }
}

#[tokio::test]
async fn readers_may_read_what_is_theirs_whoever_builds_it() {
    let server = Postgres::start();
    let url = server.fresh_database();
    server.psql(name(&url), ROLES);
    logins(&server);
    let (owner, app) = (as_role(&url, "caseledger_owner"), as_role(&url, "caseledger_app"));

    // The deployment's migration, then the service.
    Log::migrate(&owner).await.unwrap();
    projections(&owner).await;
    let stage = Stage::at(app.clone()).await;
    let mut history = History::begin(&stage, 7).await;
    for _ in 0..40 {
        history.step(&stage).await;
    }
    let service = projections(&app).await;
    service.catch_up().await.unwrap();
    check(&url, "after catching up").await;

    rebuild_all(&service).await;
    check(&url, "after a rebuild by the service").await;
    rebuild_all(&projections(&owner).await).await;
    check(&url, "after a rebuild by the owner").await;
    rebuild_all(&projections(&url).await).await;
    check(&url, "after a rebuild by a superuser").await;
    rebuild_all(&service).await;
    check(&url, "after the service's next rebuild").await;

    let foreign = "SELECT string_agg(relname, ' ') FROM pg_class WHERE relnamespace = 'public'::regnamespace \
                   AND relkind IN ('r', 'v') AND relowner <> 'caseledger_app'::regrole";
    let mut foreign: Vec<_> = server.psql(name(&url), foreign).split(' ').map(str::to_owned).collect();
    foreign.sort();
    assert_eq!(foreign, ["events", "idempotency_keys", "log_head", "log_schema", "readable_events"]);
}

#[tokio::test]
async fn roles_may_be_made_after_the_store() {
    let server = Postgres::start();
    let url = server.fresh_database();
    let stage = Stage::at(url.clone()).await;
    let mut history = History::begin(&stage, 8).await;
    for _ in 0..10 {
        history.step(&stage).await;
    }
    projections(&url).await.catch_up().await.unwrap();
    stage.log.close().await;

    server.psql(name(&url), ROLES);
    server.psql(name(&url), ROLES);
    logins(&server);
    let service = projections(&as_role(&url, "caseledger_app")).await;
    check(&url, "once the service has started").await;
    rebuild_all(&service).await;
    check(&url, "after a rebuild").await;
}
