//! What was said of a measure, and what is done to improve it.

use caseledger_commands::oversight::Figure;
use caseledger_commands::{ActionId, Date, Timestamp};
use caseledger_log::Position;
use serde::Serialize;

use crate::sql::{Db, Row, SqlError, Value};

/// What somebody said that a measure's figures mean for children and families.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CommentaryView {
    /// Where the event stands in the log.
    pub position: Position,
    /// The measure's id.
    pub measure: String,
    /// The first day of the period.
    pub from: Date,
    /// The last day of the period.
    pub to: Date,
    /// What the figures mean.
    pub meaning: String,
    /// The figures as they stood when it was said.
    pub figures: Vec<Figure>,
    /// The subject who said it.
    pub actor: String,
    /// When.
    pub occurred_at: Timestamp,
}

/// What is done to improve a measure, as it stands now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ImprovementView {
    /// The action.
    pub action: ActionId,
    /// The measure's id.
    pub measure: String,
    /// What is done.
    pub what: String,
    /// How it will show that it worked.
    pub success: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// By when.
    pub due: Date,
    /// The day on which it was agreed.
    pub agreed_on: Option<Date>,
    /// How it went when it was last told: `on-track`, `at-risk` or `off-track`.
    pub rating: Option<String>,
    /// What was told then.
    pub progress: Option<String>,
    /// The day on which it was told.
    pub reported_on: Option<Date>,
    /// What it changed, once it is done.
    pub outcome: Option<String>,
}

/// The latest commentaries on a measure whose period ended by that day, the latest period first. Of several on one period
/// only the last counts: it took the earlier one's place.
///
/// # Errors
/// [`SqlError`] when the database can't answer.
pub async fn commentaries(
    db: &Db,
    measure: &str,
    by: Date,
    most: usize,
) -> Result<Vec<CommentaryView>, SqlError> {
    let sql = "SELECT position, measure, from_day, to_day, meaning, figures, actor, occurred_at FROM commentary_v2 c \
               WHERE measure = $1 AND to_day <= $2 AND NOT EXISTS (SELECT 1 FROM commentary_v2 later \
               WHERE later.measure = c.measure AND later.from_day = c.from_day AND later.to_day = c.to_day \
               AND later.position > c.position) ORDER BY to_day DESC, position DESC LIMIT $3";
    let values = [Value::text(measure), Value::from(by), Value::count(most as u64)];
    db.fetch(sql, &values).await?.iter().map(CommentaryView::of).collect()
}

/// What is done to improve a measure, what is due first at the top.
///
/// # Errors
/// [`SqlError`] when the database can't answer.
pub async fn improvements(db: &Db, measure: &str) -> Result<Vec<ImprovementView>, SqlError> {
    let sql = "SELECT i.action_id, i.measure, i.what, i.success, p.name AS owner, i.due_on, a.agreed_on, i.rating, i.progress, \
               i.reported_on, i.outcome FROM improvement_action_v2 i \
               LEFT JOIN improvement_agreed_v2 a ON a.action_id = i.action_id \
               LEFT JOIN workforce_practitioner_v1 p ON p.practitioner_id = i.owner_id \
               WHERE i.measure = $1 ORDER BY i.due_on, i.action_id";
    db.fetch(sql, &[Value::text(measure)]).await?.iter().map(ImprovementView::of).collect()
}

impl CommentaryView {
    fn of(row: &Row) -> Result<Self, SqlError> {
        Ok(Self {
            position: row.count("position")?,
            measure: row.text("measure")?,
            from: row.parsed("from_day")?,
            to: row.parsed("to_day")?,
            meaning: row.text("meaning")?,
            figures: row.json("figures")?,
            actor: row.text("actor")?,
            occurred_at: row.moment("occurred_at")?,
        })
    }
}

impl ImprovementView {
    fn of(row: &Row) -> Result<Self, SqlError> {
        Ok(Self {
            action: row.parsed("action_id")?,
            measure: row.text("measure")?,
            what: row.text("what")?,
            success: row.text("success")?,
            owner: row.maybe_text("owner")?,
            due: row.parsed("due_on")?,
            agreed_on: row.maybe_parsed("agreed_on")?,
            rating: row.maybe_text("rating")?,
            progress: row.maybe_text("progress")?,
            reported_on: row.maybe_parsed("reported_on")?,
            outcome: row.maybe_text("outcome")?,
        })
    }
}
