//! A measure's answer as pages tell it: what charts, tables and sentences are made from.

use caseledger_commands::Date;

pub use caseledger_projections::measures::Moved;

use crate::words::{Period, Unit};

/// Whether a measure tells how things stood, or what happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// As things stood when a day ended.
    OnDay,
    /// What happened in a period.
    InPeriod,
}

/// A figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// What was counted.
    Known {
        /// The figure: a count, a share from 0 to 1, or a mean.
        amount: f64,
        /// What was counted, or the sum of what a mean is of.
        numerator: Option<f64>,
        /// Out of how many.
        denominator: Option<u64>,
    },
    /// A share or a mean of nothing.
    Nothing,
    /// So few that somebody could be known by it.
    TooFew,
}

impl Value {
    /// The amount, where one may be shown.
    pub const fn amount(self) -> Option<f64> {
        match self {
            Self::Known { amount, .. } => Some(amount),
            Self::Nothing | Self::TooFew => None,
        }
    }

    /// As it stands in a table or beside a bar: `646`, `15%`, or words that say why there is none.
    pub fn shown(self, unit: Unit) -> String {
        match self {
            Self::Known { amount, .. } => unit.short(amount),
            Self::Nothing => "none to count".to_owned(),
            Self::TooFew => "too few to show".to_owned(),
        }
    }
}

/// A measure: what it tells, and how it is defined.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// Its id, which stands in addresses.
    pub id: String,
    /// The heading that it stands under.
    pub group: String,
    /// What it tells.
    pub title: String,
    /// What is counted.
    pub numerator: String,
    /// Out of what.
    pub denominator: Option<String>,
    /// Which of the two clocks it counts by.
    pub clock: String,
    /// The events that it follows from.
    pub events: Vec<String>,
    /// What it is measured in.
    pub unit: Unit,
    /// Stock or flow.
    pub when: When,
}

/// The figure of a part of the authority.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The part's name.
    pub name: String,
    /// Whether it is one, and not all that belongs to none: cases that no team holds yet.
    pub named: bool,
    /// Its figure.
    pub value: Value,
}

/// The figure by one dimension: by locality, by team.
#[derive(Clone, Debug, PartialEq)]
pub struct Breakdown {
    /// `locality`, `lead agency`.
    pub by: String,
    /// Its parts.
    pub parts: Vec<Part>,
}

/// The figure at a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The days that it tells of; of a stock the last one counts.
    pub period: Period,
    /// The figure.
    pub value: Value,
}

/// A measure's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// What is told.
    pub measure: Definition,
    /// The period; of a stock its last day counts.
    pub period: Period,
    /// The figure.
    pub value: Value,
    /// What the authority is aiming at.
    pub target: Option<f64>,
    /// The same, part by part.
    pub breakdowns: Vec<Breakdown>,
    /// The same, time after time; the last is the figure itself.
    pub series: Vec<Point>,
    /// What it was narrowed to, in words: `Locality: Coast`.
    pub filters: Vec<String>,
}

impl Told {
    /// `at the end of December 2017`, or `in December 2017`.
    pub fn when(&self) -> String {
        self.when_of(self.period)
    }

    /// The same of another time.
    pub fn when_of(&self, period: Period) -> String {
        match self.measure.when {
            When::OnDay => crate::words::at_the_end_of(period.to),
            When::InPeriod => period.during(),
        }
    }

    /// Whether anything in it is kept back.
    pub fn has_too_few(&self) -> bool {
        let of_parts = self.breakdowns.iter().flat_map(|breakdown| &breakdown.parts).map(|part| part.value);
        let all = of_parts.chain(self.series.iter().map(|point| point.value)).chain([self.value]);
        all.into_iter().any(|value| value == Value::TooFew)
    }
}

/// What somebody said that a figure means for children and families.
#[derive(Clone, Debug, PartialEq)]
pub struct Remark {
    /// What they said.
    pub words: String,
    /// The period that they spoke of.
    pub period: Period,
    /// Who said it: a name, or the subject that the log knows.
    pub by: String,
    /// On which day.
    pub on: Date,
    /// The figures that they spoke of.
    pub figures: Vec<Spoken>,
}

/// A figure that was spoken of.
#[derive(Clone, Debug, PartialEq)]
pub struct Spoken {
    /// What it counts.
    pub label: String,
    /// As it stood then.
    pub value: Value,
    /// As the record has it now, where it can be asked for again.
    pub now: Option<Value>,
}

/// How an improvement goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Going {
    /// Nothing was told yet.
    NotToldYet,
    /// It will be done in time.
    OnTrack,
    /// It may not be done in time.
    AtRisk,
    /// It will not be done in time.
    OffTrack,
    /// It is done.
    Done,
}

/// What is done to improve a measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Improvement {
    /// What is done.
    pub what: String,
    /// How it will show that it worked.
    pub success: String,
    /// Who answers for it.
    pub owner: String,
    /// By when.
    pub due: Date,
    /// Whether that day has passed and it is not done.
    pub overdue: bool,
    /// How it goes.
    pub going: Going,
    /// What was told last: of how it goes, or what it changed.
    pub progress: Option<String>,
    /// On which day that was told.
    pub told_on: Option<Date>,
    /// The day on which it was agreed, and what the measure told then, where that is known.
    pub began: Option<(Date, Value)>,
    /// What it tells now.
    pub now: Value,
    /// Which way it moved meanwhile.
    pub moved: Option<Moved>,
    /// What the authority aims at.
    pub target: Option<f64>,
}
