//! What comes of a plan: actions done, put off or left, and the reviews of the team around the family.

use std::sync::Arc;

use caseledger_commands::ActionId;
use caseledger_commands::case::{
    Attendee, CancelAction, CaseCommand, CompleteAction, FamilyView, GoalScore, RescheduleAction,
    ReviewDecision, ReviewPlan,
};
use jiff::civil::Date;

use super::helping::Plan;
use super::{Help, Scene, Script, moment};
use crate::demo::cohort::Why;
use crate::demo::words::practice as words;

impl Scene<'_> {
    /// What comes of the plan's actions, and the reviews. Answers what is left at the end, and where the goals stand.
    pub(super) fn follow(&mut self, script: &mut Script, help: &Help, mut plan: Plan, agreed: Date) -> Plan {
        let horizon = self.before(self.horizon(help), 2);
        let mut left = vec![];
        for (action, due) in std::mem::take(&mut plan.actions) {
            match due.and_then(|due| self.work_on(script, action, due, horizon)) {
                Some(()) => {}
                None => left.push((action, due)),
            }
        }
        plan.actions = left;
        let timescales = &self.world.authority.timescales;
        let mut due = if help.imported {
            self.after(crate::demo::cohort::FIRST_DAY, 10 + u32::try_from(self.index % 35).unwrap_or(0))
        } else {
            self.after(agreed, timescales.first_review_working_days)
        };
        loop {
            let late = if self.chance.percent(30) { self.chance.between(2, 22) } else { 0 };
            let day = if late == 0 { self.sooner(due, 0, 3) } else { self.after(due, late) };
            if day >= horizon {
                return plan;
            }
            due = self.review(script, help, &mut plan, day);
        }
    }

    /// An action is done in time, done late, put off, or still open: then nothing is answered.
    fn work_on(&mut self, script: &mut Script, action: ActionId, due: Date, horizon: Date) -> Option<()> {
        let (case, lead) = (self.case.uuid(), Arc::clone(&self.lead.actor));
        let done = |scene: &mut Self| CompleteAction {
            action,
            outcome: scene
                .chance
                .weighted(&[
                    ("Done, and it helped.", 50),
                    ("Done.", 35),
                    ("Done in part; the rest was not needed.", 15),
                ])
                .into(),
        };
        match self.chance.between(0, 99) {
            0..62 => {
                let day = self.sooner(due, 0, 5);
                (day < horizon).then(|| script.then::<CaseCommand>(moment(day, 17), &lead, case, done(self)))
            }
            62..76 => {
                let day = self.later(due, 2, 20);
                (day < horizon).then(|| script.then::<CaseCommand>(moment(day, 17), &lead, case, done(self)))
            }
            76..88 => {
                let later = self.after(due, 20);
                let put_off = RescheduleAction {
                    action,
                    due: later,
                    reason: "The appointment was moved by the other side.".into(),
                };
                if due >= horizon {
                    return None;
                }
                script.then::<CaseCommand>(moment(due, 9), &lead, case, put_off);
                (later < horizon)
                    .then(|| script.then::<CaseCommand>(moment(later, 17), &lead, case, done(self)))
            }
            88..92 => (due < horizon).then(|| {
                let reason = "No longer needed: the family found its own way.".into();
                script.then::<CaseCommand>(moment(due, 17), &lead, case, CancelAction { action, reason });
            }),
            _ => None,
        }
    }

    /// A review. Answers when the next is due.
    fn review(&mut self, script: &mut Script, help: &Help, plan: &mut Plan, day: Date) -> Date {
        let stuck = self.chance.percent(22);
        for (_, score) in &mut plan.goals {
            let better = u8::try_from(self.chance.between(0, 2)).unwrap_or(0);
            *score = if stuck { *score } else { (*score + better).min(9) };
        }
        let next = self.after(day, self.world.authority.timescales.review_interval_working_days);
        let ends_soon = help
            .end
            .is_some_and(|end| end.why == Why::PlanDone && self.world.days.between(day, end.closed) <= 15);
        let decision = if ends_soon {
            ReviewDecision::Close
        } else {
            self.chance.weighted(&[(ReviewDecision::Continue, 75), (ReviewDecision::ChangePlan, 25)])
        };
        let mut attended = vec![Attendee {
            agency: Some(self.lead.agency),
            practitioner: Some(self.lead.id),
            family_member: None,
        }];
        attended.push(Attendee {
            agency: None,
            practitioner: None,
            family_member: self.people.adults.first().copied(),
        });
        for agency in &self.world.authority.agencies {
            if agency.id != self.lead.agency && self.chance.percent(30) {
                attended.push(Attendee { agency: Some(agency.id), practitioner: None, family_member: None });
            }
        }
        let review = ReviewPlan {
            attended,
            scores: plan
                .goals
                .iter()
                .map(|(goal, score)| GoalScore { goal: *goal, score: *score, evidence: None })
                .collect(),
            child_views: self.views(false),
            decision,
            summary: self.chance.pick(words::REVIEWS).into(),
            next_review: (decision != ReviewDecision::Close).then_some(next),
        };
        script.then::<CaseCommand>(moment(day, 14), &self.lead.actor, self.case.uuid(), review);
        next
    }

    /// What each child says, and each adult too at the end.
    pub(super) fn views(&mut self, at_the_end: bool) -> Vec<FamilyView> {
        let mut views = vec![];
        for (index, person) in self.people.children.clone().into_iter().enumerate() {
            let told = if at_the_end { words::CHILD_CLOSING } else { words::VOICES };
            let words = self.chance.pick(told).replace("{other}", self.chance.pick(words::TRUSTED));
            let known = self.chance.percent(82);
            views.push(FamilyView {
                person,
                view: known.then(|| self.about(&words, index).into()),
                not_known_because: (!known)
                    .then(|| "Not at the meeting, and nobody had asked before it.".into()),
            });
        }
        for person in self.people.adults.clone().into_iter().take(if at_the_end { usize::MAX } else { 0 }) {
            let known = self.chance.percent(78);
            views.push(FamilyView {
                person,
                view: known.then(|| self.chance.pick(words::PARENT_CLOSING).into()),
                not_known_because: (!known)
                    .then(|| "Could not be reached before the case was closed.".into()),
            });
        }
        views
    }
}
