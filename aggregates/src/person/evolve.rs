//! How an event changes what is remembered.

use caseledger_commands::person::{Detail, Link};

use super::{HeldLink, Person, PersonEvent, PersonRegistered, RegisteredPerson};

impl Person {
    pub(super) fn apply(&mut self, event: &PersonEvent) {
        match event {
            PersonEvent::PersonRegistered(details) => {
                *self =
                    Self::Registered(Box::new(RegisteredPerson { details: details.clone(), links: vec![] }));
            }
            PersonEvent::PersonDetailsCorrected(corrected) => {
                if let Self::Registered(person) = self {
                    for correction in &corrected.corrections {
                        person.details.put(&correction.to);
                    }
                }
            }
            PersonEvent::PeopleLinked(linked) => {
                self.hold(Link { other: linked.other, relation: linked.relation }, true);
            }
            PersonEvent::LinkEnded(ended) => {
                self.hold(Link { other: ended.other, relation: ended.relation }, false);
            }
            PersonEvent::PersonErased(_) => *self = Self::Erased,
        }
    }

    fn hold(&mut self, link: Link, open: bool) {
        if let Self::Registered(person) = self {
            person.links.retain(|held| held.link != link);
            person.links.push(HeldLink { link, open });
        }
    }
}

impl PersonRegistered {
    /// Puts a detail in the place of the one that was there. Projections use it to keep a person's entry, too.
    pub fn put(&mut self, detail: &Detail) {
        match detail.clone() {
            Detail::GivenName(name) => self.given_name = name,
            Detail::FamilyName(name) => self.family_name = name,
            Detail::KnownAs(name) => self.known_as = name,
            Detail::FormerFamilyNames(names) => self.former_family_names = names,
            Detail::Birth(birth) => self.birth = birth,
            Detail::Gender(gender) => self.gender = gender,
            Detail::Ethnicity(ethnicity) => self.ethnicity = ethnicity,
            Detail::Disabilities(codes) => self.disabilities = codes,
            Detail::Identifiers(identifiers) => self.identifiers = identifiers,
            Detail::Address(address) => self.address = address,
            Detail::Telephone(number) => self.telephone = number,
        }
    }
}
