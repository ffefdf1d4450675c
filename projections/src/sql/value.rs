//! Values that go into a statement, and rows that come out.

use std::hash::{Hash, Hasher};

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{ColumnIndex, Decode, Row as _, Type};

use super::{Column, Kind, SqlError, Table};

/// A value for a placeholder. A missing value keeps its type: PostgreSQL asks for it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A whole number: a count, a position, microseconds.
    Int(Option<i64>),
    /// A fraction.
    Real(Option<f64>),
    /// Yes or no.
    Bool(Option<bool>),
    /// Text: an id, a code, a calendar day, JSON.
    Text(Option<String>),
}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Int(value) => value.hash(state),
            Self::Real(value) => value.map(f64::to_bits).hash(state),
            Self::Bool(value) => value.hash(state),
            Self::Text(value) => value.hash(state),
        }
    }
}

macro_rules! value_from {
    ($($from:ty => $kind:ident $(via $via:ident)?),+ $(,)?) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Self::$kind(Some(value$(.$via())?))
            }
        }

        impl From<Option<$from>> for Value {
            fn from(value: Option<$from>) -> Self {
                Self::$kind(value$(.map(|value| value.$via()))?)
            }
        }
    )+};
}

value_from! {
    i64 => Int,
    f64 => Real,
    bool => Bool,
    String => Text,
    &str => Text via to_owned,
    caseledger_commands::Timestamp => Int via into_microseconds,
    caseledger_commands::Date => Text via to_string,
    uuid::Uuid => Text via to_string,
}

/// A moment as it stands in a column.
trait IntoMicroseconds {
    fn into_microseconds(self) -> i64;
}

impl IntoMicroseconds for caseledger_commands::Timestamp {
    fn into_microseconds(self) -> i64 {
        self.as_microsecond()
    }
}

impl Value {
    /// A count or a position.
    pub fn count(value: u64) -> Self {
        Self::Int(Some(i64::try_from(value).unwrap_or(i64::MAX)))
    }

    /// The text of anything that has one: an id, a code.
    pub fn text(value: impl ToString) -> Self {
        Self::Text(Some(value.to_string()))
    }

    /// The text of something that may be missing.
    pub fn maybe<T: ToString>(value: Option<T>) -> Self {
        Self::Text(value.map(|value| value.to_string()))
    }
}

/// A row of an answer.
pub enum Row {
    /// Of SQLite.
    Sqlite(SqliteRow),
    /// Of PostgreSQL.
    Postgres(PgRow),
}

impl Row {
    fn get<'r, T>(&'r self, column: &str) -> Result<T, SqlError>
    where
        T: Decode<'r, sqlx::Sqlite> + Type<sqlx::Sqlite> + Decode<'r, sqlx::Postgres> + Type<sqlx::Postgres>,
        for<'c> &'c str: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>,
    {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    /// A text.
    ///
    /// # Errors
    /// [`SqlError`] when the answer has no such column, or another type in it; so for all getters.
    pub fn text(&self, column: &str) -> Result<String, SqlError> {
        self.get(column)
    }

    /// A text that may be missing.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn maybe_text(&self, column: &str) -> Result<Option<String>, SqlError> {
        self.get(column)
    }

    /// A whole number.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn int(&self, column: &str) -> Result<i64, SqlError> {
        self.get(column)
    }

    /// A whole number that may be missing.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn maybe_int(&self, column: &str) -> Result<Option<i64>, SqlError> {
        self.get(column)
    }

    /// A fraction that may be missing.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn maybe_real(&self, column: &str) -> Result<Option<f64>, SqlError> {
        self.get(column)
    }

    /// Yes or no.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn bool(&self, column: &str) -> Result<bool, SqlError> {
        self.get(column)
    }

    /// Yes, no, or not known.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn maybe_bool(&self, column: &str) -> Result<Option<bool>, SqlError> {
        self.get(column)
    }

    /// A count or a position.
    ///
    /// # Errors
    /// As [`Self::text`]; also when the number is below zero.
    pub fn count(&self, column: &str) -> Result<u64, SqlError> {
        u64::try_from(self.int(column)?).map_err(|error| unfit(column, error))
    }

    /// The values of a table's columns, in their order: a row that is to be written again.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn values(&self, table: &Table) -> Result<Vec<Value>, SqlError> {
        let value = |column: &Column| {
            Ok(match column.kind {
                Kind::Int => Value::Int(self.get(column.name)?),
                Kind::Real => Value::Real(self.get(column.name)?),
                Kind::Bool => Value::Bool(self.get(column.name)?),
                Kind::Text => Value::Text(self.get(column.name)?),
            })
        };
        table.columns.iter().map(value).collect()
    }

    /// Something that is written as text: an id, a calendar day, a code.
    ///
    /// # Errors
    /// As [`Self::text`]; also when the text can't be read as that.
    pub fn parsed<T>(&self, column: &str) -> Result<T, SqlError>
    where
        T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
    {
        self.text(column)?.parse().map_err(|error| unfit(column, error))
    }

    /// Something that is written as text and may be missing.
    ///
    /// # Errors
    /// As [`Self::parsed`].
    pub fn maybe_parsed<T>(&self, column: &str) -> Result<Option<T>, SqlError>
    where
        T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
    {
        self.maybe_text(column)?.map(|text| text.parse().map_err(|error| unfit(column, error))).transpose()
    }

    /// Something that is kept as JSON.
    ///
    /// # Errors
    /// As [`Self::text`]; also when the text can't be read as that.
    pub fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T, SqlError> {
        serde_json::from_str(&self.text(column)?).map_err(|error| unfit(column, error))
    }

    /// A moment.
    ///
    /// # Errors
    /// As [`Self::text`]; also when it is outside the calendar.
    pub fn moment(&self, column: &str) -> Result<caseledger_commands::Timestamp, SqlError> {
        caseledger_commands::Timestamp::from_microsecond(self.int(column)?)
            .map_err(|error| unfit(column, error))
    }
}

fn unfit(column: &str, error: impl std::error::Error + Send + Sync + 'static) -> SqlError {
    SqlError(sqlx::Error::ColumnDecode { index: column.to_owned(), source: Box::new(error) })
}
