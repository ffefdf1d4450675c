//! The course of a practitioner: where they worked on each day, and by when they were to be supervised. Pure.

use std::collections::{BTreeMap, BTreeSet};

use caseledger_aggregates::Authority;
use caseledger_commands::{ActionId, AgencyId, CaseReference, Date, TeamId};
use caseledger_log::Position;
use jiff::ToSpan;

use super::tables::{ACTION, DISCUSSION, PRACTITIONER, SUPERVISION};
use super::{Fact, NEGLECT_TOOLKIT, Session};
use crate::measures::story::Told;
use crate::measures::units::{self, Units, positions};
use crate::sql::Value;
use crate::words::code;

/// What is known of a practitioner, sorted by what it is about.
pub(super) struct Course<'a> {
    id: &'a str,
    registered: (TeamId, AgencyId, bool, Position),
    from: Date,
    /// The first day on which they no longer worked here.
    until: Option<(Date, Position)>,
    /// Team, agency, first and last day, in the order of the log.
    secondments: Vec<(TeamId, AgencyId, Date, Date, Position)>,
    /// In the order of their days.
    sessions: Vec<(Date, Position, &'a Session)>,
    frequencies: Vec<(Date, Position, u32)>,
    every_days: u32,
    trained: Option<(Date, Position)>,
    done: BTreeMap<ActionId, (Date, Position)>,
}

/// How things stood for them on a day.
#[derive(Clone, Debug, PartialEq)]
struct Standing {
    team: TeamId,
    agency: AgencyId,
    due: Date,
    trained: bool,
    by: BTreeSet<Position>,
}

impl<'a> Course<'a> {
    /// `None` for somebody who is not in the register.
    pub(super) fn of(told: &'a Told<Fact>, authority: &Authority) -> Option<Self> {
        let (from, registered) = told.facts.iter().find_map(|dated| match dated.fact {
            Fact::Registered { team, agency, manages } => {
                Some((dated.day, (team, agency, manages, dated.position)))
            }
            _ => None,
        })?;
        let mut course = Self {
            id: &told.stream,
            registered,
            from,
            until: None,
            secondments: vec![],
            sessions: vec![],
            frequencies: vec![],
            every_days: authority.supervision.frequency_days,
            trained: None,
            done: BTreeMap::new(),
        };
        for dated in &told.facts {
            let at = (dated.day, dated.position);
            match &dated.fact {
                Fact::Registered { .. } => {}
                Fact::Seconded { team, agency, from, to } => {
                    course.secondments.push((*team, *agency, *from, *to, dated.position));
                }
                Fact::Trained(name) if name == NEGLECT_TOOLKIT => {
                    course.trained = course.trained.or(Some(at));
                }
                Fact::Trained(_) => {}
                Fact::Ended(last_day) => {
                    course.until = Some((last_day.saturating_add(1.day()), dated.position));
                }
                Fact::Frequency(days) => course.frequencies.push((at.0, at.1, *days)),
                Fact::Supervised(session) => course.sessions.push((at.0, at.1, session)),
                Fact::ActionDone(action) => _ = course.done.entry(*action).or_insert(at),
            }
        }
        if let Some((first, ..)) = course.sessions.first() {
            course.from = course.from.min(*first);
        }
        Some(course)
    }

    /// Where they work on a day, and the secondment that says so.
    fn posting(&self, day: Date) -> (TeamId, AgencyId, Option<Position>) {
        let away = self.secondments.iter().find(|(.., from, to, _)| *from <= day && day <= *to);
        let (team, agency, ..) = self.registered;
        away.map_or((team, agency, None), |(team, agency, .., by)| (*team, *agency, Some(*by)))
    }

    /// By when they are to be supervised next, of what was supervised before the session of that number, on a day; and
    /// what says so.
    fn due(&self, sessions: usize, day: Date) -> (Date, Option<Position>) {
        let last = sessions.checked_sub(1).and_then(|last| self.sessions.get(last));
        if let Some((_, position, session)) = last {
            return (session.next_due, Some(*position));
        }
        let set = self.frequencies.iter().rev().find(|(from, ..)| *from <= day);
        let every = set.map_or(self.every_days, |(.., days)| *days);
        (self.from.saturating_add(i64::from(every).days()), set.map(|(_, position, _)| *position))
    }

