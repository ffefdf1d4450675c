//! Managers, supervisors and auditors look at the case.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::plan::{Action, check_action, sample_action};
use super::sample;
use crate::codes::AuditGrade;
use crate::{AuditId, Checks, Command, Date, Personal, PractitionerId};

/// A manager decides something on the case, and says why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordManagementOversight {
    /// What was decided.
    pub decision: Personal<String>,
    /// Why.
    pub reason: Personal<String>,
    /// Whether the threshold for statutory social care was considered.
    pub threshold_considered: bool,
    /// What is to be done, by whom and by when.
    #[serde(default)]
    pub directions: Vec<Action>,
}

impl Command for RecordManagementOversight {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("decision", &self.decision);
        checks.narrative("reason", &self.reason);
        checks.each("directions", &self.directions, check_action);
    }

    fn example() -> Self {
        Self {
            decision: "Early help goes on; the threshold is not met.".into(),
            reason: "Attendance is better and the mother works with us.".into(),
            threshold_considered: true,
            directions: vec![Action {
                id: None,
                goal: None,
                what: "See the father before the next review.".into(),
                ..sample_action()
            }],
        }
    }
}

/// How much an action matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Priority {
    /// Before all else.
    High,
    /// In its turn.
    Medium,
    /// When there is time.
    Low,
}

/// An action on the case that a supervision agreed. It is followed up in the supervision record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SupervisionPoint {
    /// What is to be done.
    pub what: Personal<String>,
    /// How much it matters.
    pub priority: Priority,
    /// Who is to do it.
    pub owner: PractitionerId,
    /// By when.
    pub due: Date,
}

/// The case was discussed in a practitioner's supervision. A process sends this for each case that a supervision
/// discussed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteSupervision {
    /// Whose supervision it was.
    pub practitioner: PractitionerId,
    /// The position in the log of the supervision's event.
    pub position: u64,
    /// What has changed for the family.
    pub changed_circumstances: Personal<String>,
    /// What may go wrong.
    pub risks: Personal<String>,
    /// Whether the threshold for statutory social care was considered.
    pub threshold_considered: bool,
    /// What was agreed.
    #[serde(default)]
    pub actions: Vec<SupervisionPoint>,
}

impl Command for NoteSupervision {
    fn check(&self, _checks: &mut Checks) {}

    fn example() -> Self {
        Self {
            practitioner: sample::practitioner(),
            position: 4_711,
            changed_circumstances: "The father has a new flat and asks for weekends.".into(),
            risks: "Arguments at handover.".into(),
            threshold_considered: true,
            actions: vec![SupervisionPoint {
                what: "Plan the handovers with both parents.".into(),
                priority: Priority::High,
                owner: sample::practitioner(),
                due: jiff::civil::date(2017, 5, 19),
            }],
        }
    }
}

/// The case was audited. A process sends this when an auditor has graded it; how a moderator sees it stays with the audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteAudit {
    /// The audit.
    pub audit: AuditId,
    /// How good practice was found to be.
    pub grade: AuditGrade,
}

impl Command for NoteAudit {
    fn check(&self, _checks: &mut Checks) {}

    fn example() -> Self {
        Self { audit: uuid::uuid!("01890a5d-ac96-774b-bcce-b302099a8066").into(), grade: AuditGrade::Good }
    }
}
