//! How an event changes what is remembered.

use caseledger_commands::case::{Action, ConsentPosition, ConsentScope, FamilyRole, TriageOutcome};
use caseledger_commands::{ActionId, AssessmentId, Date, TransferId};

use super::*;

impl Case {
    pub(super) fn apply(&mut self, event: &CaseEvent) {
        self.events += 1;
        match event {
            CaseEvent::ReferralReceived(e) => self.referral_received(e),
            CaseEvent::CaseImported(e) => self.imported(e),
            CaseEvent::ReferralAcknowledged(e) => self.acknowledged = Some(e.told_by.clone()),
            CaseEvent::MoreInformationRequested(_) => self.status = Some(Status::AwaitingInformation),
            CaseEvent::InformationProvided(_) => self.information_provided(),
            CaseEvent::ConsentRecorded(e) => {
                self.consent |= e.scope != ConsentScope::Sharing;
                self.sharing |= e.scope != ConsentScope::Support;
            }
            CaseEvent::ConsentWithdrawn(_) => (self.consent, self.sharing) = (false, false),
            CaseEvent::ReferredToPanel(e) => {
                self.panel_meeting = Some(e.panel_meeting);
                self.status = Some(Status::AwaitingPanel);
            }
            CaseEvent::TriageDecided(e) => self.triaged(e),
            CaseEvent::CaseAllocated(e) => {
                self.team = Some(e.team);
                self.lead_practitioner = Some(e.lead_practitioner);
                self.lead_agency = Some(e.lead_agency);
                self.status = Some(Status::Allocated);
            }
            CaseEvent::CaseReallocated(e) => {
                self.team = Some(e.team);
                self.lead_practitioner = Some(e.lead_practitioner);
                self.lead_agency = Some(e.lead_agency);
            }
            CaseEvent::FamilyMemberAdded(e) => match e.role {
                FamilyRole::Child => _ = self.children.insert(e.person),
                FamilyRole::Adult => _ = self.adults.insert(e.person),
            },
            CaseEvent::FamilyMembershipEnded(e) => {
                self.children.remove(&e.person);
                self.adults.remove(&e.person);
            }
            CaseEvent::AssessmentStarted(e) => {
                self.assessments.push(Assessment {
                    id: e.assessment,
                    started_on: e.started_on,
                    due: e.due,
                    children: e.children.iter().copied().collect(),
                    voices: [].into(),
                    completed_by: None,
                    authorised: false,
                });
                self.status = Some(Status::Assessing);
            }
            CaseEvent::VoiceOfChildRecorded(e) => {
                if let Some(open) = self.assessments.iter_mut().find(|assessment| assessment.is_open()) {
                    open.voices.insert(e.child);
                }
            }
            CaseEvent::AssessmentCompleted(e) => {
                self.change_assessment(e.assessment, |it| it.completed_by = Some(e.completed_by.clone()));
            }
            CaseEvent::AssessmentAuthorised(e) => {
                self.change_assessment(e.assessment, |it| it.authorised = true);
                self.settle_at(if self.plan.is_some() { Status::Supported } else { Status::Planning });
            }
            CaseEvent::AssessmentReturned(e) => {
                self.change_assessment(e.assessment, |it| it.completed_by = None);
            }
            CaseEvent::PlanAgreed(e) => {
                let goals = e.goals.iter().filter_map(|goal| Some((goal.id?, false))).collect();
                let assessments = self.authorised_assessments();
                let next_review = Some(e.next_review);
                self.plan = Some(Plan { goals, next_review, last_decision: None, assessments });
                self.add_actions(&e.actions);
                self.status = Some(Status::Supported);
            }
            CaseEvent::PlanChanged(e) => self.plan_changed(e),
            CaseEvent::ActionCompleted(e) => self.end_action(e.action, Standing::Completed),
            CaseEvent::ActionCancelled(e) => self.end_action(e.action, Standing::Cancelled),
            CaseEvent::ActionRescheduled(e) => {
                if let Some(action) = self.actions.get_mut(&e.action) {
                    action.due = Some(e.due);
                }
            }
            CaseEvent::PlanReviewed(e) => {
                if let Some(plan) = &mut self.plan {
                    plan.next_review = e.next_review;
                    plan.last_decision = Some(e.decision);
                }
            }
            CaseEvent::ManagementOversightRecorded(e) => self.add_actions(&e.directions),
            CaseEvent::CaseDiscussedInSupervision(e) => {
                _ = self.supervisions.insert((e.practitioner, e.position))
            }
            CaseEvent::CaseAudited(e) => _ = self.audits.insert(e.audit),
            CaseEvent::StepUpRequested(e) => {
                self.begin_transfer(Status::StepUpPending, e.transfer, e.answer_due, &[]);
                if let Some(transfer) = &mut self.transfer {
                    transfer.receiving_team = e.receiving_team;
                }
            }
            CaseEvent::StepUpAccepted(_) => {
                self.transfer = None;
                self.before_transfer = None;
                self.status = Some(Status::SteppedUp);
            }
            CaseEvent::StepUpDeclined(_) | CaseEvent::StepUpWithdrawn(_) => {
                self.transfer = None;
                self.status = self.before_transfer.take();
            }
            CaseEvent::StepDownReceived(e) => {
                self.begin_transfer(Status::StepDownPending, e.transfer, e.answer_due, &e.missing);
            }
            CaseEvent::StepDownAccepted(e) => {
                self.transfer = None;
                self.before_transfer = None;
                self.level_of_need = Some(e.level_of_need);
                self.accepted_on.get_or_insert(e.accepted_on);
                self.status = Some(self.furthest());
            }
            CaseEvent::CaseClosed(e) => {
                // A step-down that was not taken up ends with the case; the case stood where it came from.
                self.transfer = None;
                let before = self.before_transfer.take().or(self.status);
                self.closed = before.map(|before| (e.closed_on, before));
                self.status = Some(Status::Closed);
            }
            CaseEvent::CaseReopened(_) => {
                self.status = Some(self.closed.take().map_or_else(|| self.furthest(), |(_, before)| before));
                self.sustained_check_due = None;
            }
            CaseEvent::SustainedOutcomeCheckScheduled(e) => self.sustained_check_due = Some(e.due),
            CaseEvent::SustainedOutcomeChecked(_) => self.sustained_check_due = None,
            CaseEvent::CaseRestricted(e) => {
                self.restriction = Some(Restriction {
                    practitioners: e.practitioners.iter().copied().collect(),
                    subjects: e.subjects.iter().cloned().collect(),
                    until: e.until,
                });
            }
            CaseEvent::RestrictionLifted(_) => self.restriction = None,
            CaseEvent::ContactRecorded(_)
            | CaseEvent::FeedbackReceived(_)
            | CaseEvent::StepDownQueried(_)
            | CaseEvent::RecordCorrected(_) => {}
        }
    }

