//! What audits found that were finished in the period, as they stood at its end.

use std::collections::{BTreeMap, BTreeSet};

use caseledger_aggregates::audit::CaseAudit;
use caseledger_commands::audit::{AuditScope, Compliance};
use caseledger_commands::codes::AuditGrade;
use caseledger_commands::{CaseId, CaseReference, PractitionerId};
use caseledger_projections::exports::restricted_cases;
use caseledger_projections::queries::{FinishedAudit, audits_finished, practitioners};
use caseledger_web::inspection::{Action, Audience, Audit, Audits, Case, Done, Graded, Grades, Step};

use super::stand::Stand;
use super::{Asked, days};
use crate::exit::Failure;
use crate::settings::Settings;
use crate::wire::Station;

/// Gathers them.
pub async fn told(
    station: &Station,
    settings: &Settings,
    asked: &Asked,
    stand: &Stand,
) -> Result<Audits, Failure> {
    let db = &stand.db;
    let finished = audits_finished(db, &station.log, days(asked.period), stand.position).await;
    let finished = finished.map_err(Failure::unavailable)?;
    let names = practitioners(db).await.map_err(Failure::unavailable)?;
    let restricted = restricted_cases(db).await.map_err(Failure::unavailable)?;
    let looked_at: Vec<&CaseAudit> = finished.iter().flat_map(|audit| audit.state.cases.values()).collect();
    let moderated: Vec<_> = looked_at.iter().filter_map(|case| case.moderated.as_ref()).collect();
    let (cases, hidden) = match asked.audience {
        Audience::Inspectors => cases(&finished, &restricted),
        Audience::Board => (vec![], 0),
    };
    Ok(Audits {
        period: asked.period,
        withhold_below: usize::try_from(asked.withhold_below).unwrap_or_default(),
        overall: grades(looked_at.iter().map(|case| case.audited.overall)),
        standards: standards(settings, &looked_at),
        themes: themes(&finished),
        steps: steps(&looked_at),
        moderated: (moderated.len(), moderated.iter().filter(|of| of.overall_difference != 0).count()),
        actions: actions(asked, &finished, &names),
        audits: finished.iter().map(audit).collect(),
        cases,
        restricted: hidden,
    })
}

fn grades(given: impl Iterator<Item = AuditGrade>) -> Grades {
    let mut grades = Grades::default();
    for grade in given {
        let place = AuditGrade::ALL.iter().position(|other| *other == grade).unwrap_or_default();
        if let Some(number) = grades.0.get_mut(place) {
            *number += 1;
        }
    }
    grades
}

fn audit(of: &FinishedAudit) -> Audit {
    let state = &of.state;
    let kind = match state.plan.as_ref().map(|plan| &plan.scope) {
        Some(AuditScope::Themed { theme }) => format!("Theme: {}", spoken(theme)),
        _ => "Single case".to_owned(),
    };
    Audit {
        title: state.plan.as_ref().map(|plan| plan.title.clone()).unwrap_or_default(),
        kind,
        completed_on: of.completed_on,
        cases: state.cases.len(),
        moderated: state.cases.values().filter(|case| case.moderated.is_some()).count(),
        grades: grades(state.cases.values().map(|case| case.audited.overall)),
        findings: state.completed.as_ref().map(|done| done.findings.reveal().clone()).unwrap_or_default(),
    }
}

/// The authority's standards in its order, and after them those that it no longer has.
fn standards(settings: &Settings, looked_at: &[&CaseAudit]) -> Vec<Graded> {
    let known = &settings.authority.audit_standards;
    let all = looked_at.iter().flat_map(|case| &case.audited.grades);
    let former: BTreeSet<&str> = all.map(|given| given.standard.as_str()).collect();
    let former = former.into_iter().filter(|id| !known.iter().any(|standard| standard.id == **id));
    let ids = known.iter().map(|standard| standard.id.as_str()).chain(former);
    let graded = ids.map(|id| {
        let given = looked_at.iter().flat_map(|case| &case.audited.grades);
        let given = given.filter(|given| given.standard == id).map(|given| given.grade);
        Graded { name: spoken(id), grades: grades(given) }
    });
    graded.filter(|graded| graded.grades.all() > 0).collect()
}

fn themes(finished: &[FinishedAudit]) -> Vec<Graded> {
    let mut themes: BTreeMap<&str, Vec<AuditGrade>> = BTreeMap::new();
    for audit in finished {
        if let Some(AuditScope::Themed { theme }) = audit.state.plan.as_ref().map(|plan| &plan.scope) {
            let given = audit.state.cases.values().map(|case| case.audited.overall);
            themes.entry(theme).or_default().extend(given);
        }
    }
    let graded = themes.into_iter();
    graded.map(|(theme, given)| Graded { name: spoken(theme), grades: grades(given.into_iter()) }).collect()
}

fn steps(looked_at: &[&CaseAudit]) -> Vec<Step> {
    let mut steps: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for check in looked_at.iter().flat_map(|case| &case.audited.compliance) {
        let place = match check.result {
            Compliance::Met => 0,
            Compliance::NotMet => 1,
            Compliance::NotApplicable => 2,
        };
        steps.entry(&check.step).or_default()[place] += 1;
    }
    let step = |(name, [met, not_met, not_applicable]): (&str, [usize; 3])| Step {
        name: spoken(name),
        met,
        not_met,
        not_applicable,
    };
    steps.into_iter().map(step).collect()
}

fn actions(
    asked: &Asked,
    finished: &[FinishedAudit],
    names: &BTreeMap<PractitionerId, String>,
) -> Vec<Action> {
    let of = |audit: &FinishedAudit| {
        let action =
            |(id, action): (&caseledger_commands::ActionId, &caseledger_aggregates::audit::AuditAction)| {
                let agreed = &action.agreed;
                Action {
                    what: agreed.what.reveal().clone(),
                    owner: names
                        .get(&agreed.owner)
                        .cloned()
                        .unwrap_or_else(|| "not in the register".to_owned()),
                    due: agreed.due,
                    done: match audit.done_on.get(id) {
                        Some(day) => Done::On(*day),
                        None if agreed.due < asked.period.to => Done::Overdue,
                        None => Done::Open,
                    },
                }
            };
        audit.state.actions.iter().map(action).collect::<Vec<_>>()
    };
    let mut actions: Vec<Action> = finished.iter().flat_map(of).collect();
    actions.sort_by(|one, other| (one.due, &one.what).cmp(&(other.due, &other.what)));
    actions
}

/// The cases, and how many are not to be shown.
fn cases(finished: &[FinishedAudit], restricted: &BTreeSet<CaseId>) -> (Vec<Case>, usize) {
    let (mut cases, mut hidden) = (vec![], 0);
    for audit in finished {
        let title = audit.state.plan.as_ref().map(|plan| plan.title.clone()).unwrap_or_default();
        for (id, looked_at) in &audit.state.cases {
            if restricted.contains(id) {
                hidden += 1;
                continue;
            }
            cases.push(Case {
                reference: CaseReference::of(*id).to_string(),
                audit: title.clone(),
                grade: looked_at.audited.overall.title().to_owned(),
                moderated: looked_at.moderated.as_ref().map(|of| of.overall.title().to_owned()),
                summary: looked_at.audited.summary.reveal().clone(),
            });
        }
    }
    (cases, hidden)
}

/// A short name as people say it: `voice-of-the-child` is 'Voice of the child'.
fn spoken(name: &str) -> String {
    let text = name.replace('-', " ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
