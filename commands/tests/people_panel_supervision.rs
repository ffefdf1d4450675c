//! The messages to the people register, the panel and supervision: examples are sound, and what can't be is named.

use caseledger_commands::audit::AuditCommand;
use caseledger_commands::panel::PanelCommand;
use caseledger_commands::person::PersonCommand;
use caseledger_commands::supervision::SupervisionCommand;
use serde_json::{Value, json};

mod support;

use support::{broken, changed, examples_are_sound, one};

#[test]
fn every_example_passes_its_own_checks_and_survives_the_wire() {
    examples_are_sound::<PersonCommand>();
    examples_are_sound::<PanelCommand>();
    examples_are_sound::<SupervisionCommand>();
}

fn person(change: impl FnOnce(&mut Value)) -> Vec<(String, &'static str)> {
    broken::<PersonCommand>("register-person", change)
}

#[test]
fn a_person_has_names_that_are_not_blank() {
    for name in ["given_name", "family_name", "known_as", "telephone"] {
        assert_eq!(person(|message| message[name] = json!(" ")), one(name, "text-missing"));
    }
    let former = person(|message| message["former_family_names"] = json!(["Okafor", ""]));
    assert_eq!(former, one("former_family_names[1]", "text-missing"));
}

#[test]
fn codes_and_identifiers_are_said_once_and_none_stands_alone() {
    let mixed = person(|message| message["disabilities"] = json!(["NONE", "HEAR"]));
    assert_eq!(mixed, one("disabilities", "no-disability-stands-alone"));
    let none =
        changed::<PersonCommand>("register-person", |message| message["disabilities"] = json!(["NONE"]));
    assert!(none.is_ok());
    let doubled = person(|message| message["disabilities"] = json!(["HEAR", "HEAR"]));
    assert_eq!(doubled, one("disabilities", "code-said-once"));
    let respelt = person(|message| {
        message["identifiers"] =
            json!([message["identifiers"][0], {"kind": "nhs-number", "value": "943-476-5919"}]);
    });
    assert_eq!(respelt, one("identifiers", "identifier-said-once"));
    let slipped = person(|message| message["identifiers"][0]["value"] = json!("943 476 5918"));
    assert_eq!(slipped, one("identifiers[0].value", "identifier-check-digit"));
}

#[test]
fn an_address_fits_an_envelope() {
    for lines in [0, 6] {
        let broken = person(|message| message["address"]["lines"] = json!(vec!["Northmoor"; lines]));
        assert_eq!(broken, one("address.lines", "address-has-lines"), "{lines} lines");
    }
    let blank = person(|message| message["address"]["lines"][1] = json!(""));
    assert_eq!(blank, one("address.lines[1]", "text-missing"));
    let elsewhere = person(|message| message["address"]["postcode"] = json!("75001"));
    assert_eq!(elsewhere, one("address.postcode", "postcode-well-formed"));
}

#[test]
fn a_correction_names_each_detail_once_and_checks_what_it_puts_there() {
    let correct = |corrections: Value| {
        broken::<PersonCommand>("correct-person-details", |message| message["corrections"] = corrections)
    };
    let to =
        |field: &str, value: Value| json!({"to": {"field": field, "value": value}, "reason": "Asked again."});
    assert_eq!(correct(json!([])), one("corrections", "correction-names-a-detail"));
    let doubled = correct(json!([to("known-as", json!("May")), to("known-as", json!("Mae"))]));
    assert_eq!(doubled, one("corrections[1].to.field", "detail-corrected-once"));
    for (field, value, at, rule) in [
        ("given-name", json!(" "), "value", "text-missing"),
        ("family-name", json!(""), "value", "text-missing"),
        ("known-as", json!(""), "value", "text-missing"),
        ("former-family-names", json!(["Okafor", ""]), "value[1]", "text-missing"),
        ("telephone", json!(""), "value", "text-missing"),
        ("disabilities", json!(["NONE", "HEAR"]), "value", "no-disability-stands-alone"),
        ("identifiers", json!([{"kind": "uln", "value": "1"}]), "value[0].value", "identifier-check-digit"),
        ("address", json!({"lines": []}), "value.lines", "address-has-lines"),
    ] {
        assert_eq!(
            correct(json!([to(field, value)])),
            one(&format!("corrections[0].to.{at}"), rule),
            "{field}"
        );
    }
    for field in ["known-as", "birth", "ethnicity", "address", "telephone"] {
        let removed = changed::<PersonCommand>("correct-person-details", |message| {
            message["corrections"] = json!([to(field, Value::Null)]);
        });
        assert!(removed.is_ok(), "{field} may become unknown: {removed:?}");
    }
}

