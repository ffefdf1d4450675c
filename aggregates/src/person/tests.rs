//! A person's entry: registered, put right, linked, erased.

use caseledger_commands::person::*;
use caseledger_commands::{Command, CommandSet, PersonId, Personal, Role};
use jiff::ToSpan;
use jiff::civil::date;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::testing::{self, Circumstances, Given, given, some_id};

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
