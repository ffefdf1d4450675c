//! What became of each row.

use std::fmt;

use serde::Serialize;

use super::annex_a::Row;
use super::workbook::Sheet;

/// What was noticed about a cell. Holds nothing of what the cell says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The sheet.
    pub sheet: String,
    /// The row, as a spreadsheet counts; `null` when it is about the sheet as a whole.
    pub row: Option<u64>,
    /// The column, as the guidance calls it.
    pub column: String,
    /// What is wrong, or how it was read.
    pub reason: String,
    /// Whether the row was left out for it.
    pub rejects: bool,
}

/// What became of a row that could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is in.
    Imported,
    /// It was in before.
    Known,
    /// It was in before and said something else then. What is recorded stays.
    Changed,
    /// A rule refused it.
    Refused(String),
    /// The day that it tells of can't be.
    Misdated(String),
}

/// The account of an import: every row is imported, known or rejected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The file.
    pub file: String,
    /// Rows below the headings of the lists.
    pub rows: usize,
    /// Rows that came in now.
    pub imported: usize,
    /// Rows that were in before.
    pub known: usize,
    /// Rows that were left out; each has a finding that says why.
    pub rejected: usize,
    /// What was noticed, row by row.
    pub findings: Vec<Finding>,
}

impl Report {
    pub(super) fn new(file: &str, sheets: &[Sheet], findings: Vec<Finding>) -> Self {
        let mut rejected: Vec<_> =
            findings.iter().filter(|found| found.rejects).map(|found| (&found.sheet, found.row)).collect();
        rejected.dedup();
        Self {
            file: file.to_owned(),
            rows: sheets.iter().map(|sheet| sheet.rows.len()).sum(),
            rejected: rejected.len(),
            findings,
            ..Self::default()
        }
    }

    pub(super) fn count(&mut self, row: &Row, outcome: Outcome) {
        let mut column = "(row)";
        let reason = match outcome {
            Outcome::Imported => {
                self.imported += 1;
                return;
            }
            Outcome::Known => {
                self.known += 1;
                return;
            }
            Outcome::Changed => {
                "imported before with other contents; what is recorded stays: correct the record instead"
                    .to_owned()
            }
            Outcome::Refused(why) => why,
            Outcome::Misdated(why) => {
                column = row.dated_by;
                why
            }
        };
        self.rejected += 1;
        let (sheet, number) = (row.sheet.clone(), Some(row.number));
        self.findings.push(Finding { sheet, row: number, column: column.to_owned(), reason, rejects: true });
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, rows, imported, known, rejected, findings } = self;
        write!(f, "{file}: {rows} rows: {imported} imported, {known} known already, {rejected} rejected")?;
        for finding in findings {
            let what = if finding.rejects { "rejected" } else { "note" };
            let Finding { sheet, row, column, reason, .. } = finding;
            match row {
                Some(row) => write!(f, "\n  {what}: {sheet}, row {row}, {column}: {reason}")?,
                None => write!(f, "\n  {what}: {sheet}: {reason}")?,
            }
        }
        Ok(())
    }
}
