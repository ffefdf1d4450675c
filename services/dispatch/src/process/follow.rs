//! The processes themselves: which commands follow from which events.

use caseledger_aggregates::AnyEvent;
use caseledger_aggregates::audit::{AuditEvent, CaseAudited};
use caseledger_aggregates::case::CaseEvent;
use caseledger_aggregates::panel::{PanelDecisionRecorded, PanelEvent};
use caseledger_aggregates::supervision::{SupervisionEvent, SupervisionRecorded};
use caseledger_commands::case::{
    CaseCommand, DecideTriage, Forum, NoteAudit, NoteSupervision, ScheduleSustainedOutcomeCheck,
    SupervisionPoint,
};
use caseledger_commands::supervision::CaseDiscussion;
use caseledger_commands::{AuditId, CaseId, PanelMeetingId, PractitionerId};
use caseledger_log::Recorded;
use uuid::Uuid;

use super::{Happening, Process};
use crate::Request;

/// Every process of caseledger.
pub const PROCESSES: &[Process] = &[
    Process {
        name: "panel-triage",
        doc: "A panel's decision triages the case.",
        events: &["PanelDecisionRecorded"],
        follow: |happening| match happening.event {
            AnyEvent::PanelMeeting(PanelEvent::PanelDecisionRecorded(decided)) => triage(happening, decided),
            _ => vec![],
        },
    },
    Process {
        name: "supervision-on-case",
        doc: "A case that a supervision discussed shows it on its timeline.",
        events: &["SupervisionRecorded"],
        follow: |happening| match happening.event {
            AnyEvent::Supervision(SupervisionEvent::SupervisionRecorded(held)) => {
                note_supervision(happening, held)
            }
            _ => vec![],
        },
    },
    Process {
        name: "audit-on-case",
        doc: "An audited case shows on its timeline that it was audited, and with which grade.",
        events: &["CaseAudited"],
        follow: |happening| match happening.event {
            AnyEvent::Audit(AuditEvent::CaseAudited(audited)) => note_audit(happening, audited),
            _ => vec![],
        },
    },
    Process {
        name: "sustained-outcome",
        doc: "A closed case schedules its check, about six months on, of whether the change has lasted.",
        events: &["CaseClosed"],
        follow: |happening| match happening.event {
            AnyEvent::Case(CaseEvent::CaseClosed(_)) => schedule_check(happening),
            _ => vec![],
        },
    },
];

fn triage(happening: &Happening<'_>, decided: &PanelDecisionRecorded) -> Vec<Request> {
    let command = DecideTriage {
        level_of_need: decided.level_of_need,
        outcome: decided.outcome,
        forum: Forum::Panel,
        panel_meeting: stream(happening.recorded).map(PanelMeetingId::from),
        decided_by: decided.decided_by.clone(),
        reason: decided.reason.clone(),
        referrer_told: decided.referrer_told.clone(),
        lawful_basis: decided.lawful_basis.clone(),
    };
    vec![on_case(decided.case, command)]
}

fn note_supervision(happening: &Happening<'_>, held: &SupervisionRecorded) -> Vec<Request> {
    let Some(practitioner) = stream(happening.recorded).map(PractitionerId::from) else { return vec![] };
    let note = |discussed: &CaseDiscussion| {
        let actions = discussed.actions.iter().map(|action| SupervisionPoint {
            what: action.what.clone(),
            priority: action.priority,
            owner: action.owner,
            due: action.due,
        });
        let command = NoteSupervision {
            practitioner,
            position: happening.recorded.position,
            changed_circumstances: discussed.changed_circumstances.clone(),
            risks: discussed.risks.clone(),
            // Every discussion says what it thinks of the threshold, and why.
            threshold_considered: true,
            actions: actions.collect(),
        };
        on_case(discussed.case, command)
    };
    held.cases.iter().map(note).collect()
}

fn note_audit(happening: &Happening<'_>, audited: &CaseAudited) -> Vec<Request> {
    let audit = stream(happening.recorded).map(AuditId::from);
    audit
        .map(|audit| on_case(audited.case, NoteAudit { audit, grade: audited.overall }))
        .into_iter()
        .collect()
}

fn schedule_check(happening: &Happening<'_>) -> Vec<Request> {
    let case = stream(happening.recorded).map(CaseId::from);
    case.map(|case| on_case(case, ScheduleSustainedOutcomeCheck {})).into_iter().collect()
}

fn on_case(case: CaseId, command: impl Into<CaseCommand>) -> Request {
    Request::of(&command.into()).on(case.uuid())
}

/// The id of the event's stream.
fn stream(recorded: &Recorded) -> Option<Uuid> {
    recorded.aggregate_id.parse().ok()
}
