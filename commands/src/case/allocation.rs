//! Who works with the family.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sample;
use crate::{AgencyId, Checks, Command, Personal, PractitionerId, TeamId};

/// An accepted case gets a team, a lead practitioner and a lead agency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AllocateCase {
    /// The team where the case is worked.
    pub team: TeamId,
    /// Who holds the plan.
    pub lead_practitioner: PractitionerId,
    /// The agency that holds the plan; another than the authority makes the case partner-led.
    pub lead_agency: AgencyId,
}

impl Command for AllocateCase {
    fn check(&self, _checks: &mut Checks) {}

    fn example() -> Self {
        Self {
            team: sample::team(),
            lead_practitioner: sample::practitioner(),
            lead_agency: sample::agency(),
        }
    }
}

/// The case goes to another team, lead practitioner or lead agency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReallocateCase {
    /// The team where the case is worked from now on.
    pub team: TeamId,
    /// Who holds the plan from now on.
    pub lead_practitioner: PractitionerId,
    /// The agency that holds the plan from now on.
    pub lead_agency: AgencyId,
    /// Why.
    pub reason: Personal<String>,
    /// What the next lead practitioner must know, so that the family need not tell it again.
    pub handover_note: Personal<String>,
}

impl Command for ReallocateCase {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("reason", &self.reason);
        checks.narrative("handover_note", &self.handover_note);
    }

    fn example() -> Self {
        Self {
            team: sample::team(),
            lead_practitioner: sample::practitioner(),
            lead_agency: sample::agency(),
            reason: "The family moved across the river.".into(),
            handover_note:
                "Visits after four; he opens up while drawing. Housing's answer is due on the 14th.".into(),
        }
    }
}
