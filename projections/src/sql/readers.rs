//! Who may read the read models beside the service: PostgreSQL's roles for BI tools.
//!
//! The deployment makes the roles (`deploy/postgres/roles.sql`); where they are not, nothing is granted. A view is made anew
//! with each version and each rebuild, and its privileges with it.

use super::{SqlError, Table, Tx, current_view};

/// Reads everything: whoever may read the record itself.
pub const READER: &str = "caseledger_reader";
/// Reads figures: rows without names, words or a reference by which people know a case.
pub const FIGURES: &str = "caseledger_figures";

/// What the figures' role may read: views, and the columns of each that are kept from it. What is not here it may not read,
/// so a new table is closed until somebody has thought about it.
const OPEN: &[(&str, &[&str])] = &[
    ("case_view", &["reference"]),
    ("case_member", &[]),
    ("worklist", &["reference"]),
    ("panel_meeting", &["chair", "state"]),
    ("panel_item", &["reason"]),
    ("panel_attendance", &[]),
    ("panel_invitation", &[]),
    ("supervision_record", &["state"]),
    ("audit", &["title", "theme", "state"]),
    ("audit_case", &[]),
    ("audit_action", &[]),
    ("workforce_agency", &[]),
    ("workforce_team", &[]),
    ("workforce_secondment", &[]),
    ("measure_team", &[]),
    ("measure_agency", &[]),
];

/// The measures' units are made for reports, of codes, days and ids: they are open but for the case's reference.
const UNITS: (&str, &[&str]) = ("report_", &["reference"]);

/// The columns of a table that the figures' role may read; `None` when it may not read the table at all.
pub fn figures_columns(table: &Table) -> Option<Vec<&'static str>> {
    let view = current_view(table);
    let named = OPEN.iter().find(|(open, _)| *open == view);
    let (_, withheld) = named.or_else(|| view.starts_with(UNITS.0).then_some(&UNITS))?;
    Some(table.columns.iter().map(|column| column.name).filter(|name| !withheld.contains(name)).collect())
}

/// Lets the reading roles read the views of these tables, as far as both are there.
///
/// # Errors
/// [`SqlError`] when the database refuses it.
pub(crate) async fn grant<'a>(
    tx: &mut Tx,
    tables: impl IntoIterator<Item = &'a Table>,
) -> Result<(), SqlError> {
    if !tx.is_postgres() {
        return Ok(());
    }
    let mut statements = String::new();
    for table in tables {
        let view = current_view(table);
        statements.push_str(&grant_one(READER, view, None));
        if let Some(columns) = figures_columns(table) {
            statements.push_str(&grant_one(FIGURES, view, Some(&columns)));
        }
    }
    tx.execute(&format!("DO $grant$ BEGIN {statements} END $grant$"), &[]).await?;
    Ok(())
}

/// Grants what is not granted yet: an instance that starts has nothing to change, and meets nobody who does.
fn grant_one(role: &str, view: &str, columns: Option<&[&str]>) -> String {
    let (columns, last) = match columns {
        None => (String::new(), String::new()),
        Some(columns) => {
            (format!(" ({})", columns.join(", ")), columns.last().copied().unwrap_or_default().to_owned())
        }
    };
    let has = match last.as_str() {
        "" => format!("has_table_privilege('{role}', '{view}', 'SELECT')"),
        column => format!("has_column_privilege('{role}', '{view}', '{column}', 'SELECT')"),
    };
    format!(
        "IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN \
         IF to_regclass('{view}') IS NOT NULL THEN \
         IF NOT {has} THEN GRANT SELECT{columns} ON {view} TO {role}; END IF; END IF; END IF; "
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_is_there() {
        let tables: Vec<&Table> = crate::ALL.iter().flat_map(|spec| spec.tables).collect();
        for (view, withheld) in OPEN {
            let Some(table) = tables.iter().find(|table| current_view(table) == *view) else {
                panic!("there is no view '{view}' any more: who reads figures must be thought about again");
            };
            for column in *withheld {
                let there = table.columns.iter().any(|found| found.name == *column);
                assert!(there, "'{view}' has no column '{column}' any more");
            }
        }
    }

    #[test]
    fn figures_hold_no_names_and_no_words() {
        let person =
            crate::ALL.iter().flat_map(|spec| spec.tables).find(|table| current_view(table) == "person");
        assert_eq!(person.and_then(figures_columns), None);
        let free = [
            "state",
            "reference",
            "given_name",
            "family_name",
            "birth_date",
            "summary",
            "information",
            "reason",
        ];
        for table in crate::ALL.iter().flat_map(|spec| spec.tables) {
            for column in figures_columns(table).unwrap_or_default() {
                assert!(!free.contains(&column), "{}.{column}", table.name);
            }
        }
    }
}
