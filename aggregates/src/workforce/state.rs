//! What is remembered of the register to decide by, here and in other aggregates.

use std::collections::{BTreeMap, BTreeSet};

use caseledger_commands::workforce::AgencyKind;
use caseledger_commands::{AgencyId, Date, Personal, PractitionerId, TeamId};
use serde::{Deserialize, Serialize};

/// The register as its events have left it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Workforce {
    pub(super) agencies: BTreeMap<AgencyId, Agency>,
    pub(super) teams: BTreeMap<TeamId, Team>,
    pub(super) practitioners: BTreeMap<PractitionerId, Practitioner>,
}

/// An organisation that works with families.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agency {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: AgencyKind,
}

/// A team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// Its name.
    pub name: String,
    /// The locality that it works in.
    pub locality: String,
    /// The agency that it belongs to.
    pub agency: AgencyId,
}

/// A person who works with families.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Practitioner {
    /// Their name.
    pub name: Personal<String>,
    /// The agency that employs them.
    pub agency: AgencyId,
    /// The team of that agency that they belong to.
    pub team: TeamId,
    /// Whether they manage other practitioners.
    pub is_manager: bool,
    /// Where else they work or worked for a fixed time.
    pub secondments: Vec<Secondment>,
    /// The courses that they finished, and when.
    pub training: BTreeSet<(String, Date)>,
    /// Their last day, once it is known.
    pub last_day: Option<Date>,
}

/// A fixed time in another agency's team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secondment {
    /// The agency that hosts.
    pub host_agency: AgencyId,
    /// The team of that agency.
    pub host_team: TeamId,
    /// The first day there.
    pub from: Date,
    /// The last day there.
    pub to: Date,
}

/// Where a practitioner works on some day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The team that they work in.
    pub team: TeamId,
    /// The agency of that team.
    pub agency: AgencyId,
    /// For one who is seconded, the agency that employs them.
    pub seconded_from: Option<AgencyId>,
}

impl Workforce {
    /// The agency of that id, if it is registered.
    pub fn agency(&self, id: AgencyId) -> Option<&Agency> {
        self.agencies.get(&id)
    }

    /// The team of that id, if it is registered.
    pub fn team(&self, id: TeamId) -> Option<&Team> {
        self.teams.get(&id)
    }

    /// The practitioner of that id, if they are registered; also after their last day.
    pub fn practitioner(&self, id: PractitionerId) -> Option<&Practitioner> {
        self.practitioners.get(&id)
    }

    /// Where a practitioner works on that day; `None` for one who is not registered or has left.
    pub fn posting(&self, id: PractitionerId, on: Date) -> Option<Posting> {
        self.practitioner(id)
            .filter(|practitioner| practitioner.works_on(on))
            .map(|practitioner| practitioner.posting(on))
    }

    /// Whether a practitioner manages others, and still works on that day.
    pub fn is_manager(&self, id: PractitionerId, on: Date) -> bool {
        self.practitioner(id).is_some_and(|practitioner| practitioner.is_manager && practitioner.works_on(on))
    }

    /// Whether a case led by that agency is 'partner-led': the agency is registered and is not the authority itself.
    pub fn is_partner(&self, id: AgencyId) -> bool {
        self.agency(id).is_some_and(|agency| agency.kind != AgencyKind::Authority)
    }
}

impl Practitioner {
    /// Whether they have not left by that day.
    pub fn works_on(&self, day: Date) -> bool {
        self.last_day.is_none_or(|last| day <= last)
    }

    /// Where they work on that day, secondments considered.
    pub fn posting(&self, on: Date) -> Posting {
        match self.secondments.iter().find(|secondment| secondment.covers(on)) {
            Some(secondment) => Posting {
                team: secondment.host_team,
                agency: secondment.host_agency,
                seconded_from: Some(self.agency),
            },
            None => Posting { team: self.team, agency: self.agency, seconded_from: None },
        }
    }

    /// Whether they had finished that course by that day.
    pub fn trained_in(&self, course: &str, by: Date) -> bool {
        self.training.iter().any(|(name, on)| name == course && *on <= by)
    }
}

impl Secondment {
    fn covers(&self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }

    /// Whether the two have a day in common.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.from <= other.to && other.from <= self.to
    }
}
