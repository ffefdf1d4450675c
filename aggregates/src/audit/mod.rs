//! An audit: a graded look at the practice in one case, or in a sample drawn for a theme.
//!
//! Compliance (was it done?) stands apart from quality (how well, and what for?): the inspectorate's letter found audits
//! that could tell the first and not the second.

mod decide;
mod draw;
mod events;
mod evolve;
mod refusal;
mod state;
#[cfg(test)]
mod tests;

pub use draw::{draw, population_digest};
pub use events::*;
pub use refusal::AuditRefusal;
pub use state::{Audit, AuditAction, CaseAudit};
