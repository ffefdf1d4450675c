//! The workbook.

use caseledger_commands::{Date, Timestamp};
use caseledger_projections::exports::{Child, Contact, EarlyHelp, Lists, Referral};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet};

use super::codes::{self, Dialect};
use super::headings::{CONTACTS, EARLY_HELP, REFERRALS, STATUTORY, Sheet};
use crate::ExportError;
use crate::cells::{self, Cell, Styles};
use crate::trace::{Trace, numbered};

/// The columns that every list of children begins with.
fn child(child: &Child, at: Date, dialect: Dialect) -> [Cell; 5] {
    let age = child.age(at).and_then(|years| u32::try_from(years).ok());
    [
        Cell::text(child.person.to_string()),
        Cell::text(codes::gender(child.gender)),
        Cell::text(codes::ethnicity(child.ethnicity, dialect)),
        Cell::day(child.birth.map(|birth| birth.date)),
        age.map_or(Cell::Blank, Cell::whole),
    ]
}

fn contact(row: &Contact, dialect: Dialect) -> [Cell; 2] {
    [Cell::Day(row.on), Cell::text(codes::source(row.source, dialect))]
}

fn early_help(row: &EarlyHelp) -> [Cell; 3] {
    let assessment = row.assessment;
    [
        Cell::day(assessment.map(|assessment| assessment.started_on)),
        Cell::day(assessment.and_then(|assessment| assessment.completed_on)),
        Cell::line(row.organisation.as_ref()),
    ]
}

fn referral(row: &Referral, dialect: Dialect) -> [Cell; 6] {
    [
        Cell::Day(row.on),
        Cell::text(codes::source(row.source, dialect)),
        Cell::text(codes::yes_no(row.no_further_action)),
        Cell::whole(row.earlier),
        Cell::line(row.team.as_ref()),
        Cell::line(row.worker.as_ref()),
    ]
}

/// The workbook, made at a moment: lists 1 to 3 with their rows, the others with their headings.
///
/// # Errors
/// [`ExportError`] when a day has no place in Excel's calendar, or the workbook can't be written.
pub fn workbook(lists: &Lists, dialect: Dialect, made: Timestamp) -> Result<Vec<u8>, ExportError> {
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::from_timestamp(made.as_second())?;
    let properties = DocProperties::new()
        .set_title(format!("Annex A, child-level lists as at {}", lists.at))
        .set_creation_datetime(&created);
    workbook.set_properties(&properties);
    let styles = Styles::new();
    {
        let mut sheet = open(&mut workbook, &CONTACTS, &styles)?;
        for row in &lists.contacts {
            sheet.write(child(&row.child, lists.at, dialect), contact(row, dialect), &styles)?;
        }
    }
    {
        let mut sheet = open(&mut workbook, &EARLY_HELP, &styles)?;
        for row in &lists.early_help {
            sheet.write(child(&row.child, lists.at, dialect), early_help(row), &styles)?;
        }
    }
    {
        let mut sheet = open(&mut workbook, &REFERRALS, &styles)?;
        for row in &lists.referrals {
            sheet.write(child(&row.child, lists.at, dialect), referral(row, dialect), &styles)?;
        }
    }
    for sheet in &STATUTORY {
        open(&mut workbook, sheet, &styles)?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// The rows of the workbook and where each comes from.
pub fn trace(lists: &Lists) -> impl Iterator<Item = Trace<'_>> {
    let contacts = numbered(&lists.contacts).map(|(row, it)| (CONTACTS.name, row, &it.origin));
    let early_help = numbered(&lists.early_help).map(|(row, it)| (EARLY_HELP.name, row, &it.origin));
    let referrals = numbered(&lists.referrals).map(|(row, it)| (REFERRALS.name, row, &it.origin));
    contacts.chain(early_help).chain(referrals).map(|(sheet, row, origin)| Trace { sheet, row, origin })
}

/// A sheet whose rows go to a file as they are written, and are not kept in memory.
struct Open<'a> {
    sheet: &'a mut Worksheet,
    next: u32,
}

fn open<'a>(workbook: &'a mut Workbook, sheet: &Sheet, styles: &Styles) -> Result<Open<'a>, ExportError> {
    let opened = workbook.add_worksheet_with_constant_memory().set_name(sheet.name)?;
    opened.set_freeze_panes(1, 0)?;
    opened.set_landscape();
    opened.set_repeat_rows(0, 0)?;
    opened.set_print_fit_to_pages(1, 0);
    for (column, heading) in (0..).zip(sheet.columns) {
        opened.set_column_width(column, width(heading))?;
    }
    for (column, heading) in (0..).zip(sheet.columns) {
        opened.write_string_with_format(0, column, *heading, &styles.heading)?;
    }
    Ok(Open { sheet: opened, next: 1 })
}

/// As wide as a column's values are; a longer heading is broken into lines.
fn width(heading: &str) -> f64 {
    match heading {
        "Child Unique ID" => 37.0,
        "Gender" | "Contact Source" | "Referral Source" => 24.0,
        "Organisation completing assessment" | "Allocated Team" | "Allocated Worker" => 28.0,
        _ => 14.0,
    }
}

impl Open<'_> {
    fn write<const N: usize>(
        &mut self,
        child: [Cell; 5],
        more: [Cell; N],
        styles: &Styles,
    ) -> Result<(), ExportError> {
        let row = self.next;
        for (column, cell) in (0..).zip(child.iter().chain(&more)) {
            cells::write(self.sheet, (row, column), cell, styles)?;
        }
        self.next += 1;
        Ok(())
    }
}
