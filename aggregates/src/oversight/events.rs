//! What can have happened in oversight. Names and fields are storage: they are read for ever.

use caseledger_commands::oversight::{Figure, ProgressRating};
use caseledger_commands::{ActionId, Date, Personal, PractitionerId};
use serde::{Deserialize, Serialize};

use crate::decider::event_set;

event_set! {
    /// What can have happened in oversight.
    pub enum OversightEvent {
        CommentaryRecorded,
        ImprovementActionAgreed,
        ProgressReported,
        ImprovementActionCompleted,
    }
}

/// Someone said what figures mean for children and families.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the command `RecordCommentary`, documented there")]
pub struct CommentaryRecorded {
    pub measure: String,
    pub from: Date,
    pub to: Date,
    pub figures: Vec<Figure>,
    pub meaning: Personal<String>,
}

/// An action to improve a measure was agreed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "the fields are those of the command `AgreeImprovementAction`, documented there"
)]
pub struct ImprovementActionAgreed {
    pub action: ActionId,
    pub measure: String,
    pub what: Personal<String>,
    pub success: Personal<String>,
    pub owner: PractitionerId,
    pub due: Date,
}

/// It was told how an improvement goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgressReported {
    /// The action.
    pub action: ActionId,
    /// How it goes.
    pub rating: ProgressRating,
    /// What has been done and what stands in the way.
    pub progress: Personal<String>,
    /// The day on which it was told. The same words on another day are news: nothing has changed.
    pub reported_on: Date,
}

/// An improvement action was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "the fields are those of the command `CompleteImprovementAction`, documented there"
)]
pub struct ImprovementActionCompleted {
    pub action: ActionId,
    pub outcome: Personal<String>,
}
