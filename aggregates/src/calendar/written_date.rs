//! A date as it may stand in a file: in quotes, or bare as TOML allows it.

use jiff::civil::Date;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A date read from `"2026-12-24"` or `2026-12-24`.
pub(super) struct WrittenDate(pub(super) Date);

impl<'de> Deserialize<'de> for WrittenDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DateVisitor).map(Self)
    }
}

struct DateVisitor;

impl<'de> Visitor<'de> for DateVisitor {
    type Value = Date;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a date such as 2026-12-24")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Date, E> {
        text.parse().map_err(|_| E::custom("this is no date; write it as 2026-12-24"))
    }

    /// The toml crate gives a bare date as a map with one private key.
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Date, A::Error> {
        let literal = toml::value::Datetime::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        match literal.date {
            Some(date) if literal.time.is_none() => self.visit_str(&date.to_string()),
            _ => Err(A::Error::custom("this is a time; write a date such as 2026-12-24")),
        }
    }
}
