//! What follows from a command on a person's entry.

use caseledger_commands::person::{
    Birth, BirthBasis, CorrectPersonDetails, Detail, EndLink, ErasePerson, Identifier, Link, LinkPeople,
    PersonCommand, RegisterPerson, Relation,
};
use caseledger_commands::{AgencyId, PersonId, Role};
use jiff::ToSpan;

use super::{
    CorrectedDetail, LinkEnded, PeopleLinked, Person, PersonDetailsCorrected, PersonErased, PersonEvent,
    PersonRefusal, PersonRegistered, RegisteredPerson,
};
use crate::calendar::civil_date;
use crate::{Context, Decider, Reference};

/// How many weeks before and after today a birth may still be said to be expected: a pregnancy lasts at most 42 weeks
/// and a birth that is two months overdue has happened.
const EXPECTED_WEEKS_AHEAD: i32 = 42;
const EXPECTED_WEEKS_PAST: i32 = 9;

impl Decider for Person {
    type Command = PersonCommand;
    type Event = PersonEvent;
    type Refusal = PersonRefusal;

    fn references(&self, command: &PersonCommand) -> Vec<Reference> {
        match command {
            PersonCommand::LinkPeople(LinkPeople { other, .. })
            | PersonCommand::EndLink(EndLink { other, .. }) => {
                vec![Reference::Person(*other)]
            }
            PersonCommand::RegisterPerson(_)
            | PersonCommand::CorrectPersonDetails(_)
            | PersonCommand::ErasePerson(_) => vec![],
        }
    }

    fn decide(
        &self,
        command: &PersonCommand,
        context: &Context<'_>,
    ) -> Result<Vec<PersonEvent>, PersonRefusal> {
        match (self, command) {
            (Self::Unknown, PersonCommand::RegisterPerson(asked)) => register(asked, context),
            (Self::Registered(person), PersonCommand::RegisterPerson(asked)) => {
                if person.details == details(asked, person.details.registering_agency) {
                    Ok(vec![])
                } else {
                    Err(PersonRefusal::AlreadyRegistered)
                }
            }
            (Self::Unknown, _) => Err(PersonRefusal::NoSuchPerson),
            (Self::Erased, PersonCommand::ErasePerson(_)) => erase_again(context),
            (Self::Erased, _) => Err(PersonRefusal::Erased),
            (Self::Registered(person), PersonCommand::CorrectPersonDetails(asked)) => {
                correct(person, asked, context)
            }
            (Self::Registered(person), PersonCommand::LinkPeople(asked)) => link(person, asked, context),
            (Self::Registered(person), PersonCommand::EndLink(asked)) => end_link(person, asked, context),
            (Self::Registered(_), PersonCommand::ErasePerson(asked)) => erase(asked, context),
        }
    }

    fn evolve(&mut self, event: &PersonEvent) {
        self.apply(event);
    }
}

fn register(asked: &RegisterPerson, context: &Context<'_>) -> Result<Vec<PersonEvent>, PersonRefusal> {
    check_birth(asked.birth.as_ref(), "birth.date", context)?;
    Ok(vec![details(asked, context.actor.agency).into()])
}

/// The details as they are kept.
fn details(asked: &RegisterPerson, registering_agency: Option<AgencyId>) -> PersonRegistered {
    PersonRegistered {
        given_name: asked.given_name.clone(),
        family_name: asked.family_name.clone(),
        known_as: asked.known_as.clone(),
        former_family_names: asked.former_family_names.clone(),
        birth: asked.birth.clone(),
        gender: asked.gender.clone(),
        ethnicity: asked.ethnicity.clone(),
        disabilities: asked.disabilities.clone(),
        identifiers: asked.identifiers.iter().map(Identifier::canonical).collect(),
        address: asked.address.clone(),
        telephone: asked.telephone.clone(),
        registering_agency,
    }
}

/// A birth that happened has happened; one that is expected lies about ahead.
fn check_birth(birth: Option<&Birth>, field: &str, context: &Context<'_>) -> Result<(), PersonRefusal> {
    let Some(birth) = birth else { return Ok(()) };
    let (day, today) = (*birth.date.reveal(), civil_date(context.occurred_at));
    match birth.basis {
        BirthBasis::Known | BirthBasis::Estimated if day > today => {
            Err(PersonRefusal::BornInFuture { field: field.to_owned() })
        }
        BirthBasis::Expected
            if day < today.saturating_sub(EXPECTED_WEEKS_PAST.weeks())
                || day > today.saturating_add(EXPECTED_WEEKS_AHEAD.weeks()) =>
        {
            Err(PersonRefusal::NotExpectedThen { field: field.to_owned() })
        }
        BirthBasis::Known | BirthBasis::Estimated | BirthBasis::Expected => Ok(()),
    }
}

