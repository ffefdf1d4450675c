//! The short form, as a part of `make test`. It prints what it did, and what it left out and why.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use caseledger_torture::options::Options;

fn main() -> ExitCode {
    // The words after `--` are filters for the names of tests, as other test binaries take them.
    let filters: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_asked = filters.is_empty() || filters.iter().any(|filter| "torture".contains(filter.as_str()));
    if !is_asked || std::env::args().any(|word| word == "--list") {
        return ExitCode::SUCCESS;
    }
    caseledger_torture::main(&Options {
        duration: Duration::ZERO,
        seed: None,
        only: String::new(),
        service: Some(PathBuf::from(env!("CARGO_BIN_EXE_caseledger-with-faults"))),
        short: true,
        list: false,
    })
}
