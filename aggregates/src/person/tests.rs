//! A person's entry: registered, put right, linked, erased.

use caseledger_commands::codes::Gender;
use caseledger_commands::person::*;
use caseledger_commands::{Command, CommandSet, PersonId, Personal, Role};
use jiff::ToSpan;
use jiff::civil::date;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::testing::{self, Circumstances, Given, given, some_id};
use crate::{Decider, Reference, Refusal};

fn registered() -> Given<Person> {
    given::<Person>([]).when(RegisterPerson::example()).and()
}

/// The person whom the examples link to, in the register.
fn knowing_the_other(circumstances: &mut Circumstances) {
    let other = given::<Person>([]).when(RegisterPerson::example()).and().state().clone();
    circumstances.facts.people.insert(LinkPeople::example().other, other.into());
}

fn officer(circumstances: &mut Circumstances) {
    circumstances.actor.roles = vec![Role::DataProtectionOfficer];
}

#[test]
fn a_person_is_registered_once() {
    registered().when(RegisterPerson::example()).then_nothing();
    let another = RegisterPerson { family_name: "Otherwise".into(), ..RegisterPerson::example() };
    registered().when(another).then_refused("person-registered-once", "");
}

#[test]
fn nobody_is_corrected_linked_or_erased_who_was_not_registered() {
    given::<Person>([]).when(CorrectPersonDetails::example()).then_refused("person-exists", "");
    given::<Person>([]).when(LinkPeople::example()).then_refused("person-exists", "");
    given::<Person>([]).with(officer).when(ErasePerson::example()).then_refused("person-exists", "");
}

#[test]
fn a_correction_keeps_what_was_recorded_before_and_is_made_once() {
    let corrected = registered().when(CorrectPersonDetails::example());
    let PersonEvent::PersonDetailsCorrected(event) = &corrected.events()[0] else { panic!("another event") };
    assert!(event.corrections.iter().all(|correction| correction.from != correction.to));
    corrected.and().when(CorrectPersonDetails::example()).then_nothing();
}

#[test]
fn people_are_linked_once_and_to_somebody_else_in_the_register() {
    registered().when(LinkPeople::example()).then_refused("linked-person-exists", "other");
    let known = registered().with(knowing_the_other);
    let linked = known.when(LinkPeople::example()).and();
    linked.when(LinkPeople::example()).then_nothing();
    let own = LinkPeople { other: PersonId::from(some_id(1)), ..LinkPeople::example() };
    known.when(own).then_refused("link-between-two-people", "other");
}

#[test]
fn a_link_that_never_was_is_not_ended() {
    let known = registered().with(knowing_the_other);
    known.when(EndLink::example()).then_refused("link-exists", "other");
}

/// The entry of another person, as far as it holds these links.
fn entry(links: &[(PersonId, Relation, bool)]) -> Person {
    let Person::Registered(mut person) = registered().state().clone() else { unreachable!() };
    let link = |(other, relation, open): &(PersonId, Relation, bool)| HeldLink {
        link: Link { other: *other, relation: *relation },
        open: *open,
    };
    person.links = links.iter().map(link).collect();
    Person::Registered(person)
}

fn this() -> PersonId {
    some_id(1).into()
}
fn that() -> PersonId {
    some_id(2).into()
}
fn third() -> PersonId {
    some_id(3).into()
}

/// A person of the register who holds these links, and two others of whom the first holds those.
fn holding(own: &[(PersonId, Relation, bool)], thats: &[(PersonId, Relation, bool)]) -> Given<Person> {
    let mut given = registered();
    for (other, relation, open) in own {
        let known = given.with(|circumstances| {
            circumstances.facts.people.insert(*other, entry(&[]).into());
        });
        given = known.when(LinkPeople { other: *other, relation: *relation, note: None }).and();
        if !open {
            let reason = "A mistake.".into();
            given = given.when(EndLink { other: *other, relation: *relation, reason }).and();
        }
    }
    let thats = entry(thats);
    given.with(|circumstances| {
        circumstances.facts.people.insert(that(), thats.into());
        circumstances.facts.people.insert(third(), entry(&[]).into());
    })
}

fn to_that(relation: Relation) -> LinkPeople {
    LinkPeople { other: that(), relation, note: None }
}

fn no_more(relation: Relation) -> EndLink {
    EndLink { other: that(), relation, reason: "She moved out.".into() }
}

