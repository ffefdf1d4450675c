//! The authority's oversight, of which there is one record: what its figures mean for children and families, and what is
//! done to improve them. The inspectorate's letter found 'very little commentary and analysis' of either.

mod decide;
mod events;
mod evolve;
mod refusal;
mod state;
#[cfg(test)]
mod tests;

pub use events::*;
pub use refusal::OversightRefusal;
pub use state::{ImprovementAction, Oversight};
