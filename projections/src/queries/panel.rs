//! The meetings of the panel.

use caseledger_commands::{AgencyId, CaseId, CaseReference, Date, PanelMeetingId};
use caseledger_log::Position;
use serde::Serialize;

use super::QueryError;
use crate::cursor::{Cursor, Page, PageRequest};
use crate::sql::{Db, Row, SqlError, Value};

/// A meeting in a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PanelSummary {
    /// The meeting.
    pub panel_meeting: PanelMeetingId,
    /// The day for which it was called.
    pub planned_on: Date,
    /// The day on which it was held.
    pub held_on: Option<Date>,
    /// Who chairs it.
    pub chair: String,
    /// `to-be-held`, `held` or `closed`.
    pub standing: String,
    /// How many cases are or were on its agenda.
    pub items: u64,
    /// How many of them it decided.
    pub decided: u64,
    /// How many of them it put off to another meeting.
    pub deferred: u64,
}

/// A meeting as a whole.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PanelAgenda {
    /// The meeting.
    #[serde(flatten)]
    pub meeting: PanelSummary,
    /// The stream's version, which is its ETag.
    pub version: u64,
    /// Where its last event stands in the log.
    pub position: Position,
    /// The agencies invited.
    pub invited: Vec<AgencyId>,
    /// Which agencies came.
    pub attendance: Vec<PanelAttendance>,
    /// The cases, in the order in which they were referred.
    pub agenda: Vec<AgendaItem>,
}

/// Whether an agency came.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PanelAttendance {
    /// The agency.
    pub agency: AgencyId,
    /// Whether it came.
    pub attendance: String,
}

/// A case on the agenda.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AgendaItem {
    /// The case.
    pub case: CaseId,
    /// Its short reference; `null` when the case is not known.
    pub reference: Option<CaseReference>,
    /// `open`, `decided` or `deferred`.
    pub standing: String,
    /// What was decided.
    pub outcome: Option<String>,
    /// The level of need that was decided.
    pub level_of_need: Option<i64>,
    /// Why it was decided so.
    pub reason: Option<String>,
    /// The meeting to which it was put off.
    pub deferred_to: Option<PanelMeetingId>,
    /// What agencies told.
    pub information: Vec<SharedInformation>,
    /// The last day of a restriction on who may see the case. Whoever shows the item asks `access` first.
    pub restricted_until: Option<Date>,
}

/// What an agency told the panel that it knows of a family.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SharedInformation {
    /// The agency.
    pub agency: AgencyId,
    /// What it told.
    pub information: String,
}

const LIST: &str = "panels";
const COLUMNS: &str = "panel_meeting_id, planned_on, held_on, chair, standing, items, decided, deferred";

/// A page of the panel's meetings from a day on, in their order.
///
/// # Errors
/// [`QueryError`] when the cursor is not one of this list, or the database can't answer.
pub async fn panels(
    db: &Db,
    from: Option<Date>,
    page: &PageRequest,
) -> Result<Page<PanelSummary>, QueryError> {
    let limit = page.limit();
    let [day, id] = page.cursor.as_ref().map(|cursor| cursor.key(LIST)).transpose()?.unwrap_or_default();
    let from = from.map(|day| day.to_string()).unwrap_or_default();
    let values = [Value::from(day), Value::from(id), Value::Text(Some(from)), Value::count(limit as u64 + 1)];
    let sql = format!(
        "SELECT {COLUMNS} FROM panel_meeting_v1 WHERE (planned_on, panel_meeting_id) > ($1, $2) \
         AND planned_on >= $3 ORDER BY planned_on, panel_meeting_id LIMIT $4"
    );
    let rows = db.fetch(&sql, &values).await?;
    let items = rows.iter().map(PanelSummary::of).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_surplus(items, limit, |last| {
        Cursor::after(LIST, [last.planned_on.to_string(), last.panel_meeting.to_string()])
    }))
}

/// A meeting's agenda, attendance, what agencies told and what was decided; `None` when there is none of that id.
///
/// # Errors
/// [`SqlError`] when the database can't answer.
pub async fn panel_agenda(db: &Db, id: PanelMeetingId) -> Result<Option<PanelAgenda>, SqlError> {
    let key = [Value::text(id)];
    let sql =
        format!("SELECT {COLUMNS}, version, position FROM panel_meeting_v1 WHERE panel_meeting_id = $1");
    let Some(meeting) = db.fetch_first(&sql, &key).await? else { return Ok(None) };
    let invited = db
        .fetch(
            "SELECT agency_id FROM panel_invitation_v1 WHERE panel_meeting_id = $1 ORDER BY agency_id",
            &key,
        )
        .await?;
    let came = "SELECT agency_id, attendance FROM panel_attendance_v1 WHERE panel_meeting_id = $1 ORDER BY agency_id";
    let attendance = db.fetch(came, &key).await?.iter().map(PanelAttendance::of).collect::<Result<_, _>>()?;
    let items = "SELECT i.case_id, i.standing, i.outcome, i.level_of_need, i.reason, i.deferred_to, c.reference, \
                 c.restricted_until FROM panel_item_v1 i LEFT JOIN case_view_v2 c ON c.case_id = i.case_id \
                 WHERE i.panel_meeting_id = $1 ORDER BY c.received_at, i.case_id";
    let mut agenda =
        db.fetch(items, &key).await?.iter().map(AgendaItem::of).collect::<Result<Vec<AgendaItem>, _>>()?;
    let told = "SELECT case_id, agency_id, information FROM panel_information_v1 WHERE panel_meeting_id = $1 \
                ORDER BY position";
    for row in db.fetch(told, &key).await? {
        let case: CaseId = row.parsed("case_id")?;
        let shared =
            SharedInformation { agency: row.parsed("agency_id")?, information: row.text("information")? };
        if let Some(item) = agenda.iter_mut().find(|item| item.case == case) {
            item.information.push(shared);
        }
    }
    Ok(Some(PanelAgenda {
        meeting: PanelSummary::of(&meeting)?,
        version: meeting.count("version")?,
        position: meeting.count("position")?,
        invited: invited.iter().map(|row| row.parsed("agency_id")).collect::<Result<_, _>>()?,
        attendance,
        agenda,
    }))
}

impl PanelSummary {
    fn of(row: &Row) -> Result<Self, SqlError> {
        Ok(Self {
            panel_meeting: row.parsed("panel_meeting_id")?,
            planned_on: row.parsed("planned_on")?,
            held_on: row.maybe_parsed("held_on")?,
            chair: row.text("chair")?,
            standing: row.text("standing")?,
            items: row.count("items")?,
            decided: row.count("decided")?,
            deferred: row.count("deferred")?,
        })
    }
}

impl PanelAttendance {
    fn of(row: &Row) -> Result<Self, SqlError> {
        Ok(Self { agency: row.parsed("agency_id")?, attendance: row.text("attendance")? })
    }
}

impl AgendaItem {
    fn of(row: &Row) -> Result<Self, SqlError> {
        Ok(Self {
            case: row.parsed("case_id")?,
            reference: row.maybe_parsed("reference")?,
            standing: row.text("standing")?,
            outcome: row.maybe_text("outcome")?,
            level_of_need: row.maybe_int("level_of_need")?,
            reason: row.maybe_text("reason")?,
            deferred_to: row.maybe_parsed("deferred_to")?,
            information: vec![],
            restricted_until: row.maybe_parsed("restricted_until")?,
        })
    }
}
