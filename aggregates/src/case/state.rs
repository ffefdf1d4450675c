//! What is remembered of a case to decide by.

use std::collections::{BTreeMap, BTreeSet};

use caseledger_commands::case::{Owner, ReviewDecision, TriageOutcome};
use caseledger_commands::{
    ActionId, AgencyId, AssessmentId, AuditId, CaseReference, Date, GoalId, PanelMeetingId, PersonId,
    PractitionerId, TeamId, Timestamp, TransferId,
};
use serde::{Deserialize, Serialize};

use super::Status;

/// A case as its events have left it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Where the case is in its lifecycle; `None` before its first event.
    pub status: Option<Status>,
    /// Its short reference.
    pub reference: Option<CaseReference>,
    /// How many events it has: the stream's version.
    pub events: u64,
    /// Whether another record held it before.
    pub imported: bool,
    /// When the referral arrived.
    pub received_at: Option<Timestamp>,
    /// The subject who recorded the referral.
    pub referred_by: Option<String>,
    /// The agency that referred, where one did.
    pub referring_agency: Option<AgencyId>,
    /// How the referrer was told that the referral arrived.
    pub acknowledged: Option<String>,
    /// The children that the help is for.
    pub children: BTreeSet<PersonId>,
    /// The adults of the family.
    pub adults: BTreeSet<PersonId>,
    /// Whether someone of the family has agreed to help and not taken it back.
    pub consent: bool,
    /// Whether someone of the family has agreed that what is known is shared, and not taken it back.
    #[serde(default)]
    pub sharing: bool,
    /// The panel's meeting that is to triage.
    pub panel_meeting: Option<PanelMeetingId>,
    /// What triage decided.
    pub triage: Option<TriageOutcome>,
    /// The level of need that triage, an import or a step-down gave.
    pub level_of_need: Option<u8>,
    /// The day the case was accepted.
    pub accepted_on: Option<Date>,
    /// The team where it is worked.
    pub team: Option<TeamId>,
    /// Who holds the plan.
    pub lead_practitioner: Option<PractitionerId>,
    /// The agency that holds the plan.
    pub lead_agency: Option<AgencyId>,
    /// The assessments, in the order in which they began.
    pub assessments: Vec<Assessment>,
    /// The plan, once one was agreed.
    pub plan: Option<Plan>,
    /// Everything that someone is to do, of the plan and of management oversight.
    pub actions: BTreeMap<ActionId, ActionState>,
    /// The step-up that waits for an answer, or the step-down that waits to be accepted.
    pub transfer: Option<Transfer>,
    /// Every transfer that there was, also those that were answered.
    #[serde(default)]
    pub transfers: BTreeSet<TransferId>,
    /// Where the case stood before the transfer.
    pub before_transfer: Option<Status>,
    /// The supervisions that discussed the case, by practitioner and position.
    pub supervisions: BTreeSet<(PractitionerId, u64)>,
    /// The audits that graded the case.
    pub audits: BTreeSet<AuditId>,
    /// The day the case was closed, and where it stood before.
    pub closed: Option<(Date, Status)>,
    /// The day of the sustained-outcome check, until it was made.
    pub sustained_check_due: Option<Date>,
    /// Who may still see the case, while it is restricted.
    pub restriction: Option<Restriction>,
}

/// An assessment within a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// Its id.
    pub id: AssessmentId,
    /// The day it began.
    #[serde(default)]
    pub started_on: Date,
    /// The day it is to be completed by.
    pub due: Date,
    /// The children it is about.
    pub children: BTreeSet<PersonId>,
    /// Those of them who were heard, or of whom it was said why not.
    pub voices: BTreeSet<PersonId>,
    /// The subject who wrote it, once it is completed.
    pub completed_by: Option<String>,
    /// Whether a manager accepted it.
    pub authorised: bool,
}

impl Assessment {
    /// Whether it is still being worked on.
    pub fn is_open(&self) -> bool {
        self.completed_by.is_none()
    }

    /// Whether it waits for a manager.
    pub fn awaits_authorisation(&self) -> bool {
        self.completed_by.is_some() && !self.authorised
    }
}

/// The plan of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The goals, and whether each has ended.
    pub goals: BTreeMap<GoalId, bool>,
    /// The day of the next review.
    pub next_review: Option<Date>,
    /// What the latest review decided.
    pub last_decision: Option<ReviewDecision>,
    /// How many assessments had been authorised when it was agreed.
    #[serde(default)]
    pub assessments: usize,
}

/// Something that someone is to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionState {
    /// Who. Only imported actions lack an owner.
    pub owner: Option<Owner>,
    /// By when. Only imported actions lack a due date.
    pub due: Option<Date>,
    /// How it stands.
    pub standing: Standing,
}

/// How an action stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// To be done.
    Open,
    /// Done.
    Completed,
    /// No longer to be done.
    Cancelled,
}

/// A step-up or step-down under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Its id.
    pub id: TransferId,
    /// The day by which it is to be answered.
    pub answer_due: Date,
    /// For a step-down: the protocol's items that have not come yet.
    pub missing: BTreeSet<String>,
    /// For a step-up: the team that is asked to take over, where one is named.
    #[serde(default)]
    pub receiving_team: Option<TeamId>,
}

/// Who may still see a restricted case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restriction {
    /// The practitioners.
    pub practitioners: BTreeSet<PractitionerId>,
    /// Others, by subject identifier.
    pub subjects: BTreeSet<String>,
    /// The last day.
    pub until: Date,
}

impl Case {
    /// Whether help is being given: accepted and not closed.
    pub fn is_open(&self) -> bool {
        self.accepted_on.is_some() && self.closed.is_none()
    }

    /// The agencies that work with the family.
    pub fn agencies(&self) -> BTreeSet<AgencyId> {
        self.lead_agency.into_iter().chain(self.referring_agency).collect()
    }

    /// Whether the person is of the family, as a child or an adult.
    pub fn has_member(&self, person: PersonId) -> bool {
        self.children.contains(&person) || self.adults.contains(&person)
    }

    /// The assessment that is being worked on.
    pub fn open_assessment(&self) -> Option<&Assessment> {
        self.assessments.iter().find(|assessment| assessment.is_open())
    }

    /// How many assessments a manager has accepted.
    pub(super) fn authorised_assessments(&self) -> usize {
        self.assessments.iter().filter(|assessment| assessment.authorised).count()
    }

    /// The goals that have not ended.
    pub fn goals_not_ended(&self) -> impl Iterator<Item = GoalId> + '_ {
        let goals = self.plan.iter().flat_map(|plan| &plan.goals);
        goals.filter(|(_, ended)| !**ended).map(|(id, _)| *id)
    }

    /// The actions that are still to be done.
    pub fn open_actions(&self) -> impl Iterator<Item = (ActionId, &ActionState)> {
        self.actions
            .iter()
            .filter(|(_, action)| action.standing == Standing::Open)
            .map(|(id, action)| (*id, action))
    }
}
