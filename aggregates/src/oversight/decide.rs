//! What follows from a command on oversight.

use caseledger_commands::oversight::{
    AgreeImprovementAction, CompleteImprovementAction, OversightCommand, RecordCommentary, ReportProgress,
};

use super::{
    CommentaryRecorded, ImprovementActionAgreed, ImprovementActionCompleted, Oversight, OversightEvent,
    OversightRefusal, ProgressReported,
};
use crate::calendar::civil_date;
use crate::{Context, Decider, Reference};

type Decision = Result<Vec<OversightEvent>, OversightRefusal>;

impl Decider for Oversight {
    type Command = OversightCommand;
    type Event = OversightEvent;
    type Refusal = OversightRefusal;

    fn references(&self, command: &OversightCommand) -> Vec<Reference> {
        match command {
            OversightCommand::RecordCommentary(asked) => {
                // Figures that are given are kept as they are; others are asked for.
                let figures = asked.figures.is_empty().then_some((asked.from, asked.to));
                vec![Reference::Measure { id: asked.measure.clone(), figures }]
            }
            OversightCommand::AgreeImprovementAction(asked) => {
                vec![Reference::Workforce, Reference::Measure { id: asked.measure.clone(), figures: None }]
            }
            OversightCommand::ReportProgress(_) | OversightCommand::CompleteImprovementAction(_) => vec![],
        }
    }

    fn decide(&self, command: &OversightCommand, context: &Context<'_>) -> Decision {
        match command {
            OversightCommand::RecordCommentary(asked) => self.record_commentary(asked, context),
            OversightCommand::AgreeImprovementAction(asked) => self.agree_action(asked, context),
            OversightCommand::ReportProgress(asked) => self.report_progress(asked, context),
            OversightCommand::CompleteImprovementAction(asked) => self.complete_action(asked),
        }
    }

    fn evolve(&mut self, event: &OversightEvent) {
        self.apply(event);
    }
}

impl Oversight {
    /// A period may be spoken of again: the later commentary stands beside the earlier one.
    fn record_commentary(&self, asked: &RecordCommentary, context: &Context<'_>) -> Decision {
        let RecordCommentary { measure, from, to, figures, meaning } = asked.clone();
        // Whoever gives no figures repeats themselves by the same words, whatever the figures are by now.
        let said_before = self.commentaries.iter().any(|said| {
            (&said.measure, said.from, said.to, &said.meaning) == (&measure, from, to, &meaning)
                && (figures.is_empty() || said.figures == figures)
        });
        if said_before {
            return Ok(vec![]);
        }
        if to > civil_date(context.now) {
            return Err(OversightRefusal::PeriodInFuture);
        }
        let known = context.facts.measures.get(&measure).ok_or(OversightRefusal::NoSuchMeasure)?;
        let figures = if figures.is_empty() { known.clone() } else { figures };
        if figures.is_empty() {
            return Err(OversightRefusal::NothingToSpeakOf);
        }
        Ok(vec![CommentaryRecorded { measure, from, to, figures, meaning }.into()])
    }

    fn agree_action(&self, asked: &AgreeImprovementAction, context: &Context<'_>) -> Decision {
        let event = ImprovementActionAgreed {
            action: asked.action,
            measure: asked.measure.clone(),
            what: asked.what.clone(),
            success: asked.success.clone(),
            owner: asked.owner,
            due: asked.due,
        };
        if let Some(known) = self.actions.get(&asked.action) {
            return if known.agreed == event {
                Ok(vec![])
            } else {
                Err(OversightRefusal::ActionAgreedBefore)
            };
        }
        if !context.facts.measures.contains_key(&asked.measure) {
            return Err(OversightRefusal::NoSuchMeasure);
        }
        let agreed_on = civil_date(context.occurred_at);
        if !context.facts.works(asked.owner, agreed_on) {
            return Err(OversightRefusal::OwnerNotWorkingHere);
        }
        if asked.due < agreed_on {
            return Err(OversightRefusal::DueInPast);
        }
        Ok(vec![event.into()])
    }

    fn report_progress(&self, asked: &ReportProgress, context: &Context<'_>) -> Decision {
        let action = self.actions.get(&asked.action).ok_or(OversightRefusal::NoSuchAction)?;
        let event = ProgressReported {
            action: asked.action,
            rating: asked.rating,
            progress: asked.progress.clone(),
            reported_on: civil_date(context.occurred_at),
        };
        if action.progress.as_ref() == Some(&event) {
            return Ok(vec![]);
        }
        if action.completed.is_some() {
            return Err(OversightRefusal::ActionCompleted);
        }
        Ok(vec![event.into()])
    }

    fn complete_action(&self, asked: &CompleteImprovementAction) -> Decision {
        let action = self.actions.get(&asked.action).ok_or(OversightRefusal::NoSuchAction)?;
        let event = ImprovementActionCompleted { action: asked.action, outcome: asked.outcome.clone() };
        match &action.completed {
            None => Ok(vec![event.into()]),
            Some(completed) if *completed == event => Ok(vec![]),
            Some(_) => Err(OversightRefusal::ActionCompleted),
        }
    }
}
