//! How well the record is kept.

use caseledger_aggregates::case::CaseEvent;

use crate::measures::case::tables::ENTRY;
use crate::measures::measure::{Better, Group, Measure, Shape, Unit, When};

/// What can be entered late: everything that happens to a case.
const EVERYTHING: &[&str] = CaseEvent::NAMES;

/// Entries made late.
pub(super) static LATE: Measure = Measure {
    id: "late-entries",
    group: Group::DataQuality,
    title: "How many things were recorded more than a week after they had happened",
    numerator: "Events of cases that happened in the period and were recorded more than seven days later. What another \
                record held is not counted.",
    denominator: None,
    when: When::InPeriod,
    unit: Unit::Number("entries"),
    better: Better::Lower,
    events: EVERYTHING,
    dimensions: &[],
    of: &ENTRY,
    day: "happened_on",
    among: "u.what = 'late'",
    shape: Shape::Count,
};

/// Entries that put others right.
pub(super) static CORRECTED: Measure = Measure {
    id: "corrected-entries",
    group: Group::DataQuality,
    title: "How many entries of the record had to be put right",
    numerator: "Corrections of earlier entries of cases that were recorded in the period.",
    denominator: None,
    when: When::InPeriod,
    unit: Unit::Number("corrections"),
    better: Better::Neither,
    events: &["RecordCorrected"],
    dimensions: &[],
    of: &ENTRY,
    day: "happened_on",
    among: "u.what = 'correction'",
    shape: Shape::Count,
};
