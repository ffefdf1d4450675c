//! The plan and its reviews, the actions, contact with the family, and what managers decide.

use std::collections::BTreeSet;

use caseledger_commands::case::*;
use caseledger_commands::{ActionId, GoalId};

use super::super::*;
use super::{Decision, by_a_manager, today};
use crate::Context;

impl Case {
    /// Gives goals their ids. `path` names the field that a goal is.
    fn number_goals(
        &self,
        goals: Vec<&mut Goal>,
        context: &Context<'_>,
        path: impl Fn(usize) -> String,
    ) -> Result<(), CaseRefusal> {
        let mut used: BTreeSet<GoalId> =
            self.plan.iter().flat_map(|plan| plan.goals.keys().copied()).collect();
        for (nth, goal) in goals.into_iter().enumerate() {
            let id = self.id_or_next(goal.id, context, nth);
            if !used.insert(id) {
                return Err(CaseRefusal::IdUsed { field: format!("{}.id", path(nth)) });
            }
            if let Some(person) = goal.person {
                self.member(person, format!("{}.person", path(nth)))?;
            }
            goal.id = Some(id);
        }
        Ok(())
    }

    /// Gives actions their ids, and holds the rule that every action has an owner and a due date that lies ahead.
    fn number_actions(
        &self,
        actions: Vec<&mut Action>,
        goals: &BTreeSet<GoalId>,
        context: &Context<'_>,
        path: impl Fn(usize) -> String,
    ) -> Result<(), CaseRefusal> {
        let mut used: BTreeSet<ActionId> = self.actions.keys().copied().collect();
        for (nth, action) in actions.into_iter().enumerate() {
            let at = |name: &str| format!("{}.{name}", path(nth));
            // Goals and actions of one event draw on the same source of ids: actions begin far behind the goals.
            let id = self.id_or_next(action.id, context, 10_000 + nth);
            if !used.insert(id) {
                return Err(CaseRefusal::IdUsed { field: at("id") });
            }
            if action.owner.is_none() {
                return Err(CaseRefusal::ActionWithoutOwner { field: at("owner") });
            }
            let due = action.due.ok_or_else(|| CaseRefusal::ActionWithoutDueDate { field: at("due") })?;
            if due < today(context) {
                return Err(CaseRefusal::DayPassed { field: at("due") });
            }
            if let Some(Owner::FamilyMember(person)) = action.owner {
                self.member(person, at("owner"))?;
            }
            if action.goal.is_some_and(|goal| !goals.contains(&goal)) {
                return Err(CaseRefusal::NoSuchGoal { field: at("goal") });
            }
            action.id = Some(id);
        }
        Ok(())
    }

    pub(super) fn agree_plan(&self, asked: &AgreePlan, context: &Context<'_>) -> Decision {
        self.with_consent()?;
        if !self.assessments.iter().any(|assessment| assessment.authorised) {
            return Err(CaseRefusal::NoAuthorisedAssessment);
        }
        if self.plan.as_ref().is_some_and(|plan| plan.assessments == self.authorised_assessments()) {
            return Err(CaseRefusal::PlanAgreedBefore);
        }
        if asked.next_review < today(context) {
            return Err(CaseRefusal::DayPassed { field: "next_review".to_owned() });
        }
        let AgreePlan { mut goals, mut actions, next_review } = asked.clone();
        self.number_goals(goals.iter_mut().collect(), context, |nth| format!("goals[{nth}]"))?;
        let ids = goals.iter().filter_map(|goal| goal.id).collect();
        self.number_actions(actions.iter_mut().collect(), &ids, context, |nth| format!("actions[{nth}]"))?;
        Ok(vec![PlanAgreed { agreed_on: today(context), goals, actions, next_review }.into()])
    }

    pub(super) fn change_plan(&self, asked: &ChangePlan, context: &Context<'_>) -> Decision {
        self.with_consent()?;
        if self.plan.is_none() {
            return Err(CaseRefusal::NoPlan);
        }
        let mut asked = asked.clone();
        let mut goals: BTreeSet<GoalId> = self.goals_not_ended().collect();
        let of_plan = |goal, field: String| {
            if goals.contains(&goal) { Ok(()) } else { Err(CaseRefusal::NoSuchGoal { field }) }
        };
        for (nth, altered) in asked.altered_goals.iter().enumerate() {
            of_plan(altered.goal, format!("altered_goals[{nth}].goal"))?;
        }
        for (nth, ended) in asked.ended_goals.iter().enumerate() {
            of_plan(ended.goal, format!("ended_goals[{nth}].goal"))?;
        }
        for (nth, altered) in asked.altered_actions.iter().enumerate() {
            self.open_action(altered.action, format!("altered_actions[{nth}].action"))?;
            if let Some(Owner::FamilyMember(person)) = altered.owner {
                self.member(person, format!("altered_actions[{nth}].owner"))?;
            }
        }
        for ended in &asked.ended_goals {
            goals.remove(&ended.goal);
        }
        let added = asked.added_goals.iter_mut().map(|added| &mut added.goal).collect();
        self.number_goals(added, context, |nth| format!("added_goals[{nth}].goal"))?;
        goals.extend(asked.added_goals.iter().filter_map(|added| added.goal.id));
        let added = asked.added_actions.iter_mut().map(|added| &mut added.action).collect();
        self.number_actions(added, &goals, context, |nth| format!("added_actions[{nth}].action"))?;
        let ChangePlan { added_goals, added_actions, altered_goals, altered_actions, ended_goals } = asked;
        Ok(vec![
            PlanChanged { added_goals, added_actions, altered_goals, altered_actions, ended_goals }.into(),
        ])
    }

    fn action(&self, id: ActionId) -> Result<&ActionState, CaseRefusal> {
        self.actions.get(&id).ok_or_else(|| CaseRefusal::NoSuchAction { field: "action".to_owned() })
    }

