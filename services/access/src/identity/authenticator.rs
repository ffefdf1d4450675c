//! From an `Authorization` header to an actor.

use std::sync::Arc;

use caseledger_commands::{Actor, Role, Timestamp};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::claims::{self, Claims};
use super::keys::{Key, Keys};
use super::verified::{Remembered, Verified};
use super::{IdentityConfig, IdentityConfigError, IdentityError, Now};

/// A token longer than this is none: headers are limited to about as much anyway.
const LONGEST_TOKEN: usize = 16 * 1024;
/// The longest subject identifier that a service may name, in characters.
const LONGEST_SUBJECT: usize = 200;

/// Verifies access tokens (RFC 9068, JSON web tokens) of one provider.
pub struct Authenticator {
    config: IdentityConfig,
    keys: Keys,
    verified: Remembered,
    now: Now,
}

impl Authenticator {
    /// Trusts the provider that `config` names. Its keys are fetched with the first token, or by [`Self::check`].
    ///
    /// # Errors
    /// [`IdentityConfigError`] with what is wrong with the settings.
    pub fn new(config: IdentityConfig, now: Now) -> Result<Self, IdentityConfigError> {
        config.check()?;
        let (keys, verified) = (Keys::of_provider(&config)?, Remembered::default());
        Ok(Self { keys, verified, config, now })
    }

    /// Trusts the keys of that JSON web key set, for ever: the demonstration issuer is in the same process.
    ///
    /// # Errors
    /// [`IdentityConfigError`] with what is wrong with the settings.
    pub fn with_keys(config: IdentityConfig, key_set: &Value, now: Now) -> Result<Self, IdentityConfigError> {
        config.check()?;
        Ok(Self { keys: Keys::fixed(key_set), verified: Remembered::default(), config, now })
    }

    /// Who asks, by the `Authorization` header. A service may name the person that it acts for in `on_behalf_of`.
    ///
    /// # Errors
    /// [`IdentityError`], which says what to do and nothing of what was sent.
    pub async fn authenticate(
        &self,
        authorization: Option<&str>,
        on_behalf_of: Option<&str>,
    ) -> Result<Actor, IdentityError> {
        let token = bearer(authorization)?;
        let mut actor = self.verified(token).await?;
        if let Some(subject) = on_behalf_of {
            actor.on_behalf_of = Some(acted_for(&actor, subject)?);
        }
        Ok(actor)
    }

    /// Fetches the provider's keys now; for readiness and `doctor`.
    ///
    /// # Errors
    /// [`IdentityError::ProviderUnavailable`]; the log says why.
    pub async fn check(&self) -> Result<(), IdentityError> {
        self.keys.fetch((self.now)()).await
    }

    /// Whose token it is. A signature that was verified lately is not verified again; time and key are looked at anyway.
    async fn verified(&self, token: &str) -> Result<Actor, IdentityError> {
        let digest = Sha256::digest(token).into();
        let now = (self.now)();
        if let Some(known) = self.verified.find(&digest) {
            claims::check_time(&known.claims, now, &self.config)?;
            let key = self.keys.find(known.key_id.as_deref(), known.key.algorithm, now, &self.config).await?;
            if Arc::ptr_eq(&key, &known.key) {
                return Ok(known.actor.clone());
            }
        }
        let (claims, key_id, key) = self.verify(token, now).await?;
        let actor = claims::actor(&claims, &self.config.claims)?;
        self.verified.put(digest, Verified { actor: actor.clone(), claims, key_id, key });
        Ok(actor)
    }

    async fn verify(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<(Claims, Option<String>, Arc<Key>), IdentityError> {
        let header = decode_header(token).map_err(|_| IdentityError::Malformed)?;
        let algorithm = self.accepted(header.alg).ok_or(IdentityError::AlgorithmRefused)?;
        if !is_access_token(header.typ.as_deref()) || header.crit.is_some() {
            return Err(IdentityError::Malformed);
        }
        let key = self.keys.find(header.kid.as_deref(), algorithm, now, &self.config).await?;
        let claims: Claims = decode(token, &key.decoding, &self.validation(key.algorithm))
            .map_err(|error| reason(error.kind()))?
            .claims;
        claims::check_time(&claims, now, &self.config)?;
        Ok((claims, header.kid, key))
    }

    fn accepted(&self, named: Algorithm) -> Option<Algorithm> {
        self.config
            .algorithms
            .iter()
            .map(|accepted| Algorithm::from(*accepted))
            .find(|accepted| *accepted == named)
    }

    /// Signature, issuer and audience are the library's to check; times are ours, by our clock.
    fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.set_required_spec_claims(&["iss", "aud", "sub"]);
        validation.set_issuer(&[&self.config.issuer]);
        validation.set_audience(&[&self.config.audience]);
        validation
    }
}

fn bearer(authorization: Option<&str>) -> Result<&str, IdentityError> {
    let (scheme, token) =
        authorization.ok_or(IdentityError::Missing)?.split_once(' ').ok_or(IdentityError::Missing)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(IdentityError::Missing);
    }
    let token = token.trim();
    if token.len() > LONGEST_TOKEN { Err(IdentityError::Malformed) } else { Ok(token) }
}

/// Many providers still write `JWT` or nothing where RFC 9068 wants `at+jwt`. Other kinds (logout tokens, statements)
/// are no access tokens, however well signed.
fn is_access_token(kind: Option<&str>) -> bool {
    kind.is_none_or(|kind| {
        ["JWT", "at+jwt", "application/at+jwt"].iter().any(|known| kind.eq_ignore_ascii_case(known))
    })
}

fn acted_for(actor: &Actor, subject: &str) -> Result<String, IdentityError> {
    if !actor.is(Role::Service) {
        return Err(IdentityError::MayNotActForOthers);
    }
    let visible = subject.chars().all(|letter| letter.is_ascii_graphic());
    if subject.is_empty() || subject.len() > LONGEST_SUBJECT || !visible || subject.starts_with("process:") {
        return Err(IdentityError::SubjectUnreadable);
    }
    Ok(subject.to_owned())
}

fn reason(kind: &ErrorKind) -> IdentityError {
    match kind {
        ErrorKind::InvalidSignature => IdentityError::BadSignature,
        ErrorKind::InvalidIssuer => IdentityError::WrongIssuer,
        ErrorKind::InvalidAudience => IdentityError::WrongAudience,
        ErrorKind::MissingRequiredClaim(claim) if claim == "iss" => IdentityError::WrongIssuer,
        ErrorKind::MissingRequiredClaim(claim) if claim == "aud" => IdentityError::WrongAudience,
        ErrorKind::MissingRequiredClaim(claim) if claim == "sub" => IdentityError::BadClaim("sub"),
        ErrorKind::InvalidAlgorithm => IdentityError::AlgorithmRefused,
        _ => IdentityError::Malformed,
    }
}
