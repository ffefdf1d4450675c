//! Lists 1 to 3 of the child-level lists that inspectors ask for (Annex A), for a day.

use std::collections::BTreeSet;

use caseledger_commands::case::{Forum, TriageOutcome};
use caseledger_commands::codes::ReferralSource;
use caseledger_commands::{ActionId, Date, PersonId};

use super::people::{Child, Origin, Source};
use super::then::{Assessed, Then, Told};
use super::{Known, PAGE, page};
use crate::sql::{Db, SqlError};

/// How far back the lists reach: contacts, assessments and referrals of the six months before the day.
const MONTHS: i32 = 6;

/// The lists, each in the order of its days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    /// The first day of the six months.
    pub from: Date,
    /// The day, at whose end things stood so.
    pub at: Date,
    /// List 1.
    pub contacts: Vec<Contact>,
    /// List 2.
    pub early_help: Vec<EarlyHelp>,
    /// List 3.
    pub referrals: Vec<Referral>,
    /// What plans that are being worked on lack. It stands on no list.
    pub gaps: Vec<Gap>,
}

/// A child of a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The child.
    pub child: Child,
    /// Where the row comes from.
    pub origin: Origin,
    /// The day.
    pub on: Date,
    /// Who made contact.
    pub source: Option<ReferralSource>,
}

/// A child of an early help assessment, or one with whom early help works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlyHelp {
    /// The child.
    pub child: Child,
    /// Where the row comes from.
    pub origin: Origin,
    /// The assessment; none where help is being given without one.
    pub assessment: Option<Assessment>,
    /// Who makes or made it.
    pub organisation: Option<String>,
    /// Whether early help works with the family when the day ends.
    pub current: bool,
}

/// An assessment's days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The day it began.
    pub started_on: Date,
    /// The day it was completed, where that is past.
    pub completed_on: Option<Date>,
}

/// A child of a referral.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referral {
    /// The child.
    pub child: Child,
    /// Where the row comes from.
    pub origin: Origin,
    /// The day.
    pub on: Date,
    /// Who referred.
    pub source: Option<ReferralSource>,
    /// Whether nothing more was done; not known while triage has not decided.
    pub no_further_action: Option<bool>,
    /// Whether triage ended it: nobody was to hold it.
    pub turned_away: bool,
    /// How often the child was referred in the twelve months before, without this one.
    pub earlier: u32,
    /// The team that holds it, or that decided where nobody was to hold it.
    pub team: Option<String>,
    /// The worker who holds it, or the post that decided.
    pub worker: Option<String>,
}

/// An action of an earlier record, still to be done, that lacks an owner or a due date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Where it comes from.
    pub origin: Origin,
    /// The action.
    pub action: ActionId,
    /// Whether nobody owns it.
    pub owner: bool,
    /// Whether it has no due date.
    pub due: bool,
}

/// The lists for a day.
///
/// Contacts and referrals are those of the six months that end with the day, from the same day of the month on. An
/// assessment stands on its list when it began or was completed in them. A child with whom early help works when the day
/// ends stands there as well: with the latest assessment, however old, or with none.
///
/// # Errors
/// [`SqlError`] when the database can't answer.
pub async fn lists(db: &Db, at: Date) -> Result<Lists, SqlError> {
    let from = at.saturating_sub(jiff::Span::new().months(MONTHS));
    let mut lists = Lists { from, at, ..Lists::default() };
    let mut source = Source::open(db).await?;
    let mut after = String::new();
    loop {
        let cases = page(db, from, at, &after).await?;
        let is_last = cases.len() < PAGE;
        if let Some(last) = cases.last() {
            after.clone_from(&last.key);
        }
        let cases: Vec<(Known, Then)> = cases
            .into_iter()
            .map(|case| {
                let then = Then::of(&case.facts, at);
                (case, then)
            })
            .collect();
        source.load_children(db, &cases).await?;
        let referred = cases.iter().flat_map(|(_, then)| then.referred.iter().filter(|(on, ..)| *on >= from));
        let referred: BTreeSet<PersonId> =
            referred.flat_map(|(_, _, referred)| referred.children.iter().copied()).collect();
        source.load_referrals(db, referred.into_iter()).await?;
        for (case, then) in &cases {
            let row = Rows { source: &source, case, then, from, at };
            row.referred(&mut lists);
            row.early_help(&mut lists);
            row.gaps(&mut lists);
        }
        if is_last {
            break;
        }
    }
    lists.contacts.sort_by_key(|row| (row.on, row.origin.case, row.child.person));
    lists.referrals.sort_by_key(|row| (row.on, row.origin.case, row.child.person));
    let began = |row: &EarlyHelp| row.assessment.map(|assessment| assessment.started_on);
    lists.early_help.sort_by_key(|row| (began(row), row.origin.case, row.child.person));
    lists.gaps.sort_by_key(|gap| (gap.origin.case, gap.action));
    Ok(lists)
}

/// The rows of one case.
struct Rows<'a> {
    source: &'a Source,
    case: &'a Known,
    then: &'a Then,
    from: Date,
    at: Date,
}

