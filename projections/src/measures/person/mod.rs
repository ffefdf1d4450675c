//! The units that follow from what is known of a person: to which cases they came as a child, and whether their entry in
//! the people register says what is needed of a child.

pub(super) mod tables;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use caseledger_aggregates::case::CaseEvent;
use caseledger_aggregates::person::{PersonEvent, PersonRegistered};
use caseledger_aggregates::{AnyEvent, Authority};
use caseledger_commands::case::FamilyRole;
use caseledger_commands::codes::{Ethnicity, Gender};
use caseledger_commands::person::Detail;
use caseledger_commands::{CaseId, Date, PersonId};
use caseledger_log::Position;
use jiff::ToSpan;
use serde::{Deserialize, Serialize};

use self::tables::{CHILD, CHILD_CASE, STORY};
use super::story::{Dated, Said, Story, Subject, Told, day_of};
use super::units::{Units, positions, until};
use crate::projection::Entry;
use crate::sql::{Table, Value};

/// The story of a person. It holds nothing of them but what is known.
pub(super) struct PersonStory;

/// What an event says of a person, without saying what they are like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Fact {
    /// They were entered in the register.
    Registered(Known),
    /// The date of birth is known, or is not.
    Birth(bool),
    /// The gender.
    Gender(bool),
    /// The ethnicity.
    Ethnicity(bool),
    /// The details were erased.
    Erased,
    /// A case is for them, as a child.
    Came(CaseId),
    /// They belong to it no longer.
    Left(CaseId),
}

impl Fact {
    /// The case that it bears on, if it is not all of them.
    fn bears_on(&self) -> Option<CaseId> {
        match self {
            Self::Came(case) | Self::Left(case) => Some(*case),
            Self::Registered(_) | Self::Birth(_) | Self::Gender(_) | Self::Ethnicity(_) | Self::Erased => {
                None
            }
        }
    }
}

/// Which details are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Known {
    birth: bool,
    gender: bool,
    ethnicity: bool,
}

impl Known {
    fn of(e: &PersonRegistered) -> Self {
        Self {
            birth: e.birth.is_some(),
            gender: says_gender(*e.gender.reveal()),
            ethnicity: e.ethnicity.as_ref().is_some_and(|it| says_ethnicity(*it.reveal())),
        }
    }
}

fn says_gender(gender: Gender) -> bool {
    gender != Gender::NotStated
}

/// That a family did not want to say is an answer; that nobody knows yet is none.
fn says_ethnicity(ethnicity: Ethnicity) -> bool {
    ethnicity != Ethnicity::NotYetObtained
}

impl Story for PersonStory {
    type Fact = Fact;

    const KEPT: &'static Table = &STORY;
    const TABLES: &'static [Table] = &[CHILD, CHILD_CASE];

    /// A person's entry is one stream, and their cases are others: the story is made of all of them.
    fn said(entry: &Entry) -> Vec<(Subject<'_>, Said<Fact>)> {
        let day = day_of(entry);
        let of =
            |person: PersonId, day: Date, fact: Fact| (Subject::Named(person.to_string()), vec![(day, fact)]);
        match &entry.event {
            AnyEvent::Person(event) => {
                let said = of_entry(event).into_iter().map(|fact| (day, fact)).collect();
                vec![(Subject::Named(entry.recorded.aggregate_id.clone()), said)]
            }
            AnyEvent::Case(event) => {
                let Ok(case) = entry.recorded.aggregate_id.parse::<CaseId>() else { return vec![] };
                match event {
                    CaseEvent::ReferralReceived(e) => {
                        e.children.iter().map(|child| of(*child, day, Fact::Came(case))).collect()
                    }
                    // A case that another record held counts from the earliest day that the record knows.
                    CaseEvent::CaseImported(e) => {
                        e.children.iter().map(|child| of(*child, e.accepted_on, Fact::Came(case))).collect()
                    }
                    CaseEvent::FamilyMemberAdded(e) if e.role == FamilyRole::Child => {
                        vec![of(e.person, day, Fact::Came(case))]
                    }
                    CaseEvent::FamilyMembershipEnded(e) => vec![of(e.person, day, Fact::Left(case))],
                    _ => vec![],
                }
            }
            _ => vec![],
        }
    }

    fn units(told: &Told<Fact>, _authority: &Authority) -> Units {
        let mut units = Units::default();
        add_stretches(&mut units, told);
        add_cases(&mut units, told);
        units
    }
}

/// What an event of a person's entry says.
fn of_entry(event: &PersonEvent) -> Vec<Fact> {
    match event {
        PersonEvent::PersonRegistered(e) => vec![Fact::Registered(Known::of(e))],
        PersonEvent::PersonDetailsCorrected(e) => {
            e.corrections.iter().filter_map(|corrected| put_right(&corrected.to)).collect()
        }
        PersonEvent::PersonErased(_) => vec![Fact::Erased],
        PersonEvent::PeopleLinked(_) | PersonEvent::LinkEnded(_) => vec![],
    }
}

/// What is known of a child at some time, and the cases that it belongs to.
#[derive(Clone, Debug, Default, PartialEq)]
struct Standing {
    /// What the entry says, where there is one.
    known: Option<Known>,
    /// The events that it follows from.
    known_by: Vec<Position>,
    /// The cases, each with the event by which the child came.
    cases: BTreeMap<CaseId, Position>,
}

