//! Whatever is sent as a message is taken or refused with a field; nothing of it is repeated, and nothing panics.

use caseledger_commands::{InputError, Violation};
use caseledger_dispatch::registry;
use proptest::prelude::*;
use serde_json::{Map, Value};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(Value::from("2017-04-30")),
        Just(Value::from("01890a5d-ac96-774b-bcce-b302099a8057")),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec(("[a-z_]{1,12}", inner), 0..6)
                .prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    })
}

/// Puts something else in the place of one part of a message.
fn disturb(value: &mut Value, place: usize, by: Value) {
    let mut places = vec![];
    collect(value, String::new(), &mut places);
    if let Some(found) = value.pointer_mut(&places[place % places.len()]) {
        *found = by;
    }
}

fn collect(value: &Value, pointer: String, places: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                collect(member, format!("{pointer}/{name}"), places);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, format!("{pointer}/{index}"), places);
            }
        }
        _ => {}
    }
    places.push(pointer);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_json_is_survived_by_every_command(message in any_json()) {
        for entry in registry::commands() {
            let _outcome = (entry.aggregate.check)(entry.spec.name, message.clone());
        }
    }

    #[test]
    fn an_example_with_one_part_changed_is_survived(place in any::<usize>(), by in any_json()) {
        for entry in registry::commands() {
            let mut message = (entry.spec.example)();
            disturb(&mut message, place, by.clone());
            let _outcome = (entry.aggregate.check)(entry.spec.name, message);
        }
    }

    #[test]
    fn a_refusal_does_not_repeat_what_was_sent(place in any::<usize>()) {
        for entry in registry::commands() {
            let mut message = (entry.spec.example)();
            disturb(&mut message, place, Value::from("Maisie Hartley"));
            let outcome = (entry.aggregate.check)(entry.spec.name, message);
            if let Err(InputError::Unreadable(violations) | InputError::Invalid(violations)) = outcome {
                prop_assert!(violations.iter().all(|violation| !violation.detail.contains("Maisie")));
            }
        }
    }
}

#[test]
fn every_command_refuses_a_field_that_it_does_not_know() {
    for entry in registry::commands() {
        let mut message = (entry.spec.example)();
        message["no_such_field"] = Value::from("Maisie");
        let outcome = (entry.aggregate.check)(entry.spec.name, message);
        let Err(InputError::Unreadable(violations)) = outcome else {
            panic!("{} takes an unknown field: {outcome:?}", entry.spec.name);
        };
        let [Violation { field, rule, detail }] = &violations[..] else { panic!("{violations:?}") };
        assert_eq!((field.as_str(), *rule), ("no_such_field", "field-unknown"), "{}", entry.spec.name);
        assert!(!detail.contains("Maisie"), "{detail}");
    }
}

#[test]
fn every_command_refuses_what_is_no_object() {
    for entry in registry::commands() {
        for message in [Value::Null, Value::from(1), Value::from("text"), Value::from(vec![1])] {
            let outcome = (entry.aggregate.check)(entry.spec.name, message.clone());
            assert!(outcome.is_err(), "{} takes {message}", entry.spec.name);
        }
    }
}
