//! How many families are helped.

use crate::measures::case::tables::{EPISODE, OPEN};
use crate::measures::dimension::Dimension;
use crate::measures::measure::{Better, Group, Measure, Shape, Unit, When};

/// What makes a case open, and ends that.
pub(super) const OPENING_AND_ENDING: &[&str] =
    &["TriageDecided", "CaseImported", "StepDownAccepted", "StepUpAccepted", "CaseClosed", "CaseReopened"];

/// Open cases on a day.
pub(super) static OPEN_CASES: Measure = Measure {
    id: "open-cases",
    group: Group::Caseload,
    title: "How many families early help is working with",
    numerator: "Cases accepted for early help by the end of that day, and neither closed nor stepped up by then. A \
                case that another record held counts from the day that record says it was referred.",
    denominator: None,
    when: When::OnDay,
    unit: Unit::Number("cases"),
    better: Better::Neither,
    events: OPENING_AND_ENDING,
    dimensions: &[],
    of: &OPEN,
    day: "",
    among: "1 = 1",
    shape: Shape::Count,
};

/// Cases that began in a period.
pub(super) static NEW_CASES: Measure = Measure {
    id: "new-cases",
    group: Group::Caseload,
    title: "How many families early help began to work with",
    numerator: "Cases accepted for early help in the period. A case that was closed and reopened is not new.",
    denominator: None,
    when: When::InPeriod,
    unit: Unit::Number("cases"),
    better: Better::Neither,
    events: &["TriageDecided", "CaseImported", "StepDownAccepted"],
    dimensions: &[],
    of: &EPISODE,
    day: "opened_on",
    among: "u.reopened = false",
    shape: Shape::Count,
};

/// Cases that ended in a period.
pub(super) static ENDED_CASES: Measure = Measure {
    id: "ended-cases",
    group: Group::Caseload,
    title: "How many families early help ended its work with",
    numerator: "Cases that were closed or stepped up in the period.",
    denominator: None,
    when: When::InPeriod,
    unit: Unit::Number("cases"),
    better: Better::Neither,
    events: &["CaseClosed", "StepUpAccepted", "TriageDecided", "CaseImported"],
    dimensions: &[Dimension::plain("ended-by", "How it ended", "ended_by", "u.ended_by")],
    of: &EPISODE,
    day: "ended_on",
    among: "1 = 1",
    shape: Shape::Count,
};
