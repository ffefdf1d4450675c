//! Whether plans move.

use crate::measures::case::tables::{ACTION, OPEN, REVIEW};
use crate::measures::dimension::Dimension;
use crate::measures::measure::{Better, Group, Measure, Shape, Unit, When};

/// Who is to do it.
const OWNER: Dimension = Dimension::plain("owner", "Who is to do it", "owner", "u.owner");
/// Decision.
const DECISION: Dimension = Dimension::plain("decision", "Decision", "decision", "u.decision");

/// Actions that are late.
pub(super) static ACTIONS_OVERDUE: Measure = Measure {
    id: "actions-overdue",
    group: Group::Plans,
    title: "The share of actions that are overdue",
    numerator: "Of those, actions whose due date had passed.",
    denominator: Some(
        "Actions with a due date that were still to be done at the end of that day, of cases \
        that were open.",
    ),
    when: When::OnDay,
    unit: Unit::Share,
    better: Better::Lower,
    events: &[
        "PlanAgreed",
        "PlanChanged",
        "ManagementOversightRecorded",
        "ActionRescheduled",
        "ActionCompleted",
        "ActionCancelled",
        "CaseImported",
    ],
    dimensions: &[OWNER],
    of: &ACTION,
    day: "",
    among: "u.due_on IS NOT NULL",
    shape: Shape::Share { of: "u.due_on < :day" },
};

/// Actions that were put off.
pub(super) static ACTIONS_RESCHEDULED: Measure = Measure {
    id: "actions-rescheduled",
    group: Group::Plans,
    title: "The share of actions that have been put off",
    numerator: "Of those, actions that had been given another date at least once.",
    denominator: Some(
        "Actions with a due date that were still to be done at the end of that day, of cases \
        that were open.",
    ),
    when: When::OnDay,
    unit: Unit::Share,
    better: Better::Lower,
    events: &[
        "PlanAgreed",
        "PlanChanged",
        "ManagementOversightRecorded",
        "ActionRescheduled",
        "ActionCompleted",
        "ActionCancelled",
    ],
    dimensions: &[OWNER],
    of: &ACTION,
    day: "",
    among: "u.due_on IS NOT NULL",
    shape: Shape::Share { of: "u.rescheduled > 0" },
};

/// Actions that were done in time.
pub(super) static ACTIONS_IN_TIME: Measure = Measure {
    id: "actions-done-in-time",
    group: Group::Plans,
    title: "The share of actions that were done by their date",
    numerator: "Of those, actions done by the date that they had at the end.",
    denominator: Some("Actions with a due date that were done in the period, while the case was open."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["PlanAgreed", "PlanChanged", "ActionRescheduled", "ActionCompleted"],
    dimensions: &[OWNER],
    of: &ACTION,
    day: "until_day",
    among: "u.ended_by = 'completed' AND u.due_on IS NOT NULL",
    shape: Shape::Share { of: "u.until_day <= u.due_on" },
};

/// Reviews that were in time.
pub(super) static REVIEWS_IN_TIME: Measure = Measure {
    id: "reviews-in-time",
    group: Group::Plans,
    title: "The share of reviews that were held in time",
    numerator: "Of those, reviews held by that day.",
    denominator: Some("Reviews that were set for a day in the period, of cases that were open on it."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["PlanAgreed", "PlanReviewed", "CaseImported"],
    dimensions: &[],
    of: &REVIEW,
    day: "due_on",
    among: "1 = 1",
    shape: Shape::Share { of: "u.held_on <= u.due_on" },
};

/// Reviews that saw progress.
pub(super) static REVIEWS_WITH_PROGRESS: Measure = Measure {
    id: "reviews-with-progress",
    group: Group::Plans,
    title: "The share of reviews that saw progress",
    numerator: "Of those, reviews in which the mean of the goals' scores was higher than in the review \
        before; a first review with scores counts.",
    denominator: Some("Reviews held in the period."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["PlanReviewed"],
    dimensions: &[DECISION],
    of: &REVIEW,
    day: "held_on",
    among: "1 = 1",
    shape: Shape::Share { of: "u.progress" },
};

/// Plans whose review is late.
pub(super) static REVIEWS_OVERDUE: Measure = Measure {
    id: "reviews-overdue",
    group: Group::Plans,
    title: "The share of plans whose review is overdue",
    numerator: "Of those, plans whose next review was set for an earlier day.",
    denominator: Some("Plans of cases that were open at the end of that day."),
    when: When::OnDay,
    unit: Unit::Share,
    better: Better::Lower,
    events: &["PlanAgreed", "PlanReviewed", "CaseImported"],
    dimensions: &[],
    of: &OPEN,
    day: "",
    among: "u.planned",
    shape: Shape::Share { of: "u.next_review_on < :day" },
};

/// Cases that drift.
pub(super) static DRIFT: Measure = Measure {
    id: "drift",
    group: Group::Plans,
    title: "The share of families whose case drifts",
    numerator: "Of those, cases that had been open for longer than the authority sets (twelve months), or \
        whose last reviews (three) saw no progress.",
    denominator: Some("Cases that were open at the end of that day."),
    when: When::OnDay,
    unit: Unit::Share,
    better: Better::Lower,
    events: &["TriageDecided", "CaseImported", "PlanReviewed", "CaseClosed"],
    dimensions: &[],
    of: &OPEN,
    day: "",
    among: "1 = 1",
    shape: Shape::Share { of: "u.drifts_on <= :day OR u.stalled" },
};
