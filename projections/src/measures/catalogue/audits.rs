//! How good the practice is, as audits find it.

use crate::measures::audit::tables::{ACTION, CASE_AUDIT, COMPLIANCE, GRADE};
use crate::measures::dimension::Dimension;
use crate::measures::measure::{Better, Group, Measure, Shape, Unit, When};

const THEME: Dimension = Dimension::plain("theme", "Theme", "theme", "u.theme");
const BY_GRADE: Dimension = Dimension::plain("grade", "Grade", "grade", "u.grade");
const STANDARD: Dimension = Dimension::plain("standard", "Standard", "standard", "u.standard");
const STEP: Dimension = Dimension::plain("step", "Step", "step", "u.step");
const MODERATION: Dimension = Dimension::plain(
    "moderation",
    "How the moderator saw it",
    "difference",
    "CASE WHEN u.difference > 0 THEN 'better' WHEN u.difference < 0 THEN 'worse' ELSE 'the-same' END",
);

/// Cases audited.
pub(super) static CASES_AUDITED: Measure = Measure {
    id: "case-audits",
    group: Group::Audits,
    title: "How many times audits looked at a family's case",
    numerator: "Cases that auditors looked at in the period, counted for each audit.",
    denominator: None,
    when: When::InPeriod,
    unit: Unit::Number("case audits"),
    better: Better::Neither,
    events: &["CaseAudited"],
    dimensions: &[BY_GRADE, THEME],
    of: &CASE_AUDIT,
    day: "audited_on",
    among: "1 = 1",
    shape: Shape::Count,
};

/// Case audits that found practice good or better.
pub(super) static GOOD_CASES: Measure = Measure {
    id: "audits-good-or-better",
    group: Group::Audits,
    title: "The share of case audits that found practice good or better",
    numerator: "Of those, cases that the auditor graded good or outstanding altogether. What a moderator thought is told apart.",
    denominator: Some("Cases that auditors looked at in the period, counted for each audit."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["CaseAudited"],
    dimensions: &[BY_GRADE, THEME],
    of: &CASE_AUDIT,
    day: "audited_on",
    among: "1 = 1",
    shape: Shape::Share { of: "u.good" },
};

/// Good or better, standard by standard.
pub(super) static GOOD_STANDARDS: Measure = Measure {
    id: "audit-standards-good-or-better",
    group: Group::Audits,
    title: "How often audits found a standard of practice met well",
    numerator: "Of those, grades of good or outstanding.",
    denominator: Some("Grades that auditors gave in the period, one for each standard and case."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["CaseAudited"],
    dimensions: &[STANDARD, BY_GRADE, THEME],
    of: &GRADE,
    day: "audited_on",
    among: "1 = 1",
    shape: Shape::Share { of: "u.good" },
};

/// Steps that were taken, apart from how well.
pub(super) static COMPLIANT: Measure = Measure {
    id: "audit-compliance",
    group: Group::Audits,
    title: "How often audits found that a step was taken, whatever its quality",
    numerator: "Of those, checks that found the step taken, and in time.",
    denominator: Some("Checks that auditors made in the period of steps that the case needed."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["CaseAudited"],
    dimensions: &[STEP, THEME],
    of: &COMPLIANCE,
    day: "audited_on",
    among: "1 = 1",
    shape: Shape::Share { of: "u.met" },
};

/// Cases of which the moderator thought otherwise.
pub(super) static MODERATED_OTHERWISE: Measure = Measure {
    id: "audit-moderation-differs",
    group: Group::Audits,
    title: "How often a moderator graded a case otherwise than the auditor",
    numerator: "Of those, cases whose grade altogether the moderator saw otherwise.",
    denominator: Some("Case audits that were moderated in the period."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Lower,
    events: &["CaseAudited", "AuditModerated"],
    dimensions: &[MODERATION, THEME],
    of: &CASE_AUDIT,
    day: "moderated_on",
    among: "1 = 1",
    shape: Shape::Share { of: "u.difference <> 0" },
};

/// By how much moderators thought otherwise.
pub(super) static MODERATION_DIFFERENCE: Measure = Measure {
    id: "audit-moderation-difference",
    group: Group::Audits,
    title: "By how many grades moderators and auditors differ, on average",
    numerator: "The grades between the auditor's and the moderator's view of each case altogether, whoever was stricter.",
    denominator: Some("Case audits that were moderated in the period."),
    when: When::InPeriod,
    unit: Unit::Points,
    better: Better::Lower,
    events: &["CaseAudited", "AuditModerated"],
    dimensions: &[MODERATION, THEME],
    of: &CASE_AUDIT,
    day: "moderated_on",
    among: "1 = 1",
    shape: Shape::Mean { of: "abs(u.difference)" },
};

/// Actions that are open on a day.
pub(super) static OPEN_ACTIONS: Measure = Measure {
    id: "audit-actions-open",
    group: Group::Audits,
    title: "How many actions from audits are still to be done",
    numerator: "Actions agreed about the findings of audits by the end of that day, and not done by then.",
    denominator: None,
    when: When::OnDay,
    unit: Unit::Number("actions"),
    better: Better::Neither,
    events: &["AuditActionAgreed", "AuditActionCompleted"],
    dimensions: &[THEME],
    of: &ACTION,
    day: "",
    among: "1 = 1",
    shape: Shape::Count,
};

/// Open actions whose day has passed.
pub(super) static OVERDUE_ACTIONS: Measure = Measure {
    id: "audit-actions-overdue",
    group: Group::Audits,
    title: "The share of open actions from audits that are overdue",
    numerator: "Of those, actions whose due date had passed.",
    denominator: Some(
        "Actions agreed about the findings of audits by the end of that day, and not done by then.",
    ),
    when: When::OnDay,
    unit: Unit::Share,
    better: Better::Lower,
    events: &["AuditActionAgreed", "AuditActionCompleted"],
    dimensions: &[THEME],
    of: &ACTION,
    day: "",
    among: "1 = 1",
    shape: Shape::Share { of: "u.due_on < :day" },
};

/// Actions done by their day.
pub(super) static ACTIONS_IN_TIME: Measure = Measure {
    id: "audit-actions-in-time",
    group: Group::Audits,
    title: "The share of actions from audits that were done in time",
    numerator: "Of those, actions done by the day on which they were due.",
    denominator: Some("Actions agreed about the findings of audits that were due in the period."),
    when: When::InPeriod,
    unit: Unit::Share,
    better: Better::Higher,
    events: &["AuditActionAgreed", "AuditActionCompleted"],
    dimensions: &[THEME],
    of: &ACTION,
    day: "due_on",
    among: "1 = 1",
    shape: Shape::Share { of: "u.done_on IS NOT NULL AND u.done_on <= u.due_on" },
};
