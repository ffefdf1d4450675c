//! What follows from a command on a case. First the table of status × command, then the rules of each command, one file
//! a stage of the work.

mod assessment;
mod ending;
mod intake;
mod plan;
mod transfer;

use caseledger_commands::case::CaseCommand;
use caseledger_commands::{CommandSet, Date, PersonId, Role};
use uuid::Uuid;

use super::{Case, CaseEvent, CaseRefusal, Status, permitted};
use crate::calendar::civil_date;
use crate::{Context, Decider, Reference};

type Decision = Result<Vec<CaseEvent>, CaseRefusal>;

impl Decider for Case {
    type Command = CaseCommand;
    type Event = CaseEvent;
    type Refusal = CaseRefusal;

    fn references(&self, command: &CaseCommand) -> Vec<Reference> {
        let people = |people: &[PersonId]| people.iter().copied().map(Reference::Person).collect::<Vec<_>>();
        match command {
            CaseCommand::ReceiveReferral(asked) => {
                let earlier = asked.previous_case.map(Reference::Case);
                [people(&asked.children), people(&asked.adults)].concat().into_iter().chain(earlier).collect()
            }
            CaseCommand::ImportCase(asked) => {
                [people(&asked.children), people(&asked.adults), vec![Reference::Workforce]].concat()
            }
            CaseCommand::AddFamilyMember(asked) => vec![Reference::Person(asked.person)],
            CaseCommand::ReferToPanel(asked) => vec![Reference::PanelMeeting(asked.panel_meeting)],
            CaseCommand::AllocateCase(_) | CaseCommand::ReallocateCase(_) => vec![Reference::Workforce],
            _ => vec![],
        }
    }

    fn decide(&self, command: &CaseCommand, context: &Context<'_>) -> Decision {
        match (self.status, command) {
            (None, CaseCommand::ReceiveReferral(asked)) => return self.receive_referral(asked, context),
            (None, CaseCommand::ImportCase(asked)) => return self.import(asked, context),
            (Some(_), CaseCommand::ReceiveReferral(_) | CaseCommand::ImportCase(_)) => {
                return Err(CaseRefusal::AlreadyOpened);
            }
            (None, _) => return Err(CaseRefusal::NoSuchCase),
            (Some(_), _) if self.is_satisfied(command) => return Ok(vec![]),
            (Some(status), _) if !permitted(status, command.name()) => {
                return Err(CaseRefusal::NotNow(status));
            }
            (Some(_), _) => {}
        }
        // By days, as reports count: a clock that is put right by minutes must not stop the work on a new referral.
        if self.received_at.is_some_and(|received| today(context) < civil_date(received)) {
            return Err(CaseRefusal::BeforeReferral { field: "occurred_at" });
        }
        match command {
            CaseCommand::ReceiveReferral(_) | CaseCommand::ImportCase(_) => Err(CaseRefusal::AlreadyOpened),
            CaseCommand::AcknowledgeReferral(asked) => self.acknowledge(asked),
            CaseCommand::RequestMoreInformation(asked) => self.request_information(asked),
            CaseCommand::ProvideInformation(asked) => self.provide_information(asked),
            CaseCommand::RecordConsent(asked) => self.record_consent(asked, context),
            CaseCommand::WithdrawConsent(asked) => self.withdraw_consent(asked),
            CaseCommand::ReferToPanel(asked) => self.refer_to_panel(asked, context),
            CaseCommand::DecideTriage(asked) => self.decide_triage(asked, context),
            CaseCommand::AllocateCase(asked) => self.allocate(asked, context),
            CaseCommand::ReallocateCase(asked) => self.reallocate(asked, context),
            CaseCommand::AddFamilyMember(asked) => self.add_member(asked, context),
            CaseCommand::EndFamilyMembership(asked) => self.end_membership(asked),
            CaseCommand::StartAssessment(asked) => self.start_assessment(asked, context),
            CaseCommand::RecordVoiceOfChild(asked) => self.record_voice(asked),
            CaseCommand::CompleteAssessment(asked) => self.complete_assessment(asked, context),
            CaseCommand::AuthoriseAssessment(asked) => self.authorise_assessment(asked, context),
            CaseCommand::ReturnAssessment(asked) => self.return_assessment(asked, context),
            CaseCommand::AgreePlan(asked) => self.agree_plan(asked, context),
            CaseCommand::ChangePlan(asked) => self.change_plan(asked, context),
            CaseCommand::CompleteAction(asked) => self.complete_action(asked),
            CaseCommand::RescheduleAction(asked) => self.reschedule_action(asked, context),
            CaseCommand::CancelAction(asked) => self.cancel_action(asked),
            CaseCommand::ReviewPlan(asked) => self.review_plan(asked, context),
            CaseCommand::RecordContact(asked) => self.record_contact(asked),
            CaseCommand::RecordManagementOversight(asked) => self.record_oversight(asked, context),
            CaseCommand::NoteSupervision(asked) => self.note_supervision(asked),
            CaseCommand::NoteAudit(asked) => self.note_audit(asked),
            CaseCommand::RequestStepUp(asked) => self.request_step_up(asked, context),
            CaseCommand::AcceptStepUp(asked) => self.accept_step_up(asked, context),
            CaseCommand::DeclineStepUp(asked) => self.decline_step_up(asked, context),
            CaseCommand::WithdrawStepUp(asked) => self.withdraw_step_up(asked),
            CaseCommand::ReceiveStepDown(asked) => self.receive_step_down(asked, context),
            CaseCommand::AcceptStepDown(asked) => self.accept_step_down(asked, context),
            CaseCommand::QueryStepDown(asked) => self.query_step_down(asked, context),
            CaseCommand::RecordFeedback(asked) => self.record_feedback(asked),
            CaseCommand::CloseCase(asked) => self.close(asked, context),
            CaseCommand::ReopenCase(asked) => self.reopen(asked, context),
            CaseCommand::ScheduleSustainedOutcomeCheck(_) => self.schedule_check(context),
            CaseCommand::CheckSustainedOutcome(asked) => self.check_outcome(asked, context),
            CaseCommand::RestrictCase(asked) => self.restrict(asked, context),
            CaseCommand::LiftRestriction(asked) => self.lift_restriction(asked),
            CaseCommand::CorrectRecord(asked) => self.correct(asked),
        }
    }

