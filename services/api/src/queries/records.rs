//! Audits, and the registers of which there is one.

use caseledger_commands::CaseId;
use caseledger_dispatch::registry;
use caseledger_projections::queries::{self, Reads};
use futures::FutureExt;
use serde_json::{Value, json};

use crate::Api;
use crate::ask::{Answer, Answering, Ask, Method, Parameter, Query};
use crate::kinds::KINDS;
use crate::problem::Problem;

pub fn queries() -> Vec<Query> {
    vec![
        Query {
            id: "audits",
            method: Method::Get,
            path: "/v1/audits",
            tag: "Audits",
            title: "The audits, the earliest due first.",
            doc: "Each is read at `/v1/audits/{id}`.",
            parameters: &[CASE],
            paged: true,
            projection: Some(Reads::AUDITS),
            asks: None,
            example: audits_example,
            answer: |api, ask| audits(api, ask).boxed(),
        },
        Query {
            projection: Some(Reads::AUDITS),
            ..whole(
                ("audit", "/v1/audits/{id}", "Audits"),
                "An audit: its plan, its sample, each case with both gradings, actions, conclusion.",
                audit_example,
                |api, ask| audit(api, ask).boxed(),
            )
        },
        whole(
            ("workforce", "/v1/workforce", "The register"),
            "The register of agencies, teams and practitioners.",
            workforce_example,
            |api, ask| register(api, ask, "workforce", "view-workforce").boxed(),
        ),
        whole(
            ("oversight", "/v1/oversight", "Figures"),
            "What managers and analysts said of the figures, and what was agreed to improve them.",
            oversight_example,
            |api, ask| register(api, ask, "oversight", "view-oversight").boxed(),
        ),
    ]
}

const CASE: Parameter = Parameter {
    name: "case",
    doc: "Only audits that looked at that case.",
    example: "01890a5d-ac96-774b-bcce-b302099a8057",
};

/// A query for one record.
fn whole(
    (id, path, tag): (&'static str, &'static str, &'static str),
    title: &'static str,
    example: fn() -> Value,
    answer: Answering,
) -> Query {
    let doc = "Read from the log itself, so that it is never behind.";
    let parameters = &[];
    Query {
        id,
        method: Method::Get,
        path,
        tag,
        title,
        doc,
        parameters,
        paged: false,
        projection: None,
        asks: None,
        example,
        answer,
    }
}

/// A register of which there is one.
async fn register(api: &Api, ask: &Ask, collection: &str, action: &str) -> Result<Answer, Problem> {
    let only = registry::aggregates().iter().find(|aggregate| aggregate.collection == collection);
    let only = only.and_then(|aggregate| aggregate.only).ok_or_else(|| Problem::of(&KINDS.not_found))?;
    let standing = api.dispatcher.standing(&ask.actor, collection, only).await?;
    api.permit(&ask.actor, action, &standing.resource)?;
    let (state, version) = api.dispatcher.state(collection, only).await?;
    Ok(Answer::of(state)?.at_version(version))
}

async fn audits(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    api.permit(&ask.actor, "view-audit", &caseledger_access::Resource::Audit)?;
    let case: Option<CaseId> = ask.parameter(CASE.name, "a case's id")?;
    let page = queries::audits(api.projections.db(), case, &ask.page()?).await?;
    Ok(Answer::of(json!({ "audits": page.items }))?.followed_by(page.next))
}

async fn audit(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    let id = api.readable(ask, "audits", "view-audit").await?;
    let seen = queries::audit(api.projections.db(), id.into()).await?;
    let seen = seen.ok_or_else(|| Problem::of(&KINDS.not_caught_up))?;
    let version = seen.version;
    Ok(Answer::of(seen)?.at_version(version))
}

fn audits_example() -> Value {
    json!({ "audits": [{ "audit": "01590000-0000-7000-8000-000000000041", "title": "Step-downs, spring 2017", "scope": "themed",
        "theme": "step-down", "due": "2017-07-31", "cases_to_audit": 12, "cases_audited": 7, "cases_moderated": 3,
        "completed": false }] })
}

fn audit_example() -> Value {
    json!({ "audit": "01590000-0000-7000-8000-000000000041", "version": 9, "position": 1204, "state": {} })
}

fn workforce_example() -> Value {
    json!({ "agencies": { "01590000-0000-7000-8000-00000000a001": { "name": "Northshire Council", "kind": "authority" } },
        "teams": {}, "practitioners": {} })
}

fn oversight_example() -> Value {
    json!({ "commentaries": [], "actions": {} })
}
