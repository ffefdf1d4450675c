//! Tokens whose signature was verified lately. A token is not kept: only its digest.

use std::sync::{Arc, Mutex, PoisonError};

use caseledger_commands::Actor;
use hashlink::LruCache;

use super::claims::Claims;
use super::keys::Key;

/// How many tokens are remembered: more people than an authority's service has at work at once.
const TOKENS: usize = 4_096;

/// A token that was verified.
#[derive(Clone)]
pub(super) struct Verified {
    pub actor: Actor,
    pub claims: Claims,
    /// The name by which the token asks for its key.
    pub key_id: Option<String>,
    /// The key that verified it. When the provider's keys have been fetched again, it is verified again.
    pub key: Arc<Key>,
}

/// The tokens that were verified lately, by their SHA-256.
pub(super) struct Remembered(Mutex<LruCache<[u8; 32], Arc<Verified>>>);

impl Default for Remembered {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(TOKENS)))
    }
}

impl Remembered {
    pub fn find(&self, digest: &[u8; 32]) -> Option<Arc<Verified>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(digest).cloned()
    }

    pub fn put(&self, digest: [u8; 32], verified: Verified) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(digest, Arc::new(verified));
    }
}