#[test]
fn identifiers_are_kept_as_they_are_compared_and_the_agency_is_the_actors() {
    let agency = some_id(0xa2).into();
    let by_school = given::<Person>([]).with(|circumstances| circumstances.actor.agency = Some(agency));
    let outcome = by_school.when(RegisterPerson::example());
    let [PersonEvent::PersonRegistered(event)] = outcome.events() else { panic!("another event") };
    assert_eq!(event.identifiers[0].value.reveal(), "9434765919");
    assert_eq!(event.registering_agency, Some(agency));
    let again = outcome.and().with(|circumstances| circumstances.actor.agency = None);
    again.when(RegisterPerson::example()).then_nothing();
}

#[test]
fn every_detail_can_be_put_right() {
    let others = [
        Detail::GivenName("Maisy".into()),
        Detail::FamilyName("Okafor".into()),
        Detail::KnownAs(None),
        Detail::FormerFamilyNames(vec![]),
        Detail::Birth(None),
        Detail::Gender(Personal::new(Gender::NotStated)),
        Detail::Ethnicity(None),
        Detail::Disabilities(Personal::default()),
        Detail::Identifiers(vec![Identifier { kind: IdentifierKind::Uln, value: "1000000019".into() }]),
        Detail::Address(None),
        Detail::Telephone(None),
    ];
    let correction = |to: &Detail| DetailCorrection { to: to.clone(), reason: "Asked again.".into() };
    let one_by_one = others.iter().fold(registered(), |person, to| {
        let outcome = person.when(CorrectPersonDetails { corrections: vec![correction(to)] });
        let [PersonEvent::PersonDetailsCorrected(event)] = outcome.events() else { panic!("{to:?}") };
        assert_eq!(event.corrections.len(), 1);
        assert_eq!(&event.corrections[0].to, to);
        outcome.and()
    });
    let person = one_by_one.state().registered().unwrap();
    for to in &others {
        assert_eq!(&person.detail(to), to);
    }
    let all = CorrectPersonDetails { corrections: others.iter().map(correction).collect() };
    one_by_one.when(all).then_nothing();
}

#[test]
fn what_is_right_already_is_no_correction() {
    let RegisterPerson { given_name, identifiers, .. } = RegisterPerson::example();
    let to = |to| DetailCorrection { to, reason: "Asked again.".into() };
    let corrections = vec![
        to(Detail::GivenName(given_name)),
        to(Detail::Identifiers(identifiers)),
        to(Detail::FamilyName("Okafor".into())),
    ];
    let outcome = registered().when(CorrectPersonDetails { corrections });
    let [PersonEvent::PersonDetailsCorrected(event)] = outcome.events() else { panic!("another event") };
    assert_eq!(event.corrections.len(), 1, "{:?}", event.corrections);
}

#[test]
fn a_link_is_seen_from_both_and_ended_where_it_is_held() {
    let held_there = holding(&[], &[(this(), Relation::Child, true)]);
    held_there.when(to_that(Relation::Parent)).then_nothing();
    held_there.when(no_more(Relation::Parent)).then_refused("link-ended-where-held", "other");
    let ended_there = holding(&[], &[(this(), Relation::Child, false)]);
    assert_eq!(ended_there.when(to_that(Relation::Parent)).events().len(), 1);
    ended_there.when(no_more(Relation::Parent)).then_refused("link-exists", "other");
}

#[test]
fn a_link_that_ended_may_begin_again() {
    let linked = holding(&[(that(), Relation::Carer, true)], &[]);
    linked.when(no_more(Relation::Parent)).then_refused("link-exists", "other");
    let ended = linked.when(no_more(Relation::Carer)).and();
    ended.when(no_more(Relation::Carer)).then_nothing();
    let again = ended.when(to_that(Relation::Carer)).and();
    assert_eq!(again.when(no_more(Relation::Carer)).events().len(), 1);
}

#[test]
fn a_link_may_end_although_the_other_was_erased() {
    let linked = holding(&[(that(), Relation::Carer, true)], &[]).with(|circumstances| {
        circumstances.facts.people.insert(that(), Person::Erased.into());
    });
    linked.when(to_that(Relation::Sibling)).then_refused("linked-person-exists", "other");
    assert_eq!(linked.when(no_more(Relation::Carer)).events().len(), 1);
}

