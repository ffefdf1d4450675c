//! Closure and what comes after it; and what may be recorded at any time: feedback, restriction, correction.

use std::collections::BTreeSet;

use caseledger_commands::case::*;
use jiff::ToSpan;

use super::super::*;
use super::{Decision, author, by_a_manager, not_before, today};
use crate::Context;

impl Case {
    pub(super) fn record_feedback(&self, asked: &RecordFeedback) -> Decision {
        if let Some(person) = asked.person {
            self.member(person, "person")?;
        }
        let RecordFeedback { from, person, words, score } = asked.clone();
        Ok(vec![FeedbackReceived { from, person, words, score }.into()])
    }

    pub(super) fn close(&self, asked: &CloseCase, context: &Context<'_>) -> Decision {
        if self.assessments.iter().any(|assessment| !assessment.authorised) {
            return Err(CaseRefusal::AssessmentUnfinished);
        }
        match self.open_actions().count() {
            0 => {}
            open => return Err(CaseRefusal::ActionsOpen(open)),
        }
        if let Some(accepted_on) = self.accepted_on {
            not_before(accepted_on, "accepted", context)?;
        }
        by_a_manager(context)?;
        self.check_scored(&asked.final_scores, "final_scores")?;
        self.check_members(&asked.family_views, "family_views")?;
        let told: BTreeSet<_> = asked.family_views.iter().map(|view| view.person).collect();
        match self.children.union(&self.adults).filter(|person| !told.contains(person)).count() {
            0 => {}
            missing => return Err(CaseRefusal::FamilyViewMissing(missing)),
        }
        let asked = asked.clone();
        Ok(vec![
            CaseClosed {
                closed_on: today(context),
                signed_off_by: author(context),
                reason: asked.reason,
                statutory_reason: asked.statutory_reason,
                summary: asked.summary,
                needs_met: asked.needs_met,
                final_scores: asked.final_scores,
                family_views: asked.family_views,
            }
            .into(),
        ])
    }

    pub(super) fn reopen(&self, asked: &ReopenCase, context: &Context<'_>) -> Decision {
        if self.accepted_on.is_none() {
            return Err(CaseRefusal::NeverAccepted);
        }
        if let Some((closed_on, _)) = self.closed {
            not_before(closed_on, "closed", context)?;
            if !context.authority.may_reopen(closed_on, today(context)) {
                return Err(CaseRefusal::ReopeningTooLate(closed_on));
            }
        }
        Ok(vec![CaseReopened { reason: asked.reason.clone() }.into()])
    }

    pub(super) fn schedule_check(&self, context: &Context<'_>) -> Decision {
        let (closed_on, _) = self.closed.ok_or(CaseRefusal::NeverAccepted)?;
        if self.accepted_on.is_none() {
            // No help was given that could last.
            return Ok(vec![]);
        }
        let months = i64::from(context.authority.timescales.sustained_check_months);
        Ok(vec![SustainedOutcomeCheckScheduled { due: closed_on.saturating_add(months.months()) }.into()])
    }

    pub(super) fn check_outcome(&self, asked: &CheckSustainedOutcome, context: &Context<'_>) -> Decision {
        if self.accepted_on.is_none() {
            return Err(CaseRefusal::NeverAccepted);
        }
        if let Some((closed_on, _)) = self.closed {
            not_before(closed_on, "closed", context)?;
        }
        let known = self.plan.as_ref().map(|plan| &plan.goals);
        for (nth, score) in asked.scores.iter().enumerate() {
            if !known.is_some_and(|goals| goals.contains_key(&score.goal)) {
                return Err(CaseRefusal::NoSuchGoal { field: format!("scores[{nth}].goal") });
            }
        }
        let CheckSustainedOutcome { outcome, scores, words } = asked.clone();
        Ok(vec![SustainedOutcomeChecked { outcome, scores, words }.into()])
    }

    pub(super) fn restrict(&self, asked: &RestrictCase, context: &Context<'_>) -> Decision {
        if asked.until < today(context) {
            return Err(CaseRefusal::RestrictionOver);
        }
        let RestrictCase { practitioners, subjects, reason, until } = asked.clone();
        let same = Restriction {
            practitioners: practitioners.iter().copied().collect(),
            subjects: subjects.iter().cloned().collect(),
            until,
        };
        if self.restriction.as_ref() == Some(&same) {
            return Ok(vec![]);
        }
        Ok(vec![CaseRestricted { practitioners, subjects, reason, until }.into()])
    }

    pub(super) fn lift_restriction(&self, asked: &LiftRestriction) -> Decision {
        Ok(vec![RestrictionLifted { reason: asked.reason.clone() }.into()])
    }

    pub(super) fn correct(&self, asked: &CorrectRecord) -> Decision {
        if asked.sequence == 0 || asked.sequence > self.events {
            return Err(CaseRefusal::NoSuchEvent(asked.sequence));
        }
        let CorrectRecord { sequence, field, correction, reason } = asked.clone();
        Ok(vec![RecordCorrected { sequence, field, correction, reason }.into()])
    }
}
