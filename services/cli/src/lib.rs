//! The parts of the `caseledger` binary: configuration, wiring, demonstration, import.

pub mod args;
pub mod clock;
pub mod demo;
mod demo_issuer;
mod disk;
pub mod exit;
pub mod import;
mod meters;
pub mod output;
pub mod pack;
pub mod serve;
pub mod settings;
pub mod tasks;
pub mod telemetry;
pub mod wire;
