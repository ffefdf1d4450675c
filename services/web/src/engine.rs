//! From the measures' answers to what is told. The one place of this crate that asks for figures.

use caseledger_aggregates::Authority;
use caseledger_commands::Date;
use caseledger_projections::measures::{
    self, CATALOGUE, Figure, Filters, Interval, LEVEL, Measure, Question,
};
use caseledger_projections::sql::{Db, SqlError};

use crate::told::{Breakdown, Definition, Part, Point, Told, Value, When};
use crate::words::{Period, Unit};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// For when.
    pub period: Period,
    /// Of which part of the authority.
    pub filters: Filters,
    /// That part in words.
    pub scope: Vec<String>,
    /// Whether its course over the period is asked for, too.
    pub series: bool,
    /// Whether the figure's parts are.
    pub parts: bool,
    /// Numbers below this are withheld; 0 withholds none.
    pub withhold_below: u32,
}

/// Every measure, in the order of a report.
pub fn catalogue() -> impl Iterator<Item = &'static Measure> {
    CATALOGUE.iter().copied()
}

/// The measure with that id.
pub fn measure(id: &str) -> Option<&'static Measure> {
    measures::measure(id)
}

/// A measure's figure, with what is withheld left out.
///
/// # Errors
/// [`SqlError`] when the database can't answer.
pub async fn figure(
    db: &Db,
    authority: &Authority,
    measure: &'static Measure,
    asking: &Asking,
) -> Result<Figure, SqlError> {
    let figure = measures::answer(db, authority, measure, &asking.of_engine(measure)).await?;
    Ok(if asking.withhold_below > 0 { figure.suppress(asking.withhold_below) } else { figure })
}

/// The same, as pages tell it.
///
/// # Errors
/// As [`figure`].
pub async fn ask(
    db: &Db,
    authority: &Authority,
    measure: &'static Measure,
    asking: &Asking,
) -> Result<Told, SqlError> {
    let figure = figure(db, authority, measure, asking).await?;
    Ok(told(measure, &figure, asking.period, asking.scope.clone()))
}

impl Asking {
    /// The whole authority's figure and nothing besides, with nothing withheld.
    pub fn only(period: Period) -> Self {
        let filters = Filters::default();
        Self { period, filters, scope: vec![], series: false, parts: false, withhold_below: 0 }
    }

    /// The same, as the engine takes it.
    pub fn of_engine(&self, measure: &'static Measure) -> Question {
        Question {
            period: measures::Period { from: self.period.from, to: self.period.to },
            filters: self.filters.clone(),
            by: if self.parts { measure.dimensions().collect() } else { vec![] },
            series: self.series.then(|| self.interval()),
        }
    }

    /// The parts that the period is cut into.
    pub fn interval(&self) -> Interval {
        interval(self.period)
    }
}

/// The parts of a period that have room beside each other: weeks of a season, months of two years, else quarters.
fn interval(period: Period) -> Interval {
    match period.from.until(period.to).map_or(0, |span| span.get_days()) {
        0..=62 => Interval::Week,
        63..=760 => Interval::Month,
        _ => Interval::Quarter,
    }
}

/// The twelve months that end with a day.
pub fn year_to(to: Date) -> Period {
    let year = measures::Period::year_to(to);
    Period { from: year.from, to: year.to }
}

/// A figure as pages and files tell it.
pub fn told(measure: &'static Measure, figure: &Figure, period: Period, filters: Vec<String>) -> Told {
    let point = |point: &measures::Point| Point {
        period: Period { from: point.from.unwrap_or(point.at), to: point.at },
        value: value((point.value, point.numerator, point.denominator), point.suppressed),
    };
    Told {
        measure: definition(measure),
        period,
        value: value((figure.value, figure.numerator, figure.denominator), figure.suppressed),
        target: figure.target,
        breakdowns: breakdowns(measure, figure),
        series: figure.series.iter().map(point).collect(),
        filters,
    }
}

