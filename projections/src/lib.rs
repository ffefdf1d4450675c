//! What is told: read models that follow from the log, their queries, and the measures.
//!
//! A [`Projection`] folds events into tables that it alone owns; [`Projections`] runs them all. [`queries`] answers what
//! people and services ask; [`measures`] answers managers, boards and inspectors;
//! [`exports`] tells what other systems and inspectors are sent. [`sql`] is the only module that knows
//! which database engine it is.

pub mod audits;
pub mod cases;
mod cursor;
pub mod exports;
mod held_back;
pub mod measures;
pub mod oversight;
pub mod panels;
pub mod people;
mod projection;
pub mod queries;
mod reference;
mod runner;
pub mod sql;
mod states;
pub mod supervisions;
mod words;
pub mod workforce;

pub use cursor::{Cursor, CursorError, LARGEST_PAGE, Page, PageRequest, USUAL_PAGE};
pub use projection::{Entry, Failed, Fold, Projection, Spec, no_settings};
pub use reference::reference;
pub use runner::{Manner, Progress, Projections, RunnerError, Status};

/// Projections that earlier versions of this program had. Their tables are removed with those of older versions.
pub(crate) const RETIRED: &[&str] = &["timeline"];

/// Every projection of this program.
pub const ALL: &[&Spec] = &[
    &cases::CASES,
    &people::PEOPLE,
    &panels::PANELS,
    &supervisions::SUPERVISIONS,
    &audits::AUDITS,
    &workforce::WORKFORCE,
    &oversight::OVERSIGHT_RECORD,
    &measures::MEASURES,
    &exports::EXPORTS,
];
