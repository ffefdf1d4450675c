//! Who asks: bearer tokens of an OpenID Connect provider, verified and read as actors.

mod authenticator;
mod claims;
mod config;
mod error;
mod keys;
mod verified;

use std::sync::Arc;

use caseledger_commands::Timestamp;

pub use authenticator::Authenticator;
pub use config::{ClaimNames, IdentityConfig, IdentityConfigError, SigningAlgorithm};
pub use error::IdentityError;

/// Where the time comes from: the service's clock, or a test's.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;