fn definition(measure: &Measure) -> Definition {
    Definition {
        id: measure.id.to_owned(),
        group: measure.group.title().to_owned(),
        title: measure.title.to_owned(),
        numerator: measure.numerator.to_owned(),
        denominator: measure.denominator.map(str::to_owned),
        clock: measure.clock().to_owned(),
        events: measure.events.iter().map(|event| (*event).to_owned()).collect(),
        unit: match measure.unit {
            measures::Unit::Number(of) => Unit::Number(of),
            measures::Unit::Share => Unit::Share,
            measures::Unit::WorkingDays => Unit::WorkingDays,
            measures::Unit::Days => Unit::Days,
            measures::Unit::Points => Unit::Points,
        },
        when: match measure.when {
            measures::When::OnDay => When::OnDay,
            measures::When::InPeriod => When::InPeriod,
        },
    }
}

pub(crate) fn value(figure: (Option<f64>, Option<f64>, Option<u64>), suppressed: bool) -> Value {
    match figure {
        _ if suppressed => Value::TooFew,
        (None, ..) => Value::Nothing,
        (Some(amount), numerator, denominator) => Value::Known { amount, numerator, denominator },
    }
}

/// What stands for a part that has no name because it is none: a case that no team holds yet.
const NAMELESS: &str = "Not known, or not yet";

fn breakdowns(measure: &'static Measure, figure: &Figure) -> Vec<Breakdown> {
    let of = |id: &str| measure.dimensions().find(|dimension| dimension.id == id);
    let mut all: Vec<(&str, Breakdown)> = vec![];
    for part in &figure.breakdown {
        let name = part.name.clone().or_else(|| part.key.clone());
        let (named, name) = (name.is_some(), name.unwrap_or_else(|| NAMELESS.to_owned()));
        let told = Part {
            name,
            named,
            value: value((part.value, part.numerator, part.denominator), part.suppressed),
        };
        match all.iter_mut().find(|(id, _)| *id == part.by) {
            Some((_, breakdown)) => breakdown.parts.push(told),
            None => {
                let by = of(part.by).map_or(part.by, |dimension| dimension.title).to_lowercase();
                all.push((part.by, Breakdown { by, parts: vec![told] }));
            }
        }
    }
    for (id, breakdown) in &mut all {
        in_order(id, &mut breakdown.parts);
    }
    all.into_iter().map(|(_, breakdown)| breakdown).collect()
}

/// The largest first, and last what belongs to no part. Levels of need have an order of their own.
fn in_order(dimension: &str, parts: &mut [Part]) {
    parts.sort_by(|one, other| {
        let size = |part: &Part| part.value.amount().unwrap_or(f64::NEG_INFINITY);
        let by_size =
            if dimension == LEVEL.id { std::cmp::Ordering::Equal } else { size(other).total_cmp(&size(one)) };
        other.named.cmp(&one.named).then(by_size)
    });
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_period_is_cut_into_parts_that_have_room_beside_each_other() {
        let of = |from, to| interval(Period { from, to });
        assert_eq!(of(date(2017, 12, 1), date(2017, 12, 31)), Interval::Week);
        assert_eq!(of(date(2017, 1, 1), date(2017, 12, 31)), Interval::Month);
        assert_eq!(of(date(2010, 1, 1), date(2017, 12, 31)), Interval::Quarter);
    }

    #[test]
    fn the_largest_part_stands_first_and_what_belongs_to_none_last() {
        let part = |name: &str, named, amount| Part {
            name: name.to_owned(),
            named,
            value: Value::Known { amount, numerator: None, denominator: None },
        };
        let parts = || vec![part("?", false, 9.0), part("1", true, 2.0), part("2", true, 5.0)];
        let names = |parts: &[Part]| parts.iter().map(|part| part.name.clone()).collect::<Vec<_>>();
        let (mut teams, mut levels) = (parts(), parts());
        in_order("team", &mut teams);
        in_order("level", &mut levels);
        assert_eq!(names(&teams), ["2", "1", "?"]);
        assert_eq!(names(&levels), ["1", "2", "?"]);
    }

    #[test]
    fn what_is_withheld_is_not_taken_for_nothing() {
        assert_eq!(value((None, None, None), true), Value::TooFew);
        assert_eq!(value((None, Some(0.0), Some(0)), false), Value::Nothing);
    }
}