    fn standing(&self, day: Date) -> Standing {
        let (team, agency, away) = self.posting(day);
        let held = self.sessions.partition_point(|(held_on, ..)| *held_on <= day);
        let (due, due_by) = self.due(held, day);
        let trained = self.trained.filter(|(on, _)| *on <= day);
        let (.., registered) = self.registered;
        let by = [registered].into_iter().chain(away).chain(due_by).chain(trained.map(|(_, by)| by));
        Standing { team, agency, due, trained: trained.is_some(), by: by.collect() }
    }

    pub(super) fn add_stretches(&self, units: &mut Units) {
        let until = self.until.map_or(Date::MAX, |(day, _)| day);
        let mut turns = BTreeSet::from([self.from]);
        for (.., from, to, _) in &self.secondments {
            turns.extend([*from, to.saturating_add(1.day())]);
        }
        turns.extend(self.sessions.iter().map(|(day, ..)| *day));
        turns.extend(self.frequencies.iter().map(|(day, ..)| *day));
        turns.extend(self.trained.map(|(day, _)| day));
        let mut begun: Option<(Date, Standing)> = None;
        for day in turns.range(self.from..).copied().filter(|day| *day < until) {
            let now = self.standing(day);
            if begun.as_ref().is_some_and(|(_, standing)| *standing == now) {
                continue;
            }
            if let Some((from, before)) = begun.replace((day, now)) {
                self.add_stretch(units, before, from, Some(day));
            }
        }
        if let Some((from, standing)) = begun {
            self.add_stretch(units, standing, from, self.until.map(|(day, _)| day));
        }
    }

    fn add_stretch(&self, units: &mut Units, of: Standing, from: Date, until: Option<Date>) {
        let ended = self.until.filter(|(day, _)| Some(*day) == until).map(|(_, by)| by);
        let row = [
            Value::Text(Some(format!("Practitioner/{}", self.id))),
            Value::text(of.team),
            Value::text(of.agency),
            Value::from(self.registered.2),
            Value::from(of.due),
            Value::from(of.trained),
            Value::from(from),
            units::until(until),
            positions(of.by.into_iter().chain(ended)),
        ];
        units.add(&PRACTITIONER, format!("{}/{from}", self.id), row);
    }

    pub(super) fn add_supervisions(&self, units: &mut Units) {
        let mut before: Option<Position> = None;
        for (number, (day, position, session)) in self.sessions.iter().enumerate() {
            let (team, agency, _) = self.posting(*day);
            let (due, due_by) = self.due(number, *day);
            let subject = || Value::Text(Some(format!("Supervision/{}", self.id)));
            // What a record carries forward is what it knows not to be done when it is written.
            let done = self
                .done
                .values()
                .filter(|(_, by)| before.is_some_and(|before| before < *by) && by < position);
            let carried = i64::from(session.carried);
            let actions = i64::try_from(session.actions.len()).unwrap_or(i64::MAX);
            let row = [
                subject(),
                Value::text(team),
                Value::text(agency),
                Value::from(*day),
                Value::from(due),
                Value::from(*day <= due),
                Value::count(session.cases.len() as u64),
                Value::from(actions),
                // The record takes no action without the three.
                Value::from(actions),
                Value::from(carried + i64::try_from(done.count()).unwrap_or(i64::MAX)),
                Value::from(carried),
                positions([*position].into_iter().chain(due_by)),
            ];
            units.add(&SUPERVISION, format!("{}/{position}", self.id), row);
            for (case, threshold) in &session.cases {
                let row = [
                    Value::text(case),
                    Value::text(CaseReference::of(*case)),
                    Value::text(team),
                    Value::from(*day),
                    Value::Text(Some(code(threshold))),
                    positions([*position]),
                ];
                units.add(&DISCUSSION, format!("{}/{position}/{case}", self.id), row);
            }
            for (action, priority, due) in &session.actions {
                let done = self.done.get(action);
                let row = [
                    subject(),
                    Value::text(team),
                    Value::text(agency),
                    Value::Text(Some(code(priority))),
                    Value::from(*day),
                    Value::from(*due),
                    Value::from(done.map(|(on, _)| *on)),
                    positions([*position].into_iter().chain(done.map(|(_, by)| *by))),
                ];
                units.add(&ACTION, format!("{}/{action}", self.id), row);
            }
            before = Some(*position);
        }
    }
}
