//! What waits for somebody to do it.

use caseledger_access::Resource;
use caseledger_aggregates::calendar::civil_date;
use caseledger_commands::{CaseReference, Date, Role};
use caseledger_projections::Cursor;
use caseledger_projections::cases::List;
use caseledger_projections::queries::{self, Reads, Whose, WorklistItem, WorklistQuery};
use futures::FutureExt;
use serde_json::{Value, json};

use crate::Api;
use crate::ask::{Answer, Ask, CURSOR, Method, Parameter, Query};
use crate::kinds::KINDS;
use crate::problem::Problem;

pub fn queries() -> Vec<Query> {
    vec![
        Query {
            id: "worklists",
            method: Method::Get,
            path: "/v1/worklists",
            tag: "Worklists",
            title: "The names of the worklists.",
            doc: "Each is read at `/v1/worklists/{name}`.",
            parameters: &[],
            paged: false,
            projection: None,
            asks: None,
            example: || json!({ "worklists": List::ALL.map(List::name) }),
            answer: |api, ask| names(api, ask).boxed(),
        },
        Query {
            id: "worklist",
            method: Method::Get,
            path: "/v1/worklists/{name}",
            tag: "Worklists",
            title: "What waits for somebody to do it: the earliest due first.",
            doc: "Only rows of cases that you may see are given, so that a page can be shorter than its limit; follow `next` to \
                  the end. Overdue follows from the clock: nobody has to open anything.",
            parameters: &[WHOSE, OVERDUE, DUE_BY],
            paged: true,
            projection: Some(Reads::CASES),
            asks: None,
            example: worklist_example,
            answer: |api, ask| worklist(api, ask).boxed(),
        },
    ]
}

const WHOSE: Parameter = Parameter {
    name: "whose",
    doc: "`mine` (cases that you lead and actions that you own), `my-team`, `my-agency` or `everyone`. Left out: `mine` for a \
          practitioner, `my-team` for a manager with a team, `everyone` for others; and `everyone` for what no team holds yet: \
          `unallocated` and `awaiting-panel`.",
    example: "my-team",
};
const OVERDUE: Parameter =
    Parameter { name: "overdue", doc: "`true`: only what is overdue.", example: "true" };
const DUE_BY: Parameter =
    Parameter { name: "due_by", doc: "Only what is due by that day.", example: "2017-07-14" };

async fn names(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    api.permit(&ask.actor, "list-worklist", &Resource::Authority)?;
    Answer::of(json!({ "worklists": List::ALL.map(List::name) }))
}

async fn worklist(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    api.permit(&ask.actor, "list-worklist", &Resource::Authority)?;
    let name: String = ask.path("name")?;
    let list = List::ALL.into_iter().find(|list| list.name() == name);
    let list = list.ok_or_else(|| Problem::of(&KINDS.not_found))?;
    let mut wanted = ask.page()?;
    let query = WorklistQuery {
        overdue_only: ask.parameter(OVERDUE.name, "true or false")?.unwrap_or(false),
        due_by: ask.parameter::<Date>(DUE_BY.name, "a day such as 2017-07-14")?,
        ..WorklistQuery::new(list, whose(ask, list)?, civil_date(api.dispatcher.now()))
    };
    let mut looked_at = 0;
    loop {
        let page = queries::worklist(api.projections.db(), &query, &wanted).await?;
        looked_at += page.items.len();
        let items = api.visible(&ask.actor, page.items, |item: &WorklistItem| item.case).await?;
        let next = page.next.as_deref().filter(|_| items.is_empty() && looked_at < MOST_LOOKED_AT);
        let Some(next) = next else {
            return Ok(Answer::of(json!({ "worklist": list.name(), "items": items }))?.followed_by(page.next));
        };
        // A page without a row looks like an empty list to whoever does not follow links.
        wanted.cursor =
            Some(Cursor::parse(next).map_err(|error| Problem::parameter(CURSOR.name, error.to_string()))?);
    }
}

/// How many rows of others are passed by for one answer.
const MOST_LOOKED_AT: usize = 2_000;

fn whose(ask: &Ask, list: List) -> Result<Whose, Problem> {
    let actor = &ask.actor;
    let none = |what: &str| Problem::parameter(WHOSE.name, format!("Your identity names no {what}."));
    let said: Option<String> = ask.parameter(WHOSE.name, WHOSE.doc)?;
    match said.as_deref() {
        Some("everyone") => Ok(Whose::Everyone),
        Some("mine") => actor.practitioner.map(Whose::Practitioner).ok_or_else(|| none("practitioner")),
        Some("my-team") => actor.team.map(Whose::Team).ok_or_else(|| none("team")),
        Some("my-agency") => actor.agency.map(Whose::Agency).ok_or_else(|| none("agency")),
        Some(_) => Err(Problem::parameter(WHOSE.name, "'whose' takes mine, my-team, my-agency or everyone.")),
        None if matches!(list, List::Unallocated | List::AwaitingPanel) => Ok(Whose::Everyone),
        None => Ok(match (actor.is(Role::Practitioner), actor.practitioner, actor.team) {
            (true, Some(practitioner), _) => Whose::Practitioner(practitioner),
            (false, _, Some(team)) if actor.is(Role::TeamManager) => Whose::Team(team),
            _ => Whose::Everyone,
        }),
    }
}

fn worklist_example() -> Value {
    let case = uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8057");
    json!({ "worklist": "due", "items": [{
        "case": case,
        "reference": CaseReference::of(case.into()),
        "status": "assessing",
        "what": "complete-assessment",
        "thing": "01590000-0000-7000-8000-000000000031",
        "due": "2017-07-06",
        "overdue": false,
        "team": "01590000-0000-7000-8000-00000000b001",
        "lead_practitioner": "01590000-0000-7000-8000-00000000c001",
        "lead_agency": "01590000-0000-7000-8000-00000000a001",
        "owner": null,
        "restricted_until": null,
    }] })
}
