//! Tables of read models as data: their definition, their documentation and their statements come from it.

use super::{Db, SqlError, Tx, Value, readers};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number: a count, a position, microseconds since 1970 UTC.
    Int,
    /// A fraction.
    Real,
    /// Yes or no.
    Bool,
    /// Text: an id, a code, a calendar day as `2017-04-30`, JSON.
    Text,
}

/// A column of a read model.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it may be empty.
    pub nullable: bool,
    /// What it means, for a person who writes a report on it.
    pub doc: &'static str,
}

impl Column {
    /// A text.
    pub const fn text(name: &'static str, doc: &'static str) -> Self {
        Self { name, kind: Kind::Text, nullable: false, doc }
    }

    /// A whole number.
    pub const fn int(name: &'static str, doc: &'static str) -> Self {
        Self { name, kind: Kind::Int, nullable: false, doc }
    }

    /// A fraction.
    pub const fn real(name: &'static str, doc: &'static str) -> Self {
        Self { name, kind: Kind::Real, nullable: false, doc }
    }

    /// Yes or no.
    pub const fn bool(name: &'static str, doc: &'static str) -> Self {
        Self { name, kind: Kind::Bool, nullable: false, doc }
    }

    /// The same, but it may be empty.
    pub const fn or_empty(self) -> Self {
        Self { nullable: true, ..self }
    }
}

/// A table of a read model. One projection owns it.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name, which ends in the version of its projection: `case_view_v2`.
    pub name: &'static str,
    /// What a row is.
    pub doc: &'static str,
    /// Its columns.
    pub columns: &'static [Column],
    /// The columns that tell its rows apart.
    pub key: &'static [&'static str],
    /// Further columns that its queries look up by.
    pub indexes: &'static [&'static [&'static str]],
}

/// The name under which people and BI tools read a table, whatever version is current: `case_view`.
pub fn current_view(table: &Table) -> &'static str {
    view_of(table.name)
}

/// The same, of a table by its name.
pub(crate) fn view_of(table: &str) -> &str {
    table.rsplit_once("_v").map_or(table, |(name, _)| name)
}

impl Table {
    /// The columns' names, with commas between.
    pub fn column_list(&self) -> String {
        self.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
    }

    /// The columns of its key, in the key's order.
    pub(crate) fn key_columns(&self) -> impl Iterator<Item = &Column> {
        self.key.iter().filter_map(|name| self.columns.iter().find(|column| column.name == *name))
    }

    /// The values of a row's key.
    pub(crate) fn key_of<'a>(&'a self, row: &'a [Value]) -> impl Iterator<Item = &'a Value> {
        let place = |name: &&str| self.columns.iter().position(|column| column.name == *name);
        self.key.iter().filter_map(move |name| row.get(place(name)?))
    }

    /// Whether its rows are written again with every event of what they tell of, or nearly.
    fn is_written_again(&self) -> bool {
        self.state().is_some() || self.columns.iter().any(|column| column.name == VERSION)
    }

    /// The column of what is long and written again.
    fn state(&self) -> Option<&Column> {
        self.columns.iter().find(|column| STATES.contains(&column.name))
    }

    /// The table's definition under a name.
    fn definition(&self, name: &str, postgres: bool) -> String {
        let mut sql = format!("CREATE TABLE IF NOT EXISTS {name} (");
        for column in self.columns {
            let kind = match (column.kind, postgres) {
                (Kind::Int, _) => "bigint",
                (Kind::Real, _) => "double precision",
                (Kind::Bool, _) => "boolean",
                // Byte order, as in SQLite: pages then come in the same order from both engines.
                (Kind::Text, true) => "text COLLATE \"C\"",
                (Kind::Text, false) => "text",
            };
            let empty = if column.nullable { "" } else { " NOT NULL" };
            sql.push_str(&format!("{} {kind}{empty}, ", column.name));
        }
        sql.push_str(&format!("PRIMARY KEY ({}))", self.key.join(", ")));
        if postgres && self.is_written_again() {
            // Room in each page for the next version of its rows: indexes need not learn of it.
            sql.push_str(" WITH (fillfactor = 60)");
        }
        sql
    }

