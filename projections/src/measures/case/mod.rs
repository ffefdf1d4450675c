//! The units that follow from the events of a case.

mod course;
mod facts;
mod open;
mod record;
pub(super) mod tables;
#[cfg(test)]
mod tests;

use caseledger_aggregates::Authority;
use caseledger_commands::Date;

use self::course::Course;
pub(super) use self::facts::Fact;
use super::story::{Story, Told};
use super::units::Units;
use crate::projection::Entry;
use crate::sql::Table;

/// The story of a case.
pub(super) struct CaseStory;

impl Story for CaseStory {
    type Fact = Fact;

    const KEPT: &'static Table = &tables::STORY;
    const TABLES: &'static [Table] = &[tables::OPEN, tables::EPISODE, tables::ENTRY];

    fn facts(entry: &Entry) -> Option<Vec<(Date, Fact)>> {
        facts::facts(entry)
    }

    fn units(told: &Told<Fact>, _authority: &Authority) -> Units {
        let course = Course::of(told);
        let mut units = Units::default();
        open::add(&mut units, &course);
        record::add(&mut units, &course);
        units
    }
}
