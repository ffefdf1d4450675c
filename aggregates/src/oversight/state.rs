//! What is remembered of oversight to decide by.

use std::collections::BTreeMap;

use caseledger_commands::ActionId;
use serde::{Deserialize, Serialize};

use super::{CommentaryRecorded, ImprovementActionAgreed, ImprovementActionCompleted, ProgressReported};

/// Oversight as its events have left it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Oversight {
    /// The latest commentary on each measure and period.
    pub commentaries: Vec<CommentaryRecorded>,
    /// What was agreed to improve a measure.
    pub actions: BTreeMap<ActionId, ImprovementAction>,
}

/// An action to improve a measure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImprovementAction {
    /// What was agreed.
    pub agreed: ImprovementActionAgreed,
    /// How it went when it was last told.
    pub progress: Option<ProgressReported>,
    /// What it changed, once it is done.
    pub completed: Option<ImprovementActionCompleted>,
}
