//! The rules of the register, as facts that a person can act on.

use caseledger_commands::Date;

use crate::Refusal;

/// Why a command on the register was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkforceRefusal {
    /// The id was used before, with other details.
    #[error("This {field} was registered before, with other details.")]
    RegisteredOtherwise {
        /// Which id.
        field: &'static str,
    },
    /// The authority's settings have no such locality.
    #[error("The authority has no locality called '{locality}'.")]
    UnknownLocality {
        /// What was given.
        locality: String,
    },
    /// No agency has the id.
    #[error("The agency is not in the register.")]
    AgencyNotRegistered {
        /// Where the agency stands in the message.
        field: &'static str,
    },
    /// No team has the id.
    #[error("The team is not in the register.")]
    TeamNotRegistered {
        /// Where the team stands in the message.
        field: &'static str,
    },
    /// The team belongs to another agency than the one named with it.
    #[error("The team belongs to another agency.")]
    TeamOfAnotherAgency {
        /// Where the team stands in the message.
        field: &'static str,
    },
    /// No practitioner has the id.
    #[error("The practitioner is not in the register.")]
    PractitionerNotRegistered,
    /// A secondment leads to the team that the practitioner belongs to anyway.
    #[error("The practitioner belongs to this team already.")]
    SecondedToOwnTeam,
    /// A secondment goes on after the practitioner has left.
    #[error("The practitioner leaves before the secondment ends.")]
    SecondedBeyondLastDay,
    /// A practitioner would be in two teams at once.
    #[error("The practitioner is seconded from {from} to {to} already.")]
    SecondmentsOverlap {
        /// The other secondment's first day.
        from: Date,
        /// The other secondment's last day.
        to: Date,
    },
    /// A training is said to have been finished on a day to come.
    #[error("The training is dated in the future.")]
    TrainedInFuture,
    /// A training is said to have been finished after the practitioner left.
    #[error("The practitioner had left by then.")]
    TrainedAfterLastDay,
    /// The practitioner's end was recorded before, with another day.
    #[error("The practitioner's last day was recorded before: {last_day}.")]
    EndedOtherwise {
        /// The day recorded.
        last_day: Date,
    },
}

impl Refusal for WorkforceRefusal {
    fn rule(&self) -> &'static str {
        match self {
            Self::RegisteredOtherwise { .. } => "registered-once",
            Self::UnknownLocality { .. } => "locality-of-the-authority",
            Self::AgencyNotRegistered { .. } => "agency-registered",
            Self::TeamNotRegistered { .. } => "team-registered",
            Self::TeamOfAnotherAgency { .. } => "team-of-its-agency",
            Self::PractitionerNotRegistered => "practitioner-registered",
            Self::SecondedToOwnTeam => "secondment-to-another-team",
            Self::SecondedBeyondLastDay => "secondment-within-service",
            Self::SecondmentsOverlap { .. } => "one-secondment-at-a-time",
            Self::TrainedInFuture => "not-in-the-future",
            Self::TrainedAfterLastDay => "training-within-service",
            Self::EndedOtherwise { .. } => "practitioner-ends-once",
        }
    }

    fn field(&self) -> Option<String> {
        let field = match self {
            Self::RegisteredOtherwise { field }
            | Self::AgencyNotRegistered { field }
            | Self::TeamNotRegistered { field }
            | Self::TeamOfAnotherAgency { field } => field,
            Self::UnknownLocality { .. } => "locality",
            Self::PractitionerNotRegistered => "practitioner",
            Self::SecondedToOwnTeam => "host_team",
            Self::SecondedBeyondLastDay => "to",
            Self::SecondmentsOverlap { .. } => "from",
            Self::TrainedInFuture | Self::TrainedAfterLastDay => "completed_on",
            Self::EndedOtherwise { .. } => "last_day",
        };
        Some(field.to_owned())
    }

    fn remedy(&self) -> String {
        match self {
            Self::RegisteredOtherwise { .. } => {
                "Use a new id for another entry, or send the details as registered."
            }
            Self::UnknownLocality { .. } => {
                "Name a locality of the authority's settings, or have it added there."
            }
            Self::AgencyNotRegistered { .. } => "Register the agency first, or check its id.",
            Self::TeamNotRegistered { .. } => "Register the team first, or check its id.",
            Self::TeamOfAnotherAgency { .. } => {
                "Name a team of this agency. For work in another agency's team, record a secondment."
            }
            Self::PractitionerNotRegistered => "Register the practitioner first, or check the id.",
            Self::SecondedToOwnTeam => {
                "Name the team that hosts them; no secondment is needed for their own."
            }
            Self::SecondedBeyondLastDay => "Give a last day of the secondment that is not after their own.",
            Self::SecondmentsOverlap { .. } => "Give a time that does not meet the other secondment.",
            Self::TrainedInFuture => "Record the training once it is finished.",
            Self::TrainedAfterLastDay => "Check the day on which the training was finished.",
            Self::EndedOtherwise { .. } => "Register them under a new id if they have come back.",
        }
        .to_owned()
    }
}
