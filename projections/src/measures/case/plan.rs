//! Plans: what is to be done and by when, and the reviews.

use std::collections::BTreeMap;

use caseledger_commands::{ActionId, Date};
use caseledger_log::Position;

use super::course::Course;
use super::facts::{Fact, OwnerKind};
use super::open::mean;
use super::tables::{ACTION, REVIEW};
use crate::measures::story::Dated;
use crate::measures::units::{Units, stretch};
use crate::sql::Value;
use crate::words::code;

pub(super) fn add_actions(units: &mut Units, course: &Course<'_>) {
    let mut actions: BTreeMap<ActionId, Action> = BTreeMap::new();
    for dated in &course.told.facts {
        match &dated.fact {
            Fact::ActionAdded { action, due, owner, direction } => {
                let known = Action { owner: *owner, direction: *direction, turns: vec![] };
                let action = actions.entry(*action).or_insert(known);
                action.turns.push(Turn::at(dated, Some(*due), None));
            }
            // What was recorded late may come after the end: an action that has ended stays ended.
            Fact::ActionRescheduled { action, due } => {
                if let Some(action) = actions.get_mut(action).filter(|action| action.is_open()) {
                    action.turns.push(Turn::at(dated, Some(Some(*due)), Some("rescheduled")));
                }
            }
            Fact::ActionEnded { action, done } => {
                if let Some(action) = actions.get_mut(action).filter(|action| action.is_open()) {
                    let end = if *done { "completed" } else { "cancelled" };
                    action.turns.push(Turn::at(dated, None, Some(end)));
                }
            }
            _ => {}
        }
    }
    for (id, action) in &actions {
        add_action(units, course, *id, action);
    }
}

struct Action {
    owner: Option<OwnerKind>,
    direction: bool,
    turns: Vec<Turn>,
}

impl Action {
    fn is_open(&self) -> bool {
        self.turns.last().is_some_and(|turn| turn.due.is_some())
    }
}

/// A change of an action: it is to be done by another day from now on, or no longer.
struct Turn {
    on: Date,
    position: Position,
    /// The due date from now on, if there is one; `None` when it is no longer to be done.
    due: Option<Option<Date>>,
    /// How what was before it ended.
    ended_by: Option<&'static str>,
}

impl Turn {
    fn at(dated: &Dated<Fact>, due: Option<Option<Date>>, ended_by: Option<&'static str>) -> Self {
        Self { on: dated.day, position: dated.position, due, ended_by }
    }
}

/// The stretches in which an action was to be done by the same day, within the times in which the case was open.
fn add_action(units: &mut Units, course: &Course<'_>, id: ActionId, action: &Action) {
    let mut rescheduled = 0;
    for (number, turn) in action.turns.iter().enumerate() {
        rescheduled += i64::from(turn.ended_by == Some("rescheduled"));
        let Some(due) = turn.due else { continue };
        let next = action.turns.get(number + 1);
        for episode in &course.episodes {
            let ends = episode.until.map(|(day, ..)| day);
            let from = turn.on.max(episode.from.0);
            let (to, ended_by, last) = match (next, episode.until) {
                (Some(next), _) if ends.is_none_or(|end| next.on <= end) => {
                    (Some(next.on), next.ended_by, Some(next.position))
                }
                (_, Some((end, position, _))) => (Some(end), Some("case-ended"), Some(position)),
                (_, None) => (None, None, None),
            };
            // One that was done on the day on which it was agreed counts as done, though it was open on no day.
            let holds = to.is_none_or(|to| to > from || to == from && ended_by != Some("case-ended"));
            if !holds {
                continue;
            }
            // It belongs to whoever has the case on each day: a piece ends where the case changes hands.
            let mut bounds = course.changes(from, to);
            bounds.insert(0, from);
            for (place, begins) in bounds.iter().enumerate() {
                let next = bounds.get(place + 1).copied();
                let mut says = vec![
                    Value::text(id),
                    Value::from(action.direction),
                    Value::Text(action.owner.as_ref().map(code)),
                    Value::from(due),
                    Value::from(rescheduled),
                    if next.is_some() { Value::from("handed-over") } else { Value::maybe(ended_by) },
                ];
                says.extend(stretch(*begins, next.or(to)));
                let by = [turn.position].into_iter().chain(last.filter(|_| next.is_none()));
                let key =
                    course.key(format_args!("action/{id}/{}/{}/{begins}", turn.position, episode.from.1));
                units.add(&ACTION, key, course.row(&course.held_on(*begins), says, by));
            }
            // It ended in this episode; one that began on the same day has no part in it.
            if ended_by.is_some_and(|by| by != "case-ended") {
                break;
            }
        }
    }
}

