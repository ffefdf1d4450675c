//! Any bytes, as the message of any command: decoding refuses or takes them and never panics.
#![no_main]

use caseledger_dispatch::registry;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u16, &[u8])| {
    let (number, bytes) = input;
    let entries: Vec<_> = registry::commands().collect();
    let entry = entries[usize::from(number) % entries.len()];
    if let Ok(message) = serde_json::from_slice(bytes) {
        let _outcome = (entry.aggregate.check)(entry.spec.name, message);
    }
});
