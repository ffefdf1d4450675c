//! The authority's settings, as far as decisions and reports depend on them: what is its own to choose.
//!
//! They come from one TOML file ([`Authority::from_toml`]; `deploy/authority.toml` documents each), and go into every
//! decision with the [`Context`](crate::Context).

use std::collections::{BTreeMap, BTreeSet};

use caseledger_commands::workforce::AgencyKind;
use caseledger_commands::{AgencyId, TeamId};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, civil_date};

mod check;
mod defaults;
mod file;

pub use check::Problem;
pub use file::{ConfigError, ConfigProblem};

/// One authority's settings: names, timescales and limits that are its own to choose.
///
/// [`Authority::default`] is Northshire, an invented English authority with its places and teams. A file that leaves a
/// setting out gets Northshire's, save what no other authority can share: its id, name, localities, agencies and teams.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Authority {
    /// The authority's short name, which stands in every event: `northshire`. Never changed once events are written.
    #[serde(default)]
    pub id: String,
    /// The authority's name in full.
    #[serde(default)]
    pub name: String,
    /// The level of need, counted from 1, from which a family is the business of statutory social care.
    pub statutory_level: u8,
    /// Figures below this are not told where a child might be recognised by them. 0 tells all.
    pub small_numbers_below: u32,
    /// The levels of need, from the lowest; a level's number is its place, counted from 1.
    pub levels: Vec<Level>,
    /// How soon things are to be done.
    pub timescales: Timescales,
    /// How far back things may reach.
    pub limits: Limits,
    /// The early help panel.
    pub panel: Panel,
    /// The supervision of practitioners.
    pub supervision: SupervisionSettings,
    /// The days on which the authority works.
    pub calendar: Calendar,
    /// The places in which cases are worked.
    #[serde(default)]
    pub localities: Vec<Locality>,
    /// Agencies that are registered when the service starts.
    #[serde(default)]
    pub agencies: Vec<AgencySetting>,
    /// Teams that are registered when the service starts.
    #[serde(default)]
    pub teams: Vec<TeamSetting>,
    /// What must go along when a case is stepped up to statutory social care.
    pub step_up_protocol: Vec<ProtocolItem>,
    /// What statutory social care must hand over when it steps a case down.
    pub step_down_protocol: Vec<ProtocolItem>,
    /// The standards of practice against which audits grade.
    pub audit_standards: Vec<PracticeStandard>,
    /// What the authority aims at, by the id of the measure: per cent for a share, otherwise the measure's own unit.
    #[serde(default)]
    pub targets: BTreeMap<String, u32>,
}

/// A level of need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Its name: `Targeted`.
    pub name: String,
    /// When a family is at that level, in a sentence.
    #[serde(default)]
    pub meaning: String,
}

/// How soon things are to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Timescales {
    /// From a referral to its acknowledgement, in working days.
    pub acknowledge_working_days: u32,
    /// From a referral to the decision on it, in working days. Source: Working Together, one working day.
    pub decide_working_days: u32,
    /// From a domestic abuse notification by the police to a response, in working days.
    pub domestic_abuse_response_working_days: u32,
    /// From acceptance to allocation to a lead practitioner, in working days.
    pub allocate_working_days: u32,
    /// From the start of an assessment to its completion, in working days. Source: Working Together, 45.
    pub assessment_working_days: u32,
    /// From the agreement of a plan to its first review, in working days.
    pub first_review_working_days: u32,
    /// From one review to the next, in working days.
    pub review_interval_working_days: u32,
    /// From a step-up request to its answer, in working days.
    pub step_up_answer_working_days: u32,
    /// From the receipt of a step-down to its acceptance or query, in working days.
    pub step_down_answer_working_days: u32,
    /// From closure to the check that the outcome was sustained, in months.
    pub sustained_check_months: u32,
    /// How long a case may be open before it counts as drifting, in months.
    pub drift_months: u32,
    /// How many reviews in a row without progress count as drift.
    pub drift_reviews: u32,
}

