//! Cells: what CSV and workbooks are written from.

use std::borrow::Cow;

use caseledger_commands::Date;
use rust_xlsxwriter::{ExcelDateTime, Format, Worksheet};

use crate::ExportError;

/// What a cell says.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words. A spreadsheet never takes them for a formula.
    Text(String),
    /// A number.
    Number(f64),
    /// A part of a whole, from 0 to 1; a workbook shows it in per cent.
    Share(f64),
    /// A civil day.
    Day(Date),
    /// Whether.
    Truth(bool),
    /// Nothing.
    Blank,
}

impl Cell {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Words, where there are any.
    pub fn line(text: Option<&String>) -> Self {
        text.map_or(Self::Blank, Self::text)
    }

    /// A day, where there is one.
    pub fn day(day: Option<Date>) -> Self {
        day.map_or(Self::Blank, Self::Day)
    }

    /// A whole number.
    pub fn whole(number: impl Into<f64>) -> Self {
        Self::Number(number.into())
    }

    /// As it stands in CSV, before it is quoted.
    pub fn in_csv(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => harmless(text),
            Self::Number(number) | Self::Share(number) => Cow::Owned(number.to_string()),
            Self::Day(day) => Cow::Owned(day.to_string()),
            Self::Truth(truth) => Cow::Borrowed(if *truth { "true" } else { "false" }),
            Self::Blank => Cow::Borrowed(""),
        }
    }
}

/// What spreadsheets take for the beginning of a formula, in ASCII and at full width, and what they look over before it.
const BEGINS_A_FORMULA: [char; 12] = ['=', '+', '-', '@', '\t', '\r', '\n', '|', '＝', '＋', '－', '＠'];

/// Words that no spreadsheet takes for a formula.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    if is_harmful(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

fn is_harmful(text: &str) -> bool {
    text.starts_with(BEGINS_A_FORMULA)
}

/// How the cells of a workbook look.
pub(crate) struct Styles {
    pub heading: Format,
    pub words: Format,
    day: Format,
    share: Format,
    harmful: Format,
}

impl Styles {
    pub(crate) fn new() -> Self {
        use rust_xlsxwriter::FormatAlign;
        Self {
            heading: Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top),
            words: Format::new().set_text_wrap().set_align(FormatAlign::Top),
            day: Format::new().set_num_format("dd/mm/yyyy"),
            share: Format::new().set_num_format("0%"),
            harmful: Format::new().set_quote_prefix(),
        }
    }
}

/// Writes a cell into a sheet.
pub(crate) fn write(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    styles: &Styles,
) -> Result<(), ExportError> {
    match cell {
        // It is a text in the file already; marked as one, it stays one when somebody edits the cell.
        Cell::Text(text) if is_harmful(text) => {
            sheet.write_string_with_format(row, column, text, &styles.harmful)?
        }
        Cell::Text(text) => sheet.write_string(row, column, text)?,
        Cell::Number(number) => sheet.write_number(row, column, *number)?,
        Cell::Share(share) => sheet.write_number_with_format(row, column, *share, &styles.share)?,
        Cell::Day(day) => sheet.write_datetime_with_format(row, column, excel_day(*day)?, &styles.day)?,
        Cell::Truth(truth) => sheet.write_boolean(row, column, *truth)?,
        Cell::Blank => return Ok(()),
    };
    Ok(())
}

/// A day as Excel counts it, from 1900 on.
fn excel_day(day: Date) -> Result<ExcelDateTime, ExportError> {
    let parts = (u16::try_from(day.year()), u8::try_from(day.month()), u8::try_from(day.day()));
    let (Ok(year), Ok(month), Ok(date)) = parts else { return Err(ExportError::Day(day)) };
    ExcelDateTime::from_ymd(year, month, date).map_err(|_| ExportError::Day(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_from_being_formulas_and_numbers_stay_numbers() {
        for text in ["=1+1", "+44", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "|calc", "＝1"] {
            assert_eq!(Cell::text(text).in_csv(), format!("'{text}"));
        }
        assert_eq!(Cell::text("Coast").in_csv(), "Coast");
        assert_eq!(Cell::Number(-0.5).in_csv(), "-0.5");
        assert_eq!(Cell::Number(646.0).in_csv(), "646");
        assert_eq!(Cell::Blank.in_csv(), "");
    }
}
