//! How an event changes what is remembered.

use super::{Audit, AuditAction, AuditEvent, CaseAudit};

impl Audit {
    pub(super) fn apply(&mut self, event: &AuditEvent) {
        match event.clone() {
            AuditEvent::AuditPlanned(was) => self.plan = Some(was),
            AuditEvent::SampleDrawn(was) => self.sample = Some(was),
            AuditEvent::CaseAudited(was) => {
                self.cases.insert(was.case, CaseAudit { audited: was, moderated: None });
            }
            AuditEvent::AuditModerated(was) => {
                if let Some(case) = self.cases.get_mut(&was.case) {
                    case.moderated = Some(was);
                }
            }
            AuditEvent::AuditActionAgreed(was) => {
                self.actions.insert(was.action, AuditAction { agreed: was, completed: None });
            }
            AuditEvent::AuditActionCompleted(was) => {
                if let Some(action) = self.actions.get_mut(&was.action) {
                    action.completed = Some(was);
                }
            }
            AuditEvent::AuditCompleted(was) => self.completed = Some(was),
        }
    }
}
