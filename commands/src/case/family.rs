//! Who belongs to the family of the case.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sample;
use crate::{Checks, Command, PersonId, Personal};

/// What a person is to the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FamilyRole {
    /// A child that the help is for.
    Child,
    /// A parent, carer or other adult of the family.
    Adult,
}

/// A person joins the family of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddFamilyMember {
    /// The person, who is in the people register.
    pub person: PersonId,
    /// What the person is to the case.
    pub role: FamilyRole,
    /// How the person belongs to the family: `mother's partner`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relationship: Option<Personal<String>>,
}

impl Command for AddFamilyMember {
    fn check(&self, checks: &mut Checks) {
        if let Some(relationship) = &self.relationship {
            checks.line("relationship", relationship.reveal());
        }
    }

    fn example() -> Self {
        Self {
            person: uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8059").into(),
            role: FamilyRole::Child,
            relationship: Some("half-brother".into()),
        }
    }
}

/// A person no longer belongs to the family of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndFamilyMembership {
    /// The person.
    pub person: PersonId,
    /// Why.
    pub reason: Personal<String>,
}

impl Command for EndFamilyMembership {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("reason", &self.reason);
    }

    fn example() -> Self {
        Self { person: sample::parent(), reason: "Moved abroad and is out of contact.".into() }
    }
}
