//! What is to be done on a case, and by when.

use caseledger_commands::{ActionId, Date};
use serde::{Deserialize, Serialize};

use super::{Case, Status, permitted};
use crate::Authority;
use crate::calendar::civil_date;

/// Something that is to be done by a day. It is overdue on the day after, by the clock of whoever asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// What.
    pub what: DueKind,
    /// By when.
    pub on: Date,
    /// The action, when it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<ActionId>,
}

/// What can be due on a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum DueKind {
    AcknowledgeReferral,
    DecideTriage,
    AllocateCase,
    CompleteAssessment,
    ReviewPlan,
    Action,
    AnswerStepUp,
    AnswerStepDown,
    CheckSustainedOutcome,
}

impl Case {
    /// What is to be done on the case, by the authority's timescales.
    pub fn due(&self, authority: &Authority) -> Vec<Due> {
        let times = &authority.timescales;
        let working_days = |from, days| authority.calendar.add_working_days(from, days);
        let mut due = vec![];
        let mut add = |what, on| due.push(Due { what, on, action: None });
        let Some(status) = self.status else { return vec![] };
        if matches!(status, Status::Referred | Status::AwaitingInformation | Status::AwaitingPanel)
            && let Some(received) = self.received_at.map(civil_date)
        {
            if self.acknowledged.is_none() {
                add(DueKind::AcknowledgeReferral, working_days(received, times.acknowledge_working_days));
            }
            if status == Status::Referred {
                add(DueKind::DecideTriage, working_days(received, times.decide_working_days));
            }
        }
        if let (Status::Accepted, Some(accepted)) = (status, self.accepted_on) {
            add(DueKind::AllocateCase, working_days(accepted, times.allocate_working_days));
        }
        if status == Status::Closed {
            if let Some(on) = self.sustained_check_due {
                add(DueKind::CheckSustainedOutcome, on);
            }
            return due;
        }
        if let Some(assessment) = self.open_assessment() {
            add(DueKind::CompleteAssessment, assessment.due);
        }
        // While social care works with the family, or hands it over, there is no plan of early help to review.
        if let Some(on) = self.plan.as_ref().and_then(|plan| plan.next_review)
            && permitted(status, "review-plan")
        {
            add(DueKind::ReviewPlan, on);
        }
        match (status, &self.transfer) {
            (Status::StepUpPending, Some(transfer)) => add(DueKind::AnswerStepUp, transfer.answer_due),
            (Status::StepDownPending, Some(transfer)) => add(DueKind::AnswerStepDown, transfer.answer_due),
            _ => {}
        }
        let actions = self.open_actions();
        due.extend(actions.filter_map(|(id, action)| {
            Some(Due { what: DueKind::Action, on: action.due?, action: Some(id) })
        }));
        due
    }
}
