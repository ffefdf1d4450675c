//! Units: what measures count. Each kind has a table, which people may read too.

use std::collections::BTreeMap;

use caseledger_commands::Date;
use caseledger_log::Position;

use crate::sql::{Column, Table, Value};

/// What tells a unit apart.
pub(super) const UNIT: Column =
    Column::text("unit", "What tells the row apart: the case or other stream, and what of it.");
/// The case that a unit is of.
pub(super) const CASE: Column = Column::text("case_id", "The case.");
/// Its short reference.
pub(super) const REFERENCE: Column = Column::text("reference", "The case's short reference.");
/// The team.
pub(super) const TEAM_ID: Column =
    Column::text("team_id", "The team that has it on that day, or the first that gets it later.").or_empty();
/// The lead agency.
pub(super) const AGENCY_ID: Column =
    Column::text("lead_agency_id", "The agency that leads on that day, or the first that does later.")
        .or_empty();
/// Who referred.
pub(super) const SOURCE_CODE: Column = Column::text("source", "Who referred: the census's code.").or_empty();
/// The level of need.
pub(super) const LEVEL_OF_NEED: Column =
    Column::int("level_of_need", "The level of need on that day, or the first that is decided later.")
        .or_empty();
/// The first day of a stretch.
pub(super) const FROM_DAY: Column = Column::text("from_day", "The first day at whose end it holds.");
/// The first day after a stretch.
pub(super) const UNTIL_DAY: Column =
    Column::text("until_day", "The first day at whose end it no longer holds; 9999-12-31 while it lasts.");
/// How long a stretch holds, where there are very many: the databases find those of one day by it.
pub(super) const SPAN: Column = Column::int(
    "span",
    "How long it holds, so that those of one day are found fast: 0 up to 4 days, 1 up to 16, 2 up to 64, 3 up to 256, 4 up \
     to 1024, 5 up to 4096, 6 for longer and 7 while it lasts.",
);
/// The events that a unit follows from.
pub(super) const POSITIONS: Column =
    Column::text("positions", "The positions in the log of the events that it follows from, as a JSON list.");

/// What a unit of something other than a case is of.
pub(super) const SUBJECT: Column =
    Column::text("subject", "What it is of: the kind of thing and its id, as in `PanelMeeting/…`.");

/// The columns of a table of units of cases: those that all have, and its own between them.
macro_rules! of_cases {
    ($($column:expr),+ $(,)?) => {
        &[
            $crate::measures::units::UNIT,
            $crate::measures::units::CASE,
            $crate::measures::units::REFERENCE,
            $crate::measures::units::TEAM_ID,
            $crate::measures::units::AGENCY_ID,
            $crate::measures::units::SOURCE_CODE,
            $crate::measures::units::LEVEL_OF_NEED,
            $($column,)+
            $crate::measures::units::POSITIONS,
        ]
    };
}
pub(super) use of_cases;

/// The columns of a table of units that are of no case: those that all have, and its own between them.
macro_rules! of_others {
    ($($column:expr),+ $(,)?) => {
        &[
            $crate::measures::units::UNIT,
            $crate::measures::units::SUBJECT,
            $($column,)+
            $crate::measures::units::POSITIONS,
        ]
    };
}
pub(super) use of_others;

/// What `until_day` holds while a stretch lasts.
pub(super) const LASTING: &str = "9999-12-31";

/// What `until_day` holds: the day, or one that never comes while the stretch lasts.
pub(super) fn until(day: Option<Date>) -> Value {
    day.map_or_else(|| Value::from(LASTING), Value::from)
}

/// The longest stretch of each span but the last two, in days.
pub(super) const SPANS: [i64; 6] = [4, 16, 64, 256, 1024, 4096];
/// How many spans there are.
pub(super) const NUMBER_OF_SPANS: usize = SPANS.len() + 2;

/// What `from_day`, `until_day` and `span` hold.
pub(super) fn stretch(from: Date, to: Option<Date>) -> [Value; 3] {
    let span = match to {
        None => NUMBER_OF_SPANS - 1,
        Some(to) => SPANS.partition_point(|longest| *longest < day_number(to) - day_number(from)),
    };
    [Value::from(from), until(to), Value::count(span as u64)]
}

/// The units of one stream, by table and by what tells them apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Units(BTreeMap<(&'static str, String), Vec<Value>>);

