//! From first contact to a lead practitioner: referral, consent, triage, allocation, the family.

use std::collections::BTreeSet;

use caseledger_commands::case::*;
use caseledger_commands::{AgencyId, CaseReference, Date, PersonId, PractitionerId, TeamId};

use super::super::*;
use super::{Decision, author, has_come, today};
use crate::Context;

/// Teams, practitioners and agencies, where named, are in the register, and practitioners have not left by that day.
fn at_work(
    team: Option<TeamId>,
    practitioner: Option<PractitionerId>,
    agency: Option<AgencyId>,
    context: &Context<'_>,
) -> Result<(), CaseRefusal> {
    let register = context.facts.workforce.as_deref();
    if team.is_some_and(|team| register.is_none_or(|register| register.team(team).is_none())) {
        return Err(CaseRefusal::UnknownTeam);
    }
    if practitioner.is_some_and(|practitioner| !context.facts.works(practitioner, today(context))) {
        return Err(CaseRefusal::UnknownPractitioner);
    }
    if agency.is_some_and(|agency| register.is_none_or(|register| register.agency(agency).is_none())) {
        return Err(CaseRefusal::UnknownAgency);
    }
    Ok(())
}

/// What another record tells of has happened.
fn imported_days_have_come(asked: &ImportCase, context: &Context<'_>) -> Result<(), CaseRefusal> {
    let assessment = asked.assessment.as_ref();
    let days = [
        (asked.referred_on, "referred_on"),
        (assessment.map(|assessment| assessment.started_on), "assessment.started_on"),
        (assessment.and_then(|assessment| assessment.completed_on), "assessment.completed_on"),
        (asked.plan.as_ref().and_then(|plan| plan.agreed_on), "plan.agreed_on"),
        (asked.closure.as_ref().map(|closure| closure.closed_on), "closure.closed_on"),
    ];
    days.into_iter().try_for_each(|(day, field)| day.map_or(Ok(()), |day| has_come(day, field, context)))
}

impl Case {
    pub(super) fn receive_referral(&self, asked: &ReceiveReferral, context: &Context<'_>) -> Decision {
        Self::family_registered(&asked.children, &asked.adults, context)?;
        if asked.previous_case.is_some_and(|earlier| !context.facts.cases.contains_key(&earlier)) {
            return Err(CaseRefusal::UnknownPreviousCase);
        }
        let asked = asked.clone();
        Ok(vec![
            ReferralReceived {
                reference: CaseReference::of(context.id.into()),
                received_at: context.occurred_at,
                source: asked.source,
                route: asked.route,
                referring_agency: asked.referring_agency,
                referred_by: author(context),
                children: asked.children,
                adults: asked.adults,
                presenting_needs: asked.presenting_needs,
                concerns: asked.concerns,
                consent: asked.consent,
                urgent: asked.urgent,
                domestic_incident: asked.domestic_incident,
                previous_case: asked.previous_case,
            }
            .into(),
        ])
    }

    pub(super) fn import(&self, asked: &ImportCase, context: &Context<'_>) -> Decision {
        let mut asked = asked.clone();
        if let Some(level) = asked.level_of_need.filter(|level| !context.authority.has_level(*level)) {
            return Err(CaseRefusal::NoSuchLevel(level));
        }
        Self::family_registered(&asked.children, &asked.adults, context)?;
        at_work(asked.team, asked.lead_practitioner, asked.lead_agency, context)?;
        imported_days_have_come(&asked, context)?;
        let family: BTreeSet<_> = asked.children.iter().chain(&asked.adults).copied().collect();
        if let Some(plan) = &mut asked.plan {
            self.number_imported(plan, &family, context)?;
        }
        let known: [Option<Date>; 3] = [
            asked.referred_on,
            asked.assessment.as_ref().map(|assessment| assessment.started_on),
            asked.plan.as_ref().and_then(|plan| plan.agreed_on),
        ];
        let days = context.authority.timescales.assessment_working_days;
        let assessment_due = asked
            .assessment
            .as_ref()
            .map(|assessment| context.authority.calendar.add_working_days(assessment.started_on, days));
        Ok(vec![
            CaseImported {
                reference: CaseReference::of(context.id.into()),
                provenance: asked.provenance,
                children: asked.children,
                adults: asked.adults,
                source: asked.source,
                referred_on: asked.referred_on,
                needs: asked.needs,
                level_of_need: asked.level_of_need,
                consent: asked.consent,
                allocated_team: asked.allocated_team,
                allocated_worker: asked.allocated_worker,
                team: asked.team,
                lead_practitioner: asked.lead_practitioner,
                lead_agency: asked.lead_agency,
                accepted_on: known.into_iter().flatten().min().unwrap_or_else(|| today(context)),
                assessment: asked.assessment,
                assessment_id: self.id_or_next(None, context, usize::from(u16::MAX)),
                assessment_due,
                plan: asked.plan,
                closure: asked.closure,
            }
            .into(),
        ])
    }

