//! What is decided in a caseledger.
//!
//! Each aggregate has a folder, and each folder the same files in the same order: `state` (what is remembered to decide
//! by), `events` (what can have happened; names are storage), `decide` (a command and a state give events or a
//! refusal), `evolve` (an event changes the state; never fails, never decides), `refusal` (the rules, as facts that a
//! person can act on). How events of earlier versions are read stands in [`upcast`], and an aggregate that has such
//! events names the steps in a file of that name.
//!
//! Nothing here does I/O, reads a clock or throws dice: the time, the actor, the authority's settings and what must be
//! known of other aggregates come in with the [`Context`].

pub mod audit;
pub mod authority;
pub mod calendar;
pub mod case;
mod context;
pub mod cqrs;
mod decider;
mod log_format;
pub mod oversight;
pub mod panel;
pub mod person;
pub mod supervision;
#[cfg(test)]
mod testing;
pub mod upcast;
pub mod workforce;

pub use authority::Authority;
pub use context::{Context, Facts, Reference};
pub use decider::{Decider, Event, Refusal};
pub use log_format::{AnyEvent, Metadata, Unreadable};
