//! What others accept: lists of children for inspectors, a dataset's episodes, their traces, and what is wrong with them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use caseledger_access::{Decision, Resource};
use caseledger_aggregates::calendar::civil_date;
use caseledger_commands::{CaseId, CaseReference, Date};
use caseledger_exports::annex_a::{self, Dialect};
use caseledger_exports::quality::{self, Quality};
use caseledger_exports::{CSV, ExportError, XLSX, safeguarding, trace_csv};
use caseledger_projections::exports::{self, Episode, Lists, Origin};
use caseledger_projections::queries::Reads;
use futures::FutureExt;
use serde_json::{Value, json};

use crate::Api;
use crate::ask::{Answer, Answering, Ask, Method, Parameter, Query};
use crate::kinds::KINDS;
use crate::problem::Problem;

/// The media type of a query's answer, where that is a file and nothing else.
pub fn file_type(query: &str) -> Option<&'static str> {
    match query {
        "export-annex-a" => Some(XLSX),
        "export-annex-a-trace" | "export-ssd-early-help" | "export-ssd-early-help-trace" => Some(CSV),
        _ => None,
    }
}

pub fn queries() -> Vec<Query> {
    vec![
        file(
            ("export-annex-a", "/v1/exports/annex-a"),
            "The child-level lists that inspectors ask for (Annex A), as a workbook.",
            "Contacts, early help and referrals of the six months that end with the day, as things stood when it ended; the lists \
             of statutory social care have their headings only. It holds personal data. Rows of restricted cases that you may \
             not see are left out.",
            &[AT, DIALECT],
            |api, ask| workbook(api, ask).boxed(),
        ),
        file(
            ("export-annex-a-trace", "/v1/exports/annex-a/trace"),
            "For each row of the workbook its case and the log positions of its events, as CSV.",
            "Columns: sheet, row, case_reference, case_id, positions. The ETag is that of the workbook when both tell the same.",
            &[AT, DIALECT],
            |api, ask| trace(api, ask).boxed(),
        ),
        Query {
            id: "export-annex-a-quality",
            method: Method::Get,
            path: "/v1/exports/annex-a/quality",
            tag: "Exports",
            title: "What would be refused of the workbook, or is missing from it.",
            doc: "Counts by column, locality and team for whoever may see figures; and for whoever may see the cases behind a \
                  figure each finding, of the cases that they may see: sheet, row, case, column, what is wrong, and the command \
                  that mends it. Rows count as in the workbook of somebody who may see all cases.",
            parameters: &[AT, DIALECT],
            paged: false,
            projection: Some(Reads::EXPORTS),
            asks: None,
            example: quality_example,
            answer: |api, ask| quality_report(api, ask).boxed(),
        },
        file(
            ("export-ssd-early-help", "/v1/exports/ssd-early-help"),
            "The early help episodes of the Standard Safeguarding Dataset, as CSV.",
            "One row a child and stretch of help that went on at some time between the two days, as things stood when the second \
             ended. It holds personal data.",
            &[FROM, TO],
            |api, ask| episodes_file(api, ask).boxed(),
        ),
        file(
            ("export-ssd-early-help-trace", "/v1/exports/ssd-early-help/trace"),
            "For each row of the episodes its case and the log positions of its events, as CSV.",
            "Columns: sheet, row, case_reference, case_id, positions.",
            &[FROM, TO],
            |api, ask| episodes_trace(api, ask).boxed(),
        ),
    ]
}

const AT: Parameter = Parameter {
    name: "at",
    doc: "The day, at whose end things stood so. Today, when left out.",
    example: "2017-12-31",
};
const DIALECT: Parameter = Parameter {
    name: "dialect",
    doc: "How codes are lettered: `newer` (`t) NOBT`, `p1) 5D: LA services`), or `older` (`s) NOBT`, no 5D). Newer, when left out.",
    example: "newer",
};
const FROM: Parameter = Parameter {
    name: "from",
    doc: "The first day. When left out, the earliest that is known.",
    example: "2017-04-01",
};
const TO: Parameter = Parameter {
    name: "to",
    doc: "The last day, at whose end things stood so. Today, when left out.",
    example: "2018-03-31",
};

/// A query that answers with a file.
fn file(
    (id, path): (&'static str, &'static str),
    title: &'static str,
    doc: &'static str,
    parameters: &'static [Parameter],
    answer: Answering,
) -> Query {
    Query {
        id,
        method: Method::Get,
        path,
        tag: "Exports",
        title,
        doc,
        parameters,
        paged: false,
        projection: Some(Reads::EXPORTS),
        asks: None,
        example: || Value::Null,
        answer,
    }
}

fn past_day(api: &Api, ask: &Ask, parameter: &Parameter) -> Result<Date, Problem> {
    let today = civil_date(api.dispatcher.now());
    let day = ask.parameter(parameter.name, "a day such as 2017-12-31")?.unwrap_or(today);
    if day > today { Err(Problem::parameter(parameter.name, "That day is still to come.")) } else { Ok(day) }
}

fn dialect(ask: &Ask) -> Result<Dialect, Problem> {
    Ok(ask.parameter(DIALECT.name, "older or newer")?.unwrap_or_default())
}

impl From<ExportError> for Problem {
    fn from(error: ExportError) -> Self {
        tracing::error!(%error, "an export could not be made");
        Self::of(&KINDS.internal)
    }
}

/// Which rows the actor may have: all but those of restricted cases that are closed to them.
struct Visible(BTreeMap<CaseId, bool>);

