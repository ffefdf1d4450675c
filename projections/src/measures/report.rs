//! Figures for a day, and the cases behind them.

use std::collections::BTreeMap;

use caseledger_commands::{AgencyId, CaseId, CaseReference, Date, TeamId};
use caseledger_log::Position;
use serde::Serialize;

use super::{Measure, OPEN_CASES, PARTNER_LED, Population, Share};
use crate::cursor::{Cursor, Page, PageRequest};
use crate::queries::QueryError;
use crate::sql::{Db, Row, SqlError, Value};

/// Which part of the authority is asked about; empty means all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// Only cases whose team works in that locality.
    pub locality: Option<String>,
    /// Only cases of that team.
    pub team: Option<TeamId>,
    /// Only cases that this agency leads.
    pub lead_agency: Option<AgencyId>,
}

/// A number, or a share of something.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Amount {
    /// How many.
    Count(u64),
    /// Which part, from 0 to 1, to the whole per cent.
    Share(f64),
}

/// A measure's answer for a day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// The measure's id.
    pub id: &'static str,
    /// What it tells.
    pub title: &'static str,
    /// The day, at whose end things stood so.
    pub at: Date,
    /// The figure; `null` for a share of nothing.
    pub value: Option<Amount>,
    /// What was counted.
    pub numerator: u64,
    /// Out of how many; `null` for a measure that is no share.
    pub denominator: Option<u64>,
    /// What numerator, denominator and clock are.
    pub definition: String,
    /// The events that it follows from.
    pub events: &'static [&'static str],
    /// The same figure for each locality, each team and each lead agency.
    pub breakdown: Vec<Part>,
}

/// The figure of a part of the authority.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// What it is a part by: `locality`, `team` or `lead-agency`.
    pub by: &'static str,
    /// The locality's name, or the id of team or agency; `null` for cases that have none yet.
    pub key: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// The figure; `null` for a share of nothing.
    pub value: Option<Amount>,
    /// What was counted.
    pub numerator: u64,
    /// Out of how many.
    pub denominator: Option<u64>,
}

/// Which cases behind a figure are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Those that were counted.
    Numerator,
    /// Those out of which they were counted.
    Denominator,
}

/// A case behind a figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evidence {
    /// The case.
    pub case: CaseId,
    /// Its short reference.
    pub reference: CaseReference,
    /// The locality of its team on that day.
    pub locality: Option<String>,
    /// Its team on that day.
    pub team: Option<TeamId>,
    /// Its lead agency on that day.
    pub lead_agency: Option<AgencyId>,
    /// The positions of the events by which it counts.
    pub positions: Vec<Position>,
}

impl Measure {
    fn amount(&self, count: Count) -> Option<Amount> {
        match self.share {
            None => Some(Amount::Count(count.numerator)),
            Some(_) if count.denominator == 0 => None,
            Some(_) => {
                let share = count.numerator as f64 / count.denominator as f64;
                Some(Amount::Share((share * 100.0).round() / 100.0))
            }
        }
    }
}

impl Population {
    const fn kind(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Plan => "plan",
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    numerator: u64,
    denominator: u64,
}

impl Count {
    fn add(&mut self, counted: bool, cases: u64) {
        self.denominator += cases;
        self.numerator += if counted { cases } else { 0 };
    }
}

/// The spans of a population on a day, with the team and the lead agency of that day. `$1` is the day, `$2` the kind of
/// span; `$3`, `$4` and `$5` are the filters.
const ON_THE_DAY: &str = "FROM case_span_v1 p
    LEFT JOIN case_span_v1 t ON t.case_id = p.case_id AND t.kind = 'team'
        AND t.from_day <= $1 AND (t.until_day IS NULL OR t.until_day > $1)
    LEFT JOIN case_span_v1 a ON a.case_id = p.case_id AND a.kind = 'agency'
        AND a.from_day <= $1 AND (a.until_day IS NULL OR a.until_day > $1)
    LEFT JOIN measure_team_v1 mt ON mt.team_id = t.value
    LEFT JOIN measure_agency_v1 ma ON ma.agency_id = a.value
    WHERE p.kind = $2 AND p.from_day <= $1 AND (p.until_day IS NULL OR p.until_day > $1)
        AND ($3 IS NULL OR mt.locality = $3) AND ($4 IS NULL OR t.value = $4) AND ($5 IS NULL OR a.value = $5)";

fn values(measure: &Measure, at: Date, filters: &Filters) -> Vec<Value> {
    vec![
        Value::from(at),
        Value::text(measure.population.kind()),
        Value::Text(filters.locality.clone()),
        Value::maybe(filters.team),
        Value::maybe(filters.lead_agency),
    ]
}

/// The condition on the rows of [`ON_THE_DAY`] that makes the numerator.
const fn condition(share: Option<Share>) -> &'static str {
    match share {
        None => "1 = 1",
        Some(Share::PartnerLed) => "ma.is_authority = false",
    }
}