#[test]
fn an_entry_is_a_duplicate_of_one_that_is_none_itself() {
    use Relation::{DuplicateOf, KeptFor};
    assert_eq!(holding(&[], &[]).when(to_that(DuplicateOf)).events().len(), 1);
    let duplicate = holding(&[(third(), DuplicateOf, true)], &[]);
    let refusal = duplicate.when(to_that(DuplicateOf)).then_refused("duplicate-of-one-entry", "relation");
    assert_eq!(refusal, PersonRefusal::AlreadyDuplicate { kept: third() });
    let no_longer = holding(&[(third(), DuplicateOf, false)], &[]);
    assert_eq!(no_longer.when(to_that(DuplicateOf)).events().len(), 1);
    let of_a_duplicate = holding(&[], &[(third(), DuplicateOf, true)]);
    let refusal =
        of_a_duplicate.when(to_that(DuplicateOf)).then_refused("kept-entry-is-no-duplicate", "other");
    assert_eq!(refusal.remedy(), format!("Mark this entry as a duplicate of {}.", third()));
    let kept = holding(&[(third(), KeptFor, true)], &[]);
    kept.when(to_that(DuplicateOf)).then_refused("kept-entry-stays", "relation");
    let kept_no_longer = holding(&[(third(), KeptFor, false)], &[]);
    assert_eq!(kept_no_longer.when(to_that(DuplicateOf)).events().len(), 1);
    let with_a_sibling = holding(&[(third(), Relation::Sibling, true)], &[]);
    assert_eq!(with_a_sibling.when(to_that(DuplicateOf)).events().len(), 1);
}

#[test]
fn the_entry_that_is_kept_may_say_so_by_the_same_rules() {
    use Relation::{DuplicateOf, KeptFor};
    assert_eq!(holding(&[], &[]).when(to_that(KeptFor)).events().len(), 1);
    let that_is_one = holding(&[], &[(third(), DuplicateOf, true)]);
    that_is_one.when(to_that(KeptFor)).then_refused("duplicate-of-one-entry", "relation");
    let this_is_one = holding(&[(third(), DuplicateOf, true)], &[]);
    this_is_one.when(to_that(KeptFor)).then_refused("kept-entry-is-no-duplicate", "other");
    let that_is_kept = holding(&[], &[(third(), KeptFor, true)]);
    that_is_kept.when(to_that(KeptFor)).then_refused("kept-entry-stays", "relation");
}

#[test]
fn whoever_links_must_know_the_other() {
    let of = |command: PersonCommand| Person::default().references(&command);
    assert_eq!(of(to_that(Relation::Sibling).into()), [Reference::Person(that())]);
    assert_eq!(of(no_more(Relation::Sibling).into()), [Reference::Person(that())]);
    assert_eq!(of(RegisterPerson::example().into()), []);
}

#[test]
fn nothing_refers_to_somebody_who_is_not_or_no_longer_in_the_register() {
    assert!(registered().state().may_be_referred_to());
    assert!(!Person::Unknown.may_be_referred_to() && !Person::Erased.may_be_referred_to());
}

#[test]
fn a_birth_has_happened_or_is_expected_about_now() {
    let born = |days_ahead: i64, basis| RegisterPerson {
        birth: Some(Birth {
            // The circumstances' day is 3 July 2017.
            date: Personal::new(date(2017, 7, 3).saturating_add(days_ahead.days())),
            basis,
        }),
        ..RegisterPerson::example()
    };
    let register = |message: RegisterPerson| given::<Person>([]).when(message);
    for basis in [BirthBasis::Known, BirthBasis::Estimated] {
        register(born(1, basis)).then_refused("birth-not-in-future", "birth.date");
        assert_eq!(register(born(0, basis)).events().len(), 1);
    }
    for (too_far, near) in [(-9 * 7 - 1, -9 * 7), (42 * 7 + 1, 42 * 7)] {
        register(born(too_far, BirthBasis::Expected)).then_refused("expected-birth-ahead", "birth.date");
        assert_eq!(register(born(near, BirthBasis::Expected)).events().len(), 1, "{near} days ahead");
    }
    let birth = born(1, BirthBasis::Known).birth;
    let corrections =
        vec![DetailCorrection { to: Detail::Birth(birth), reason: "Her mother says so.".into() }];
    registered()
        .when(CorrectPersonDetails { corrections })
        .then_refused("birth-not-in-future", "corrections[0].to.value.date");
}

/// Says that this entry is that to the example's other person.
fn is(relation: Relation) -> LinkPeople {
    LinkPeople { relation, ..LinkPeople::example() }
}

