//! What a measure is.

use serde::Serialize;

use super::dimension::{DIMENSIONS, Dimension};
use crate::sql::Table;

/// A measure: what it tells, what it counts, and which events it follows from.
#[derive(Debug, Serialize)]
pub struct Measure {
    /// Its id, which stands in addresses and on the command line: `open-cases`.
    pub id: &'static str,
    /// Which question of managers and inspectors it belongs to.
    pub group: Group,
    /// What it tells.
    pub title: &'static str,
    /// What is counted.
    pub numerator: &'static str,
    /// Out of what; a measure without is a number and no share or mean.
    pub denominator: Option<&'static str>,
    /// Whether it tells how things stood on a day, or what happened in a period.
    pub when: When,
    /// What the value is a number of.
    pub unit: Unit,
    /// Whether more of it is better. A judgement only where practice and guidance agree on one.
    pub better: Better,
    /// The events that it follows from.
    pub events: &'static [&'static str],
    /// By what it can be broken down besides locality, team, lead agency, source and level of need.
    #[serde(skip)]
    pub dimensions: &'static [Dimension],
    /// The units that are counted: the table of one kind.
    #[serde(skip)]
    pub(super) of: &'static Table,
    /// The column with the day of a unit, of a measure of a period.
    #[serde(skip)]
    pub(super) day: &'static str,
    /// Which of them, in SQL on `u`; `:day` is the last day that is asked about. `:first` and `:last` are those of all the
    /// periods that one statement asks about: for what is looked up once for all of them.
    #[serde(skip)]
    pub(super) among: &'static str,
    /// How the value comes of them.
    #[serde(skip)]
    pub(super) shape: Shape,
}

/// The questions that managers, boards and inspectors ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// How many families are helped.
    Caseload,
    /// Who leads the help.
    Partnership,
    /// How families come, and how soon they are answered.
    FrontDoor,
    /// Whether families get help at the right level.
    Thresholds,
    /// Whether the panel works.
    Panel,
    /// Whether assessments are timely and hear each child.
    Assessments,
    /// Whether plans move.
    Plans,
    /// Whether families pass well between early help and statutory social care.
    Transfers,
    /// Whether practitioners are supervised.
    Supervision,
    /// How good the practice is.
    Audits,
    /// Whether the help helps, and lasts.
    Impact,
    /// Whether children in homes with domestic abuse are answered at once.
    DomesticAbuse,
    /// What families say.
    Voices,
    /// What the record lacks.
    DataQuality,
}

impl Group {
    /// Every group, in the order of a report.
    pub const ALL: &'static [Self] = &[
        Self::Caseload,
        Self::Partnership,
        Self::FrontDoor,
        Self::Thresholds,
        Self::Panel,
        Self::Assessments,
        Self::Plans,
        Self::Transfers,
        Self::Supervision,
        Self::Audits,
        Self::Impact,
        Self::DomesticAbuse,
        Self::Voices,
        Self::DataQuality,
    ];

    /// Its heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Caseload => "How many families are helped",
            Self::Partnership => "Who leads the help",
            Self::FrontDoor => "How families come to early help",
            Self::Thresholds => "Help at the right level",
            Self::Panel => "The early help panel",
            Self::Assessments => "Assessments",
            Self::Plans => "Plans and reviews",
            Self::Transfers => "Step-up and step-down",
            Self::Supervision => "Supervision",
            Self::Audits => "Audits of practice",
            Self::Impact => "Whether the help helps, and lasts",
            Self::DomesticAbuse => "Domestic abuse notifications",
            Self::Voices => "What families say",
            Self::DataQuality => "What the record lacks",
        }
    }
}

/// Which days a measure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// How things stood when a day ended.
    OnDay,
    /// What happened from one day to another.
    InPeriod,
}

/// What a value is a number of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// A plain number of things; the word names them: `cases`.
    Number(&'static str),
    /// A part of a whole, from 0 to 1.
    Share,
    /// Working days, on average.
    WorkingDays,
    /// Days, on average.
    Days,
    /// Points of a scale, on average.
    Points,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Better {
    /// The more, the better.
    Higher,
    /// The less, the better.
    Lower,
    /// Neither by itself.
    Neither,
}

/// How a value comes of the units: always sums, so that parts add up to the whole. SQL on `u`, as in [`Measure::among`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// How many there are.
    Count,
    /// Which part of them meets a condition.
    Share {
        /// The condition.
        of: &'static str,
    },
    /// One sum out of another: children who were heard, out of all children.
    Ratio {
        /// The sum above.
        of: &'static str,
        /// The sum below.
        out_of: &'static str,
    },
    /// What they have on average.
    Mean {
        /// Of what.
        of: &'static str,
    },
}

impl Shape {
    /// The sums above and below; the one below is `NULL` where there is none.
    pub(super) fn sums(self) -> (String, String) {
        match self {
            Self::Count => ("count(*)".to_owned(), "NULL".to_owned()),
            Self::Share { of } => (format!("sum(CASE WHEN {of} THEN 1 ELSE 0 END)"), "count(*)".to_owned()),
            Self::Ratio { of, out_of } => (format!("sum({of})"), format!("sum({out_of})")),
            Self::Mean { of } => (format!("sum({of})"), "count(*)".to_owned()),
        }
    }

    /// The condition on a unit that counts above.
    pub(super) fn counted(self) -> String {
        match self {
            Self::Count | Self::Mean { .. } => "1 = 1".to_owned(),
            Self::Share { of } => format!("({of})"),
            Self::Ratio { of, .. } => format!("({of}) > 0"),
        }
    }
}

/// When it happened.
const BY_OCCURRENCE: &str = "when it happened (occurred_at), as a civil day in England";

impl Measure {
    /// Which of the two clocks it counts by.
    pub const fn clock(&self) -> &'static str {
        BY_OCCURRENCE
    }

    /// Everything that it can be broken down by.
    pub fn dimensions(&self) -> impl Iterator<Item = &'static Dimension> {
        let usual = DIMENSIONS.iter().copied().filter(|one| self.has(one));
        usual.chain(self.dimensions)
    }

    /// Whether its units are of cases.
    pub fn is_of_cases(&self) -> bool {
        self.of.columns.iter().any(|column| column.name == "case_id")
    }

    /// Whether its units know that of themselves.
    pub(super) fn has(&self, dimension: &Dimension) -> bool {
        self.of.columns.iter().any(|column| column.name == dimension.needs)
    }

    /// Whether its SQL speaks of the first and the last day of all periods.
    pub(super) fn speaks_of_bounds(&self) -> bool {
        let (above, below) = self.shape.sums();
        [self.among, &above, &below].iter().any(|sql| sql.contains(":first"))
    }

    /// Numerator, denominator and clock in one text.
    pub fn definition(&self) -> String {
        let out_of = self.denominator.map(|denominator| format!("Out of: {denominator} "));
        let as_of = match self.when {
            When::OnDay => "; as it stood when the day ended",
            When::InPeriod => "",
        };
        format!("{}Counted: {} Clock: {}{as_of}.", out_of.unwrap_or_default(), self.numerator, self.clock())
    }

    /// The figure as people are told it: a share to the whole per cent, a mean to a tenth.
    pub(super) fn value(&self, numerator: f64, denominator: Option<u64>) -> Option<f64> {
        let per = match (self.shape, denominator) {
            (Shape::Count, _) => return Some(numerator),
            (_, None | Some(0)) => return None,
            (_, Some(denominator)) => numerator / denominator as f64,
        };
        let digits = if self.unit == Unit::Share { 100.0 } else { 10.0 };
        Some((per * digits).round() / digits)
    }
}