    fn open_action(&self, id: ActionId, field: String) -> Result<&ActionState, CaseRefusal> {
        match self.actions.get(&id) {
            None => Err(CaseRefusal::NoSuchAction { field }),
            Some(action) if action.standing != Standing::Open => Err(CaseRefusal::ActionEnded { field }),
            Some(action) => Ok(action),
        }
    }

    pub(super) fn complete_action(&self, asked: &CompleteAction) -> Decision {
        if self.action(asked.action)?.standing == Standing::Completed {
            return Ok(vec![]);
        }
        self.open_action(asked.action, "action".to_owned())?;
        Ok(vec![ActionCompleted { action: asked.action, outcome: asked.outcome.clone() }.into()])
    }

    pub(super) fn reschedule_action(&self, asked: &RescheduleAction, context: &Context<'_>) -> Decision {
        let action = self.open_action(asked.action, "action".to_owned())?;
        if action.due == Some(asked.due) {
            return Ok(vec![]);
        }
        if asked.due < today(context) {
            return Err(CaseRefusal::DayPassed { field: "due".to_owned() });
        }
        let RescheduleAction { action: id, due, reason } = asked.clone();
        Ok(vec![ActionRescheduled { action: id, earlier: action.due, due, reason }.into()])
    }

    pub(super) fn cancel_action(&self, asked: &CancelAction) -> Decision {
        if self.action(asked.action)?.standing == Standing::Cancelled {
            return Ok(vec![]);
        }
        self.open_action(asked.action, "action".to_owned())?;
        Ok(vec![ActionCancelled { action: asked.action, reason: asked.reason.clone() }.into()])
    }

    pub(super) fn review_plan(&self, asked: &ReviewPlan, context: &Context<'_>) -> Decision {
        if self.plan.is_none() {
            return Err(CaseRefusal::NoPlan);
        }
        self.check_scored(&asked.scores, "scores")?;
        self.check_members(&asked.child_views, "child_views")?;
        for (nth, attendee) in asked.attended.iter().enumerate() {
            if let Some(person) = attendee.family_member {
                self.member(person, format!("attended[{nth}].family_member"))?;
            }
        }
        let told: BTreeSet<_> = asked.child_views.iter().map(|view| view.person).collect();
        match self.children.difference(&told).count() {
            0 => {}
            missing => return Err(CaseRefusal::ChildViewMissing(missing)),
        }
        if asked.next_review.is_some_and(|day| day < today(context)) {
            return Err(CaseRefusal::DayPassed { field: "next_review".to_owned() });
        }
        let ReviewPlan { attended, scores, child_views, decision, summary, next_review } = asked.clone();
        let reviewed_on = today(context);
        Ok(vec![
            PlanReviewed { reviewed_on, attended, scores, child_views, decision, summary, next_review }
                .into(),
        ])
    }

    /// Every goal that has not ended has a score, and nothing else has.
    pub(super) fn check_scored(&self, scores: &[GoalScore], field: &'static str) -> Result<(), CaseRefusal> {
        let goals: BTreeSet<_> = self.goals_not_ended().collect();
        for (nth, score) in scores.iter().enumerate() {
            if !goals.contains(&score.goal) {
                return Err(CaseRefusal::NoSuchGoal { field: format!("{field}[{nth}].goal") });
            }
        }
        let scored: BTreeSet<_> = scores.iter().map(|score| score.goal).collect();
        match goals.difference(&scored).count() {
            0 => Ok(()),
            missing => Err(CaseRefusal::GoalUnscored { missing, field }),
        }
    }

    /// Everybody whose view is given is of the family.
    pub(super) fn check_members(&self, views: &[FamilyView], field: &str) -> Result<(), CaseRefusal> {
        let mut people = views.iter().enumerate();
        people.try_for_each(|(nth, view)| self.member(view.person, format!("{field}[{nth}].person")))
    }

    pub(super) fn record_contact(&self, asked: &RecordContact) -> Decision {
        for (nth, child) in asked.children_seen.iter().enumerate() {
            self.child(*child, format!("children_seen[{nth}]"))?;
        }
        for (nth, adult) in asked.adults.iter().enumerate() {
            self.member(*adult, format!("adults[{nth}]"))?;
        }
        let RecordContact { kind, took_place, children_seen, children_seen_alone, adults, note } =
            asked.clone();
        Ok(vec![
            ContactRecorded { kind, took_place, children_seen, children_seen_alone, adults, note }.into(),
        ])
    }

    pub(super) fn record_oversight(
        &self,
        asked: &RecordManagementOversight,
        context: &Context<'_>,
    ) -> Decision {
        by_a_manager(context)?;
        let RecordManagementOversight { decision, reason, threshold_considered, mut directions } =
            asked.clone();
        let goals = self.goals_not_ended().collect();
        self.number_actions(directions.iter_mut().collect(), &goals, context, |nth| {
            format!("directions[{nth}]")
        })?;
        Ok(vec![ManagementOversightRecorded { decision, reason, threshold_considered, directions }.into()])
    }

    pub(super) fn note_supervision(&self, asked: &NoteSupervision) -> Decision {
        let NoteSupervision {
            practitioner,
            position,
            changed_circumstances,
            risks,
            threshold_considered,
            actions,
        } = asked.clone();
        Ok(vec![
            CaseDiscussedInSupervision {
                practitioner,
                position,
                changed_circumstances,
                risks,
                threshold_considered,
                actions,
            }
            .into(),
        ])
    }

    pub(super) fn note_audit(&self, asked: &NoteAudit) -> Decision {
        Ok(vec![CaseAudited { audit: asked.audit, grade: asked.grade }.into()])
    }
}
