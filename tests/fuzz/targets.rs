//! What the fuzz targets do with an input. `tests/fuzzed.rs` does the same with the kept inputs, so that the targets are
//! compiled and run by `make test` too.

use caseledger_commands::{InputError, read_json};
use caseledger_dispatch::registry;
use caseledger_projections::Cursor;

/// Any bytes, as the message of any command: the first two say of which. It is taken or refused with a field, and
/// nothing panics.
pub fn command(input: &[u8]) {
    let Some((number, text)) = input.split_first_chunk::<2>() else { return };
    let Ok(message) = read_json(text) else { return };
    let entries: Vec<_> = registry::commands().collect();
    let entry = entries[usize::from(u16::from_le_bytes(*number)) % entries.len()];
    match (entry.aggregate.check)(entry.spec.name, message) {
        Ok(()) => {}
        Err(InputError::UnknownCommand) => panic!("{} is no command", entry.spec.name),
        Err(InputError::Unreadable(violations) | InputError::Invalid(violations)) => {
            assert!(!violations.is_empty());
            assert!(violations.iter().all(|it| !it.detail.is_empty()));
        }
    }
}

/// Any text, as a cursor of any list: it is read or refused and never panics, and what is read is written back the same.
pub fn cursor(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if let Ok(cursor) = Cursor::parse(text) {
        assert_eq!(Cursor::parse(&cursor.to_string()), Ok(cursor.clone()));
        let _key = cursor.key::<2>("timeline");
        let _number = cursor.number("case-events");
    }
}
