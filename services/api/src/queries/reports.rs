//! Figures: what they tell, for any day, and the cases behind them.

use caseledger_access::Resource;
use caseledger_aggregates::calendar::civil_date;
use caseledger_commands::{AgencyId, CaseReference, Date, TeamId};
use caseledger_projections::measures::{self, CATALOGUE, Evidence, Filters, Measure, Side};
use caseledger_projections::queries::Reads;
use futures::FutureExt;
use serde_json::{Value, json};

use crate::Api;
use crate::ask::{Answer, Ask, Method, Parameter, Query};
use crate::kinds::KINDS;
use crate::problem::Problem;

pub fn queries() -> Vec<Query> {
    vec![
        Query {
            id: "reports",
            method: Method::Get,
            path: "/v1/reports",
            tag: "Figures",
            title: "Every measure: what it tells, what it counts, and the events that it follows from.",
            doc: "Each is read at `/v1/reports/{measure}`.",
            parameters: &[],
            paged: false,
            projection: None,
            asks: None,
            example: || json!({ "measures": CATALOGUE }),
            answer: |api, ask| catalogue(api, ask).boxed(),
        },
        Query {
            id: "report",
            method: Method::Get,
            path: "/v1/reports/{measure}",
            tag: "Figures",
            title: "A figure, as it was at the end of a day.",
            doc: "`value` is a number, or a share from 0 to 1; `null` for a share of nothing. Any past day can be asked for.",
            parameters: &[AT, LOCALITY, TEAM, LEAD_AGENCY],
            paged: false,
            projection: Some(Reads::MEASURES),
            asks: None,
            example: report_example,
            answer: |api, ask| report(api, ask).boxed(),
        },
        Query {
            id: "report-cases",
            method: Method::Get,
            path: "/v1/reports/{measure}/cases",
            tag: "Figures",
            title: "The cases behind a figure, and the positions of the events behind each.",
            doc: "Only cases that you may see are given, so that a page can be shorter than its limit.",
            parameters: &[AT, LOCALITY, TEAM, LEAD_AGENCY, SIDE],
            paged: true,
            projection: Some(Reads::MEASURES),
            asks: None,
            example: cases_example,
            answer: |api, ask| cases(api, ask).boxed(),
        },
    ]
}

const AT: Parameter = Parameter {
    name: "at",
    doc: "The day, at whose end things stood so. Today, when left out.",
    example: "2017-04-30",
};
const LOCALITY: Parameter =
    Parameter { name: "locality", doc: "Only cases whose team works in that locality.", example: "Harbour" };
const TEAM: Parameter = Parameter {
    name: "team",
    doc: "Only cases of that team.",
    example: "01590000-0000-7000-8000-00000000b001",
};
const LEAD_AGENCY: Parameter = Parameter {
    name: "lead_agency",
    doc: "Only cases that this agency leads.",
    example: "01590000-0000-7000-8000-00000000a001",
};
const SIDE: Parameter = Parameter {
    name: "side",
    doc: "`numerator` (what was counted), or `denominator` (out of which).",
    example: "numerator",
};

fn measure(ask: &Ask) -> Result<&'static Measure, Problem> {
    measures::measure(&ask.path::<String>("measure")?).ok_or_else(|| Problem::of(&KINDS.not_found))
}

fn day(api: &Api, ask: &Ask) -> Result<Date, Problem> {
    let today = civil_date(api.dispatcher.now());
    let day = ask.parameter(AT.name, "a day such as 2017-04-30")?.unwrap_or(today);
    if day > today { Err(Problem::parameter(AT.name, "That day is still to come.")) } else { Ok(day) }
}

fn filters(ask: &Ask) -> Result<Filters, Problem> {
    Ok(Filters {
        locality: ask.parameter(LOCALITY.name, "a locality's name")?,
        team: ask.parameter::<TeamId>(TEAM.name, "a team's id")?,
        lead_agency: ask.parameter::<AgencyId>(LEAD_AGENCY.name, "an agency's id")?,
    })
}

async fn catalogue(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    api.permit(&ask.actor, "view-report", &Resource::Authority)?;
    Answer::of(json!({ "measures": CATALOGUE }))
}

async fn report(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    api.permit(&ask.actor, "view-report", &Resource::Authority)?;
    let (measure, day, filters) = (measure(ask)?, day(api, ask)?, filters(ask)?);
    Answer::of(measures::figure(api.projections.db(), measure, day, &filters).await?)
}

async fn cases(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    api.permit(&ask.actor, "view-report-cases", &Resource::Authority)?;
    let (measure, day, filters) = (measure(ask)?, day(api, ask)?, filters(ask)?);
    let side = match ask.parameter::<String>(SIDE.name, SIDE.doc)?.as_deref() {
        None | Some("numerator") => Side::Numerator,
        Some("denominator") => Side::Denominator,
        Some(_) => return Err(Problem::parameter(SIDE.name, "'side' takes numerator or denominator.")),
    };
    let page = measures::evidence(api.projections.db(), measure, day, &filters, side, &ask.page()?).await?;
    let items = api.visible(&ask.actor, page.items, |row: &Evidence| row.case).await?;
    Ok(Answer::of(json!({ "measure": measure.id, "at": day, "cases": items }))?.followed_by(page.next))
}

fn report_example() -> Value {
    json!({
        "id": measures::OPEN_CASES.id,
        "title": measures::OPEN_CASES.title,
        "at": "2017-04-30",
        "value": 252,
        "numerator": 252,
        "denominator": null,
        "definition": measures::OPEN_CASES.definition(),
        "events": measures::OPEN_CASES.events,
        "breakdown": [{ "by": "locality", "key": "Harbour", "name": "Harbour", "value": 61, "numerator": 61,
            "denominator": null }],
    })
}

fn cases_example() -> Value {
    let case = uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8057");
    json!({ "measure": "open-cases", "at": "2017-04-30", "cases": [{
        "case": case,
        "reference": CaseReference::of(case.into()),
        "locality": "Harbour",
        "team": "01590000-0000-7000-8000-00000000b001",
        "lead_agency": "01590000-0000-7000-8000-00000000a001",
        "positions": [1198],
    }] })
}
