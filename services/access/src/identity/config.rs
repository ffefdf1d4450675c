//! Which provider is trusted, and how its tokens are read.

use std::net::IpAddr;

use jsonwebtoken::Algorithm;
use serde::{Deserialize, Serialize};

/// An algorithm that signs access tokens. There is none without a key pair: `none` and shared secrets can't be configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SigningAlgorithm {
    /// RSA, PKCS #1 v1.5, SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA on P-256, SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl From<SigningAlgorithm> for Algorithm {
    fn from(algorithm: SigningAlgorithm) -> Self {
        match algorithm {
            SigningAlgorithm::Rs256 => Self::RS256,
            SigningAlgorithm::Es256 => Self::ES256,
            SigningAlgorithm::EdDsa => Self::EdDSA,
        }
    }
}

/// Which provider is trusted, and how its tokens are read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IdentityConfig {
    /// The provider's issuer identifier, exactly as its tokens write it. `https`, or `http` on loopback.
    pub issuer: String,
    /// The audience that tokens for this service are issued to.
    pub audience: String,
    /// The algorithms accepted.
    pub algorithms: Vec<SigningAlgorithm>,
    /// How far the two clocks may be apart, in seconds.
    pub leeway_seconds: u32,
    /// How long keys are used before they are fetched anew, in seconds.
    pub keys_kept_seconds: u32,
    /// The shortest time between two fetches of the keys, in seconds: a flood of tokens with invented key names must not
    /// become a flood of requests to the provider.
    pub refetch_seconds: u32,
    /// The claims that tell more than the subject.
    pub claims: ClaimNames,
}

impl Default for IdentityConfig {
    fn default() -> Self {
        Self {
            issuer: String::new(),
            audience: "caseledger".to_owned(),
            algorithms: vec![SigningAlgorithm::Rs256, SigningAlgorithm::Es256, SigningAlgorithm::EdDsa],
            leeway_seconds: 30,
            keys_kept_seconds: 3600,
            refetch_seconds: 30,
            claims: ClaimNames::default(),
        }
    }
}

/// The names of the claims that tell more than the subject. A dot leads into an object: `realm_access.roles`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClaimNames {
    /// The roles granted: a list of names, or one string with spaces.
    pub roles: String,
    /// The practitioner's id in the register.
    pub practitioner: String,
    /// The id of the agency that the subject works for.
    pub agency: String,
    /// The id of the team that the subject works in.
    pub team: String,
}

impl Default for ClaimNames {
    fn default() -> Self {
        let own = |name: &str| name.to_owned();
        Self {
            roles: own("roles"),
            practitioner: own("practitioner"),
            agency: own("agency"),
            team: own("team"),
        }
    }
}

/// What is wrong with the settings of identity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityConfigError {
    /// No issuer, or one that can't be a URL.
    #[error("'issuer' must be the URL of the identity provider, as its tokens write it")]
    IssuerUnreadable,
    /// Keys fetched without encryption over a network could be anybody's.
    #[error("'issuer' must begin with https:// unless it is on this machine's loopback")]
    IssuerInsecure,
    /// Tokens for any service would be accepted.
    #[error("'audience' must not be empty")]
    AudienceMissing,
    /// No token could be accepted.
    #[error("'algorithms' must name at least one of RS256, ES256, EdDSA")]
    AlgorithmsMissing,
    /// The HTTP client can't be made.
    #[error("the client for the identity provider can't be made: {0}")]
    Client(String),
}

impl IdentityConfig {
    /// Says what is wrong with the settings.
    ///
    /// # Errors
    /// The first thing wrong.
    pub fn check(&self) -> Result<(), IdentityConfigError> {
        let issuer = reqwest::Url::parse(&self.issuer).map_err(|_| IdentityConfigError::IssuerUnreadable)?;
        if !is_safe(&issuer) {
            return Err(IdentityConfigError::IssuerInsecure);
        }
        if self.audience.is_empty() {
            return Err(IdentityConfigError::AudienceMissing);
        }
        if self.algorithms.is_empty() {
            return Err(IdentityConfigError::AlgorithmsMissing);
        }
        Ok(())
    }
}

/// Whether what is fetched from there can be trusted to come from there.
pub(super) fn is_safe(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    let loopback = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    url.scheme() == "https" || (url.scheme() == "http" && loopback)
}