/// By key: the part's name and its count.
type Counts = BTreeMap<Option<String>, (Option<String>, Count)>;

/// A measure's figure for a day.
///
/// # Errors
/// [`SqlError`] when the database can't answer.
pub async fn figure(db: &Db, measure: &Measure, at: Date, filters: &Filters) -> Result<Figure, SqlError> {
    let sql = format!(
        "SELECT mt.locality AS locality, t.value AS team, mt.name AS team_name, a.value AS agency, \
         ma.name AS agency_name, CAST(CASE WHEN {} THEN 1 ELSE 0 END AS bigint) AS counted, count(*) AS cases \
         {ON_THE_DAY} GROUP BY 1, 2, 3, 4, 5, 6",
        condition(measure.share)
    );
    let rows = db.fetch(&sql, &values(measure, at, filters)).await?;
    let mut whole = Count::default();
    let mut parts: [Counts; 3] = Default::default();
    for row in &rows {
        let (counted, cases) = (row.int("counted")? != 0, row.count("cases")?);
        whole.add(counted, cases);
        let locality = row.maybe_text("locality")?;
        let keys = [
            (locality.clone(), locality),
            (row.maybe_text("team")?, row.maybe_text("team_name")?),
            (row.maybe_text("agency")?, row.maybe_text("agency_name")?),
        ];
        for (part, (key, name)) in parts.iter_mut().zip(keys) {
            part.entry(key).or_insert((name, Count::default())).1.add(counted, cases);
        }
    }
    let out_of = |count: Count| measure.share.map(|_| count.denominator);
    let breakdown = ["locality", "team", "lead-agency"].into_iter().zip(parts).flat_map(|(by, part)| {
        part.into_iter().map(move |(key, (name, count))| Part {
            by,
            key,
            name,
            value: measure.amount(count),
            numerator: count.numerator,
            denominator: out_of(count),
        })
    });
    Ok(Figure {
        id: measure.id,
        title: measure.title,
        at,
        value: measure.amount(whole),
        numerator: whole.numerator,
        denominator: out_of(whole),
        definition: measure.definition(),
        events: measure.events,
        breakdown: breakdown.collect(),
    })
}

/// How many families early help was working with on a day.
///
/// # Errors
/// As [`figure`].
pub async fn open_cases(db: &Db, at: Date, filters: &Filters) -> Result<Figure, SqlError> {
    figure(db, &OPEN_CASES, at, filters).await
}

/// The share of plans that agencies other than the authority led on a day.
///
/// # Errors
/// As [`figure`].
pub async fn partner_led(db: &Db, at: Date, filters: &Filters) -> Result<Figure, SqlError> {
    figure(db, &PARTNER_LED, at, filters).await
}

/// The cases behind a figure, a page at a time.
///
/// # Errors
/// [`QueryError`] when the cursor is not one of this list, or the database can't answer.
pub async fn evidence(
    db: &Db,
    measure: &Measure,
    at: Date,
    filters: &Filters,
    side: Side,
    page: &PageRequest,
) -> Result<Page<Evidence>, QueryError> {
    let list = format!("evidence:{}", measure.id);
    let after = page.cursor.as_ref().map(|cursor| cursor.key::<1>(&list)).transpose()?;
    let counted = if side == Side::Numerator { condition(measure.share) } else { "1 = 1" };
    let limit = page.limit();
    let mut values = values(measure, at, filters);
    values.extend([Value::text(after.map_or("", |[case]| case)), Value::count(limit as u64 + 1)]);
    let sql = format!(
        "SELECT p.case_id AS case_id, p.reference AS reference, mt.locality AS locality, t.value AS team, \
         a.value AS agency, p.from_position AS from_position, t.from_position AS team_position, \
         a.from_position AS agency_position {ON_THE_DAY} AND {counted} AND p.case_id > $6 ORDER BY p.case_id LIMIT $7"
    );
    let rows = db.fetch(&sql, &values).await?;
    let items = rows.iter().map(Evidence::of).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_surplus(items, limit, |last| Cursor::after(&list, [last.case.to_string()])))
}

impl Evidence {
    fn of(row: &Row) -> Result<Self, SqlError> {
        let positions = ["from_position", "team_position", "agency_position"];
        let mut positions = positions
            .into_iter()
            .filter_map(|column| row.maybe_int(column).transpose())
            .map(|position| position.map(|position| Position::try_from(position).unwrap_or_default()))
            .collect::<Result<Vec<_>, _>>()?;
        positions.sort_unstable();
        positions.dedup();
        Ok(Self {
            case: row.parsed("case_id")?,
            reference: row.parsed("reference")?,
            locality: row.maybe_text("locality")?,
            team: row.maybe_parsed("team")?,
            lead_agency: row.maybe_parsed("agency")?,
            positions,
        })
    }
}
