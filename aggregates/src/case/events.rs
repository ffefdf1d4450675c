//! What can have happened to a case. Names and fields are storage: they are read for ever.
//!
//! A field without a comment is the command's field of the same name, documented there.

use caseledger_commands::case::*;
use caseledger_commands::codes::{AuditGrade, Factor, Need, ReferralSource, StatutoryClosure};
use caseledger_commands::{
    ActionId, AgencyId, AssessmentId, AuditId, CaseId, CaseReference, Date, PanelMeetingId, PersonId,
    Personal, PractitionerId, TeamId, Timestamp, TransferId,
};
use serde_json::Value;

use crate::decider::events;

type Words = Personal<String>;

events! {
    /// What can have happened to a case.
    pub enum CaseEvent {
        /// Someone asked for help for a family.
        ReferralReceived {
            reference: CaseReference, received_at: Timestamp, source: ReferralSource, route: Route,
            referring_agency: Option<AgencyId>, referred_by: String, children: Vec<PersonId>, adults: Vec<PersonId>,
            presenting_needs: Vec<Need>, concerns: Words, consent: ConsentPosition, urgent: bool,
            domestic_incident: Option<DomesticIncident>, previous_case: Option<CaseId>,
        }
        /// A case that another record held was brought in. Everything in it counts as imported. `accepted_on` is the
        /// earliest day that the other record knows.
        CaseImported {
            reference: CaseReference, provenance: Provenance, children: Vec<PersonId>, adults: Vec<PersonId>,
            source: Option<ReferralSource>, referred_on: Option<Date>, needs: Vec<Need>, level_of_need: Option<u8>,
            consent: ConsentPosition, allocated_team: Option<String>, allocated_worker: Option<Words>,
            team: Option<TeamId>, lead_practitioner: Option<PractitionerId>, lead_agency: Option<AgencyId>,
            accepted_on: Date, assessment: Option<ImportedAssessment>, assessment_id: AssessmentId,
            assessment_due: Option<Date>, plan: Option<ImportedPlan>, closure: Option<ImportedClosure>,
        }
        /// The referrer was told that the referral arrived.
        ReferralAcknowledged { told_by: String }
        /// Something more must be known before the referral can be triaged.
        MoreInformationRequested { question: Words }
        /// What was asked for came.
        InformationProvided { information: Words }
        /// Someone of the family agreed to help, or to sharing.
        ConsentRecorded { given_by: PersonId, scope: ConsentScope, given_on: Date, limits: Option<Words> }
        /// Someone of the family took a consent back.
        ConsentWithdrawn { withdrawn_by: PersonId, reason: Words }
        /// The referral went to a meeting of the panel.
        ReferredToPanel { panel_meeting: PanelMeetingId, reason: Words }
        /// The level of need and what happens next were decided.
        TriageDecided {
            decided_on: Date, level_of_need: u8, outcome: TriageOutcome, forum: Forum,
            panel_meeting: Option<PanelMeetingId>, decided_by: String, reason: Words, referrer_told: Option<Words>,
            lawful_basis: Option<Words>,
        }
        /// The case got a team, a lead practitioner and a lead agency.
        CaseAllocated { team: TeamId, lead_practitioner: PractitionerId, lead_agency: AgencyId }
        /// The case went to another team, lead practitioner or lead agency.
        CaseReallocated {
            team: TeamId, lead_practitioner: PractitionerId, lead_agency: AgencyId, reason: Words, handover_note: Words,
        }
        /// A person joined the family of the case.
        FamilyMemberAdded { person: PersonId, role: FamilyRole, relationship: Option<Words> }
        /// A person no longer belonged to the family of the case.
        FamilyMembershipEnded { person: PersonId, reason: Words }
        /// An assessment of the family began; `due` follows from the authority's timescale.
        AssessmentStarted {
            assessment: AssessmentId, started_on: Date, due: Date, children: Vec<PersonId>, purpose: Option<Words>,
        }
        /// A child was heard, or it was said why not.
        VoiceOfChildRecorded {
            child: PersonId, seen: bool, seen_alone: bool, method: Option<VoiceMethod>, said: Option<Words>,
            not_heard_because: Option<Words>,
        }
        /// The assessment was written; `completed_by` is the subject who did.
        AssessmentCompleted {
            assessment: AssessmentId, completed_on: Date, completed_by: String, needs: Vec<AssessedNeed>,
            factors: Vec<Factor>, analysis: Words, voice_gaps: Vec<VoiceGap>, neglect_toolkit_used: bool,
        }
        /// A manager accepted the assessment.
        AssessmentAuthorised { assessment: AssessmentId, comment: Option<Words> }
        /// A manager gave the assessment back.
        AssessmentReturned { assessment: AssessmentId, reason: Words }
        /// The family and those who help agreed on a plan. Every goal and action has its id.
        PlanAgreed { agreed_on: Date, goals: Vec<Goal>, actions: Vec<Action>, next_review: Date }
        /// The plan changed. Every goal and action that was added has its id.
        PlanChanged {
            added_goals: Vec<AddedGoal>, added_actions: Vec<AddedAction>, altered_goals: Vec<AlteredGoal>,
            altered_actions: Vec<AlteredAction>, ended_goals: Vec<EndedGoal>,
        }
        /// An action was done.
        ActionCompleted { action: ActionId, outcome: Words }
        /// An action got another due date; `earlier` is the one before.
        ActionRescheduled { action: ActionId, earlier: Option<Date>, due: Date, reason: Words }
        /// An action was no longer to be done.
        ActionCancelled { action: ActionId, reason: Words }
        /// The team around the family scored the goals and decided what next.
        PlanReviewed {
            reviewed_on: Date, attended: Vec<Attendee>, scores: Vec<GoalScore>, child_views: Vec<FamilyView>,
            decision: ReviewDecision, summary: Words, next_review: Option<Date>,
        }
        /// A practitioner had contact with the family, or tried to.
        ContactRecorded {
            kind: ContactKind, took_place: bool, children_seen: Vec<PersonId>, children_seen_alone: Vec<PersonId>,
            adults: Vec<PersonId>, note: Words,
        }
        /// A manager decided something on the case. Every direction has its id.
        ManagementOversightRecorded {
            decision: Words, reason: Words, threshold_considered: bool, directions: Vec<Action>,
        }
        /// The case was discussed in a practitioner's supervision.
        CaseDiscussedInSupervision {
            practitioner: PractitionerId, position: u64, changed_circumstances: Words, risks: Words,
            threshold_considered: bool, actions: Vec<SupervisionPoint>,
        }
        /// The case was audited.
        CaseAudited { audit: AuditId, grade: AuditGrade }
        /// Statutory social care was asked to take the family over.
        StepUpRequested {
            transfer: TransferId, requested_on: Date, answer_due: Date, receiving_team: Option<TeamId>, reason: Words,
            risks: Words, lawful_basis: Option<Words>, pack: Vec<PackItem>, overrides: Vec<PackOverride>,
        }
        /// Statutory social care took the family over.
        StepUpAccepted { transfer: TransferId, note: Option<Words> }
        /// Statutory social care did not take the family over.
        StepUpDeclined { transfer: TransferId, reason: Words, advice: Words }
        /// The service took its request back.
        StepUpWithdrawn { transfer: TransferId, reason: Words }
        /// Statutory social care handed the family over; `missing` are the protocol's items that did not come.
        StepDownReceived {
            transfer: TransferId, received_on: Date, answer_due: Date, from_team: Option<TeamId>, reason: Words,
            pack: Vec<PackItem>, missing: Vec<String>,
        }
        /// Early help took the family over.
        StepDownAccepted { transfer: TransferId, accepted_on: Date, level_of_need: u8, reason: Words }
        /// Early help asked social care for what was missing from the pack.
        StepDownQueried { transfer: TransferId, items: Vec<String>, question: Words }
        /// Someone said what the help was like.
        FeedbackReceived { from: FeedbackFrom, person: Option<PersonId>, words: Words, score: Option<u8> }
        /// The case was closed; `signed_off_by` is the subject who did.
        CaseClosed {
            closed_on: Date, signed_off_by: String, reason: ClosureReason, statutory_reason: Option<StatutoryClosure>,
            summary: Words, needs_met: Vec<Need>, final_scores: Vec<GoalScore>, family_views: Vec<FamilyView>,
        }
        /// The closed case went on.
        CaseReopened { reason: Words }
        /// The day of the sustained-outcome check was set.
        SustainedOutcomeCheckScheduled { due: Date }
        /// It was asked whether what was better had stayed so.
        SustainedOutcomeChecked { outcome: SustainedOutcome, scores: Vec<GoalScore>, words: Words }
        /// Only the named could still see the case.
        CaseRestricted { practitioners: Vec<PractitionerId>, subjects: Vec<String>, reason: Words, until: Date }
        /// The restriction ended.
        RestrictionLifted { reason: Words }
        /// A field of an earlier event was said to be wrong. The earlier event stays.
        RecordCorrected { sequence: u64, field: String, correction: Personal<Value>, reason: Words }
    }
}