impl Standing {
    fn take(&mut self, dated: &Dated<Fact>) {
        match &dated.fact {
            Fact::Came(case) => {
                self.cases.entry(*case).or_insert(dated.position);
            }
            Fact::Left(case) => {
                self.cases.remove(case);
            }
            Fact::Registered(known) => {
                (self.known, self.known_by) = (Some(*known), vec![dated.position]);
            }
            Fact::Erased => (self.known, self.known_by) = (None, vec![dated.position]),
            Fact::Birth(known) => self.correct(dated.position, |all| all.birth = *known),
            Fact::Gender(known) => self.correct(dated.position, |all| all.gender = *known),
            Fact::Ethnicity(known) => self.correct(dated.position, |all| all.ethnicity = *known),
        }
    }

    /// A correction that is said to have happened before the registration tells of nobody yet.
    fn correct(&mut self, by: Position, how: impl FnOnce(&mut Known)) {
        if let Some(known) = &mut self.known {
            how(known);
            self.known_by.push(by);
        }
    }

    /// What is told of the child in a case, and the events that say so.
    fn of(&self, case: CaseId) -> Option<(Known, Vec<Position>)> {
        let came = self.cases.get(&case)?;
        let by = [*came].into_iter().chain(self.known_by.iter().copied()).collect();
        Some((self.known.unwrap_or_default(), by))
    }
}

/// The cases that a child came to, each with the first day on which it was for the child, and the event that says so.
fn cases(told: &Told<Fact>) -> BTreeMap<CaseId, (Date, Position)> {
    let mut cases = BTreeMap::new();
    for dated in &told.facts {
        if let Fact::Came(case) = dated.fact {
            cases.entry(case).or_insert((dated.day, dated.position));
        }
    }
    cases
}

/// Walks the facts, and begins a stretch whenever something that is told of the child in a case changes.
fn add_stretches(units: &mut Units, told: &Told<Fact>) {
    let mut standing = Standing::default();
    let mut begun: BTreeMap<CaseId, (Date, (Known, Vec<Position>))> = BTreeMap::new();
    // A day ends with its last fact: what changed and changed back within it is not told.
    for facts in told.facts.chunk_by(|one, next| one.day == next.day) {
        let day = facts[0].day;
        facts.iter().for_each(|dated| standing.take(dated));
        let bears_on = facts.iter().map(|dated| dated.fact.bears_on()).collect::<Option<BTreeSet<CaseId>>>();
        let cases = bears_on.unwrap_or_else(|| begun.keys().chain(standing.cases.keys()).copied().collect());
        for case in cases {
            let now = standing.of(case);
            if begun.get(&case).map(|(_, before)| before) == now.as_ref() {
                continue;
            }
            if let Some((from, before)) = begun.remove(&case) {
                add_stretch(units, told, case, before, (from, Some(day)));
            }
            begun.extend(now.map(|now| (case, (day, now))));
        }
    }
    for (case, (from, of)) in begun {
        add_stretch(units, told, case, of, (from, None));
    }
}

fn add_stretch(
    units: &mut Units,
    told: &Told<Fact>,
    case: CaseId,
    (known, by): (Known, Vec<Position>),
    (from, to): (Date, Option<Date>),
) {
    let row = [
        subject(told),
        Value::text(case),
        Value::from(told.stream.as_str()),
        Value::from(known.birth),
        Value::from(known.ethnicity),
        Value::from(known.gender),
        Value::from(known.birth && known.ethnicity && known.gender),
        Value::from(from),
        until(to),
        positions(by),
    ];
    units.add(&CHILD, format!("{}/{case}/{from}", told.stream), row);
}

/// Tells of each case whether others had begun for the child before. It says nothing of later ones: what a child comes to
/// then changes no row that is there, however many there are.
fn add_cases(units: &mut Units, told: &Told<Fact>) {
    let mut cases: Vec<_> = cases(told).into_iter().map(|(case, (day, by))| (day, by, case)).collect();
    if cases.len() < 2 {
        return;
    }
    cases.sort_unstable_by_key(|(day, by, _)| (*day, *by));
    for (came_on, by, case) in &cases {
        let before = &cases[..cases.partition_point(|(day, ..)| day < came_on)];
        let last = before.last();
        let came_back = last.is_some_and(|(day, ..)| *day >= came_on.saturating_sub(1.year()));
        let row = [
            subject(told),
            Value::text(case),
            Value::from(told.stream.as_str()),
            Value::from(*came_on),
            Value::count(before.len().min(2) as u64),
            Value::maybe(last.map(|(.., case)| case)),
            Value::from(came_back),
            positions([*by].into_iter().chain(last.map(|(_, by, _)| *by))),
        ];
        units.add(&CHILD_CASE, format!("{}/{case}", told.stream), row);
    }
}

fn subject(told: &Told<Fact>) -> Value {
    Value::Text(Some(format!("Person/{}", told.stream)))
}

/// What a correction makes known, or takes away.
fn put_right(to: &Detail) -> Option<Fact> {
    Some(match to {
        Detail::Birth(birth) => Fact::Birth(birth.is_some()),
        Detail::Gender(gender) => Fact::Gender(says_gender(*gender.reveal())),
        Detail::Ethnicity(ethnicity) => {
            Fact::Ethnicity(ethnicity.as_ref().is_some_and(|it| says_ethnicity(*it.reveal())))
        }
        _ => return None,
    })
}
