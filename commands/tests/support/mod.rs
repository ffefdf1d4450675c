//! Changes the example of a command and tells which rules the message then breaks.

use caseledger_commands::{CommandSet, InputError};
use serde_json::Value;

/// Every example of the set passes its own checks and survives the wire.
pub fn examples_are_sound<C: CommandSet>() {
    for row in C::TABLE {
        let example = (row.example)();
        let read = C::decode(row.name, example.clone());
        assert_eq!(read.map(|command| command.message()).as_ref(), Ok(&example), "{}", row.name);
    }
}

/// What comes of the example of a command once it is changed.
pub fn changed<C: CommandSet>(name: &str, change: impl FnOnce(&mut Value)) -> Result<C, InputError> {
    let row = C::TABLE.iter().find(|row| row.name == name).expect("the command exists");
    let mut message = (row.example)();
    change(&mut message);
    C::decode(name, message)
}

/// The fields and rules that the example of a command breaks once it is changed.
pub fn broken<C: CommandSet>(name: &str, change: impl FnOnce(&mut Value)) -> Vec<(String, &'static str)> {
    match changed::<C>(name, change) {
        Err(InputError::Invalid(violations)) => {
            violations.into_iter().map(|violation| (violation.field, violation.rule)).collect()
        }
        other => panic!("expected violations of {name}, got {:?}", other.err()),
    }
}

/// One field and the rule that it breaks.
pub fn one(field: &str, rule: &'static str) -> Vec<(String, &'static str)> {
    vec![(field.to_owned(), rule)]
}
