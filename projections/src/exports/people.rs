//! The children of a row, and where a row comes from.

use std::collections::{BTreeMap, BTreeSet};

use caseledger_aggregates::person::Person;
use caseledger_commands::codes::{Ethnicity, Gender};
use caseledger_commands::person::BirthBasis;
use caseledger_commands::{AgencyId, CaseId, CaseReference, Date, PersonId, PractitionerId, TeamId};
use caseledger_log::Position;

use super::then::{Then, Told};
use super::{Known, REFERRAL};
use crate::people::PERSON;
use crate::sql::{Db, SqlError};

/// A child, as the people register has it now. All of it is personal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Child {
    /// The child's entry; where it was found to be a duplicate, the one that is kept.
    pub person: PersonId,
    /// The gender, where the entry stands.
    pub gender: Option<Gender>,
    /// The ethnicity, where one is recorded.
    pub ethnicity: Option<Ethnicity>,
    /// When the child was born, where it is recorded.
    pub birth: Option<Birth>,
    /// Whether the details were erased.
    pub erased: bool,
    /// The entry's last event.
    pub position: Option<Position>,
}

/// When a child was born, and how surely it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Birth {
    /// The day.
    pub date: Date,
    /// How surely it is known.
    pub basis: BirthBasis,
}

impl Child {
    /// The age in whole years when a day ended; none before birth.
    pub fn age(&self, on: Date) -> Option<i16> {
        let born = self.birth?.date;
        let had_birthday = (on.month(), on.day()) >= (born.month(), born.day());
        let years = on.year() - born.year() - i16::from(!had_birthday);
        (born <= on).then_some(years)
    }
}

/// Where a row comes from: the case, and the events that make it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The case.
    pub case: CaseId,
    /// Its short reference.
    pub reference: CaseReference,
    /// The positions of the events, in order.
    pub positions: Vec<Position>,
    /// The place, among the case's own events, of the one that the row begins with: what a correction names.
    pub sequence: u64,
    /// Whether only named people may see the case now.
    pub restricted: bool,
    /// Whose it was on the day.
    pub whose: Whose,
}

/// Whose a case was on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whose {
    /// The team.
    pub team: Option<TeamId>,
    /// The team's name.
    pub team_name: Option<String>,
    /// The locality that the team works in.
    pub locality: Option<String>,
}

/// The people and teams that the rows of an export name.
#[derive(Default)]
pub(super) struct Source {
    teams: BTreeMap<String, (String, String)>,
    agencies: BTreeMap<String, String>,
    practitioners: BTreeMap<String, String>,
    /// For each duplicate, the entry that is kept.
    kept: BTreeMap<PersonId, PersonId>,
    children: BTreeMap<PersonId, Child>,
    /// For each child, the days of referrals and the events that tell of them.
    referrals: BTreeMap<PersonId, BTreeSet<(Date, Position)>>,
}

impl Source {
    /// Reads the register of teams, and which people are duplicates.
    pub(super) async fn open(db: &Db) -> Result<Self, SqlError> {
        let mut source = Self::default();
        for row in db.fetch("SELECT team_id, name, locality FROM workforce_team_v1", &[]).await? {
            source.teams.insert(row.text("team_id")?, (row.text("name")?, row.text("locality")?));
        }
        for row in db.fetch("SELECT agency_id, name FROM workforce_agency_v1", &[]).await? {
            source.agencies.insert(row.text("agency_id")?, row.text("name")?);
        }
        for row in db.fetch("SELECT practitioner_id, name FROM workforce_practitioner_v1", &[]).await? {
            source.practitioners.insert(row.text("practitioner_id")?, row.text("name")?);
        }
        let sql = "SELECT person_id, duplicate_of FROM person_v1 WHERE duplicate_of IS NOT NULL";
        for row in db.fetch(sql, &[]).await? {
            source.kept.insert(row.parsed("person_id")?, row.parsed("duplicate_of")?);
        }
        Ok(source)
    }

    /// The entry that is kept for a person. Entries that were called duplicates of each other lead nowhere, and the first
    /// that was asked for stands.
    pub(super) fn kept(&self, person: PersonId) -> PersonId {
        let mut seen = BTreeSet::from([person]);
        let mut at = person;
        while let Some(next) = self.kept.get(&at) {
            if !seen.insert(*next) {
                return person;
            }
            at = *next;
        }
        at
    }

    /// Every entry that stands for the same person.
    fn entries(&self, person: PersonId) -> BTreeSet<PersonId> {
        let kept = self.kept(person);
        let duplicates = self.kept.keys().copied().filter(|duplicate| self.kept(*duplicate) == kept);
        duplicates.chain([kept, person]).collect()
    }

