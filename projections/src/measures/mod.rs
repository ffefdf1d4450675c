//! What managers, boards and inspectors see: figures counted from events, each leading back to cases and their events.
//!
//! A [`Measure`] is data: a row of the [`CATALOGUE`] says what it counts, in words for people and as conditions on one
//! table of units. A unit is whatever is counted: a referral, an assessment, the stretch of a case's life in which it was
//! open and one team held it. [`MEASURES`] keeps the units; [`answer`] gives any measure's [`Figure`] for any past day or
//! period; [`evidence`] names the units behind it, with their cases and the events that they follow from.
//!
//! A day is a civil day in England. Figures count by when things happened (`occurred_at`), not by when the record learned
//! of them.

mod answer;
mod audit;
mod case;
mod catalogue;
mod dimension;
mod evidence;
mod fold;
mod measure;
mod panel;
mod period;
mod person;
mod practitioner;
mod question;
mod register;
mod select;
mod spoken;
mod story;
mod suppress;
mod units;

pub use answer::{Figure, Part, Point, answer};
pub use catalogue::{CATALOGUE, measure, unknown_targets};
pub use dimension::{AGENCY, DIMENSIONS, Dimension, LEVEL, LOCALITY, SOURCE, TEAM};
pub use evidence::{Evidence, Side, Subject, evidence};
pub use fold::MEASURES;
pub use measure::{Better, Group, Measure, Shape, Unit, When};
pub use period::{Interval, Period};
pub use question::{Filters, NoSuchPart, Question};
pub use spoken::{Amount, Improvement, Kept, Moved, Remark, Spoken, spoken};
