//! Step-ups and step-downs: what went along, how soon they were answered, and who came back.

use caseledger_aggregates::Authority;
use caseledger_commands::{Date, TransferId};
use caseledger_log::Position;
use jiff::ToSpan;

use super::course::Course;
use super::facts::{Fact, StepUpAnswer};
use super::tables::{STEP_DOWN, STEP_UP};
use crate::measures::units::{Units, until};
use crate::sql::Value;
use crate::words::code;

pub(super) fn add(units: &mut Units, course: &Course<'_>, authority: &Authority) {
    for dated in &course.told.facts {
        match &dated.fact {
            Fact::StepUpRequested { transfer, due, overrides } => {
                let asked = Asked { id: *transfer, on: dated.day, position: dated.position, due: *due };
                add_step_up(units, course, authority, &asked, *overrides);
            }
            // What came later of the same handover was missing when it came.
            Fact::StepDownReceived { transfer, due, missing }
                if !units.has(&STEP_DOWN, &step_down_key(course, *transfer)) =>
            {
                let asked = Asked { id: *transfer, on: dated.day, position: dated.position, due: *due };
                add_step_down(units, course, &asked, *missing);
            }
            _ => {}
        }
    }
}

/// What was asked for.
struct Asked {
    id: TransferId,
    on: Date,
    position: Position,
    due: Date,
}

fn add_step_up(units: &mut Units, course: &Course<'_>, authority: &Authority, asked: &Asked, overrides: u32) {
    let answered = course.told.facts.iter().find_map(|dated| match &dated.fact {
        Fact::StepUpAnswered { transfer, answer } if *transfer == asked.id => {
            Some((dated.day, dated.position, *answer))
        }
        _ => None,
    });
    let answered_on = answered.map(|(day, ..)| day);
    let says = [
        Value::text(asked.id),
        Value::from(asked.on),
        Value::from(asked.due),
        Value::from(answered_on),
        Value::Text(answered.map(|(.., answer)| code(&answer))),
        Value::Int(answered_on.map(|on| authority.calendar.working_days_between(asked.on, on))),
        Value::from(i64::from(overrides)),
        Value::from(asked.on),
        until(answered_on),
    ];
    let by = [asked.position].into_iter().chain(answered.map(|(_, position, _)| position));
    let row = course.row(&course.on(asked.on), says, by);
    units.add(&STEP_UP, course.key(format_args!("step-up/{}", asked.id)), row);
}

fn step_down_key(course: &Course<'_>, transfer: TransferId) -> String {
    course.key(format_args!("step-down/{transfer}"))
}

fn add_step_down(units: &mut Units, course: &Course<'_>, asked: &Asked, missing: u32) {
    let accepted = course.told.facts.iter().find_map(|dated| match &dated.fact {
        Fact::StepDownAccepted { transfer, .. } if *transfer == asked.id => Some((dated.day, dated.position)),
        _ => None,
    });
    let returned = accepted.and_then(|(from, position)| {
        course.told.facts.iter().find_map(|dated| match &dated.fact {
            Fact::StepUpAnswered { answer: StepUpAnswer::Accepted, .. }
                if (dated.day, dated.position) > (from, position) =>
            {
                Some((dated.day, dated.position))
            }
            _ => None,
        })
    });
    let accepted_on = accepted.map(|(day, _)| day);
    let months = |months: i64| Value::from(accepted_on.map(|on| on.saturating_add(months.months())));
    let says = [
        Value::text(asked.id),
        Value::from(asked.on),
        Value::from(asked.due),
        Value::from(accepted_on),
        Value::from(i64::from(missing)),
        Value::from(returned.map(|(day, _)| day)),
        months(3),
        months(6),
        months(12),
    ];
    let by = [asked.position].into_iter().chain(accepted.map(|(_, position)| position));
    let by = by.chain(returned.map(|(_, position)| position));
    let row = course.row(&course.on(asked.on), says, by);
    units.add(&STEP_DOWN, step_down_key(course, asked.id), row);
}
