//! What may be asked of the authority's oversight: commentary on its figures, and actions to improve them. An authority
//! has one record of it.

mod commentary;
mod improvement;

pub use commentary::*;
pub use improvement::*;

use crate::table::command_set;

command_set! {
    /// What may be asked of the authority's oversight.
    pub enum OversightCommand for "Oversight" in "oversight" at "0190a000-0000-7000-8000-000000000002" {
        "record-commentary" => RecordCommentary,
        "agree-improvement-action" => AgreeImprovementAction,
        "report-progress" => ReportProgress,
        "complete-improvement-action" => CompleteImprovementAction,
    }
}
