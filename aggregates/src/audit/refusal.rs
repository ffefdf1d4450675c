//! The rules of an audit, as facts that a person can act on.

use caseledger_commands::CaseId;

use crate::Refusal;

/// Why a command on an audit was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditRefusal {
    /// The audit's stream has no plan.
    #[error("There is no such audit.")]
    NoSuchAudit,
    /// The audit's id was used before, with another plan.
    #[error("This audit was planned before, with another plan.")]
    PlannedBefore,
    /// The single case to be audited does not exist.
    #[error("There is no such case.")]
    NoSuchCase,
    /// An agency that is to take part is not registered.
    #[error("An agency that is to take part is not in the register.")]
    AgencyNotRegistered {
        /// Where it stands in the list.
        index: usize,
    },
    /// Someone named is not registered, or did not work here at the time.
    #[error("The practitioner named as {field} is not in the register, or did not work here on that day.")]
    NotWorkingHere {
        /// What they are named as, which is also the field.
        field: &'static str,
    },
    /// Something falls due before it was agreed.
    #[error("The due date lies before the day on which it was agreed.")]
    DueInPast,
    /// A sample is asked for in an audit of one case.
    #[error("This audit looks at one case: there is nothing to draw.")]
    NothingToDraw,
    /// The sample was drawn before, otherwise.
    #[error("The sample was drawn before. A sample that is drawn until it suits proves nothing.")]
    DrawnBefore,
    /// A themed audit's cases are not known yet.
    #[error("The sample has not been drawn yet.")]
    SampleNotDrawn,
    /// The case was not planned or drawn.
    #[error("The case is not one of those that this audit looks at.")]
    CaseNotInAudit,
    /// The case was audited before, otherwise.
    #[error("The case was audited before.")]
    AuditedBefore,
    /// A grade is given for something that is no standard here.
    #[error("'{standard}' is not one of the standards to be graded.")]
    UnknownStandard {
        /// Where it stands in the list.
        index: usize,
        /// What was given.
        standard: String,
    },
    /// A standard has no grade.
    #[error("There is no grade for: {}.", .missing.join(", "))]
    StandardsNotGraded {
        /// The standards' short names.
        missing: Vec<String>,
    },
    /// There is nothing to moderate.
    #[error("The case has not been audited yet.")]
    NotAuditedYet,
    /// The auditor would moderate their own audit.
    #[error("The moderator is the auditor.")]
    ModeratedByAuditor,
    /// The case was moderated before, otherwise.
    #[error("The audit of this case was moderated before.")]
    ModeratedBefore,
    /// The action's id was used before, with other details.
    #[error("This action was agreed before, with other details.")]
    ActionAgreedBefore,
    /// No action has the id.
    #[error("There is no such action.")]
    NoSuchAction,
    /// The action was completed before, with another outcome.
    #[error("This action was completed before.")]
    ActionCompletedBefore,
    /// Cases are neither audited nor explained.
    #[error("{} of the cases have not been audited.", .cases.len())]
    CasesLeft {
        /// Which.
        cases: Vec<CaseId>,
    },
    /// A case said not to be audited was audited, or is not of this audit.
    #[error("A case said not to be audited was audited, or is not one of those that this audit looks at.")]
    NoSuchGap {
        /// Where it stands in the list.
        index: usize,
    },
    /// The audit is finished.
    #[error("The audit is completed.")]
    AuditCompleted,
}

