//! What may be asked of the register of agencies, teams and practitioners. An authority has one register.

mod agency;
mod practitioner;

pub use agency::*;
pub use practitioner::*;

use crate::table::command_set;

command_set! {
    /// What may be asked of the register of agencies, teams and practitioners.
    pub enum WorkforceCommand for "Workforce" in "workforce" at "0190a000-0000-7000-8000-000000000001" {
        "register-agency" => RegisterAgency,
        "register-team" => RegisterTeam,
        "register-practitioner" => RegisterPractitioner,
        "record-secondment" => RecordSecondment,
        "record-training" => RecordTraining,
        "end-practitioner" => EndPractitioner,
    }
}
