//! The plan: goals with a measure, and actions with an owner and a due date.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::assessment::check_score;
use super::sample;
use crate::codes::OutcomeArea;
use crate::{ActionId, AgencyId, Checks, Command, Date, GoalId, PersonId, Personal, PractitionerId};

/// What a plan is to achieve, and how one will see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// The goal's id; left out, it gets one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<GoalId>,
    /// The area of life that it is about.
    pub area: OutcomeArea,
    /// What will be better, in the family's words.
    pub aim: Personal<String>,
    /// How one will see it: `attends school four days of five`.
    pub measure: Personal<String>,
    /// Where the family stands today: from 1 (at its worst) to 10 (no more help needed).
    pub baseline: u8,
    /// Whose goal it is; left out, the family's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
}

/// Who is to do an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// A practitioner.
    Practitioner(PractitionerId),
    /// Someone of the family.
    FamilyMember(PersonId),
    /// An agency, where it is for the agency to say who.
    Agency(AgencyId),
}

/// What someone is to do by a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// The action's id; left out, it gets one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ActionId>,
    /// The goal that it serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<GoalId>,
    /// What is to be done.
    pub what: Personal<String>,
    /// Who is to do it. Needed: an action without an owner is refused.
    #[serde(default)]
    #[schemars(required)]
    pub owner: Option<Owner>,
    /// By when. Needed: an action without a due date is refused.
    #[serde(default)]
    #[schemars(required)]
    pub due: Option<Date>,
}

pub(super) fn check_goal(checks: &mut Checks, goal: &Goal) {
    checks.narrative("aim", &goal.aim);
    checks.narrative("measure", &goal.measure);
    check_score(checks, "baseline", goal.baseline);
}

pub(super) fn check_action(checks: &mut Checks, action: &Action) {
    checks.narrative("what", &action.what);
}

pub(super) fn sample_goal() -> Goal {
    Goal {
        id: Some(sample::goal()),
        area: OutcomeArea::Education,
        aim: "I get to school most days and don't feel sick about it.".into(),
        measure: "Attends four days of five by the summer.".into(),
        baseline: 3,
        person: Some(sample::child()),
    }
}

pub(super) fn sample_action() -> Action {
    Action {
        id: Some(sample::action()),
        goal: Some(sample::goal()),
        what: "Breakfast club every morning; school rings home if he is not in by nine.".into(),
        owner: Some(Owner::Practitioner(sample::practitioner())),
        due: Some(jiff::civil::date(2017, 5, 12)),
    }
}

/// The family and those who help agree on a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgreePlan {
    /// What the plan is to achieve; at least one goal.
    pub goals: Vec<Goal>,
    /// What is to be done, by whom and by when.
    #[serde(default)]
    pub actions: Vec<Action>,
    /// The day of the first review.
    pub next_review: Date,
}

impl Command for AgreePlan {
    fn check(&self, checks: &mut Checks) {
        checks.require(!self.goals.is_empty(), "goals", "plan-has-a-goal", "Give at least one goal.");
        checks.each("goals", &self.goals, check_goal);
        checks.each("actions", &self.actions, check_action);
    }

    fn example() -> Self {
        Self {
            goals: vec![sample_goal()],
            actions: vec![sample_action()],
            next_review: jiff::civil::date(2017, 6, 16),
        }
    }
}

/// A goal that joins the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddedGoal {
    /// The goal.
    pub goal: Goal,
    /// Why.
    pub reason: Personal<String>,
}

/// An action that joins the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddedAction {
    /// The action.
    pub action: Action,
    /// Why.
    pub reason: Personal<String>,
}

/// A goal that is put otherwise. What is left out stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlteredGoal {
    /// Which.
    pub goal: GoalId,
    /// What will be better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aim: Option<Personal<String>>,
    /// How one will see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<Personal<String>>,
    /// Why.
    pub reason: Personal<String>,
}

