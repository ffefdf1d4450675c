//! The SQL of a measure: its units in one or more periods.

use jiff::ToSpan;

use super::measure::{Measure, When};
use super::period::Period;
use super::question::Filters;
use super::units::{NUMBER_OF_SPANS, SPAN, SPANS};
use crate::sql::Value;

/// A statement in the making: its text after `SELECT`, and its values.
pub(super) struct Units {
    /// `FROM … WHERE …`: units as `u`, the periods as `p`.
    pub from: String,
    pub values: Vec<Value>,
    /// The places of the first and the last day of all periods, where the measure speaks of them.
    bounds: Option<(String, String)>,
}

impl Units {
    /// The units that a measure counts in each of the periods.
    pub(super) fn of(measure: &Measure, dates: &[Period], filters: &Filters) -> Self {
        let mut values = vec![];
        let mut bind = |value: Value| {
            values.push(value);
            format!("${}", values.len())
        };
        let by_span =
            measure.when == When::OnDay && measure.of.columns.iter().any(|column| column.name == SPAN.name);
        let periods: Vec<String> = (0..)
            .zip(dates)
            .map(|(number, period)| {
                let (from, to) = (bind(Value::from(period.from)), bind(Value::from(period.to)));
                let mut row =
                    format!("SELECT CAST({number} AS bigint) AS number, {from} AS from_day, {to} AS to_day");
                if by_span {
                    for (span, longest) in SPANS.iter().enumerate() {
                        let after = bind(Value::from(period.to.saturating_sub(longest.days())));
                        row.push_str(&format!(", {after} AS after_{span}"));
                    }
                }
                row
            })
            .collect();
        // CROSS JOIN: SQLite then takes each period in turn, and its units by the index on their days.
        let mut from = format!("FROM ({}) p CROSS JOIN ", periods.join(" UNION ALL "));
        if by_span {
            // One stretch of the index a span: what holds on a day began no longer ago than it lasts.
            let spans: Vec<String> =
                (0..NUMBER_OF_SPANS).map(|span| format!("SELECT CAST({span} AS bigint) AS span")).collect();
            from.push_str(&format!("({}) s CROSS JOIN ", spans.join(" UNION ALL ")));
        }
        from.push_str(&format!("{} u", measure.of.name));
        let during = match measure.when {
            When::OnDay if by_span => {
                let after: String =
                    (0..SPANS.len()).map(|span| format!("WHEN {span} THEN p.after_{span} ")).collect();
                format!(
                    "u.span = s.span AND u.from_day > CASE s.span {after}ELSE '' END AND u.from_day <= p.to_day \
                     AND u.until_day > p.to_day"
                )
            }
            When::OnDay => "u.from_day <= p.to_day AND u.until_day > p.to_day".to_owned(),
            When::InPeriod => format!("u.{0} >= p.from_day AND u.{0} <= p.to_day", measure.day),
        };
        let (first, last) =
            (dates.iter().map(|period| period.from).min(), dates.iter().map(|period| period.to).max());
        let bounds = measure.speaks_of_bounds().then(|| (bind(Value::from(first)), bind(Value::from(last))));
        from.push_str(&format!(" WHERE {during} AND ({})", placed(measure.among, bounds.as_ref())));
        let wanted = [
            (&super::LOCALITY, filters.locality.clone().map(Value::from)),
            (&super::TEAM, filters.team.map(Value::text)),
            (&super::AGENCY, filters.lead_agency.map(Value::text)),
            (&super::SOURCE, filters.source.map(Value::text)),
            (&super::LEVEL, filters.level.map(|level| Value::from(i64::from(level)))),
        ];
        for (dimension, value) in wanted {
            let Some(value) = value else { continue };
            if !measure.has(dimension) {
                // Units that know nothing of it are in no such part.
                from.push_str(" AND 1 = 0");
                continue;
            }
            let (key, value) = (dimension.key, bind(value));
            let is = match *dimension == super::LOCALITY {
                true => format!("IN (SELECT t.team_id FROM measure_team_v4 t WHERE t.locality = {value})"),
                false => format!("= {value}"),
            };
            from.push_str(&format!(" AND {key} {is}"));
        }
        Self { from, values, bounds }
    }

    /// An expression of the measure as it stands in this statement.
    pub(super) fn placed(&self, expression: &str) -> String {
        placed(expression, self.bounds.as_ref())
    }

    /// A further value; answers its place.
    pub(super) fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }
}

/// An expression with the columns and values that its names stand for.
fn placed(expression: &str, bounds: Option<&(String, String)>) -> String {
    let placed = expression.replace(":day", "p.to_day");
    match bounds {
        Some((first, last)) => placed.replace(":first", first).replace(":last", last),
        None => placed,
    }
}