impl Visible {
    async fn of<'o>(
        api: &Api,
        ask: &Ask,
        origins: impl Iterator<Item = &'o Origin>,
    ) -> Result<Self, Problem> {
        let mut asked = BTreeMap::new();
        for case in origins.filter(|origin| origin.restricted).map(|origin| origin.case) {
            if let Entry::Vacant(unasked) = asked.entry(case) {
                unasked.insert(api.may_see(&ask.actor, case).await?);
            }
        }
        Ok(Self(asked))
    }

    fn has(&self, origin: &Origin) -> bool {
        self.0.get(&origin.case).copied().unwrap_or(true)
    }
}

/// The position up to which the rows tell: two files with the same one have the same rows.
async fn told_up_to(api: &Api) -> Result<u64, Problem> {
    let status = api.projections.status().await.map_err(|error| {
        tracing::error!(%error, "the projections' status can't be read");
        Problem::of(&KINDS.unavailable)
    })?;
    Ok(status.iter().find(|status| status.name == Reads::EXPORTS).map_or(0, |status| status.position))
}

/// The lists, as far as the actor may have them.
async fn permitted_lists(api: &Api, ask: &Ask) -> Result<(Lists, u64), Problem> {
    api.permit(&ask.actor, "export-children", &Resource::Authority)?;
    let at = past_day(api, ask, &AT)?;
    let position = told_up_to(api).await?;
    let mut lists = exports::lists(api.projections.db(), at).await?;
    let contacts = lists.contacts.iter().map(|row| &row.origin);
    let early_help = lists.early_help.iter().map(|row| &row.origin);
    let referrals = lists.referrals.iter().map(|row| &row.origin);
    let visible = Visible::of(api, ask, contacts.chain(early_help).chain(referrals)).await?;
    lists.contacts.retain(|row| visible.has(&row.origin));
    lists.early_help.retain(|row| visible.has(&row.origin));
    lists.referrals.retain(|row| visible.has(&row.origin));
    Ok((lists, position))
}

async fn workbook(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    let dialect = dialect(ask)?;
    let (lists, position) = permitted_lists(api, ask).await?;
    let bytes = annex_a::workbook(&lists, dialect, api.dispatcher.now())?;
    Ok(Answer::file(format!("annex-a-{}.xlsx", lists.at), XLSX, bytes).at_version(position))
}

async fn trace(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    dialect(ask)?;
    let (lists, position) = permitted_lists(api, ask).await?;
    let text = trace_csv(annex_a::trace(&lists));
    Ok(Answer::file(format!("annex-a-{}-trace.csv", lists.at), CSV, text).at_version(position))
}

async fn quality_report(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    api.permit(&ask.actor, "view-report", &Resource::Authority)?;
    let (dialect, at) = (dialect(ask)?, past_day(api, ask, &AT)?);
    let lists = exports::lists(api.projections.db(), at).await?;
    let mut quality = quality::check(&lists, dialect);
    let drills_down = api.access.decide(&ask.actor, "view-report-cases", &Resource::Authority);
    if drills_down == Decision::Permit {
        keep_visible(api, ask, &mut quality).await?;
    } else {
        quality.findings.clear();
    }
    Answer::of(quality)
}

/// Keeps the findings of cases that the actor may see; the counts stay those of the whole.
async fn keep_visible(api: &Api, ask: &Ask, quality: &mut Quality) -> Result<(), Problem> {
    let mut seen: BTreeMap<CaseId, bool> = BTreeMap::new();
    for finding in &quality.findings {
        if let Entry::Vacant(unasked) = seen.entry(finding.case) {
            unasked.insert(api.may_see(&ask.actor, finding.case).await?);
        }
    }
    quality.findings.retain(|finding| seen.get(&finding.case) == Some(&true));
    Ok(())
}

async fn permitted_episodes(api: &Api, ask: &Ask) -> Result<(Vec<Episode>, Date, u64), Problem> {
    api.permit(&ask.actor, "export-children", &Resource::Authority)?;
    let to = past_day(api, ask, &TO)?;
    let from = ask.parameter(FROM.name, "a day such as 2017-04-01")?.unwrap_or(Date::MIN);
    if from > to {
        return Err(Problem::parameter(FROM.name, "The first day is after the last."));
    }
    let position = told_up_to(api).await?;
    let mut episodes = exports::episodes(api.projections.db(), from, to).await?;
    let visible = Visible::of(api, ask, episodes.iter().map(|row| &row.origin)).await?;
    episodes.retain(|row| visible.has(&row.origin));
    Ok((episodes, to, position))
}

async fn episodes_file(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    let (episodes, to, position) = permitted_episodes(api, ask).await?;
    let text = safeguarding::episodes_csv(&episodes);
    Ok(Answer::file(format!("ssd-early-help-{to}.csv"), CSV, text).at_version(position))
}

async fn episodes_trace(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    let (episodes, to, position) = permitted_episodes(api, ask).await?;
    let text = trace_csv(safeguarding::trace(&episodes));
    Ok(Answer::file(format!("ssd-early-help-{to}-trace.csv"), CSV, text).at_version(position))
}

fn quality_example() -> Value {
    let case = uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8057");
    json!({
        "at": "2017-12-31",
        "dialect": "newer",
        "rows": [1204, 830, 1204],
        "counts": [12, 341, 7],
        "summary": [{ "by": "column", "name": "List 1: Ethnicity", "refused": 0, "missing": 102, "notes": 0 }],
        "findings": [{
            "sheet": "List 1",
            "row": 17,
            "column": "Ethnicity",
            "severity": "missing",
            "what": "no ethnicity is recorded",
            "command": "correct-person-details",
            "on": "person 01890a5d-ac96-774b-bcce-b302099a8058",
            "case": case,
            "reference": CaseReference::of(case.into()),
            "locality": "Harbour",
            "team": "Harbour",
            "position": 1204,
        }],
    })
}
