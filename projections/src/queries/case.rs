//! A case as it stands now.

use std::str::FromStr;

use caseledger_aggregates::Authority;
use caseledger_aggregates::case::{Case, Due};
use caseledger_commands::{
    AgencyId, CaseId, CaseReference, Date, PanelMeetingId, PersonId, PractitionerId, ReferenceError, TeamId,
    Timestamp,
};
use caseledger_log::Position;
use serde::Serialize;

use crate::sql::{Db, Row, SqlError, Value};

/// How a case is asked for: by its id or by its short reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseKey {
    /// By its id.
    Id(CaseId),
    /// By the reference that people read out.
    Reference(CaseReference),
}

impl FromStr for CaseKey {
    type Err = ReferenceError;

    /// Reads an id, or else a reference.
    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        match text.parse() {
            Ok(id) => Ok(Self::Id(id)),
            Err(_) => text.parse().map(Self::Reference),
        }
    }
}

/// A case as it stands now.
#[derive(Clone, Debug, Serialize)]
pub struct CaseView {
    /// The case.
    pub case: CaseId,
    /// Its short reference.
    pub reference: CaseReference,
    /// Where it is in its lifecycle.
    pub status: String,
    /// Its team.
    pub team: Option<TeamId>,
    /// Its team's name.
    pub team_name: Option<String>,
    /// The locality that the team works in.
    pub locality: Option<String>,
    /// Who holds the plan.
    pub lead_practitioner: Option<PractitionerId>,
    /// The agency that holds the plan.
    pub lead_agency: Option<AgencyId>,
    /// That agency's name.
    pub lead_agency_name: Option<String>,
    /// The level of need, from 1.
    pub level_of_need: Option<u8>,
    /// When the referral arrived.
    pub received_at: Option<Timestamp>,
    /// The day on which it was accepted.
    pub accepted_on: Option<Date>,
    /// The day on which it was closed.
    pub closed_on: Option<Date>,
    /// Whether someone of the family has agreed and not taken it back.
    pub consent: bool,
    /// Whether another record held it before.
    pub imported: bool,
    /// The meeting of the panel that is to triage it.
    pub panel_meeting: Option<PanelMeetingId>,
    /// The children that the help is for.
    pub children: Vec<PersonId>,
    /// The adults of the family.
    pub adults: Vec<PersonId>,
    /// What is to be done, and by when; the earliest first.
    pub due: Vec<DueView>,
    /// The commands that may be given now, as far as the status decides.
    pub allowed_commands: Vec<&'static str>,
    /// How many events it has: the stream's version, which is its ETag.
    pub version: u64,
    /// Where its last event stands in the log.
    pub position: Position,
    /// When the log learned of that event.
    pub recorded_at: Timestamp,
    /// Everything that is remembered of it.
    pub state: Case,
}

/// Something that is to be done on a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DueView {
    /// What and by when.
    #[serde(flatten)]
    pub due: Due,
    /// Whether the day has passed.
    pub overdue: bool,
}

/// The case of that id or reference as it stands on a day; `None` when there is none.
///
/// # Errors
/// [`SqlError`] when the database can't answer.
pub async fn case(
    db: &Db,
    key: &CaseKey,
    authority: &Authority,
    today: Date,
) -> Result<Option<CaseView>, SqlError> {
    let (column, value) = match key {
        CaseKey::Id(id) => ("case_id", Value::text(id)),
        CaseKey::Reference(reference) => ("reference", Value::from(reference.as_str())),
    };
    let sql = format!(
        "SELECT c.case_id, c.status, c.version, c.position, c.recorded_at, s.state, \
         t.name AS team_name, t.locality AS locality, a.name AS agency_name FROM case_view_v2 c \
         JOIN case_state_v2 s ON s.case_id = c.case_id \
         LEFT JOIN workforce_team_v1 t ON t.team_id = c.team_id \
         LEFT JOIN workforce_agency_v1 a ON a.agency_id = c.lead_agency_id WHERE c.{column} = $1"
    );
    let row = db.fetch_first(&sql, &[value]).await?;
    row.map(|row| CaseView::of(&row, authority, today)).transpose()
}

/// The cases in whose family a person is now, whatever their status.
///
/// # Errors
/// [`SqlError`] when the database can't answer.
pub async fn cases_of_person(db: &Db, person: PersonId) -> Result<Vec<CaseId>, SqlError> {
    let sql = "SELECT case_id FROM case_member_v2 WHERE person_id = $1 ORDER BY case_id";
    db.fetch(sql, &[Value::text(person)]).await?.iter().map(|row| row.parsed("case_id")).collect()
}

impl CaseView {
    fn of(row: &Row, authority: &Authority, today: Date) -> Result<Self, SqlError> {
        let mut state: Case = row.json("state")?;
        state.events = row.count("version")?;
        let mut due = state.due(authority);
        due.sort_by_key(|due| (due.on, due.what, due.action));
        let case: CaseId = row.parsed("case_id")?;
        Ok(Self {
            case,
            reference: state.reference.clone().unwrap_or_else(|| CaseReference::of(case)),
            status: row.text("status")?,
            team: state.team,
            team_name: row.maybe_text("team_name")?,
            locality: row.maybe_text("locality")?,
            lead_practitioner: state.lead_practitioner,
            lead_agency: state.lead_agency,
            lead_agency_name: row.maybe_text("agency_name")?,
            level_of_need: state.level_of_need,
            received_at: state.received_at,
            accepted_on: state.accepted_on,
            closed_on: state.closed.map(|(day, _)| day),
            consent: state.consent,
            imported: state.imported,
            panel_meeting: state.panel_meeting,
            children: state.children.iter().copied().collect(),
            adults: state.adults.iter().copied().collect(),
            due: due.into_iter().map(|due| DueView { overdue: due.on < today, due }).collect(),
            allowed_commands: state.allowed_commands(),
            version: row.count("version")?,
            position: row.count("position")?,
            recorded_at: row.moment("recorded_at")?,
            state,
        })
    }
}
