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
mod touched;
mod transfer;

use caseledger_aggregates::Authority;

use self::course::Course;
pub(super) use self::facts::Fact;
use super::story::{Said, Story, Subject, Told, Touched, of_its_stream};
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

    fn touched_by(fact: &Fact, told: &Told<Fact>) -> Touched {
        touched::by(fact, told)
    }

    fn units(told: &Told<Fact>, authority: &Authority) -> Units {
        Self::touched_units(told, authority, Touched::EVERYTHING)
    }

    fn touched_units(told: &Told<Fact>, authority: &Authority, touched: Touched) -> Units {
        let course = Course::of(told);
        let mut units = Units::default();
        let mut make = |part: Touched, add: &dyn Fn(&mut Units)| {
            if touched.has(part) {
                add(&mut units);
            }
        };
        make(touched::RECORD, &|units| record::add(units, &course));
        make(touched::OPEN, &|units| open::add(units, &course, authority));
        make(touched::REFERRAL, &|units| referral::add(units, &course, authority));
        make(touched::ASSESSMENT, &|units| assessment::add(units, &course, authority));
        make(touched::ACTIONS, &|units| plan::add_actions(units, &course));
        make(touched::REVIEWS, &|units| plan::add_reviews(units, &course));
        make(touched::TRANSFER, &|units| transfer::add(units, &course, authority));
        make(touched::IMPACT, &|units| impact::add(units, &course));
        units
    }
}
