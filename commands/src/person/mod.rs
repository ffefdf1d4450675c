//! What may be asked of a person's entry in the people register.
//!
//! A person's identity and details live here once; cases refer to people by id. All of it is personal data.

mod details;
mod identifier;
mod messages;

pub use details::*;
pub use identifier::*;
pub use messages::*;

use crate::table::command_set;

command_set! {
    /// What may be asked of a person's entry in the people register.
    pub enum PersonCommand for "Person" in "people" {
        "register-person" => RegisterPerson (opens),
        "correct-person-details" => CorrectPersonDetails,
        "link-people" => LinkPeople,
        "end-link" => EndLink,
        "erase-person" => ErasePerson,
    }
}
