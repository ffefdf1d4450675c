//! Audits and the cases that they looked at.

use caseledger_aggregates::audit::Audit;
use caseledger_commands::{AuditId, CaseId, Date};
use caseledger_log::Position;
use serde::Serialize;

use super::QueryError;
use crate::cursor::{Cursor, Page, PageRequest};
use crate::sql::{Db, Row, SqlError, Value};

/// An audit in a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AuditSummary {
    /// The audit.
    pub audit: AuditId,
    /// What it is called.
    pub title: String,
    /// `single-case` or `themed`.
    pub scope: String,
    /// The theme of a themed audit.
    pub theme: Option<String>,
    /// The day by which its findings are wanted.
    pub due: Date,
    /// How many cases it looks at; `null` until the sample is drawn.
    pub cases_to_audit: Option<i64>,
    /// How many of them were looked at.
    pub cases_audited: u64,
    /// How many of them another person graded too.
    pub cases_moderated: u64,
    /// Whether it was finished.
    pub completed: bool,
}

/// An audit as a whole.
#[derive(Clone, Debug, Serialize)]
pub struct AuditView {
    /// The audit.
    pub audit: AuditId,
    /// The stream's version, which is its ETag.
    pub version: u64,
    /// Where its last event stands in the log.
    pub position: Position,
    /// Everything that is remembered of it: plan, sample, cases with both gradings, actions, conclusion.
    pub state: Audit,
}

const LIST: &str = "audits";
const COLUMNS: &str =
    "audit_id, title, scope, theme, due_on, cases_to_audit, cases_audited, cases_moderated, completed";

/// A page of the audits, of one case or of all: the earliest due first.
///
/// # Errors
/// [`QueryError`] when the cursor is not one of this list, or the database can't answer.
pub async fn audits(
    db: &Db,
    case: Option<CaseId>,
    page: &PageRequest,
) -> Result<Page<AuditSummary>, QueryError> {
    let limit = page.limit();
    let [due, id] = page.cursor.as_ref().map(|cursor| cursor.key(LIST)).transpose()?.unwrap_or_default();
    let values = [Value::maybe(case), Value::from(due), Value::from(id), Value::count(limit as u64 + 1)];
    let sql = format!(
        "SELECT {COLUMNS} FROM audit_v1 WHERE (due_on, audit_id) > ($2, $3) AND ($1 IS NULL OR audit_id IN \
         (SELECT audit_id FROM audit_case_v1 WHERE case_id = $1)) ORDER BY due_on, audit_id LIMIT $4"
    );
    let rows = db.fetch(&sql, &values).await?;
    let items = rows.iter().map(AuditSummary::of).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_surplus(items, limit, |last| {
        Cursor::after(LIST, [last.due.to_string(), last.audit.to_string()])
    }))
}

/// An audit as a whole; `None` when there is none of that id.
///
/// # Errors
/// [`SqlError`] when the database can't answer.
pub async fn audit(db: &Db, id: AuditId) -> Result<Option<AuditView>, SqlError> {
    let sql = "SELECT version, position, state FROM audit_v1 WHERE audit_id = $1";
    let row = db.fetch_first(sql, &[Value::text(id)]).await?;
    row.map(|row| {
        Ok(AuditView {
            audit: id,
            version: row.count("version")?,
            position: row.count("position")?,
            state: row.json("state")?,
        })
    })
    .transpose()
}

impl AuditSummary {
    fn of(row: &Row) -> Result<Self, SqlError> {
        Ok(Self {
            audit: row.parsed("audit_id")?,
            title: row.text("title")?,
            scope: row.text("scope")?,
            theme: row.maybe_text("theme")?,
            due: row.parsed("due_on")?,
            cases_to_audit: row.maybe_int("cases_to_audit")?,
            cases_audited: row.count("cases_audited")?,
            cases_moderated: row.count("cases_moderated")?,
            completed: row.bool("completed")?,
        })
    }
}
