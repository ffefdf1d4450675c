//! What others accept, made from the read models: the child-level lists that inspectors ask for (Annex A) as a workbook,
//! the early help episodes of the Standard Safeguarding Dataset, for each a trace from row to case and events, what
//! would be refused of them before they are sent, and any measure's figure as CSV or a workbook.
//!
//! Everything here is a pure function from what [`caseledger_projections`] tells to bytes. Whoever asks has been let in
//! already.

pub mod annex_a;
pub mod cells;
mod csv_text;
pub mod figures;
pub mod quality;
pub mod safeguarding;
mod trace;

pub use csv_text::{CSV, csv};

/// The media type of a workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
pub use trace::{Trace, trace_csv};

/// Why a file could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The workbook could not be written.
    #[error("the workbook could not be written: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// A day that the file's format has no date for.
    #[error("the day {0} has no place in an Excel sheet")]
    Day(caseledger_commands::Date),
}
