//! What is remembered of a person to decide by.

use caseledger_commands::PersonId;
use caseledger_commands::person::{Detail, Link, Relation};
use serde::{Deserialize, Serialize};

use super::PersonRegistered;

/// A person's entry as its events have left it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Person {
    /// Nobody was registered under the id.
    #[default]
    Unknown,
    /// The entry stands.
    Registered(Box<RegisteredPerson>),
    /// The details were erased: nothing of them is remembered.
    Erased,
}

/// A person whose entry stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegisteredPerson {
    /// The details as they are now.
    pub details: PersonRegistered,
    /// Every link that was ever made from this entry, open or ended.
    pub links: Vec<HeldLink>,
}

/// A link as the entry holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldLink {
    /// Who is what to this person.
    pub link: Link,
    /// Whether it still holds.
    pub open: bool,
}

impl Person {
    /// The entry, if it stands.
    pub fn registered(&self) -> Option<&RegisteredPerson> {
        match self {
            Self::Registered(person) => Some(person),
            Self::Unknown | Self::Erased => None,
        }
    }

    /// Whether a case, a link or a plan may refer to the person.
    pub fn may_be_referred_to(&self) -> bool {
        self.registered().is_some()
    }
}

impl RegisteredPerson {
    /// Whether the entry itself holds the link, and it is open.
    pub fn is_linked(&self, link: Link) -> bool {
        self.links.iter().any(|held| held.open && held.link == link)
    }

    /// Whether the entry held the link at some time.
    pub fn was_linked(&self, link: Link) -> bool {
        self.links.iter().any(|held| held.link == link)
    }

    /// The entry that is kept instead of this one, where this one was found to be a duplicate.
    pub fn duplicate_of(&self) -> Option<PersonId> {
        let duplicate = |held: &&HeldLink| held.open && held.link.relation == Relation::DuplicateOf;
        self.links.iter().find(duplicate).map(|held| held.link.other)
    }

    /// What is recorded now where a correction would put something else.
    pub fn detail(&self, like: &Detail) -> Detail {
        let held = &self.details;
        match like {
            Detail::GivenName(_) => Detail::GivenName(held.given_name.clone()),
            Detail::FamilyName(_) => Detail::FamilyName(held.family_name.clone()),
            Detail::KnownAs(_) => Detail::KnownAs(held.known_as.clone()),
            Detail::FormerFamilyNames(_) => Detail::FormerFamilyNames(held.former_family_names.clone()),
            Detail::Birth(_) => Detail::Birth(held.birth.clone()),
            Detail::Gender(_) => Detail::Gender(held.gender.clone()),
            Detail::Ethnicity(_) => Detail::Ethnicity(held.ethnicity.clone()),
            Detail::Disabilities(_) => Detail::Disabilities(held.disabilities.clone()),
            Detail::Identifiers(_) => Detail::Identifiers(held.identifiers.clone()),
            Detail::Address(_) => Detail::Address(held.address.clone()),
            Detail::Telephone(_) => Detail::Telephone(held.telephone.clone()),
        }
    }
}
