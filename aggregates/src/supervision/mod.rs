//! The supervision record of one practitioner: the regular meeting with a manager, and what is done after it.

mod decide;
mod events;
mod refusal;
mod state;
#[cfg(test)]
mod tests;

pub use events::*;
pub use refusal::SupervisionRefusal;
pub use state::{OpenAction, Supervision};
