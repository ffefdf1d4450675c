//! The course of a case: whom it belonged to on each day, and when early help worked with the family. Pure.

use std::collections::BTreeSet;

use caseledger_commands::case::{ClosureReason, TriageOutcome};
use caseledger_commands::codes::ReferralSource;
use caseledger_commands::{AgencyId, Date, PersonId, PractitionerId, TeamId};
use caseledger_log::Position;

use super::facts::{Fact, StepUpAnswer};
use crate::measures::story::{Dated, Told};
use crate::measures::units::positions;
use crate::sql::Value;

/// Whom a case belongs to on a day, and how it is classed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Circumstances {
    pub team: Option<TeamId>,
    pub practitioner: Option<PractitionerId>,
    pub agency: Option<AgencyId>,
    pub source: Option<ReferralSource>,
    pub level: Option<u8>,
    /// The event that gave it its team, lead practitioner and lead agency.
    pub since: Option<Position>,
}

/// A time in which early help worked with a family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Episode {
    /// When it began, and by which event.
    pub from: (Date, Position),
    /// Whether it goes on from a closure that was taken back.
    pub reopened: bool,
    /// When, by which event and how it ended.
    pub until: Option<(Date, Position, End)>,
}

/// How an episode ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The case was closed.
    Closed(ClosureReason),
    /// Statutory social care took the family over.
    SteppedUp,
    /// A later triage decided on something else.
    TriagedOut,
}

/// The course of a case.
pub(super) struct Course<'a> {
    pub told: &'a Told<Fact>,
    /// How things were from each day on, in order.
    steps: Vec<(Date, Circumstances)>,
    /// The times in which early help worked with the family, in order.
    pub episodes: Vec<Episode>,
    /// The children, each with the day from which the help was for them.
    pub children: BTreeSet<PersonId>,
}

impl<'a> Course<'a> {
    pub(super) fn of(told: &'a Told<Fact>) -> Self {
        let mut course = Self { told, steps: vec![], episodes: vec![], children: BTreeSet::new() };
        let mut now = Circumstances::default();
        let mut open_before = false;
        for dated in &told.facts {
            now.take(dated);
            match course.steps.last_mut() {
                Some((day, last)) if *day == dated.day => *last = now,
                Some((_, last)) if *last == now => {}
                _ => course.steps.push((dated.day, now)),
            }
            if let Fact::Child(child) = dated.fact {
                course.children.insert(child);
            }
            course.live(dated, &mut open_before);
        }
        course
    }

    /// Whether early help works with the family as the facts so far leave it.
    fn is_open(&self) -> bool {
        self.episodes.last().is_some_and(|episode| episode.until.is_none())
    }

    fn live(&mut self, dated: &Dated<Fact>, open_before: &mut bool) {
        let at = (dated.day, dated.position);
        let begins = |reopened| Episode { from: at, reopened, until: None };
        match &dated.fact {
            Fact::Accepted if !self.is_open() => self.episodes.push(begins(false)),
            Fact::StepUpAnswered { answer: StepUpAnswer::Accepted, .. } => self.end(at, End::SteppedUp),
            Fact::Closed { reason, .. } => {
                *open_before = self.is_open();
                self.end(at, End::Closed(*reason));
            }
            Fact::Triaged { outcome, .. } if *outcome != TriageOutcome::EarlyHelp => {
                *open_before = self.is_open();
                self.end(at, End::TriagedOut);
            }
            // A case that triage had turned away, or that was stepped up, does not become open by it.
            Fact::Reopened if *open_before && !self.is_open() => self.episodes.push(begins(true)),
            _ => {}
        }
    }

    fn end(&mut self, (day, position): (Date, Position), end: End) {
        if let Some(episode) = self.episodes.last_mut().filter(|episode| episode.until.is_none()) {
            episode.until = Some((day, position, end));
        }
    }

    /// How things were when a day ended.
    pub(super) fn held_on(&self, day: Date) -> Circumstances {
        let next = self.steps.partition_point(|(from, _)| *from <= day);
        let last = next.checked_sub(1).and_then(|last| self.steps.get(last));
        last.map(|(_, circumstances)| *circumstances).unwrap_or_default()
    }

    /// The days after one day and before another on which the case changes hands.
    pub(super) fn changes(&self, after: Date, before: Option<Date>) -> Vec<Date> {
        let within = |day: Date| day > after && before.is_none_or(|before| day < before);
        self.steps.iter().map(|(day, _)| *day).filter(|day| within(*day)).collect()
    }

    /// How things were when a day ended; what was not known yet is as it first became known.
    pub(super) fn on(&self, day: Date) -> Circumstances {
        let mut on = self.held_on(day);
        for (_, later) in self.steps.iter().filter(|(from, _)| *from > day) {
            on.fill(later);
        }
        on
    }

    /// What a unit's row begins with after its key, for how things were on a day.
    pub(super) fn belongs(&self, on: &Circumstances) -> [Value; 6] {
        [
            Value::from(self.told.stream.as_str()),
            Value::Text(self.told.reference.clone()),
            Value::maybe(on.team),
            Value::maybe(on.agency),
            Value::Text(on.source.map(|source| source.code().to_owned())),
            Value::Int(on.level.map(i64::from)),
        ]
    }

    /// The row of a unit after its key: to whom it belongs, what it says, and the events that it follows from.
    pub(super) fn row(
        &self,
        on: &Circumstances,
        says: impl IntoIterator<Item = Value>,
        by: impl IntoIterator<Item = Position>,
    ) -> Vec<Value> {
        let by = positions(by.into_iter().chain(on.since));
        self.belongs(on).into_iter().chain(says).chain([by]).collect()
    }

    /// What tells a unit of the case apart: its kind's own part of the key.
    pub(super) fn key(&self, part: impl std::fmt::Display) -> String {
        format!("{}/{part}", self.told.stream)
    }
}

impl Circumstances {
    fn take(&mut self, dated: &Dated<Fact>) {
        match &dated.fact {
            Fact::Received { source, .. } => self.source = Some(*source),
            // The other record may not have known them, and what was recorded late may have come before.
            Fact::Imported { source, level } => {
                self.source = source.or(self.source);
                self.level = level.or(self.level);
            }
            Fact::Triaged { level, .. } | Fact::StepDownAccepted { level, .. } => self.level = Some(*level),
            Fact::Team(team) => (self.team, self.since) = (Some(*team), Some(dated.position)),
            Fact::Practitioner(who) => (self.practitioner, self.since) = (Some(*who), Some(dated.position)),
            Fact::Agency(agency) => (self.agency, self.since) = (Some(*agency), Some(dated.position)),
            _ => {}
        }
    }

    fn fill(&mut self, later: &Self) {
        self.team = self.team.or(later.team);
        self.practitioner = self.practitioner.or(later.practitioner);
        self.agency = self.agency.or(later.agency);
        self.source = self.source.or(later.source);
        self.level = self.level.or(later.level);
        self.since = self.since.or(later.since);
    }
}
