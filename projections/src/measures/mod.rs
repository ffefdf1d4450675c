//! What managers, boards and inspectors see: figures counted from events, each leading back to cases and their events.
//!
//! A measure is data: a row of [`CATALOGUE`] says what it counts, in words for people and in terms of the spans that
//! [`MEASURES`] keeps for every case. [`figure`] answers any of them for any past day; [`evidence`] names the cases
//! behind it, and for each case the events.
//!
//! A day is a civil day in England, and a figure tells how things stood when it ended, counted by when things happened
//! (`occurred_at`), not by when the record learned of them.

mod facts;
mod report;
mod spans;

pub use facts::{AGENCY, FACT, MEASURES, SPAN, TEAM};
pub use report::{Amount, Evidence, Figure, Filters, Part, Side, evidence, figure, open_cases, partner_led};

use serde::Serialize;

/// A measure: what it tells, what it counts, and which events it follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Measure {
    /// Its id, which stands in addresses: `open-cases`.
    pub id: &'static str,
    /// What it tells.
    pub title: &'static str,
    /// What is counted.
    pub numerator: &'static str,
    /// Out of what; a measure without is a number and no share.
    pub denominator: Option<&'static str>,
    /// Which of the two clocks it counts by.
    pub clock: &'static str,
    /// The events that it follows from.
    pub events: &'static [&'static str],
    /// Which spans are counted.
    #[serde(skip)]
    pub population: Population,
    /// Which of them make the numerator.
    #[serde(skip)]
    pub share: Option<Share>,
}

/// The spans of a case's life that a measure counts on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Population {
    /// Cases that were open.
    Open,
    /// Plans that were current.
    Plan,
}

/// Which part of a population a measure is after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// Those led by an agency that is registered and is not the authority itself.
    PartnerLed,
}

/// When it happened.
const BY_OCCURRENCE: &str =
    "when it happened (occurred_at), as a civil day in England; as it stood when the day ended";

/// Every measure.
pub const CATALOGUE: &[Measure] = &[OPEN_CASES, PARTNER_LED];

/// Open cases on a day.
pub const OPEN_CASES: Measure = Measure {
    id: "open-cases",
    title: "How many families early help is working with",
    numerator: "Cases accepted for early help by the end of that day, and neither closed nor stepped up by then. A \
                    case that another record held counts from the day that record says it was referred.",
    denominator: None,
    clock: BY_OCCURRENCE,
    events: &[
        "TriageDecided",
        "CaseImported",
        "StepDownAccepted",
        "StepUpAccepted",
        "CaseClosed",
        "CaseReopened",
    ],
    population: Population::Open,
    share: None,
};

/// The share of partner-led plans on a day.
pub const PARTNER_LED: Measure = Measure {
    id: "partner-led",
    title: "The share of plans that agencies other than the authority lead",
    numerator: "Of those, plans of cases whose lead agency on that day is registered and is not the authority \
                    itself. The share is given to the whole per cent; numerator and denominator give it exactly.",
    denominator: Some(
        "Plans agreed by the end of that day, of cases that were neither closed nor stepped up by then.",
    ),
    clock: BY_OCCURRENCE,
    events: &[
        "PlanAgreed",
        "CaseImported",
        "CaseAllocated",
        "CaseReallocated",
        "StepUpAccepted",
        "CaseClosed",
        "CaseReopened",
    ],
    population: Population::Plan,
    share: Some(Share::PartnerLed),
};

/// The measure with that id.
pub fn measure(id: &str) -> Option<&'static Measure> {
    CATALOGUE.iter().find(|measure| measure.id == id)
}

impl Measure {
    /// Numerator, denominator and clock in one text.
    pub fn definition(&self) -> String {
        let out_of = self.denominator.map(|denominator| format!("Out of: {denominator} "));
        format!("{}Counted: {} Clock: {}.", out_of.unwrap_or_default(), self.numerator, self.clock)
    }
}
