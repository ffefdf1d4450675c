//! Agencies and their teams.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AgencyId, Checks, Command, TeamId};

/// What an agency is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AgencyKind {
    /// The council or trust that runs the service. Every other lead agency makes a case 'partner-led'.
    Authority,
    /// A school, college or nursery.
    School,
    /// The police.
    Police,
    /// Health: a trust, a practice, health visiting, school nursing.
    Health,
    /// A housing association or a housing department of its own.
    Housing,
    /// A charity or community group.
    Charity,
    /// Any other.
    Other,
}

/// An organisation that works with families is entered in the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterAgency {
    /// The agency's id, chosen by the sender.
    pub agency: AgencyId,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: AgencyKind,
}

impl Command for RegisterAgency {
    fn check(&self, checks: &mut Checks) {
        checks.line("name", &self.name);
    }

    fn example() -> Self {
        Self {
            agency: uuid::uuid!("0190a000-0000-7000-8000-0000000000a3").into(),
            name: "Northshire Police".to_owned(),
            kind: AgencyKind::Police,
        }
    }
}

/// A team is entered in the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterTeam {
    /// The team's id, chosen by the sender.
    pub team: TeamId,
    /// Its name.
    pub name: String,
    /// The locality that it works in: one of the authority's settings.
    pub locality: String,
    /// The agency that it belongs to, registered before.
    pub agency: AgencyId,
}

impl Command for RegisterTeam {
    fn check(&self, checks: &mut Checks) {
        checks.line("name", &self.name);
        checks.line("locality", &self.locality);
    }

    fn example() -> Self {
        Self {
            team: uuid::uuid!("0190a000-0000-7000-8000-0000000000b1").into(),
            name: "Coast locality team".to_owned(),
            locality: "Coast".to_owned(),
            agency: uuid::uuid!("0190a000-0000-7000-8000-0000000000a1").into(),
        }
    }
}
