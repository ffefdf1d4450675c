//! What may be asked of a practitioner's supervision record. Its id is the practitioner's.

mod messages;

pub use messages::*;

use crate::table::command_set;

command_set! {
    /// What may be asked of a practitioner's supervision record.
    pub enum SupervisionCommand for "Supervision" in "supervisions" {
        "set-supervision-frequency" => SetSupervisionFrequency,
        "record-supervision" => RecordSupervision,
        "complete-supervision-action" => CompleteSupervisionAction,
    }
}
