//! The units that follow from a person's entry in the people register: whether it says what is needed of a child.

pub(super) mod tables;

use caseledger_aggregates::person::{PersonEvent, PersonRegistered};
use caseledger_aggregates::{AnyEvent, Authority};
use caseledger_commands::Date;
use caseledger_commands::codes::{Ethnicity, Gender};
use caseledger_commands::person::Detail;
use caseledger_log::Position;
use serde::{Deserialize, Serialize};

use self::tables::{PERSON, STORY};
use super::story::{Said, Story, Told, day_of};
use super::units::{Units, positions, until};
use crate::projection::Entry;
use crate::sql::{Table, Value};

/// The story of a person. It holds nothing of them but what is known.
pub(super) struct PersonStory;

/// What an event says of what is known of a person.
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
}

/// Which details are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    const TABLES: &'static [Table] = &[PERSON];

    fn facts(entry: &Entry) -> Option<Said<Fact>> {
        let AnyEvent::Person(event) = &entry.event else { return None };
        let day = day_of(entry);
        let told = match event {
            PersonEvent::PersonRegistered(e) => vec![Fact::Registered(Known::of(e))],
            PersonEvent::PersonDetailsCorrected(e) => {
                e.corrections.iter().filter_map(|corrected| put_right(&corrected.to)).collect()
            }
            PersonEvent::PersonErased(_) => vec![Fact::Erased],
            PersonEvent::PeopleLinked(_) | PersonEvent::LinkEnded(_) => vec![],
        };
        Some(told.into_iter().map(|fact| (day, fact)).collect())
    }

    fn units(told: &Told<Fact>, _authority: &Authority) -> Units {
        let mut units = Units::default();
        let mut standing: Option<(Date, Known, Vec<Position>)> = None;
        let mut begin = |now: Option<(Known, Vec<Position>)>, day: Date, standing: &mut Option<_>| {
            let began = now.map(|(known, by)| (day, known, by));
            let before = std::mem::replace(standing, began);
            // What lasted no day's end is not told.
            if let Some((from, known, by)) = before.filter(|(from, ..)| *from < day) {
                add(&mut units, told, (known, by), (from, Some(day)));
            }
        };
        for dated in &told.facts {
            let by = |before: &[Position]| before.iter().copied().chain([dated.position]).collect::<Vec<_>>();
            let now = match (&dated.fact, &standing) {
                (Fact::Registered(known), _) => Some((*known, by(&[]))),
                (Fact::Erased, _) => None,
                // A correction that is said to have happened before the registration tells of nobody yet.
                (_, None) => continue,
                (Fact::Birth(is_known), Some((_, known, before))) => {
                    Some((Known { birth: *is_known, ..*known }, by(before)))
                }
                (Fact::Gender(is_known), Some((_, known, before))) => {
                    Some((Known { gender: *is_known, ..*known }, by(before)))
                }
                (Fact::Ethnicity(is_known), Some((_, known, before))) => {
                    Some((Known { ethnicity: *is_known, ..*known }, by(before)))
                }
            };
            begin(now, dated.day, &mut standing);
        }
        if let Some((from, known, by)) = standing {
            add(&mut units, told, (known, by), (from, None));
        }
        units
    }
}

fn add(
    units: &mut Units,
    told: &Told<Fact>,
    (known, by): (Known, Vec<Position>),
    (from, to): (Date, Option<Date>),
) {
    let row = [
        Value::Text(Some(format!("Person/{}", told.stream))),
        Value::from(told.stream.as_str()),
        Value::from(known.birth),
        Value::from(known.gender),
        Value::from(known.ethnicity),
        Value::from(from),
        until(to),
        positions(by),
    ];
    units.add(&PERSON, format!("{}/{from}", told.stream), row);
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
