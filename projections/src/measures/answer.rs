//! Figures.

use std::collections::BTreeMap;

use caseledger_aggregates::Authority;
use caseledger_commands::Date;
use serde::{Serialize, Serializer};

use super::dimension::Dimension;
use super::measure::{Better, Measure, Shape, Unit, When};
use super::period::Period;
use super::question::{Filters, Question};
use super::register::Register;
use super::select::Units;
use crate::sql::{Db, Row, SqlError};

/// A measure's answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// The measure's id.
    pub id: &'static str,
    /// What it tells.
    pub title: &'static str,
    /// The first day of the period; `null` for a measure of a day.
    pub from: Option<Date>,
    /// The day at whose end things stood so, or the last day of the period.
    pub at: Date,
    /// The figure; `null` for a share or a mean of nothing, and when it is suppressed.
    #[serde(serialize_with = "plainly")]
    pub value: Option<f64>,
    /// What it is a number of.
    pub unit: Unit,
    /// Which way is better.
    pub better: Better,
    /// What was counted: a number, or the sum of what a mean is of. `null` when it is suppressed.
    #[serde(serialize_with = "plainly")]
    pub numerator: Option<f64>,
    /// Out of how many; `null` for a measure that is a number, and when it is suppressed.
    pub denominator: Option<u64>,
    /// What the authority aims at, where it has said so.
    #[serde(serialize_with = "plainly")]
    pub target: Option<f64>,
    /// Whether the figure is withheld because a child might be recognised by it.
    pub suppressed: bool,
    /// What numerator, denominator and clock are.
    pub definition: String,
    /// The events that it follows from.
    pub events: &'static [&'static str],
    /// The same figure for each part of the authority.
    pub breakdown: Vec<Part>,
    /// The same figure for each part of the period.
    pub series: Vec<Point>,
}

/// The figure of a part of the authority.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// What it is a part by: a dimension's id.
    pub by: &'static str,
    /// The locality's name, the id of team or agency, a code; `null` for what has none or none yet.
    pub key: Option<String>,
    /// What people call it.
    pub name: Option<String>,
    /// The figure, as of the whole.
    #[serde(serialize_with = "plainly")]
    pub value: Option<f64>,
    /// What was counted.
    #[serde(serialize_with = "plainly")]
    pub numerator: Option<f64>,
    /// Out of how many.
    pub denominator: Option<u64>,
    /// Whether it is withheld.
    pub suppressed: bool,
}

/// The figure of a part of the period.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// Its first day; `null` for a measure of a day.
    pub from: Option<Date>,
    /// Its last day.
    pub at: Date,
    /// The figure, as of the whole.
    #[serde(serialize_with = "plainly")]
    pub value: Option<f64>,
    /// What was counted.
    #[serde(serialize_with = "plainly")]
    pub numerator: Option<f64>,
    /// Out of how many.
    pub denominator: Option<u64>,
    /// Whether it is withheld.
    pub suppressed: bool,
}

/// The sums behind a figure.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    above: f64,
    below: u64,
}

impl Sums {
    fn of(row: &Row) -> Result<Self, SqlError> {
        let below = row.maybe_int("below")?.map_or(0, |below| u64::try_from(below).unwrap_or_default());
        Ok(Self { above: row.maybe_real("above")?.unwrap_or_default(), below })
    }

    fn add(&mut self, other: Self) {
        self.above += other.above;
        self.below += other.below;
    }
}

/// A measure's figure.
///
/// # Errors
/// [`SqlError`] when the database can't answer.
pub async fn answer(
    db: &Db,
    authority: &Authority,
    measure: &'static Measure,
    question: &Question,
) -> Result<Figure, SqlError> {
    let by: Vec<&'static Dimension> = question
        .by
        .iter()
        .copied()
        .filter(|one| measure.dimensions().any(|other| other.id == one.id))
        .collect();
    let register = match by.iter().any(|dimension| dimension.is_registered()) {
        true => Register::read(db).await?,
        false => Register::default(),
    };
    let (whole, parts) = broken_down(db, measure, question, &by, &register).await?;
    let breakdown = by.iter().zip(parts).flat_map(|(dimension, parts)| {
        let register = &register;
        parts.into_iter().map(move |(key, sums)| {
            let name = key.as_ref().and_then(|key| dimension.name_of(key, authority, register));
            let (value, numerator, denominator) = measure.told(sums);
            Part { by: dimension.id, key, name, value, numerator, denominator, suppressed: false }
        })
    });
    let series = match question.series {
        Some(interval) => series(db, measure, &question.period.cut(interval), &question.filters).await?,
        None => vec![],
    };
    let (value, numerator, denominator) = measure.told(whole);
    Ok(Figure {
        id: measure.id,
        title: measure.title,
        from: measure.begins(question.period),
        at: question.period.to,
        value,
        unit: measure.unit,
        better: measure.better,
        numerator,
        denominator,
        target: measure.target(authority),
        suppressed: false,
        definition: measure.definition(),
        events: measure.events,
        breakdown: breakdown.collect(),
        series,
    })
}

