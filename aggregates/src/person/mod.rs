//! A person's entry in the people register: a child or an adult of a family.

mod decide;
mod events;
mod evolve;
mod refusal;
mod state;
#[cfg(test)]
mod tests;

pub use events::*;
pub use refusal::PersonRefusal;
pub use state::{HeldLink, Person, RegisteredPerson};
