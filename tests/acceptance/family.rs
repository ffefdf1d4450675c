//! Who is who: the people of the walk, and the ids that they go by.

use super::town::{Persona, Thing, Town};

/// The family of the walk.
pub struct Family {
    pub maisie: Thing,
    pub tom: Thing,
    pub dana: Thing,
    pub grandmother: Thing,
    /// A child of another family.
    pub leo: Thing,
}

/// The ids of Northshire's settings, and of the people who are registered in the first chapter.
pub mod ids {
    pub const AUTHORITY: &str = "0190a000-0000-7000-8000-0000000000a1";
    pub const SCHOOLS: &str = "0190a000-0000-7000-8000-0000000000a2";
    pub const POLICE: &str = "0190a000-0000-7000-8000-0000000000a3";
    pub const CHARITY: &str = "0190a000-0000-7000-8000-0000000000a6";
    pub const COAST: &str = "0190a000-0000-7000-8000-0000000000b1";
    pub const RIVERSIDE: &str = "0190a000-0000-7000-8000-0000000000b2";
    pub const CHARITYS_TEAM: &str = "0190a000-0000-7000-8000-0000000000b6";
    pub const PRACTITIONER: &str = "01590000-0000-7000-8000-00000000c001";
    pub const PARTNER: &str = "01590000-0000-7000-8000-00000000c002";
    pub const MANAGER: &str = "01590000-0000-7000-8000-00000000c003";
    pub const CHAIR: &str = "01590000-0000-7000-8000-00000000c004";
    pub const AUDITOR: &str = "01590000-0000-7000-8000-00000000c005";
    pub const COLLEAGUE: &str = "01590000-0000-7000-8000-00000000c006";
    pub const NOBODY: &str = "01590000-0000-7000-8000-00000000ffff";
}

macro_rules! personas {
    ($($name:ident = $key:literal),+ $(,)?) => {
        impl Town {
            $(pub fn $name(&self) -> Persona<'_> {
                self.persona($key)
            })+
        }
    };
}

personas! {
    school = "school-referrer",
    practitioner = "practitioner",
    partner = "partner-practitioner",
    manager = "team-manager",
    chair = "panel-chair",
    auditor = "auditor",
    analyst = "analyst",
    inspector = "inspector",
    data_protection_officer = "data-protection-officer",
    posting_service = "posting-service",
    administrator = "administrator",
}
