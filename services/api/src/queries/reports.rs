//! Figures: what they tell, for any day, and the cases behind them.

use caseledger_access::{Decision, Resource};
use caseledger_aggregates::calendar::civil_date;
use caseledger_commands::codes::ReferralSource;
use caseledger_commands::{Actor, AgencyId, CaseReference, Date, TeamId};
use caseledger_exports::{CSV, XLSX, figures};
use caseledger_projections::measures::{
    self, CATALOGUE, Dimension, Filters, Interval, Measure, NoSuchPart, Period, Question, Side,
};
use caseledger_projections::queries::Reads;
use futures::FutureExt;
use serde_json::{Value, json};

use crate::Api;
use crate::ask::{Answer, Ask, Method, Parameter, Query};
use crate::forms::{FORMAT, Form};
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
            title: "A figure: how things stood at the end of a day, or what happened in a period.",
            doc: "`value` is a number, a share from 0 to 1, or a mean; `null` for a share or mean of nothing. Any past day \
                  or period can be asked for. To whom no cases may be shown, no numbers are told that are so small that a \
                  child might be recognised by them (`suppressed`). As CSV and as a workbook (xlsx) it has a row for the \
                  whole, for each part and for each point of the series, with the same members as columns.",
            parameters: &[AT, FROM, LOCALITY, TEAM, LEAD_AGENCY, SOURCE, LEVEL, BY, EVERY, FORMAT],
            paged: false,
            projection: Some(Reads::MEASURES),
            asks: None,
            example: report_example,
            answer: |api, ask| report(api, ask).boxed(),
        },
        Query {
            id: "report-commentary",
            method: Method::Get,
            path: "/v1/reports/{measure}/commentary",
            tag: "Figures",
            title: "What was said of a measure's figures, beside what they are now; and what is done to improve it.",
            doc: "Commentary on periods that end within the one that is asked for, the latest first: the figures that it spoke \
                  of, as they stood `then` and as they are known `now`. Improvement actions that were agreed by its end: what \
                  the measure told `then`, what it tells `now`, and whether it `moved`.",
            parameters: &[AT, FROM],
            paged: false,
            projection: Some(Reads::OVERSIGHT),
            asks: None,
            example: commentary_example,
            answer: |api, ask| commentary(api, ask).boxed(),
        },
        Query {
            id: "report-cases",
            method: Method::Get,
            path: "/v1/reports/{measure}/cases",
            tag: "Figures",
            title: "The cases behind a figure, and the positions of the events behind each.",
            doc: "Only cases that you may see are given, so that a page can be shorter than its limit.",
            parameters: &[AT, FROM, LOCALITY, TEAM, LEAD_AGENCY, SOURCE, LEVEL, SIDE],
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
    doc: "The day, at whose end things stood so, or the last day of the period. Today, when left out.",
    example: "2017-04-30",
};
const FROM: Parameter = Parameter {
    name: "from",
    doc: "The first day of the period. When left out, a year before the last.",
    example: "2017-01-01",
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
const SOURCE: Parameter = Parameter {
    name: "source",
    doc: "Only cases that came from that source: the census's code.",
    example: "2A",
};
const LEVEL: Parameter =
    Parameter { name: "level", doc: "Only cases at that level of need: its number.", example: "3" };
const BY: Parameter = Parameter {
    name: "by",
    doc: "What to break the figure down by: ids of dimensions with commas between. Everything, when left out; `none` \
          for nothing.",
    example: "locality,source",
};
const EVERY: Parameter = Parameter {
    name: "every",
    doc: "Gives the figure of every `week`, `month` or `quarter` of the period as well.",
    example: "month",
};
const SIDE: Parameter = Parameter {
    name: "side",
    doc: "`numerator` (what was counted), or `denominator` (out of which).",
    example: "numerator",
};

fn measure(ask: &Ask) -> Result<&'static Measure, Problem> {
    measures::measure(&ask.path::<String>("measure")?).ok_or_else(|| Problem::of(&KINDS.not_found))
}

