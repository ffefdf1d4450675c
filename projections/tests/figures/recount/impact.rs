//! Closures, goals and feedback.

use std::collections::{BTreeMap, BTreeSet};

use caseledger_aggregates::case::CaseEvent;
use caseledger_commands::case::SustainedOutcome;
use caseledger_commands::codes::Need;
use caseledger_commands::{CaseId, Date, GoalId};
use jiff::ToSpan;

use super::{Within, one};
use crate::record::{Record, Unit, belonged, belongs};

pub fn recount(record: &Record, measure: &str, within: Within) -> Option<Vec<Unit>> {
    let mut units = vec![];
    for (case, events) in &record.cases {
        match measure {
            "needs-met" | "closures-with-family-views" | "outcomes-sustained" | "re-referred" => {
                for closure in closures(events) {
                    closed(record, *case, events, &closure, (measure, within), &mut units);
                }
            }
            "distance-travelled" => distances(*case, events, within, &mut units),
            "feedback" | "feedback-score" => {
                for (day, event) in events {
                    if let CaseEvent::FeedbackReceived(e) = event
                        && within.has(Some(*day))
                        && (measure == "feedback" || e.score.is_some())
                    {
                        let above = if measure == "feedback" { 1.0 } else { f64::from(e.score.unwrap()) };
                        units.push(belongs(events, *day).unit(*case, above, 1));
                    }
                }
            }
            _ => return None,
        }
    }
    Some(units)
}

struct Closure {
    on: Date,
    needs: u64,
    met: u64,
    views: usize,
    checked: Option<(Date, SustainedOutcome)>,
}

/// The closures of a case, with what had been found by then, and the check after each.
fn closures(events: &[(Date, CaseEvent)]) -> Vec<Closure> {
    // What matters, in the order of the days; an import tells of several.
    enum Step<'a> {
        Needs(Vec<Need>),
        Closed(&'a [Need], usize),
        Checked(SustainedOutcome),
    }
    let mut steps = vec![];
    for (day, event) in events {
        match event {
            CaseEvent::CaseImported(e) => {
                let assessed = e.assessment.as_ref().and_then(|it| it.completed_on);
                steps.extend(assessed.map(|on| (on, Step::Needs(e.needs.clone()))));
                steps.extend(e.closure.as_ref().map(|it| (it.closed_on, Step::Closed(&[], 0))));
            }
            CaseEvent::AssessmentCompleted(e) => {
                steps.push((*day, Step::Needs(e.needs.iter().map(|it| it.need).collect())));
            }
            CaseEvent::CaseClosed(e) => {
                let views = e.family_views.iter().filter(|it| it.view.is_some()).count();
                steps.push((*day, Step::Closed(&e.needs_met, views)));
            }
            CaseEvent::SustainedOutcomeChecked(e) => steps.push((*day, Step::Checked(e.outcome))),
            _ => {}
        }
    }
    steps.sort_by_key(|(day, _)| *day);
    let mut all: Vec<Closure> = vec![];
    let mut needs = BTreeSet::new();
    for (day, step) in steps {
        match step {
            Step::Needs(found) => needs.extend(found),
            Step::Closed(met, views) => {
                let met = needs.iter().filter(|need| met.contains(need)).count() as u64;
                all.push(Closure { on: day, needs: needs.len() as u64, met, views, checked: None });
            }
            Step::Checked(outcome) => {
                if let Some(last) = all.last_mut().filter(|last| last.checked.is_none()) {
                    last.checked = Some((day, outcome));
                }
            }
        }
    }
    all
}

fn closed(
    record: &Record,
    case: CaseId,
    events: &[(Date, CaseEvent)],
    it: &Closure,
    (measure, within): (&str, Within),
    units: &mut Vec<Unit>,
) {
    let year_on = it.on + 1.year();
    let reached = it.checked.filter(|(_, outcome)| *outcome != SustainedOutcome::FamilyNotReached);
    let (day, above, below) = match measure {
        "needs-met" => (Some(it.on), it.met as f64, it.needs),
        "closures-with-family-views" => (Some(it.on), one(it.views > 0), 1),
        "outcomes-sustained" => {
            let sustained = reached.is_some_and(|(_, outcome)| outcome == SustainedOutcome::Sustained);
            (reached.map(|(on, _)| on), one(sustained), 1)
        }
        _ => {
            let came = record.kin(case, it.on);
            (Some(year_on), one(came.iter().any(|(_, on)| *on > it.on && *on <= year_on)), 1)
        }
    };
    if within.has(day) {
        units.push(belonged(events, it.on).unit(case, above, below));
    }
}

fn distances(case: CaseId, events: &[(Date, CaseEvent)], within: Within, units: &mut Vec<Unit>) {
    let mut baselines: BTreeMap<GoalId, u8> = BTreeMap::new();
    // An imported plan's goals are known from its day on; no closure that scores goals comes before an import.
    for (_, event) in events {
        if let CaseEvent::CaseImported(e) = event {
            for goal in e.plan.iter().flat_map(|plan| &plan.goals) {
                baselines.entry(goal.id.expect("it has an id")).or_insert(goal.baseline);
            }
        }
    }
    for (day, event) in events {
        let added: Vec<_> = match event {
            CaseEvent::PlanAgreed(e) => e.goals.iter().collect(),
            CaseEvent::PlanChanged(e) => e.added_goals.iter().map(|added| &added.goal).collect(),
            _ => vec![],
        };
        for goal in added {
            baselines.entry(goal.id.expect("it has an id")).or_insert(goal.baseline);
        }
        if let CaseEvent::CaseClosed(e) = event
            && within.has(Some(*day))
        {
            for score in &e.final_scores {
                if let Some(baseline) = baselines.get(&score.goal) {
                    let above = f64::from(score.score) - f64::from(*baseline);
                    units.push(belonged(events, *day).unit(case, above, 1));
                }
            }
        }
    }
}
