//! Very many rows at once, by PostgreSQL's COPY: the server writes rows while those after them are still on their way.

use super::{Begun, SqlError, Table, Tx, Value};

/// For how many rows a statement of its own is worth a round trip. Few in tests.
pub(crate) const MANY: usize = if cfg!(debug_assertions) { 8 } else { 256 };
/// How many bytes are sent at a time: a socket holds more, so that the next ones are made while these are read.
const CHUNK: usize = 64 * 1024;

/// <https://www.postgresql.org/docs/current/sql-copy.html>: the signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// Where a tuple would tell how many fields it has: there is none.
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();
/// Where a field would tell how long it is: it is missing.
const MISSING: [u8; 4] = (-1_i32).to_be_bytes();

impl Tx {
    /// Writes rows, in the order of the table's columns, of which the table has none with the same key. Whoever calls it lets
    /// it come to its end: given up half way, it leaves a connection that nobody can use.
    ///
    /// # Errors
    /// [`SqlError`] when the database refuses them, or has one of them.
    pub(crate) async fn insert_many(
        &mut self,
        table: &Table,
        suffix: &str,
        rows: &[Vec<Value>],
    ) -> Result<(), SqlError> {
        if rows.len() < MANY {
            return self.insert(table, suffix, rows).await;
        }
        let Begun::Postgres(tx) = self.begun().await? else {
            return self.insert(table, suffix, rows).await;
        };
        let sql = format!("COPY {}{suffix} ({}) FROM STDIN (FORMAT binary)", table.name, table.column_list());
        let mut copy = tx.copy_in_raw(&sql).await?;
        let mut chunk = Vec::with_capacity(CHUNK + CHUNK / 4);
        chunk.extend_from_slice(HEADER);
        for row in rows {
            write_row(&mut chunk, row);
            if chunk.len() >= CHUNK {
                copy.send(chunk.as_slice()).await?;
                chunk.clear();
            }
        }
        chunk.extend_from_slice(&TRAILER);
        copy.send(chunk.as_slice()).await?;
        copy.finish().await?;
        Ok(())
    }
}

/// A row as a tuple: the number of its fields, and each with its length.
fn write_row(out: &mut Vec<u8>, row: &[Value]) {
    out.extend_from_slice(&(row.len() as i16).to_be_bytes());
    for value in row {
        match value {
            Value::Int(value) => field(out, value.map(i64::to_be_bytes)),
            Value::Real(value) => field(out, value.map(f64::to_be_bytes)),
            Value::Bool(value) => field(out, value.map(|value| [u8::from(value)])),
            Value::Text(value) => field(out, value.as_deref()),
        }
    }
}

fn field(out: &mut Vec<u8>, value: Option<impl AsRef<[u8]>>) {
    let Some(value) = value else { return out.extend_from_slice(&MISSING) };
    let bytes = value.as_ref();
    out.extend_from_slice(&(bytes.len() as i32).to_be_bytes());
    out.extend_from_slice(bytes);
}
