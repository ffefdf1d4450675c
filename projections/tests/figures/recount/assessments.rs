//! Assessments.

use std::collections::BTreeMap;

use caseledger_aggregates::Authority;
use caseledger_aggregates::case::CaseEvent;
use caseledger_commands::codes::{Factor, Need};
use caseledger_commands::{AssessmentId, CaseId, Date, PersonId};

use super::caseload::stood;
use super::{Within, one};
use crate::record::{Record, Unit, belonged, belongs};

pub fn recount(record: &Record, measure: &str, within: Within) -> Option<Vec<Unit>> {
    match measure {
        "assessments-overdue" => return Some(overdue(record, within.to)),
        "assessments-returned" => return Some(returned(record, within)),
        _ => {}
    }
    let calendar = &Authority::default().calendar;
    let mut units = vec![];
    for (case, events) in &record.cases {
        for it in assessments(events) {
            let working_days =
                it.completed.map_or(0.0, |on| calendar.working_days_between(it.started, on) as f64);
            let heard =
                it.children.iter().filter(|child| it.heard.get(child).is_some_and(|(heard, _)| *heard));
            let alone = it
                .children
                .iter()
                .filter(|child| it.heard.get(child).is_some_and(|(heard, alone)| *heard && *alone));
            let own = it.completed.filter(|_| !it.imported);
            let all = it.children.len();
            let (day, above, below) = match measure {
                "assessments-completed" => (it.completed, 1.0, 1),
                "assessments-in-time" => {
                    (it.due, one(it.completed.is_some_and(|on| it.due.is_some_and(|due| on <= due))), 1)
                }
                "assessment-time" => (it.completed, working_days, 1),
                "assessments-hear-every-child" => (own, one(heard.count() == all), 1),
                "children-heard-alone" => (own, alone.count() as f64, all as u64),
                "neglect-toolkit-used" => (it.completed.filter(|_| it.neglect), one(it.toolkit), 1),
                _ => return None,
            };
            if within.has(day) {
                let known = it.completed.into_iter().chain(it.due).min().unwrap_or(Date::MAX);
                units.push(belongs(events, known).unit(*case, above, below));
            }
        }
    }
    Some(units)
}

struct Assessment {
    id: AssessmentId,
    started: Date,
    due: Option<Date>,
    children: Vec<PersonId>,
    imported: bool,
    /// By child: whether it was heard, and seen alone, as last recorded.
    heard: BTreeMap<PersonId, (bool, bool)>,
    completed: Option<Date>,
    neglect: bool,
    toolkit: bool,
}

enum Step<'a> {
    Start(Assessment),
    Complete(AssessmentId, bool, bool),
    Other(&'a CaseEvent),
}

/// The assessments of a case: until they were first completed.
fn assessments(events: &[(Date, CaseEvent)]) -> Vec<Assessment> {
    let mut steps = vec![];
    for (day, event) in events {
        let begun = |id, started, due, children: &[PersonId], imported| {
            Step::Start(Assessment {
                id,
                started,
                due,
                children: children.to_vec(),
                imported,
                heard: BTreeMap::new(),
                completed: None,
                neglect: false,
                toolkit: false,
            })
        };
        match event {
            CaseEvent::CaseImported(e) => {
                if let Some(it) = &e.assessment {
                    let step = begun(e.assessment_id, it.started_on, e.assessment_due, &e.children, true);
                    steps.push((it.started_on, step));
                    let completed = Step::Complete(e.assessment_id, false, false);
                    steps.extend(it.completed_on.map(|on| (on, completed)));
                }
            }
            CaseEvent::AssessmentStarted(e) => {
                steps.push((*day, begun(e.assessment, *day, Some(e.due), &e.children, false)));
            }
            CaseEvent::AssessmentCompleted(e) => {
                let neglect = e.factors.contains(&Factor::Neglect)
                    || e.needs.iter().any(|need| need.need == Need::AbuseOrNeglect);
                steps.push((*day, Step::Complete(e.assessment, neglect, e.neglect_toolkit_used)));
            }
            other => steps.push((*day, Step::Other(other))),
        }
    }
    steps.sort_by_key(|(day, _)| *day);
    let mut all: Vec<Assessment> = vec![];
    for (day, step) in steps {
        match step {
            Step::Start(assessment) => all.push(assessment),
            Step::Complete(id, neglect, toolkit) => {
                if let Some(it) = all.iter_mut().find(|it| it.id == id && it.completed.is_none()) {
                    (it.completed, it.neglect, it.toolkit) = (Some(day), neglect, toolkit);
                }
            }
            Step::Other(CaseEvent::VoiceOfChildRecorded(e)) => {
                if let Some(it) = all.iter_mut().rev().find(|it| it.completed.is_none()) {
                    it.heard.insert(e.child, (e.said.is_some(), e.seen_alone));
                }
            }
            Step::Other(_) => {}
        }
    }
    all
}

fn overdue(record: &Record, at: Date) -> Vec<Unit> {
    let mut units = vec![];
    for (case, events) in record.cases.iter().filter(|(_, events)| stood(events, at).open) {
        let open: Vec<Assessment> = assessments(events)
            .into_iter()
            .filter(|it| it.started <= at && it.completed.is_none_or(|on| on > at))
            .collect();
        if !open.is_empty() {
            let late = open.iter().any(|it| it.due.is_some_and(|due| due < at));
            units.push(belonged(events, at).unit(*case, one(late), 1));
        }
    }
    units
}

fn returned(record: &Record, within: Within) -> Vec<Unit> {
    let decisions = record.cases.iter().flat_map(|(case, events)| {
        events.iter().filter_map(move |(day, event)| match event {
            CaseEvent::AssessmentAuthorised(_) => Some((case, events, *day, false)),
            CaseEvent::AssessmentReturned(_) => Some((case, events, *day, true)),
            _ => None,
        })
    });
    let unit = |(case, events, day, back): (&CaseId, &Vec<_>, Date, bool)| {
        belongs(events, day).unit(*case, one(back), 1)
    };
    decisions.filter(|(.., day, _)| within.has(Some(*day))).map(unit).collect()
}
