//! The units behind a figure: which cases they are of, and which events they follow from.

use caseledger_commands::{AgencyId, CaseId, CaseReference, Date, TeamId};
use caseledger_log::Position;
use serde::Serialize;

use super::measure::{Measure, When};
use super::question::Question;
use super::select::Units;
use crate::cursor::{Cursor, Page, PageRequest};
use crate::queries::QueryError;
use crate::sql::{Db, Row, SqlError, Value};

/// Which units behind a figure are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Those that were counted.
    Numerator,
    /// Those out of which they were counted.
    Denominator,
}

/// A unit behind a figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evidence {
    /// What it is of.
    #[serde(flatten)]
    pub subject: Subject,
    /// The day by which it counts: the day that was asked for, or its own day in the period.
    pub day: Date,
    /// Whether it was counted, or only belongs to those out of which was counted.
    pub counted: bool,
    /// The locality of its team.
    pub locality: Option<String>,
    /// Its team on that day, or the first that it had later.
    pub team: Option<TeamId>,
    /// Its lead agency, as the team.
    pub lead_agency: Option<AgencyId>,
    /// The positions of the events that it follows from.
    pub positions: Vec<Position>,
}

/// What a unit is of.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Subject {
    /// A case.
    Case {
        /// The case.
        case: CaseId,
        /// Its short reference.
        reference: CaseReference,
    },
    /// Something else that has a stream of its own.
    Other {
        /// The type of the aggregate: `PanelMeeting`.
        aggregate: String,
        /// Its id.
        id: String,
    },
}

impl Evidence {
    /// The case, where it is of one.
    pub const fn case(&self) -> Option<CaseId> {
        match self.subject {
            Subject::Case { case, .. } => Some(case),
            Subject::Other { .. } => None,
        }
    }
}

/// The units behind a figure, a page at a time.
///
/// # Errors
/// [`QueryError`] when the cursor is not one of this list, or the database can't answer.
pub async fn evidence(
    db: &Db,
    measure: &'static Measure,
    question: &Question,
    side: Side,
    page: &PageRequest,
) -> Result<Page<Evidence>, QueryError> {
    let list = format!("evidence:{}", measure.id);
    let after = page.cursor.as_ref().map(|cursor| cursor.key::<1>(&list)).transpose()?;
    let limit = page.limit();
    let mut units = Units::of(measure, &[question.period], &question.filters);
    let after = units.bind(Value::text(after.map_or("", |[unit]| unit)));
    let limit_place = units.bind(Value::count(limit as u64 + 1));
    let counted = units.placed(&measure.shape.counted());
    let only = if side == Side::Numerator { format!(" AND {counted}") } else { String::new() };
    let day = match measure.when {
        When::OnDay => "p.to_day".to_owned(),
        When::InPeriod => format!("u.{}", measure.day),
    };
    let or_null = |known: bool, column: &str| if known { column.to_owned() } else { "NULL".to_owned() };
    let of_case = measure.is_of_cases();
    let (of_team, of_agency) = (measure.has(&super::TEAM), measure.has(&super::AGENCY));
    let sql = format!(
        "SELECT u.unit AS unit, {} AS reference, u.positions AS positions, {day} AS day, \
         {} AS subject, CAST(CASE WHEN {counted} THEN 1 ELSE 0 END AS bigint) AS counted, {} AS locality, {} AS team, \
         {} AS agency {}{only} AND u.unit > {after} ORDER BY u.unit LIMIT {limit_place}",
        or_null(of_case, "u.reference"),
        if of_case { "u.case_id" } else { "u.subject" },
        or_null(of_team, "(SELECT t.locality FROM measure_team_v4 t WHERE t.team_id = u.team_id)"),
        or_null(of_team, "u.team_id"),
        or_null(of_agency, "u.lead_agency_id"),
        units.from,
    );
    let rows = db.fetch(&sql, &units.values).await?;
    let items = rows.iter().map(Evidence::of).collect::<Result<Vec<_>, _>>()?;
    let page = Page::from_surplus(items, limit, |(unit, _)| Cursor::after(&list, [unit.clone()]));
    Ok(page.map(|(_, evidence)| evidence))
}

impl Evidence {
    fn of(row: &Row) -> Result<(String, Self), SqlError> {
        let subject = match row.maybe_parsed("reference")? {
            Some(reference) => Subject::Case { case: row.parsed("subject")?, reference },
            None => {
                let subject = row.text("subject")?;
                let (aggregate, id) = subject.split_once('/').unwrap_or(("", &subject));
                Subject::Other { aggregate: aggregate.to_owned(), id: id.to_owned() }
            }
        };
        let evidence = Self {
            subject,
            day: row.parsed("day")?,
            counted: row.int("counted")? != 0,
            locality: row.maybe_text("locality")?,
            team: row.maybe_parsed("team")?,
            lead_agency: row.maybe_parsed("agency")?,
            positions: row.json("positions")?,
        };
        Ok((row.text("unit")?, evidence))
    }
}
