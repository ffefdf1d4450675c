//! How a case stood when a day ended, by what had happened until then. Pure.

use std::collections::BTreeMap;

use caseledger_commands::case::{ClosureReason, Forum, TriageOutcome};
use caseledger_commands::codes::Need;
use caseledger_commands::{ActionId, AssessmentId, Date, PersonId};
use caseledger_log::Position;

use super::facts::{Dated, Fact, Held, Referred};

/// Where something is told: the event's position in the log, and its place among the case's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub position: Position,
    pub sequence: u64,
}

/// A case at the end of a day.
#[derive(Clone, Debug, Default)]
pub(super) struct Then {
    /// The requests for help, in the order of their days.
    pub referred: Vec<(Date, Told, Referred)>,
    /// What triage decided.
    pub triage: Option<(TriageOutcome, Forum, String, Told)>,
    /// The children of the family, since when, and which event says so.
    pub children: BTreeMap<PersonId, (Date, Told)>,
    /// Who held it, in order.
    pub holders: Vec<(Date, Told, Held)>,
    /// The assessments, in the order in which they began.
    pub assessments: Vec<Assessed>,
    /// The stretches in which early help worked with the family.
    pub help: Vec<Stretch>,
    /// Actions of an earlier record that lack an owner or a due date, and are still to be done.
    pub lacking: BTreeMap<ActionId, Lacking>,
    open_before: bool,
}

/// An assessment at the end of a day.
#[derive(Clone, Debug)]
pub(super) struct Assessed {
    pub id: AssessmentId,
    pub started: (Date, Told),
    pub completed: Option<(Date, Told)>,
    pub children: Vec<PersonId>,
    /// Who made it, where an earlier record says so.
    pub organisation: Option<String>,
    pub need: Option<Need>,
}

/// A stretch of help. One that began and ended on the same day held on none.
#[derive(Clone, Debug)]
pub(super) struct Stretch {
    pub from: (Date, Told),
    pub until: Option<(Date, Told, End)>,
}

/// Why a stretch of help ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Statutory social care took the family over.
    SteppedUp,
    /// The case was closed, for that reason where one was given.
    Closed(Option<ClosureReason>),
}

/// What an action lacks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lacking {
    pub owner: bool,
    pub due: bool,
    pub told: Told,
}

impl Then {
    /// The case at the end of that day.
    pub(super) fn of(facts: &[Dated], at: Date) -> Self {
        let mut ordered: Vec<(usize, &Dated)> =
            facts.iter().enumerate().filter(|(_, dated)| dated.day <= at).collect();
        // Facts of one event keep their order among themselves.
        ordered.sort_by_key(|(place, dated)| (dated.day, dated.position, *place));
        let mut then = Self::default();
        for (_, dated) in ordered {
            then.take(dated);
        }
        then
    }

    fn take(&mut self, dated: &Dated) {
        let told = Told { position: dated.position, sequence: dated.sequence };
        let day = dated.day;
        match &dated.fact {
            Fact::Referred(referred) => {
                for child in &referred.children {
                    self.children.entry(*child).or_insert((day, told));
                }
                self.referred.push((day, told, referred.clone()));
            }
            Fact::Joined { child } => _ = self.children.entry(*child).or_insert((day, told)),
            Fact::Left { person } => _ = self.children.remove(person),
            Fact::Triaged { outcome, forum, decided_by } => {
                self.triage = Some((*outcome, *forum, decided_by.clone(), told));
            }
            Fact::Held(held) => self.holders.push((day, told, held.clone())),
            Fact::AssessmentStarted { assessment, children, organisation } => {
                self.assessments.push(Assessed {
                    id: *assessment,
                    started: (day, told),
                    completed: None,
                    children: children.clone(),
                    organisation: organisation.clone(),
                    need: None,
                });
            }
            Fact::AssessmentCompleted { assessment, need } => self.change(*assessment, |it| {
                it.completed = Some((day, told));
                it.need = *need;
            }),
            Fact::AssessmentReturned { assessment } => self.change(*assessment, |it| it.completed = None),
            Fact::Accepted => self.begin(day, told),
            Fact::SteppedUp => self.end(day, told, End::SteppedUp),
            Fact::Closed { reason } => {
                self.open_before = self.is_open();
                self.end(day, told, End::Closed(*reason));
            }
            Fact::Reopened if self.open_before => self.begin(day, told),
            Fact::Reopened => {}
            Fact::ActionLacking { action, owner, due } => {
                self.lacking.insert(*action, Lacking { owner: *owner, due: *due, told });
            }
            Fact::ActionDated { action } => self.fill(*action, |it| it.due = false),
            Fact::ActionOwned { action } => self.fill(*action, |it| it.owner = false),
            Fact::ActionEnded { action } => _ = self.lacking.remove(action),
            Fact::Restricted | Fact::Lifted => {}
        }
    }

    fn change(&mut self, id: AssessmentId, change: impl FnOnce(&mut Assessed)) {
        if let Some(assessment) = self.assessments.iter_mut().find(|assessment| assessment.id == id) {
            change(assessment);
        }
    }

    fn fill(&mut self, action: ActionId, fill: impl FnOnce(&mut Lacking)) {
        if let Some(lacking) = self.lacking.get_mut(&action) {
            fill(lacking);
            if !lacking.owner && !lacking.due {
                self.lacking.remove(&action);
            }
        }
    }

    fn begin(&mut self, day: Date, told: Told) {
        if !self.is_open() {
            self.help.push(Stretch { from: (day, told), until: None });
        }
    }

    fn end(&mut self, day: Date, told: Told, end: End) {
        if let Some(stretch) = self.help.last_mut().filter(|stretch| stretch.until.is_none()) {
            stretch.until = Some((day, told, end));
        }
    }

    /// Whether early help worked with the family when the day ended.
    pub(super) fn is_open(&self) -> bool {
        self.help.last().is_some_and(|stretch| stretch.until.is_none())
    }

    /// Who held the case when a day ended, or else who held it first.
    pub(super) fn holder_on(&self, day: Date) -> Option<&(Date, Told, Held)> {
        self.holders.iter().rev().find(|(from, ..)| *from <= day).or(self.holders.first())
    }

    /// Who holds it at the end.
    pub(super) fn holder(&self) -> Option<&(Date, Told, Held)> {
        self.holders.last()
    }

    /// The need that the latest assessment found first, or else the referral's.
    pub(super) fn need(&self) -> Option<Need> {
        let found = self.assessments.iter().rev().find_map(|assessment| assessment.need);
        found.or_else(|| self.referred.iter().rev().find_map(|(_, _, referred)| referred.need))
    }
}

/// From and until when a case may stand on an export; until is `9999-12-31` while it is being worked on.
pub(super) fn reach(facts: &[Dated]) -> (Date, Date) {
    let days = facts.iter().map(|dated| dated.day);
    let (first, last) = (days.clone().min().unwrap_or(Date::MAX), days.max().unwrap_or(Date::MIN));
    let then = Then::of(facts, Date::MAX);
    (first, if then.is_open() { Date::MAX } else { last })
}

/// Whether only named people may see the case now.
pub(super) fn is_restricted(facts: &[Dated]) -> bool {
    let latest = facts
        .iter()
        .filter(|dated| matches!(dated.fact, Fact::Restricted | Fact::Lifted))
        .max_by_key(|dated| dated.position);
    latest.is_some_and(|dated| dated.fact == Fact::Restricted)
}
