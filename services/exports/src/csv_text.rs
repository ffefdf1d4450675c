//! Rows as RFC 4180 writes them, and safe to open in a spreadsheet.

use std::borrow::Cow;

use crate::cells::{Cell, harmless};

/// The media type of such a file.
pub const CSV: &str = "text/csv; charset=utf-8";

/// A heading line and a line for each row of texts.
///
/// What a spreadsheet would take for a formula is kept from being one.
pub fn csv<'a, R>(headings: &[&str], rows: impl IntoIterator<Item = R>) -> String
where
    R: IntoIterator<Item = Cow<'a, str>>,
{
    lines(headings, rows.into_iter().map(|row| row.into_iter().map(|cell| harmless(&cell).into_owned())))
}

/// A heading line and a line for each row of cells. Words are kept from being formulas; numbers and days are none.
pub(crate) fn csv_of_cells<'a>(headings: &[&str], rows: impl IntoIterator<Item = &'a Vec<Cell>>) -> String {
    lines(headings, rows.into_iter().map(|row| row.iter().map(|cell| cell.in_csv().into_owned())))
}

fn lines<R: IntoIterator<Item = String>>(headings: &[&str], rows: impl IntoIterator<Item = R>) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(vec![]);
    // A line that is written to memory can't fail, but for one of another length; and then it is left out whole.
    let _ = writer.write_record(headings);
    for row in rows {
        let _ = writer.write_record(row);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_is_never_a_formula() {
        let rows = [["Coast".into(), "Safe, sound".into()], ["=1+1".into(), "say \"hello\"".into()]];
        assert_eq!(
            csv(&["team", "note"], rows),
            "team,note\r\nCoast,\"Safe, sound\"\r\n'=1+1,\"say \"\"hello\"\"\"\r\n"
        );
    }
}