    fn evolve(&mut self, event: &CaseEvent) {
        self.apply(event);
    }
}

impl Case {
    /// Whether the case already stands as the command would leave it, whatever its status: the client's repetition.
    fn is_satisfied(&self, command: &CaseCommand) -> bool {
        let closed = self.status == Some(Status::Closed);
        match command {
            CaseCommand::AcknowledgeReferral(_) => self.acknowledged.is_some(),
            CaseCommand::ReferToPanel(asked) => {
                self.status == Some(Status::AwaitingPanel) && self.panel_meeting == Some(asked.panel_meeting)
            }
            CaseCommand::DecideTriage(asked) => {
                self.triage == Some(asked.outcome) && self.level_of_need == Some(asked.level_of_need)
            }
            CaseCommand::AllocateCase(asked) => {
                !closed
                    && self.team == Some(asked.team)
                    && self.lead_practitioner == Some(asked.lead_practitioner)
                    && self.lead_agency == Some(asked.lead_agency)
            }
            CaseCommand::StartAssessment(asked) => {
                asked.assessment.is_some_and(|id| self.open_assessment().is_some_and(|open| open.id == id))
            }
            CaseCommand::AgreePlan(asked) => self.plan.as_ref().is_some_and(|plan| {
                asked.goals.len() == plan.goals.len()
                    && asked.goals.iter().all(|goal| goal.id.is_some_and(|id| plan.goals.contains_key(&id)))
            }),
            CaseCommand::RequestStepUp(asked) => {
                self.status == Some(Status::StepUpPending)
                    && self.transfer.as_ref().is_some_and(|pending| asked.transfer == Some(pending.id))
            }
            CaseCommand::LiftRestriction(_) => self.restriction.is_none(),
            CaseCommand::AuthoriseAssessment(asked) => {
                let last = self.assessments.last();
                last.is_some_and(|last| last.authorised && asked.assessment.is_none_or(|id| id == last.id))
                    && !self.assessments.iter().any(|assessment| assessment.awaits_authorisation())
            }
            CaseCommand::NoteSupervision(asked) => {
                self.supervisions.contains(&(asked.practitioner, asked.position))
            }
            CaseCommand::NoteAudit(asked) => self.audits.contains(&asked.audit),
            CaseCommand::ScheduleSustainedOutcomeCheck(_) => closed && self.sustained_check_due.is_some(),
            _ => false,
        }
    }

