//! Typed ids. Each is a UUIDv7 on the wire; a case id can't be passed where a person id is meant.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The id as a UUID.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

ids! {
    /// One episode of early help for one family, from referral to closure.
    CaseId,
    /// A child or adult in a family.
    PersonId,
    /// A meeting of the early help panel.
    PanelMeetingId,
    /// The supervision record of one practitioner.
    SupervisionId,
    /// An audit: of one case, or a themed programme over a sample.
    AuditId,
    /// An organisation that works with families.
    AgencyId,
    /// A team, which belongs to a locality and an agency.
    TeamId,
    /// A person who works with families.
    PractitionerId,
    /// The authority's register of agencies, teams and practitioners.
    WorkforceId,
    /// The authority's commentary and improvement actions.
    OversightId,
    /// An assessment within a case.
    AssessmentId,
    /// A goal of a plan.
    GoalId,
    /// An action of a plan, a supervision, an audit or an oversight record.
    ActionId,
    /// A step-up or step-down request within a case.
    TransferId,
    /// One recorded event.
    EventId,
}
