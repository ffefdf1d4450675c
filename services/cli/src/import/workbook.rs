//! The workbook as cells: which sheets are the lists, which columns are where.

use std::path::Path;

use calamine::{Data, Reader, Xlsx, open_workbook};

/// The lists that are imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum List {
    /// Contacts.
    Contacts,
    /// Early help assessments.
    EarlyHelp,
    /// Referrals.
    Referrals,
}

impl List {
    /// Every list that is imported, with the number in its sheet's name.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Contacts, "1"), (Self::EarlyHelp, "2"), (Self::Referrals, "3")];

    /// The list that a sheet of that name holds: `List 1`, `list_01`, `LIST 3 (referrals)`.
    pub fn named(sheet: &str) -> Option<Self> {
        let name = sheet.trim().to_ascii_lowercase();
        let rest = name.strip_prefix("list")?.trim_start_matches([' ', '_', '-', '0']);
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        Self::ALL.iter().find(|(_, number)| &rest[..digits] == *number).map(|(list, _)| *list)
    }

    /// The columns that it has, in the order of the guidance.
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Contacts => CONTACTS,
            Self::EarlyHelp => EARLY_HELP,
            Self::Referrals => REFERRALS,
        }
    }
}

/// A column, and the headings under which it is found.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// What the guidance calls it.
    pub title: &'static str,
    /// Other headings that mean the same, in small letters.
    pub also: &'static [&'static str],
}

const fn column(title: &'static str) -> Column {
    Column { title, also: &[] }
}

const ID: Column = column("Child Unique ID");
const GENDER: Column = column("Gender");
const ETHNICITY: Column = column("Ethnicity");
const BIRTH: Column = Column { title: "Date of Birth", also: &["dob"] };
const AGE: Column = Column { title: "Age of Child (Years)", also: &["age"] };

const CONTACTS: &[Column] =
    &[ID, GENDER, ETHNICITY, BIRTH, AGE, column("Date of Contact"), column("Contact Source")];
const EARLY_HELP: &[Column] = &[
    ID,
    GENDER,
    ETHNICITY,
    BIRTH,
    AGE,
    column("Assessment start date"),
    column("Assessment completion date"),
    column("Organisation completing assessment"),
];
const REFERRALS: &[Column] = &[
    ID,
    GENDER,
    ETHNICITY,
    BIRTH,
    AGE,
    column("Date of referral"),
    column("Referral Source"),
    column("Referral NFA?"),
    column("Number of Referrals in Last 12 Months"),
    column("Allocated Team"),
    column("Allocated Worker"),
];

/// A sheet that holds one of the lists.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Its name in the workbook.
    pub name: String,
    /// Which list it is.
    pub list: List,
    /// For each of the list's columns, where it is in the sheet.
    pub places: Vec<Option<usize>>,
    /// The number of the row with the headings, where there is one.
    pub headings: Option<u64>,
    /// The columns under headings that are none of the list's, as a spreadsheet letters them.
    pub strangers: Vec<String>,
    /// The rows below the headings, each with its number as a spreadsheet counts.
    pub rows: Vec<(u64, Vec<Data>)>,
}

impl Sheet {
    /// Whether the sheet has the column.
    pub fn has(&self, title: &str) -> bool {
        let column = self.list.columns().iter().position(|column| column.title == title);
        column.is_some_and(|column| self.places.get(column).is_some_and(Option::is_some))
    }

    /// A cell by its column's title; empty where the sheet lacks the column.
    pub fn cell<'a>(&self, row: &'a [Data], title: &str) -> &'a Data {
        let column = self.list.columns().iter().position(|column| column.title == title);
        column
            .and_then(|column| self.places.get(column).copied().flatten())
            .and_then(|place| row.get(place))
            .unwrap_or(&Data::Empty)
    }
}

/// Why a file is no workbook of lists.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It can't be opened as xlsx.
    #[error("this can't be read as an xlsx workbook: {0}")]
    NotAWorkbook(String),
    /// None of its sheets is a list that is imported.
    #[error("none of its sheets is called List 1, List 2 or List 3; it has: {0}")]
    NoList(String),
}