    /// The family's consent, or the refusal to go on without it.
    fn with_consent(&self) -> Result<(), CaseRefusal> {
        if self.consent { Ok(()) } else { Err(CaseRefusal::NoConsent) }
    }

    /// The family's consent to sharing, or the refusal to share without it.
    fn with_sharing(&self) -> Result<(), CaseRefusal> {
        if self.sharing { Ok(()) } else { Err(CaseRefusal::NoConsent) }
    }

    /// Someone whom the people register has, or the refusal.
    fn registered(
        person: PersonId,
        field: impl Into<String>,
        context: &Context<'_>,
    ) -> Result<(), CaseRefusal> {
        match context.facts.people.get(&person) {
            Some(known) if known.may_be_referred_to() => Ok(()),
            _ => Err(CaseRefusal::UnknownPerson { field: field.into() }),
        }
    }

    /// The same for the family that a case opens with.
    fn family_registered(
        children: &[PersonId],
        adults: &[PersonId],
        context: &Context<'_>,
    ) -> Result<(), CaseRefusal> {
        for (list, people) in [("children", children), ("adults", adults)] {
            for (nth, person) in people.iter().enumerate() {
                Self::registered(*person, format!("{list}[{nth}]"), context)?;
            }
        }
        Ok(())
    }

    /// Someone of the family, or the refusal.
    fn member(&self, person: PersonId, field: impl Into<String>) -> Result<(), CaseRefusal> {
        if self.has_member(person) { Ok(()) } else { Err(CaseRefusal::NotOfFamily { field: field.into() }) }
    }

    /// A child of the family, or the refusal.
    fn child(&self, person: PersonId, field: impl Into<String>) -> Result<(), CaseRefusal> {
        let field = field.into();
        if self.adults.contains(&person) {
            return Err(CaseRefusal::NotAChild { field });
        }
        self.member(person, field)
    }

    /// The id that a client gave, or one that follows from the case and how many events and ids it had before. A
    /// decision stays pure, and a client that gives no id learns it from the event.
    fn id_or_next<T: From<Uuid>>(&self, given: Option<T>, context: &Context<'_>, nth: usize) -> T {
        given.unwrap_or_else(|| T::from(derived_id(context.id, self.events, nth as u64)))
    }
}

/// The day on which what a command tells of happened, in England.
fn today(context: &Context<'_>) -> Date {
    civil_date(context.occurred_at)
}

/// The person who does it: whom a service acts for, else the subject itself.
fn author(context: &Context<'_>) -> String {
    context.actor.on_behalf_of.clone().unwrap_or_else(|| context.actor.subject.clone())
}

/// A manager, or the refusal.
fn by_a_manager(context: &Context<'_>) -> Result<(), CaseRefusal> {
    if context.actor.is(Role::TeamManager) { Ok(()) } else { Err(CaseRefusal::ManagerNeeded) }
}

/// Not before what it follows.
fn not_before(on: Date, what: &'static str, context: &Context<'_>) -> Result<(), CaseRefusal> {
    if today(context) < on { Err(CaseRefusal::OutOfOrder { what, on }) } else { Ok(()) }
}

/// A day that has come, by the clock.
fn has_come(day: Date, field: &'static str, context: &Context<'_>) -> Result<(), CaseRefusal> {
    if day > civil_date(context.now) { Err(CaseRefusal::DayAhead { field }) } else { Ok(()) }
}

/// A UUID of version 8 (RFC 9562, "custom") that is the same for the same case, event and place.
fn derived_id(case: Uuid, event: u64, nth: u64) -> Uuid {
    let (high, low) = case.as_u64_pair();
    let mixed = low
        ^ event.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17)
        ^ nth.wrapping_mul(0xd1b5_4a32_d192_ed03);
    let version = (high & !0xf000) | 0x8000;
    let variant = (mixed & !(0b11 << 62)) | (0b10 << 62);
    Uuid::from_u64_pair(version, variant)
}
