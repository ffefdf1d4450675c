//! What follows from a command on an audit.
//!
//! Each decision makes its event first: a command that would write what is written already is a repetition, and any
//! other that meets a written event is refused.

use caseledger_commands::audit::{
    AgreeAuditAction, AuditCommand, AuditScope, CompleteAudit, CompleteAuditAction, DrawSample,
    ModerateAudit, PlanAudit, RecordCaseAudit, StandardGrade,
};
use caseledger_commands::codes::AuditGrade;
use caseledger_commands::{CaseId, Date, PractitionerId};

use super::{
    Audit, AuditActionAgreed, AuditActionCompleted, AuditCompleted, AuditEvent, AuditModerated, AuditPlanned,
    AuditRefusal, CaseAudited, GradeDifference, SampleDrawn, draw, population_digest,
};
use crate::calendar::civil_date;
use crate::{Context, Decider, Reference};

type Decision = Result<Vec<AuditEvent>, AuditRefusal>;

impl Decider for Audit {
    type Command = AuditCommand;
    type Event = AuditEvent;
    type Refusal = AuditRefusal;

    fn references(&self, command: &AuditCommand) -> Vec<Reference> {
        match command {
            AuditCommand::PlanAudit(PlanAudit { scope: AuditScope::SingleCase { case }, .. }) => {
                vec![Reference::Workforce, Reference::Case(*case)]
            }
            AuditCommand::PlanAudit(_)
            | AuditCommand::RecordCaseAudit(_)
            | AuditCommand::ModerateAudit(_)
            | AuditCommand::AgreeAuditAction(_) => vec![Reference::Workforce],
            AuditCommand::DrawSample(_)
            | AuditCommand::CompleteAuditAction(_)
            | AuditCommand::CompleteAudit(_) => {
                vec![]
            }
        }
    }

    fn decide(&self, command: &AuditCommand, context: &Context<'_>) -> Decision {
        match (command, &self.plan) {
            (AuditCommand::PlanAudit(asked), plan) => plan_audit(asked, plan.as_ref(), context),
            (_, None) => Err(AuditRefusal::NoSuchAudit),
            (AuditCommand::DrawSample(asked), Some(plan)) => self.draw_sample(asked, plan),
            (AuditCommand::RecordCaseAudit(asked), _) => self.record_case_audit(asked, context),
            (AuditCommand::ModerateAudit(asked), _) => self.moderate(asked, context),
            (AuditCommand::AgreeAuditAction(asked), _) => self.agree_action(asked, context),
            (AuditCommand::CompleteAuditAction(asked), _) => self.complete_action(asked),
            (AuditCommand::CompleteAudit(asked), _) => self.complete(asked),
        }
    }

    fn evolve(&mut self, event: &AuditEvent) {
        self.apply(event);
    }
}

fn plan_audit(asked: &PlanAudit, plan: Option<&AuditPlanned>, context: &Context<'_>) -> Decision {
    let event = AuditPlanned {
        title: asked.title.clone(),
        scope: asked.scope.clone(),
        purpose: asked.purpose.clone(),
        lead: asked.lead,
        agencies: asked.agencies.clone(),
        due: asked.due,
    };
    if let Some(plan) = plan {
        return if *plan == event { Ok(vec![]) } else { Err(AuditRefusal::PlannedBefore) };
    }
    working(asked.lead, "lead", context)?;
    if let AuditScope::SingleCase { case } = &asked.scope
        && !context.facts.cases.contains_key(case)
    {
        return Err(AuditRefusal::NoSuchCase);
    }
    let workforce = context.facts.workforce.as_deref();
    for (index, agency) in asked.agencies.iter().enumerate() {
        if workforce.and_then(|workforce| workforce.agency(*agency)).is_none() {
            return Err(AuditRefusal::AgencyNotRegistered { index });
        }
    }
    due_ahead(asked.due, context)?;
    Ok(vec![event.into()])
}

impl Audit {
    fn draw_sample(&self, asked: &DrawSample, plan: &AuditPlanned) -> Decision {
        if let AuditScope::SingleCase { .. } = plan.scope {
            return Err(AuditRefusal::NothingToDraw);
        }
        let event = SampleDrawn {
            criteria: asked.criteria.clone(),
            population_size: u32::try_from(asked.population.len()).unwrap_or(u32::MAX),
            population_digest: population_digest(&asked.population),
            seed: asked.seed,
            cases: draw(&asked.population, asked.seed.into(), asked.size as usize),
        };
        match &self.sample {
            Some(drawn) if *drawn == event => Ok(vec![]),
            Some(_) => Err(AuditRefusal::DrawnBefore),
            None => self.not_completed().map(|()| vec![event.into()]),
        }
    }

    fn record_case_audit(&self, asked: &RecordCaseAudit, context: &Context<'_>) -> Decision {
        let event = CaseAudited {
            case: asked.case,
            auditor: asked.auditor,
            compliance: asked.compliance.clone(),
            grades: asked.grades.clone(),
            overall: asked.overall,
            summary: asked.summary.clone(),
        };
        if let Some(known) = self.cases.get(&asked.case) {
            return if known.audited == event { Ok(vec![]) } else { Err(AuditRefusal::AuditedBefore) };
        }
        self.not_completed()?;
        self.within(asked.case)?;
        working(asked.auditor, "auditor", context)?;
        graded_against(
            context.authority.audit_standards.iter().map(|standard| &*standard.id),
            &asked.grades,
        )?;
        Ok(vec![event.into()])
    }

