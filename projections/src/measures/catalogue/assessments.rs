//! Whether assessments are timely and hear each child.

use crate::measures::case::tables::{ASSESSMENT, AUTHORISATION, OPEN};
use crate::measures::measure::{Better, Group, Measure, Shape, Unit, When};

/// Assessments that were completed.
pub(super) static COMPLETED: Measure = Measure {
    id: "assessments-completed",
    group: Group::Assessments,
    title: "How many assessments were completed",
    numerator: "Assessments completed in the period; one that was given back counts once.",
    denominator: None,
    when: When::InPeriod,
    unit: Unit::Number("assessments"),
    better: Better::Neither,
    events: &["AssessmentCompleted", "CaseImported"],
    dimensions: &[],
    of: &ASSESSMENT,
    day: "completed_on",
    among: "1 = 1",
    shape: Shape::Count,
};

/// Whether assessments were in time.
pub(super) static IN_TIME: Measure = Measure {
    id: "assessments-in-time",
    group: Group::Assessments,
    title: "The share of assessments that were completed in time",
    numerator: "Of those, assessments completed by that day.",
    denominator: Some(
        "Assessments due in the period, by the authority's timescale (Working Together: 45 \
        working days).",
    ),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["AssessmentStarted", "AssessmentCompleted", "CaseImported"],
    dimensions: &[],
    of: &ASSESSMENT,
    day: "due_on",
    among: "1 = 1",
    shape: Shape::Share { of: "u.completed_on <= u.due_on" },
};

/// How long assessments took.
pub(super) static TIME: Measure = Measure {
    id: "assessment-time",
    group: Group::Assessments,
    title: "How long assessments take",
    numerator: "Working days from start to completion, on average.",
    denominator: Some("Assessments completed in the period."),
    when: When::InPeriod,
    unit: Unit::WorkingDays,
    better: Better::Lower,
    events: &["AssessmentStarted", "AssessmentCompleted", "CaseImported"],
    dimensions: &[],
    of: &ASSESSMENT,
    day: "completed_on",
    among: "1 = 1",
    shape: Shape::Mean { of: "u.working_days" },
};

/// Assessments that are late.
pub(super) static OVERDUE: Measure = Measure {
    id: "assessments-overdue",
    group: Group::Assessments,
    title: "The share of families being assessed whose assessment is overdue",
    numerator: "Of those, cases whose assessment was to be completed by an earlier day.",
    denominator: Some(
        "Open cases with an assessment that had begun and was not completed by the end of that day.",
    ),
    when: When::OnDay,
    unit: Unit::Share,
    better: Better::Lower,
    events: &["AssessmentStarted", "AssessmentCompleted", "CaseImported"],
    dimensions: &[],
    of: &OPEN,
    day: "",
    among: "u.assessing",
    shape: Shape::Share { of: "u.assessment_due_on < :day" },
};

/// Whether every child was heard.
pub(super) static EVERY_CHILD_HEARD: Measure = Measure {
    id: "assessments-hear-every-child",
    group: Group::Assessments,
    title: "The share of assessments that heard every child",
    numerator: "Of those, assessments in which what each child said was recorded by completion.",
    denominator: Some("Assessments completed in the period, without imported ones."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["AssessmentStarted", "VoiceOfChildRecorded", "AssessmentCompleted"],
    dimensions: &[],
    of: &ASSESSMENT,
    day: "completed_on",
    among: "u.imported = false",
    shape: Shape::Share { of: "u.children_heard = u.children" },
};

/// Whether children were seen alone.
pub(super) static SEEN_ALONE: Measure = Measure {
    id: "children-heard-alone",
    group: Group::Assessments,
    title: "The share of children who were seen alone when they were heard",
    numerator: "Of those, children who were heard and seen alone by completion.",
    denominator: Some("Children of the assessments completed in the period, without imported ones."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["AssessmentStarted", "VoiceOfChildRecorded", "AssessmentCompleted"],
    dimensions: &[],
    of: &ASSESSMENT,
    day: "completed_on",
    among: "u.imported = false",
    shape: Shape::Ratio { of: "u.children_heard_alone", out_of: "u.children" },
};

/// Whether managers give assessments back.
pub(super) static RETURNED: Measure = Measure {
    id: "assessments-returned",
    group: Group::Assessments,
    title: "The share of assessments that managers gave back",
    numerator: "Of those, decisions that gave the assessment back.",
    denominator: Some("Decisions of managers on completed assessments in the period."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Lower,
    events: &["AssessmentAuthorised", "AssessmentReturned"],
    dimensions: &[],
    of: &AUTHORISATION,
    day: "decided_on",
    among: "1 = 1",
    shape: Shape::Share { of: "u.returned" },
};

/// Whether the neglect toolkit is used.
pub(super) static TOOLKIT: Measure = Measure {
    id: "neglect-toolkit-used",
    group: Group::Assessments,
    title: "The share of assessments of neglect that used the neglect toolkit",
    numerator: "Of those, assessments that used the toolkit.",
    denominator: Some(
        "Assessments completed in the period that found abuse or neglect as a need, or \
        neglect as a factor.",
    ),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["AssessmentCompleted"],
    dimensions: &[],
    of: &ASSESSMENT,
    day: "completed_on",
    among: "u.neglect",
    shape: Shape::Share { of: "u.toolkit" },
};
