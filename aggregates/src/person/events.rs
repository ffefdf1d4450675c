//! What can have happened to a person's entry. Names and fields are storage: they are read for ever.

use caseledger_commands::codes::{Disability, Ethnicity, Gender};
use caseledger_commands::person::{Address, Birth, Detail, ErasureGround, Identifier, Relation};
use caseledger_commands::{AgencyId, PersonId, Personal};
use serde::{Deserialize, Serialize};

use crate::decider::event_set;

event_set! {
    /// What can have happened to a person's entry in the people register.
    pub enum PersonEvent {
        PersonRegistered,
        PersonDetailsCorrected,
        PeopleLinked,
        LinkEnded,
        PersonErased,
    }
}

/// A child or an adult of a family was entered in the people register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the command `RegisterPerson`, documented there")]
pub struct PersonRegistered {
    pub given_name: Personal<String>,
    pub family_name: Personal<String>,
    pub known_as: Option<Personal<String>>,
    pub former_family_names: Vec<Personal<String>>,
    pub birth: Option<Birth>,
    pub gender: Personal<Gender>,
    pub ethnicity: Option<Personal<Ethnicity>>,
    pub disabilities: Personal<Vec<Disability>>,
    /// In their canonical form.
    pub identifiers: Vec<Identifier>,
    pub address: Option<Address>,
    pub telephone: Option<Personal<String>>,
    /// The agency that entered the person, where one did.
    pub registering_agency: Option<AgencyId>,
}

/// One detail that was put right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrectedDetail {
    /// What was recorded before. It stays in the history, marked as corrected.
    pub from: Detail,
    /// What it is.
    pub to: Detail,
    /// Why it was wrong or has changed.
    pub reason: Personal<String>,
}

/// Details of a person were put right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonDetailsCorrected {
    /// The details that changed, each once.
    pub corrections: Vec<CorrectedDetail>,
}

/// Another person was said to be something to this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the command `LinkPeople`, documented there")]
pub struct PeopleLinked {
    pub other: PersonId,
    pub relation: Relation,
    pub note: Option<Personal<String>>,
}

/// Another person is no longer, or never was, something to this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the command `EndLink`, documented there")]
pub struct LinkEnded {
    pub other: PersonId,
    pub relation: Relation,
    pub reason: Personal<String>,
}

/// The person's details are erased. Whatever shows the person forgets them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the command `ErasePerson`, documented there")]
pub struct PersonErased {
    pub ground: ErasureGround,
    pub reason: Personal<String>,
}
