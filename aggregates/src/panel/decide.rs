//! What follows from a command on a meeting.

use caseledger_commands::case::TriageOutcome;
use caseledger_commands::panel::*;
use caseledger_commands::{CaseId, PanelMeetingId};

use super::*;
use crate::calendar::civil_date;
use crate::case::{Status, permitted};
use crate::{Context, Decider, Reference};

type Decision = Result<Vec<PanelEvent>, PanelRefusal>;

impl Decider for PanelMeeting {
    type Command = PanelCommand;
    type Event = PanelEvent;
    type Refusal = PanelRefusal;

    fn references(&self, command: &PanelCommand) -> Vec<Reference> {
        match command {
            PanelCommand::AddToAgenda(asked) => vec![Reference::Case(asked.case)],
            PanelCommand::RecordPanelDecision(asked) => vec![Reference::Case(asked.case)],
            PanelCommand::DeferAgendaItem(asked) => vec![Reference::PanelMeeting(asked.to)],
            _ => vec![],
        }
    }

    fn decide(&self, command: &PanelCommand, context: &Context<'_>) -> Decision {
        match (self.on, command) {
            (None, PanelCommand::SchedulePanel(asked)) => return schedule(asked, context),
            (None, _) => return Err(PanelRefusal::NoSuchMeeting),
            (Some(_), PanelCommand::SchedulePanel(_)) => return Err(PanelRefusal::AlreadyScheduled),
            (Some(_), PanelCommand::ClosePanel(_)) if self.closed => return Ok(vec![]),
            (Some(_), _) if self.closed => return Err(PanelRefusal::Closed),
            (Some(_), _) => {}
        }
        match command {
            PanelCommand::SchedulePanel(_) => Err(PanelRefusal::AlreadyScheduled),
            PanelCommand::AddToAgenda(asked) => self.add(asked, context),
            PanelCommand::RecordAttendance(asked) => self.attended(asked, context),
            PanelCommand::RecordInformationShared(asked) => self.shared(asked),
            PanelCommand::RecordPanelDecision(asked) => self.decided(asked, context),
            PanelCommand::DeferAgendaItem(asked) => self.deferred(asked, context),
            PanelCommand::ClosePanel(_) => self.close(),
        }
    }

    fn evolve(&mut self, event: &PanelEvent) {
        self.apply(event);
    }
}

fn schedule(asked: &SchedulePanel, context: &Context<'_>) -> Decision {
    if asked.on < civil_date(context.occurred_at) {
        return Err(PanelRefusal::DayPassed);
    }
    let SchedulePanel { on, chair, invited } = asked.clone();
    Ok(vec![PanelScheduled { on, chair, invited }.into()])
}

/// A process triages the case by the decision. What would be refused then is refused now, while the panel still sits.
fn may_triage(asked: &RecordPanelDecision, context: &Context<'_>) -> Result<(), PanelRefusal> {
    let case = context.facts.cases.get(&asked.case).ok_or(PanelRefusal::CaseNotWaiting)?;
    if !case.status.is_some_and(|status| permitted(status, "decide-triage")) {
        // Whoever triaged it meanwhile decided the same: then the panel's record may say so.
        let same = case.triage == Some(asked.outcome) && case.level_of_need == Some(asked.level_of_need);
        return if same { Ok(()) } else { Err(PanelRefusal::TriagedElsewhere) };
    }
    match asked.outcome {
        TriageOutcome::EarlyHelp if !case.consent => Err(PanelRefusal::NoConsent),
        TriageOutcome::StepUp if !case.sharing && asked.lawful_basis.is_none() => {
            Err(PanelRefusal::NoConsent)
        }
        _ => Ok(()),
    }
}

impl PanelMeeting {
    fn item(&self, case: CaseId) -> Result<&Item, PanelRefusal> {
        self.agenda.get(&case).ok_or(PanelRefusal::NotOnAgenda)
    }

    fn add(&self, asked: &AddToAgenda, context: &Context<'_>) -> Decision {
        if self.agenda.contains_key(&asked.case) {
            return Ok(vec![]);
        }
        let this = PanelMeetingId::from(context.id);
        let waits = context.facts.cases.get(&asked.case).is_some_and(|case| {
            case.status == Some(Status::AwaitingPanel) && case.panel_meeting == Some(this)
        });
        if waits {
            Ok(vec![AddedToAgenda { case: asked.case }.into()])
        } else {
            Err(PanelRefusal::CaseNotWaiting)
        }
    }

    fn attended(&self, asked: &RecordAttendance, context: &Context<'_>) -> Decision {
        let RecordAttendance { held_on, agencies } = asked.clone();
        if self.held.as_ref().is_some_and(|held| (held.0, &held.1) == (held_on, &agencies)) {
            return Ok(vec![]);
        }
        if held_on > civil_date(context.now) {
            return Err(PanelRefusal::NotHeldThen);
        }
        Ok(vec![AttendanceRecorded { held_on, agencies }.into()])
    }

    fn shared(&self, asked: &RecordInformationShared) -> Decision {
        self.item(asked.case)?;
        let RecordInformationShared { case, agency, information } = asked.clone();
        Ok(vec![InformationShared { case, agency, information }.into()])
    }

    fn decided(&self, asked: &RecordPanelDecision, context: &Context<'_>) -> Decision {
        let decision = PanelDecisionRecorded {
            case: asked.case,
            decided_by: self.chair.clone(),
            level_of_need: asked.level_of_need,
            outcome: asked.outcome,
            reason: asked.reason.clone(),
            referrer_told: asked.referrer_told.clone(),
            lawful_basis: asked.lawful_basis.clone(),
        };
        match self.item(asked.case)? {
            Item::Decided(earlier) if **earlier == decision => return Ok(vec![]),
            Item::Decided(_) | Item::Deferred(_) => return Err(PanelRefusal::AlreadyDecided),
            Item::Open => {}
        }
        if self.held.is_none() {
            return Err(PanelRefusal::NotHeld);
        }
        if !context.authority.has_level(asked.level_of_need) {
            return Err(PanelRefusal::NoSuchLevel(asked.level_of_need));
        }
        if asked.outcome != TriageOutcome::EarlyHelp && asked.referrer_told.is_none() {
            return Err(PanelRefusal::ReferrerNotTold);
        }
        may_triage(asked, context)?;
        Ok(vec![decision.into()])
    }

    fn deferred(&self, asked: &DeferAgendaItem, context: &Context<'_>) -> Decision {
        match self.item(asked.case)? {
            Item::Deferred(earlier) if *earlier == asked.to => return Ok(vec![]),
            Item::Decided(_) | Item::Deferred(_) => return Err(PanelRefusal::AlreadyDecided),
            Item::Open => {}
        }
        let other =
            context.facts.panels.get(&asked.to).filter(|_| asked.to != PanelMeetingId::from(context.id));
        if !other.is_some_and(|meeting| meeting.is_to_be_held()) {
            return Err(PanelRefusal::NoLaterMeeting);
        }
        let DeferAgendaItem { case, to, reason } = asked.clone();
        Ok(vec![AgendaItemDeferred { case, to, reason }.into()])
    }

    fn close(&self) -> Decision {
        if self.held.is_none() {
            return Err(PanelRefusal::NotHeld);
        }
        match self.agenda.values().filter(|item| **item == Item::Open).count() {
            0 => Ok(vec![PanelClosed {}.into()]),
            open => Err(PanelRefusal::AgendaOpen(open)),
        }
    }
}