/// The other entry, holding that link.
fn the_other_holds(link: LinkPeople) -> impl FnOnce(&mut Circumstances) {
    move |circumstances| {
        let mut there = Circumstances { id: LinkPeople::example().other.uuid(), ..Circumstances::default() };
        let entry = given::<Person>([]).when(RegisterPerson::example()).and().state().clone();
        for known in [some_id(1), link.other.uuid()] {
            there.facts.people.insert(known.into(), entry.clone().into());
        }
        let linked = given::<Person>([]).with(|circumstances| *circumstances = there);
        let linked = linked.when(RegisterPerson::example()).and().when(link).and();
        circumstances.facts.people.insert(LinkPeople::example().other, linked.state().clone().into());
    }
}

#[test]
fn an_entry_is_the_duplicate_of_one_that_is_kept() {
    let third = || PersonId::from(some_id(3));
    let knowing_both = |circumstances: &mut Circumstances| {
        knowing_the_other(circumstances);
        let entry = circumstances.facts.people[&LinkPeople::example().other].clone();
        circumstances.facts.people.insert(third(), entry);
    };
    let known = registered().with(knowing_both);
    let of_third = LinkPeople { other: third(), relation: Relation::DuplicateOf, note: None };

    let duplicate = known.when(is(Relation::DuplicateOf)).and();
    duplicate.when(of_third.clone()).then_refused("duplicate-of-one-entry", "relation");
    let kept = known.when(is(Relation::KeptFor)).and();
    kept.when(of_third.clone()).then_refused("kept-entry-stays", "relation");
    registered()
        .with(the_other_holds(of_third))
        .when(is(Relation::DuplicateOf))
        .then_refused("kept-entry-is-no-duplicate", "other");
}

#[test]
fn a_link_is_ended_where_it_is_held() {
    let held = LinkPeople { other: PersonId::from(some_id(1)), relation: Relation::Child, note: None };
    let ending = EndLink { relation: Relation::Parent, ..EndLink::example() };
    registered().with(the_other_holds(held)).when(ending).then_refused("link-ended-where-held", "other");
}

#[test]
fn the_data_protection_officer_erases_and_nothing_is_remembered() {
    registered().when(ErasePerson::example()).then_refused("erasure-by-data-protection-officer", "");
    let erased = registered().with(officer).when(ErasePerson::example()).and();
    assert_eq!(erased.state(), &Person::Erased);
    erased.when(ErasePerson::example()).then_nothing();
    erased.when(CorrectPersonDetails::example()).then_refused("person-not-erased", "");
    erased.when(RegisterPerson::example()).then_refused("person-not-erased", "");
    let by_another = erased.with(|circumstances| circumstances.actor.roles = vec![Role::TeamManager]);
    by_another.when(ErasePerson::example()).then_refused("erasure-by-data-protection-officer", "");
}

#[test]
fn events_once_written_are_read_for_ever() {
    let known = registered().with(knowing_the_other);
    let link = LinkPeople::example();
    let linked = known.when(link.clone());
    let end = EndLink { other: link.other, relation: link.relation, ..EndLink::example() };
    let mut samples = given::<Person>([]).when(RegisterPerson::example()).events().to_vec();
    samples.extend_from_slice(known.when(CorrectPersonDetails::example()).events());
    samples.extend_from_slice(linked.events());
    samples.extend_from_slice(linked.and().when(end).events());
    samples.extend_from_slice(registered().with(officer).when(ErasePerson::example()).events());
    testing::golden("person", PersonEvent::NAMES, &samples);
}

proptest! {
    #[test]
    fn whatever_is_asked_an_entry_stays_sound(
        names in proptest::collection::vec(select(PersonCommand::TABLE.iter().map(|s| s.name).collect::<Vec<_>>()), 0..20)
    ) {
        let commands: Vec<_> = names
            .into_iter()
            .filter_map(|name| PersonCommand::TABLE.iter().find(|spec| spec.name == name))
            .filter_map(|spec| PersonCommand::decode(spec.name, (spec.example)()).ok())
            .collect();
        let mut circumstances = Circumstances::default();
        knowing_the_other(&mut circumstances);
        officer(&mut circumstances);
        testing::play::<Person>(&commands, &circumstances);
        testing::repeats_emit_nothing::<Person>(&commands, &circumstances);
    }
}