    /// Creates the table without its indexes: a rebuild makes them when the rows are in.
    pub(crate) async fn create(&self, tx: &mut Tx, suffix: &str) -> Result<(), SqlError> {
        let name = format!("{}{suffix}", self.name);
        tx.execute(&self.definition(&name, tx.is_postgres()), &[]).await?;
        if tx.is_postgres() {
            tx.execute(&format!("COMMENT ON TABLE {name} IS {}", quoted(self.doc)), &[]).await?;
            for column in self.columns {
                let sql = format!("COMMENT ON COLUMN {name}.{} IS {}", column.name, quoted(column.doc));
                tx.execute(&sql, &[]).await?;
            }
            if let Some(column) = self.state() {
                tx.execute(&quick_compression(&name, column.name), &[]).await?;
            }
        }
        Ok(())
    }

    /// Creates the indexes. Their names carry the rebuild's number, because an index keeps its name when its table is
    /// renamed.
    pub(crate) async fn create_indexes(&self, tx: &mut Tx, suffix: &str, epoch: u64) -> Result<(), SqlError> {
        for (number, columns) in self.indexes.iter().enumerate() {
            let sql = format!(
                "CREATE INDEX IF NOT EXISTS {table}_e{epoch}_{number} ON {table}{suffix} ({})",
                columns.join(", "),
                table = self.name,
            );
            tx.execute(&sql, &[]).await?;
        }
        Ok(())
    }

    /// Puts the table that a rebuild filled in the place of the one that was read so far. The view of it must be gone.
    pub(crate) async fn replace(&self, tx: &mut Tx, suffix: &str) -> Result<(), SqlError> {
        let name = self.name;
        tx.execute(&format!("DROP TABLE IF EXISTS {name}"), &[]).await?;
        tx.execute(&format!("ALTER TABLE {name}{suffix} RENAME TO {name}"), &[]).await?;
        Ok(())
    }

    /// Removes the view that people read.
    pub(crate) async fn hide(&self, tx: &mut Tx) -> Result<(), SqlError> {
        tx.execute(&format!("DROP VIEW IF EXISTS {}", current_view(self)), &[]).await?;
        Ok(())
    }

    /// Points the view that people read at this version of the table.
    pub(crate) async fn show(&self, tx: &mut Tx) -> Result<(), SqlError> {
        let view = current_view(self);
        self.hide(tx).await?;
        tx.execute(&format!("CREATE VIEW {view} AS SELECT {} FROM {}", self.column_list(), self.name), &[])
            .await?;
        readers::grant(tx, [self]).await
    }

    /// Removes the table.
    pub(crate) async fn drop(&self, tx: &mut Tx, suffix: &str) -> Result<(), SqlError> {
        tx.execute(&format!("DROP TABLE IF EXISTS {}{suffix}", self.name), &[]).await?;
        Ok(())
    }

    /// Every row as text, in the order of the key: what tests compare, and what a person may diff.
    ///
    /// # Errors
    /// [`SqlError`] when the database can't answer.
    pub async fn dump(&self, db: &Db) -> Result<String, SqlError> {
        let sql =
            format!("SELECT {} FROM {} ORDER BY {}", self.column_list(), self.name, self.key.join(", "));
        let mut text = format!("{}\n", self.column_list());
        for row in db.fetch(&sql, &[]).await? {
            for column in self.columns {
                let value = match column.kind {
                    Kind::Int => row.maybe_int(column.name)?.map(|value| value.to_string()),
                    Kind::Real => row.maybe_real(column.name)?.map(|value| value.to_string()),
                    Kind::Bool => row.maybe_bool(column.name)?.map(|value| value.to_string()),
                    Kind::Text => row.maybe_text(column.name)?.map(|value| format!("{value:?}")),
                };
                text.push_str(value.as_deref().unwrap_or("-"));
                text.push('\t');
            }
            text.push('\n');
        }
        Ok(text)
    }
}

/// The column of how many events an aggregate has.
const VERSION: &str = "version";
/// The columns of an aggregate's state, and of what is kept of its events.
const STATES: [&str; 2] = ["state", "facts"];

/// States are longer than a page likes, so PostgreSQL compresses them; with LZ4, where it was built with it, in a fifth of
/// the time.
fn quick_compression(table: &str, column: &str) -> String {
    format!(
        "DO $$ BEGIN IF EXISTS (SELECT FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)) \
         THEN ALTER TABLE {table} ALTER COLUMN {column} SET COMPRESSION lz4; END IF; END $$"
    )
}

/// A text as SQL writes it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
