//! Open cases: the stretches in which early help worked with a family and nothing about that changed, and the episodes.

use std::collections::BTreeSet;

use caseledger_aggregates::Authority;
use caseledger_commands::{AssessmentId, Date};
use caseledger_log::Position;
use jiff::ToSpan;

use super::course::{Circumstances, Course, End, Episode};
use super::facts::Fact;
use super::tables::{EPISODE, OPEN};
use crate::measures::units::{Units, stretch};
use crate::sql::Value;
use crate::words::code;

/// What is told of an open case besides whom it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Standing {
    on: Circumstances,
    /// When the episode began, and by which event.
    since: Option<(Date, Position)>,
    /// The assessments that have begun and are not completed, each with its due date.
    assessing: Vec<(AssessmentId, Option<Date>, Position)>,
    plan: Option<Position>,
    next_review: Option<Date>,
    /// Reviews in a row that saw no progress.
    stalled: u32,
    reviewed: Option<Position>,
    /// How many children it is for.
    children: usize,
}

pub(super) fn add(units: &mut Units, course: &Course<'_>, authority: &Authority) {
    for episode in &course.episodes {
        add_episode(units, course, episode);
    }
    add_stretches(units, course, authority);
}

fn add_episode(units: &mut Units, course: &Course<'_>, episode: &Episode) {
    let (from, until) = (episode.from, episode.until);
    let last_day = until.map_or(Date::MAX, |(day, ..)| day);
    let end = until.map(|(.., end)| match end {
        End::Closed(reason) => code(&reason),
        End::SteppedUp => "stepped-up".to_owned(),
        End::TriagedOut => "triaged-out".to_owned(),
    });
    let first_child = course.told.facts.iter().find(|dated| matches!(dated.fact, Fact::Child(_)));
    let says = [
        Value::from(from.0),
        Value::from(until.map(|(day, ..)| day)),
        Value::Text(end),
        Value::from(episode.reopened),
        Value::Int(until.map(|(day, ..)| i64::from(day.since(from.0).map_or(0, |span| span.get_days())))),
        Value::from(first_child.map(|dated| dated.day)),
    ];
    let by = [from.1].into_iter().chain(until.map(|(_, position, _)| position));
    let row = course.row(&course.on(last_day), says, by);
    units.add(&EPISODE, course.key(format_args!("episode/{}/{}", from.0, from.1)), row);
}

/// Walks the facts, and begins a stretch whenever something that is told of an open case changes.
fn add_stretches(units: &mut Units, course: &Course<'_>, authority: &Authority) {
    let mut facts = course.told.facts.iter().peekable();
    let mut standing = Standing::default();
    let mut scores: Option<f64> = None;
    let mut children = BTreeSet::new();
    let mut begun: Option<(Date, Standing)> = None;
    while let Some(dated) = facts.next() {
        match &dated.fact {
            Fact::AssessmentStarted { assessment, due, .. } => {
                standing.assessing.push((*assessment, *due, dated.position));
            }
            Fact::AssessmentCompleted { assessment, .. } => {
                standing.assessing.retain(|(id, ..)| id != assessment);
            }
            Fact::PlanAgreed { next_review } => {
                standing.plan = Some(dated.position);
                // An imported plan may know no day, and a review told of late may have set one before.
                standing.next_review = next_review.or(standing.next_review);
            }
            Fact::Reviewed { scores: given, next_review, .. } => {
                let mean = mean(given.iter().map(|(_, score)| *score));
                let moved = mean.is_some_and(|mean| scores.is_none_or(|before| mean > before));
                standing.stalled = if moved { 0 } else { standing.stalled + 1 };
                scores = mean.or(scores);
                standing.next_review = *next_review;
                standing.reviewed = Some(dated.position);
            }
            Fact::Child(child) => {
                children.insert(child);
            }
            Fact::ChildLeft(child) => {
                children.remove(child);
            }
            _ => {}
        }
        // A day ends with its last fact: what changed and changed back within it is not told.
        if facts.peek().is_some_and(|next| next.day == dated.day) {
            continue;
        }
        let open = course.episodes.iter().find(|episode| {
            episode.from.0 <= dated.day && episode.until.is_none_or(|(until, ..)| until > dated.day)
        });
        let now = open.map(|episode| Standing {
            on: course.held_on(dated.day),
            since: Some(episode.from),
            children: children.len(),
            ..standing.clone()
        });
        if begun.as_ref().map(|(_, standing)| standing) == now.as_ref() {
            continue;
        }
        if let Some((from, before)) = begun.take() {
            add_stretch(units, course, authority, &before, (from, Some(dated.day)));
        }
        begun = now.map(|now| (dated.day, now));
    }
    if let Some((from, standing)) = begun {
        add_stretch(units, course, authority, &standing, (from, None));
    }
}

fn add_stretch(
    units: &mut Units,
    course: &Course<'_>,
    authority: &Authority,
    of: &Standing,
    (from, to): (Date, Option<Date>),
) {
    let times = &authority.timescales;
    let drifts_on = of.since.map(|(day, _)| day.saturating_add(i64::from(times.drift_months).months()));
    let mut says = vec![
        Value::maybe(of.on.practitioner),
        Value::from(of.plan.is_some()),
        Value::from(!of.assessing.is_empty()),
        Value::from(of.assessing.iter().filter_map(|(_, due, _)| *due).min()),
        Value::from(of.since.map(|(day, _)| day)),
        Value::from(drifts_on),
        Value::from(of.next_review),
        Value::from(i64::from(of.stalled)),
        Value::from(of.stalled >= times.drift_reviews),
        Value::count(of.children as u64),
    ];
    says.extend(stretch(from, to));
    let by = of.since.map(|(_, position)| position).into_iter().chain(of.plan).chain(of.reviewed);
    let by = by.chain(of.assessing.iter().map(|(.., position)| *position));
    units.add(&OPEN, course.key(format_args!("open/{from}")), course.row(&of.on, says, by));
}

/// The mean of scores, if there are any.
pub(super) fn mean(scores: impl Iterator<Item = u8>) -> Option<f64> {
    let (sum, number) =
        scores.fold((0_u32, 0_u32), |(sum, number), score| (sum + u32::from(score), number + 1));
    (number > 0).then(|| f64::from(sum) / f64::from(number))
}
