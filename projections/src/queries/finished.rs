//! Audits as they stood when a day had ended, told from their own events: the read model knows how they stand now.

use std::collections::BTreeMap;

use caseledger_aggregates::audit::{Audit, AuditEvent};
use caseledger_aggregates::calendar::civil_date;
use caseledger_aggregates::{AnyEvent, Decider, Metadata};
use caseledger_commands::audit::AuditCommand;
use caseledger_commands::{ActionId, AuditId, CommandSet, Date, PractitionerId};
use caseledger_log::{Log, LogError, Position};

use super::QueryError;
use crate::sql::{Db, Value};

/// An audit that was finished.
#[derive(Clone, Debug, PartialEq)]
pub struct FinishedAudit {
    /// The audit.
    pub audit: AuditId,
    /// Everything that is remembered of it, as it stood when the last day ended.
    pub state: Audit,
    /// The day on which it was finished.
    pub completed_on: Date,
    /// The days on which actions were done.
    pub done_on: BTreeMap<ActionId, Date>,
    /// Where its last event stands in the log.
    pub position: Position,
}

/// The audits that were finished from one day to another, in the order of those days, as they stood when the last one
/// ended. What stands in the log after that position is left out.
///
/// # Errors
/// [`QueryError`] when the database or the log can't answer.
pub async fn audits_finished(
    db: &Db,
    log: &Log,
    (from, to): (Date, Date),
    up_to: Position,
) -> Result<Vec<FinishedAudit>, QueryError> {
    let sql = "SELECT audit_id FROM audit_v1 WHERE completed = $1 ORDER BY audit_id";
    let mut finished = vec![];
    for row in db.fetch(sql, &[Value::from(true)]).await? {
        let id: AuditId = row.parsed("audit_id")?;
        if let Some(audit) = as_at(log, id, to, up_to).await? {
            finished.push(audit);
        }
    }
    finished.retain(|audit| audit.completed_on >= from);
    finished.sort_by_key(|audit| (audit.completed_on, audit.position));
    Ok(finished)
}

/// An audit at the end of a day; `None` when it was not finished by then.
async fn as_at(
    log: &Log,
    id: AuditId,
    at: Date,
    up_to: Position,
) -> Result<Option<FinishedAudit>, QueryError> {
    let (mut state, mut done_on) = (Audit::default(), BTreeMap::new());
    let (mut completed_on, mut position) = (None, 0);
    for recorded in log.read_stream(AuditCommand::AGGREGATE, &id.to_string()).await? {
        let unreadable =
            |why: String| LogError::Unreadable(format!("the event at position {}: {why}", recorded.position));
        let metadata = Metadata::read(&recorded.metadata)
            .ok_or_else(|| unreadable("its metadata can't be read".to_owned()))?;
        let day = civil_date(metadata.occurred_at);
        if day > at || recorded.position > up_to {
            continue;
        }
        let event = AnyEvent::read(
            &recorded.aggregate_type,
            &recorded.event_type,
            &recorded.event_version,
            &recorded.payload,
        );
        let AnyEvent::Audit(event) = event.map_err(|error| unreadable(error.to_string()))? else { continue };
        match &event {
            AuditEvent::AuditCompleted(_) => completed_on = Some(day),
            AuditEvent::AuditActionCompleted(done) => _ = done_on.insert(done.action, day),
            _ => {}
        }
        state.evolve(&event);
        position = recorded.position;
    }
    Ok(completed_on.map(|completed_on| FinishedAudit { audit: id, state, completed_on, done_on, position }))
}

/// The names of the practitioners in the register.
///
/// # Errors
/// [`QueryError`] when the database can't answer.
pub async fn practitioners(db: &Db) -> Result<BTreeMap<PractitionerId, String>, QueryError> {
    let sql = "SELECT practitioner_id, name FROM workforce_practitioner_v1 ORDER BY practitioner_id";
    let rows = db.fetch(sql, &[]).await?;
    Ok(rows
        .iter()
        .map(|row| Ok((row.parsed("practitioner_id")?, row.text("name")?)))
        .collect::<Result<_, crate::sql::SqlError>>()?)
}