fn correct(
    person: &RegisteredPerson,
    asked: &CorrectPersonDetails,
    context: &Context<'_>,
) -> Result<Vec<PersonEvent>, PersonRefusal> {
    let mut corrections = vec![];
    for (index, correction) in asked.corrections.iter().enumerate() {
        if let Detail::Birth(birth) = &correction.to {
            check_birth(birth.as_ref(), &format!("corrections[{index}].to.value.date"), context)?;
        }
        let from = person.detail(&correction.to);
        let to = as_kept(&correction.to);
        if from != to {
            corrections.push(CorrectedDetail { from, to, reason: correction.reason.clone() });
        }
    }
    Ok(if corrections.is_empty() { vec![] } else { vec![PersonDetailsCorrected { corrections }.into()] })
}

fn as_kept(detail: &Detail) -> Detail {
    match detail {
        Detail::Identifiers(identifiers) => {
            Detail::Identifiers(identifiers.iter().map(Identifier::canonical).collect())
        }
        other => other.clone(),
    }
}

fn link(
    person: &RegisteredPerson,
    asked: &LinkPeople,
    context: &Context<'_>,
) -> Result<Vec<PersonEvent>, PersonRefusal> {
    let this = PersonId::from(context.id);
    let wanted = asked.link();
    if wanted.other == this {
        return Err(PersonRefusal::LinkedToSelf);
    }
    let other = registered(wanted.other, context).ok_or(PersonRefusal::OtherNotRegistered)?;
    if person.is_linked(wanted) || other.is_linked(seen_from_other(wanted, this)) {
        return Ok(vec![]);
    }
    match wanted.relation {
        Relation::DuplicateOf => check_duplicate(person, other)?,
        Relation::KeptFor => check_duplicate(other, person)?,
        _ => {}
    }
    Ok(vec![PeopleLinked { other: asked.other, relation: asked.relation, note: asked.note.clone() }.into()])
}

/// An entry is a duplicate of one entry, and the entry that is kept is no duplicate itself, so that every chain has one
/// step. Both directions of the link are asked for, as it may be held by either entry.
fn check_duplicate(duplicate: &RegisteredPerson, kept: &RegisteredPerson) -> Result<(), PersonRefusal> {
    if let Some(kept) = duplicate.duplicate_of() {
        return Err(PersonRefusal::AlreadyDuplicate { kept });
    }
    if let Some(kept) = kept.duplicate_of() {
        return Err(PersonRefusal::KeptIsDuplicate { kept });
    }
    let stands_for_others =
        duplicate.links.iter().any(|held| held.open && held.link.relation == Relation::KeptFor);
    if stands_for_others { Err(PersonRefusal::KeptForOthers) } else { Ok(()) }
}

fn end_link(
    person: &RegisteredPerson,
    asked: &EndLink,
    context: &Context<'_>,
) -> Result<Vec<PersonEvent>, PersonRefusal> {
    let ending = asked.link();
    if person.is_linked(ending) {
        let reason = asked.reason.clone();
        return Ok(vec![LinkEnded { other: asked.other, relation: asked.relation, reason }.into()]);
    }
    let seen = seen_from_other(ending, context.id.into());
    match registered(ending.other, context) {
        Some(other) if other.is_linked(seen) => Err(PersonRefusal::LinkHeldByOther),
        _ if person.was_linked(ending) => Ok(vec![]),
        _ => Err(PersonRefusal::NoSuchLink),
    }
}

fn seen_from_other(link: Link, this: PersonId) -> Link {
    Link { other: this, relation: link.relation.inverse() }
}

fn registered<'a>(person: PersonId, context: &Context<'a>) -> Option<&'a RegisteredPerson> {
    context.facts.people.get(&person)?.registered()
}

fn erase(asked: &ErasePerson, context: &Context<'_>) -> Result<Vec<PersonEvent>, PersonRefusal> {
    may_erase(context)?;
    Ok(vec![PersonErased { ground: asked.ground, reason: asked.reason.clone() }.into()])
}

fn erase_again(context: &Context<'_>) -> Result<Vec<PersonEvent>, PersonRefusal> {
    may_erase(context).map(|()| vec![])
}

fn may_erase(context: &Context<'_>) -> Result<(), PersonRefusal> {
    if context.actor.is(Role::DataProtectionOfficer) {
        Ok(())
    } else {
        Err(PersonRefusal::NotDataProtectionOfficer)
    }
}