fn period(api: &Api, ask: &Ask) -> Result<Period, Problem> {
    let today = civil_date(api.dispatcher.now());
    let to = ask.parameter(AT.name, "a day such as 2017-04-30")?.unwrap_or(today);
    if to > today {
        return Err(Problem::parameter(AT.name, "That day is still to come."));
    }
    let year = Period::year_to(to);
    match ask.parameter::<Date>(FROM.name, "a day such as 2017-01-01")? {
        Some(from) if from > to => {
            Err(Problem::parameter(FROM.name, "The period ends before it begins: 'from' is after 'at'."))
        }
        from => Ok(Period { from: from.unwrap_or(year.from), to }),
    }
}

async fn filters(api: &Api, ask: &Ask) -> Result<Filters, Problem> {
    let source = ask.parameter::<String>(SOURCE.name, "a code")?.map(|code| {
        ReferralSource::from_code(&code).ok_or_else(|| {
            Problem::parameter(SOURCE.name, "'source' takes a code of the census, such as 2A.")
        })
    });
    let filters = Filters {
        locality: ask.parameter::<String>(LOCALITY.name, "a locality's name")?,
        team: ask.parameter::<TeamId>(TEAM.name, "a team's id")?,
        lead_agency: ask.parameter::<AgencyId>(LEAD_AGENCY.name, "an agency's id")?,
        source: source.transpose()?,
        level: ask.parameter::<u8>(LEVEL.name, "the number of a level of need")?,
    };
    match filters.unknown(api.projections.db(), api.dispatcher.authority()).await? {
        Some(NoSuchPart { filter, detail }) => Err(Problem::parameter(parameter_of(filter), detail)),
        None => Ok(filters),
    }
}

/// The parameter that filters by a dimension.
fn parameter_of(filter: &'static str) -> &'static str {
    if filter == measures::AGENCY.id { LEAD_AGENCY.name } else { filter }
}

fn dimensions(ask: &Ask, measure: &'static Measure) -> Result<Vec<&'static Dimension>, Problem> {
    let Some(named) = ask.parameter::<String>(BY.name, "ids")? else {
        return Ok(measure.dimensions().collect());
    };
    if named == "none" {
        return Ok(vec![]);
    }
    let of = |id: &str| {
        measure.dimensions().find(|dimension| dimension.id == id).ok_or_else(|| {
            let known: Vec<&str> = measure.dimensions().map(|dimension| dimension.id).collect();
            Problem::parameter(BY.name, format!("This measure can be broken down by: {}.", known.join(", ")))
        })
    };
    named.split(',').map(of).collect()
}

async fn catalogue(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    api.permit(&ask.actor, "view-report", &Resource::Authority)?;
    Answer::of(json!({ "measures": CATALOGUE }))
}

async fn report(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    api.permit(&ask.actor, "view-report", &Resource::Authority)?;
    let measure = measure(ask)?;
    let form = ask.form()?;
    let question = Question {
        period: period(api, ask)?,
        filters: filters(api, ask).await?,
        by: dimensions(ask, measure)?,
        series: ask.parameter::<Interval>(EVERY.name, "week, month or quarter")?,
    };
    let authority = api.dispatcher.authority();
    let figure = measures::answer(api.projections.db(), authority, measure, &question).await?;
    let figure = match may_see_cases(api, &ask.actor) {
        true => figure,
        false => figure.suppress(authority.small_numbers_below),
    };
    let file = |extension: &str| format!("{}-{}.{extension}", measure.id, question.period.to);
    let answer = match form {
        Form::Json => Answer::of(figure)?,
        Form::Csv => Answer::file(file("csv"), CSV, figures::csv(&figure)),
        Form::Xlsx => Answer::file(file("xlsx"), XLSX, figures::workbook(&figure, api.dispatcher.now())?),
    };
    Ok(answer.negotiated())
}

/// The media types in which a query answers besides JSON.
pub fn also_as(query: &str) -> &'static [Form] {
    if query == "report" { &[Form::Csv, Form::Xlsx] } else { &[] }
}

/// How many commentaries are told at most.
const MOST_COMMENTARIES: usize = 20;

async fn commentary(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    api.permit(&ask.actor, "view-report", &Resource::Authority)?;
    api.permit(&ask.actor, "view-oversight", &Resource::Oversight)?;
    let (measure, period) = (measure(ask)?, period(api, ask)?);
    let authority = api.dispatcher.authority();
    let below = if may_see_cases(api, &ask.actor) { 0 } else { authority.small_numbers_below };
    let db = api.projections.db();
    Answer::of(measures::spoken(db, authority, measure, period, (MOST_COMMENTARIES, below)).await?)
}

/// Whether the actor may go from a figure to its cases. To whoever may not, small numbers are not told either.
fn may_see_cases(api: &Api, actor: &Actor) -> bool {
    api.access.decide(actor, "view-report-cases", &Resource::Authority) == Decision::Permit
}

async fn cases(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    api.permit(&ask.actor, "view-report-cases", &Resource::Authority)?;
    let measure = measure(ask)?;
    let question = Question::of(period(api, ask)?).only(filters(api, ask).await?);
    let side = match ask.parameter::<String>(SIDE.name, SIDE.doc)?.as_deref() {
        None | Some("numerator") => Side::Numerator,
        Some("denominator") => Side::Denominator,
        Some(_) => return Err(Problem::parameter(SIDE.name, "'side' takes numerator or denominator.")),
    };
    let page = measures::evidence(api.projections.db(), measure, &question, side, &ask.page()?).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        let hidden = match row.case() {
            Some(case) => !api.may_see(&ask.actor, case).await?,
            None => false,
        };
        if !hidden {
            items.push(row);
        }
    }
    let (from, at) = (question.period.from, question.period.to);
    Ok(Answer::of(json!({ "measure": measure.id, "from": from, "at": at, "cases": items }))?
        .followed_by(page.next))
}

