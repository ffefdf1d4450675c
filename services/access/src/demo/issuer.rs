//! A small issuer of access tokens with a key of its own.

use std::net::SocketAddr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::{PERSONAS, Persona, persona};
use crate::entities::role_name;
use crate::{Authenticator, ClaimNames, IdentityConfig, IdentityConfigError, Now, SigningAlgorithm};

/// How long a token holds, in seconds: a working day.
pub const TOKEN_SECONDS: i64 = 8 * 60 * 60;

/// What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410, section 7).
const PKCS8_BEFORE_SEED: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// The demonstration would hand anybody's token to the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the demonstration gives a token to whoever asks, so it listens on loopback only, and not on {0}")]
pub struct NotLoopback(pub SocketAddr);

/// Refuses to serve the demonstration issuer on an address that others can reach.
///
/// # Errors
/// [`NotLoopback`].
pub fn require_loopback(address: SocketAddr) -> Result<(), NotLoopback> {
    if address.ip().is_loopback() { Ok(()) } else { Err(NotLoopback(address)) }
}

/// Issues access tokens to personas.
pub struct DemoIssuer {
    issuer: String,
    audience: String,
    key_id: String,
    public: String,
    signing: EncodingKey,
    now: Now,
}

impl DemoIssuer {
    /// An issuer at `issuer` (its URL on loopback, without a slash at the end) with the key that `seed` gives.
    pub fn new(issuer: &str, audience: &str, seed: [u8; 32], now: Now) -> Self {
        let public = URL_SAFE_NO_PAD.encode(SigningKey::from_bytes(&seed).verifying_key().as_bytes());
        let pkcs8 = [PKCS8_BEFORE_SEED.as_slice(), &seed].concat();
        Self {
            issuer: issuer.trim_end_matches('/').to_owned(),
            audience: audience.to_owned(),
            key_id: format!("demo-{}", &public[..8]),
            public,
            signing: EncodingKey::from_ed_der(&pkcs8),
            now,
        }
    }

    /// The issuer identifier.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The document to serve at `{issuer}/.well-known/openid-configuration`.
    pub fn discovery(&self) -> Value {
        json!({
            "issuer": self.issuer,
            "jwks_uri": format!("{}/jwks", self.issuer),
            "token_endpoint": format!("{}/token", self.issuer),
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": ["none"],
            "response_types_supported": [],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["EdDSA"],
        })
    }

    /// The key set to serve at `{issuer}/jwks`.
    pub fn jwks(&self) -> Value {
        json!({"keys": [{
            "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": self.key_id, "x": self.public,
        }]})
    }

    /// The answer of `{issuer}/token` to a form with `client_id` set to a persona's key; `None` for nobody we know.
    pub fn token_response(&self, client_id: &str) -> Option<Value> {
        let token = self.token_for(persona(client_id)?);
        Some(json!({"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS}))
    }

    /// An access token for that persona.
    pub fn token_for(&self, persona: &Persona) -> String {
        let now = (self.now)().as_second();
        let mut claims = json!({
            "iss": self.issuer,
            "aud": self.audience,
            "sub": persona.subject(),
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "roles": persona.roles.iter().map(|role| role_name(*role)).collect::<Vec<_>>(),
        });
        for (name, id) in
            [("practitioner", persona.practitioner), ("agency", persona.agency), ("team", persona.team)]
        {
            if let Some(id) = id {
                claims[name] = json!(id.to_string());
            }
        }
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(self.key_id.clone());
        // The key is well formed by construction; an empty token is refused everywhere.
        encode(&header, &claims, &self.signing).unwrap_or_default()
    }

    /// Everybody a token can be had for.
    pub fn personas(&self) -> &'static [Persona] {
        PERSONAS
    }

    /// An authenticator that trusts this issuer, without a detour over the network.
    ///
    /// # Errors
    /// [`IdentityConfigError`] when the issuer's address is not on loopback.
    pub fn authenticator(&self) -> Result<Authenticator, IdentityConfigError> {
        let config = IdentityConfig {
            issuer: self.issuer.clone(),
            audience: self.audience.clone(),
            algorithms: vec![SigningAlgorithm::EdDsa],
            claims: ClaimNames::default(),
            ..IdentityConfig::default()
        };
        Authenticator::with_keys(config, &self.jwks(), self.now.clone())
    }
}
