//! A case: as it stands, event by event, and as a story.

use std::sync::Arc;
use std::time::Duration;

use caseledger_access::Decision;
use caseledger_aggregates::calendar::civil_date;
use caseledger_aggregates::case::Case;
use caseledger_commands::{CaseId, CaseReference};
use caseledger_dispatch::Standing;
use caseledger_projections::queries::{self, CaseKey, CaseView, Order, Reads};
use futures::FutureExt;
use serde_json::{Value, json};

use crate::Api;
use crate::ask::{AFTER, Answer, Ask, Method, Parameter, Query};
use crate::kinds::KINDS;
use crate::problem::Problem;
use crate::views::{Edition, Seen};

/// How long a read waits for what was done a moment ago, when nobody asked it to.
const A_MOMENT: Duration = Duration::from_secs(1);

pub fn queries() -> Vec<Query> {
    vec![
        Query {
            id: "case",
            method: Method::Get,
            path: "/v1/cases/{id}",
            tag: "Reading cases",
            title: "A case as it stands now.",
            doc: "By its id or its short reference. With the commands that you may give now, and what is due by when. Whoever \
                  made the referral, and works with the case no further, gets what became of it: \
                  `received_at`, `acknowledged`, `status` and `decided`.",
            parameters: &[],
            paged: false,
            projection: Some(Reads::CASES),
            asks: None,
            example: case_example,
            answer: |api, ask| case(api, ask).boxed(),
        },
        Query {
            id: "case-events",
            method: Method::Get,
            path: "/v1/cases/{id}/events",
            tag: "Reading cases",
            title: "The events of a case, in order, as the log holds them.",
            doc: "Read from the log itself, so that it is never behind.",
            parameters: &[],
            paged: true,
            projection: None,
            asks: None,
            example: events_example,
            answer: |api, ask| events(api, ask).boxed(),
        },
        Query {
            id: "case-timeline",
            method: Method::Get,
            path: "/v1/cases/{id}/timeline",
            tag: "Reading cases",
            title: "What happened in a case, in words, in the order in which it happened.",
            doc: "An entry that was made late stands where it belongs; `recorded_at` says when the record learned of it. \
                  Read from the log itself, so that it is never behind: `after` is taken, and has nothing to wait for.",
            parameters: &[ORDER, AFTER],
            paged: true,
            projection: None,
            asks: None,
            example: timeline_example,
            answer: |api, ask| timeline(api, ask).boxed(),
        },
    ]
}

const ORDER: Parameter =
    Parameter { name: "order", doc: "`oldest-first`, or `newest-first`.", example: "newest-first" };

/// The case that the path names, if the actor may do that to it.
async fn permitted(api: &Api, ask: &Ask, action: &str) -> Result<CaseId, Problem> {
    let (id, standing) = find(api, ask).await?;
    api.permit(&ask.actor, action, &standing.resource)?;
    Ok(id)
}

/// The case that the path names, by id or reference.
async fn find(api: &Api, ask: &Ask) -> Result<(CaseId, Standing), Problem> {
    let id = match ask.path("id")? {
        CaseKey::Id(id) => id,
        key @ CaseKey::Reference(_) => {
            let found = view(api, &key).await?;
            found.ok_or_else(|| Problem::of(&KINDS.not_found))?.case
        }
    };
    let standing = api.dispatcher.standing(&ask.actor, "cases", id.uuid()).await?;
    if standing.version == 0 { Err(Problem::of(&KINDS.not_found)) } else { Ok((id, standing)) }
}

async fn view(api: &Api, key: &CaseKey) -> Result<Option<CaseView>, Problem> {
    let today = civil_date(api.dispatcher.now());
    Ok(queries::case(api.projections.db(), key, api.dispatcher.authority(), today).await?)
}

async fn case(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    let (id, standing) = find(api, ask).await?;
    let mut question = api.access.question(&ask.actor, &standing.resource);
    if question.decide("view-case") != Decision::Permit {
        api.permit(&ask.actor, "view-referral", &standing.resource)?;
        return referral(api, id).await;
    }
    let seen = seen(api, id, standing.version).await?;
    Ok(Answer::written(seen.answer(&question.allowed(&seen.commands)))
        .todays_at_version(seen.edition.version))
}

/// The view of a case that is at that version by the log: as it was read before, or as the read models have it now.
async fn seen(api: &Api, id: CaseId, version: u64) -> Result<Arc<Seen>, Problem> {
    let today = civil_date(api.dispatcher.now());
    let (register, names) = api.dispatcher.register().await?;
    if let Some(seen) = api.views.find(id, Edition { version, register, today }) {
        return Ok(seen);
    }
    let mut found = view(api, &CaseKey::Id(id)).await?;
    if found.as_ref().map_or(0, |view| view.version) < version {
        come_along(api).await?;
        found = view(api, &CaseKey::Id(id)).await?;
    }
    let view = found.ok_or_else(|| Problem::of(&KINDS.not_caught_up))?;
    let seen = Seen::of(view, today, (register, &names)).map_err(|error| {
        tracing::error!(%error, "a view has no JSON");
        Problem::of(&KINDS.internal)
    })?;
    let seen = Arc::new(seen);
    api.views.put(id, Arc::clone(&seen));
    Ok(seen)
}

