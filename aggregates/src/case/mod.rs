//! A case: one episode of early help for one family, from referral to closure.

mod decide;
mod due;
mod events;
mod evolve;
mod permitted;
mod refusal;
mod state;
#[cfg(test)]
mod tests;

pub use due::{Due, DueKind};
pub use events::*;
pub use permitted::{Status, permitted};
pub use refusal::CaseRefusal;
pub use state::{ActionState, Assessment, Case, Plan, Restriction, Standing, Transfer};
