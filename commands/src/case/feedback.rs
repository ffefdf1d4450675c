//! What families and those who work with them say about the help.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sample;
use crate::{Checks, Command, PersonId, Personal};

/// Who gives feedback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FeedbackFrom {
    /// A child of the family.
    Child,
    /// A parent or carer.
    Parent,
    /// Someone who works with the family.
    Practitioner,
    /// Who referred the family.
    Referrer,
}

/// Someone says what the help was like. Welcome at any time, also after closure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordFeedback {
    /// Who says it.
    pub from: FeedbackFrom,
    /// The member of the family, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// The words.
    pub words: Personal<String>,
    /// From 1 (no help at all) to 5 (made all the difference).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u8>,
}

impl Command for RecordFeedback {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("words", &self.words);
        checks.require(
            self.score.is_none_or(|score| (1..=5).contains(&score)),
            "score",
            "score-on-scale",
            "Feedback is scored from 1 (no help at all) to 5 (made all the difference).",
        );
    }

    fn example() -> Self {
        Self {
            from: FeedbackFrom::Parent,
            person: Some(sample::parent()),
            words: "She turned up when she said she would.".into(),
            score: Some(5),
        }
    }
}
