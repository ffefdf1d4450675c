//! Reading JSON text, strictly: a member that stands twice in one object is refused.
//!
//! RFC 8259 leaves open which of two members of one name counts. Most readers silently take the last; a record must not
//! keep one half of what it was told.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Reads JSON text.
///
/// # Errors
/// serde_json's own, with line and column, which quote nothing of the text; the same for a member that stands twice.
pub fn read_json(text: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice::<Strict>(text).map(|strict| strict.0)
}

/// As [`read_json`], of a part of what is being read: `#[serde(deserialize_with = "strict_json")]`.
///
/// # Errors
/// The reader's own; the same for a member that stands twice.
pub fn strict_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    deserializer.deserialize_any(Reader)
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> DeserializeSeed<'de> for Reader {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut read = vec![];
        while let Some(item) = items.next_element_seed(Self)? {
            read.push(item);
        }
        Ok(Value::Array(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut read = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if read.contains_key(&name) {
                return Err(Error::custom("a member of this name stands in the object already"));
            }
            let value = members.next_value_seed(Self)?;
            read.insert(name, value);
        }
        Ok(Value::Object(read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_serde_json_reads_is_read_alike() {
        let text = r#"{"a": [1, -2, 3.5, 18446744073709551615, 1e300], "b": {"a": null, "c": [true, "ä\u0041"]}, "": {}}"#;
        let read = read_json(text.as_bytes()).unwrap();
        assert_eq!(read, serde_json::from_str::<Value>(text).unwrap());
        assert_eq!(
            read.to_string(),
            serde_json::from_str::<Value>(text).unwrap().to_string(),
            "in the same order"
        );
    }

    #[test]
    fn a_member_that_stands_twice_is_refused_with_its_place_and_without_its_words() {
        let error = read_json(b"{\"consent\": \"given\",\n \"consent\": \"refused\"}").unwrap_err();
        assert_eq!((error.line(), error.column()), (2, 10));
        assert!(!error.to_string().contains("consent") && !error.to_string().contains("given"), "{error}");
        assert!(read_json(br#"{"goals": [{"a": 1}, {"a": 1}]}"#).is_ok());
        assert!(read_json(br#"{"goals": [{"a": 1, "\u0061": 1}]}"#).is_err());
    }

    #[test]
    fn nesting_without_end_is_refused() {
        let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
        assert!(read_json(deep.as_bytes()).is_err());
        assert!(read_json(b"1 2").is_err());
    }
}
