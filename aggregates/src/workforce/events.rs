//! What can have happened in the register. Names and fields are storage: they are read for ever.

use caseledger_commands::workforce::AgencyKind;
use caseledger_commands::{AgencyId, Date, Personal, PractitionerId, TeamId};
use serde::{Deserialize, Serialize};

use crate::decider::event_set;

event_set! {
    /// What can have happened in the register.
    pub enum WorkforceEvent {
        AgencyRegistered,
        TeamRegistered,
        PractitionerRegistered,
        SecondmentRecorded,
        TrainingRecorded,
        PractitionerEnded,
    }
}

/// An organisation that works with families was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the command `RegisterAgency`, documented there")]
pub struct AgencyRegistered {
    pub agency: AgencyId,
    pub name: String,
    pub kind: AgencyKind,
}

/// A team was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the command `RegisterTeam`, documented there")]
pub struct TeamRegistered {
    pub team: TeamId,
    pub name: String,
    pub locality: String,
    pub agency: AgencyId,
}

/// A person who works with families was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "the fields are those of the command `RegisterPractitioner`, documented there"
)]
pub struct PractitionerRegistered {
    pub practitioner: PractitionerId,
    pub name: Personal<String>,
    pub agency: AgencyId,
    pub team: TeamId,
    pub is_manager: bool,
}

/// A practitioner was seconded to another team for a fixed time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondmentRecorded {
    /// Who.
    pub practitioner: PractitionerId,
    /// The agency that employs them.
    pub home_agency: AgencyId,
    /// The team that they come from and go back to.
    pub home_team: TeamId,
    /// The agency that hosts them.
    pub host_agency: AgencyId,
    /// The team that they work in meanwhile.
    pub host_team: TeamId,
    /// The first day there.
    pub from: Date,
    /// The last day there.
    pub to: Date,
}

/// A practitioner finished a training.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the command `RecordTraining`, documented there")]
pub struct TrainingRecorded {
    pub practitioner: PractitionerId,
    pub course: String,
    pub completed_on: Date,
}

/// A practitioner stopped, or will stop, working with families here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the command `EndPractitioner`, documented there")]
pub struct PractitionerEnded {
    pub practitioner: PractitionerId,
    pub last_day: Date,
}
