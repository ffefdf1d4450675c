//! A meeting of the early help panel, which triages the harder referrals.

mod decide;
mod events;
mod refusal;
mod state;
#[cfg(test)]
mod tests;

pub use events::*;
pub use refusal::PanelRefusal;
pub use state::{Item, PanelMeeting};
