//! The rules of a case, as facts that a person can act on.

use caseledger_commands::Date;

use super::Status;
use crate::Refusal;

/// Why a command on a case was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each variant's message says what it means")]
pub enum CaseRefusal {
    #[error("There is no such case.")]
    NoSuchCase,
    #[error("This case was opened before.")]
    AlreadyOpened,
    #[error("The case is {0}, and this can't be done then.")]
    NotNow(Status),
    #[error("The family has not agreed.")]
    NoConsent,
    #[error("The authority has no level of need {0}.")]
    NoSuchLevel(u8),
    #[error("The outcome ends the case, and it is not said what the referrer was told.")]
    ReferrerNotTold,
    #[error("A panel's decision names the panel's meeting.")]
    PanelMeetingMissing,
    #[error("No such meeting of the panel is still to be held.")]
    PanelNotToBeHeld,
    #[error("The people register has no such person.")]
    UnknownPerson { field: String },
    #[error("There is no such earlier case.")]
    UnknownPreviousCase,
    #[error("The register has no such team.")]
    UnknownTeam,
    #[error("The register has no such practitioner at work on that day.")]
    UnknownPractitioner,
    #[error("The register has no such agency.")]
    UnknownAgency,
    #[error("This is for a manager to decide.")]
    ManagerNeeded,
    #[error("The case has not been allocated yet.")]
    NotAllocated,
    #[error("The person is in the case already.")]
    AlreadyMember { field: &'static str },
    #[error("The person is not of the family of this case.")]
    NotOfFamily { field: String },
    #[error("The person is an adult of the family, and this is about a child.")]
    NotAChild { field: String },
    #[error("The last child can't leave the case.")]
    LastChild,
    #[error("An assessment is open already.")]
    AssessmentOpen,
    #[error("No assessment is open.")]
    NoOpenAssessment,
    #[error("The id was used before in this case.")]
    IdUsed { field: String },
    #[error("The assessment is not the one that this is about.")]
    WrongAssessment,
    #[error("No assessment waits for a manager.")]
    NothingToAuthorise,
    #[error("Whoever wrote an assessment does not authorise or return it.")]
    OwnAssessment,
    #[error("{0} of the assessment's children have neither been heard nor a reason why not.")]
    VoiceMissing(usize),
    #[error("No assessment has been authorised.")]
    NoAuthorisedAssessment,
    #[error("A plan was agreed on this assessment before.")]
    PlanAgreedBefore,
    #[error("The case has no plan.")]
    NoPlan,
    #[error("The action has no owner.")]
    ActionWithoutOwner { field: String },
    #[error("The action has no due date.")]
    ActionWithoutDueDate { field: String },
    #[error("The plan has no such goal, or the goal has ended.")]
    NoSuchGoal { field: String },
    #[error("The case has no such action.")]
    NoSuchAction { field: String },
    #[error("The action has ended.")]
    ActionEnded { field: String },
    #[error("{missing} of the plan's goals have no score.")]
    GoalUnscored { missing: usize, field: &'static str },
    #[error("{0} of the children have neither a view nor a reason why it is not known.")]
    ChildViewMissing(usize),
    #[error("{0} of the family have neither a view nor a reason why it is not known.")]
    FamilyViewMissing(usize),
    #[error("The handover pack lacks what the protocol asks for: {}.", .0.join(", "))]
    PackIncomplete(Vec<String>),
    #[error("The protocol has no item '{item}'.")]
    NoSuchItem { item: String, field: String },
    #[error("The item '{item}' came with the pack.")]
    ItemReceived { item: String, field: String },
    #[error("The transfer is not the one that waits for an answer.")]
    WrongTransfer,
    #[error("Another team was asked to take the family over.")]
    NotReceivingTeam,
    #[error("The assessment is still open, or waits for a manager.")]
    AssessmentUnfinished,
    #[error("{0} actions have not ended.")]
    ActionsOpen(usize),
    #[error("The case was closed on {0}, which is too long ago.")]
    ReopeningTooLate(Date),
    #[error("The case ended at triage, and was never accepted.")]
    NeverAccepted,
    #[error("The restriction would end before it begins.")]
    RestrictionOver,
    #[error("The case has no event {0}.")]
    NoSuchEvent(u64),
    #[error("The day lies before the referral.")]
    BeforeReferral { field: &'static str },
    #[error("The case was {what} on {on}, and this follows it.")]
    OutOfOrder { what: &'static str, on: Date },
    #[error("The day lies before today's work.")]
    DayPassed { field: String },
    #[error("The day has not come yet.")]
    DayAhead { field: &'static str },
}

impl Refusal for CaseRefusal {
    fn rule(&self) -> &'static str {
        match self {
            Self::NoSuchCase => "case-exists",
            Self::AlreadyOpened => "case-opens-once",
            Self::NotNow(_) => "command-fits-status",
            Self::NoConsent => "consent-before-help",
            Self::NoSuchLevel(_) => "level-of-need-known",
            Self::ReferrerNotTold => "referrer-is-told",
            Self::PanelMeetingMissing => "panel-decision-names-meeting",
            Self::PanelNotToBeHeld => "panel-still-to-be-held",
            Self::UnknownPerson { .. } => "person-registered",
            Self::UnknownPreviousCase => "previous-case-exists",
            Self::UnknownTeam => "team-registered",
            Self::UnknownPractitioner => "practitioner-at-work",
            Self::UnknownAgency => "agency-registered",
            Self::ManagerNeeded => "decided-by-a-manager",
            Self::NotAllocated => "reallocates-what-was-allocated",
            Self::AlreadyMember { .. } => "person-in-case-once",
            Self::NotOfFamily { .. } => "person-of-the-family",
            Self::NotAChild { .. } => "child-of-the-family",
            Self::LastChild => "case-has-a-child",
            Self::AssessmentOpen => "one-open-assessment",
            Self::NoOpenAssessment => "assessment-is-open",
            Self::IdUsed { .. } => "id-used-once",
            Self::WrongAssessment => "assessment-is-the-current-one",
            Self::NothingToAuthorise => "assessment-awaits-manager",
            Self::OwnAssessment => "authorised-by-another",
            Self::VoiceMissing(_) => "voice-of-each-child",
            Self::NoAuthorisedAssessment => "plan-after-assessment",
            Self::PlanAgreedBefore => "one-plan-an-assessment",
            Self::NoPlan => "case-has-a-plan",
            Self::ActionWithoutOwner { .. } => "action-has-an-owner",
            Self::ActionWithoutDueDate { .. } => "action-has-a-due-date",
            Self::NoSuchGoal { .. } => "goal-of-the-plan",
            Self::NoSuchAction { .. } => "action-of-the-case",
            Self::ActionEnded { .. } => "action-not-ended",
            Self::GoalUnscored { .. } => "each-goal-scored",
            Self::ChildViewMissing(_) => "each-childs-view",
            Self::FamilyViewMissing(_) => "each-family-members-view",
            Self::PackIncomplete(_) => "handover-pack-complete",
            Self::NoSuchItem { .. } => "item-of-the-protocol",
            Self::ItemReceived { .. } => "not-asked-again",
            Self::WrongTransfer => "transfer-is-the-pending-one",
            Self::NotReceivingTeam => "receiving-team-answers",
            Self::AssessmentUnfinished => "no-open-assessment-at-closure",
            Self::ActionsOpen(_) => "every-action-ended-at-closure",
            Self::ReopeningTooLate(_) => "reopened-within-limit",
            Self::NeverAccepted => "reopens-what-was-accepted",
            Self::RestrictionOver => "restriction-lies-ahead",
            Self::NoSuchEvent(_) => "correction-names-an-event",
            Self::BeforeReferral { .. } => "not-before-the-referral",
            Self::OutOfOrder { .. } => "in-the-order-of-the-work",
            Self::DayPassed { .. } => "day-lies-ahead",
            Self::DayAhead { .. } => "day-has-come",
        }
    }

    fn field(&self) -> Option<String> {
        let field = match self {
            Self::NoSuchLevel(_) => "level_of_need",
            Self::ReferrerNotTold => "referrer_told",
            Self::PanelMeetingMissing | Self::PanelNotToBeHeld => "panel_meeting",
            Self::UnknownPreviousCase => "previous_case",
            Self::UnknownTeam => "team",
            Self::UnknownPractitioner => "lead_practitioner",
            Self::UnknownAgency => "lead_agency",
            Self::OutOfOrder { .. } => "occurred_at",
            Self::LastChild => "person",
            Self::AssessmentOpen | Self::WrongAssessment => "assessment",
            Self::VoiceMissing(_) => "voice_gaps",
            Self::ChildViewMissing(_) => "child_views",
            Self::FamilyViewMissing(_) => "family_views",
            Self::PackIncomplete(_) => "pack",
            Self::WrongTransfer => "transfer",
            Self::RestrictionOver => "until",
            Self::NoSuchEvent(_) => "sequence",
            Self::AlreadyMember { field }
            | Self::BeforeReferral { field }
            | Self::GoalUnscored { field, .. }
            | Self::DayAhead { field } => field,
            Self::NotOfFamily { field }
            | Self::NotAChild { field }
            | Self::UnknownPerson { field }
            | Self::IdUsed { field }
            | Self::ActionWithoutOwner { field }
            | Self::ActionWithoutDueDate { field }
            | Self::NoSuchGoal { field }
            | Self::NoSuchAction { field }
            | Self::ActionEnded { field }
            | Self::NoSuchItem { field, .. }
            | Self::ItemReceived { field, .. }
            | Self::DayPassed { field } => return Some(field.clone()),
            _ => return None,
        };
        Some(field.to_owned())
    }

    fn remedy(&self) -> String {
        match self {
            Self::NoSuchCase => "Check the case's id, or receive a referral first.",
            Self::AlreadyOpened => "Leave the id out, and a new case gets one of its own.",
            Self::NotNow(Status::Closed) => {
                "Reopen the case first, if that is right; a closed case takes feedback, corrections, restrictions and the \
                 check of sustained outcomes."
            }
            Self::NotNow(_) => "The case's allowed_commands say what can be done now.",
            Self::NoConsent => {
                "Record the family's consent first. Only a step-up on a stated lawful basis goes on without it."
            }
            Self::NoSuchLevel(_) => "Use one of the levels in the authority's configuration.",
            Self::ReferrerNotTold => "Say in referrer_told what the referrer was told.",
            Self::PanelMeetingMissing => "Give the meeting's id.",
            Self::PanelNotToBeHeld => "Name a meeting that is scheduled and not held yet, or schedule one.",
            Self::UnknownPerson { .. } => "Register the person first, or check the id.",
            Self::UnknownPreviousCase => "Check the id, or leave it out when this is the family's first case.",
            Self::UnknownTeam => "Register the team first, or name another.",
            Self::UnknownPractitioner => "Name a practitioner who is registered and has not left, or register them first.",
            Self::UnknownAgency => "Register the agency first, or name another.",
            Self::ManagerNeeded => "Ask a team manager to do this.",
            Self::NotAllocated => "Allocate the case once the transfer has been answered.",
            Self::AlreadyMember { .. } => "Leave the person out.",
            Self::NotOfFamily { .. } => "Add the person to the family first, or name another.",
            Self::NotAChild { .. } => "Name a child of the family.",
            Self::LastChild => "Close the case, or add the other child first.",
            Self::AssessmentOpen => "Complete the open assessment first.",
            Self::NoOpenAssessment => "Start an assessment first.",
            Self::IdUsed { .. } => "Leave the id out, and it gets one of its own.",
            Self::WrongAssessment => "Leave the id out to mean the current assessment.",
            Self::NothingToAuthorise => "Complete the assessment first.",
            Self::OwnAssessment => "Ask another manager.",
            Self::VoiceMissing(_) => "Record the voice of each child, or give in voice_gaps the reason why it is missing.",
            Self::NoAuthorisedAssessment => "Have an assessment authorised by a manager first.",
            Self::PlanAgreedBefore => "Change the plan, or assess the family anew first.",
            Self::NoPlan => "Agree a plan first.",
            Self::ActionWithoutOwner { .. } => "Say who is to do it.",
            Self::ActionWithoutDueDate { .. } => "Say by when it is to be done.",
            Self::NoSuchGoal { .. } => "Name a goal of the plan that has not ended.",
            Self::NoSuchAction { .. } => "Name an action of the case.",
            Self::ActionEnded { .. } => "Add a new action to the plan instead.",
            Self::GoalUnscored { .. } => "Give each goal that has not ended a score.",
            Self::ChildViewMissing(_) | Self::FamilyViewMissing(_) => "Give each one's view, or why it is not known.",
            Self::PackIncomplete(_) => "Add what is missing, or override each item with a reason, which is reported.",
            Self::NoSuchItem { .. } => "Use the items of the authority's protocol.",
            Self::ItemReceived { .. } => {
                "Read it in the pack: what was given is not asked for again, neither of social care nor of the family."
            }
            Self::NotReceivingTeam => "Leave the answer to the team that was asked.",
            Self::WrongTransfer => "Leave the id out to mean the pending transfer.",
            Self::AssessmentUnfinished => "Complete the assessment and have it authorised first.",
            Self::ActionsOpen(_) => "Complete or cancel each action first, with what came of it.",
            Self::ReopeningTooLate(_) => "Receive a new referral that names this case as its previous case.",
            Self::NeverAccepted => "Receive a new referral that names this case as its previous case.",
            Self::RestrictionOver => "Give a last day that is still to come.",
            Self::NoSuchEvent(_) => "Name the sequence of an event of this case; its events list them.",
            Self::BeforeReferral { .. } => "Correct the time: nothing of a case happens before its referral.",
            Self::OutOfOrder { .. } => "Correct the time in occurred_at.",
            Self::DayAhead { .. } => "Give a day that is not later than today.",
            Self::DayPassed { .. } => "Give a day that is not before the day on which this happened.",
        }
        .to_owned()
    }
}
