//! The rules of a supervision record, as facts that a person can act on.

use crate::Refusal;

/// Why a command on a supervision record was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each variant's message says what it means")]
pub enum SupervisionRefusal {
    #[error("The practitioner is not in the register, or has left.")]
    UnknownPractitioner,
    #[error("Nobody supervises themselves.")]
    OwnSupervisor,
    #[error("The supervisor is not in the register, or has left.")]
    UnknownSupervisor,
    #[error("The supervision lies in the future.")]
    NotHeldYet,
    #[error("A supervision on or after that day is recorded already.")]
    OutOfOrder,
    #[error("There is no such case.")]
    UnknownCase { field: String },
    #[error("The action's day lies before the supervision.")]
    DayPassed { field: String },
    #[error("The action's id was used before.")]
    IdUsed { field: String },
    #[error("No supervision set this action.")]
    NoSuchAction,
}

impl Refusal for SupervisionRefusal {
    fn rule(&self) -> &'static str {
        match self {
            Self::UnknownPractitioner => "practitioner-works-here",
            Self::OwnSupervisor => "supervised-by-another",
            Self::UnknownSupervisor => "supervisor-works-here",
            Self::NotHeldYet => "supervision-was-held",
            Self::OutOfOrder => "supervisions-in-order",
            Self::UnknownCase { .. } => "case-exists",
            Self::DayPassed { .. } => "day-lies-ahead",
            Self::IdUsed { .. } => "id-used-once",
            Self::NoSuchAction => "action-of-the-record",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::UnknownPractitioner => None,
            Self::OwnSupervisor | Self::UnknownSupervisor => Some("supervisor".to_owned()),
            Self::NotHeldYet | Self::OutOfOrder => Some("held_on".to_owned()),
            Self::NoSuchAction => Some("action".to_owned()),
            Self::UnknownCase { field } | Self::DayPassed { field } | Self::IdUsed { field } => {
                Some(field.clone())
            }
        }
    }

    fn remedy(&self) -> String {
        match self {
            Self::UnknownPractitioner => "Register the practitioner first.",
            Self::OwnSupervisor => "Name the manager who held the supervision.",
            Self::UnknownSupervisor => "Register the supervisor first, or name another.",
            Self::NotHeldYet => "Record it once it was held.",
            Self::OutOfOrder => {
                "Check the day; supervisions are recorded in the order in which they were held."
            }
            Self::UnknownCase { .. } => "Check the case's id.",
            Self::DayPassed { .. } => "Give a day that is not before the supervision.",
            Self::IdUsed { .. } => "Give each action an id of its own.",
            Self::NoSuchAction => "Name an action of this record.",
        }
        .to_owned()
    }
}
