//! The demonstration: an invented authority's year 2017, played through the public commands.
//!
//! [`cohort`] plans who comes and goes, so that the letter's figures follow when the events are counted; [`scripts`] tells
//! the plan as commands, in [`words`] that are all invented; [`play`] sends them, by the clock of the year.

pub mod chance;
pub mod cohort;
mod fill;
pub mod play;
mod roster;
mod scripts;
mod serve;
pub mod step;
pub mod words;

pub use fill::{Filled, Held, fill, fill_whole, held};
pub use roster::Roster;
pub use scripts::World;
pub use serve::{first_steps, run};
