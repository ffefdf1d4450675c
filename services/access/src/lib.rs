//! Who may.
//!
//! Two questions, answered apart. *Who asks?* An [`Authenticator`] turns a bearer token of an OpenID Connect provider into
//! an [`Actor`](caseledger_commands::Actor). *May they?* [`Access`] decides, by the Cedar policies in `policies/`, on an
//! actor, an action (a command's name, or a query's) and the [`Resource`] with the attributes that matter. Every command,
//! query, page, export and subscription passes through here; what has no rule is forbidden.
//!
//! [`demo`] holds the issuer and the personas of a demonstration, for loopback only.

mod decide;
pub mod demo;
mod entities;
mod identity;
mod remembered;
mod resource;

pub use decide::{Access, Decision, PolicyError, QUERIES, Question};
pub use identity::{
    Authenticator, ClaimNames, IdentityConfig, IdentityConfigError, IdentityError, Now, SigningAlgorithm,
};
pub use resource::{CaseAttributes, PersonAttributes, Resource, SupervisionAttributes};
