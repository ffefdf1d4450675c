//! What is handed to the log.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde::de::IgnoredAny;

use crate::{IdempotencyKey, LogError};

/// The longest payload of one event, in bytes of JSON.
pub const LONGEST_PAYLOAD: usize = 16 * 1024 * 1024;

/// The longest name, id or key, in bytes. PostgreSQL indexes up to 2,700.
const LONGEST_NAME: usize = 512;

/// One command's events for one stream: all of them are written, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    /// The type of the stream's aggregate: `Case`.
    pub aggregate_type: String,
    /// The id of the stream's aggregate.
    pub aggregate_id: String,
    /// The version that the caller decided on, 0 for a stream that must not exist; `None` appends to whatever is there.
    pub expected: Option<u64>,
    /// What happened, in order. May be empty, to keep the idempotency key of a command that was satisfied already.
    pub events: Vec<NewEvent>,
    /// What comes with every one of the events. Strings only, as cqrs-es wants it.
    pub metadata: HashMap<String, String>,
    /// The client's promise that a request is the same one sent again.
    pub key: Option<IdempotencyKey>,
}

/// An event that is to be written. Its payload is known to be JSON.
#[derive(Clone, PartialEq, Eq)]
pub struct NewEvent {
    event_type: String,
    event_version: String,
    payload: String,
}

impl std::fmt::Debug for NewEvent {
    /// Without the payload, which may hold what a family said.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} version {} ({} bytes)", self.event_type, self.event_version, self.payload.len())
    }
}

impl NewEvent {
    /// An event whose payload is the value's JSON.
    ///
    /// # Errors
    /// [`LogError::Invalid`] when the value has no JSON, or one that can't be stored.
    pub fn new(event_type: &str, event_version: &str, payload: &impl Serialize) -> Result<Self, LogError> {
        let payload = serde_json::to_string(payload).map_err(|error| {
            LogError::Invalid(format!("the payload of '{event_type}' has no JSON: {error}"))
        })?;
        Self::checked(event_type, event_version, payload)
    }

    /// An event whose payload is JSON text already. It is stored byte for byte.
    ///
    /// # Errors
    /// [`LogError::Invalid`] when it is not JSON, or can't be stored.
    pub fn from_json(event_type: &str, event_version: &str, payload: String) -> Result<Self, LogError> {
        serde_json::from_str::<IgnoredAny>(&payload).map_err(|error| {
            LogError::Invalid(format!("the payload of '{event_type}' is not JSON: {error}"))
        })?;
        Self::checked(event_type, event_version, payload)
    }

    fn checked(event_type: &str, event_version: &str, payload: String) -> Result<Self, LogError> {
        check_name("an event type", event_type)?;
        check_name("an event version", event_version)?;
        if payload.len() > LONGEST_PAYLOAD {
            return Err(LogError::Invalid(format!("the payload of '{event_type}' is longer than 16 MiB")));
        }
        if holds_nul(&payload) {
            return Err(LogError::Invalid(format!("the payload of '{event_type}' holds a NUL character")));
        }
        Ok(Self { event_type: event_type.to_owned(), event_version: event_version.to_owned(), payload })
    }

    /// Its name: `ReferralReceived`.
    pub fn event_type(&self) -> &str {
        &self.event_type
    }

    /// The version of its shape.
    pub fn event_version(&self) -> &str {
        &self.event_version
    }

    /// Its JSON text.
    pub fn payload(&self) -> &str {
        &self.payload
    }
}

impl Append {
    /// Refuses what a database would refuse in the middle of a batch, where it would fail the commands of others.
    pub(crate) fn check(&self) -> Result<(), LogError> {
        check_name("an aggregate type", &self.aggregate_type)?;
        check_name("an aggregate id", &self.aggregate_id)?;
        if let Some(key) = &self.key {
            check_name("an idempotency key", &key.key)?;
            check_name("the scope of an idempotency key", &key.scope)?;
        }
        let texts = self.metadata.iter().flat_map(|(key, value)| [key, value]);
        match texts.into_iter().any(|text| text.contains('\0')) {
            true => Err(LogError::Invalid("the metadata holds a NUL character".to_owned())),
            false => Ok(()),
        }
    }

    /// The metadata as JSON with its keys in order, so that the same metadata is the same bytes.
    pub(crate) fn metadata_json(&self) -> Result<String, LogError> {
        let ordered: BTreeMap<_, _> = self.metadata.iter().collect();
        serde_json::to_string(&ordered).map_err(|error| LogError::Invalid(error.to_string()))
    }
}

fn check_name(what: &str, name: &str) -> Result<(), LogError> {
    match name {
        "" => Err(LogError::Invalid(format!("{what} is empty"))),
        _ if name.len() > LONGEST_NAME => {
            Err(LogError::Invalid(format!("{what} is longer than {LONGEST_NAME} bytes")))
        }
        _ if name.contains('\0') => Err(LogError::Invalid(format!("{what} holds a NUL character"))),
        _ => Ok(()),
    }
}

/// Whether a string in the JSON holds U+0000, which PostgreSQL stores in `json` but then can't give out as text.
fn holds_nul(json: &str) -> bool {
    json.match_indices("\\u0000").any(|(at, _)| {
        let backslashes_before = json[..at].bytes().rev().take_while(|byte| *byte == b'\\').count();
        backslashes_before % 2 == 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_json_and_keeps_its_bytes() {
        let event = NewEvent::from_json("Noted", "1", r#"{ "b" : 1, "a":"é" }"#.to_owned()).unwrap();
        assert_eq!(event.payload(), r#"{ "b" : 1, "a":"é" }"#);
        assert!(matches!(NewEvent::from_json("Noted", "1", "{".to_owned()), Err(LogError::Invalid(_))));
    }

    #[test]
    fn a_nul_is_refused_but_a_backslash_is_not() {
        assert!(NewEvent::new("Noted", "1", &"a\0b").is_err());
        assert!(NewEvent::new("Noted", "1", &r"a\u0000b").is_ok());
        assert!(NewEvent::new("Noted", "1", &"a\\\0b").is_err());
    }

    #[test]
    fn debugging_an_event_does_not_tell_what_was_said() {
        let event = NewEvent::new("Noted", "1", &"Mum said so").unwrap();
        assert!(!format!("{event:?}").contains("Mum"));
    }
}
