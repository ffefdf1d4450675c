//! Stepping up, closing, and what is asked half a year later.

use std::sync::Arc;

use caseledger_commands::case::{
    AcceptStepUp, CancelAction, CaseCommand, CheckSustainedOutcome, CloseCase, ClosureReason, CompleteAction,
    DeclineStepUp, FeedbackFrom, GoalScore, PackItem, PackOverride, RecordFeedback, RequestStepUp,
    SustainedOutcome, WithdrawStepUp,
};
use caseledger_commands::codes::Need;
use jiff::ToSpan;

use super::helping::Plan;
use super::{Help, Scene, Script, moment};
use crate::demo::cohort::{Answer, End, LAST_DAY, StepUp, Why};
use crate::demo::words::practice as words;

impl Scene<'_> {
    /// The attempts to step the case up, and their answers.
    pub(super) fn step_ups(&mut self, script: &mut Script, help: &Help) {
        for attempt in &help.step_ups {
            let request = self.step_up_request(attempt);
            let case = self.case.uuid();
            script.then::<CaseCommand>(moment(attempt.asked, 10), &self.lead.actor, case, request);
            let duty = &self.world.roster.duty.actor;
            let at = moment(attempt.answered, 15);
            match attempt.answer {
                Answer::Accepted => {
                    let note = Some("Strategy discussion held; a social worker visits today.".into());
                    script.then::<CaseCommand>(at, duty, case, AcceptStepUp { transfer: None, note });
                }
                Answer::Declined => {
                    let answer = DeclineStepUp {
                        transfer: None,
                        reason: self.chance.pick(words::DECLINES).into(),
                        advice: "Review within ten working days with police and school; consult if anything changes.".into(),
                    };
                    script.then::<CaseCommand>(at, duty, case, answer);
                }
                Answer::Withdrawn => {
                    let reason = "New information: the person who caused the risk has left the area.".into();
                    let back = WithdrawStepUp { transfer: None, reason };
                    script.then::<CaseCommand>(at, &self.lead.actor, case, back);
                }
            }
        }
    }

    /// The request, with its pack. In two of five something is missing, and it is said why it could not wait.
    fn step_up_request(&mut self, attempt: &StepUp) -> RequestStepUp {
        let hurried = self.chance.percent(if attempt.answer == Answer::Accepted { 35 } else { 45 });
        let (mut pack, mut overrides) = (vec![], vec![]);
        for item in &self.world.authority.step_up_protocol {
            if hurried && self.chance.percent(24) {
                overrides.push(PackOverride {
                    item: item.id.clone(),
                    reason: "Not ready, and the risk does not wait; to follow within two working days."
                        .into(),
                });
            } else {
                pack.push(PackItem { item: item.id.clone(), content: None });
            }
        }
        let reason = self.told(words::STEP_UP_REASONS);
        RequestStepUp {
            transfer: None,
            receiving_team: Some(self.world.roster.duty.team),
            reason: reason.into(),
            risks: "Harm to the children at home, most likely in the evenings and at weekends.".into(),
            lawful_basis: None,
            pack,
            overrides,
        }
    }

    /// The end: what is still open is ended, everyone says how it was, a manager signs.
    pub(super) fn end(&mut self, script: &mut Script, help: &Help, plan: Plan, end: End) {
        let (case, lead) = (self.case.uuid(), Arc::clone(&self.lead.actor));
        for (action, due) in &plan.actions {
            let at = moment(end.closed, 16);
            if due.is_some() && end.why == Why::PlanDone && self.chance.percent(60) {
                let outcome = "Done by the last meeting.".into();
                script.then::<CaseCommand>(at, &lead, case, CompleteAction { action: *action, outcome });
            } else {
                let reason = match end.why {
                    Why::SteppedUp => "Statutory social care takes this into its own plan.",
                    Why::PlanDone | Why::Left => {
                        "Not done when the case was closed; the family will see to it."
                    }
                };
                script.then::<CaseCommand>(
                    at,
                    &lead,
                    case,
                    CancelAction { action: *action, reason: reason.into() },
                );
            }
        }
        let close = self.closing(help, &plan, end);
        script.then::<CaseCommand>(moment(end.closed, 17), &self.team.manager.actor, case, close);
        self.feedback(script, end);
        self.half_a_year_later(script, &plan, end);
    }

    fn closing(&mut self, help: &Help, plan: &Plan, end: End) -> CloseCase {
        let (reason, summary) = match end.why {
            Why::PlanDone => (
                self.chance.weighted(&[
                    (ClosureReason::NeedsMet, 78),
                    (ClosureReason::UniversalServices, 18),
                    (ClosureReason::MovedAway, 4),
                ]),
                self.chance.pick(words::CLOSINGS),
            ),
            Why::Left => (
                self.chance
                    .weighted(&[(ClosureReason::ConsentWithdrawn, 55), (ClosureReason::NotEngaging, 45)]),
                self.chance.pick(words::DISENGAGED),
            ),
            Why::SteppedUp => {
                (ClosureReason::SteppedUp, "Statutory social care has taken over; a joint visit was made.")
            }
        };
        let needs_met: Vec<Need> = if reason == ClosureReason::NeedsMet {
            let stated = self.episode.needs.iter().copied().filter(|need| *need != Need::NotStated);
            let stated: Vec<Need> = stated.collect();
            stated.into_iter().filter(|_| self.chance.percent(80)).collect()
        } else {
            vec![]
        };
        let lift = if reason == ClosureReason::NeedsMet { 2 } else { 0 };
        let last = if help.imported { 1 } else { lift };
        CloseCase {
            reason,
            statutory_reason: None,
            summary: summary.into(),
            needs_met,
            final_scores: plan
                .goals
                .iter()
                .map(|(goal, score)| GoalScore {
                    goal: *goal,
                    score: (*score + last).min(10),
                    evidence: None,
                })
                .collect(),
            family_views: self.views(true),
        }
    }

    fn feedback(&mut self, script: &mut Script, end: End) {
        let day = self.later(end.closed, 2, 12);
        if day > LAST_DAY || !self.chance.percent(45) {
            return;
        }
        let from = self.chance.weighted(&[
            (FeedbackFrom::Parent, 60),
            (FeedbackFrom::Child, 15),
            (FeedbackFrom::Practitioner, 15),
            (FeedbackFrom::Referrer, 10),
        ]);
        let (person, words) = match from {
            FeedbackFrom::Parent => (self.people.adults.first(), self.chance.pick(words::PARENT_CLOSING)),
            FeedbackFrom::Child => (self.people.children.first(), self.chance.pick(words::CHILD_CLOSING)),
            FeedbackFrom::Practitioner | FeedbackFrom::Referrer => {
                (None, self.chance.pick(words::PARTNER_FEEDBACK))
            }
        };
        let told = RecordFeedback {
            from,
            person: person.copied(),
            words: words.into(),
            score: self.chance.weighted(&[
                (Some(5), 35),
                (Some(4), 30),
                (Some(3), 15),
                (Some(2), 6),
                (None, 14),
            ]),
        };
        script.then::<CaseCommand>(moment(day, 11), &self.lead.actor, self.case.uuid(), told);
    }

    fn half_a_year_later(&mut self, script: &mut Script, plan: &Plan, end: End) {
        let due = self.world.days.after(end.closed.saturating_add(6.months()), 1);
        if end.why != Why::PlanDone || due > LAST_DAY || !self.chance.percent(78) {
            return;
        }
        let outcome = self.chance.weighted(&[
            (SustainedOutcome::Sustained, 52),
            (SustainedOutcome::PartlySustained, 24),
            (SustainedOutcome::NotSustained, 9),
            (SustainedOutcome::FamilyNotReached, 15),
        ]);
        let reached = outcome != SustainedOutcome::FamilyNotReached;
        let scores = if reached { plan.goals.as_slice() } else { &[] };
        let check = CheckSustainedOutcome {
            outcome,
            scores: scores
                .iter()
                .map(|(goal, score)| GoalScore { goal: *goal, score: (*score + 1).min(10), evidence: None })
                .collect(),
            words: if reached {
                self.chance.pick(words::PARENT_CLOSING)
            } else {
                "Two calls and a letter brought no answer."
            }
            .into(),
        };
        script.then::<CaseCommand>(moment(due, 10), &self.lead.actor, self.case.uuid(), check);
    }
}
