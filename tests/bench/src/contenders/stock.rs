//! The same cases on stock cqrs-es and postgres-es, behind the same HTTP stack: what one gets without a log of one's own.
//!
//! It parses and checks the same commands, takes the same decisions and writes the same events. It asks for no token,
//! knows no idempotency key, gives no position, and has one view at most.

use std::collections::HashMap;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use caseledger::clock::{MachineClock, MachineIds};
use caseledger_aggregates::case::Case;
use caseledger_aggregates::cqrs::{Asked, Root};
use caseledger_aggregates::person::Person;
use caseledger_aggregates::{Authority, Decider, Facts, Reference};
use caseledger_commands::case::CaseCommand;
use caseledger_commands::{Actor, CommandSet, PersonId, Role};
use caseledger_dispatch::IdSource;
use caseledger_log::Clock;
use cqrs_es::persist::GenericQuery;
use cqrs_es::{AggregateError, EventEnvelope, View};
use postgres_es::{PostgresCqrs, PostgresViewRepository, default_postgress_pool, postgres_cqrs};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::Row;
use tokio::net::TcpListener;
use uuid::Uuid;

/// The table of the view.
pub const VIEW: &str = "stock_case_view";

/// Makes a copy of the log's database what postgres-es expects, with a view of every case.
pub const PREPARE: &str = "
DROP TRIGGER events_are_append_only ON events;
DROP VIEW readable_events;
ALTER TABLE events DROP COLUMN position, DROP COLUMN recorded_at;
CREATE TABLE stock_case_view (view_id text NOT NULL PRIMARY KEY, version bigint NOT NULL, payload json NOT NULL);
INSERT INTO stock_case_view
SELECT case_id, version, state::json FROM case_view_v2 JOIN case_state_v2 USING (case_id);
VACUUM ANALYZE stock_case_view;
";

/// How a case stands, as a view.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
struct Standing(Case);

impl View<Root<Case>> for Standing {
    fn update(&mut self, event: &EventEnvelope<Root<Case>>) {
        self.0.evolve(&event.payload.0);
    }
}

struct Stock {
    cases: PostgresCqrs<Root<Case>>,
    people: HashMap<PersonId, Arc<Person>>,
    actor: Actor,
}

/// Serves until it is told to stop.
///
/// # Errors
/// When the database or the address can't be had.
pub async fn serve(address: SocketAddr, database: &str, with_view: bool) -> Result<(), Box<dyn Error>> {
    let pool = default_postgress_pool(database).await;
    let mut people = HashMap::new();
    for row in sqlx::query("SELECT person_id, state FROM person_v1").fetch_all(&pool).await? {
        let (id, state): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        people.insert(id.parse()?, Arc::new(serde_json::from_str(&state)?));
    }
    let queries: Vec<Box<dyn cqrs_es::Query<Root<Case>>>> = if with_view {
        let repository = Arc::new(PostgresViewRepository::new(VIEW, pool.clone()));
        vec![Box::new(GenericQuery::<_, Standing, Root<Case>>::new(repository))]
    } else {
        vec![]
    };
    let actor = Actor {
        subject: "stock".to_owned(),
        roles: vec![Role::TeamManager],
        practitioner: None,
        agency: None,
        team: None,
        on_behalf_of: None,
    };
    let cases = postgres_cqrs(pool, queries, Arc::new(Authority::default()));
    let router = Router::new()
        .route("/v1/cases/{command}", post(open))
        .route("/v1/cases/{id}/{command}", post(handle))
        .with_state(Arc::new(Stock { cases, people, actor }));
    let listener = TcpListener::bind(address).await?;
    caseledger_api::serve(listener, router, std::future::pending(), Duration::ZERO).await;
    Ok(())
}

async fn open(
    State(stock): State<Arc<Stock>>,
    Path(command): Path<String>,
    Json(message): Json<Value>,
) -> (StatusCode, Json<Value>) {
    let id = MachineIds.new_id();
    let (status, answer) = stock.execute(id, &command, message).await;
    (if status == StatusCode::OK { StatusCode::CREATED } else { status }, answer)
}

async fn handle(
    State(stock): State<Arc<Stock>>,
    Path((id, command)): Path<(Uuid, String)>,
    Json(message): Json<Value>,
) -> (StatusCode, Json<Value>) {
    stock.execute(id, &command, message).await
}

impl Stock {
    async fn execute(&self, id: Uuid, command: &str, message: Value) -> (StatusCode, Json<Value>) {
        let command = match CaseCommand::decode(command, message) {
            Ok(command) => command,
            Err(_) => return (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({}))),
        };
        let mut facts = Facts::default();
        for reference in Case::default().references(&command) {
            if let Reference::Person(id) = reference
                && let Some(person) = self.people.get(&id)
            {
                facts.people.insert(id, Arc::clone(person));
            }
        }
        let now = MachineClock.now();
        let asked = Asked { id, command, actor: self.actor.clone(), now, occurred_at: now, facts };
        let metadata = HashMap::from([("actor".to_owned(), self.actor.subject.clone())]);
        match self.cases.execute_with_metadata(&id.to_string(), asked, metadata).await {
            Ok(()) => (StatusCode::OK, Json(json!({ "id": id }))),
            Err(AggregateError::UserError(_)) => (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({}))),
            Err(AggregateError::AggregateConflict) => (StatusCode::CONFLICT, Json(json!({}))),
            Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({}))),
        }
    }
}
