//! Any text, as a cursor of any list: it is read or refused and never panics, and what is read is written back the same.
#![no_main]

use caseledger_projections::Cursor;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(cursor) = Cursor::parse(text) {
        assert_eq!(Cursor::parse(&cursor.to_string()), Ok(cursor.clone()));
        let _key = cursor.key::<2>("timeline");
        let _number = cursor.number("case-events");
    }
});