fn report_example() -> Value {
    let measure = CATALOGUE[0];
    json!({
        "id": measure.id,
        "title": measure.title,
        "from": null,
        "at": "2017-04-30",
        "value": 252,
        "unit": measure.unit,
        "better": measure.better,
        "numerator": 252,
        "denominator": null,
        "target": null,
        "suppressed": false,
        "definition": measure.definition(),
        "events": measure.events,
        "breakdown": [{ "by": "locality", "key": "Harbour", "name": "Harbour", "value": 61, "numerator": 61,
            "denominator": null, "suppressed": false }],
        "series": [{ "from": null, "at": "2017-03-31", "value": 207, "numerator": 207, "denominator": null,
            "suppressed": false }],
    })
}

fn commentary_example() -> Value {
    let amount = |value: f64, numerator: u32, denominator: u32| json!({ "value": value, "numerator": numerator, "denominator": denominator, "suppressed": false });
    json!({
        "measure": "partner-led",
        "title": "The share of plans that partners lead",
        "unit": "share",
        "commentary": [{
            "position": 20_417,
            "from": "2017-10-01",
            "to": "2017-12-31",
            "meaning": "Schools open cases but hand them over: families tell their story twice.",
            "actor": "demo:analyst",
            "occurred_at": "2018-01-04T16:00:00Z",
            "now": amount(0.15, 98, 646),
            "figures": [{ "label": "The whole authority", "then": amount(0.15, 97, 645), "now": amount(0.15, 98, 646) }],
        }],
        "improvement": [{
            "action": "0190a000-0000-7000-8000-0000000000d2",
            "measure": "partner-led",
            "what": "Train the designated leads of twenty schools to hold a plan.",
            "success": "A quarter of plans led by other agencies by the end of July.",
            "owner": "Anna Lindqvist",
            "due": "2018-07-31",
            "agreed_on": "2017-09-05",
            "rating": "at-risk",
            "progress": "Nine schools trained, four hold a plan.",
            "reported_on": "2017-12-11",
            "outcome": null,
            "overdue": false,
            "target": 0.25,
            "then": amount(0.13, 58, 446),
            "now": amount(0.15, 98, 646),
            "moved": "better",
        }],
    })
}

fn cases_example() -> Value {
    let case = uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8057");
    json!({ "measure": "open-cases", "from": "2016-05-01", "at": "2017-04-30", "cases": [{
        "case": case,
        "reference": CaseReference::of(case.into()),
        "day": "2017-04-30",
        "counted": true,
        "locality": "Harbour",
        "team": "01590000-0000-7000-8000-00000000b001",
        "lead_agency": "01590000-0000-7000-8000-00000000a001",
        "positions": [1198],
    }] })
}
