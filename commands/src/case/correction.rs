//! Putting right what was recorded wrongly. What was recorded stays, marked as corrected.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Checks, Command, Personal};

/// Says that a field of an earlier event of this case is wrong, what is right, and why. The earlier event stays.
///
/// A correction is read beside the event that it corrects; it does not undo what followed from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectRecord {
    /// The event: its sequence in the case's stream, from 1.
    pub sequence: u64,
    /// The field: a path such as `goals[0].measure`.
    pub field: String,
    /// What the field should say; `null` when it should not be there.
    pub correction: Personal<Value>,
    /// Why.
    pub reason: Personal<String>,
}

impl Command for CorrectRecord {
    fn check(&self, checks: &mut Checks) {
        checks.line("field", &self.field);
        checks.narrative("reason", &self.reason);
    }

    fn example() -> Self {
        Self {
            sequence: 1,
            field: "source".to_owned(),
            correction: Personal::new("3B".into()),
            reason: "The health visitor rang, not the school.".into(),
        }
    }
}
