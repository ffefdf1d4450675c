//! Plans: actions and reviews.

use std::collections::BTreeMap;

use caseledger_aggregates::Authority;
use caseledger_aggregates::case::CaseEvent;
use caseledger_commands::case::GoalScore;
use caseledger_commands::{ActionId, CaseId, Date};
use jiff::ToSpan;

use super::caseload::{episode_began, stood};
use super::{Within, one};
use crate::record::{Record, Unit, belonged, belongs};

pub fn recount(record: &Record, measure: &str, within: Within) -> Option<Vec<Unit>> {
    let at = within.to;
    let dated = |count: fn(&ToDo, Date) -> bool| {
        actions(record, at, move |it| it.due.is_some().then(|| count(it, at)))
    };
    Some(match measure {
        "actions-overdue" => dated(|it, at| it.due.is_some_and(|due| due < at)),
        "actions-rescheduled" => dated(|it, _| it.rescheduled > 0),
        "undated-actions" => actions(record, at, |it| Some(it.due.is_none())),
        "actions-done-in-time" => done(record, within),
        "reviews-in-time" => {
            let due = reviews(record).into_iter().filter(|it| within.has(it.due));
            due.map(|it| it.unit(record, one(it.held.is_some_and(|on| Some(on) <= it.due)))).collect()
        }
        "reviews-with-progress" => {
            let held = reviews(record).into_iter().filter(|it| within.has(it.held));
            held.map(|it| it.unit(record, one(it.progress))).collect()
        }
        "reviews-overdue" => {
            let planned = record.cases.iter().filter(|(_, events)| {
                let it = stood(events, at);
                it.open && it.plan
            });
            let late =
                |events: &[(Date, CaseEvent)]| plan_stood(events, at).next.is_some_and(|next| next < at);
            planned.map(|(case, events)| belonged(events, at).unit(*case, one(late(events)), 1)).collect()
        }
        "drift" => {
            let times = Authority::default().timescales;
            let drifts = |events: &[(Date, CaseEvent)]| {
                let since = episode_began(events, at).expect("an open case began");
                since + i64::from(times.drift_months).months() <= at
                    || plan_stood(events, at).stalled >= times.drift_reviews
            };
            let open = record.cases.iter().filter(|(_, events)| stood(events, at).open);
            open.map(|(case, events)| belonged(events, at).unit(*case, one(drifts(events)), 1)).collect()
        }
        _ => return None,
    })
}

/// An action as it stood.
#[derive(Clone)]
struct ToDo {
    due: Option<Date>,
    rescheduled: u32,
}

enum Step<'a> {
    Add(ActionId, Option<Date>),
    Other(&'a CaseEvent),
}

/// What a case's events say of actions, in the order of the days.
fn steps(events: &[(Date, CaseEvent)]) -> Vec<(Date, Step<'_>)> {
    let mut steps = vec![];
    for (day, event) in events {
        match event {
            CaseEvent::CaseImported(e) => {
                if let Some(plan) = &e.plan {
                    let on = plan.agreed_on.unwrap_or(e.accepted_on);
                    let actions = plan.actions.iter();
                    steps.extend(
                        actions.map(|action| (on, Step::Add(action.id.expect("it has an id"), action.due))),
                    );
                }
            }
            CaseEvent::PlanAgreed(e) => {
                steps.extend(
                    e.actions.iter().map(|it| (*day, Step::Add(it.id.expect("it has an id"), it.due))),
                );
            }
            CaseEvent::PlanChanged(e) => {
                let added = e.added_actions.iter().map(|added| &added.action);
                steps.extend(added.map(|it| (*day, Step::Add(it.id.expect("it has an id"), it.due))));
            }
            CaseEvent::ManagementOversightRecorded(e) => {
                steps.extend(
                    e.directions.iter().map(|it| (*day, Step::Add(it.id.expect("it has an id"), it.due))),
                );
            }
            other => steps.push((*day, Step::Other(other))),
        }
    }
    steps.sort_by_key(|(day, _)| *day);
    steps
}

/// The actions of open cases on a day that are asked about, and which of them count.
fn actions(record: &Record, at: Date, counts: impl Fn(&ToDo) -> Option<bool>) -> Vec<Unit> {
    let mut units = vec![];
    for (case, events) in record.cases.iter().filter(|(_, events)| stood(events, at).open) {
        let mut open: BTreeMap<ActionId, ToDo> = BTreeMap::new();
        for (_, step) in steps(events).into_iter().filter(|(day, _)| *day <= at) {
            match step {
                Step::Add(id, due) => {
                    open.insert(id, ToDo { due, rescheduled: 0 });
                }
                Step::Other(CaseEvent::ActionRescheduled(e)) => {
                    if let Some(it) = open.get_mut(&e.action) {
                        *it = ToDo { due: Some(e.due), rescheduled: it.rescheduled + 1 };
                    }
                }
                Step::Other(CaseEvent::ActionCompleted(e)) => drop(open.remove(&e.action)),
                Step::Other(CaseEvent::ActionCancelled(e)) => drop(open.remove(&e.action)),
                Step::Other(_) => {}
            }
        }
        for counted in open.values().filter_map(&counts) {
            units.push(belonged(events, at).unit(*case, one(counted), 1));
        }
    }
    units
}

