//! What the record of cases lacks.

use crate::measures::case::tables::{ACTION, OPEN};
use crate::measures::measure::{Better, Group, Measure, Shape, Unit, When};

/// Actions without a date.
pub(super) static UNDATED: Measure = Measure {
    id: "undated-actions",
    group: Group::DataQuality,
    title: "The share of actions that have no due date",
    numerator: "Of those, actions without a due date. Only cases brought in from another record can have \
        them: the service accepts none.",
    denominator: Some("Actions that were still to be done at the end of that day, of cases that were open."),
    when: When::OnDay,
    unit: Unit::Share,
    better: Better::Lower,
    events: &[
        "CaseImported",
        "PlanAgreed",
        "PlanChanged",
        "ActionRescheduled",
        "ActionCompleted",
        "ActionCancelled",
    ],
    dimensions: &[],
    of: &ACTION,
    day: "",
    among: "1 = 1",
    shape: Shape::Share { of: "u.due_on IS NULL" },
};

/// Cases without a level of need.
pub(super) static NO_LEVEL: Measure = Measure {
    id: "cases-without-level",
    group: Group::DataQuality,
    title: "The share of open cases without a level of need",
    numerator: "Of those, cases of which no level of need was known.",
    denominator: Some("Cases that were open at the end of that day."),
    when: When::OnDay,
    unit: Unit::Share,
    better: Better::Lower,
    events: &["CaseImported", "TriageDecided", "StepDownAccepted"],
    dimensions: &[],
    of: &OPEN,
    day: "",
    among: "1 = 1",
    shape: Shape::Share { of: "u.level_of_need IS NULL" },
};

/// Cases without a source.
pub(super) static NO_SOURCE: Measure = Measure {
    id: "cases-without-source",
    group: Group::DataQuality,
    title: "The share of open cases of which nobody knows who referred",
    numerator: "Of those, cases without a referral source.",
    denominator: Some("Cases that were open at the end of that day."),
    when: When::OnDay,
    unit: Unit::Share,
    better: Better::Lower,
    events: &["CaseImported", "ReferralReceived"],
    dimensions: &[],
    of: &OPEN,
    day: "",
    among: "1 = 1",
    shape: Shape::Share { of: "u.source IS NULL" },
};

/// Cases without a lead.
pub(super) static NO_LEAD: Measure = Measure {
    id: "cases-without-lead",
    group: Group::DataQuality,
    title: "The share of open cases without a lead practitioner",
    numerator: "Of those, cases without a lead practitioner: not allocated yet, or brought in without one.",
    denominator: Some("Cases that were open at the end of that day."),
    when: When::OnDay,
    unit: Unit::Share,
    better: Better::Lower,
    events: &["CaseImported", "CaseAllocated", "CaseReallocated"],
    dimensions: &[],
    of: &OPEN,
    day: "",
    among: "1 = 1",
    shape: Shape::Share { of: "u.practitioner_id IS NULL" },
};

/// Everything that says which children a case is for, and what is known of them.
const OF_CHILDREN: &[&str] = &[
    "ReferralReceived",
    "CaseImported",
    "FamilyMemberAdded",
    "FamilyMembershipEnded",
    "PersonRegistered",
    "PersonDetailsCorrected",
    "PersonErased",
];

/// A measure of the children of open cases of whom something is not known. Those of cases that have ended are many more:
/// the cases that were open tell since when they were for any child, and so how far back to look. Only the few cases that
/// this leaves are counted child by child.
macro_rules! children_without {
    ($id:literal, $title:literal, $numerator:literal, $known:literal) => {
        Measure {
            id: $id,
            group: Group::DataQuality,
            title: $title,
            numerator: $numerator,
            denominator: Some(
                "Children for whom cases were that were open at the end of that day. A child of two open cases counts in \
                 each; one who had left the family by then doesn't count.",
            ),
            when: When::OnDay,
            unit: Unit::Share,
            better: Better::Lower,
            events: OF_CHILDREN,
            dimensions: &[],
            of: &OPEN,
            day: "",
            among: "1 = 1",
            shape: Shape::Ratio {
                of: concat!(
                    "CASE WHEN u.case_id IN (SELECT c.case_id FROM report_child_v4 c WHERE c.complete = false AND \
                     c.",
                    $known,
                    " = false AND c.from_day >= (SELECT min(e.children_since) FROM (SELECT e.children_since FROM \
                     report_episode_v4 e WHERE e.ended_on IS NULL UNION ALL SELECT e.children_since FROM \
                     report_episode_v4 e WHERE e.ended_on > :first) e) AND c.from_day <= :last AND c.until_day > \
                     :first) THEN (SELECT count(*) FROM report_child_v4 c WHERE c.case_id = u.case_id AND c.",
                    $known,
                    " = false AND c.from_day <= :day AND c.until_day > :day) ELSE 0 END"
                ),
                out_of: "u.children",
            },
        }
    };
}

/// Children without a date of birth.
pub(super) static NO_BIRTH: Measure = children_without!(
    "children-without-birth-date",
    "The share of children in open cases without a date of birth",
    "Of those, children of whom no date of birth was entered, not even an estimated or expected one.",
    "has_birth"
);

/// Children without an ethnicity.
pub(super) static NO_ETHNICITY: Measure = children_without!(
    "children-without-ethnicity",
    "The share of children in open cases without an ethnicity",
    "Of those, children of whom no ethnicity was entered. That a family did not want to say is an answer.",
    "has_ethnicity"
);

/// Children without a gender.
pub(super) static NO_GENDER: Measure = children_without!(
    "children-without-gender",
    "The share of children in open cases without a gender",
    "Of those, children of whom no gender was stated.",
    "has_gender"
);
