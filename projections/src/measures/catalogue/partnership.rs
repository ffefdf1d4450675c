//! Who leads the help.

use crate::measures::case::tables::OPEN;
use crate::measures::measure::{Better, Group, Measure, Shape, Unit, When};

/// The share of partner-led plans on a day.
pub(super) static PARTNER_LED: Measure = Measure {
    id: "partner-led",
    group: Group::Partnership,
    title: "The share of plans that agencies other than the authority lead",
    numerator: "Of those, plans of cases whose lead agency on that day is registered and is not the authority \
                itself. The share is given to the whole per cent; numerator and denominator give it exactly.",
    denominator: Some(
        "Plans agreed by the end of that day, of cases that were neither closed nor stepped up by then.",
    ),
    when: When::OnDay,
    unit: Unit::Share,
    better: Better::Higher,
    events: &[
        "PlanAgreed",
        "CaseImported",
        "CaseAllocated",
        "CaseReallocated",
        "StepUpAccepted",
        "CaseClosed",
        "CaseReopened",
    ],
    dimensions: &[],
    of: &OPEN,
    day: "",
    among: "u.planned",
    shape: Shape::Share {
        of: "u.lead_agency_id IN (SELECT a.agency_id FROM measure_agency_v4 a WHERE a.is_authority = false)",
    },
};
