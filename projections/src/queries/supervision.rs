//! Practitioners' supervision.

use caseledger_commands::{ActionId, CaseId, Date, PractitionerId};
use caseledger_log::Position;
use serde::Serialize;

use super::QueryError;
use crate::cursor::{Cursor, Page, PageRequest};
use crate::sql::{Db, Row, SqlError, Value};

/// A practitioner's supervision record: how it stands, and what is still to be done.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SupervisionView {
    /// The practitioner, whose id is the record's.
    pub practitioner: PractitionerId,
    /// At most how many days lie between two supervisions, where it differs from the authority's rule.
    pub every_days: Option<i64>,
    /// The day of the latest supervision.
    pub last_held_on: Option<Date>,
    /// Who held it.
    pub supervisor: Option<PractitionerId>,
    /// By when the next is to be held.
    pub next_due: Option<Date>,
    /// Whether that day has passed.
    pub overdue: bool,
    /// The stream's version, which is its ETag.
    pub version: u64,
    /// Where its last event stands in the log.
    pub position: Position,
    /// The actions that are still to be done, the earliest due first.
    pub open_actions: Vec<SupervisionActionView>,
}

/// An action of a supervision.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SupervisionActionView {
    /// The action.
    pub action: ActionId,
    /// The case that it is about.
    pub case: Option<CaseId>,
    /// What is to be done.
    pub what: String,
    /// `high`, `medium` or `low`.
    pub priority: String,
    /// Who is to do it.
    pub owner: PractitionerId,
    /// By when.
    pub due: Date,
    /// Whether that day has passed and it is not done.
    pub overdue: bool,
    /// How many supervisions have carried it forward.
    pub carried_forward: u64,
    /// What came of it; `null` until it is done.
    pub outcome: Option<String>,
}

/// A supervision that was held.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SupervisionSession {
    /// Where the event stands in the log.
    pub position: Position,
    /// The day on which it was held.
    pub held_on: Date,
    /// Who supervised.
    pub supervisor: PractitionerId,
    /// What was said about development.
    pub development: Option<String>,
    /// What was said about training.
    pub training: Option<String>,
    /// How the practitioner is.
    pub wellbeing: Option<String>,
    /// How many earlier actions were not done by then.
    pub carried_forward: u64,
    /// By when the next was to be held.
    pub next_due: Date,
    /// What was said about cases.
    pub cases: Vec<CaseDiscussed>,
    /// The actions that it agreed.
    pub actions: Vec<SupervisionActionView>,
}

/// What was said about a case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaseDiscussed {
    /// The case.
    pub case: CaseId,
    /// What has changed for the family.
    pub changed_circumstances: String,
    /// What may harm a child, and what is done about it.
    pub risks: String,
    /// Whether the level of help is right: `right`, `higher` or `lower`.
    pub threshold: String,
    /// Why.
    pub threshold_reason: String,
}

const ACTION_COLUMNS: &str = "action_id, case_id, what, priority, owner_id, due_on, carried_forward, outcome";

/// A practitioner's supervision record as it stands on a day; `None` when there is none.
///
/// # Errors
/// [`SqlError`] when the database can't answer.
pub async fn supervision(
    db: &Db,
    practitioner: PractitionerId,
    today: Date,
) -> Result<Option<SupervisionView>, SqlError> {
    let key = [Value::text(practitioner)];
    let sql = "SELECT every_days, last_held_on, supervisor_id, next_due, version, position FROM supervision_record_v1 \
               WHERE supervision_id = $1";
    let Some(row) = db.fetch_first(sql, &key).await? else { return Ok(None) };
    let actions = format!(
        "SELECT {ACTION_COLUMNS} FROM supervision_action_v1 WHERE supervision_id = $1 AND outcome IS NULL \
         ORDER BY due_on, action_id"
    );
    let actions = db.fetch(&actions, &key).await?;
    let next_due: Option<Date> = row.maybe_parsed("next_due")?;
    Ok(Some(SupervisionView {
        practitioner,
        every_days: row.maybe_int("every_days")?,
        last_held_on: row.maybe_parsed("last_held_on")?,
        supervisor: row.maybe_parsed("supervisor_id")?,
        next_due,
        overdue: next_due.is_some_and(|due| due < today),
        version: row.count("version")?,
        position: row.count("position")?,
        open_actions: actions
            .iter()
            .map(|row| SupervisionActionView::of(row, today))
            .collect::<Result<_, _>>()?,
    }))
}

