//! The panel's meetings, and practitioners' supervision.

use caseledger_access::{Decision, Resource};
use caseledger_aggregates::calendar::civil_date;
use caseledger_commands::{CaseReference, Date};
use caseledger_projections::queries::{self, Reads, SupervisionDue};
use futures::FutureExt;
use serde_json::{Value, json};

use crate::Api;
use crate::ask::{Answer, Ask, Method, Parameter, Query};
use crate::kinds::KINDS;
use crate::problem::Problem;

pub fn queries() -> Vec<Query> {
    vec![
        Query {
            id: "panel-meetings",
            method: Method::Get,
            path: "/v1/panel-meetings",
            tag: "The panel",
            title: "The panel's meetings, in the order of their days.",
            doc: "Each is read at `/v1/panel-meetings/{id}`.",
            parameters: &[FROM],
            paged: true,
            projection: Some(Reads::PANELS),
            asks: None,
            example: || json!({ "panel_meetings": [meeting_example()] }),
            answer: |api, ask| panels(api, ask).boxed(),
        },
        Query {
            id: "panel-meeting",
            method: Method::Get,
            path: "/v1/panel-meetings/{id}",
            tag: "The panel",
            title: "A meeting of the panel: its agenda, who came, what agencies told, what was decided.",
            doc: "Cases on the agenda that are restricted, and not to you, are left out.",
            parameters: &[],
            paged: false,
            projection: Some(Reads::PANELS),
            asks: None,
            example: agenda_example,
            answer: |api, ask| panel(api, ask).boxed(),
        },
        Query {
            id: "supervisions",
            method: Method::Get,
            path: "/v1/supervisions",
            tag: "Supervision",
            title: "When each practitioner's next supervision is due: the earliest first.",
            doc: "Only practitioners whose supervision you may see are given, so that a page can be shorter than its limit.",
            parameters: &[],
            paged: true,
            projection: Some(Reads::SUPERVISIONS),
            asks: None,
            example: due_example,
            answer: |api, ask| supervisions(api, ask).boxed(),
        },
        Query {
            id: "supervision",
            method: Method::Get,
            path: "/v1/supervisions/{id}",
            tag: "Supervision",
            title: "A practitioner's supervision record: how it stands, and what is still to be done.",
            doc: "The id is the practitioner's.",
            parameters: &[],
            paged: false,
            projection: Some(Reads::SUPERVISIONS),
            asks: None,
            example: supervision_example,
            answer: |api, ask| supervision(api, ask).boxed(),
        },
        Query {
            id: "supervision-sessions",
            method: Method::Get,
            path: "/v1/supervisions/{id}/sessions",
            tag: "Supervision",
            title: "The supervisions that a practitioner had, each as it was recorded.",
            doc: "With what was said about each case, and the actions agreed.",
            parameters: &[],
            paged: true,
            projection: Some(Reads::SUPERVISIONS),
            asks: None,
            example: sessions_example,
            answer: |api, ask| sessions(api, ask).boxed(),
        },
    ]
}

const FROM: Parameter = Parameter {
    name: "from",
    doc: "Only meetings called for that day or a later one.",
    example: "2017-07-01",
};

async fn panels(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    api.permit(&ask.actor, "view-panel", &Resource::PanelMeeting)?;
    let from: Option<Date> = ask.parameter(FROM.name, "a day such as 2017-07-01")?;
    let page = queries::panels(api.projections.db(), from, &ask.page()?).await?;
    Ok(Answer::of(json!({ "panel_meetings": page.items }))?.followed_by(page.next))
}

async fn panel(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    let id = api.readable(ask, "panel-meetings", "view-panel").await?;
    let agenda = queries::panel_agenda(api.projections.db(), id.into()).await?;
    let mut agenda = agenda.ok_or_else(|| Problem::of(&KINDS.not_caught_up))?;
    let mut shown = vec![];
    for item in agenda.agenda {
        // The panel's record is the panel's, but for a case that was closed off to all but a few.
        let case = api.dispatcher.standing(&ask.actor, "cases", item.case.uuid()).await?.resource;
        let restricted = matches!(&case, Resource::Case(known) if known.restricted_to.is_some());
        if !restricted || api.access.decide(&ask.actor, "view-case", &case) == Decision::Permit {
            shown.push(item);
        }
    }
    agenda.agenda = shown;
    let version = agenda.version;
    Ok(Answer::of(agenda)?.todays_at_version(version))
}

