//! Where new ids come from.

use uuid::{Builder, Uuid};

/// Makes the ids of new streams. Production makes UUIDv7s from the clock and chance; a test or a demonstration makes the
/// same ones every time.
pub trait IdSource: Send + Sync + 'static {
    /// A new id, never given before.
    fn new_id(&self) -> Uuid;
}

/// The id of a stream that is opened with an idempotency key and no id of its own.
///
/// It follows from the key, so that the same request sent again meets the same stream. Being a digest and not a time it
/// is a UUIDv8.
pub fn key_derived_id(scope: &str, key: &str) -> Uuid {
    let mut hasher =
        blake3::Hasher::new_derive_key("caseledger stream id from an idempotency key, version 1");
    hasher.update(&(scope.len() as u64).to_le_bytes()).update(scope.as_bytes()).update(key.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_key_of_the_same_client_gives_the_same_id() {
        assert_eq!(key_derived_id("school-17", "a"), key_derived_id("school-17", "a"));
        assert_ne!(key_derived_id("school-17", "a"), key_derived_id("school-18", "a"));
        assert_ne!(key_derived_id("school-1", "7a"), key_derived_id("school-17", "a"));
    }
}
