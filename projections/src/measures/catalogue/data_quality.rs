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

/// The children of a case of whom the people register knew something or other on a day; `$condition` is on `k`.
macro_rules! children_known {
    ($condition:literal) => {
        concat!(
            "(SELECT count(*) FROM report_child_v2 c JOIN report_person_v2 k ON k.person_id = c.person_id \
             AND k.from_day <= :day AND k.until_day > :day WHERE c.case_id = u.case_id AND c.came_on <= :day",
            $condition,
            ")"
        )
    };
}

/// Everything that says whose children are known, and what of them.
const OF_CHILDREN: &[&str] = &[
    "ReferralReceived",
    "CaseImported",
    "FamilyMemberAdded",
    "PersonRegistered",
    "PersonDetailsCorrected",
    "PersonErased",
];

/// Out of which children.
const CHILDREN: &str = "Children whom cases are for that were open at the end of that day, and whose entry in the people \
                        register stood then. A child of two open cases counts in each.";

/// Children without a date of birth.
pub(super) static NO_BIRTH: Measure = Measure {
    id: "children-without-birth-date",
    group: Group::DataQuality,
    title: "The share of children in open cases without a date of birth",
    numerator: "Of those, children of whom no date of birth was entered, not even an estimated or expected one.",
    denominator: Some(CHILDREN),
    when: When::OnDay,
    unit: Unit::Share,
    better: Better::Lower,
    events: OF_CHILDREN,
    dimensions: &[],
    of: &OPEN,
    day: "",
    among: "1 = 1",
    shape: Shape::Ratio { of: children_known!(" AND NOT k.has_birth"), out_of: children_known!("") },
};

/// Children without an ethnicity.
pub(super) static NO_ETHNICITY: Measure = Measure {
    id: "children-without-ethnicity",
    group: Group::DataQuality,
    title: "The share of children in open cases without an ethnicity",
    numerator: "Of those, children of whom no ethnicity was entered. That a family did not want to say is an answer.",
    denominator: Some(CHILDREN),
    when: When::OnDay,
    unit: Unit::Share,
    better: Better::Lower,
    events: OF_CHILDREN,
    dimensions: &[],
    of: &OPEN,
    day: "",
    among: "1 = 1",
    shape: Shape::Ratio { of: children_known!(" AND NOT k.has_ethnicity"), out_of: children_known!("") },
};

/// Children without a gender.
pub(super) static NO_GENDER: Measure = Measure {
    id: "children-without-gender",
    group: Group::DataQuality,
    title: "The share of children in open cases without a gender",
    numerator: "Of those, children of whom no gender was stated.",
    denominator: Some(CHILDREN),
    when: When::OnDay,
    unit: Unit::Share,
    better: Better::Lower,
    events: OF_CHILDREN,
    dimensions: &[],
    of: &OPEN,
    day: "",
    among: "1 = 1",
    shape: Shape::Ratio { of: children_known!(" AND NOT k.has_gender"), out_of: children_known!("") },
};