/// A page of the supervisions that a practitioner had: the latest first.
///
/// # Errors
/// [`QueryError`] when the cursor is not one of this list, or the database can't answer.
pub async fn supervision_sessions(
    db: &Db,
    practitioner: PractitionerId,
    today: Date,
    page: &PageRequest,
) -> Result<Page<SupervisionSession>, QueryError> {
    const LIST: &str = "supervision-sessions";
    let limit = page.limit();
    let [day, position] =
        page.cursor.as_ref().map(|cursor| cursor.key(LIST)).transpose()?.unwrap_or(["9999-12-31", "0"]);
    let position: i64 = position.parse().map_err(|_| crate::CursorError::Unreadable)?;
    let values =
        [Value::text(practitioner), Value::from(day), Value::from(position), Value::count(limit as u64 + 1)];
    let sql = "SELECT position, held_on, supervisor_id, development, training, wellbeing, carried_forward, next_due \
               FROM supervision_session_v1 WHERE supervision_id = $1 AND (held_on, position) < ($2, $3) \
               ORDER BY held_on DESC, position DESC LIMIT $4";
    let mut sessions = vec![];
    for row in db.fetch(sql, &values).await? {
        sessions.push(SupervisionSession::of(db, practitioner, &row, today).await?);
    }
    Ok(Page::from_surplus(sessions, limit, |last| {
        Cursor::after(LIST, [last.held_on.to_string(), last.position.to_string()])
    }))
}

/// A page of the practitioners whose next supervision is due, the longest overdue first.
///
/// # Errors
/// [`QueryError`] when the cursor is not one of this list, or the database can't answer.
pub async fn supervisions_due(
    db: &Db,
    today: Date,
    page: &PageRequest,
) -> Result<Page<SupervisionDue>, QueryError> {
    const LIST: &str = "supervisions-due";
    let limit = page.limit();
    let [day, id] = page.cursor.as_ref().map(|cursor| cursor.key(LIST)).transpose()?.unwrap_or_default();
    let sql = "SELECT supervision_id, last_held_on, next_due FROM supervision_record_v1 WHERE next_due IS NOT NULL \
               AND (next_due, supervision_id) > ($1, $2) ORDER BY next_due, supervision_id LIMIT $3";
    let rows = db.fetch(sql, &[Value::from(day), Value::from(id), Value::count(limit as u64 + 1)]).await?;
    let items = rows.iter().map(|row| SupervisionDue::of(row, today)).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_surplus(items, limit, |last| {
        Cursor::after(LIST, [last.next_due.to_string(), last.practitioner.to_string()])
    }))
}

/// When a practitioner's next supervision is due.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SupervisionDue {
    /// The practitioner.
    pub practitioner: PractitionerId,
    /// The day of the latest supervision.
    pub last_held_on: Option<Date>,
    /// By when the next is to be held.
    pub next_due: Date,
    /// Whether that day has passed.
    pub overdue: bool,
}

impl SupervisionDue {
    fn of(row: &Row, today: Date) -> Result<Self, SqlError> {
        let next_due: Date = row.parsed("next_due")?;
        Ok(Self {
            practitioner: row.parsed("supervision_id")?,
            last_held_on: row.maybe_parsed("last_held_on")?,
            next_due,
            overdue: next_due < today,
        })
    }
}

impl SupervisionActionView {
    fn of(row: &Row, today: Date) -> Result<Self, SqlError> {
        let (due, outcome): (Date, _) = (row.parsed("due_on")?, row.maybe_text("outcome")?);
        Ok(Self {
            action: row.parsed("action_id")?,
            case: row.maybe_parsed("case_id")?,
            what: row.text("what")?,
            priority: row.text("priority")?,
            owner: row.parsed("owner_id")?,
            due,
            overdue: outcome.is_none() && due < today,
            carried_forward: row.count("carried_forward")?,
            outcome,
        })
    }
}

impl SupervisionSession {
    async fn of(db: &Db, practitioner: PractitionerId, row: &Row, today: Date) -> Result<Self, SqlError> {
        let position = row.count("position")?;
        let key = [Value::text(practitioner), Value::count(position)];
        let said = "SELECT case_id, changed_circumstances, risks, threshold, threshold_reason FROM supervision_case_v1 \
                    WHERE supervision_id = $1 AND position = $2 ORDER BY case_id";
        let actions = format!(
            "SELECT {ACTION_COLUMNS} FROM supervision_action_v1 WHERE supervision_id = $1 AND position = $2 \
             ORDER BY due_on, action_id"
        );
        let actions = db.fetch(&actions, &key).await?;
        Ok(Self {
            position,
            held_on: row.parsed("held_on")?,
            supervisor: row.parsed("supervisor_id")?,
            development: row.maybe_text("development")?,
            training: row.maybe_text("training")?,
            wellbeing: row.maybe_text("wellbeing")?,
            carried_forward: row.count("carried_forward")?,
            next_due: row.parsed("next_due")?,
            cases: db.fetch(said, &key).await?.iter().map(CaseDiscussed::of).collect::<Result<_, _>>()?,
            actions: actions
                .iter()
                .map(|row| SupervisionActionView::of(row, today))
                .collect::<Result<_, _>>()?,
        })
    }
}

impl CaseDiscussed {
    fn of(row: &Row) -> Result<Self, SqlError> {
        Ok(Self {
            case: row.parsed("case_id")?,
            changed_circumstances: row.text("changed_circumstances")?,
            risks: row.text("risks")?,
            threshold: row.text("threshold")?,
            threshold_reason: row.text("threshold_reason")?,
        })
    }
}
