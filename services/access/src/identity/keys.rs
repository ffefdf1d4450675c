//! The provider's public keys: found by discovery, kept, and fetched again when they have turned.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use caseledger_commands::Timestamp;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

use super::config::is_safe;
use super::{IdentityConfig, IdentityConfigError, IdentityError};

/// The provider's answers are small; more than this is not an answer.
const LARGEST_ANSWER: usize = 1 << 20;
/// How long the provider may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// NIST SP 800-131A: RSA keys under 2048 bits are disallowed.
const SHORTEST_RSA_MODULUS: usize = 256;

/// One key that may verify tokens, and the one algorithm that it is for.
pub(super) struct Key {
    id: Option<String>,
    pub(super) algorithm: Algorithm,
    pub(super) decoding: DecodingKey,
}

#[derive(Default)]
struct Known {
    keys: Vec<Arc<Key>>,
    fetched: Option<Timestamp>,
    tried: Option<Timestamp>,
}

/// The provider's keys.
pub(super) struct Keys {
    source: Source,
    known: RwLock<Known>,
    fetching: tokio::sync::Mutex<()>,
}

enum Source {
    /// A provider on the network.
    Provider { client: reqwest::Client, issuer: String },
    /// Keys handed over at start.
    Fixed,
}

impl Keys {
    pub(super) fn of_provider(config: &IdentityConfig) -> Result<Self, IdentityConfigError> {
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| IdentityConfigError::Client(error.to_string()))?;
        let source = Source::Provider { client, issuer: config.issuer.clone() };
        Ok(Self { source, known: RwLock::default(), fetching: tokio::sync::Mutex::default() })
    }

    pub(super) fn fixed(key_set: &Value) -> Self {
        let known = Known { keys: read(key_set), ..Known::default() };
        Self { source: Source::Fixed, known: RwLock::new(known), fetching: tokio::sync::Mutex::default() }
    }

    /// The key of that name for that algorithm, fetching the provider's keys if they are not known, too old, or lack it.
    pub(super) async fn find(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
        now: Timestamp,
        config: &IdentityConfig,
    ) -> Result<Arc<Key>, IdentityError> {
        let found = self.known_key(id, algorithm);
        if let Some(key) = found.as_ref().filter(|_| !self.is_old(now, config)) {
            return Ok(key.clone());
        }
        let fetched = self.refetch(now, config, id, algorithm).await;
        // A provider that is down takes nothing away: the last good keys stay.
        match (self.known_key(id, algorithm).or(found), fetched) {
            (Some(key), _) => Ok(key),
            (None, Ok(())) => Err(IdentityError::UnknownKey),
            (None, Err(error)) => Err(error),
        }
    }

    /// Fetches the keys now, whatever is known.
    pub(super) async fn fetch(&self, now: Timestamp) -> Result<(), IdentityError> {
        let Source::Provider { client, issuer } = &self.source else {
            return Ok(());
        };
        self.write(|known| known.tried = Some(now));
        let keys = fetch(client, issuer).await.map_err(|reason| {
            tracing::warn!(reason, "the identity provider's keys could not be fetched");
            IdentityError::ProviderUnavailable
        })?;
        tracing::info!(keys = keys.len(), "the identity provider's keys were fetched");
        self.write(|known| *known = Known { keys, fetched: Some(now), tried: Some(now) });
        Ok(())
    }

    async fn refetch(
        &self,
        now: Timestamp,
        config: &IdentityConfig,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<(), IdentityError> {
        // One at a time; whoever waited finds what the other fetched.
        let _turn = self.fetching.lock().await;
        if self.known_key(id, algorithm).is_some() && !self.is_old(now, config) {
            return Ok(());
        }
        let (never, tried) = self.read(|known| (known.fetched.is_none(), known.tried));
        if tried.is_some_and(|tried| within(tried, now, config.refetch_seconds)) {
            return if never { Err(IdentityError::ProviderUnavailable) } else { Ok(()) };
        }
        self.fetch(now).await
    }

    fn known_key(&self, id: Option<&str>, algorithm: Algorithm) -> Option<Arc<Key>> {
        self.read(|known| {
            let mut fitting = known.keys.iter().filter(|key| key.algorithm == algorithm);
            match id {
                Some(id) => fitting.find(|key| key.id.as_deref() == Some(id)).cloned(),
                // Without a name there must be no choice.
                None => fitting.next().filter(|_| fitting.next().is_none()).cloned(),
            }
        })
    }

    fn is_old(&self, now: Timestamp, config: &IdentityConfig) -> bool {
        let provider = matches!(self.source, Source::Provider { .. });
        provider
            && self.read(|known| !known.fetched.is_some_and(|at| within(at, now, config.keys_kept_seconds)))
    }

    fn read<R>(&self, look: impl FnOnce(&Known) -> R) -> R {
        look(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write(&self, change: impl FnOnce(&mut Known)) {
        change(&mut self.known.write().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Whether less than that many seconds have passed.
fn within(since: Timestamp, now: Timestamp, seconds: u32) -> bool {
    now.duration_since(since).as_secs() < i64::from(seconds)
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

/// Fetches the keys by OpenID Connect Discovery 1.0, section 4. The error is for the log.
async fn fetch(client: &reqwest::Client, issuer: &str) -> Result<Vec<Arc<Key>>, String> {
    let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let discovery: Discovery = get(client, &address).await?;
    if discovery.issuer != issuer {
        return Err(format!("the discovery document is of another issuer: {}", discovery.issuer));
    }
    let jwks = reqwest::Url::parse(&discovery.jwks_uri).map_err(|error| format!("jwks_uri: {error}"))?;
    if !is_safe(&jwks) {
        return Err(format!("jwks_uri is neither https nor on loopback: {jwks}"));
    }
    let keys = read(&get(client, jwks.as_str()).await?);
    if keys.is_empty() { Err("the key set holds no key that can verify tokens".to_owned()) } else { Ok(keys) }
}

async fn get<T: serde::de::DeserializeOwned>(client: &reqwest::Client, address: &str) -> Result<T, String> {
    let answer = client.get(address).send().await.and_then(reqwest::Response::error_for_status);
    let mut answer = answer.map_err(|error| error.to_string())?;
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| error.to_string())? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return Err(format!("{address} answers with more than {LARGEST_ANSWER} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).map_err(|error| format!("{address}: {error}"))
}

/// The keys of a JSON web key set (RFC 7517) that can verify tokens. What is of another kind is left out, as section 5 asks.
fn read(key_set: &Value) -> Vec<Arc<Key>> {
    let keys = key_set.get("keys").and_then(Value::as_array);
    let jwks = keys.into_iter().flatten().filter_map(|key| serde_json::from_value(key.clone()).ok());
    jwks.filter_map(|jwk: Jwk| key(&jwk)).map(Arc::new).collect()
}

fn key(jwk: &Jwk) -> Option<Key> {
    let for_signatures = jwk.common.public_key_use.as_ref().is_none_or(|u| *u == PublicKeyUse::Signature);
    let for_verifying = jwk
        .common
        .key_operations
        .as_ref()
        .is_none_or(|operations| operations.contains(&KeyOperations::Verify));
    let algorithm = match &jwk.algorithm {
        AlgorithmParameters::RSA(rsa) if length(&rsa.n)? >= SHORTEST_RSA_MODULUS => Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(ec)
            if ec.curve == EllipticCurve::P256 && length(&ec.x)? == 32 && length(&ec.y)? == 32 =>
        {
            Algorithm::ES256
        }
        AlgorithmParameters::OctetKeyPair(pair)
            if pair.curve == EllipticCurve::Ed25519 && length(&pair.x)? == 32 =>
        {
            Algorithm::EdDSA
        }
        // Above all no shared secret: who can verify with one can also sign.
        _ => return None,
    };
    let named = jwk.common.key_algorithm.is_none_or(|named| named.to_string() == format!("{algorithm:?}"));
    if !(for_signatures && for_verifying && named) {
        return None;
    }
    Some(Key { id: jwk.common.key_id.clone(), algorithm, decoding: DecodingKey::from_jwk(jwk).ok()? })
}

fn length(encoded: &str) -> Option<usize> {
    URL_SAFE_NO_PAD.decode(encoded).ok().map(|bytes| bytes.len())
}