/// A workbook, as far as it is imported.
#[derive(Clone, Debug)]
pub struct Workbook {
    /// The sheets that hold lists 1 to 3.
    pub sheets: Vec<Sheet>,
    /// The names of the others that hold anything.
    pub others: Vec<String>,
}

impl Workbook {
    /// The lists that no sheet holds.
    pub fn missing(&self) -> impl Iterator<Item = String> {
        let lists = List::ALL.iter().filter(|(list, _)| self.sheets.iter().all(|sheet| sheet.list != *list));
        lists.map(|(_, number)| format!("List {number}"))
    }
}

/// Reads the lists of a workbook.
///
/// # Errors
/// [`Unreadable`].
pub fn read(path: &Path) -> Result<Workbook, Unreadable> {
    let wrong = |error: calamine::XlsxError| Unreadable::NotAWorkbook(error.to_string());
    let mut workbook: Xlsx<_> = open_workbook(path).map_err(wrong)?;
    let names = workbook.sheet_names();
    let (mut sheets, mut others) = (vec![], vec![]);
    for name in &names {
        let range = workbook.worksheet_range(name);
        let Some(list) = List::named(name) else {
            // A sheet with nothing below its first row, or without cells at all (a chart), has nothing to bring in.
            if range.is_ok_and(|range| range.height() > 1) {
                others.push(name.clone());
            }
            continue;
        };
        let range = range.map_err(wrong)?;
        let first = range.start().map_or(0, |(row, _)| row);
        let numbered = (u64::from(first) + 1..).zip(range.rows().map(<[Data]>::to_vec));
        sheets.push(sheet(name, list, numbered.collect()));
    }
    if sheets.is_empty() {
        Err(Unreadable::NoList(names.join(", ")))
    } else {
        Ok(Workbook { sheets, others })
    }
}

/// Finds the headings: the first row that has the child's id among them.
fn sheet(name: &str, list: List, rows: Vec<(u64, Vec<Data>)>) -> Sheet {
    let heading = |row: &[Data], column: &Column| {
        row.iter().position(|cell| {
            let text = super::cells::text(cell).unwrap_or_default().to_lowercase();
            text == column.title.to_lowercase() || column.also.contains(&text.as_str())
        })
    };
    let head = rows.iter().position(|(_, row)| heading(row, &ID).is_some());
    let places: Vec<Option<usize>> =
        list.columns().iter().map(|column| head.and_then(|head| heading(&rows[head].1, column))).collect();
    let headings = head.map(|head| rows[head].0);
    let strangers = head
        .map_or(&[][..], |head| &rows[head].1)
        .iter()
        .enumerate()
        .filter(|(place, cell)| !super::cells::is_blank(cell) && !places.contains(&Some(*place)));
    let strangers = strangers.map(|(place, _)| letters(place)).collect();
    let below = head.map_or(0, |head| head + 1);
    let filled = |(_, row): &(u64, Vec<Data>)| row.iter().any(|cell| !super::cells::is_blank(cell));
    let rows = rows.into_iter().skip(below).filter(filled).collect();
    Sheet { name: name.to_owned(), list, places, headings, strangers, rows }
}

/// A column's letters: A, B … Z, AA.
fn letters(place: usize) -> String {
    let last = char::from(b'A' + (place % 26) as u8);
    if place < 26 { last.to_string() } else { letters(place / 26 - 1) + &last.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_lettered_as_a_spreadsheet_does() {
        let all: Vec<_> = [0, 25, 26, 51, 52, 701, 702].into_iter().map(letters).collect();
        assert_eq!(all, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }

    #[test]
    fn a_list_is_known_by_its_sheets_name() {
        assert_eq!(List::named("List 1"), Some(List::Contacts));
        assert_eq!(List::named("list_02"), Some(List::EarlyHelp));
        assert_eq!(List::named("LIST 3 (referrals)"), Some(List::Referrals));
        assert_eq!(List::named("List 10"), None);
        assert_eq!(List::named("List 11"), None);
        assert_eq!(List::named("Notes"), None);
    }
}