    /// Gives the goals and actions of an imported plan their ids. They may lack an owner or a due date, but not belong
    /// to another family or plan.
    fn number_imported(
        &self,
        plan: &mut ImportedPlan,
        family: &BTreeSet<PersonId>,
        context: &Context<'_>,
    ) -> Result<(), CaseRefusal> {
        let mut goals = BTreeSet::new();
        for (nth, goal) in plan.goals.iter_mut().enumerate() {
            let at = |name: &str| format!("plan.goals[{nth}].{name}");
            let id = self.id_or_next(goal.id, context, nth);
            if !goals.insert(id) {
                return Err(CaseRefusal::IdUsed { field: at("id") });
            }
            if goal.person.is_some_and(|person| !family.contains(&person)) {
                return Err(CaseRefusal::NotOfFamily { field: at("person") });
            }
            goal.id = Some(id);
        }
        let mut actions = BTreeSet::new();
        for (nth, action) in plan.actions.iter_mut().enumerate() {
            let at = |name: &str| format!("plan.actions[{nth}].{name}");
            let id = self.id_or_next(action.id, context, goals.len() + nth);
            if !actions.insert(id) {
                return Err(CaseRefusal::IdUsed { field: at("id") });
            }
            if action.goal.is_some_and(|goal| !goals.contains(&goal)) {
                return Err(CaseRefusal::NoSuchGoal { field: at("goal") });
            }
            if matches!(action.owner, Some(Owner::FamilyMember(person)) if !family.contains(&person)) {
                return Err(CaseRefusal::NotOfFamily { field: at("owner") });
            }
            action.id = Some(id);
        }
        Ok(())
    }

    pub(super) fn acknowledge(&self, asked: &AcknowledgeReferral) -> Decision {
        Ok(vec![ReferralAcknowledged { told_by: asked.told_by.clone() }.into()])
    }

    pub(super) fn request_information(&self, asked: &RequestMoreInformation) -> Decision {
        Ok(vec![MoreInformationRequested { question: asked.question.clone() }.into()])
    }

    pub(super) fn provide_information(&self, asked: &ProvideInformation) -> Decision {
        Ok(vec![InformationProvided { information: asked.information.clone() }.into()])
    }

    pub(super) fn record_consent(&self, asked: &RecordConsent, context: &Context<'_>) -> Decision {
        self.member(asked.given_by, "given_by")?;
        has_come(asked.given_on, "given_on", context)?;
        let RecordConsent { given_by, scope, given_on, limits } = asked.clone();
        Ok(vec![ConsentRecorded { given_by, scope, given_on, limits }.into()])
    }

    pub(super) fn withdraw_consent(&self, asked: &WithdrawConsent) -> Decision {
        self.member(asked.withdrawn_by, "withdrawn_by")?;
        if !self.consent && !self.sharing {
            return Ok(vec![]);
        }
        Ok(vec![ConsentWithdrawn { withdrawn_by: asked.withdrawn_by, reason: asked.reason.clone() }.into()])
    }

