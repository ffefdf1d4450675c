//! The family's consent: early help is voluntary (Working Together to Safeguard Children, chapter 1).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sample;
use crate::{Checks, Command, Date, PersonId, Personal};

/// What a consent covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConsentScope {
    /// Help for the family, and sharing what it needs with the agencies that help.
    SupportAndSharing,
    /// Help for the family by this service alone.
    Support,
    /// Sharing what is known with other agencies.
    Sharing,
}

/// Someone of the family agrees to help, or to sharing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordConsent {
    /// Who gave it: a member of the family.
    pub given_by: PersonId,
    /// What it covers.
    pub scope: ConsentScope,
    /// The day it was given.
    pub given_on: Date,
    /// How it was given, and any limits the person set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Personal<String>>,
}

impl Command for RecordConsent {
    fn check(&self, checks: &mut Checks) {
        checks.optional_narrative("limits", self.limits.as_ref());
    }

    fn example() -> Self {
        Self {
            given_by: sample::parent(),
            scope: ConsentScope::SupportAndSharing,
            given_on: jiff::civil::date(2017, 3, 6),
            limits: Some("Signed form; asks that the father's employer is not contacted.".into()),
        }
    }
}

/// Someone of the family takes a consent back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawConsent {
    /// Who took it back: a member of the family.
    pub withdrawn_by: PersonId,
    /// Why, in the family's words.
    pub reason: Personal<String>,
}

impl Command for WithdrawConsent {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("reason", &self.reason);
    }

    fn example() -> Self {
        Self {
            withdrawn_by: sample::parent(),
            reason: "She feels that things are settled and wants no more visits.".into(),
        }
    }
}
