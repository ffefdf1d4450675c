//! The units of audits.

use crate::measures::story::kept;
use crate::measures::units::{CASE, FROM_DAY, POSITIONS, REFERENCE, UNIT, UNTIL_DAY, of_others};
use crate::sql::{Column, Table};

/// What reports need of each audit's events.
pub(in crate::measures) const STORY: Table = kept(
    "measure_audit_story_v4",
    "What reports need of each audit's events, from which its units are made.",
);

const AUDIT: Column = Column::text("audit_id", "The audit.");
const THEME: Column = Column::text("theme", "The theme of a themed audit.").or_empty();
const AUDITED_ON: Column =
    Column::text("audited_on", "The day on which the auditor recorded what was found.");
const GOOD: Column = Column::bool("good", "Whether it is good or better.");

/// The cases that auditors looked at.
pub(in crate::measures) const CASE_AUDIT: Table = Table {
    name: "report_case_audit_v4",
    doc: "The cases that auditors looked at; one row an audit and case.",
    columns: &[
        UNIT,
        CASE,
        REFERENCE,
        AUDIT,
        THEME,
        AUDITED_ON,
        Column::text(
            "grade",
            "The auditor's grade altogether: outstanding, good, requires-improvement or inadequate.",
        ),
        GOOD,
        Column::text(
            "moderated_on",
            "The day on which another person graded the case; empty while nobody has.",
        )
        .or_empty(),
        Column::int("difference", "By how many grades they found it better (above 0) or worse (below 0).")
            .or_empty(),
        POSITIONS,
    ],
    key: &["unit"],
    indexes: &[&["audited_on"], &["moderated_on"]],
};

/// The grades by standard.
pub(in crate::measures) const GRADE: Table = Table {
    name: "report_audit_grade_v4",
    doc: "How good practice was against each standard; one row an audit, case and standard.",
    columns: &[
        UNIT,
        CASE,
        REFERENCE,
        AUDIT,
        THEME,
        AUDITED_ON,
        Column::text("standard", "The standard's short name in the authority's settings."),
        Column::text("grade", "The auditor's grade: outstanding, good, requires-improvement or inadequate."),
        GOOD,
        POSITIONS,
    ],
    key: &["unit"],
    indexes: &[&["audited_on"]],
};

/// The checks of compliance.
pub(in crate::measures) const COMPLIANCE: Table = Table {
    name: "report_compliance_v4",
    doc: "The steps that auditors checked, save those that the case did not need; one row an audit, case and step.",
    columns: &[
        UNIT,
        CASE,
        REFERENCE,
        AUDIT,
        THEME,
        AUDITED_ON,
        Column::text("step", "The step's short name."),
        Column::bool("met", "Whether it was taken, and in time."),
        POSITIONS,
    ],
    key: &["unit"],
    indexes: &[&["audited_on"]],
};

/// What is done about findings.
pub(in crate::measures) const ACTION: Table = Table {
    name: "report_audit_action_v4",
    doc: "What was agreed about the findings of audits. It was open at the end of a day when from_day <= day and until_day > day.",
    columns: of_others![
        THEME,
        Column::text("due_on", "The day by which it was to be done."),
        Column::text("done_on", "The day on which it was done; empty while it is not.").or_empty(),
        FROM_DAY,
        UNTIL_DAY,
    ],
    key: &["unit"],
    indexes: &[&["until_day", "from_day"], &["due_on"]],
};
