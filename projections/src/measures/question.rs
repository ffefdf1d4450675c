//! What is asked of a measure.

use caseledger_commands::codes::ReferralSource;
use caseledger_commands::{AgencyId, Date, TeamId};

use super::dimension::Dimension;
use super::period::{Interval, Period};

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
