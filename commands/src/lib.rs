//! What may be asked of a caseledger.
//!
//! A command is a message in the imperative (`ReceiveReferral`). This crate holds every command, the checks that need
//! nothing but the message itself (lengths, formats, code lists), and the vocabulary that commands, events and pages
//! share: ids, code lists, the two clocks, [`Personal`] data. What a command means for a case that stands so or so is
//! decided in `aggregates`.
//!
//! The crate depends on nothing else of the workspace, so that another Rust service can post typed commands with it.

mod actor;
pub mod codes;
mod ids;
mod json;
mod names;
mod personal;
mod reference;
mod table;
mod validate;

pub mod audit;
pub mod case;
pub mod oversight;
pub mod panel;
pub mod person;
pub mod supervision;
pub mod workforce;

pub use actor::{Actor, Role};
pub use ids::*;
pub use json::{read_json, strict_json};
pub use names::spaced;
pub use personal::Personal;
pub use reference::{CaseReference, ReferenceError};
pub use table::{Command, CommandSet, CommandSpec, InputError};
pub use validate::{Checks, Violation, is_short_name};

/// A moment in UTC, RFC 3339 on the wire (`2017-04-30T16:05:00Z`).
pub use jiff::Timestamp;
/// A calendar day without a zone (`2017-04-30`).
pub use jiff::civil::Date;
