//! The register of agencies, teams and practitioners, of which an authority has one.
//!
//! Other aggregates decide by it: who may own an action, who manages, and whether a lead agency is a partner.

mod decide;
mod events;
mod evolve;
mod refusal;
mod state;
#[cfg(test)]
mod tests;

pub use events::*;
pub use refusal::WorkforceRefusal;
pub use state::{Agency, Posting, Practitioner, Secondment, Team, Workforce};
