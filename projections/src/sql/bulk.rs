//! Many rows at once: the statements that the shared subset of SQL can't say.

use caseledger_log::{Database, sqlite_values};
use sqlx::PgConnection;

use super::{BEGIN_POSTGRES, Begun, Db, Kind, Row, SqlError, Table, Tx, Value, bound};

/// How many rows go into one statement in PostgreSQL.
const LARGEST_ARRAY: usize = 4_096;

/// Binds the columns of rows, each as an array.
macro_rules! arrays {
    ($query:expr, $kinds:expr, $rows:expr) => {{
        let mut query = $query;
        for (index, kind) in $kinds.enumerate() {
            let cells = $rows.iter().map(|row| row.get(index));
            query = match kind {
                Kind::Int => query.bind(cells.map(|cell| cell.and_then(int)).collect::<Vec<_>>()),
                Kind::Real => query.bind(cells.map(|cell| cell.and_then(real)).collect::<Vec<_>>()),
                Kind::Bool => query.bind(cells.map(|cell| cell.and_then(bool)).collect::<Vec<_>>()),
                Kind::Text => query.bind(cells.map(|cell| cell.and_then(text)).collect::<Vec<_>>()),
            };
        }
        query
    }};
}

impl Tx {
    /// Writes rows, in the order of the table's columns, over those with the same key. No two rows may have one key.
    ///
    /// # Errors
    /// [`SqlError`] when the database refuses them.
    pub async fn upsert(&mut self, table: &Table, suffix: &str, rows: &[Vec<Value>]) -> Result<(), SqlError> {
        self.write(table, suffix, rows, &over(table)).await
    }

    /// Writes rows, in the order of the table's columns, of which the table has none with the same key.
    ///
    /// # Errors
    /// [`SqlError`] when the database refuses them, or has one of them.
    pub async fn insert(&mut self, table: &Table, suffix: &str, rows: &[Vec<Value>]) -> Result<(), SqlError> {
        self.write(table, suffix, rows, "").await
    }

    async fn write(
        &mut self,
        table: &Table,
        suffix: &str,
        rows: &[Vec<Value>],
        over: &str,
    ) -> Result<(), SqlError> {
        if rows.is_empty() {
            return Ok(());
        }
        match self.begun().await? {
            Begun::Sqlite(tx, _) => {
                for (values, rows) in sqlite_values(rows, table.columns.len()) {
                    // Whoever is refused drops the transaction. To undo the statement alone, SQLite would first copy each
                    // page that it changes.
                    let sql = insert("INSERT OR FAIL", table, suffix, &values, over);
                    bound!(&sql, rows.iter().flatten()).execute(&mut **tx).await?;
                }
            }
            Begun::Postgres(tx) => {
                let sql = insert_arrays(table, suffix, over);
                for rows in rows.chunks(LARGEST_ARRAY) {
                    let kinds = table.columns.iter().map(|column| column.kind);
                    arrays!(sqlx::query(&sql), kinds, rows).execute(&mut **tx).await?;
                }
            }
        }
        Ok(())
    }

    /// Removes the rows with these keys: each a value for every column of the table's key, in its order.
    ///
    /// # Errors
    /// [`SqlError`] when the database refuses it.
    pub async fn remove_rows(
        &mut self,
        table: &Table,
        suffix: &str,
        keys: &[Vec<Value>],
    ) -> Result<(), SqlError> {
        if keys.is_empty() {
            return Ok(());
        }
        let name = format!("{}{suffix}", table.name);
        match self.begun().await? {
            Begun::Sqlite(tx, _) => {
                let columns: Vec<String> = table
                    .key
                    .iter()
                    .zip(1..)
                    .map(|(column, number)| format!("{column} = ${number}"))
                    .collect();
                let sql = format!("DELETE FROM {name} WHERE {}", columns.join(" AND "));
                for key in keys {
                    bound!(&sql, key).execute(&mut **tx).await?;
                }
            }
            Begun::Postgres(tx) => {
                let kinds: Vec<Kind> = table.key_columns().map(|column| column.kind).collect();
                let arrays: Vec<String> = kinds.iter().copied().zip(1..).map(array).collect();
                let columns = table.key.join(", ");
                let sql = format!(
                    "DELETE FROM {name} WHERE ({columns}) IN (SELECT * FROM unnest({}))",
                    arrays.join(", ")
                );
                arrays!(sqlx::query(&sql), kinds.iter().copied(), keys).execute(&mut **tx).await?;
            }
        }
        Ok(())
    }

    /// The rows whose column holds one of the texts.
    ///
    /// # Errors
    /// [`SqlError`] when the database can't answer.
    pub async fn load(
        &mut self,
        table: &Table,
        suffix: &str,
        column: &str,
        keys: &[String],
    ) -> Result<Vec<Row>, SqlError> {
        if keys.is_empty() {
            return Ok(vec![]);
        }
        let select = select(table, suffix, column);
        Ok(match &mut self.begun {
            None => self.db.load_beside(table, suffix, column, keys).await?,
            Some(Begun::Sqlite(tx, _)) => {
                sqlx::query(&format!("{select} IN (SELECT value FROM json_each($1))"))
                    .bind(as_json(keys))
                    .fetch_all(&mut **tx)
                    .await?
                    .into_iter()
                    .map(Row::Sqlite)
                    .collect()
            }
            Some(Begun::Postgres(tx)) => fetch_of_any(tx, &select, keys).await?,
        })
    }

