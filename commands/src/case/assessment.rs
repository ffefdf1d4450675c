//! Finding out what the family needs, and hearing each child.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::referral::distinct;
use super::sample;
use crate::codes::{Factor, Need};
use crate::{AssessmentId, Checks, Command, PersonId, Personal};

/// The best score on the service's scale, which runs from 1 (at its worst) to 10 (no more help needed).
pub const BEST_SCORE: u8 = 10;

/// Notes a score off the scale.
pub(super) fn check_score(checks: &mut Checks, field: &str, score: u8) {
    checks.require(
        (1..=BEST_SCORE).contains(&score),
        field,
        "score-on-scale",
        format!("Scores run from 1 (at its worst) to {BEST_SCORE} (no more help needed)."),
    );
}

/// An assessment of the family begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StartAssessment {
    /// The assessment's id; left out, it gets one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<AssessmentId>,
    /// The children it is about; left out, every child of the family.
    #[serde(default)]
    pub children: Vec<PersonId>,
    /// What it is to find out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Personal<String>>,
}

impl Command for StartAssessment {
    fn check(&self, checks: &mut Checks) {
        checks.optional_narrative("purpose", self.purpose.as_ref());
        checks.require(
            distinct(self.children.iter()),
            "children",
            "person-named-once",
            "Name each child once.",
        );
    }

    fn example() -> Self {
        Self {
            assessment: None,
            children: vec![sample::child()],
            purpose: Some("What lies behind the absence.".into()),
        }
    }
}

/// How a child's voice was learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VoiceMethod {
    /// Talking with the child.
    Conversation,
    /// Play, drawing or another tool of direct work.
    DirectWork,
    /// Watching a child who is too young to say, or does not speak.
    Observation,
    /// Something that the child wrote or filled in.
    Written,
    /// Someone who speaks for the child.
    Advocate,
}

/// What a child said, wishes and feels; or why it could not be heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordVoiceOfChild {
    /// The child.
    pub child: PersonId,
    /// Whether the child was seen.
    pub seen: bool,
    /// Whether the child was seen without the parents.
    pub seen_alone: bool,
    /// How the voice was learned. Needed with `said`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<VoiceMethod>,
    /// What the child said, wishes and feels, in the child's words as far as they can be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Personal<String>>,
    /// Why the child could not be heard. Needed when nothing was `said`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_heard_because: Option<Personal<String>>,
}

impl Command for RecordVoiceOfChild {
    fn check(&self, checks: &mut Checks) {
        checks.optional_narrative("said", self.said.as_ref());
        checks.optional_narrative("not_heard_because", self.not_heard_because.as_ref());
        checks.require(
            self.said.is_some() != self.not_heard_because.is_some(),
            "said",
            "voice-or-reason",
            "Say what the child said, or why the child could not be heard; one of the two.",
        );
        checks.require(
            self.said.is_none() || self.method.is_some(),
            "method",
            "voice-names-its-method",
            "Say how the child's voice was learned.",
        );
        check_seen(checks, self.seen, self.seen_alone);
    }

    fn example() -> Self {
        Self {
            child: sample::child(),
            seen: true,
            seen_alone: true,
            method: Some(VoiceMethod::DirectWork),
            said: Some("'I wish Dad would ring when he says.' He drew the house with two doors.".into()),
            not_heard_because: None,
        }
    }
}

/// Notes a child seen alone who was not seen.
fn check_seen(checks: &mut Checks, seen: bool, seen_alone: bool) {
    checks.require(
        seen || !seen_alone,
        "seen_alone",
        "seen-alone-is-seen",
        "A child who was seen alone was seen: correct one of the two.",
    );
}

/// A need that the assessment found, and where the family stands with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssessedNeed {
    /// The need.
    pub need: Need,
    /// The baseline: from 1 (at its worst) to 10 (no more help needed).
    pub baseline: u8,
}

/// Why a child's voice is missing from an assessment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VoiceGap {
    /// The child.
    pub child: PersonId,
    /// Why.
    pub reason: Personal<String>,
}

/// The open assessment is written, and waits for a manager.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteAssessment {
    /// The assessment; left out, the open one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<AssessmentId>,
    /// What it found, with a baseline for each need; the first is the primary need.
    pub needs: Vec<AssessedNeed>,
    /// The factors that bear on the family; `21` (none) stands alone.
    pub factors: Vec<Factor>,
    /// What the practitioner makes of it: strengths, worries, what daily life is like for each child.
    pub analysis: Personal<String>,
    /// For each child without a recorded voice, why.
    #[serde(default)]
    pub voice_gaps: Vec<VoiceGap>,
    /// Whether the neglect toolkit was used.
    #[serde(default)]
    pub neglect_toolkit_used: bool,
}

impl Command for CompleteAssessment {
    fn check(&self, checks: &mut Checks) {
        checks.require(
            !self.needs.is_empty(),
            "needs",
            "assessment-scores-each-need",
            "Give at least one need with its baseline; N9 counts.",
        );
        checks.require(
            distinct(self.needs.iter().map(|need| &need.need)),
            "needs",
            "need-named-once",
            "Give each need one baseline.",
        );
        checks.each("needs", &self.needs, |checks, need| check_score(checks, "baseline", need.baseline));
        checks.require(
            !self.factors.is_empty(),
            "factors",
            "assessment-names-factors",
            "Give the factors found; 21 says that there are none.",
        );
        checks.require(
            self.factors.len() == 1 || !self.factors.contains(&Factor::None),
            "factors",
            "no-factors-stands-alone",
            "Code 21 says that no factor was found: leave it out, or leave out the others.",
        );
        checks.narrative("analysis", &self.analysis);
        checks.each("voice_gaps", &self.voice_gaps, |checks, gap| checks.narrative("reason", &gap.reason));
    }

    fn example() -> Self {
        Self {
            assessment: None,
            needs: vec![AssessedNeed { need: Need::FamilyInAcuteStress, baseline: 4 }],
            factors: vec![Factor::MentalHealthParent],
            analysis: "A warm home under strain: since the separation mornings fall apart, and he carries it to school.".into(),
            voice_gaps: vec![],
            neglect_toolkit_used: false,
        }
    }
}

/// A manager who did not write the assessment accepts it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthoriseAssessment {
    /// The assessment; left out, the completed one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<AssessmentId>,
    /// What the manager thinks of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Personal<String>>,
}

impl Command for AuthoriseAssessment {
    fn check(&self, checks: &mut Checks) {
        checks.optional_narrative("comment", self.comment.as_ref());
    }

    fn example() -> Self {
        Self { assessment: None, comment: Some("His voice is clear throughout. Well analysed.".into()) }
    }
}

/// A manager who did not write the assessment gives it back to be worked on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnAssessment {
    /// The assessment; left out, the completed one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<AssessmentId>,
    /// What must be worked on.
    pub reason: Personal<String>,
}

impl Command for ReturnAssessment {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("reason", &self.reason);
    }

    fn example() -> Self {
        Self {
            assessment: None,
            reason: "The father's view is missing, and the history stops at 2015.".into(),
        }
    }
}
