//! The people register: a family is entered once, and likely duplicates are shown to whoever enters it.

use serde_json::{Value, json};

use super::family::{Family, ids};
use super::town::{Thing, Town, rows};

fn person(given: &str, family: &str, born: &str) -> Value {
    json!({ "given_name": given, "family_name": family, "birth": { "date": born, "basis": "known" },
        "gender": "female", "disabilities": [] })
}

pub fn a_family_is_entered_once(town: &Town) -> Family {
    let school = town.school();
    let register = "people/register-person";
    let maisie = person("Maisie", "Hartley", "2016-09-03");

    // Without a key a command could be taken twice when the line breaks; this service asks for one.
    school
        .opens_with(register, maisie.clone(), &[("idempotency-key", "")])
        .answer()
        .is_problem(400, "idempotency-key-required");
    let key = [("idempotency-key", "\"entry-of-maisie\"")];
    let entered = school.opens_with(register, maisie.clone(), &key).opens("people", "PersonRegistered");
    // The same request again gives the first answer again; another one under the same key is refused.
    let again = school.opens_with(register, maisie.clone(), &key).is_accepted(&["PersonRegistered"]);
    assert_eq!((again["repeated"].clone(), again["id"].clone()), (json!(true), json!(entered.id)));
    school
        .opens_with(register, person("Tom", "Hartley", "2014-02-11"), &key)
        .answer()
        .is_problem(422, "idempotency-key-reused");

    let mut unknown = maisie.clone();
    unknown["shoe_size"] = json!("Very Private");
    let refused = school.opens(register, unknown);
    let problem = refused.answer().is_problem(422, "invalid-input").to_string();
    assert!(problem.contains("shoe_size") && !problem.contains("Very Private"), "{problem}");
    let unborn = |day: String, basis: &str| {
        json!({ "given_name": "Baby", "family_name": "Hartley", "gender": "female", "birth": { "date": day,
            "basis": basis } })
    };
    school
        .opens(register, unborn(town.day(-10).to_string(), "known"))
        .is_refused("birth-not-in-future", "birth.date");
    school
        .opens(register, unborn(town.day(-500).to_string(), "expected"))
        .is_refused("expected-birth-ahead", "birth.date");
    town.analyst().opens(register, maisie.clone()).is_forbidden();

    let enter = |given: &str, born: &str| {
        school.opens(register, person(given, "Hartley", born)).opens("people", "PersonRegistered")
    };
    let family = Family {
        maisie: entered,
        tom: enter("Tom", "2014-02-11"),
        dana: enter("Dana", "1988-06-30"),
        grandmother: enter("Rosa", "1959-01-17"),
        leo: school
            .opens(register, person("Leo", "Adeyemi", "2013-05-21"))
            .opens("people", "PersonRegistered"),
    };
    duplicates_are_found_and_linked(town, &family);
    who_may_know_people(town, &family);
    family
}

fn duplicates_are_found_and_linked(town: &Town, family: &Family) {
    let practitioner = town.practitioner();
    // The health visitor's portal spells her otherwise and has a digit wrong. Nothing is refused: a person decides.
    let spelt = person("Maysie", "Hartly", "2016-09-08");
    let twin =
        town.posting_service().opens("people/register-person", spelt).opens("people", "PersonRegistered");
    let found =
        practitioner.searches(json!({ "name": "Maisie Hartley", "date_of_birth": "2016-09-03" })).is_ok();
    let entry = |thing: &Thing| {
        let people = found["people"].as_array().expect("people");
        people.iter().find(|found| found["person"] == thing.id).cloned().expect("she is found")
    };
    assert!(rows(&entry(&twin)["likely_duplicates"]).contains(&json!(family.maisie.id)));
    assert!(rows(&entry(&family.maisie)["likely_duplicates"]).contains(&json!(twin.id)));
    practitioner.searches(json!({})).is_problem(422, "invalid-input");

    let is = |relation: &str, other: &str| json!({ "other": other, "relation": relation });
    let ends = |relation: &str, other: &str| json!({ "other": other, "relation": relation, "reason": "It was a mistake." });
    let (maisie, dana) = (&family.maisie, &family.dana);
    practitioner.does(maisie, "link-people", is("parent", &dana.id)).is_accepted(&["PeopleLinked"]);
    practitioner.does(dana, "link-people", is("child", &maisie.id)).is_so_already();
    practitioner
        .does(maisie, "link-people", is("sibling", &maisie.id))
        .is_refused("link-between-two-people", "other");
    practitioner
        .does(maisie, "link-people", is("sibling", ids::NOBODY))
        .is_refused("linked-person-exists", "other");
    practitioner
        .does(dana, "end-link", ends("child", &maisie.id))
        .is_refused("link-ended-where-held", "other");
    practitioner.does(dana, "end-link", ends("partner", &maisie.id)).is_refused("link-exists", "other");
    practitioner.does(maisie, "link-people", is("sibling", &family.leo.id)).is_accepted(&["PeopleLinked"]);
    practitioner.does(maisie, "end-link", ends("sibling", &family.leo.id)).is_accepted(&["LinkEnded"]);

    practitioner.does(&twin, "link-people", is("duplicate-of", &maisie.id)).is_accepted(&["PeopleLinked"]);
    practitioner
        .does(&twin, "link-people", is("duplicate-of", &family.tom.id))
        .is_refused("duplicate-of-one-entry", "relation");
    practitioner
        .does(&family.tom, "link-people", is("duplicate-of", &twin.id))
        .is_refused("kept-entry-is-no-duplicate", "other");
    practitioner
        .does(&family.leo, "link-people", is("kept-for", &family.grandmother.id))
        .is_accepted(&["PeopleLinked"]);
    practitioner
        .does(&family.leo, "link-people", is("duplicate-of", &dana.id))
        .is_refused("kept-entry-stays", "relation");
    practitioner
        .does(&family.leo, "end-link", ends("kept-for", &family.grandmother.id))
        .is_accepted(&["LinkEnded"]);

    let corrected = json!({ "corrections": [{ "to": { "field": "known-as", "value": "May" }, "reason": "She says so." }] });
    practitioner
        .does(maisie, "correct-person-details", corrected.clone())
        .is_accepted(&["PersonDetailsCorrected"]);
    practitioner.does(maisie, "correct-person-details", corrected.clone()).is_so_already();
    let erased =
        json!({ "ground": "registered-in-error", "reason": "A second entry of a child who has one." });
    practitioner.does(&twin, "erase-person", erased.clone()).is_forbidden();
    let officer = town.data_protection_officer();
    officer.does(&twin, "erase-person", erased.clone()).is_accepted(&["PersonErased"]);
    officer.does(&twin, "erase-person", erased).is_so_already();
    officer.does(&twin, "correct-person-details", corrected).is_refused("person-not-erased", "");
    let gone = town.practitioner().sees(&twin.path("")).is_ok();
    assert_eq!(gone["state"], "Erased");
}

fn who_may_know_people(town: &Town, family: &Family) {
    let maisie = &family.maisie;
    town.practitioner()
        .does(maisie, "register-person", person("Someone", "Else", "2012-01-01"))
        .is_refused("person-registered-once", "");
    town.practitioner().sees(&maisie.path("")).is_ok();
    for outsider in [town.analyst(), town.posting_service(), town.school(), town.partner()] {
        outsider.sees(&maisie.path("")).is_concealed();
    }
    town.school().searches(json!({ "name": "Hartley" })).is_forbidden();
    let nobody = Thing { collection: "people", id: ids::NOBODY.to_owned() };
    town.practitioner().sees(&nobody.path("")).is_concealed();
}
