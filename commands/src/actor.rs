//! Who does something.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AgencyId, PractitionerId, TeamId};

/// What a person or service is to the authority. An identity provider grants roles; policies say what each may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Someone at an agency who refers families and hears what became of it.
    Referrer,
    /// A person who works with families.
    Practitioner,
    /// A manager of a team of practitioners.
    TeamManager,
    /// The chair of the early help panel.
    PanelChair,
    /// A person who audits practice and replays cases.
    Auditor,
    /// A person who reads figures and no people.
    Analyst,
    /// An inspector from outside, for the length of an inspection.
    Inspector,
    /// The data protection officer.
    DataProtectionOfficer,
    /// Another system that posts commands, often on behalf of a person.
    Service,
    /// The authority's administrator of the register and configuration.
    Administrator,
    /// A process of caseledger itself, which turns events into commands.
    Process,
}

/// The person or service behind a command or query, as the identity provider vouches for them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Actor {
    /// The identity provider's stable subject identifier. Never a name.
    pub subject: String,
    /// The roles granted.
    pub roles: Vec<Role>,
    /// The practitioner that this subject is in the register, if one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub practitioner: Option<PractitionerId>,
    /// The agency that the subject works for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<AgencyId>,
    /// The team that the subject works in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamId>,
    /// The person a service acts for: their subject identifier. Both are recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
}

impl Actor {
    /// A process of caseledger itself, by the process's name.
    pub fn process(name: &str) -> Self {
        Self {
            subject: format!("process:{name}"),
            roles: vec![Role::Process],
            practitioner: None,
            agency: None,
            team: None,
            on_behalf_of: None,
        }
    }

    /// Whether the role was granted.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}