    pub(super) fn refer_to_panel(&self, asked: &ReferToPanel, context: &Context<'_>) -> Decision {
        let meeting =
            context.facts.panels.get(&asked.panel_meeting).filter(|meeting| meeting.is_to_be_held());
        if meeting.and_then(|meeting| meeting.on).is_none_or(|on| on < today(context)) {
            return Err(CaseRefusal::PanelNotToBeHeld);
        }
        Ok(vec![ReferredToPanel { panel_meeting: asked.panel_meeting, reason: asked.reason.clone() }.into()])
    }

    pub(super) fn decide_triage(&self, asked: &DecideTriage, context: &Context<'_>) -> Decision {
        if !context.authority.has_level(asked.level_of_need) {
            return Err(CaseRefusal::NoSuchLevel(asked.level_of_need));
        }
        if asked.forum == Forum::Panel && asked.panel_meeting.is_none() {
            return Err(CaseRefusal::PanelMeetingMissing);
        }
        match asked.outcome {
            TriageOutcome::EarlyHelp => self.with_consent()?,
            TriageOutcome::StepUp if asked.lawful_basis.is_none() => self.with_sharing()?,
            _ => {}
        }
        if asked.outcome != TriageOutcome::EarlyHelp && asked.referrer_told.is_none() {
            return Err(CaseRefusal::ReferrerNotTold);
        }
        let asked = asked.clone();
        Ok(vec![
            TriageDecided {
                decided_on: today(context),
                level_of_need: asked.level_of_need,
                outcome: asked.outcome,
                forum: asked.forum,
                panel_meeting: asked.panel_meeting,
                decided_by: asked.decided_by,
                reason: asked.reason,
                referrer_told: asked.referrer_told,
                lawful_basis: asked.lawful_basis,
            }
            .into(),
        ])
    }

    pub(super) fn allocate(&self, asked: &AllocateCase, context: &Context<'_>) -> Decision {
        self.with_consent()?;
        at_work(Some(asked.team), Some(asked.lead_practitioner), Some(asked.lead_agency), context)?;
        let AllocateCase { team, lead_practitioner, lead_agency } = asked.clone();
        Ok(vec![CaseAllocated { team, lead_practitioner, lead_agency }.into()])
    }

    pub(super) fn reallocate(&self, asked: &ReallocateCase, context: &Context<'_>) -> Decision {
        let ReallocateCase { team, lead_practitioner, lead_agency, reason, handover_note } = asked.clone();
        let unchanged = self.team == Some(team)
            && self.lead_practitioner == Some(lead_practitioner)
            && self.lead_agency == Some(lead_agency);
        if unchanged {
            return Ok(vec![]);
        }
        // A transfer may begin before the allocation, and the case goes back to wait for it.
        let waits = matches!(self.before_transfer, Some(before) if !permitted(before, "reallocate-case"));
        if waits && self.team.is_none() {
            return Err(CaseRefusal::NotAllocated);
        }
        at_work(Some(team), Some(lead_practitioner), Some(lead_agency), context)?;
        Ok(vec![CaseReallocated { team, lead_practitioner, lead_agency, reason, handover_note }.into()])
    }

    pub(super) fn add_member(&self, asked: &AddFamilyMember, context: &Context<'_>) -> Decision {
        let AddFamilyMember { person, role, relationship } = asked.clone();
        let (same, other) = match role {
            FamilyRole::Child => (&self.children, &self.adults),
            FamilyRole::Adult => (&self.adults, &self.children),
        };
        if same.contains(&person) {
            return Ok(vec![]);
        }
        if other.contains(&person) {
            return Err(CaseRefusal::AlreadyMember { field: "person" });
        }
        Self::registered(person, "person", context)?;
        Ok(vec![FamilyMemberAdded { person, role, relationship }.into()])
    }

    pub(super) fn end_membership(&self, asked: &EndFamilyMembership) -> Decision {
        self.member(asked.person, "person")?;
        if self.children.len() == 1 && self.children.contains(&asked.person) {
            return Err(CaseRefusal::LastChild);
        }
        Ok(vec![FamilyMembershipEnded { person: asked.person, reason: asked.reason.clone() }.into()])
    }
}