impl Units {
    /// Adds a unit; its row begins with what tells it apart, which `row` leaves out.
    pub(super) fn add(&mut self, table: &Table, unit: String, row: impl IntoIterator<Item = Value>) {
        let mut values = Vec::with_capacity(table.columns.len());
        values.push(Value::from(unit.as_str()));
        values.extend(row);
        debug_assert_eq!(values.len(), table.columns.len(), "{}", table.name);
        self.0.insert((table.name, unit), values);
    }

    /// Whether there is such a unit.
    pub(super) fn has(&self, table: &Table, unit: &str) -> bool {
        self.0.contains_key(&(table.name, unit.to_owned()))
    }
}

#[cfg(test)]
impl Units {
    /// The rows of a table, in the order of their keys.
    pub(super) fn rows(&self, table: &Table) -> Vec<&Vec<Value>> {
        self.0.iter().filter(|((name, _), _)| *name == table.name).map(|(_, row)| row).collect()
    }
}

/// The differences that a batch makes to the units of many streams, by table.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Differences(BTreeMap<&'static str, Different>);

/// What is different of the units of one table.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Different {
    /// The units that are no longer there.
    pub gone: Vec<String>,
    /// The rows of those that are others than before.
    pub changed: Vec<Vec<Value>>,
    /// The rows of those that were not there.
    pub new: Vec<Vec<Value>>,
}

impl Differences {
    /// Notes which units of one stream are new, others than before, or no longer there.
    pub(super) fn note(&mut self, mut before: Units, after: Units) {
        for (key, row) in after.0 {
            match before.0.remove(&key) {
                None => self.0.entry(key.0).or_default().new.push(row),
                Some(known) if known != row => self.0.entry(key.0).or_default().changed.push(row),
                Some(_) => {}
            }
        }
        for (table, unit) in before.0.into_keys() {
            self.0.entry(table).or_default().gone.push(unit);
        }
    }

    /// The differences between the units of one stream.
    pub(super) fn between(before: Units, after: Units) -> Self {
        let mut differences = Self::default();
        differences.note(before, after);
        differences
    }

    /// Takes those of one table.
    pub(super) fn take(&mut self, table: &Table) -> Different {
        self.0.remove(table.name).unwrap_or_default()
    }
}

/// Positions as they stand in the column: in order, each once.
pub(super) fn positions(of: impl IntoIterator<Item = Position>) -> Value {
    let mut of: Vec<Position> = of.into_iter().collect();
    of.sort_unstable();
    of.dedup();
    Value::Text(serde_json::to_string(&of).ok())
}

/// A day's number, counted from 1 January 1970: databases of two kinds reckon with it alike.
pub(super) fn day_number(day: Date) -> i64 {
    i64::from(day.since(Date::constant(1970, 1, 1)).map_or(0, |span| span.get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: Table =
        Table { name: "thing_v1", doc: "A thing.", columns: &[UNIT, FROM_DAY], key: &["unit"], indexes: &[] };

    fn units(of: &[(&str, &str)]) -> Units {
        let mut units = Units::default();
        for (unit, day) in of {
            units.add(&TABLE, (*unit).to_owned(), [Value::from(*day)]);
        }
        units
    }

    #[test]
    fn only_what_is_different_is_written() {
        let before = units(&[("a", "2017-01-01"), ("b", "2017-01-01"), ("c", "2017-01-01")]);
        let after = units(&[("a", "2017-01-01"), ("b", "2017-02-01"), ("d", "2017-01-01")]);
        assert_eq!(Differences::between(before.clone(), before.clone()), Differences::default());
        let differences = Differences::between(before, after).take(&TABLE);
        let row = |unit: &str, day: &str| vec![Value::from(unit), Value::from(day)];
        assert_eq!(differences.changed, [row("b", "2017-02-01")]);
        assert_eq!(differences.new, [row("d", "2017-01-01")]);
        assert_eq!(differences.gone, ["c"]);
    }

    #[test]
    fn a_stretch_knows_how_long_it_holds() {
        let from = Date::constant(2017, 1, 1);
        let span = |to: Option<Date>| stretch(from, to)[2].clone();
        assert_eq!(span(Some(Date::constant(2017, 1, 5))), Value::count(0));
        assert_eq!(span(Some(Date::constant(2017, 1, 6))), Value::count(1));
        assert_eq!(span(Some(Date::constant(2060, 1, 1))), Value::count(6));
        assert_eq!(span(None), Value::count(7));
    }

    #[test]
    fn positions_are_told_in_order_and_once() {
        assert_eq!(positions([7, 3, 7]), Value::from("[3,7]"));
    }
}
