//! What is remembered of an audit to decide by.

use std::collections::BTreeMap;

use caseledger_commands::audit::AuditScope;
use caseledger_commands::{ActionId, CaseId};
use serde::{Deserialize, Serialize};

use super::{
    AuditActionAgreed, AuditActionCompleted, AuditCompleted, AuditModerated, AuditPlanned, CaseAudited,
    SampleDrawn,
};

/// An audit as its events have left it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Audit {
    /// What was planned; `None` before the audit exists.
    pub plan: Option<AuditPlanned>,
    /// The sample of a themed audit, once it is drawn.
    pub sample: Option<SampleDrawn>,
    /// The cases that were looked at.
    pub cases: BTreeMap<CaseId, CaseAudit>,
    /// What is to be done about the findings.
    pub actions: BTreeMap<ActionId, AuditAction>,
    /// How it ended, once it has.
    pub completed: Option<AuditCompleted>,
}

/// A case that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseAudit {
    /// What the auditor found.
    pub audited: CaseAudited,
    /// How another person saw it.
    pub moderated: Option<AuditModerated>,
}

/// Something to be done about a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditAction {
    /// What was agreed.
    pub agreed: AuditActionAgreed,
    /// What came of it, once it is done.
    pub completed: Option<AuditActionCompleted>,
}

impl Audit {
    /// The cases that the audit looks at; `None` while they are still to be drawn, or before the audit exists.
    pub fn looks_at(&self) -> Option<&[CaseId]> {
        match &self.plan.as_ref()?.scope {
            AuditScope::SingleCase { case } => Some(std::slice::from_ref(case)),
            AuditScope::Themed { .. } => self.sample.as_ref().map(|sample| sample.cases.as_slice()),
        }
    }
}
