//! The team around the family looks at the plan together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::assessment::check_score;
use super::referral::distinct;
use super::sample;
use crate::{AgencyId, Checks, Command, Date, GoalId, PersonId, Personal, PractitionerId};

/// Someone at a review: a practitioner of an agency, or someone of the family.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attendee {
    /// The agency that the person came for. Needed unless the person is of the family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<AgencyId>,
    /// The practitioner, where registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub practitioner: Option<PractitionerId>,
    /// The member of the family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_member: Option<PersonId>,
}

/// Where the family stands with a goal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GoalScore {
    /// The goal.
    pub goal: GoalId,
    /// From 1 (at its worst) to 10 (no more help needed).
    pub score: u8,
    /// What the score rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Personal<String>>,
}

/// What someone of the family thinks; or why it is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FamilyView {
    /// The child or adult.
    pub person: PersonId,
    /// What the person thinks of how it goes, in the person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<Personal<String>>,
    /// Why the view is not known. Needed when there is no `view`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_known_because: Option<Personal<String>>,
}

/// What a review decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReviewDecision {
    /// The plan goes on as it is.
    Continue,
    /// The plan must change.
    ChangePlan,
    /// The family needs statutory social care.
    StepUp,
    /// The help has done its work and ends.
    Close,
}

pub(super) fn check_scores(checks: &mut Checks, list: &str, scores: &[GoalScore]) {
    checks.require(
        distinct(scores.iter().map(|score| &score.goal)),
        list,
        "goal-scored-once",
        "Give each goal one score.",
    );
    checks.each(list, scores, |checks, score| {
        check_score(checks, "score", score.score);
        checks.optional_narrative("evidence", score.evidence.as_ref());
    });
}

pub(super) fn check_views(checks: &mut Checks, list: &str, views: &[FamilyView]) {
    checks.require(
        distinct(views.iter().map(|view| &view.person)),
        list,
        "person-named-once",
        "Give each person's view once.",
    );
    checks.each(list, views, |checks, view| {
        checks.optional_narrative("view", view.view.as_ref());
        checks.optional_narrative("not_known_because", view.not_known_because.as_ref());
        checks.require(
            view.view.is_some() != view.not_known_because.is_some(),
            "view",
            "view-or-reason",
            "Give the person's view, or why it is not known; one of the two.",
        );
    });
}

/// The team around the family scores the goals and decides what next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewPlan {
    /// Who was there.
    pub attended: Vec<Attendee>,
    /// A score for each goal that has not ended.
    pub scores: Vec<GoalScore>,
    /// What each child thinks.
    pub child_views: Vec<FamilyView>,
    /// What was decided.
    pub decision: ReviewDecision,
    /// What was said, and why it was decided so.
    pub summary: Personal<String>,
    /// The day of the next review. Needed when the plan goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_review: Option<Date>,
}

impl Command for ReviewPlan {
    fn check(&self, checks: &mut Checks) {
        checks.require(!self.attended.is_empty(), "attended", "review-names-who-came", "Say who was there.");
        checks.each("attended", &self.attended, |checks, attendee| {
            checks.require(
                attendee.agency.is_some() || attendee.family_member.is_some(),
                "agency",
                "attendee-has-agency",
                "Give the agency that the person came for, or the member of the family who came.",
            );
        });
        check_scores(checks, "scores", &self.scores);
        check_views(checks, "child_views", &self.child_views);
        checks.narrative("summary", &self.summary);
        checks.require(
            self.next_review.is_some()
                || matches!(self.decision, ReviewDecision::Close | ReviewDecision::StepUp),
            "next_review",
            "review-names-the-next",
            "Give the day of the next review: the plan goes on.",
        );
    }

    fn example() -> Self {
        Self {
            attended: vec![
                Attendee {
                    agency: Some(sample::agency()),
                    practitioner: Some(sample::practitioner()),
                    family_member: None,
                },
                Attendee { agency: None, practitioner: None, family_member: Some(sample::parent()) },
            ],
            scores: vec![GoalScore {
                goal: sample::goal(),
                score: 6,
                evidence: Some("Attendance 88% this half-term.".into()),
            }],
            child_views: vec![FamilyView {
                person: sample::child(),
                view: Some("Mornings are better. I still hate Mondays.".into()),
                not_known_because: None,
            }],
            decision: ReviewDecision::Continue,
            summary: "Mornings hold. Contact with his father is the next thing to work on.".into(),
            next_review: Some(jiff::civil::date(2017, 7, 28)),
        }
    }
}