    /// Removes the rows whose column holds one of the texts.
    ///
    /// # Errors
    /// [`SqlError`] when the database refuses it.
    pub async fn remove(
        &mut self,
        table: &Table,
        suffix: &str,
        column: &str,
        keys: &[String],
    ) -> Result<(), SqlError> {
        if keys.is_empty() {
            return Ok(());
        }
        let delete = format!("DELETE FROM {}{suffix} WHERE {column}", table.name);
        match self.begun().await? {
            Begun::Sqlite(tx, _) => {
                let sql = format!("{delete} IN (SELECT value FROM json_each($1))");
                sqlx::query(&sql).bind(as_json(keys)).execute(&mut **tx).await?;
            }
            Begun::Postgres(tx) => {
                let sql = format!("{delete} = ANY($1)");
                sqlx::query(&sql).bind(keys).execute(&mut **tx).await?;
            }
        }
        Ok(())
    }
}

impl Db {
    /// The rows of a table whose column holds one of the texts, outside of a transaction or in that of the snapshot.
    ///
    /// # Errors
    /// [`SqlError`] when the database can't answer.
    pub async fn load(&self, table: &Table, column: &str, keys: &[String]) -> Result<Vec<Row>, SqlError> {
        if let Some(snapshot) = &self.snapshot {
            return snapshot.lock().await.load(table, "", column, keys).await;
        }
        self.load_beside(table, "", column, keys).await
    }

    /// The rows of the table with that suffix whose column holds one of the texts, outside of a transaction.
    pub(crate) async fn load_beside(
        &self,
        table: &Table,
        suffix: &str,
        column: &str,
        keys: &[String],
    ) -> Result<Vec<Row>, SqlError> {
        if keys.is_empty() {
            return Ok(vec![]);
        }
        let select = select(table, suffix, column);
        Ok(match self.log().beside().database() {
            Database::Sqlite(pool) => sqlx::query(&format!("{select} IN (SELECT value FROM json_each($1))"))
                .bind(as_json(keys))
                .fetch_all(pool)
                .await?
                .into_iter()
                .map(Row::Sqlite)
                .collect(),
            // A transaction all the same, for what it says of plans.
            Database::Postgres(pool) => {
                let mut tx = pool.begin_with(BEGIN_POSTGRES).await?;
                let rows = fetch_of_any(&mut tx, &select, keys).await?;
                tx.rollback().await?;
                rows
            }
        })
    }
}

/// The rows that a question, which ends in a column, finds of any of the keys.
async fn fetch_of_any(
    connection: &mut PgConnection,
    select: &str,
    keys: &[String],
) -> Result<Vec<Row>, SqlError> {
    let rows = sqlx::query(&format!("{select} = ANY($1)")).bind(keys).fetch_all(connection).await?;
    Ok(rows.into_iter().map(Row::Postgres).collect())
}

/// The beginning of a question for the rows whose column holds one of some texts.
fn select(table: &Table, suffix: &str, column: &str) -> String {
    format!("SELECT {} FROM {}{suffix} WHERE {column}", table.column_list(), table.name)
}

fn as_json(keys: &[String]) -> String {
    serde_json::Value::from(keys.to_vec()).to_string()
}

/// A statement that writes rows, wherever they come from.
fn insert(verb: &str, table: &Table, suffix: &str, rows: &str, over: &str) -> String {
    format!("{verb} INTO {}{suffix} ({}) {rows} {over}", table.name, table.column_list())
}

/// `INSERT … SELECT unnest($1::bigint[]), …`: one prepared statement for any number of rows. `FROM unnest(…)` would put each
/// column into a store of its own first, which takes half as long again (docs/performance.md).
fn insert_arrays(table: &Table, suffix: &str, over: &str) -> String {
    let columns = table.columns.iter().map(|column| column.kind).zip(1..);
    let columns: Vec<String> = columns.map(|column| format!("unnest({})", array(column))).collect();
    insert("INSERT", table, suffix, &format!("SELECT {}", columns.join(", ")), over)
}

fn array((kind, number): (Kind, usize)) -> String {
    match kind {
        Kind::Int => format!("${number}::bigint[]"),
        Kind::Real => format!("${number}::double precision[]"),
        Kind::Bool => format!("${number}::boolean[]"),
        Kind::Text => format!("${number}::text[]"),
    }
}

/// What makes of an insert one over what is there.
fn over(table: &Table) -> String {
    let sets: Vec<String> = table
        .columns
        .iter()
        .filter(|column| !table.key.contains(&column.name))
        .map(|column| format!("{0} = excluded.{0}", column.name))
        .collect();
    let key = table.key.join(", ");
    match sets.is_empty() {
        true => format!("ON CONFLICT ({key}) DO NOTHING"),
        false => format!("ON CONFLICT ({key}) DO UPDATE SET {}", sets.join(", ")),
    }
}

fn int(value: &Value) -> Option<i64> {
    if let Value::Int(value) = value { *value } else { None }
}

fn real(value: &Value) -> Option<f64> {
    if let Value::Real(value) = value { *value } else { None }
}

fn bool(value: &Value) -> Option<bool> {
    if let Value::Bool(value) = value { *value } else { None }
}

fn text(value: &Value) -> Option<&str> {
    if let Value::Text(value) = value { value.as_deref() } else { None }
}

#[cfg(test)]
mod tests {
    /// Rows of SQLite's statements without a first value are passed over.
    #[test]
    fn every_row_begins_with_a_value() {
        for table in crate::ALL.iter().flat_map(|spec| spec.tables) {
            assert!(table.columns.first().is_some_and(|column| !column.nullable), "{}", table.name);
        }
    }
}