impl Rows<'_> {
    /// The entries that stand for these children, each once.
    fn kept<'c>(&self, children: impl IntoIterator<Item = &'c PersonId>) -> BTreeSet<PersonId> {
        children.into_iter().map(|child| self.source.kept(*child)).collect()
    }

    fn referred(&self, lists: &mut Lists) {
        for (on, told, referred) in self.then.referred.iter().filter(|(on, ..)| *on >= self.from) {
            for child in self.kept(&referred.children) {
                let (child, on, source) = (self.source.child(child), *on, referred.source);
                if referred.contact {
                    let origin = self.source.origin(self.case, self.then, *told, [child.position]);
                    lists.contacts.push(Contact { child: child.clone(), origin, on, source });
                }
                if referred.referral {
                    lists.referrals.push(self.referral(child, on, *told, source, referred.ended_there));
                }
            }
        }
    }

    fn referral(
        &self,
        child: Child,
        on: Date,
        told: Told,
        source: Option<ReferralSource>,
        ended_there: Option<bool>,
    ) -> Referral {
        let triage = self.then.triage.as_ref();
        let no_further_action =
            ended_there.or(triage.map(|(outcome, ..)| *outcome == TriageOutcome::NoFurtherAction));
        let turned_away = triage.is_some_and(|(outcome, ..)| *outcome != TriageOutcome::EarlyHelp);
        let holder = self.then.holder();
        let held = holder.map(|(.., held)| held);
        let team = held.and_then(|held| self.source.team(held.team).or(held.team_words.clone()));
        let worker = held.and_then(|held| {
            let words = held.worker_words.as_ref().map(|words| words.reveal().clone());
            self.source.practitioner(held.practitioner).or(words)
        });
        // Nobody holds what triage turned away: whoever decided answers for it.
        let decided = triage.filter(|_| turned_away);
        let events = [
            child.position,
            triage.map(|(.., told)| told.position),
            holder.map(|(_, told, _)| told.position),
        ];
        Referral {
            origin: self.source.origin(self.case, self.then, told, events),
            on,
            source,
            no_further_action,
            turned_away,
            earlier: self.source.earlier_referrals(child.person, on, told.position),
            team: team.or(decided.map(|(_, forum, ..)| forum_name(*forum).to_owned())),
            worker: worker.or(decided.map(|(_, _, by, _)| by.clone())),
            child,
        }
    }

    fn early_help(&self, lists: &mut Lists) {
        let current = self.then.help.last().filter(|stretch| stretch.until.is_none());
        let mut listed = BTreeSet::new();
        for assessment in &self.then.assessments {
            let completed = assessment.completed.map(|(day, _)| day);
            if assessment.started.0 < self.from && completed.is_none_or(|day| day < self.from) {
                continue;
            }
            for child in self.kept(&assessment.children) {
                listed.insert(child);
                lists.early_help.push(self.assessed(child, assessment, current.is_some()));
            }
        }
        let Some(current) = current else { return };
        for child in self.kept(self.then.children.keys()) {
            if listed.contains(&child) {
                continue;
            }
            let of_child = |assessment: &&Assessed| self.kept(&assessment.children).contains(&child);
            let row = match self.then.assessments.iter().rev().find(of_child) {
                Some(assessment) => self.assessed(child, assessment, true),
                None => self.unassessed(child, current.from.1),
            };
            lists.early_help.push(row);
        }
    }

    fn assessed(&self, child: PersonId, assessment: &Assessed, current: bool) -> EarlyHelp {
        let child = self.source.child(child);
        let done = assessment.completed.map_or(self.at, |(day, _)| day);
        let holder = self.then.holder_on(done);
        let agency = holder.and_then(|(.., held)| self.source.agency(held.agency));
        let opened = self.then.help.last().filter(|_| current).map(|stretch| stretch.from.1.position);
        let events = [
            child.position,
            assessment.completed.map(|(_, told)| told.position),
            holder.map(|(_, told, _)| told.position),
            opened,
        ];
        EarlyHelp {
            origin: self.source.origin(self.case, self.then, assessment.started.1, events),
            assessment: Some(Assessment {
                started_on: assessment.started.0,
                completed_on: assessment.completed.map(|(day, _)| day),
            }),
            organisation: assessment.organisation.clone().or(agency),
            current,
            child,
        }
    }

    /// A child of a family that is helped without an assessment of the child.
    fn unassessed(&self, child: PersonId, opened: Told) -> EarlyHelp {
        let joined = self.then.children.iter().find(|(entry, _)| self.source.kept(**entry) == child);
        let child = self.source.child(child);
        let holder = self.then.holder();
        let events = [
            child.position,
            joined.map(|(_, (_, told))| told.position),
            holder.map(|(_, told, _)| told.position),
        ];
        EarlyHelp {
            origin: self.source.origin(self.case, self.then, opened, events),
            assessment: None,
            organisation: holder.and_then(|(.., held)| self.source.agency(held.agency)),
            current: true,
            child,
        }
    }

    fn gaps(&self, lists: &mut Lists) {
        if !self.then.is_open() {
            return;
        }
        for (action, lacking) in &self.then.lacking {
            let origin = self.source.origin(self.case, self.then, lacking.told, []);
            lists.gaps.push(Gap { origin, action: *action, owner: lacking.owner, due: lacking.due });
        }
    }
}

const fn forum_name(forum: Forum) -> &'static str {
    match forum {
        Forum::LocalityTeam => "Locality team",
        Forum::ContactTeam => "Contact team",
        Forum::Panel => "Early help panel",
    }
}
