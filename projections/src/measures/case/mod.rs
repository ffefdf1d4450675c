//! The units that follow from the events of a case.

mod assessment;
mod course;
mod facts;
mod impact;
mod open;
mod plan;
mod record;
mod referral;
pub(super) mod tables;
#[cfg(test)]
mod tests;
mod transfer;

use caseledger_aggregates::Authority;

use self::course::Course;
pub(super) use self::facts::Fact;
use super::story::{Said, Story, Subject, Told, of_its_stream};
use super::units::Units;
use crate::projection::Entry;
use crate::sql::Table;

/// The story of a case.
pub(super) struct CaseStory;

impl Story for CaseStory {
    type Fact = Fact;

    const KEPT: &'static Table = &tables::STORY;
    const TABLES: &'static [Table] = tables::UNITS;

    fn said(entry: &Entry) -> Vec<(Subject<'_>, Said<Fact>)> {
        of_its_stream(entry, facts::facts(entry))
    }

    fn units(told: &Told<Fact>, authority: &Authority) -> Units {
        let course = Course::of(told);
        let mut units = Units::default();
        record::add(&mut units, &course);
        open::add(&mut units, &course, authority);
        referral::add(&mut units, &course, authority);
        assessment::add(&mut units, &course, authority);
        plan::add(&mut units, &course);
        transfer::add(&mut units, &course, authority);
        impact::add(&mut units, &course);
        units
    }
}