    /// Reads the children whom these cases name.
    pub(super) async fn load_children(&mut self, db: &Db, cases: &[(Known, Then)]) -> Result<(), SqlError> {
        let named = cases.iter().flat_map(|(_, then)| {
            let referred = then.referred.iter().flat_map(|(_, _, referred)| &referred.children);
            let assessed = then.assessments.iter().flat_map(|assessment| &assessment.children);
            then.children.keys().chain(referred).chain(assessed)
        });
        let wanted: BTreeSet<PersonId> = named.map(|person| self.kept(*person)).collect();
        let missing: Vec<String> = wanted
            .into_iter()
            .filter(|person| !self.children.contains_key(person))
            .map(|person| person.to_string())
            .collect();
        for row in db.load(&PERSON, "person_id", &missing).await? {
            let person: PersonId = row.parsed("person_id")?;
            let state: Person = row.json("state")?;
            let details = state.registered().map(|held| &held.details);
            let birth = details.and_then(|details| details.birth.as_ref());
            let child = Child {
                person,
                gender: details.map(|details| *details.gender.reveal()),
                ethnicity: details.and_then(|details| details.ethnicity.as_ref()).map(|it| *it.reveal()),
                birth: birth.map(|birth| Birth { date: *birth.date.reveal(), basis: birth.basis }),
                erased: matches!(state, Person::Erased),
                position: Some(row.count("position")?),
            };
            self.children.insert(person, child);
        }
        Ok(())
    }

    /// Reads all referrals of these children, under whatever entry they came.
    pub(super) async fn load_referrals(
        &mut self,
        db: &Db,
        children: impl Iterator<Item = PersonId>,
    ) -> Result<(), SqlError> {
        let kept: BTreeSet<PersonId> = children.map(|child| self.kept(child)).collect();
        let missing: Vec<PersonId> =
            kept.into_iter().filter(|child| !self.referrals.contains_key(child)).collect();
        let entries: Vec<String> = match self.kept.is_empty() {
            true => missing.iter().map(ToString::to_string).collect(),
            false => missing.iter().flat_map(|child| self.entries(*child)).map(|id| id.to_string()).collect(),
        };
        self.referrals.extend(missing.iter().map(|child| (*child, BTreeSet::new())));
        for row in db.load(&REFERRAL, "child_id", &entries).await? {
            let child = self.kept(row.parsed("child_id")?);
            let told = (row.parsed("day")?, row.count("position")?);
            self.referrals.entry(child).or_default().insert(told);
        }
        Ok(())
    }

    /// How often a child was referred in the twelve months before a referral, leaving that one out.
    pub(super) fn earlier_referrals(&self, child: PersonId, day: Date, position: Position) -> u32 {
        let from = day.saturating_sub(jiff::Span::new().months(12));
        let earlier = self.referrals.get(&self.kept(child)).into_iter().flatten();
        let counted = earlier.filter(|(on, at)| *on >= from && (*on, *at) < (day, position));
        u32::try_from(counted.count()).unwrap_or(u32::MAX)
    }

    /// A child by its entry.
    pub(super) fn child(&self, person: PersonId) -> Child {
        let kept = self.kept(person);
        self.children.get(&kept).cloned().unwrap_or(Child {
            person: kept,
            gender: None,
            ethnicity: None,
            birth: None,
            erased: false,
            position: None,
        })
    }

    pub(super) fn team(&self, team: Option<TeamId>) -> Option<String> {
        Some(self.teams.get(&team?.to_string())?.0.clone())
    }

    pub(super) fn agency(&self, agency: Option<AgencyId>) -> Option<String> {
        self.agencies.get(&agency?.to_string()).cloned()
    }

    pub(super) fn practitioner(&self, practitioner: Option<PractitionerId>) -> Option<String> {
        self.practitioners.get(&practitioner?.to_string()).cloned()
    }

    /// Where a row comes from, that these events make.
    pub(super) fn origin(
        &self,
        case: &Known,
        then: &Then,
        first: Told,
        events: impl IntoIterator<Item = Option<Position>>,
    ) -> Origin {
        let positions: BTreeSet<Position> = events.into_iter().flatten().chain([first.position]).collect();
        let team = then.holder().and_then(|(.., held)| held.team);
        let known = team.and_then(|team| self.teams.get(&team.to_string()));
        Origin {
            case: case.case,
            reference: case.reference.clone(),
            positions: positions.into_iter().collect(),
            sequence: first.sequence,
            restricted: case.restricted,
            whose: Whose {
                team,
                team_name: known.map(|(name, _)| name.clone()),
                locality: known.map(|(_, locality)| locality.clone()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn born(date: Date) -> Child {
        let birth = Some(Birth { date, basis: BirthBasis::Known });
        let person = uuid::Uuid::nil().into();
        Child { person, gender: None, ethnicity: None, birth, erased: false, position: None }
    }

    #[test]
    fn an_age_is_in_whole_years_and_there_is_none_before_birth() {
        let child = born(jiff::civil::date(2010, 6, 15));
        assert_eq!(child.age(jiff::civil::date(2017, 6, 14)), Some(6));
        assert_eq!(child.age(jiff::civil::date(2017, 6, 15)), Some(7));
        assert_eq!(child.age(jiff::civil::date(2010, 6, 15)), Some(0));
        assert_eq!(child.age(jiff::civil::date(2010, 6, 14)), None);
        assert_eq!(born(jiff::civil::date(2012, 2, 29)).age(jiff::civil::date(2017, 2, 28)), Some(4));
    }

    #[test]
    fn duplicates_of_duplicates_lead_to_the_entry_that_is_kept() {
        let id = |number: u128| PersonId::from(uuid::Uuid::from_u128(number));
        let mut source = Source::default();
        source.kept.extend([(id(1), id(2)), (id(2), id(3)), (id(8), id(9)), (id(9), id(8))]);
        assert_eq!(source.kept(id(1)), id(3));
        assert_eq!(source.kept(id(8)), id(8));
        assert_eq!(source.entries(id(3)), BTreeSet::from([id(1), id(2), id(3)]));
    }
}
