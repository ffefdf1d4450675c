//! Finding out what the family needs, with the voice of each child.

use std::collections::BTreeSet;

use caseledger_commands::AssessmentId;
use caseledger_commands::case::*;

use super::super::*;
use super::{Decision, author, by_a_manager, not_before, today};
use crate::Context;

impl Case {
    pub(super) fn start_assessment(&self, asked: &StartAssessment, context: &Context<'_>) -> Decision {
        self.with_consent()?;
        if self.assessments.iter().any(|assessment| !assessment.authorised) {
            return Err(CaseRefusal::AssessmentOpen);
        }
        for (nth, child) in asked.children.iter().enumerate() {
            self.child(*child, format!("children[{nth}]"))?;
        }
        let assessment = self.id_or_next(asked.assessment, context, 0);
        if self.assessments.iter().any(|earlier| earlier.id == assessment) {
            return Err(CaseRefusal::IdUsed { field: "assessment".to_owned() });
        }
        let everyone = || self.children.iter().copied().collect();
        let started_on = today(context);
        let days = context.authority.timescales.assessment_working_days;
        Ok(vec![
            AssessmentStarted {
                assessment,
                started_on,
                due: context.authority.calendar.add_working_days(started_on, days),
                children: if asked.children.is_empty() { everyone() } else { asked.children.clone() },
                purpose: asked.purpose.clone(),
            }
            .into(),
        ])
    }

    pub(super) fn record_voice(&self, asked: &RecordVoiceOfChild) -> Decision {
        let open = self.open_assessment().ok_or(CaseRefusal::NoOpenAssessment)?;
        if !open.children.contains(&asked.child) {
            return Err(CaseRefusal::NotOfFamily { field: "child".to_owned() });
        }
        let RecordVoiceOfChild { child, seen, seen_alone, method, said, not_heard_because } = asked.clone();
        Ok(vec![VoiceOfChildRecorded { child, seen, seen_alone, method, said, not_heard_because }.into()])
    }

    pub(super) fn complete_assessment(&self, asked: &CompleteAssessment, context: &Context<'_>) -> Decision {
        let open = self.open_assessment().ok_or(CaseRefusal::NoOpenAssessment)?;
        if asked.assessment.is_some_and(|id| id != open.id) {
            return Err(CaseRefusal::WrongAssessment);
        }
        not_before(open.started_on, "under assessment", context)?;
        for (nth, gap) in asked.voice_gaps.iter().enumerate() {
            if !open.children.contains(&gap.child) {
                return Err(CaseRefusal::NotOfFamily { field: format!("voice_gaps[{nth}].child") });
            }
        }
        let explained: BTreeSet<_> = asked.voice_gaps.iter().map(|gap| gap.child).collect();
        let unheard =
            open.children.iter().filter(|child| !open.voices.contains(child) && !explained.contains(child));
        match unheard.count() {
            0 => {}
            missing => return Err(CaseRefusal::VoiceMissing(missing)),
        }
        let asked = asked.clone();
        Ok(vec![
            AssessmentCompleted {
                assessment: open.id,
                completed_on: today(context),
                completed_by: author(context),
                needs: asked.needs,
                factors: asked.factors,
                analysis: asked.analysis,
                voice_gaps: asked.voice_gaps,
                neglect_toolkit_used: asked.neglect_toolkit_used,
            }
            .into(),
        ])
    }

    /// The assessment that waits for a manager, if the actor may judge it.
    fn to_judge(
        &self,
        named: Option<AssessmentId>,
        context: &Context<'_>,
    ) -> Result<AssessmentId, CaseRefusal> {
        let waiting = self.assessments.iter().find(|assessment| assessment.awaits_authorisation());
        let waiting = waiting.ok_or(CaseRefusal::NothingToAuthorise)?;
        if named.is_some_and(|id| id != waiting.id) {
            return Err(CaseRefusal::WrongAssessment);
        }
        by_a_manager(context)?;
        if waiting.completed_by == Some(author(context)) {
            return Err(CaseRefusal::OwnAssessment);
        }
        Ok(waiting.id)
    }

    pub(super) fn authorise_assessment(
        &self,
        asked: &AuthoriseAssessment,
        context: &Context<'_>,
    ) -> Decision {
        let assessment = self.to_judge(asked.assessment, context)?;
        Ok(vec![AssessmentAuthorised { assessment, comment: asked.comment.clone() }.into()])
    }

    pub(super) fn return_assessment(&self, asked: &ReturnAssessment, context: &Context<'_>) -> Decision {
        let assessment = self.to_judge(asked.assessment, context)?;
        Ok(vec![AssessmentReturned { assessment, reason: asked.reason.clone() }.into()])
    }
}
