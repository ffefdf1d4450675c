//! The facts and spans that measures are counted from.

use std::collections::BTreeMap;

use async_trait::async_trait;
use caseledger_aggregates::AnyEvent;
use caseledger_aggregates::calendar::civil_date;
use caseledger_aggregates::case::{CaseEvent, CaseImported};
use caseledger_aggregates::workforce::WorkforceEvent;
use caseledger_commands::case::TriageOutcome;
use caseledger_commands::workforce::AgencyKind;
use caseledger_commands::{CaseReference, Date};

use super::spans::{Dated, Fact, Span, spans};
use crate::projection::{Entry, Failed, Fold, Projection, Spec, no_settings};
use crate::sql::{Column, Row, SqlError, Table, Value};

/// What events say about the lives of cases, one row a fact.
pub const FACT: Table = Table {
    name: "case_fact_v1",
    doc: "What events say about the lives of cases, one row a fact: what the spans follow from.",
    columns: &[
        Column::text("case_id", "The case."),
        Column::int("position", "Where the event stands in the log."),
        Column::int("number", "Its place among the facts of one event, from 0."),
        Column::text("reference", "The case's short reference."),
        Column::text("day", "The civil day in England on which it happened, as the event says."),
        Column::text(
            "kind",
            "What it says: accepted, stepped-up, closed, reopened, team, practitioner, agency or plan.",
        ),
        Column::text("value", "Which team, practitioner or agency; blank otherwise."),
    ],
    key: &["case_id", "position", "number"],
    indexes: &[&["kind", "day"]],
};

/// The stretches of the lives of cases.
pub const SPAN: Table = Table {
    name: "case_span_v1",
    doc: "The stretches of the lives of cases. A stretch holds on a day when from_day <= day and until_day is empty or \
          later than the day.",
    columns: &[
        Column::text("case_id", "The case."),
        Column::text(
            "kind",
            "open (accepted and neither closed nor stepped up), plan (a current plan), team, practitioner or agency \
             (who leads).",
        ),
        Column::int("from_position", "The event that began it."),
        Column::text("reference", "The case's short reference."),
        Column::text("value", "Which team, practitioner or agency; blank otherwise."),
        Column::text("from_day", "The civil day in England on which it began."),
        Column::text("until_day", "The day on which it ended; empty while it lasts.").or_empty(),
        Column::int("until_position", "The event that ended it; empty while it lasts.").or_empty(),
    ],
    key: &["case_id", "kind", "from_position"],
    indexes: &[&["kind", "from_day"]],
};

/// The teams that figures are broken down by.
pub const TEAM: Table = Table {
    name: "measure_team_v1",
    doc: "The teams that figures are broken down by.",
    columns: &[
        Column::text("team_id", "The team."),
        Column::text("name", "Its name."),
        Column::text("locality", "The locality that it works in."),
    ],
    key: &["team_id"],
    indexes: &[],
};

/// The agencies that figures are broken down by.
pub const AGENCY: Table = Table {
    name: "measure_agency_v1",
    doc: "The agencies that figures are broken down by.",
    columns: &[
        Column::text("agency_id", "The agency."),
        Column::text("name", "Its name."),
        Column::bool(
            "is_authority",
            "Whether it is the authority itself; a plan led by any other is partner-led.",
        ),
    ],
    key: &["agency_id"],
    indexes: &[],
};

/// The base of all measures.
pub static MEASURES: Spec = Spec {
    name: "measures",
    version: 1,
    doc: "The lives of cases as dated stretches, from which every figure is counted.",
    folds: &["Case", "Workforce"],
    tables: &[FACT, SPAN, TEAM, AGENCY],
    make: |_| Box::new(Lives::default()),
    settings: no_settings,
};

/// How many cases' facts are kept in memory between batches.
const REMEMBERED: usize = 50_000;

#[derive(Default)]
struct Lives {
    known: BTreeMap<String, Vec<Dated>>,
}

#[async_trait]
impl Projection for Lives {
    fn spec(&self) -> &'static Spec {
        &MEASURES
    }

    async fn apply(&mut self, fold: &mut Fold<'_>, batch: &[&Entry]) -> Result<(), Failed> {
        self.fold_register(fold, batch).await?;
        let mut told: BTreeMap<&str, Vec<Dated>> = BTreeMap::new();
        let mut references: BTreeMap<&str, &CaseReference> = BTreeMap::new();
        for entry in batch {
            let AnyEvent::Case(event) = &entry.event else { continue };
            let facts = facts_of(event, entry);
            if !facts.is_empty() {
                let Some(reference) = &entry.metadata.case else {
                    let reason = "an event of a case carries no case reference".to_owned();
                    return Err(Failed::Poison { position: entry.recorded.position, reason });
                };
                references.insert(&entry.recorded.aggregate_id, reference);
                told.entry(&entry.recorded.aggregate_id).or_default().extend(facts);
            }
        }
        self.remember(fold, told.keys().copied()).await?;
        let (mut facts, mut stretches) = (vec![], vec![]);
        for (case, new) in told {
            let Some(reference) = references.get(case) else { continue };
            facts.extend(new.iter().map(|dated| fact_row(case, reference, dated)));
            let known = self.known.entry(case.to_owned()).or_default();
            known.extend(new);
            stretches.extend(spans(known).iter().map(|span| span_row(case, reference, span)));
        }
        let cases: Vec<String> = references.keys().map(|case| (*case).to_owned()).collect();
        fold.upsert(&FACT, &facts).await?;
        fold.remove(&SPAN, "case_id", &cases).await?;
        fold.upsert(&SPAN, &stretches).await?;
        Ok(())
    }

    fn forget(&mut self) {
        self.known.clear();
    }
}

