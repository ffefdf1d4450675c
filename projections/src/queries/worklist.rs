//! What people have to do.

use caseledger_commands::case::CaseCommand;
use caseledger_commands::{AgencyId, CaseId, CaseReference, CommandSet, Date, PractitionerId, TeamId};
use caseledger_log::StreamId;
use serde::Serialize;

use super::QueryError;
use crate::cases::List;
use crate::cursor::{Cursor, Page, PageRequest};
use crate::sql::{Db, Row, SqlError, Value};

/// Whose list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The whole authority's.
    Everyone,
    /// One practitioner's: of cases that they lead, and actions that they own.
    Practitioner(PractitionerId),
    /// One team's.
    Team(TeamId),
    /// Of cases that one agency leads.
    Agency(AgencyId),
}

/// Which rows are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorklistQuery {
    /// Which list.
    pub list: List,
    /// Whose.
    pub whose: Whose,
    /// The day on which it is asked: what was due before is overdue.
    pub today: Date,
    /// Only what is overdue.
    pub overdue_only: bool,
    /// Only what is due by then.
    pub due_by: Option<Date>,
}

impl WorklistQuery {
    /// The whole of a list, as it stands on a day.
    pub fn new(list: List, whose: Whose, today: Date) -> Self {
        Self { list, whose, today, overdue_only: false, due_by: None }
    }
}

/// Something that somebody has to do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WorklistItem {
    /// The case.
    pub case: CaseId,
    /// Its short reference.
    pub reference: CaseReference,
    /// Where it is in its lifecycle.
    pub status: String,
    /// What is to be done or waits: `complete-assessment`, `action`; for a list of cases, their status.
    pub what: String,
    /// The assessment, action, meeting or transfer that it is about.
    pub thing: Option<String>,
    /// By when.
    pub due: Option<Date>,
    /// Whether that day has passed.
    pub overdue: bool,
    /// The case's team.
    pub team: Option<TeamId>,
    /// The case's lead practitioner.
    pub lead_practitioner: Option<PractitionerId>,
    /// The case's lead agency.
    pub lead_agency: Option<AgencyId>,
    /// Who is to do an action: a practitioner, a person of the family or an agency.
    pub owner: Option<String>,
    /// The last day of a restriction on who may see the case. Whoever shows the row asks `access` first.
    pub restricted_until: Option<Date>,
    #[serde(skip)]
    key: [String; 3],
}

/// A page of a worklist: the earliest due first, what has no date last.
///
/// # Errors
/// [`QueryError`] when the cursor is not one of this list, or the database can't answer.
pub async fn worklist(
    db: &Db,
    query: &WorklistQuery,
    page: &PageRequest,
) -> Result<Page<WorklistItem>, QueryError> {
    let list = format!("worklist:{}", query.list.name());
    let limit = page.limit();
    let mut values = vec![Value::from(query.list.name()), Value::count(limit as u64 + 1)];
    let mut conditions = vec!["w.list = $1".to_owned()];
    let mut condition = |text: &str, value: Value| {
        values.push(value);
        conditions.push(text.replace('?', &format!("${}", values.len())));
    };
    match query.whose {
        Whose::Everyone => {}
        Whose::Practitioner(id) => {
            condition("(w.lead_practitioner_id = ? OR w.owner_id = ?)", Value::text(id))
        }
        Whose::Team(id) => condition("w.team_id = ?", Value::text(id)),
        Whose::Agency(id) => condition("w.lead_agency_id = ?", Value::text(id)),
    }
    if query.overdue_only {
        condition("w.due_on < ?", Value::from(query.today));
    }
    if let Some(day) = query.due_by {
        condition("w.due_on <= ?", Value::from(day));
    }
    if let Some(cursor) = &page.cursor {
        let [order_on, case, item] = cursor.key(&list)?;
        values.extend([order_on, case, item].map(Value::from));
        let last = values.len();
        conditions.push(format!("(w.order_on, w.case_id, w.item) > (${}, ${}, ${last})", last - 2, last - 1));
    }
    let sql = format!(
        "SELECT w.case_id, w.item, w.order_on, w.reference, w.status, w.what, w.thing_id, w.due_on, w.team_id, \
         w.lead_practitioner_id, w.lead_agency_id, w.owner_id, c.restricted_until FROM worklist_v2 w \
         JOIN case_view_v2 c ON c.case_id = w.case_id WHERE {} ORDER BY w.order_on, w.case_id, w.item LIMIT $2",
        conditions.join(" AND ")
    );
    let rows = db.fetch(&sql, &values).await?;
    let items = rows.iter().map(|row| WorklistItem::of(row, query.today)).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_surplus(items, limit, |last| Cursor::after(&list, last.key.clone())))
}

/// The cases that are being worked, so many at most: those that something was last written to, the latest first. They are not
/// found by the log's last events alone, of which many tell of cases that were closed since.
///
/// # Errors
/// [`SqlError`] when the database can't answer, or has not been told of any case yet.
pub(crate) async fn being_worked(db: &Db, most: usize) -> Result<Vec<StreamId>, SqlError> {
    let sql = "SELECT c.case_id FROM worklist_v2 w JOIN case_view_v2 c ON c.case_id = w.case_id WHERE w.list = $1 \
               ORDER BY c.position DESC LIMIT $2";
    let values = [Value::from(List::Case.name()), Value::count(most as u64)];
    let stream = |row: Row| {
        let aggregate_id = row.text("case_id")?;
        Ok(StreamId { aggregate_type: CaseCommand::AGGREGATE.to_owned(), aggregate_id })
    };
    db.fetch(sql, &values).await?.into_iter().map(stream).collect()
}

impl WorklistItem {
    fn of(row: &Row, today: Date) -> Result<Self, SqlError> {
        let due: Option<Date> = row.maybe_parsed("due_on")?;
        Ok(Self {
            case: row.parsed("case_id")?,
            reference: row.parsed("reference")?,
            status: row.text("status")?,
            what: row.text("what")?,
            thing: row.maybe_text("thing_id")?,
            due,
            overdue: due.is_some_and(|due| due < today),
            team: row.maybe_parsed("team_id")?,
            lead_practitioner: row.maybe_parsed("lead_practitioner_id")?,
            lead_agency: row.maybe_parsed("lead_agency_id")?,
            owner: row.maybe_text("owner_id")?,
            restricted_until: row.maybe_parsed("restricted_until")?,
            key: [row.text("order_on")?, row.text("case_id")?, row.text("item")?],
        })
    }
}
