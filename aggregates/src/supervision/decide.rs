//! What follows from a command on a supervision record. The record's id is the practitioner's.

use caseledger_commands::PractitionerId;
use caseledger_commands::supervision::*;
use jiff::ToSpan;

use super::*;
use crate::calendar::civil_date;
use crate::{Context, Decider, Reference};

type Decision = Result<Vec<SupervisionEvent>, SupervisionRefusal>;

impl Decider for Supervision {
    type Command = SupervisionCommand;
    type Event = SupervisionEvent;
    type Refusal = SupervisionRefusal;

    fn references(&self, command: &SupervisionCommand) -> Vec<Reference> {
        let cases = match command {
            SupervisionCommand::RecordSupervision(asked) => &asked.cases[..],
            _ => &[],
        };
        cases.iter().map(|discussed| Reference::Case(discussed.case)).chain([Reference::Workforce]).collect()
    }

    fn decide(&self, command: &SupervisionCommand, context: &Context<'_>) -> Decision {
        match command {
            SupervisionCommand::SetSupervisionFrequency(asked) => self.set_frequency(asked, context),
            SupervisionCommand::RecordSupervision(asked) => self.record(asked, context),
            SupervisionCommand::CompleteSupervisionAction(asked) => self.complete(asked),
        }
    }

    fn evolve(&mut self, event: &SupervisionEvent) {
        self.apply(event);
    }
}

/// The practitioner whose record it is, in the register on the day of the command.
fn practitioner(context: &Context<'_>) -> Result<PractitionerId, SupervisionRefusal> {
    let practitioner = PractitionerId::from(context.id);
    let works = context.facts.works(practitioner, civil_date(context.occurred_at));
    if works { Ok(practitioner) } else { Err(SupervisionRefusal::UnknownPractitioner) }
}

impl Supervision {
    fn set_frequency(&self, asked: &SetSupervisionFrequency, context: &Context<'_>) -> Decision {
        practitioner(context)?;
        if self.every_days == Some(asked.every_days) {
            return Ok(vec![]);
        }
        Ok(vec![
            SupervisionFrequencySet { every_days: asked.every_days, reason: asked.reason.clone() }.into(),
        ])
    }

    fn record(&self, asked: &RecordSupervision, context: &Context<'_>) -> Decision {
        let practitioner = practitioner(context)?;
        if asked.supervisor == practitioner {
            return Err(SupervisionRefusal::OwnSupervisor);
        }
        if !context.facts.works(asked.supervisor, asked.held_on) {
            return Err(SupervisionRefusal::UnknownSupervisor);
        }
        if asked.held_on > civil_date(context.now) {
            return Err(SupervisionRefusal::NotHeldYet);
        }
        if self.last_held.is_some_and(|last| asked.held_on <= last) {
            return Err(SupervisionRefusal::OutOfOrder);
        }
        for (nth, discussed) in asked.cases.iter().enumerate() {
            if !context.facts.cases.contains_key(&discussed.case) {
                return Err(SupervisionRefusal::UnknownCase { field: format!("cases[{nth}].case") });
            }
        }
        for (field, _, action) in asked.each_action() {
            if action.due < asked.held_on {
                return Err(SupervisionRefusal::DayPassed { field: format!("{field}.due") });
            }
            if self.open_actions.contains_key(&action.id) || self.completed_actions.contains(&action.id) {
                return Err(SupervisionRefusal::IdUsed { field: format!("{field}.id") });
            }
        }
        let every = self.every_days.unwrap_or(context.authority.supervision.frequency_days);
        let asked = asked.clone();
        Ok(vec![
            SupervisionRecorded {
                held_on: asked.held_on,
                supervisor: asked.supervisor,
                development: asked.development,
                training: asked.training,
                wellbeing: asked.wellbeing,
                cases: asked.cases,
                actions: asked.actions,
                carried_forward: self.open_actions.keys().copied().collect(),
                next_due: asked.held_on.saturating_add(i64::from(every).days()),
            }
            .into(),
        ])
    }

    fn complete(&self, asked: &CompleteSupervisionAction) -> Decision {
        if self.completed_actions.contains(&asked.action) {
            return Ok(vec![]);
        }
        if !self.open_actions.contains_key(&asked.action) {
            return Err(SupervisionRefusal::NoSuchAction);
        }
        Ok(vec![SupervisionActionCompleted { action: asked.action, outcome: asked.outcome.clone() }.into()])
    }
}
