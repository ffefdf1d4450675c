//! What may be asked of a case. One file a stage of the work, in the order in which a family meets them.

mod allocation;
mod assessment;
mod closure;
mod consent;
mod contact;
mod correction;
mod family;
mod feedback;
mod import;
mod oversight;
mod plan;
mod referral;
mod restriction;
mod review;
mod sample;
mod transfer;
mod triage;

pub use allocation::*;
pub use assessment::*;
pub use closure::*;
pub use consent::*;
pub use contact::*;
pub use correction::*;
pub use family::*;
pub use feedback::*;
pub use import::*;
pub use oversight::*;
pub use plan::*;
pub use referral::*;
pub use restriction::*;
pub use review::*;
pub use transfer::*;
pub use triage::*;

use crate::table::command_set;

command_set! {
    /// What may be asked of a case.
    pub enum CaseCommand for "Case" in "cases" {
        "receive-referral" => ReceiveReferral (opens),
        "import-case" => ImportCase (opens),
        "acknowledge-referral" => AcknowledgeReferral,
        "request-more-information" => RequestMoreInformation,
        "provide-information" => ProvideInformation,
        "record-consent" => RecordConsent,
        "withdraw-consent" => WithdrawConsent,
        "refer-to-panel" => ReferToPanel,
        "decide-triage" => DecideTriage,
        "allocate-case" => AllocateCase,
        "reallocate-case" => ReallocateCase,
        "add-family-member" => AddFamilyMember,
        "end-family-membership" => EndFamilyMembership,
        "start-assessment" => StartAssessment,
        "record-voice-of-child" => RecordVoiceOfChild,
        "complete-assessment" => CompleteAssessment,
        "authorise-assessment" => AuthoriseAssessment,
        "return-assessment" => ReturnAssessment,
        "agree-plan" => AgreePlan,
        "change-plan" => ChangePlan,
        "complete-action" => CompleteAction,
        "reschedule-action" => RescheduleAction,
        "cancel-action" => CancelAction,
        "review-plan" => ReviewPlan,
        "record-contact" => RecordContact,
        "record-management-oversight" => RecordManagementOversight,
        "note-supervision" => NoteSupervision (internal),
        "note-audit" => NoteAudit (internal),
        "request-step-up" => RequestStepUp,
        "accept-step-up" => AcceptStepUp,
        "decline-step-up" => DeclineStepUp,
        "withdraw-step-up" => WithdrawStepUp,
        "receive-step-down" => ReceiveStepDown,
        "accept-step-down" => AcceptStepDown,
        "query-step-down" => QueryStepDown,
        "record-feedback" => RecordFeedback,
        "close-case" => CloseCase,
        "reopen-case" => ReopenCase,
        "schedule-sustained-outcome-check" => ScheduleSustainedOutcomeCheck (internal),
        "check-sustained-outcome" => CheckSustainedOutcome,
        "restrict-case" => RestrictCase,
        "lift-restriction" => LiftRestriction,
        "correct-record" => CorrectRecord,
    }
}
