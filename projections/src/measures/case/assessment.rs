//! Assessments: whether they were in time and heard each child, and what managers made of them.

use std::collections::BTreeMap;

use caseledger_aggregates::Authority;
use caseledger_commands::{AssessmentId, Date, PersonId};
use caseledger_log::Position;

use super::course::Course;
use super::facts::Fact;
use super::tables::{ASSESSMENT, AUTHORISATION};
use crate::measures::units::Units;
use crate::sql::Value;

/// An assessment as the facts leave it.
struct Assessment {
    id: AssessmentId,
    started: (Date, Position),
    due: Option<Date>,
    children: Vec<PersonId>,
    imported: bool,
    /// Of each child: whether it was heard, and seen alone; what was recorded last counts.
    voices: BTreeMap<PersonId, (bool, bool)>,
    /// When it was first completed; whether neglect was found, and the toolkit used.
    completed: Option<(Date, bool, bool)>,
    by: Vec<Position>,
}

pub(super) fn add(units: &mut Units, course: &Course<'_>, authority: &Authority) {
    let mut assessments: Vec<Assessment> = vec![];
    for dated in &course.told.facts {
        match &dated.fact {
            Fact::AssessmentStarted { assessment, due, children, imported } => assessments.push(Assessment {
                id: *assessment,
                started: (dated.day, dated.position),
                due: *due,
                children: children.clone(),
                imported: *imported,
                voices: BTreeMap::new(),
                completed: None,
                by: vec![dated.position],
            }),
            Fact::Voice { child, heard, seen_alone } => {
                if let Some(open) = assessments.iter_mut().rfind(|one| one.completed.is_none()) {
                    open.voices.insert(*child, (*heard, *seen_alone));
                    open.by.push(dated.position);
                }
            }
            Fact::AssessmentCompleted { assessment, neglect, toolkit, .. } => {
                let known = assessments.iter_mut().find(|one| one.id == *assessment);
                if let Some(known) = known.filter(|one| one.completed.is_none()) {
                    known.completed = Some((dated.day, *neglect, *toolkit));
                    known.by.push(dated.position);
                }
            }
            Fact::AssessmentAuthorised(_) => add_decision(units, course, dated.day, dated.position, false),
            Fact::AssessmentReturned(_) => add_decision(units, course, dated.day, dated.position, true),
            _ => {}
        }
    }
    for assessment in &assessments {
        add_assessment(units, course, authority, assessment);
    }
}

fn add_decision(units: &mut Units, course: &Course<'_>, day: Date, position: Position, returned: bool) {
    let row = course.row(&course.on(day), [Value::from(day), Value::from(returned)], [position]);
    units.add(&AUTHORISATION, course.key(format_args!("authorisation/{position}")), row);
}

fn add_assessment(units: &mut Units, course: &Course<'_>, authority: &Authority, of: &Assessment) {
    let (from, _) = of.started;
    let completed_on = of.completed.map(|(day, ..)| day);
    let working_days = completed_on.map(|on| authority.calendar.working_days_between(from, on));
    let children = |wanted: fn(&(bool, bool)) -> bool| {
        let of_them = of.children.iter().filter(|child| of.voices.get(child).is_some_and(wanted));
        Value::count(of_them.count() as u64)
    };
    let (_, neglect, toolkit) = of.completed.unwrap_or((from, false, false));
    let says = [
        Value::text(of.id),
        Value::from(from),
        Value::from(of.due),
        Value::from(completed_on),
        Value::Int(working_days),
        Value::count(of.children.len() as u64),
        children(|(heard, _)| *heard),
        children(|(heard, alone)| *heard && *alone),
        Value::from(neglect),
        Value::from(toolkit),
        Value::from(of.imported),
    ];
    // It belongs to whoever had the case on the earlier of its two days: that is known on both.
    let day = completed_on.into_iter().chain(of.due).min().unwrap_or(Date::MAX);
    let row = course.row(&course.on(day), says, of.by.iter().copied());
    units.add(&ASSESSMENT, course.key(format_args!("assessment/{}", of.id)), row);
}