/// The dated actions that were done in a period; in time by the date that they had then.
fn done(record: &Record, within: Within) -> Vec<Unit> {
    let mut units = vec![];
    for (case, events) in &record.cases {
        let mut due: BTreeMap<ActionId, (Date, Option<Date>)> = BTreeMap::new();
        for (day, step) in steps(events) {
            match step {
                Step::Add(id, by) => {
                    due.insert(id, (day, by));
                }
                Step::Other(CaseEvent::ActionRescheduled(e)) => {
                    if due.contains_key(&e.action) {
                        due.insert(e.action, (day, Some(e.due)));
                    }
                }
                Step::Other(CaseEvent::ActionCancelled(e)) => drop(due.remove(&e.action)),
                Step::Other(CaseEvent::ActionCompleted(e)) => {
                    if let Some((since, Some(by))) = &due.remove(&e.action)
                        && within.has(Some(day))
                    {
                        // It belongs to whoever had the case just before it was done.
                        let eve = day - 1.day();
                        let before = if *since < day && stood(events, eve).open { eve } else { day };
                        if stood(events, eve).open || stood(events, day).open {
                            units.push(belonged(events, before).unit(*case, one(day <= *by), 1));
                        }
                    }
                }
                Step::Other(_) => {}
            }
        }
    }
    units
}

/// A review that was held, or was due.
struct Review {
    case: CaseId,
    due: Option<Date>,
    held: Option<Date>,
    progress: bool,
}

impl Review {
    fn unit(&self, record: &Record, above: f64) -> Unit {
        let day = self.held.into_iter().chain(self.due).min().expect("it has a day");
        belongs(&record.cases[&self.case], day).unit(self.case, above, 1)
    }
}

fn average(scores: &[GoalScore]) -> Option<f64> {
    let sum: f64 = scores.iter().map(|score| f64::from(score.score)).sum();
    (!scores.is_empty()).then(|| sum / scores.len() as f64)
}

fn reviews(record: &Record) -> Vec<Review> {
    let mut all = vec![];
    for (case, events) in &record.cases {
        let mut due: Option<Date> = None;
        let mut before: Option<f64> = None;
        let missed = |due: Option<Date>| {
            let day = due.filter(|day| stood(events, *day).open)?;
            Some(Review { case: *case, due: Some(day), held: None, progress: false })
        };
        for (day, event) in planning(events) {
            match event {
                Planning::Set(next) => {
                    all.extend(due.filter(|it| *it < day).and_then(|due| missed(Some(due))));
                    due = next;
                }
                Planning::Held(e) => {
                    let mean = average(&e.scores);
                    let progress = match (before, mean) {
                        (_, None) => false,
                        (None, Some(_)) => true,
                        (Some(before), Some(mean)) => mean > before,
                    };
                    before = mean.or(before);
                    all.push(Review { case: *case, due, held: Some(day), progress });
                    due = e.next_review;
                }
            }
        }
        all.extend(missed(due));
    }
    all
}

enum Planning<'a> {
    /// The next review was set anew, or there is to be none.
    Set(Option<Date>),
    /// A review was held.
    Held(&'a caseledger_aggregates::case::PlanReviewed),
}

fn planning(events: &[(Date, CaseEvent)]) -> Vec<(Date, Planning<'_>)> {
    let mut all = vec![];
    for (day, event) in events {
        match event {
            CaseEvent::CaseImported(e) => {
                // One that knows no day of a review sets none.
                if let Some(plan) = e.plan.as_ref().filter(|plan| plan.next_review.is_some()) {
                    let agreed = plan.agreed_on.unwrap_or(e.accepted_on);
                    all.push((agreed, Planning::Set(plan.next_review)));
                }
                all.extend(e.closure.as_ref().map(|closure| (closure.closed_on, Planning::Set(None))));
            }
            CaseEvent::PlanAgreed(e) => all.push((*day, Planning::Set(Some(e.next_review)))),
            CaseEvent::PlanReviewed(e) => all.push((*day, Planning::Held(e))),
            CaseEvent::CaseClosed(_) => all.push((*day, Planning::Set(None))),
            _ => {}
        }
    }
    all.sort_by_key(|(day, _)| *day);
    all
}

/// What a plan's reviews had come to when a day ended.
#[derive(Default)]
struct PlanStood {
    next: Option<Date>,
    stalled: u32,
}

fn plan_stood(events: &[(Date, CaseEvent)], at: Date) -> PlanStood {
    let mut it = PlanStood::default();
    let mut before: Option<f64> = None;
    for (_, step) in planning(events).into_iter().filter(|(day, _)| *day <= at) {
        match step {
            // A closure sets no review, but a reopened case goes on with the one that it had.
            Planning::Set(None) => {}
            Planning::Set(next) => it.next = next,
            Planning::Held(e) => {
                let mean = average(&e.scores);
                let moved = mean.is_some_and(|mean| before.is_none_or(|before| mean > before));
                it.stalled = if moved { 0 } else { it.stalled + 1 };
                before = mean.or(before);
                it.next = e.next_review;
            }
        }
    }
    it
}