impl Measure {
    /// The value and the sums as a figure tells them.
    fn told(&self, sums: Sums) -> (Option<f64>, Option<f64>, Option<u64>) {
        let denominator = (self.shape != Shape::Count).then_some(sums.below);
        (self.value(sums.above, denominator), Some(sums.above), denominator)
    }

    /// What the authority aims at, as a value of the measure.
    pub fn target(&self, authority: &Authority) -> Option<f64> {
        let target = f64::from(*authority.targets.get(self.id)?);
        Some(if self.unit == Unit::Share { target / 100.0 } else { target })
    }

    fn begins(&self, period: Period) -> Option<Date> {
        (self.when == When::InPeriod).then_some(period.from)
    }
}

/// By key.
type Parts = BTreeMap<Option<String>, Sums>;

/// The whole, and the parts by each dimension: one pass over the units, whose sums by all dimensions together are then added
/// up by each of them.
async fn broken_down(
    db: &Db,
    measure: &Measure,
    question: &Question,
    by: &[&Dimension],
    register: &Register,
) -> Result<(Sums, Vec<Parts>), SqlError> {
    let units = Units::of(measure, &[question.period], &question.filters);
    // Two dimensions may follow from one column, as the locality follows from the team.
    let mut keys: Vec<&str> = vec![];
    for dimension in by {
        if !keys.contains(&dimension.key) {
            keys.push(dimension.key);
        }
    }
    let places = (0..).zip(&keys);
    let mut columns: Vec<String> =
        places.clone().map(|(number, key)| format!("{} AS key_{number}", units.placed(key))).collect();
    columns.push(sums(measure, &units));
    let all: Vec<String> = (1..=keys.len()).map(|number| number.to_string()).collect();
    let group = if all.is_empty() { String::new() } else { format!(" GROUP BY {}", all.join(", ")) };
    let added = "CAST(sum(above) AS double precision) AS above, CAST(sum(below) AS bigint) AS below";
    let mut sql = format!(
        "WITH cells AS (SELECT {} {}{group}) SELECT CAST(-1 AS bigint) AS part, CAST(NULL AS text) AS part_key, {added} \
         FROM cells",
        columns.join(", "),
        units.from,
    );
    for (number, _) in places {
        sql.push_str(&format!(
            " UNION ALL SELECT CAST({number} AS bigint), CAST(key_{number} AS text), {added} FROM cells GROUP BY key_{number}"
        ));
    }
    let mut whole = Sums::default();
    let mut parts = vec![Parts::new(); by.len()];
    for row in db.fetch(&sql, &units.values).await? {
        let sums = Sums::of(&row)?;
        let Some(key) = usize::try_from(row.int("part")?).ok().and_then(|part| keys.get(part)) else {
            whole = sums;
            continue;
        };
        for (dimension, parts) in by.iter().zip(&mut parts).filter(|(dimension, _)| dimension.key == *key) {
            let key = dimension.part_of(row.maybe_text("part_key")?, register);
            parts.entry(key).or_default().add(sums);
        }
    }
    Ok((whole, parts))
}

/// The sums of a measure as columns; their types are those of both engines.
fn sums(measure: &Measure, units: &Units) -> String {
    let (above, below) = measure.shape.sums();
    format!(
        "CAST({} AS double precision) AS above, CAST({} AS bigint) AS below",
        units.placed(&above),
        units.placed(&below)
    )
}

async fn series(
    db: &Db,
    measure: &Measure,
    periods: &[Period],
    filters: &Filters,
) -> Result<Vec<Point>, SqlError> {
    let units = Units::of(measure, periods, filters);
    let sql =
        format!("SELECT p.number AS number, {} {} GROUP BY p.number", sums(measure, &units), units.from);
    let mut known = BTreeMap::new();
    for row in db.fetch(&sql, &units.values).await? {
        known.insert(row.int("number")?, Sums::of(&row)?);
    }
    let point = |(number, period): (i64, &Period)| {
        let (value, numerator, denominator) = measure.told(known.get(&number).copied().unwrap_or_default());
        let from = measure.begins(*period);
        Point { from, at: period.to, value, numerator, denominator, suppressed: false }
    };
    Ok((0..).zip(periods).map(point).collect())
}

/// A whole number without a fraction: 646, and not 646.0.
pub(super) fn plainly<S: Serializer>(number: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match number {
        None => serializer.serialize_none(),
        // Every count is far below what a fraction's mantissa holds.
        Some(number) if number.fract() == 0.0 => serializer.serialize_i64(*number as i64),
        Some(number) => serializer.serialize_f64(*number),
    }
}
