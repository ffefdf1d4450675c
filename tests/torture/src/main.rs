//! `torture`: the long form, for as long as it is given.

use std::process::ExitCode;

use caseledger_torture::options::Options;
use clap::Parser;

fn main() -> ExitCode {
    caseledger_torture::main(&Options::parse())
}
