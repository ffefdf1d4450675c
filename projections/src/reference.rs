//! The read models' tables, written out for people who make reports on them.

use std::fmt::Write;

use crate::sql::{Kind, Table, current_view, readers};
use crate::{ALL, measures};

/// The reference of every projection's tables and of every measure, in Markdown. It is committed as
/// `docs/read-models.md`, and a test fails when that is stale.
pub fn reference() -> String {
    let mut text = String::from(
        "# Read models\n\n\
         Made from the program: the test `the_reference_is_fresh` of `projections` fails when this is stale, and \
         `UPDATE_DOCS=1 make test` writes it anew.\n\n\
         Each projection owns its tables alone, and can be built anew from the log at any time. Read them under the \
         name of the view (`case_view`): the table behind it carries the projection's version (`case_view_v2`), and a \
         new version is built beside the old one before the view moves to it. Ids are UUIDs as text, days ISO text \
         (`2017-04-30`), moments microseconds since 1970 UTC.\n\n\
         In PostgreSQL two roles read them, where the deployment has made them (`deploy/postgres/roles.sql`). \
         `caseledger_reader` reads every view, and the events: the whole record. `caseledger_figures` reads what is \
         marked so below: rows of cases and people under their ids, without names, words, or the reference by which people \
         know a case. Small numbers are not suppressed in rows; whoever publishes from them suppresses.\n",
    );
    for spec in ALL {
        section(&mut text, spec);
    }
    text.push_str("\n## Measures\n");
    for measure in measures::CATALOGUE {
        let _ = write!(
            text,
            "\n### `{}`\n\n{}.\n\n{}\n\nFollows from {}.\n",
            measure.id,
            measure.title,
            measure.definition(),
            measure.events.iter().map(|event| format!("`{event}`")).collect::<Vec<_>>().join(", "),
        );
    }
    text
}

fn section(text: &mut String, spec: &crate::Spec) {
    let _ = write!(text, "\n## {} (version {})\n\n{}\n", spec.name, spec.version, spec.doc);
    for table in spec.tables {
        let _ = write!(
            text,
            "\n### `{}`\n\n{} Key: `{}`. {}\n\n| column | type | meaning |\n|---|---|---|\n",
            current_view(table),
            table.doc,
            table.key.join(", "),
            readable(table),
        );
        for column in table.columns {
            let kind = match column.kind {
                Kind::Int => "whole number",
                Kind::Real => "fraction",
                Kind::Bool => "yes or no",
                Kind::Text => "text",
            };
            let empty = if column.nullable { ", may be empty" } else { "" };
            let _ = writeln!(text, "| `{}` | {kind}{empty} | {} |", column.name, column.doc);
        }
    }
}

/// What the figures' role may read of a table.
fn readable(table: &Table) -> String {
    let Some(open) = readers::figures_columns(table) else {
        return "Not for `caseledger_figures`.".to_owned();
    };
    let kept: Vec<_> =
        table.columns.iter().map(|column| column.name).filter(|name| !open.contains(name)).collect();
    match kept.is_empty() {
        true => "`caseledger_figures` reads it.".to_owned(),
        false => format!("`caseledger_figures` reads it without `{}`.", kept.join("`, `")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_reference_is_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/read-models.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, reference()).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == reference(), "docs/read-models.md is stale: run the tests with UPDATE_DOCS=1");
    }

    #[test]
    fn every_table_has_one_owner_and_carries_its_version() {
        let mut seen = BTreeSet::new();
        for spec in ALL {
            for table in spec.tables {
                assert!(table.name.ends_with(&format!("_v{}", spec.version)), "{}", table.name);
                assert!(seen.insert(table.name) && seen.insert(current_view(table)), "{}", table.name);
                let columns: BTreeSet<_> = table.columns.iter().map(|column| column.name).collect();
                assert_eq!(columns.len(), table.columns.len());
                let used = table.key.iter().chain(table.indexes.iter().copied().flatten());
                assert!(used.into_iter().all(|column| columns.contains(column)), "{}", table.name);
                assert!(table.columns.iter().all(|column| column.doc.ends_with('.')), "{}", table.name);
            }
        }
    }
}