    fn referral_received(&mut self, e: &ReferralReceived) {
        self.reference = Some(e.reference.clone());
        self.received_at = Some(e.received_at);
        self.referred_by = Some(e.referred_by.clone());
        self.referring_agency = e.referring_agency;
        self.children.extend(&e.children);
        self.adults.extend(&e.adults);
        self.consent = e.consent == ConsentPosition::Given;
        self.sharing = self.consent;
        self.status = Some(Status::Referred);
    }

    fn imported(&mut self, e: &CaseImported) {
        self.imported = true;
        self.reference = Some(e.reference.clone());
        self.children.extend(&e.children);
        self.adults.extend(&e.adults);
        self.consent = e.consent == ConsentPosition::Given;
        self.sharing = self.consent;
        self.level_of_need = e.level_of_need;
        self.accepted_on = Some(e.accepted_on);
        self.team = e.team;
        self.lead_practitioner = e.lead_practitioner;
        self.lead_agency = e.lead_agency;
        if let Some(assessment) = &e.assessment {
            let done = assessment.completed_on.is_some();
            self.assessments.push(Assessment {
                id: e.assessment_id,
                started_on: assessment.started_on,
                due: e.assessment_due.unwrap_or(assessment.started_on),
                children: e.children.iter().copied().collect(),
                voices: [].into(),
                completed_by: done.then(|| "import".to_owned()),
                authorised: done,
            });
        }
        if let Some(plan) = &e.plan {
            let goals = plan.goals.iter().filter_map(|goal| Some((goal.id?, false))).collect();
            let (next_review, assessments) = (plan.next_review, self.authorised_assessments());
            self.plan = Some(Plan { goals, next_review, last_decision: None, assessments });
            self.actions.extend(plan.actions.iter().filter_map(|action| {
                let state = ActionState { owner: action.owner, due: action.due, standing: Standing::Open };
                Some((action.id?, state))
            }));
        }
        self.status = Some(self.furthest());
        if let Some(closure) = &e.closure {
            self.closed = Some((closure.closed_on, self.furthest()));
            self.status = Some(Status::Closed);
        }
    }

