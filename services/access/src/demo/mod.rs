//! The issuer and the personas of a demonstration.
//!
//! The issuer gives a token to whoever names a persona, and so serves loopback only: [`require_loopback`].

mod issuer;
mod personas;

pub use issuer::{DemoIssuer, NotLoopback, TOKEN_SECONDS, require_loopback};
pub use personas::{PERSONAS, Persona, ids, persona};