impl Lives {
    /// Loads the facts of cases that are not in memory.
    async fn remember<'a>(
        &mut self,
        fold: &mut Fold<'_>,
        cases: impl Iterator<Item = &'a str>,
    ) -> Result<(), SqlError> {
        if self.known.len() > REMEMBERED {
            self.known.clear();
        }
        let missing: Vec<String> =
            cases.filter(|case| !self.known.contains_key(*case)).map(str::to_owned).collect();
        for row in fold.load(&FACT, "case_id", &missing).await? {
            if let Some(dated) = read_fact(&row)? {
                self.known.entry(row.text("case_id")?).or_default().push(dated);
            }
        }
        Ok(())
    }

    async fn fold_register(&mut self, fold: &mut Fold<'_>, batch: &[&Entry]) -> Result<(), SqlError> {
        let (mut teams, mut agencies) = (BTreeMap::new(), BTreeMap::new());
        for entry in batch {
            let AnyEvent::Workforce(event) = &entry.event else { continue };
            match event {
                WorkforceEvent::TeamRegistered(team) => {
                    let row =
                        vec![Value::text(team.team), Value::text(&team.name), Value::text(&team.locality)];
                    teams.insert(team.team, row);
                }
                WorkforceEvent::AgencyRegistered(agency) => {
                    let is_authority = agency.kind == AgencyKind::Authority;
                    let row = vec![
                        Value::text(agency.agency),
                        Value::text(&agency.name),
                        Value::from(is_authority),
                    ];
                    agencies.insert(agency.agency, row);
                }
                _ => {}
            }
        }
        fold.upsert(&TEAM, &teams.into_values().collect::<Vec<_>>()).await?;
        fold.upsert(&AGENCY, &agencies.into_values().collect::<Vec<_>>()).await
    }
}

/// What an event says about its case's life.
fn facts_of(event: &CaseEvent, entry: &Entry) -> Vec<Dated> {
    let day = civil_date(entry.metadata.occurred_at);
    let told: Vec<(Date, Fact)> = match event {
        CaseEvent::TriageDecided(e) if e.outcome == TriageOutcome::EarlyHelp => vec![(day, Fact::Accepted)],
        CaseEvent::TriageDecided(_) | CaseEvent::CaseClosed(_) => vec![(day, Fact::Closed)],
        CaseEvent::StepDownAccepted(_) => vec![(day, Fact::Accepted)],
        CaseEvent::StepUpAccepted(_) => vec![(day, Fact::SteppedUp)],
        CaseEvent::CaseReopened(_) => vec![(day, Fact::Reopened)],
        CaseEvent::PlanAgreed(_) => vec![(day, Fact::PlanAgreed)],
        CaseEvent::CaseAllocated(e) => vec![
            (day, Fact::Team(e.team.to_string())),
            (day, Fact::Practitioner(e.lead_practitioner.to_string())),
            (day, Fact::Agency(e.lead_agency.to_string())),
        ],
        CaseEvent::CaseReallocated(e) => vec![
            (day, Fact::Team(e.team.to_string())),
            (day, Fact::Practitioner(e.lead_practitioner.to_string())),
            (day, Fact::Agency(e.lead_agency.to_string())),
        ],
        CaseEvent::CaseImported(e) => imported(e),
        _ => vec![],
    };
    let position = entry.recorded.position;
    (0..).zip(told).map(|(number, (day, fact))| Dated { day, position, number, fact }).collect()
}

/// A case that another record held counts from the earliest day that the record knows: that is when it happened.
fn imported(e: &CaseImported) -> Vec<(Date, Fact)> {
    let day = e.accepted_on;
    let mut told = vec![(day, Fact::Accepted)];
    told.extend(e.team.map(|team| (day, Fact::Team(team.to_string()))));
    told.extend(e.lead_practitioner.map(|who| (day, Fact::Practitioner(who.to_string()))));
    told.extend(e.lead_agency.map(|agency| (day, Fact::Agency(agency.to_string()))));
    told.extend(e.plan.as_ref().map(|plan| (plan.agreed_on.unwrap_or(day), Fact::PlanAgreed)));
    told.extend(e.closure.as_ref().map(|closure| (closure.closed_on, Fact::Closed)));
    told
}

fn fact_row(case: &str, reference: &CaseReference, dated: &Dated) -> Vec<Value> {
    let (kind, value) = dated.fact.parts();
    vec![
        Value::from(case),
        Value::count(dated.position),
        Value::count(dated.number),
        Value::from(reference.as_str()),
        Value::from(dated.day),
        Value::from(kind),
        Value::from(value),
    ]
}

fn read_fact(row: &Row) -> Result<Option<Dated>, SqlError> {
    let (day, position, number) = (row.parsed("day")?, row.count("position")?, row.count("number")?);
    let fact = Fact::from_parts(&row.text("kind")?, row.text("value")?);
    Ok(fact.map(|fact| Dated { day, position, number, fact }))
}

fn span_row(case: &str, reference: &CaseReference, span: &Span) -> Vec<Value> {
    let (until_day, until_position) = span.until.unzip();
    vec![
        Value::from(case),
        Value::from(span.kind),
        Value::count(span.from.1),
        Value::from(reference.as_str()),
        Value::from(span.value.as_str()),
        Value::from(span.from.0),
        Value::from(until_day),
        Value::Int(until_position.and_then(|position| i64::try_from(position).ok())),
    ]
}
