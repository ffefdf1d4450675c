//! What can have happened in an audit. Names and fields are storage: they are read for ever.

use caseledger_commands::audit::{AuditScope, ComplianceCheck, NotAudited, StandardGrade};
use caseledger_commands::codes::AuditGrade;
use caseledger_commands::{ActionId, AgencyId, CaseId, Date, Personal, PractitionerId};
use serde::{Deserialize, Serialize};

use crate::decider::event_set;

event_set! {
    /// What can have happened in an audit.
    pub enum AuditEvent {
        AuditPlanned,
        SampleDrawn,
        CaseAudited,
        AuditModerated,
        AuditActionAgreed,
        AuditActionCompleted,
        AuditCompleted,
    }
}

/// An audit was planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the command `PlanAudit`, documented there")]
pub struct AuditPlanned {
    pub title: String,
    pub scope: AuditScope,
    pub purpose: Personal<String>,
    pub lead: PractitionerId,
    pub agencies: Vec<AgencyId>,
    pub due: Date,
}

/// The sample of a themed audit was drawn by lot, with what is needed to draw it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleDrawn {
    /// Which cases could be drawn.
    pub criteria: String,
    /// How many they were.
    pub population_size: u32,
    /// Which they were: see [`population_digest`](super::population_digest).
    pub population_digest: String,
    /// The lot's seed.
    pub seed: u32,
    /// The cases drawn, in the order of the draw.
    pub cases: Vec<CaseId>,
}

/// An auditor looked at a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the command `RecordCaseAudit`, documented there")]
pub struct CaseAudited {
    pub case: CaseId,
    pub auditor: PractitionerId,
    pub compliance: Vec<ComplianceCheck>,
    pub grades: Vec<StandardGrade>,
    pub overall: AuditGrade,
    pub summary: Personal<String>,
}

/// Another person graded the same case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditModerated {
    /// The case.
    pub case: CaseId,
    /// Who moderated.
    pub moderator: PractitionerId,
    /// Their grades.
    pub grades: Vec<StandardGrade>,
    /// Their grade altogether.
    pub overall: AuditGrade,
    /// Why they agreed or saw it otherwise.
    pub reason: Personal<String>,
    /// Where they saw it otherwise.
    pub differences: Vec<GradeDifference>,
    /// By how many grades they found the practice altogether better (above 0) or worse (below 0) than the auditor did.
    pub overall_difference: i8,
}

/// Where a moderator saw a standard otherwise than the auditor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradeDifference {
    /// The standard's short name.
    pub standard: String,
    /// The auditor's grade.
    pub audited: AuditGrade,
    /// The moderator's grade.
    pub moderated: AuditGrade,
    /// By how many grades the moderator found it better (above 0) or worse (below 0).
    pub difference: i8,
}

/// Something is to be done about a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the command `AgreeAuditAction`, documented there")]
pub struct AuditActionAgreed {
    pub action: ActionId,
    pub case: Option<CaseId>,
    pub what: Personal<String>,
    pub owner: PractitionerId,
    pub due: Date,
}

/// What was to be done about a finding was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "the fields are those of the command `CompleteAuditAction`, documented there"
)]
pub struct AuditActionCompleted {
    pub action: ActionId,
    pub outcome: Personal<String>,
}

/// The audit was finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the command `CompleteAudit`, documented there")]
pub struct AuditCompleted {
    pub findings: Personal<String>,
    pub not_audited: Vec<NotAudited>,
}