/// Lets the views of cases come along with the log: what somebody did a moment ago is there when they look, even if they did it
/// at another instance, of which this one has not heard yet. What can't be told within the limit is told as it stands.
async fn come_along(api: &Api) -> Result<(), Problem> {
    let head = api.dispatcher.log().head().await.map_err(|error| {
        tracing::error!(%error, "the log's end can't be read");
        Problem::of(&KINDS.unavailable)
    })?;
    let limit = api.settings.longest_wait.min(A_MOMENT);
    if let Err(error) = api.projections.wait_for(Reads::CASES, head, limit).await {
        tracing::debug!(%error, "a case is answered as its view tells so far");
    }
    Ok(())
}

/// What whoever referred a family hears of it.
async fn referral(api: &Api, id: CaseId) -> Result<Answer, Problem> {
    let found = api.dispatcher.case(id).await?;
    let (case, version) = found.ok_or_else(|| Problem::of(&KINDS.not_found))?;
    Ok(Answer::of(heard(id, &case))?.at_version(version))
}

fn heard(id: CaseId, case: &Case) -> Value {
    json!({
        "case": id,
        "reference": CaseReference::of(id),
        "received_at": case.received_at,
        "acknowledged": case.acknowledged,
        "status": case.status,
        "decided": case.triage,
    })
}

async fn events(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    let id = permitted(api, ask, "view-case-events").await?;
    let page = queries::case_events(api.projections.db(), id, &ask.page()?).await?;
    Ok(Answer::of(json!({ "case": id, "events": page.items }))?.followed_by(page.next))
}

async fn timeline(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    let order = match ask.parameter::<String>(ORDER.name, ORDER.doc)?.as_deref() {
        None | Some("oldest-first") => Order::OldestFirst,
        Some("newest-first") => Order::NewestFirst,
        Some(_) => return Err(Problem::parameter(ORDER.name, "'order' takes oldest-first or newest-first.")),
    };
    let id = permitted(api, ask, "view-timeline").await?;
    let page = queries::timeline(api.projections.db(), id, order, &ask.page()?).await?;
    Ok(Answer::of(json!({ "case": id, "entries": page.items }))?.followed_by(page.next))
}

/// The id that examples speak of.
fn example_case() -> CaseId {
    uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8057").into()
}

fn case_example() -> Value {
    json!({
        "case": example_case(),
        "reference": CaseReference::of(example_case()),
        "status": "assessing",
        "team": "01590000-0000-7000-8000-00000000b001",
        "team_name": "Harbour",
        "locality": "Harbour",
        "lead_practitioner": "01590000-0000-7000-8000-00000000c001",
        "lead_agency": "01590000-0000-7000-8000-00000000a001",
        "lead_agency_name": "Northshire Council",
        "level_of_need": 3,
        "received_at": "2017-04-28T09:12:00Z",
        "accepted_on": "2017-05-02",
        "closed_on": null,
        "consent": true,
        "imported": false,
        "panel_meeting": null,
        "children": ["01890a5d-ac96-774b-bcce-b302099a8057"],
        "adults": ["01890a5d-ac96-774b-bcce-b302099a8058"],
        "due": [{ "what": "complete-assessment", "on": "2017-07-06", "overdue": false }],
        "allowed_commands": ["record-voice-of-child", "complete-assessment", "record-contact"],
        "version": 7,
        "position": 1204,
        "recorded_at": "2017-05-09T15:40:12.118204Z",
    })
}

fn events_example() -> Value {
    json!({ "case": example_case(), "events": [{
        "position": 1198,
        "sequence": 2,
        "event": "ReferralAcknowledged",
        "version": "1",
        "occurred_at": "2017-04-28T10:00:00Z",
        "recorded_at": "2017-04-28T10:02:41.204118Z",
        "actor": "persona:practitioner",
        "on_behalf_of": null,
        "correlation": "01590000-0000-7000-8000-000000010007",
        "causation": "01590000-0000-7000-8000-000000010007",
        "provenance": null,
        "payload": { "told_by": "telephone" },
    }] })
}

fn timeline_example() -> Value {
    json!({ "case": example_case(), "entries": [{
        "sequence": 2,
        "position": 1198,
        "occurred_at": "2017-04-28T10:00:00Z",
        "recorded_at": "2017-04-28T10:02:41.204118Z",
        "actor": "persona:practitioner",
        "on_behalf_of": null,
        "event": "ReferralAcknowledged",
        "title": "Referrer told that the referral arrived",
        "summary": "By telephone",
        "imported": false,
        "provenance": null,
        "corrected": false,
        "corrections": [],
    }] })
}
