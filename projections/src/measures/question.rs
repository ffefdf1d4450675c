//! What is asked of a measure.

use caseledger_aggregates::Authority;
use caseledger_commands::codes::ReferralSource;
use caseledger_commands::{AgencyId, Date, TeamId};

use super::dimension::Dimension;
use super::period::{Interval, Period};
use super::register;
use crate::sql::{Db, SqlError, Table, Value};

/// What is asked of a measure: for when, of which part of the authority, and how it is cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// For when. A measure of a day is told for the last day of it.
    pub period: Period,
    /// Of which part of the authority.
    pub filters: Filters,
    /// Broken down by what; those that the measure's units don't know of are left out.
    pub by: Vec<&'static Dimension>,
    /// The figure of each part of the period, too.
    pub series: Option<Interval>,
}

/// Which part of the authority is asked about; empty means all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// Only cases whose team works in that locality.
    pub locality: Option<String>,
    /// Only cases of that team.
    pub team: Option<TeamId>,
    /// Only cases that this agency leads.
    pub lead_agency: Option<AgencyId>,
    /// Only cases that came from that source.
    pub source: Option<ReferralSource>,
    /// Only cases at that level of need.
    pub level: Option<u8>,
}

/// A filter that names a part of the authority that there is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSuchPart {
    /// The filter: a dimension's id.
    pub filter: &'static str,
    /// What there is.
    pub detail: String,
}

impl Filters {
    /// Sees to it that the authority has such parts: of one that there is not, nought would be taken for a figure.
    ///
    /// # Errors
    /// [`SqlError`] when the database can't answer.
    pub async fn unknown(&self, db: &Db, authority: &Authority) -> Result<Option<NoSuchPart>, SqlError> {
        let no = |filter, detail| Ok(Some(NoSuchPart { filter, detail }));
        if self.locality.as_ref().is_some_and(|name| !authority.has_locality(name)) {
            let known: Vec<&str> =
                authority.localities.iter().map(|locality| locality.name.as_str()).collect();
            return no(super::LOCALITY.id, format!("The authority's localities are: {}.", known.join(", ")));
        }
        if self.level.is_some_and(|level| !authority.has_level(level)) {
            let highest = authority.levels.len();
            return no(
                super::LEVEL.id,
                format!("The authority's levels of need are numbered 1 to {highest}."),
            );
        }
        if let Some(team) = self.team
            && !is_registered(db, &register::TEAM, &Value::text(team)).await?
        {
            return no(super::TEAM.id, format!("No team is registered with the id {team}."));
        }
        if let Some(agency) = self.lead_agency
            && !is_registered(db, &register::AGENCY, &Value::text(agency)).await?
        {
            return no(super::AGENCY.id, format!("No agency is registered with the id {agency}."));
        }
        Ok(None)
    }
}

async fn is_registered(db: &Db, table: &Table, id: &Value) -> Result<bool, SqlError> {
    let sql = format!("SELECT 1 AS one FROM {} WHERE {} = $1", table.name, table.key[0]);
    Ok(!db.fetch(&sql, std::slice::from_ref(id)).await?.is_empty())
}

impl Question {
    /// How things stood on a day, or the year to it, of the whole authority.
    pub fn at(day: Date) -> Self {
        Self::of(Period::year_to(day))
    }

    /// A period of the whole authority.
    pub fn of(period: Period) -> Self {
        Self { period, filters: Filters::default(), by: vec![], series: None }
    }

    /// The same, of a part of the authority.
    pub fn only(self, filters: Filters) -> Self {
        Self { filters, ..self }
    }

    /// The same, broken down.
    pub fn by(self, by: impl IntoIterator<Item = &'static Dimension>) -> Self {
        Self { by: by.into_iter().collect(), ..self }
    }

    /// The same, with a series.
    pub fn every(self, interval: Interval) -> Self {
        Self { series: Some(interval), ..self }
    }
}
