//! The one way into the log: every command, whoever sends it, goes through [`Dispatcher::dispatch`].
//!
//! Always in this order: parse and validate → authorise, with the target's own attributes → load → decide → append →
//! receipt. There is no handler per command: [`registry`] maps each name to its type, and one generic desk handles the
//! commands of every aggregate.
//!
//! [`process`] holds what follows from events: a decision of the panel triages the case.

mod call;
mod desk;
mod dispatcher;
mod figures;
mod ids;
mod kin;
pub mod metrics;
pub mod process;
mod receipt;
pub mod registry;
mod rejection;
mod request;
mod share;

pub use call::{LONGEST_KEY, OCCURRED_AT};
pub use desk::Standing;
pub use dispatcher::{Dispatcher, Parts};
pub use figures::{Figures, NotTold};
pub use ids::{IdSource, key_derived_id};
pub use receipt::Receipt;
pub use registry::{Aggregate, Entry};
pub use rejection::Rejection;
pub use request::Request;