impl Refusal for AuditRefusal {
    fn rule(&self) -> &'static str {
        match self {
            Self::NoSuchAudit => "audit-exists",
            Self::PlannedBefore => "audit-planned-once",
            Self::NoSuchCase => "case-exists",
            Self::AgencyNotRegistered { .. } => "agency-registered",
            Self::NotWorkingHere { .. } => "practitioner-works-here",
            Self::DueInPast => "due-after-agreed",
            Self::NothingToDraw => "sample-of-a-theme",
            Self::DrawnBefore => "sample-drawn-once",
            Self::SampleNotDrawn => "sample-drawn-first",
            Self::CaseNotInAudit => "case-in-audit",
            Self::AuditedBefore => "case-audited-once",
            Self::UnknownStandard { .. } => "standard-of-the-authority",
            Self::StandardsNotGraded { .. } => "every-standard-graded",
            Self::NotAuditedYet => "moderated-after-audit",
            Self::ModeratedByAuditor => "moderated-by-another",
            Self::ModeratedBefore => "case-moderated-once",
            Self::ActionAgreedBefore => "action-agreed-once",
            Self::NoSuchAction => "action-exists",
            Self::ActionCompletedBefore => "action-completed-once",
            Self::CasesLeft { .. } => "every-case-audited-or-explained",
            Self::NoSuchGap { .. } => "gap-in-audit",
            Self::AuditCompleted => "audit-not-completed",
        }
    }

    fn field(&self) -> Option<String> {
        let field = match self {
            Self::NoSuchAudit | Self::PlannedBefore | Self::NothingToDraw | Self::SampleNotDrawn => {
                return None;
            }
            Self::DrawnBefore | Self::AuditCompleted => return None,
            Self::AgencyNotRegistered { index } => return Some(format!("agencies[{index}]")),
            Self::UnknownStandard { index, .. } => return Some(format!("grades[{index}].standard")),
            Self::NoSuchGap { index } => return Some(format!("not_audited[{index}].case")),
            Self::NotWorkingHere { field } => field,
            Self::NoSuchCase => "scope.case",
            Self::DueInPast => "due",
            Self::CaseNotInAudit | Self::AuditedBefore | Self::NotAuditedYet | Self::ModeratedBefore => {
                "case"
            }
            Self::StandardsNotGraded { .. } => "grades",
            Self::ModeratedByAuditor => "moderator",
            Self::ActionAgreedBefore | Self::NoSuchAction | Self::ActionCompletedBefore => "action",
            Self::CasesLeft { .. } => "not_audited",
        };
        Some(field.to_owned())
    }

    fn remedy(&self) -> String {
        match self {
            Self::NoSuchAudit => "Check the audit's id, or plan it first.",
            Self::PlannedBefore => "Leave the id out, and a new audit gets one of its own.",
            Self::NoSuchCase => "Check the case's id.",
            Self::AgencyNotRegistered { .. } => "Register the agency first, or check its id.",
            Self::NotWorkingHere { .. } => "Register the practitioner first, or check the id and the day.",
            Self::DueInPast => "Give a day on or after the one on which it was agreed.",
            Self::NothingToDraw => "Audit the case that was planned, or plan a themed audit.",
            Self::DrawnBefore => "Audit the sample that was drawn; for other cases, plan another audit.",
            Self::SampleNotDrawn => "Draw the sample first.",
            Self::CaseNotInAudit => "Name a case that was planned or drawn; for others, plan another audit.",
            Self::AuditedBefore => "To put another view beside it, moderate the audit.",
            Self::UnknownStandard { .. } => "Use the short names of the authority's practice standards.",
            Self::StandardsNotGraded { .. } => "Give each standard a grade with its evidence.",
            Self::NotAuditedYet => "Record the audit of this case first.",
            Self::ModeratedByAuditor => "Have someone else than the auditor moderate.",
            Self::ModeratedBefore => "Agree an action if the two views are still to be settled.",
            Self::ActionAgreedBefore => "Use a new id for another action.",
            Self::NoSuchAction => "Check the action's id, or agree it first.",
            Self::ActionCompletedBefore => "Agree another action if there is more to do.",
            Self::CasesLeft { .. } => {
                "Audit the cases that are left, or say for each why it was not audited."
            }
            Self::NoSuchGap { .. } => "Name only cases of this audit that were not audited.",
            Self::AuditCompleted => "Plan another audit. Actions may still be agreed and completed here.",
        }
        .to_owned()
    }
}
