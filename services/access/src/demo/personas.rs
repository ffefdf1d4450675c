//! The people of a demonstration, one for each part of the work.

use caseledger_commands::{Actor, Role};
use uuid::Uuid;

/// The ids that the demonstration authority registers, so that personas are somebody in it.
pub mod ids {
    use uuid::{Uuid, uuid};

    /// The authority itself, as an agency. Agencies and the team are those that Northshire's settings name.
    pub const AUTHORITY: Uuid = uuid!("0190a000-0000-7000-8000-0000000000a1");
    /// The schools, which refer.
    pub const SCHOOL: Uuid = uuid!("0190a000-0000-7000-8000-0000000000a2");
    /// A family charity, which leads plans as a partner.
    pub const CHARITY: Uuid = uuid!("0190a000-0000-7000-8000-0000000000a6");
    /// The locality team of the practitioner and the manager.
    pub const TEAM: Uuid = uuid!("0190a000-0000-7000-8000-0000000000b1");
    /// The early help practitioner.
    pub const PRACTITIONER: Uuid = uuid!("01590000-0000-7000-8000-00000000c001");
    /// The partner practitioner.
    pub const PARTNER: Uuid = uuid!("01590000-0000-7000-8000-00000000c002");
    /// The team manager.
    pub const MANAGER: Uuid = uuid!("01590000-0000-7000-8000-00000000c003");
    /// The panel chair.
    pub const CHAIR: Uuid = uuid!("01590000-0000-7000-8000-00000000c004");
    /// The auditor.
    pub const AUDITOR: Uuid = uuid!("01590000-0000-7000-8000-00000000c005");
}

/// One of the people of a demonstration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Persona {
    /// The name to ask the issuer by: `team-manager`.
    pub key: &'static str,
    /// Who it is, in words for a page.
    pub title: &'static str,
    /// What they may see and do, in a sentence.
    pub about: &'static str,
    /// Their roles.
    pub roles: &'static [Role],
    /// The practitioner that they are in the register.
    pub practitioner: Option<Uuid>,
    /// Their agency.
    pub agency: Option<Uuid>,
    /// Their team.
    pub team: Option<Uuid>,
}

impl Persona {
    /// The subject identifier in their tokens.
    pub fn subject(&self) -> String {
        format!("demo:{}", self.key)
    }

    /// The actor that their token says they are.
    pub fn actor(&self) -> Actor {
        Actor {
            subject: self.subject(),
            roles: self.roles.to_vec(),
            practitioner: self.practitioner.map(Into::into),
            agency: self.agency.map(Into::into),
            team: self.team.map(Into::into),
            on_behalf_of: None,
        }
    }
}

/// Everybody, in the order in which a family meets them.
pub const PERSONAS: &[Persona] = &[
    Persona {
        key: "school-referrer",
        title: "School referrer",
        about: "Refers families and follows what becomes of the referral.",
        roles: &[Role::Referrer],
        practitioner: None,
        agency: Some(ids::SCHOOL),
        team: None,
    },
    Persona {
        key: "practitioner",
        title: "Early help practitioner",
        about: "Works with the families of the locality team.",
        roles: &[Role::Practitioner],
        practitioner: Some(ids::PRACTITIONER),
        agency: Some(ids::AUTHORITY),
        team: Some(ids::TEAM),
    },
    Persona {
        key: "partner-practitioner",
        title: "Partner practitioner",
        about: "Works for a charity, with the families that the charity helps.",
        roles: &[Role::Practitioner],
        practitioner: Some(ids::PARTNER),
        agency: Some(ids::CHARITY),
        team: None,
    },
    Persona {
        key: "team-manager",
        title: "Team manager",
        about: "Allocates and authorises the team's work, supervises, and answers for the figures.",
        roles: &[Role::TeamManager],
        practitioner: Some(ids::MANAGER),
        agency: Some(ids::AUTHORITY),
        team: Some(ids::TEAM),
    },
    Persona {
        key: "panel-chair",
        title: "Panel chair",
        about: "Holds the early help panel and triages the harder referrals.",
        roles: &[Role::PanelChair],
        practitioner: Some(ids::CHAIR),
        agency: Some(ids::AUTHORITY),
        team: None,
    },
    Persona {
        key: "auditor",
        title: "Auditor",
        about: "Reads everything, replays cases, and writes audits.",
        roles: &[Role::Auditor],
        practitioner: Some(ids::AUDITOR),
        agency: Some(ids::AUTHORITY),
        team: None,
    },
    Persona {
        key: "analyst",
        title: "Partnership analyst",
        about: "Reads figures and no people, and says what the figures mean.",
        roles: &[Role::Analyst],
        practitioner: None,
        agency: Some(ids::AUTHORITY),
        team: None,
    },
    Persona {
        key: "inspector",
        title: "Inspector",
        about: "Reads everything and writes nothing.",
        roles: &[Role::Inspector],
        practitioner: None,
        agency: None,
        team: None,
    },
    Persona {
        key: "data-protection-officer",
        title: "Data protection officer",
        about: "Answers for people's data: corrects, restricts and erases.",
        roles: &[Role::DataProtectionOfficer],
        practitioner: None,
        agency: Some(ids::AUTHORITY),
        team: None,
    },
    Persona {
        key: "posting-service",
        title: "Posting service",
        about: "Another system that posts commands on behalf of people.",
        roles: &[Role::Service],
        practitioner: None,
        agency: None,
        team: None,
    },
    Persona {
        key: "administrator",
        title: "Administrator",
        about: "Keeps the register of agencies, teams and practitioners, and runs the service.",
        roles: &[Role::Administrator],
        practitioner: None,
        agency: Some(ids::AUTHORITY),
        team: None,
    },
];

/// The persona of that name.
pub fn persona(key: &str) -> Option<&'static Persona> {
    PERSONAS.iter().find(|persona| persona.key == key)
}
