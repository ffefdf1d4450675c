//! Cases that only some may see: a colleague's family, a family in hiding.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sample;
use crate::{Checks, Command, Date, Personal, PractitionerId};

/// Only the named may still see the case. Sent again, it replaces the restriction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RestrictCase {
    /// The practitioners who may still see it.
    #[serde(default)]
    pub practitioners: Vec<PractitionerId>,
    /// Others who may, by the identity provider's subject identifier.
    #[serde(default)]
    pub subjects: Vec<String>,
    /// Why.
    pub reason: Personal<String>,
    /// The last day of the restriction; it can be restricted again.
    pub until: Date,
}

impl Command for RestrictCase {
    fn check(&self, checks: &mut Checks) {
        checks.require(
            !self.practitioners.is_empty() || !self.subjects.is_empty(),
            "practitioners",
            "restriction-names-who-may",
            "Name at least one person who may still see the case.",
        );
        checks.each("subjects", &self.subjects, |checks, subject| checks.line("", subject));
        checks.narrative("reason", &self.reason);
    }

    fn example() -> Self {
        Self {
            practitioners: vec![sample::practitioner()],
            subjects: vec!["manager-north".to_owned()],
            reason: "The mother works in the service.".into(),
            until: jiff::civil::date(2018, 3, 31),
        }
    }
}

/// The restriction ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LiftRestriction {
    /// Why.
    pub reason: Personal<String>,
}

impl Command for LiftRestriction {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("reason", &self.reason);
    }

    fn example() -> Self {
        Self { reason: "She left the service.".into() }
    }
}
