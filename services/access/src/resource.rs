//! What an action is upon, with the attributes that policies read.

use std::collections::BTreeSet;

use caseledger_commands::{AgencyId, PractitionerId, TeamId};

/// What an action is upon.
///
/// Something that does not exist is described by its attributes' defaults: policies then treat it like a thing that the
/// actor has nothing to do with, so that an answer never tells apart 'not there' and 'not for you'.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Resource {
    /// A case.
    Case(CaseAttributes),
    /// A child or adult in a family.
    Person(PersonAttributes),
    /// A meeting of the early help panel.
    PanelMeeting,
    /// A practitioner's supervision record.
    Supervision(SupervisionAttributes),
    /// An audit, of one case or of a themed programme.
    Audit,
    /// The register of agencies, teams and practitioners.
    Workforce,
    /// Commentary and improvement actions.
    Oversight,
    /// The authority as a whole: figures, lists, the running service.
    Authority,
}

/// What policies read of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CaseAttributes {
    /// The team that holds it; none until it is allocated.
    pub team: Option<TeamId>,
    /// The team asked to take it over by a step-up that is not answered yet.
    pub receiving_team: Option<TeamId>,
    /// The practitioner who holds its plan.
    pub lead_practitioner: Option<PractitionerId>,
    /// The agencies that work with the family: the one that referred it, the lead agency, those that own actions.
    pub agencies: BTreeSet<AgencyId>,
    /// The subject who referred it; for a referral posted by a service, the person it was posted for.
    pub referred_by: Option<String>,
    /// Whether it waits for the panel, or is on the agenda of a meeting that is not closed.
    pub before_panel: bool,
    /// The only practitioners who may know of it, while it is restricted.
    pub restricted_to: Option<BTreeSet<PractitionerId>>,
}

/// What policies read of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PersonAttributes {
    /// The agencies that work with the person's families, and the one that registered them.
    pub agencies: BTreeSet<AgencyId>,
}

/// What policies read of a supervision record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SupervisionAttributes {
    /// The practitioner whose supervision it is.
    pub practitioner: Option<PractitionerId>,
    /// Who supervises them, once somebody has.
    pub supervisor: Option<PractitionerId>,
    /// The team that the practitioner works in.
    pub team: Option<TeamId>,
}
