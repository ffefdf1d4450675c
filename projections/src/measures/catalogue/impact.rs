//! Whether the help helps, and lasts.

use crate::measures::case::tables::{CLOSURE, GOAL};
use crate::measures::dimension::Dimension;
use crate::measures::measure::{Better, Group, Measure, Shape, Unit, When};

/// Why it was closed.
const REASON: Dimension =
    Dimension::plain("reason", "Why it was closed", "closed_because", "u.closed_because");
/// Area of life.
const AREA: Dimension = Dimension::plain("area", "Area of life", "area", "u.area");
/// What was found.
const OUTCOME: Dimension = Dimension::plain("outcome", "What was found", "outcome", "u.outcome");

/// Needs that were met.
pub(super) static NEEDS_MET: Measure = Measure {
    id: "needs-met",
    group: Group::Impact,
    title: "The share of needs that were met when a case was closed",
    numerator: "Of those, needs that were met.",
    denominator: Some("Needs that assessments had found, of the cases closed in the period."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["AssessmentCompleted", "CaseClosed"],
    dimensions: &[REASON],
    of: &CLOSURE,
    day: "closed_on",
    among: "1 = 1",
    shape: Shape::Ratio { of: "u.needs_met", out_of: "u.needs" },
};

/// How far families came.
pub(super) static DISTANCE: Measure = Measure {
    id: "distance-travelled",
    group: Group::Impact,
    title: "How far families came with their goals",
    numerator: "Points from the baseline to the score at closure, on a scale from 1 to 10, on average.",
    denominator: Some("Goals that were scored at closures in the period."),
    when: When::InPeriod,
    unit: Unit::Points,
    better: Better::Higher,
    events: &["PlanAgreed", "PlanChanged", "CaseClosed"],
    dimensions: &[AREA],
    of: &GOAL,
    day: "closed_on",
    among: "1 = 1",
    shape: Shape::Mean { of: "u.distance" },
};

/// Whether families are heard at the end.
pub(super) static HEARD_AT_CLOSURE: Measure = Measure {
    id: "closures-with-family-views",
    group: Group::Impact,
    title: "The share of closures in which the family was heard",
    numerator: "Of those, closures that record what at least one child or parent said.",
    denominator: Some("Cases closed in the period."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["CaseClosed", "CaseImported"],
    dimensions: &[REASON],
    of: &CLOSURE,
    day: "closed_on",
    among: "1 = 1",
    shape: Shape::Share { of: "u.views > 0" },
};

/// Whether it lasted.
pub(super) static SUSTAINED: Measure = Measure {
    id: "outcomes-sustained",
    group: Group::Impact,
    title: "The share of families for whom it had stayed better",
    numerator: "Of those, families for whom what was better had stayed so.",
    denominator: Some("Checks about six months after closure that reached the family, made in the period."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["CaseClosed", "SustainedOutcomeChecked"],
    dimensions: &[OUTCOME],
    of: &CLOSURE,
    day: "checked_on",
    among: "u.outcome <> 'family-not-reached'",
    shape: Shape::Share { of: "u.outcome = 'sustained'" },
};

/// That the child came with `o` after the first of the closures whose twelve months ended in the periods, and not later
/// than these months.
macro_rules! since_the_first_closure {
    () => {
        "o.came_on > CAST(CAST(substr(:first, 1, 4) AS bigint) - 1 AS text) || substr(:first, 5) AND o.came_on <= :last"
    };
}

/// Families who came back.
pub(super) static RE_REFERRED: Measure = Measure {
    id: "re-referred",
    group: Group::Impact,
    title: "The share of families who came back within twelve months of closure",
    numerator: "Of those, families of which a child came with another case within these twelve months.",
    denominator: Some("Closures whose twelve months ended in the period."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Lower,
    events: &["CaseClosed", "CaseImported", "ReferralReceived", "FamilyMemberAdded"],
    dimensions: &[REASON],
    of: &CLOSURE,
    day: "twelve_months_on",
    among: "1 = 1",
    shape: Shape::Share {
        // Few families come back. Who came with a further case since the first of these closures is looked up once; only
        // of the cases that they had before it is asked whether that was after their own closure.
        of: concat!(
            "u.case_id IN (SELECT o.case_before_id FROM report_child_case_v4 o WHERE o.cases_before = 1 AND ",
            since_the_first_closure!(),
            " UNION ALL SELECT c.case_id FROM report_child_case_v4 o JOIN report_child_case_v4 c ON c.person_id = \
            o.person_id AND c.came_on < o.came_on WHERE o.cases_before = 2 AND ",
            since_the_first_closure!(),
            ") AND EXISTS (SELECT 1 FROM report_child_case_v4 c JOIN report_child_case_v4 o ON o.person_id = \
            c.person_id AND o.came_on > u.closed_on AND o.came_on <= u.twelve_months_on WHERE c.case_id = u.case_id \
            AND c.came_on <= u.closed_on)"
        ),
    },
};
