//! A measure's figure as a table: the whole first, then its parts, then its course. CSV and workbook are written from the
//! same cells. What is withheld is an empty cell, and the last column says so.

use caseledger_commands::{Date, Timestamp};
use caseledger_projections::measures::{self, Figure, Unit};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};

use crate::ExportError;
use crate::cells::{Cell, Styles, write};
use crate::csv_text::csv_of_cells;

/// The columns, named as in the JSON of a figure.
pub const COLUMNS: [&str; 12] = [
    "measure",
    "from",
    "at",
    "by",
    "key",
    "name",
    "value",
    "numerator",
    "denominator",
    "unit",
    "target",
    "suppressed",
];

/// What stands in the column `by` of the points of a series.
pub const TIME: &str = "time";

/// The numbers of a row.
struct Numbers {
    value: Option<f64>,
    numerator: Option<f64>,
    denominator: Option<u64>,
    suppressed: bool,
}

/// A figure's rows, each as long as [`COLUMNS`].
pub fn rows(figure: &Figure) -> Vec<Vec<Cell>> {
    let amount = |amount: Option<f64>| match (amount, figure.unit) {
        (None, _) => Cell::Blank,
        (Some(share), Unit::Share) => Cell::Share(share),
        (Some(number), _) => Cell::Number(number),
    };
    let number = |number: Option<f64>| number.map_or(Cell::Blank, Cell::Number);
    let row = |(from, at): (Option<Date>, Date), [by, key, name]: [Option<&str>; 3], numbers: Numbers| {
        let word = |word: Option<&str>| word.map_or(Cell::Blank, Cell::text);
        vec![
            Cell::text(figure.id),
            Cell::day(from),
            Cell::Day(at),
            word(by),
            word(key),
            word(name),
            amount(numbers.value),
            number(numbers.numerator),
            number(numbers.denominator.map(|of| of as f64)),
            Cell::text(unit(figure.unit)),
            amount(figure.target),
            Cell::Truth(numbers.suppressed),
        ]
    };
    let days = (figure.from, figure.at);
    let Figure { value, numerator, denominator, suppressed, .. } = *figure;
    let whole = row(days, [None; 3], Numbers { value, numerator, denominator, suppressed });
    let parts = figure.breakdown.iter().map(|part| {
        let measures::Part { value, numerator, denominator, suppressed, .. } = *part;
        let named = [Some(part.by), part.key.as_deref(), part.name.as_deref()];
        row(days, named, Numbers { value, numerator, denominator, suppressed })
    });
    let points = figure.series.iter().map(|point| {
        let measures::Point { from, at, value, numerator, denominator, suppressed } = *point;
        row((from, at), [Some(TIME), None, None], Numbers { value, numerator, denominator, suppressed })
    });
    std::iter::once(whole).chain(parts).chain(points).collect()
}

/// What the numbers are numbers of, in a word.
const fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Number(things) => things,
        Unit::Share => "share",
        Unit::WorkingDays => "working-days",
        Unit::Days => "days",
        Unit::Points => "points",
    }
}

/// A figure as CSV.
pub fn csv(figure: &Figure) -> String {
    csv_of_cells(&COLUMNS, &rows(figure))
}

/// A figure as a workbook, made at a moment: its rows, and on a second sheet how it is defined.
///
/// # Errors
/// [`ExportError`] when a day has no place in Excel's calendar, or the workbook can't be written.
pub fn workbook(figure: &Figure, made: Timestamp) -> Result<Vec<u8>, ExportError> {
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::from_timestamp(made.as_second())?;
    workbook.set_properties(&DocProperties::new().set_title(figure.title).set_creation_datetime(&created));
    let styles = Styles::new();
    let rows = rows(figure);
    let sheet = workbook.add_worksheet().set_name("Figures")?;
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_landscape().set_repeat_rows(0, 0)?.set_print_fit_to_pages(1, 0);
    for (column, heading) in (0..).zip(COLUMNS) {
        sheet.set_column_width(column, width(heading))?;
        sheet.write_string_with_format(0, column, heading, &styles.heading)?;
    }
    for (number, row) in (1..).zip(&rows) {
        for (column, cell) in (0..).zip(row) {
            write(sheet, (number, column), cell, &styles)?;
        }
    }
    let last = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    sheet.autofilter(0, 0, last, u16::try_from(COLUMNS.len() - 1).unwrap_or_default())?;

    let sheet = workbook.add_worksheet().set_name("Definition")?;
    sheet.set_column_width(0, 18)?.set_column_width(1, 100)?;
    for (row, (name, text)) in (0..).zip(definition(figure)) {
        sheet.write_string_with_format(row, 0, name, &styles.heading)?;
        sheet.write_string_with_format(row, 1, text, &styles.words)?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// What a reader of a figure must know, in the order in which they ask.
fn definition(figure: &Figure) -> Vec<(&'static str, String)> {
    let mut told = vec![("Measure", figure.id.to_owned()), ("What it tells", figure.title.to_owned())];
    if let Some(measure) = measures::measure(figure.id) {
        told.push(("Counted", measure.numerator.to_owned()));
        if let Some(denominator) = measure.denominator {
            told.push(("Out of", denominator.to_owned()));
        }
        told.push(("Clock", measure.clock().to_owned()));
    }
    told.push(("Unit", unit(figure.unit).to_owned()));
    told.push(("Events", figure.events.join(", ")));
    if figure.suppressed
        || figure.breakdown.iter().any(|part| part.suppressed)
        || figure.series.iter().any(|point| point.suppressed)
    {
        let why = "Empty cells of rows that say TRUE in the column 'suppressed' are so small that a child might be \
                   recognised by them.";
        told.push(("Withheld", why.to_owned()));
    }
    told
}

fn width(heading: &str) -> f64 {
    match heading {
        "measure" | "key" => 28.0,
        "name" => 36.0,
        "by" | "unit" => 14.0,
        _ => 12.0,
    }
}
