//! The end of the help, and whether it lasts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::review::{FamilyView, GoalScore, check_scores, check_views};
use super::sample;
use crate::codes::{Need, StatutoryClosure};
use crate::{Checks, Command, Personal};

/// Why a case is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClosureReason {
    /// The help has done its work.
    NeedsMet,
    /// Universal services do what is left to do.
    UniversalServices,
    /// Statutory social care works with the family.
    SteppedUp,
    /// The family wants no more help.
    ConsentWithdrawn,
    /// The family can't be reached or does not take part.
    NotEngaging,
    /// The family moved to another authority.
    MovedAway,
    /// Another reason, told in the summary.
    Other,
}

/// The case is closed, signed off by a manager: the person who sends this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseCase {
    /// Why.
    pub reason: ClosureReason,
    /// The statutory reason, where the family comes from or goes to social care.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statutory_reason: Option<StatutoryClosure>,
    /// What the help did, and what the family does if things get hard again.
    pub summary: Personal<String>,
    /// The needs that are met.
    #[serde(default)]
    pub needs_met: Vec<Need>,
    /// A final score for each goal that has not ended.
    #[serde(default)]
    pub final_scores: Vec<GoalScore>,
    /// What each child and each parent says.
    #[serde(default)]
    pub family_views: Vec<FamilyView>,
}

impl Command for CloseCase {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("summary", &self.summary);
        check_scores(checks, "final_scores", &self.final_scores);
        check_views(checks, "family_views", &self.family_views);
    }

    fn example() -> Self {
        Self {
            reason: ClosureReason::NeedsMet,
            statutory_reason: None,
            summary: "School holds and mornings are calm. If it slips, she rings the school nurse.".into(),
            needs_met: vec![Need::FamilyInAcuteStress],
            final_scores: vec![GoalScore { goal: sample::goal(), score: 8, evidence: None }],
            family_views: vec![
                FamilyView {
                    person: sample::child(),
                    view: Some("It's fine now. I'm in the team.".into()),
                    not_known_because: None,
                },
                FamilyView {
                    person: sample::parent(),
                    view: Some("I know who to ring.".into()),
                    not_known_because: None,
                },
            ],
        }
    }
}

/// A case that was closed goes on. Possible within the authority's limit; later, a new referral names it as the previous
/// case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReopenCase {
    /// Why.
    pub reason: Personal<String>,
}

impl Command for ReopenCase {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("reason", &self.reason);
    }

    fn example() -> Self {
        Self { reason: "The school rang: he has been absent for two weeks.".into() }
    }
}

/// Sets the day of the sustained-outcome check. A process sends this when a case is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleSustainedOutcomeCheck {}

impl Command for ScheduleSustainedOutcomeCheck {
    fn check(&self, _checks: &mut Checks) {}

    fn example() -> Self {
        Self {}
    }
}

/// What a sustained-outcome check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SustainedOutcome {
    /// What was better has stayed so.
    Sustained,
    /// Some of it has.
    PartlySustained,
    /// It has not.
    NotSustained,
    /// The family could not be reached.
    FamilyNotReached,
}

/// About six months after closure someone asks whether what was better has stayed so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckSustainedOutcome {
    /// What was found.
    pub outcome: SustainedOutcome,
    /// Where the family stands with its goals.
    #[serde(default)]
    pub scores: Vec<GoalScore>,
    /// What the family says.
    pub words: Personal<String>,
}

impl Command for CheckSustainedOutcome {
    fn check(&self, checks: &mut Checks) {
        check_scores(checks, "scores", &self.scores);
        checks.narrative("words", &self.words);
    }

    fn example() -> Self {
        Self {
            outcome: SustainedOutcome::Sustained,
            scores: vec![GoalScore { goal: sample::goal(), score: 8, evidence: None }],
            words: "Attendance 94%. 'We still do the bags the night before.'".into(),
        }
    }
}
