//! From the measures' answers to what is told. The one place of this crate that asks for figures.

use caseledger_commands::{AgencyId, Date, TeamId};
use caseledger_projections::measures::{self, Amount, CATALOGUE, Figure, Measure};
use caseledger_projections::sql::{Db, SqlError};
use jiff::ToSpan;

use crate::told::{Breakdown, Definition, Part, Point, Told, Value, When};
use crate::words::{Period, Unit};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// For when.
    pub period: Period,
    /// Of which part of the authority.
    pub filters: Filters,
    /// That part in words.
    pub scope: Vec<String>,
    /// Whether its course over the months of the period is asked for, too.
    pub series: bool,
    /// Whether the figure's parts are.
    pub parts: bool,
}

/// Which part of the authority is asked about; empty means all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// Only cases whose team works in that locality.
    pub locality: Option<String>,
    /// Only cases of that team.
    pub team: Option<TeamId>,
    /// Only cases that this agency leads.
    pub lead_agency: Option<AgencyId>,
}

impl Filters {
    /// The same as the engine takes it.
    pub fn of_engine(&self) -> measures::Filters {
        measures::Filters { locality: self.locality.clone(), team: self.team, lead_agency: self.lead_agency }
    }
}

/// Every measure, in the order of a report.
pub fn catalogue() -> impl Iterator<Item = &'static Measure> {
    CATALOGUE.iter()
}

/// The measure with that id.
pub fn measure(id: &str) -> Option<&'static Measure> {
    measures::measure(id)
}

/// A measure's answer.
///
/// # Errors
/// [`SqlError`] when the database can't answer.
pub async fn ask(db: &Db, measure: &Measure, question: &Question) -> Result<Told, SqlError> {
    let filters = question.filters.of_engine();
    let period = question.period;
    let whole = measures::figure(db, measure, period.to, &filters).await?;
    let mut series = vec![];
    for part in if question.series { months(period) } else { vec![] } {
        let figure = measures::figure(db, measure, part.to, &filters).await?;
        series.push(Point { period: part, value: value(&figure) });
    }
    let breakdowns = if question.parts { breakdowns(&whole) } else { vec![] };
    Ok(Told {
        measure: definition(measure),
        period,
        value: value(&whole),
        target: None,
        breakdowns,
        series,
        filters: question.scope.clone(),
    })
}

/// The months of a period; the first and the last may be cut short.
fn months(period: Period) -> Vec<Period> {
    let mut parts = vec![];
    let mut from = period.from;
    while from <= period.to && parts.len() < 120 {
        let to = from.last_of_month().min(period.to);
        parts.push(Period { from, to });
        from = to.saturating_add(1.day());
    }
    parts
}

fn definition(measure: &Measure) -> Definition {
    Definition {
        id: measure.id.to_owned(),
        group: group(measure).to_owned(),
        title: measure.title.to_owned(),
        numerator: measure.numerator.to_owned(),
        denominator: measure.denominator.map(str::to_owned),
        clock: measure.clock.to_owned(),
        events: measure.events.iter().map(|event| (*event).to_owned()).collect(),
        unit: if measure.share.is_some() { Unit::Share } else { Unit::Number("cases") },
        when: When::OnDay,
    }
}

fn group(measure: &Measure) -> &'static str {
    if measure.share.is_some() { "Who leads the help" } else { "How many families are helped" }
}

fn value(figure: &Figure) -> Value {
    of(figure.value, figure.numerator, figure.denominator)
}

fn of(amount: Option<Amount>, numerator: u64, denominator: Option<u64>) -> Value {
    let amount = match amount {
        None => return Value::Nothing,
        Some(Amount::Count(count)) => count as f64,
        Some(Amount::Share(share)) => share,
    };
    Value::Known { amount, numerator: Some(numerator), denominator }
}

fn breakdowns(figure: &Figure) -> Vec<Breakdown> {
    let mut all: Vec<Breakdown> = vec![];
    for part in &figure.breakdown {
        let by = part.by.replace('-', " ");
        let name =
            part.name.clone().or_else(|| part.key.clone()).unwrap_or_else(|| "Not allocated yet".to_owned());
        let told = Part { name, value: of(part.value, part.numerator, part.denominator) };
        match all.iter_mut().find(|breakdown| breakdown.by == by) {
            Some(breakdown) => breakdown.parts.push(told),
            None => all.push(Breakdown { by, parts: vec![told] }),
        }
    }
    all
}

/// The twelve months that end with a day.
pub fn year_to(to: Date) -> Period {
    Period { from: to.saturating_sub(1.year()).saturating_add(1.day()), to }
}
