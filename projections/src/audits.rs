//! Audits: what was planned, how each case was graded, and what is to be done about the findings.

use async_trait::async_trait;
use caseledger_aggregates::AnyEvent;
use caseledger_aggregates::audit::{Audit, AuditEvent};
use caseledger_commands::audit::AuditScope;

use crate::projection::{Entry, Failed, Fold, Projection, Spec, no_settings};
use crate::sql::{Column, Table, Value};
use crate::states::held::{OCCURRED_AT, POSITION, RECORDED_AT, STATE, VERSION};
use crate::states::{Derived, Held, States};

/// The audits.
pub const AUDIT: Table = Table {
    name: "audit_v1",
    doc: "Audits: of a single case, or themed programmes over a sample.",
    columns: &[
        Column::text("audit_id", "The audit."),
        Column::text("title", "What it is called."),
        Column::text("scope", "single-case or themed."),
        Column::text("theme", "The theme of a themed audit.").or_empty(),
        Column::text("lead_id", "The practitioner who leads it."),
        Column::text("due_on", "The day by which its findings are wanted."),
        Column::int("cases_to_audit", "How many cases it looks at; empty until the sample is drawn.")
            .or_empty(),
        Column::int("cases_audited", "How many of them were looked at."),
        Column::int("cases_moderated", "How many of them another person graded too."),
        Column::bool("completed", "Whether it was finished."),
        VERSION,
        POSITION,
        OCCURRED_AT,
        RECORDED_AT,
        STATE,
    ],
    key: &["audit_id"],
    indexes: &[&["due_on", "audit_id"]],
};

/// The cases of the audits.
pub const AUDIT_CASE: Table = Table {
    name: "audit_case_v1",
    doc: "The cases that audits looked at, one row a case of an audit.",
    columns: &[
        Column::text("audit_id", "The audit."),
        Column::text("case_id", "The case."),
        Column::text("auditor_id", "Who looked at it."),
        Column::text("grade", "Their grade altogether, in the code of the list of audit grades."),
        Column::text("moderator_id", "Who graded it too.").or_empty(),
        Column::text("moderated_grade", "Their grade altogether.").or_empty(),
        Column::int(
            "difference",
            "By how many grades they found the practice better (above 0) or worse (below 0) than the auditor did.",
        )
        .or_empty(),
    ],
    key: &["audit_id", "case_id"],
    indexes: &[&["case_id"]],
};

/// The actions of the audits.
pub const AUDIT_ACTION: Table = Table {
    name: "audit_action_v1",
    doc: "What is to be done about the findings of audits.",
    columns: &[
        Column::text("audit_id", "The audit."),
        Column::text("action_id", "The action."),
        Column::text("case_id", "The case that it is about, if it is about one.").or_empty(),
        Column::text("owner_id", "The practitioner who is to do it."),
        Column::text("due_on", "By when."),
        Column::bool("completed", "Whether it was done."),
    ],
    key: &["audit_id", "action_id"],
    indexes: &[&["owner_id", "completed", "due_on"]],
};

/// The audits.
pub static AUDITS: Spec = Spec {
    name: "audits",
    version: 1,
    doc: "Audits, how they graded each case, and what is to be done about the findings.",
    folds: &["Audit"],
    tables: &[AUDIT, AUDIT_CASE, AUDIT_ACTION],
    make: |_| Box::new(Audits::default()),
    settings: no_settings,
};

#[derive(Default)]
struct Audits {
    states: States<Audit>,
}

#[async_trait]
impl Projection for Audits {
    fn spec(&self) -> &'static Spec {
        &AUDITS
    }

    async fn apply(&mut self, fold: &mut Fold<'_>, batch: &[&Entry]) -> Result<(), Failed> {
        let changed = self.states.fold(fold, &AUDIT, batch, event_of).await?;
        let mut audits = vec![];
        let (mut cases, mut actions) = (Derived::default(), Derived::default());
        for (id, before) in &changed.before {
            let Some(held) = self.states.get(id) else { continue };
            audits.push(row(id, held)?);
            cases.change(
                &AUDIT_CASE,
                before.as_ref().map(|held| case_rows(id, &held.state)),
                case_rows(id, &held.state),
            );
            let earlier = before.as_ref().map(|held| action_rows(id, &held.state));
            actions.change(&AUDIT_ACTION, earlier, action_rows(id, &held.state));
        }
        fold.upsert(&AUDIT, audits).await?;
        cases.write(fold, &AUDIT_CASE).await?;
        actions.write(fold, &AUDIT_ACTION).await?;
        Ok(())
    }

    fn forget(&mut self) {
        self.states.forget();
    }
}

fn event_of(event: &AnyEvent) -> Option<&AuditEvent> {
    if let AnyEvent::Audit(event) = event { Some(event) } else { None }
}

fn row(id: &str, held: &Held<Audit>) -> Result<Vec<Value>, Failed> {
    let audit = &held.state;
    let Some(plan) = &audit.plan else {
        let reason = "the audit was not planned before this event".to_owned();
        return Err(Failed::Poison { position: held.position, reason });
    };
    let (scope, theme) = match &plan.scope {
        AuditScope::SingleCase { .. } => ("single-case", None),
        AuditScope::Themed { theme } => ("themed", Some(theme.clone())),
    };
    let moderated = audit.cases.values().filter(|case| case.moderated.is_some()).count();
    let mut row = vec![
        Value::from(id),
        Value::text(&plan.title),
        Value::from(scope),
        Value::Text(theme),
        Value::text(plan.lead),
        Value::from(plan.due),
        Value::Int(audit.looks_at().and_then(|cases| i64::try_from(cases.len()).ok())),
        Value::count(audit.cases.len() as u64),
        Value::count(moderated as u64),
        Value::from(audit.completed.is_some()),
    ];
    row.extend(held.values());
    Ok(row)
}

fn case_rows(id: &str, audit: &Audit) -> Vec<Vec<Value>> {
    let row = |(case, graded): (_, &caseledger_aggregates::audit::CaseAudit)| {
        let moderated = graded.moderated.as_ref();
        vec![
            Value::from(id),
            Value::text(case),
            Value::text(graded.audited.auditor),
            Value::text(graded.audited.overall),
            Value::maybe(moderated.map(|moderated| moderated.moderator)),
            Value::maybe(moderated.map(|moderated| moderated.overall)),
            Value::Int(moderated.map(|moderated| i64::from(moderated.overall_difference))),
        ]
    };
    audit.cases.iter().map(row).collect()
}

fn action_rows(id: &str, audit: &Audit) -> Vec<Vec<Value>> {
    let row = |(action, held): (_, &caseledger_aggregates::audit::AuditAction)| {
        vec![
            Value::from(id),
            Value::text(action),
            Value::maybe(held.agreed.case),
            Value::text(held.agreed.owner),
            Value::from(held.agreed.due),
            Value::from(held.completed.is_some()),
        ]
    };
    audit.actions.iter().map(row).collect()
}