    fn information_provided(&mut self) {
        let waits_for_panel = self.panel_meeting.is_some();
        self.status = Some(if waits_for_panel { Status::AwaitingPanel } else { Status::Referred });
    }

    fn triaged(&mut self, e: &TriageDecided) {
        self.triage = Some(e.outcome);
        self.level_of_need = Some(e.level_of_need);
        if e.outcome == TriageOutcome::EarlyHelp {
            self.accepted_on = Some(e.decided_on);
            self.status = Some(Status::Accepted);
        } else {
            self.closed = self.status.map(|status| (e.decided_on, status));
            self.status = Some(Status::Closed);
        }
    }

    fn plan_changed(&mut self, e: &PlanChanged) {
        if let Some(plan) = &mut self.plan {
            plan.goals.extend(e.added_goals.iter().filter_map(|added| Some((added.goal.id?, false))));
            for ended in &e.ended_goals {
                plan.goals.insert(ended.goal, true);
            }
        }
        for added in &e.added_actions {
            self.add_actions(std::slice::from_ref(&added.action));
        }
        for altered in &e.altered_actions {
            if let (Some(action), Some(owner)) = (self.actions.get_mut(&altered.action), altered.owner) {
                action.owner = Some(owner);
            }
        }
    }

    fn add_actions(&mut self, actions: &[Action]) {
        self.actions.extend(actions.iter().filter_map(|action| {
            Some((action.id?, ActionState { owner: action.owner, due: action.due, standing: Standing::Open }))
        }));
    }

    fn end_action(&mut self, id: ActionId, standing: Standing) {
        if let Some(action) = self.actions.get_mut(&id) {
            action.standing = standing;
        }
    }

    fn change_assessment(&mut self, id: AssessmentId, change: impl FnOnce(&mut Assessment)) {
        if let Some(assessment) = self.assessments.iter_mut().find(|assessment| assessment.id == id) {
            change(assessment);
        }
    }

    /// Moves on, beside a step-up that waits for its answer or was accepted.
    fn settle_at(&mut self, status: Status) {
        match self.status {
            Some(Status::StepUpPending) => self.before_transfer = Some(status),
            Some(Status::SteppedUp) => {}
            _ => self.status = Some(status),
        }
    }

    fn begin_transfer(&mut self, status: Status, id: TransferId, answer_due: Date, missing: &[String]) {
        if self.status != Some(status) {
            self.before_transfer = self.status;
        }
        self.transfers.insert(id);
        let missing = missing.iter().cloned().collect();
        self.transfer = Some(Transfer { id, answer_due, missing, receiving_team: None });
        self.status = Some(status);
    }

    /// How far along an accepted case is, by what it has.
    fn furthest(&self) -> Status {
        if self.assessments.iter().any(|assessment| !assessment.authorised) {
            Status::Assessing
        } else if self.plan.is_some() {
            Status::Supported
        } else if !self.assessments.is_empty() {
            Status::Planning
        } else if self.team.is_some() {
            Status::Allocated
        } else {
            Status::Accepted
        }
    }
}
