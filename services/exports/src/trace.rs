//! From a row of an export to its case and events. The exports' own columns are fixed, so the way back is a file beside.

use std::borrow::Cow;

use caseledger_projections::exports::Origin;

use crate::csv;

/// A row of an export, and where it comes from.
#[derive(Clone, Copy, Debug)]
pub struct Trace<'a> {
    /// The sheet: `List 1`.
    pub sheet: &'a str,
    /// The row, as a spreadsheet counts: the headings are row 1.
    pub row: usize,
    /// Where it comes from.
    pub origin: &'a Origin,
}

/// The columns of a trace.
const HEADINGS: [&str; 5] = ["sheet", "row", "case_reference", "case_id", "positions"];

/// The trace as CSV. `positions` are places in the log, with spaces between; the last event of the child's entry in the
/// people register is among them.
pub fn trace_csv<'a>(rows: impl IntoIterator<Item = Trace<'a>>) -> String {
    let line = |trace: Trace<'a>| {
        let positions: Vec<String> = trace.origin.positions.iter().map(ToString::to_string).collect();
        [
            Cow::Borrowed(trace.sheet),
            Cow::Owned(trace.row.to_string()),
            Cow::Owned(trace.origin.reference.to_string()),
            Cow::Owned(trace.origin.case.to_string()),
            Cow::Owned(positions.join(" ")),
        ]
    };
    csv(&HEADINGS, rows.into_iter().map(line))
}

/// Rows as a spreadsheet counts them below their headings.
pub(crate) fn numbered<T>(rows: &[T]) -> impl Iterator<Item = (usize, &T)> {
    (2..).zip(rows)
}