/// The reviews that were held, and those that were due and were not.
pub(super) fn add_reviews(units: &mut Units, course: &Course<'_>) {
    let mut due: Option<(Date, Position)> = None;
    let mut before: Option<f64> = None;
    for dated in &course.told.facts {
        let next = match &dated.fact {
            Fact::PlanAgreed { next_review: Some(next) } => Some(*next),
            Fact::Reviewed { next_review, .. } => *next_review,
            Fact::Closed { .. } => None,
            _ => continue,
        };
        if let Fact::Reviewed { scores, .. } = &dated.fact {
            let mean = mean(scores.iter().map(|(_, score)| *score));
            let progress = mean.is_some_and(|mean| before.is_none_or(|before| mean > before));
            before = mean.or(before);
            add_review(units, course, due, Some((dated, progress)));
        } else if let Some((day, _)) = due.filter(|(day, _)| *day < dated.day) {
            // It was due while the case was open, and was not held before the plan or the case came to its end.
            add_missed(units, course, due, day);
        }
        due = next.map(|next| (next, dated.position));
    }
    if let Some((day, _)) = due {
        add_missed(units, course, due, day);
    }
}

/// A review that was due and was not held: only while early help worked with the family.
fn add_missed(units: &mut Units, course: &Course<'_>, due: Option<(Date, Position)>, day: Date) {
    let open = course
        .episodes
        .iter()
        .any(|episode| episode.from.0 <= day && episode.until.is_none_or(|(until, ..)| until > day));
    if open {
        add_review(units, course, due, None);
    }
}

fn add_review(
    units: &mut Units,
    course: &Course<'_>,
    due: Option<(Date, Position)>,
    held: Option<(&Dated<Fact>, bool)>,
) {
    let (agencies, heard, not_heard, decision) = match held.map(|(dated, _)| &dated.fact) {
        Some(Fact::Reviewed { attended, children_heard, children_not_heard, decision, .. }) => {
            (attended.len() as u64, *children_heard, *children_not_heard, Some(code(decision)))
        }
        _ => (0, 0, 0, None),
    };
    let held_on = held.map(|(dated, _)| dated.day);
    let says = [
        Value::from(due.map(|(day, _)| day)),
        Value::from(held_on),
        Value::from(held.map(|(_, progress)| progress)),
        Value::Text(decision),
        Value::count(agencies),
        Value::from(i64::from(heard)),
        Value::from(i64::from(not_heard)),
    ];
    let by: Vec<Position> =
        due.map(|(_, position)| position).into_iter().chain(held.map(|(dated, _)| dated.position)).collect();
    let part = match held {
        Some((dated, _)) => format!("review/held/{}", dated.position),
        None => format!("review/missed/{}", by.iter().min().copied().unwrap_or_default()),
    };
    let key = course.key(part);
    // It belongs to whoever had the case on the earlier of its two days: that is known on both.
    let day = held_on.into_iter().chain(due.map(|(day, _)| day)).min().unwrap_or(Date::MAX);
    let row = course.row(&course.on(day), says, by);
    units.add(&REVIEW, key, row);
}
