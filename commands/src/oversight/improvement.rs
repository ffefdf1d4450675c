//! What is done to improve a measure.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{ActionId, Checks, Command, Date, Personal, PractitionerId};

/// An action to improve what a measure tells is agreed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgreeImprovementAction {
    /// The action's id, chosen by the sender.
    pub action: ActionId,
    /// The short name of the measure that it is to improve: `partner-led`.
    pub measure: String,
    /// What is to be done.
    pub what: Personal<String>,
    /// How it will show that it worked: what the measure should tell, and when.
    pub success: Personal<String>,
    /// Who answers for it: a practitioner in the register.
    pub owner: PractitionerId,
    /// The day by which it is done.
    pub due: Date,
}

impl Command for AgreeImprovementAction {
    fn check(&self, checks: &mut Checks) {
        checks.short_name("measure", &self.measure);
        checks.narrative("what", &self.what);
        checks.narrative("success", &self.success);
    }

    fn example() -> Self {
        Self {
            action: example_action(),
            measure: "partner-led".to_owned(),
            what: "Train the designated leads of twenty schools to hold a plan, with a worker beside them for the first."
                .into(),
            success: "A quarter of plans led by other agencies by the end of July.".into(),
            owner: uuid::uuid!("0190a000-0000-7000-8000-0000000000c2").into(),
            due: jiff::civil::date(2018, 7, 31),
        }
    }
}

/// How an improvement goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProgressRating {
    /// It will be done in time.
    OnTrack,
    /// It may not be done in time.
    AtRisk,
    /// It will not be done in time unless something changes.
    OffTrack,
}

/// The owner of an improvement action tells how it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportProgress {
    /// The action.
    pub action: ActionId,
    /// How it goes.
    pub rating: ProgressRating,
    /// What has been done and what stands in the way.
    pub progress: Personal<String>,
}

impl Command for ReportProgress {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("progress", &self.progress);
    }

    fn example() -> Self {
        Self {
            action: example_action(),
            rating: ProgressRating::OnTrack,
            progress: "Twelve schools trained; six hold a first plan.".into(),
        }
    }
}

/// An improvement action is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteImprovementAction {
    /// The action.
    pub action: ActionId,
    /// What it changed for children and families.
    pub outcome: Personal<String>,
}

impl Command for CompleteImprovementAction {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("outcome", &self.outcome);
    }

    fn example() -> Self {
        Self {
            action: example_action(),
            outcome: "Twenty-two schools hold plans; families there tell their story once.".into(),
        }
    }
}

fn example_action() -> ActionId {
    uuid::uuid!("0190a000-0000-7000-8000-0000000000d2").into()
}
