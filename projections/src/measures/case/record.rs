//! How the record is kept: entries made late, and entries put right.

use super::course::Course;
use super::facts::Fact;
use super::tables::ENTRY;
use crate::measures::units::Units;
use crate::sql::Value;

pub(super) fn add(units: &mut Units, course: &Course<'_>) {
    for dated in &course.told.facts {
        let (what, days) = match dated.fact {
            Fact::EnteredLate(days) => ("late", Some(i64::from(days))),
            Fact::Corrected => ("correction", None),
            _ => continue,
        };
        let says = [Value::from(dated.day), Value::from(what), Value::from(days)];
        let row = course.row(&course.on(dated.day), says, [dated.position]);
        units.add(&ENTRY, course.key(format_args!("entry/{what}/{}", dated.position)), row);
    }
}