    fn moderate(&self, asked: &ModerateAudit, context: &Context<'_>) -> Decision {
        let Some(known) = self.cases.get(&asked.case) else { return Err(AuditRefusal::NotAuditedYet) };
        let audited = &known.audited;
        let event = AuditModerated {
            case: asked.case,
            moderator: asked.moderator,
            grades: asked.grades.clone(),
            overall: asked.overall,
            reason: asked.reason.clone(),
            differences: differences(&audited.grades, &asked.grades),
            overall_difference: better_by(audited.overall, asked.overall),
        };
        if let Some(moderated) = &known.moderated {
            return if *moderated == event { Ok(vec![]) } else { Err(AuditRefusal::ModeratedBefore) };
        }
        self.not_completed()?;
        if asked.moderator == audited.auditor {
            return Err(AuditRefusal::ModeratedByAuditor);
        }
        working(asked.moderator, "moderator", context)?;
        graded_against(audited.grades.iter().map(|grade| &*grade.standard), &asked.grades)?;
        Ok(vec![event.into()])
    }

    /// Actions may be agreed and completed after the audit is: what it found is worked on for months.
    fn agree_action(&self, asked: &AgreeAuditAction, context: &Context<'_>) -> Decision {
        let event = AuditActionAgreed {
            action: asked.action,
            case: asked.case,
            what: asked.what.clone(),
            owner: asked.owner,
            due: asked.due,
        };
        if let Some(known) = self.actions.get(&asked.action) {
            return if known.agreed == event { Ok(vec![]) } else { Err(AuditRefusal::ActionAgreedBefore) };
        }
        if let Some(case) = asked.case {
            self.within(case)?;
        }
        working(asked.owner, "owner", context)?;
        due_ahead(asked.due, context)?;
        Ok(vec![event.into()])
    }

    fn complete_action(&self, asked: &CompleteAuditAction) -> Decision {
        let event = AuditActionCompleted { action: asked.action, outcome: asked.outcome.clone() };
        match self.actions.get(&asked.action).map(|action| &action.completed) {
            None => Err(AuditRefusal::NoSuchAction),
            Some(None) => Ok(vec![event.into()]),
            Some(Some(completed)) if *completed == event => Ok(vec![]),
            Some(Some(_)) => Err(AuditRefusal::ActionCompletedBefore),
        }
    }

    fn complete(&self, asked: &CompleteAudit) -> Decision {
        let event =
            AuditCompleted { findings: asked.findings.clone(), not_audited: asked.not_audited.clone() };
        if let Some(completed) = &self.completed {
            return if *completed == event { Ok(vec![]) } else { Err(AuditRefusal::AuditCompleted) };
        }
        let cases = self.looks_at().ok_or(AuditRefusal::SampleNotDrawn)?;
        for (index, gap) in asked.not_audited.iter().enumerate() {
            if !cases.contains(&gap.case) || self.cases.contains_key(&gap.case) {
                return Err(AuditRefusal::NoSuchGap { index });
            }
        }
        let explained = |case: &CaseId| asked.not_audited.iter().any(|gap| gap.case == *case);
        let unexplained: Vec<CaseId> =
            cases.iter().copied().filter(|case| !self.cases.contains_key(case) && !explained(case)).collect();
        if unexplained.is_empty() {
            Ok(vec![event.into()])
        } else {
            Err(AuditRefusal::CasesLeft { cases: unexplained })
        }
    }

    const fn not_completed(&self) -> Result<(), AuditRefusal> {
        if self.completed.is_some() { Err(AuditRefusal::AuditCompleted) } else { Ok(()) }
    }

    fn within(&self, case: CaseId) -> Result<(), AuditRefusal> {
        match self.looks_at() {
            None => Err(AuditRefusal::SampleNotDrawn),
            Some(cases) if cases.contains(&case) => Ok(()),
            Some(_) => Err(AuditRefusal::CaseNotInAudit),
        }
    }
}

/// Each of the standards has a grade, and nothing else has.
fn graded_against<'a>(
    standards: impl Iterator<Item = &'a str> + Clone,
    grades: &[StandardGrade],
) -> Result<(), AuditRefusal> {
    for (index, grade) in grades.iter().enumerate() {
        if !standards.clone().any(|standard| standard == grade.standard) {
            return Err(AuditRefusal::UnknownStandard { index, standard: grade.standard.clone() });
        }
    }
    let missing: Vec<String> = standards
        .filter(|standard| grades.iter().all(|grade| grade.standard != *standard))
        .map(str::to_owned)
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(AuditRefusal::StandardsNotGraded { missing }) }
}

fn differences(audited: &[StandardGrade], moderated: &[StandardGrade]) -> Vec<GradeDifference> {
    let difference = |was: &StandardGrade| {
        let now = moderated.iter().find(|now| now.standard == was.standard && now.grade != was.grade)?;
        Some(GradeDifference {
            standard: was.standard.clone(),
            audited: was.grade,
            moderated: now.grade,
            difference: better_by(was.grade, now.grade),
        })
    };
    audited.iter().filter_map(difference).collect()
}

/// By how many grades the second is better than the first; below 0 when it is worse.
fn better_by(first: AuditGrade, second: AuditGrade) -> i8 {
    let rank = |grade| AuditGrade::ALL.iter().position(|listed| *listed == grade).unwrap_or_default() as i8;
    rank(first) - rank(second)
}

fn working(who: PractitionerId, field: &'static str, context: &Context<'_>) -> Result<(), AuditRefusal> {
    if context.facts.works(who, civil_date(context.occurred_at)) {
        Ok(())
    } else {
        Err(AuditRefusal::NotWorkingHere { field })
    }
}

fn due_ahead(due: Date, context: &Context<'_>) -> Result<(), AuditRefusal> {
    if due < civil_date(context.occurred_at) { Err(AuditRefusal::DueInPast) } else { Ok(()) }
}
