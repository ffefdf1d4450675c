//! The rules of oversight, as facts that a person can act on.

use crate::Refusal;

/// Why a command on oversight was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OversightRefusal {
    /// The figures are said to tell of days to come.
    #[error("The period has not ended yet.")]
    PeriodInFuture,
    /// The reports have no measure of that id.
    #[error("No measure of the reports is called so.")]
    NoSuchMeasure,
    /// No figures were given, and the measure has none of the period: a share of nothing.
    #[error("The measure has no figure of that period: there was nothing to count.")]
    NothingToSpeakOf,
    /// The action's id was used before, with other details.
    #[error("This action was agreed before, with other details.")]
    ActionAgreedBefore,
    /// The owner is not registered, or did not work here at the time.
    #[error("The owner is not in the register, or did not work here on that day.")]
    OwnerNotWorkingHere,
    /// The action falls due before it was agreed.
    #[error("The due date lies before the day on which it was agreed.")]
    DueInPast,
    /// No action has the id.
    #[error("There is no such action.")]
    NoSuchAction,
    /// The action is done.
    #[error("This action is completed.")]
    ActionCompleted,
}

impl Refusal for OversightRefusal {
    fn rule(&self) -> &'static str {
        match self {
            Self::PeriodInFuture => "not-in-the-future",
            Self::NoSuchMeasure => "measure-exists",
            Self::NothingToSpeakOf => "commentary-keeps-its-figures",
            Self::ActionAgreedBefore => "action-agreed-once",
            Self::OwnerNotWorkingHere => "practitioner-works-here",
            Self::DueInPast => "due-after-agreed",
            Self::NoSuchAction => "action-exists",
            Self::ActionCompleted => "action-not-completed",
        }
    }

    fn field(&self) -> Option<String> {
        let field = match self {
            Self::PeriodInFuture => "to",
            Self::NoSuchMeasure => "measure",
            Self::NothingToSpeakOf => "figures",
            Self::OwnerNotWorkingHere => "owner",
            Self::DueInPast => "due",
            Self::ActionAgreedBefore | Self::NoSuchAction | Self::ActionCompleted => "action",
        };
        Some(field.to_owned())
    }

    fn remedy(&self) -> String {
        match self {
            Self::PeriodInFuture => "Give a period that ends today or earlier.",
            Self::NoSuchMeasure => "Take the id from /v1/reports, or from 'caseledger report --list'.",
            Self::NothingToSpeakOf => "Give the figures that you speak of, or another period.",
            Self::ActionAgreedBefore => "Use a new id for another action.",
            Self::OwnerNotWorkingHere => "Register the practitioner first, or check the id and the day.",
            Self::DueInPast => "Give a day on or after the one on which it was agreed.",
            Self::NoSuchAction => "Check the action's id, or agree it first.",
            Self::ActionCompleted => "Agree another action if there is more to do.",
        }
        .to_owned()
    }
}
