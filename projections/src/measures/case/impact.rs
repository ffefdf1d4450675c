//! Whether the help helped, and lasted: closures, goals, and what families say.

use std::collections::{BTreeMap, BTreeSet};

use caseledger_commands::codes::{Need, OutcomeArea};
use caseledger_commands::{Date, GoalId};
use caseledger_log::Position;
use jiff::ToSpan;

use super::course::Course;
use super::facts::Fact;
use super::tables::{CLOSURE, FEEDBACK, GOAL};
use crate::measures::story::Dated;
use crate::measures::units::Units;
use crate::sql::Value;
use crate::words::code;

pub(super) fn add(units: &mut Units, course: &Course<'_>) {
    let mut needs: BTreeSet<Need> = BTreeSet::new();
    let mut goals: BTreeMap<GoalId, (OutcomeArea, u8, Position)> = BTreeMap::new();
    for dated in &course.told.facts {
        match &dated.fact {
            Fact::AssessmentCompleted { needs: found, .. } => needs.extend(found),
            Fact::GoalAdded { goal, area, baseline } => {
                goals.entry(*goal).or_insert((*area, *baseline, dated.position));
            }
            Fact::Closed { scores, .. } => {
                add_closure(units, course, dated, &needs);
                for (goal, score) in scores {
                    if let Some((area, baseline, position)) = goals.get(goal) {
                        let says = [
                            Value::text(goal),
                            Value::from(dated.day),
                            Value::text(code(area)),
                            Value::from(i64::from(*baseline)),
                            Value::from(i64::from(*score)),
                            Value::from(i64::from(*score) - i64::from(*baseline)),
                        ];
                        let row = course.row(&course.held_on(dated.day), says, [*position, dated.position]);
                        units.add(&GOAL, course.key(format_args!("goal/{goal}/{}", dated.position)), row);
                    }
                }
            }
            Fact::Feedback { from, score } => {
                let says =
                    [Value::from(dated.day), Value::text(code(from)), Value::Int(score.map(i64::from))];
                let row = course.row(&course.on(dated.day), says, [dated.position]);
                units.add(&FEEDBACK, course.key(format_args!("feedback/{}", dated.position)), row);
            }
            _ => {}
        }
    }
}

fn add_closure(units: &mut Units, course: &Course<'_>, closed: &Dated<Fact>, needs: &BTreeSet<Need>) {
    let Fact::Closed { reason, needs_met, views, .. } = &closed.fact else { return };
    let met = needs_met.iter().collect::<BTreeSet<_>>();
    let met = needs.iter().filter(|need| met.contains(need)).count();
    // The check belongs to the last closure before it.
    let checked = course.told.facts.iter().skip_while(|dated| *dated != closed).skip(1);
    let mut checked = checked.take_while(|dated| !matches!(dated.fact, Fact::Closed { .. }));
    let checked = checked.find_map(|dated| match &dated.fact {
        Fact::Checked(outcome) => Some((dated.day, dated.position, code(outcome))),
        _ => None,
    });
    let says = [
        Value::from(closed.day),
        Value::text(code(reason)),
        Value::count(needs.len() as u64),
        Value::count(met as u64),
        Value::from(i64::from(*views)),
        Value::from(year_after(closed.day)),
        Value::from(checked.as_ref().map(|(day, ..)| *day)),
        Value::Text(checked.as_ref().map(|(.., outcome)| outcome.clone())),
    ];
    let by = [closed.position].into_iter().chain(checked.map(|(_, position, _)| position));
    let row = course.row(&course.held_on(closed.day), says, by);
    units.add(&CLOSURE, course.key(format_args!("closure/{}", closed.position)), row);
}

fn year_after(day: Date) -> Date {
    day.saturating_add(1.year())
}
