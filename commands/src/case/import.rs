//! Bringing an existing case in from another record.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::closure::ClosureReason;
use super::plan::{Goal, Owner, check_goal};
use super::referral::{ConsentPosition, distinct};
use super::sample;
use crate::codes::{Need, ReferralSource};
use crate::{ActionId, AgencyId, Checks, Command, Date, GoalId, PersonId, Personal, PractitionerId, TeamId};

/// Where an imported case comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The file.
    pub file: String,
    /// The sheet of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The row of it, from 1, as a spreadsheet counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
}

/// What is known of an assessment that was made before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportedAssessment {
    /// The day it started.
    pub started_on: Date,
    /// The day it was completed; left out, it is still open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_on: Option<Date>,
    /// The organisation that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
}

/// An action of an earlier plan. Only here may an action lack its owner or its due date: earlier records did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportedAction {
    /// The action's id; left out, it gets one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ActionId>,
    /// The goal that it serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<GoalId>,
    /// What is to be done.
    pub what: Personal<String>,
    /// Who is to do it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
}

/// A plan that was agreed before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportedPlan {
    /// The day it was agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed_on: Option<Date>,
    /// What it is to achieve.
    #[serde(default)]
    pub goals: Vec<Goal>,
    /// What is to be done.
    #[serde(default)]
    pub actions: Vec<ImportedAction>,
    /// The day of the next review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_review: Option<Date>,
}

/// The end of a case that was closed before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportedClosure {
    /// The day.
    pub closed_on: Date,
    /// Why.
    pub reason: ClosureReason,
}

/// A case that another record held is brought in, as far as it is known. Opens a case.
///
/// The case comes in accepted, and as far along as what is given takes it: an allocated team, an assessment, a plan, a
/// closure. Everything in the event counts as imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportCase {
    /// Where it comes from.
    pub provenance: Provenance,
    /// The children that the help is for; at least one.
    pub children: Vec<PersonId>,
    /// The adults of the family.
    #[serde(default)]
    pub adults: Vec<PersonId>,
    /// Who referred the family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<ReferralSource>,
    /// The day of the referral.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referred_on: Option<Date>,
    /// What the family needs.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// The level of need.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level_of_need: Option<u8>,
    /// Where the family stands on consent.
    pub consent: ConsentPosition,
    /// The team in the words of the earlier record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocated_team: Option<String>,
    /// The worker in the words of the earlier record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocated_worker: Option<Personal<String>>,
    /// The team, where it is registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamId>,
    /// Who holds the plan, where registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_practitioner: Option<PractitionerId>,
    /// The agency that holds the plan, where registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_agency: Option<AgencyId>,
    /// The latest assessment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<ImportedAssessment>,
    /// The current plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<ImportedPlan>,
    /// The closure; left out, the case is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closure: Option<ImportedClosure>,
}

impl Command for ImportCase {
    fn check(&self, checks: &mut Checks) {
        checks.line("provenance.file", &self.provenance.file);
        checks.require(
            !self.children.is_empty(),
            "children",
            "referral-names-a-child",
            "Name at least one child.",
        );
        checks.require(
            distinct(self.children.iter().chain(&self.adults)),
            "children",
            "person-named-once",
            "Name each person once, as a child or as an adult.",
        );
        if let Some(assessment) = &self.assessment {
            checks.require(
                assessment.completed_on.is_none_or(|day| day >= assessment.started_on),
                "assessment.completed_on",
                "completed-after-start",
                "An assessment is not completed before it is started: correct one of the two.",
            );
        }
        if let Some(plan) = &self.plan {
            checks.each("plan.goals", &plan.goals, check_goal);
            checks
                .each("plan.actions", &plan.actions, |checks, action| checks.narrative("what", &action.what));
        }
    }

    fn example() -> Self {
        Self {
            provenance: Provenance {
                file: "caseload.xlsx".to_owned(),
                sheet: Some("List 2".to_owned()),
                row: Some(17),
            },
            children: vec![sample::child()],
            adults: vec![],
            source: Some(ReferralSource::Schools),
            referred_on: Some(jiff::civil::date(2016, 11, 14)),
            needs: vec![Need::FamilyInAcuteStress],
            level_of_need: Some(3),
            consent: ConsentPosition::Given,
            allocated_team: Some("North early help".to_owned()),
            allocated_worker: None,
            team: Some(sample::team()),
            lead_practitioner: Some(sample::practitioner()),
            lead_agency: Some(sample::agency()),
            assessment: Some(ImportedAssessment {
                started_on: jiff::civil::date(2016, 11, 21),
                completed_on: Some(jiff::civil::date(2017, 1, 6)),
                organisation: None,
            }),
            plan: Some(ImportedPlan {
                agreed_on: Some(jiff::civil::date(2017, 1, 13)),
                goals: vec![],
                actions: vec![ImportedAction {
                    id: None,
                    goal: None,
                    what: "Parenting course".into(),
                    owner: None,
                    due: None,
                }],
                next_review: None,
            }),
            closure: None,
        }
    }
}
