//! What an audit finds in a case, and how another person sees it.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::codes::AuditGrade;
use crate::{CaseId, Checks, Command, Personal, PractitionerId};

/// Whether something that must be done was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Compliance {
    /// It was done, and in time.
    Met,
    /// It was not done, or late.
    NotMet,
    /// It did not have to be done in this case.
    NotApplicable,
}

/// A check of compliance: whether a step was taken, and not how well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComplianceCheck {
    /// The step's short name, the same in every audit: `assessment-within-timescale`.
    pub step: String,
    /// Whether it was taken.
    pub result: Compliance,
    /// What the auditor adds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Personal<String>>,
}

/// How good practice was, against one of the authority's standards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StandardGrade {
    /// The standard's short name in the authority's settings: `voice-of-the-child`.
    pub standard: String,
    /// How good it was.
    pub grade: AuditGrade,
    /// What in the record shows it.
    pub evidence: Personal<String>,
}

/// An auditor has looked at a case: whether the steps were taken, apart from how good the practice was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordCaseAudit {
    /// The case.
    pub case: CaseId,
    /// Who looked at it: a practitioner in the register.
    pub auditor: PractitionerId,
    /// Whether the steps were taken.
    pub compliance: Vec<ComplianceCheck>,
    /// How good practice was: each of the authority's standards, once.
    pub grades: Vec<StandardGrade>,
    /// How good it was altogether: a judgement, and no average.
    pub overall: AuditGrade,
    /// What difference the work made to the child, and what is to be learned.
    pub summary: Personal<String>,
}

impl Command for RecordCaseAudit {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("summary", &self.summary);
        checks.each("compliance", &self.compliance, |checks, check| {
            checks.short_name("step", &check.step);
            if let Some(note) = &check.note {
                checks.narrative("note", note);
            }
        });
        once(checks, "compliance", "step", self.compliance.iter().map(|check| &*check.step));
        check_grades(checks, &self.grades);
    }

    fn example() -> Self {
        let grade = |standard: &str, grade, evidence: &str| StandardGrade {
            standard: standard.to_owned(),
            grade,
            evidence: evidence.into(),
        };
        Self {
            case: uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8057").into(),
            auditor: uuid::uuid!("0190a000-0000-7000-8000-0000000000c2").into(),
            compliance: vec![ComplianceCheck {
                step: "assessment-within-timescale".to_owned(),
                result: Compliance::NotMet,
                note: Some("Completed on working day 52; no reason recorded.".into()),
            }],
            grades: vec![
                grade(
                    "voice-of-the-child",
                    AuditGrade::Good,
                    "Seen alone twice; his wish to see his father is in the plan.",
                ),
                grade(
                    "assessment",
                    AuditGrade::RequiresImprovement,
                    "Late, and the father was not spoken to.",
                ),
                grade(
                    "planning",
                    AuditGrade::Good,
                    "Four goals with scores; every action has an owner and a date.",
                ),
                grade("review", AuditGrade::Good, "Both reviews in time; school and health came."),
                grade(
                    "threshold",
                    AuditGrade::Good,
                    "Considered again after the incident in May, with reasons.",
                ),
                grade(
                    "information-sharing",
                    AuditGrade::Inadequate,
                    "The police report reached the team after five weeks.",
                ),
                grade("management-oversight", AuditGrade::RequiresImprovement, "Directions without dates."),
                grade("impact", AuditGrade::Good, "Attendance from 71% to 93%; he says mornings are calmer."),
            ],
            overall: AuditGrade::RequiresImprovement,
            summary:
                "Warm, steady work that helped; the information from the police came too late to shape it."
                    .into(),
        }
    }
}

/// Another person than the auditor grades the same case. The differences are kept, and neither view is overwritten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModerateAudit {
    /// The case.
    pub case: CaseId,
    /// Who moderates: a practitioner in the register, and not the auditor.
    pub moderator: PractitionerId,
    /// Their grades: each of the standards that the auditor graded, once.
    pub grades: Vec<StandardGrade>,
    /// Their grade altogether.
    pub overall: AuditGrade,
    /// Why they agree or see it otherwise.
    pub reason: Personal<String>,
}

impl Command for ModerateAudit {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("reason", &self.reason);
        check_grades(checks, &self.grades);
    }

    fn example() -> Self {
        let mut grades = RecordCaseAudit::example().grades;
        grades[0].grade = AuditGrade::RequiresImprovement;
        grades[0].evidence = "Seen alone, but his sister's view is missing.".into();
        Self {
            case: uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8057").into(),
            moderator: uuid::uuid!("0190a000-0000-7000-8000-0000000000c3").into(),
            grades,
            overall: AuditGrade::RequiresImprovement,
            reason: "Agreed altogether; lower on the children's voice, because one child of two was heard."
                .into(),
        }
    }
}

fn check_grades(checks: &mut Checks, grades: &[StandardGrade]) {
    checks.each("grades", grades, |checks, grade| {
        checks.short_name("standard", &grade.standard);
        checks.narrative("evidence", &grade.evidence);
    });
    once(checks, "grades", "standard", grades.iter().map(|grade| &*grade.standard));
}

/// Each item of a list is about something else.
fn once<'a>(checks: &mut Checks, list: &str, field: &str, names: impl Iterator<Item = &'a str>) {
    let mut seen = BTreeSet::new();
    for (index, name) in names.enumerate() {
        checks.require(
            seen.insert(name),
            &format!("{list}[{index}].{field}"),
            "judged-once",
            "Judge each thing once: this one stands earlier in the list.",
        );
    }
}