/// An action that is put otherwise. What is left out stays; the due date changes by `reschedule-action`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlteredAction {
    /// Which.
    pub action: ActionId,
    /// What is to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<Personal<String>>,
    /// Who is to do it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// Why.
    pub reason: Personal<String>,
}

/// A goal that leaves the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndedGoal {
    /// Which.
    pub goal: GoalId,
    /// Whether it was reached.
    pub reached: bool,
    /// Why it ends.
    pub reason: Personal<String>,
}

/// The plan changes: what is added, altered and ended, each with its reason. Actions end by `complete-action` and
/// `cancel-action`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ChangePlan {
    /// Goals that join the plan.
    pub added_goals: Vec<AddedGoal>,
    /// Actions that join the plan.
    pub added_actions: Vec<AddedAction>,
    /// Goals that are put otherwise.
    pub altered_goals: Vec<AlteredGoal>,
    /// Actions that are put otherwise.
    pub altered_actions: Vec<AlteredAction>,
    /// Goals that leave the plan.
    pub ended_goals: Vec<EndedGoal>,
}

impl Command for ChangePlan {
    fn check(&self, checks: &mut Checks) {
        let changes = self.added_goals.len()
            + self.added_actions.len()
            + self.altered_goals.len()
            + self.altered_actions.len()
            + self.ended_goals.len();
        checks.require(changes > 0, ".", "change-says-what", "Say what is added, altered or ended.");
        checks.each("added_goals", &self.added_goals, |checks, added| {
            checks.within("goal.", |checks| check_goal(checks, &added.goal));
            checks.narrative("reason", &added.reason);
        });
        checks.each("added_actions", &self.added_actions, |checks, added| {
            checks.within("action.", |checks| check_action(checks, &added.action));
            checks.narrative("reason", &added.reason);
        });
        checks.each("altered_goals", &self.altered_goals, |checks, altered| {
            checks.optional_narrative("aim", altered.aim.as_ref());
            checks.optional_narrative("measure", altered.measure.as_ref());
            checks.narrative("reason", &altered.reason);
        });
        checks.each("altered_actions", &self.altered_actions, |checks, altered| {
            checks.optional_narrative("what", altered.what.as_ref());
            checks.narrative("reason", &altered.reason);
        });
        checks.each("ended_goals", &self.ended_goals, |checks, ended| {
            checks.narrative("reason", &ended.reason)
        });
    }

    fn example() -> Self {
        Self {
            added_actions: vec![AddedAction {
                action: Action {
                    id: None,
                    goal: Some(sample::goal()),
                    what: "A mentor from the football club meets him on Thursdays.".into(),
                    owner: Some(Owner::Agency(sample::agency())),
                    due: Some(jiff::civil::date(2017, 6, 9)),
                },
                reason: "He asked for someone who is not a teacher.".into(),
            }],
            ..Self::default()
        }
    }
}

/// An action was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteAction {
    /// Which.
    pub action: ActionId,
    /// What came of it.
    pub outcome: Personal<String>,
}

impl Command for CompleteAction {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("outcome", &self.outcome);
    }

    fn example() -> Self {
        Self { action: sample::action(), outcome: "In by nine on 18 of 20 days.".into() }
    }
}

/// An action gets another due date; the earlier one is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RescheduleAction {
    /// Which.
    pub action: ActionId,
    /// By when now.
    pub due: Date,
    /// Why.
    pub reason: Personal<String>,
}

impl Command for RescheduleAction {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("reason", &self.reason);
    }

    fn example() -> Self {
        Self {
            action: sample::action(),
            due: jiff::civil::date(2017, 5, 26),
            reason: "The breakfast club closed for two weeks.".into(),
        }
    }
}

/// An action is no longer to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelAction {
    /// Which.
    pub action: ActionId,
    /// Why.
    pub reason: Personal<String>,
}

impl Command for CancelAction {
    fn check(&self, checks: &mut Checks) {
        checks.narrative("reason", &self.reason);
    }

    fn example() -> Self {
        Self {
            action: sample::action(),
            reason: "The family found its own way, a lift with a neighbour.".into(),
        }
    }
}
