//! Paging: where the next page begins, as a text that clients hand back and don't read.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Serialize;

/// Where the next page of a list begins: the sort key of the last row that was given.
///
/// The place follows from the rows and not from their number, so that a page neither repeats nor loses a row when others
/// come or go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    list: String,
    key: Vec<String>,
}

/// Why a text is no cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    /// It is not what a page gave.
    #[error("the cursor can't be read: use the one that the previous page gave, unchanged")]
    Unreadable,
    /// It is the cursor of another list, or of another order.
    #[error("the cursor belongs to another list: start again without it")]
    OfAnotherList,
}

/// The longest text that can be a cursor, in bytes.
const LONGEST: usize = 1024;

/// How many rows a page has when nobody says.
pub const USUAL_PAGE: u32 = 50;
/// The most rows that a page has.
pub const LARGEST_PAGE: u32 = 500;

impl Cursor {
    /// The place after a row with that sort key.
    pub fn after(list: &str, key: impl IntoIterator<Item = String>) -> Self {
        Self { list: list.to_owned(), key: key.into_iter().collect() }
    }

    /// Reads a cursor.
    ///
    /// # Errors
    /// [`CursorError::Unreadable`] for anything that [`fmt::Display`] did not write.
    pub fn parse(text: &str) -> Result<Self, CursorError> {
        if text.len() > LONGEST {
            return Err(CursorError::Unreadable);
        }
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError::Unreadable)?;
        let mut parts: Vec<String> = serde_json::from_slice(&bytes).map_err(|_| CursorError::Unreadable)?;
        // No key of ours holds U+0000, and PostgreSQL takes it for none.
        if parts.is_empty() || parts.iter().any(|part| part.contains('\0')) {
            return Err(CursorError::Unreadable);
        }
        let list = parts.remove(0);
        Ok(Self { list, key: parts })
    }

    /// The sort key, if this is a cursor of that list with a key of that many parts.
    ///
    /// # Errors
    /// [`CursorError::OfAnotherList`] otherwise.
    pub fn key<const N: usize>(&self, list: &str) -> Result<[&str; N], CursorError> {
        if self.list != list || self.key.len() != N {
            return Err(CursorError::OfAnotherList);
        }
        let mut parts = [""; N];
        for (part, text) in parts.iter_mut().zip(&self.key) {
            *part = text;
        }
        Ok(parts)
    }

    /// The sort key of a list that is ordered by one whole number.
    ///
    /// # Errors
    /// As [`Self::key`]; also [`CursorError::Unreadable`] when it is no number.
    pub fn number(&self, list: &str) -> Result<i64, CursorError> {
        let [number] = self.key(list)?;
        number.parse().map_err(|_| CursorError::Unreadable)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<&str> =
            [self.list.as_str()].into_iter().chain(self.key.iter().map(String::as_str)).collect();
        let json = serde_json::Value::from(parts).to_string();
        f.write_str(&BASE64_URL_SAFE_NO_PAD.encode(json))
    }
}

/// Which page is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageRequest {
    /// Where it begins; `None` for the first.
    pub cursor: Option<Cursor>,
    /// How many rows at most; `None` for [`USUAL_PAGE`]. Never more than [`LARGEST_PAGE`].
    pub limit: Option<u32>,
}

impl PageRequest {
    /// How many rows the page has at most.
    pub fn limit(&self) -> usize {
        self.limit.unwrap_or(USUAL_PAGE).clamp(1, LARGEST_PAGE) as usize
    }
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` on the last.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page from one row more than it may hold: the surplus row shows that there is a next page.
    pub(crate) fn from_surplus(mut items: Vec<T>, limit: usize, cursor: impl FnOnce(&T) -> Cursor) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(|last| cursor(last).to_string()) } else { None };
        Self { items, next }
    }

    /// The same page of other rows.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn reads_what_it_writes(list in "[^\0]{0,20}", key in prop::collection::vec("[^\0]{0,20}", 0..5)) {
            let cursor = Cursor::after(&list, key);
            prop_assert_eq!(Cursor::parse(&cursor.to_string()), Ok(cursor));
        }

        #[test]
        fn survives_any_text(text in "\\PC{0,200}") {
            let _ = Cursor::parse(&text).map(|cursor| cursor.key::<2>("timeline").is_ok());
        }

        #[test]
        fn survives_any_bytes_well_encoded(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Cursor::parse(&BASE64_URL_SAFE_NO_PAD.encode(bytes)).map(|cursor| cursor.number("timeline").is_ok());
        }
    }

    #[test]
    fn is_refused_by_another_list_and_when_too_long() {
        let cursor = Cursor::after("timeline", ["12".to_owned()]);
        assert_eq!(cursor.number("timeline"), Ok(12));
        assert_eq!(cursor.number("case-events"), Err(CursorError::OfAnotherList));
        assert_eq!(cursor.key::<2>("timeline"), Err(CursorError::OfAnotherList));
        assert_eq!(Cursor::parse(&"A".repeat(4096)), Err(CursorError::Unreadable));
    }
}
