//! Whether families pass well between early help and statutory social care.

use crate::measures::case::tables::{STEP_DOWN, STEP_UP};
use crate::measures::dimension::Dimension;
use crate::measures::measure::{Better, Group, Measure, Shape, Unit, When};

/// Answer.
const ANSWER: Dimension = Dimension::plain("answer", "Answer", "answer", "u.answer");

/// Step-ups that were asked for.
pub(super) static STEP_UPS: Measure = Measure {
    id: "step-ups",
    group: Group::Transfers,
    title: "How many families early help asked statutory social care to take over",
    numerator: "Step-up requests in the period.",
    denominator: None,
    when: When::InPeriod,
    unit: Unit::Number("requests"),
    better: Better::Neither,
    events: &["StepUpRequested"],
    dimensions: &[],
    of: &STEP_UP,
    day: "requested_on",
    among: "1 = 1",
    shape: Shape::Count,
};

/// Whether what went along was whole.
pub(super) static STEP_UP_PACKS: Measure = Measure {
    id: "step-up-packs-complete",
    group: Group::Transfers,
    title: "The share of step-ups with a complete handover pack",
    numerator: "Of those, requests whose pack held every item of the authority's protocol. The others went \
        with a reason for each item that was missing.",
    denominator: Some("Step-up requests in the period."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["StepUpRequested"],
    dimensions: &[],
    of: &STEP_UP,
    day: "requested_on",
    among: "1 = 1",
    shape: Shape::Share { of: "u.overrides = 0" },
};

/// Whether step-ups were answered in time.
pub(super) static STEP_UPS_IN_TIME: Measure = Measure {
    id: "step-ups-answered-in-time",
    group: Group::Transfers,
    title: "The share of step-ups that were answered in time",
    numerator: "Of those, requests answered by that day.",
    denominator: Some(
        "Step-up requests to be answered in the period, by the authority's timescale; those \
        that were taken back by then are left out.",
    ),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["StepUpRequested", "StepUpAccepted", "StepUpDeclined", "StepUpWithdrawn"],
    dimensions: &[],
    of: &STEP_UP,
    day: "due_on",
    among: "u.answer IS NULL OR u.answer <> 'withdrawn' OR u.answered_on > u.due_on",
    shape: Shape::Share { of: "u.answered_on <= u.due_on" },
};

/// How long answers took.
pub(super) static STEP_UP_TIME: Measure = Measure {
    id: "step-up-answer-time",
    group: Group::Transfers,
    title: "How long step-ups wait for an answer",
    numerator: "Working days from request to answer, on average.",
    denominator: Some(
        "Answers to step-up requests in the period; requests that were taken back are left out.",
    ),
    when: When::InPeriod,
    unit: Unit::WorkingDays,
    better: Better::Lower,
    events: &["StepUpRequested", "StepUpAccepted", "StepUpDeclined"],
    dimensions: &[ANSWER],
    of: &STEP_UP,
    day: "answered_on",
    among: "u.answer <> 'withdrawn'",
    shape: Shape::Mean { of: "u.working_days" },
};

/// Step-ups that wait.
pub(super) static STEP_UPS_WAITING: Measure = Measure {
    id: "step-ups-waiting",
    group: Group::Transfers,
    title: "How many step-ups wait for an answer",
    numerator: "Step-up requests that were not answered by the end of that day.",
    denominator: None,
    when: When::OnDay,
    unit: Unit::Number("requests"),
    better: Better::Lower,
    events: &["StepUpRequested", "StepUpAccepted", "StepUpDeclined", "StepUpWithdrawn"],
    dimensions: &[],
    of: &STEP_UP,
    day: "",
    among: "1 = 1",
    shape: Shape::Count,
};

/// Step-downs that came.
pub(super) static STEP_DOWNS: Measure = Measure {
    id: "step-downs",
    group: Group::Transfers,
    title: "How many families statutory social care handed over",
    numerator: "Step-downs received in the period.",
    denominator: None,
    when: When::InPeriod,
    unit: Unit::Number("families"),
    better: Better::Neither,
    events: &["StepDownReceived"],
    dimensions: &[],
    of: &STEP_DOWN,
    day: "received_on",
    among: "1 = 1",
    shape: Shape::Count,
};

/// Whether what came along was whole.
pub(super) static STEP_DOWN_PACKS: Measure = Measure {
    id: "step-down-packs-complete",
    group: Group::Transfers,
    title: "The share of step-downs with a complete handover pack",
    numerator: "Of those, step-downs whose pack held every item of the authority's protocol when they came.",
    denominator: Some("Step-downs received in the period."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["StepDownReceived"],
    dimensions: &[],
    of: &STEP_DOWN,
    day: "received_on",
    among: "1 = 1",
    shape: Shape::Share { of: "u.missing = 0" },
};

/// Families who went back within three months.
pub(super) static RETURNED_3: Measure = Measure {
    id: "returned-within-3-months",
    group: Group::Transfers,
    title: "The share of step-downs that went back to statutory social care within three months",
    numerator: "Of those, families whom statutory social care took over again within these three months.",
    denominator: Some("Step-downs that early help accepted, and whose three months ended in the period."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Lower,
    events: &["StepDownReceived", "StepDownAccepted", "StepUpAccepted"],
    dimensions: &[],
    of: &STEP_DOWN,
    day: "three_months_on",
    among: "1 = 1",
    shape: Shape::Share { of: "u.returned_on <= u.three_months_on" },
};

/// Families who went back within six months.
pub(super) static RETURNED_6: Measure = Measure {
    id: "returned-within-6-months",
    group: Group::Transfers,
    title: "The share of step-downs that went back to statutory social care within six months",
    numerator: "Of those, families whom statutory social care took over again within these six months.",
    denominator: Some("Step-downs that early help accepted, and whose six months ended in the period."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Lower,
    events: &["StepDownReceived", "StepDownAccepted", "StepUpAccepted"],
    dimensions: &[],
    of: &STEP_DOWN,
    day: "six_months_on",
    among: "1 = 1",
    shape: Shape::Share { of: "u.returned_on <= u.six_months_on" },
};

/// Families who went back within twelve months.
pub(super) static RETURNED_12: Measure = Measure {
    id: "returned-within-12-months",
    group: Group::Transfers,
    title: "The share of step-downs that went back to statutory social care within twelve months",
    numerator: "Of those, families whom statutory social care took over again within these twelve months.",
    denominator: Some("Step-downs that early help accepted, and whose twelve months ended in the period."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Lower,
    events: &["StepDownReceived", "StepDownAccepted", "StepUpAccepted"],
    dimensions: &[],
    of: &STEP_DOWN,
    day: "twelve_months_on",
    among: "1 = 1",
    shape: Shape::Share { of: "u.returned_on <= u.twelve_months_on" },
};