async fn supervisions(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    let today = civil_date(api.dispatcher.now());
    let page = queries::supervisions_due(api.projections.db(), today, &ask.page()?).await?;
    let mut shown: Vec<SupervisionDue> = vec![];
    for due in page.items {
        let standing = api.dispatcher.standing(&ask.actor, "supervisions", due.practitioner.uuid()).await?;
        if api.access.decide(&ask.actor, "view-supervision", &standing.resource) == Decision::Permit {
            shown.push(due);
        }
    }
    Ok(Answer::of(json!({ "supervisions": shown }))?.followed_by(page.next))
}

async fn supervision(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    let id = api.readable(ask, "supervisions", "view-supervision").await?;
    let today = civil_date(api.dispatcher.now());
    let seen = queries::supervision(api.projections.db(), id.into(), today).await?;
    let seen = seen.ok_or_else(|| Problem::of(&KINDS.not_caught_up))?;
    let version = seen.version;
    Ok(Answer::of(seen)?.todays_at_version(version))
}

async fn sessions(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    let id = api.readable(ask, "supervisions", "view-supervision").await?;
    let today = civil_date(api.dispatcher.now());
    let page = queries::supervision_sessions(api.projections.db(), id.into(), today, &ask.page()?).await?;
    Ok(Answer::of(json!({ "practitioner": id, "sessions": page.items }))?.followed_by(page.next))
}

fn meeting_example() -> Value {
    json!({ "panel_meeting": "01590000-0000-7000-8000-000000000021", "planned_on": "2017-07-12", "held_on": null,
        "chair": "persona:panel-chair", "standing": "to-be-held", "items": 1, "decided": 0, "deferred": 0 })
}

fn agenda_example() -> Value {
    let case = uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8057");
    let mut example = meeting_example();
    example["version"] = json!(2);
    example["position"] = json!(1188);
    example["invited"] = json!(["01590000-0000-7000-8000-00000000a002"]);
    example["attendance"] = json!([]);
    example["agenda"] = json!([{ "case": case, "reference": CaseReference::of(case.into()), "standing": "open",
        "outcome": null, "level_of_need": null, "reason": null, "deferred_to": null, "information": [],
        "restricted_until": null }]);
    example
}

fn due_example() -> Value {
    json!({ "supervisions": [{ "practitioner": "01590000-0000-7000-8000-00000000c001", "last_held_on": "2017-06-20",
        "next_due": "2017-07-20", "overdue": false }] })
}

fn supervision_example() -> Value {
    json!({ "practitioner": "01590000-0000-7000-8000-00000000c001", "every_days": null, "last_held_on": "2017-06-20",
        "supervisor": "01590000-0000-7000-8000-00000000c003", "next_due": "2017-07-20", "overdue": false, "version": 6,
        "position": 1188, "open_actions": [{ "action": "01590000-0000-7000-8000-000000000051", "case": null,
        "what": "Book the neglect toolkit course", "priority": "medium",
        "owner": "01590000-0000-7000-8000-00000000c001", "due": "2017-07-14", "overdue": false, "carried_forward": 1,
        "outcome": null }] })
}

fn sessions_example() -> Value {
    json!({ "practitioner": "01590000-0000-7000-8000-00000000c001", "sessions": [{ "position": 1188,
        "held_on": "2017-06-20", "supervisor": "01590000-0000-7000-8000-00000000c003",
        "development": "Wants to chair review meetings.", "training": null, "wellbeing": "Tired, but content.",
        "carried_forward": 1, "next_due": "2017-07-20", "cases": [], "actions": [] }] })
}
