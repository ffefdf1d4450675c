//! What would be refused of the child-level lists, or is missing from them, before they are sent.
//!
//! Every finding leads to a row, a case and an event, and says which command mends it. It holds nothing of what a cell
//! says.

mod check;
mod report;

use caseledger_commands::{CaseId, CaseReference, Date};
use caseledger_log::Position;
use caseledger_projections::exports::{Lists, Origin};
use serde::Serialize;

pub use check::check;

use crate::annex_a::Dialect;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// A cell that must say something says nothing, or says what can't be: whoever takes the workbook refuses it.
    Refused,
    /// The cell says that it is not known.
    Missing,
    /// To be known, and nothing to be mended.
    Note,
}

impl Severity {
    /// All, the gravest first.
    pub const ALL: [Self; 3] = [Self::Refused, Self::Missing, Self::Note];

    /// In a word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Missing => "missing",
            Self::Note => "note",
        }
    }
}

/// Something that is wrong or missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The sheet; `Plans` for what stands on no sheet.
    pub sheet: &'static str,
    /// The row, as a spreadsheet counts.
    pub row: Option<usize>,
    /// The column.
    pub column: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong.
    pub what: &'static str,
    /// The command that mends it; none where nothing is to be mended.
    pub command: Option<&'static str>,
    /// What the command is for: the person, or the case; and of a correction the event and its field.
    pub on: String,
    /// The case.
    pub case: CaseId,
    /// Its short reference.
    pub reference: CaseReference,
    /// The locality of its team.
    pub locality: Option<String>,
    /// Its team.
    pub team: Option<String>,
    /// The log position of the event that the row begins with.
    pub position: Option<Position>,
}

/// The findings for a workbook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quality {
    /// The day.
    pub at: Date,
    /// The workbook's dialect.
    pub dialect: Dialect,
    /// How many rows each list has, in order.
    pub rows: [usize; 3],
    /// How many findings of each severity there are, in the order of [`Severity::ALL`].
    pub counts: [usize; 3],
    /// How many there are for each column, locality and team.
    pub summary: Vec<Count>,
    /// The findings, sheet by sheet and row by row.
    pub findings: Vec<Finding>,
}

/// How many findings a part has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// What it is a part by: `column`, `locality` or `team`.
    pub by: &'static str,
    /// The part's name; none for cases that no team holds.
    pub name: Option<String>,
    /// Findings of each severity.
    pub refused: usize,
    /// As above.
    pub missing: usize,
    /// As above.
    pub notes: usize,
}

/// A finding's place before it is known what it says.
struct At<'a> {
    sheet: &'static str,
    row: Option<usize>,
    origin: &'a Origin,
}

impl Quality {
    fn new(lists: &Lists, dialect: Dialect, findings: Vec<Finding>) -> Self {
        let counts = Severity::ALL
            .map(|severity| findings.iter().filter(|finding| finding.severity == severity).count());
        let summary = report::summary(&findings);
        let rows = [lists.contacts.len(), lists.early_help.len(), lists.referrals.len()];
        Self { at: lists.at, dialect, rows, counts, summary, findings }
    }

    /// How many cells would be refused.
    pub fn refused(&self) -> usize {
        self.counts[0]
    }
}
