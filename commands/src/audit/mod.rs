//! What may be asked of an audit: of one case, or of a themed programme over a sample.

mod actions;
mod findings;
mod plan;

pub use actions::*;
pub use findings::*;
pub use plan::*;

use crate::table::command_set;

command_set! {
    /// What may be asked of an audit.
    pub enum AuditCommand for "Audit" in "audits" {
        "plan-audit" => PlanAudit (opens),
        "draw-sample" => DrawSample,
        "record-case-audit" => RecordCaseAudit,
        "moderate-audit" => ModerateAudit,
        "agree-audit-action" => AgreeAuditAction,
        "complete-audit-action" => CompleteAuditAction,
        "complete-audit" => CompleteAudit,
    }
}