#[test]
fn attendance_names_each_agency_once() {
    let attendance = |change: fn(&mut Value)| broken::<PanelCommand>("record-attendance", change);
    let nobody = attendance(|message| message["agencies"] = json!([]));
    assert_eq!(nobody, one("agencies", "attendance-names-agencies"));
    let doubled =
        attendance(|message| message["agencies"] = json!([message["agencies"][0], message["agencies"][0]]));
    assert_eq!(doubled, one("agencies[1].agency", "agency-named-once"));
    let none = broken::<PanelCommand>("record-panel-decision", |message| message["level_of_need"] = json!(0));
    assert_eq!(none, one("level_of_need", "level-of-need-known"));
}

#[test]
fn a_practitioner_is_supervised_at_least_quarterly() {
    for days in [0, 93] {
        let broken = broken::<SupervisionCommand>("set-supervision-frequency", |message| {
            message["every_days"] = json!(days);
        });
        assert_eq!(broken, one("every_days", "supervision-at-least-quarterly"), "{days} days");
    }
    for days in [1, 92] {
        let set = changed::<SupervisionCommand>("set-supervision-frequency", |message| {
            message["every_days"] = json!(days);
        });
        assert!(set.is_ok(), "{days} days");
    }
}

fn supervision(change: impl FnOnce(&mut Value)) -> Vec<(String, &'static str)> {
    broken::<SupervisionCommand>("record-supervision", change)
}

#[test]
fn a_supervision_says_something() {
    let silent = |message: &mut Value| {
        for part in ["development", "training", "wellbeing"] {
            message[part] = Value::Null;
        }
        message["cases"] = json!([]);
    };
    assert_eq!(supervision(silent), one("cases", "supervision-says-something"));
    for part in ["development", "training", "wellbeing"] {
        let one = changed::<SupervisionCommand>("record-supervision", |message| {
            silent(message);
            message[part] = json!("Said.");
        });
        assert!(one.is_ok(), "{part} is something");
        assert_eq!(supervision(|message| message[part] = json!("")), support::one(part, "text-missing"));
    }
}

#[test]
fn a_case_is_discussed_in_one_place_and_each_action_has_an_id_of_its_own() {
    let doubled = supervision(|message| {
        let mut again = message["cases"][0].clone();
        again["actions"] = json!([]);
        message["cases"] = json!([message["cases"][0], again]);
    });
    assert_eq!(doubled, one("cases[1].case", "case-discussed-once"));
    let same_id = supervision(|message| message["actions"] = message["cases"][0]["actions"].clone());
    assert_eq!(same_id, one("actions[0].id", "action-id-new"));
    let blank = supervision(|message| message["cases"][0]["actions"][0]["what"] = json!(""));
    assert_eq!(blank, one("cases[0].actions[0].what", "text-missing"));
    for told in ["changed_circumstances", "risks", "threshold_reason"] {
        let blank = supervision(|message| message["cases"][0][told] = json!(""));
        assert_eq!(blank, one(&format!("cases[0].{told}"), "text-missing"));
    }
}

#[test]
fn a_sample_is_drawn_from_no_more_cases_than_an_authority_has() {
    let case = |number: usize| format!("01890a5d-ac96-774b-bcce-{number:012x}");
    let drawn = |cases: usize| {
        changed::<AuditCommand>("draw-sample", |message| {
            message["population"] = (0..cases).map(case).collect();
        })
    };
    assert!(drawn(20_000).is_ok());
    let too_many = broken::<AuditCommand>("draw-sample", |message| {
        message["population"] = (0..20_001).map(case).collect();
    });
    assert_eq!(too_many, one("population", "population-too-large"));
}