/// How far back things may reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// How many days after it happened a thing may still be recorded.
    pub backdating_days: u32,
    /// How many days after its closure a case may still be reopened; later, a new case is linked to it.
    pub reopening_days: u32,
}

/// The early help panel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Panel {
    /// What the forum is called.
    pub forum: String,
    /// How many days lie between two meetings.
    pub cadence_days: u32,
}

/// The supervision of practitioners.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SupervisionSettings {
    /// At most how many days lie between two supervisions, unless a practitioner's own frequency was set.
    pub frequency_days: u32,
}

/// A place in which cases are worked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locality {
    /// Its name.
    pub name: String,
}

/// An agency that is registered when the service starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgencySetting {
    /// Its id, chosen once and kept.
    pub id: AgencyId,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: AgencyKind,
}

/// A team that is registered when the service starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamSetting {
    /// Its id, chosen once and kept.
    pub id: TeamId,
    /// Its name.
    pub name: String,
    /// The name of the locality it works in.
    pub locality: String,
    /// The agency it belongs to.
    pub agency: AgencyId,
}

/// An item of the information that goes along when a case is stepped up or down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtocolItem {
    /// Its short name, which stands in events: `chronology`.
    pub id: String,
    /// What it is, in words for a page.
    pub title: String,
}

/// A standard of practice that audits grade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PracticeStandard {
    /// Its short name, which stands in events: `voice-of-the-child`.
    pub id: String,
    /// What good practice looks like, in words for a page.
    pub title: String,
}

impl Authority {
    /// Whether the authority has that level of need; the lowest is 1.
    pub fn has_level(&self, level: u8) -> bool {
        self.level(level).is_some()
    }

    /// The level of need of that number.
    pub fn level(&self, level: u8) -> Option<&Level> {
        usize::from(level).checked_sub(1).and_then(|index| self.levels.get(index))
    }

    /// Whether a family at that level of need is the business of statutory social care.
    pub const fn is_statutory(&self, level: u8) -> bool {
        level >= self.statutory_level
    }

    /// Whether the authority has a locality of that name.
    pub fn has_locality(&self, name: &str) -> bool {
        self.localities.iter().any(|locality| locality.name == name)
    }

    /// The practice standard of that short name.
    pub fn audit_standard(&self, id: &str) -> Option<&PracticeStandard> {
        self.audit_standards.iter().find(|standard| standard.id == id)
    }

    /// The short names of the items of the step-up protocol that are not among `given`.
    pub fn missing_for_step_up<'a>(&'a self, given: &BTreeSet<&str>) -> Vec<&'a str> {
        missing(&self.step_up_protocol, given)
    }

    /// The short names of the items of the step-down protocol that are not among `given`.
    pub fn missing_for_step_down<'a>(&'a self, given: &BTreeSet<&str>) -> Vec<&'a str> {
        missing(&self.step_down_protocol, given)
    }

    /// The day on which something falls due that is to be done within so many working days of a moment.
    pub fn due(&self, from: Timestamp, working_days: u32) -> Date {
        self.calendar.add_working_days(civil_date(from), working_days)
    }

    /// The first day on which something recorded now may be said to have happened.
    pub fn earliest_day(&self, now: Timestamp) -> Date {
        civil_date(now).saturating_sub(i64::from(self.limits.backdating_days).days())
    }

    /// Whether a case closed on that day may still be reopened on the other.
    pub fn may_reopen(&self, closed_on: Date, on: Date) -> bool {
        on <= closed_on.saturating_add(i64::from(self.limits.reopening_days).days())
    }
}

fn missing<'a>(protocol: &'a [ProtocolItem], given: &BTreeSet<&str>) -> Vec<&'a str> {
    protocol.iter().map(|item| item.id.as_str()).filter(|id| !given.contains(id)).collect()
}

#[cfg(test)]
mod tests;
