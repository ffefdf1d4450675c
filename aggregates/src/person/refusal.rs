//! The rules of a person's entry, as facts that a person can act on.

use caseledger_commands::PersonId;

use crate::Refusal;

/// Why a command on a person's entry was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PersonRefusal {
    /// Nobody was registered under the id.
    #[error("There is no such person in the register.")]
    NoSuchPerson,
    /// The id was used before, with other details.
    #[error("A person was registered under this id before.")]
    AlreadyRegistered,
    /// The details were erased.
    #[error("This person's details were erased.")]
    Erased,
    /// A birth that is said to have happened lies ahead.
    #[error("The date of birth is in the future.")]
    BornInFuture {
        /// The field that says so.
        field: String,
    },
    /// A birth is expected on a day that is long past, or later than any pregnancy lasts.
    #[error("No birth can still be expected on that day.")]
    NotExpectedThen {
        /// The field that says so.
        field: String,
    },
    /// Someone would be their own relative.
    #[error("This is the same person.")]
    LinkedToSelf,
    /// The other person isn't in the register, or was erased.
    #[error("The other person is not in the register.")]
    OtherNotRegistered,
    /// The entry is already a duplicate of another one.
    #[error("This entry is already marked as a duplicate of {kept}.")]
    AlreadyDuplicate {
        /// The entry that is kept instead.
        kept: PersonId,
    },
    /// The entry that would be kept is itself a duplicate.
    #[error("The entry to be kept is itself marked as a duplicate of {kept}.")]
    KeptIsDuplicate {
        /// The entry that is kept instead of it.
        kept: PersonId,
    },
    /// Entries that stand for this one would be left pointing at a duplicate.
    #[error("Other entries are marked as duplicates of this one.")]
    KeptForOthers,
    /// The link is kept with the other person.
    #[error("The link is recorded with the other person.")]
    LinkHeldByOther,
    /// There is no such link.
    #[error("There is no such link between the two.")]
    NoSuchLink,
    /// Erasing is for the data protection officer.
    #[error("Only the data protection officer may erase a person's details.")]
    NotDataProtectionOfficer,
}

impl Refusal for PersonRefusal {
    fn rule(&self) -> &'static str {
        match self {
            Self::NoSuchPerson => "person-exists",
            Self::AlreadyRegistered => "person-registered-once",
            Self::Erased => "person-not-erased",
            Self::BornInFuture { .. } => "birth-not-in-future",
            Self::NotExpectedThen { .. } => "expected-birth-ahead",
            Self::LinkedToSelf => "link-between-two-people",
            Self::OtherNotRegistered => "linked-person-exists",
            Self::AlreadyDuplicate { .. } => "duplicate-of-one-entry",
            Self::KeptIsDuplicate { .. } => "kept-entry-is-no-duplicate",
            Self::KeptForOthers => "kept-entry-stays",
            Self::LinkHeldByOther => "link-ended-where-held",
            Self::NoSuchLink => "link-exists",
            Self::NotDataProtectionOfficer => "erasure-by-data-protection-officer",
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::BornInFuture { field } | Self::NotExpectedThen { field } => Some(field.clone()),
            Self::LinkedToSelf
            | Self::OtherNotRegistered
            | Self::KeptIsDuplicate { .. }
            | Self::LinkHeldByOther
            | Self::NoSuchLink => Some("other".into()),
            Self::AlreadyDuplicate { .. } | Self::KeptForOthers => Some("relation".into()),
            Self::NoSuchPerson | Self::AlreadyRegistered | Self::Erased | Self::NotDataProtectionOfficer => {
                None
            }
        }
    }

    fn remedy(&self) -> String {
        match self {
            Self::NoSuchPerson => "Check the person's id, or register the person first.".into(),
            Self::AlreadyRegistered => {
                "Leave the id out, and a new person gets one of their own; to change this one, correct the details.".into()
            }
            Self::Erased => "Nothing can be recorded here. If the family comes back, register the person anew.".into(),
            Self::BornInFuture { .. } => "Correct the date, or say that the birth is expected.".into(),
            Self::NotExpectedThen { .. } => {
                "Give the day on which the birth is expected, or say that the date of birth is known or estimated.".into()
            }
            Self::LinkedToSelf => "Name two different people.".into(),
            Self::OtherNotRegistered => "Check the other person's id, or register that person first.".into(),
            Self::AlreadyDuplicate { .. } => "End that link first, if it was a mistake.".into(),
            Self::KeptIsDuplicate { kept } => format!("Mark this entry as a duplicate of {kept}."),
            Self::KeptForOthers => "Mark the other entry as the duplicate of this one instead.".into(),
            Self::LinkHeldByOther => "End the link from the other person's entry, with the relation turned round.".into(),
            Self::NoSuchLink => "Check the other person and the relation.".into(),
            Self::NotDataProtectionOfficer => "Ask the data protection officer.".into(),
        }
    }
}
